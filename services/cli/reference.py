"""docs/cli.md, made from the commands: what each takes, and which exit codes it has.

python -m services.cli.reference
"""

from pathlib import Path
from typing import Any

from services.cli.main import COMMANDS, load
from services.cli.session import CONFLICT, FAILED, NOT_FOUND, UNREACHABLE, USAGE

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
MEANINGS = {
    0: "done",
    FAILED: "done, and the answer is no: a gate that fails, something refused, a proof that does not hold",
    USAGE: "it cannot be understood, or the server refuses what is asked: the message says what is allowed",
    NOT_FOUND: "there is no such thing",
    CONFLICT: "it contradicts what is there: the message says which way is allowed",
    UNREACHABLE: "the server, or what it needs, cannot be reached",
}
_ASKING = (USAGE, UNREACHABLE)
_ABOUT = (USAGE, NOT_FOUND, UNREACHABLE)
_CHANGING = (USAGE, NOT_FOUND, CONFLICT, UNREACHABLE)
CODES: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("up", "serve"), (FAILED, USAGE)),
    **dict.fromkeys(("keys", "template", "convert", "explain", "new", "token", "sign-in"), (USAGE,)),
    **dict.fromkeys(("migrate", "topics"), _ASKING),
    **dict.fromkeys(("export", "trust", "status"), _ASKING),
    **dict.fromkeys(("import", "check", "rebuild", "doctor"), (FAILED, *_ASKING)),
    "apply": (FAILED, *_CHANGING),  # of a plan
    **dict.fromkeys(("me", "forecast"), _ASKING),
    **dict.fromkeys(("get", "trace", "why", "impact", "promises", "raci", "proof", "finding", "whatif"), _ABOUT),
    "dead-letters": _ABOUT,  # of one that is forgotten
    **dict.fromkeys(("cascade", "coverage", "findings", "score", "load", "diff", "watch"), _ABOUT),  # of a baseline
    **dict.fromkeys(("move", "review", "submit", "sign", "reject", "delegate", "supersede"), _CHANGING),
    **dict.fromkeys(("waive", "acknowledge", "comment", "fix", "campaign"), _CHANGING),
    "propose": (USAGE, NOT_FOUND, CONFLICT, UNREACHABLE),
    "whatif": _CHANGING,  # of what is kept
    "baseline": (USAGE, CONFLICT, UNREACHABLE),
    **dict.fromkeys(("settings", "pack"), (USAGE, CONFLICT, UNREACHABLE)),
    **dict.fromkeys(("drift", "rules"), (FAILED, *_ABOUT)),
    "verify": (FAILED, *_ASKING),
}
"""Besides 0, by command; what the tests bring about for each."""
_COMMON = ("server", "token", "home", "as_json", "help")
_HEAD = """# The command line

Made from the commands by `python -m services.cli.reference`; a test holds the two together.

A command asks the server of `--server` (`PLUMBLINE_SERVER`) with the token of `PLUMBLINE_TOKEN`, or the platform on
this machine whose folder is `--home` (`PLUMBLINE_HOME`; by default `./data`), which gives both. Data goes to standard
output, as tables for people or with `--json` for programs, and everything else to standard error. Moments are dates
(`2026-11-29`), times (RFC 3339) or keys of baselines. `plumbline --install-completion` lets a shell complete commands,
kinds, states, members and, where the server is quick to answer, keys.

| Exit code | Means |
|---|---|
"""


def render() -> str:
    codes = "".join(f"| {code} | {meaning} |\n" for code, meaning in MEANINGS.items())
    return f"{_HEAD}{codes}\n" + "\n".join(_command(name, told) for name, (_, told) in COMMANDS.items())


def _command(name: str, told: str) -> str:
    loaded = load(name)
    arguments = [each for each in loaded.params if each.param_type_name == "argument"]
    options = [each for each in loaded.params if each.param_type_name == "option" and not _is_common(each)]
    usage = " ".join(["plumbline", name, *map(_metavar, arguments)])
    codes = ", ".join(map(str, (0, *CODES[name])))
    rows = [f"| `{_metavar(each).strip('[]')}` | {_text(each)} |" for each in arguments]
    rows += [f"| `{_flags(each)}` | {_text(each)} |" for each in options]
    table = "\n".join(("| Takes | Means |", "|---|---|", *rows, "")) if rows else ""
    return "\n".join([f"## {name}\n", f"`{usage}`: {told} Exit codes {codes}.\n", *([table] if table else [])])


def _is_common(parameter: Any) -> bool:
    return parameter.name in _COMMON or getattr(parameter, "hidden", False)


def _metavar(argument: Any) -> str:
    name = argument.metavar or argument.name.rstrip("_").upper()
    return f"{name}" if argument.required else f"[{name}]"


def _flags(option: Any) -> str:
    flags = ", ".join(sorted([*option.opts, *option.secondary_opts], key=len, reverse=True))
    return flags if option.is_flag else f"{flags} {option.name.rstrip('_').upper()}"


def _text(parameter: Any) -> str:
    return (parameter.help or "").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(render())
