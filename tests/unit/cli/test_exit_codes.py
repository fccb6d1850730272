"""Every command ends with the exit codes that its page names: what brings each about, command by command."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.alignment.judge.catalogue import RULES
from services.alignment.views.findings import describe
from services.cli import doctor, reference
from services.cli.main import COMMANDS, load
from services.cli.session import CONFLICT, FAILED, NOT_FOUND, UNREACHABLE
from shared.client import Client
from shared.contracts import Kind
from tests.unit.cli.test_queries import FRAME, finding
from tests.unit.fake_owner import BY_PATH, STAMP

ID = "7d4f0000-0000-4000-8000-000000000001"
BUNDLE = "{kind: role, key: r, spec: {name: R}}"
SAMPLE = Path(__file__).parents[3] / "examples" / "rule-pack" / "acme.yaml"
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "apply": ("-f", "FILE"), "import": ("TABLE", "--kind", "role"), "export": (), "get": ("service", "x"),
    "move": ("service/x", "operational"), "review": ("service/x",),
    "trace": ("service/x",), "why": ("service/x",), "impact": ("service/x",),
    "cascade": ("--as-of", "x"), "coverage": ("design", "--as-of", "x"), "findings": ("--as-of", "x"),
    "score": ("--as-of", "x"), "load": ("--as-of", "x"),
    "promises": ("x",), "raci": ("x",), "diff": ("--from", "x"), "baseline": ("Then",),
    "check": (), "status": (), "rebuild": (), "dead-letters": ("--forget", "1", "--reason", "x"),
    "watch": ("findings", "--after", "x", "--once"),
    "propose": ("Slice", "--item", "objective/x"),
    "submit": ("x",), "sign": ("x", "--yes"), "reject": ("x", "--comment", "no", "--yes"),
    "delegate": ("x", "--to", "y", "--yes"),
    "drift": ("x",), "proof": ("x",), "supersede": ("x",), "trust": (),
    "finding": (ID,), "fix": (ID, "--apply"), "waive": (ID, "--reason", "x", "--until", "2999-01-01"),
    "acknowledge": (ID,),
    "comment": (ID, "x"),
    "campaign": ("x", "--item", "service/x", "--until", "2999-01-01"),
    "whatif": ("--retire", "service/x"), "forecast": ("--until", "2999-01-01"), "me": (),
    "rules": ("--as-of", "x"), "settings": ("SETTINGS",),
    "pack": (str(SAMPLE),),
}  # fmt: skip
"""Of each command that asks a server."""
OF_WHAT_IS_THERE: dict[str, tuple[str, ...]] = {"apply": ("--plan", "x")}
"""Of those that look for something only when they are called in another way."""
_RETIRE = {"says": "Retire it.", "steps": [{"action": "retire", "ref": "service/x"}]}
REMEDY: dict[str, Any] = {
    "finding": {**finding("V02", "high"), "gain": None},
    "options": [_RETIRE | {"candidates": [], "more": 0, "members": [], "of": None, "new": None}],
    "decision": None,
    **FRAME,
}
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], None]:
    """Puts a server in the place of every other one."""
    monkeypatch.setattr("shared.client._PAUSE", 0)

    def put(answer: Answer) -> None:
        transport = httpx.MockTransport(answer)
        monkeypatch.setattr("services.cli.session.connect", lambda *_: Client("http://fake", "token", transport))
        monkeypatch.setattr(doctor, "opened", lambda *_: httpx.AsyncClient(base_url="http://fake", transport=transport))

    return put


@pytest.fixture
def arguments(tmp_path: Path) -> Callable[[str], list[str]]:
    bundle, table, settings = tmp_path / "b.yaml", tmp_path / "t.csv", tmp_path / "s.yaml"
    bundle.write_text(BUNDLE)
    table.write_text("Key,Name\nr,R\n")
    settings.write_text("settings: [{rule: V06, off: true, reason: Later}]")
    files = {"FILE": str(bundle), "TABLE": str(table), "SETTINGS": str(settings)}
    return lambda name: [name, *(files.get(each, each) for each in ARGUMENTS[name])]


def away(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("Connection refused")


def empty(request: httpx.Request) -> httpx.Response:
    """A server that has nothing."""
    if request.url.path.count("/") == 3 and request.method == "GET":
        return httpx.Response(200, json={"items": [], "next_cursor": None})
    return httpx.Response(404, json={"detail": "There is no such thing."})


def found(kind: Kind) -> dict[str, Any]:
    """One of a kind, with what it cannot be without."""
    fields = kind.model.model_fields
    defaults = {name: info.get_default() for name, info in fields.items() if not info.is_required()}
    own = {"id": ID, "key": "x", "name": "X", "state": kind.lifecycle.initial, "version": 1, "provenance": []}
    return {**defaults, **STAMP, **own, "kind": kind.name}


def contradicting(request: httpx.Request) -> httpx.Response:
    """One that has whatever is asked for, and takes nothing."""
    if request.method != "GET":
        return httpx.Response(409, json={"detail": "It contradicts what is there."})
    service, _, collection, *rest = request.url.path.strip("/").split("/")
    if rest[-1:] == ["remedy"]:
        return httpx.Response(200, json=REMEDY)
    if (service, collection) == ("alignment", "findings"):
        return httpx.Response(200, json={"acknowledgement": None})
    if (service, collection) == ("alignment", "rules"):
        return httpx.Response(200, json={"items": [describe(RULES["V06"])], "undecided": [], "of_the_view": []})
    one = found(BY_PATH[service, collection]) | ({"rule": "V06"} if collection == "settings" else {})
    if rest:
        return httpx.Response(200, json=one | {"items": [], "hidden": 0, "drifted": False})
    return httpx.Response(200, json={"items": [one], "next_cursor": None})


def having(code: int) -> list[str]:
    return [name for name in COMMANDS if code in reference.CODES[name]]


MOMENTS = {
    "--as-of": (
        "get", "trace", "why", "impact", "cascade", "coverage", "promises", "raci", "load", "findings", "score",
        "whatif", "rules",
    ),
    "--valid-at": ("trace", "why", "impact", "cascade", "coverage", "promises", "raci", "load", "findings", "score"),
    "--since": ("score",), "--from": ("diff",), "--to": ("diff",), "--at": ("baseline",),
    "--due": ("propose", "acknowledge"), "--after": ("watch",), "--on": ("whatif",),
    "--until": ("waive", "forecast", "campaign"),
}  # fmt: skip
"""Options that take a moment, and the commands that have them."""


def test_the_moments_are_those_of_the_commands() -> None:
    about_time = ("--as-of", "--valid-at")
    having = {option: {name for name in COMMANDS if option in _options(name)} for option in about_time}
    assert having == {option: {*MOMENTS[option]} for option in about_time}


def _options(name: str) -> set[str]:
    return {option for each in load(name).params for option in each.opts}


def holding(request: httpx.Request) -> httpx.Response:
    """One that has whatever is asked for, but no baselines."""
    return empty(request) if "baselines" in request.url.path else contradicting(request)


def _timeless(given: list[str]) -> list[str]:
    """Without options that take a moment, and without their values."""
    return [each for each, before in zip(given, ["", *given], strict=False) if not {each, before} & MOMENTS.keys()]


@pytest.mark.parametrize(("name", "option"), [(name, option) for option, names in MOMENTS.items() for name in names])
@pytest.mark.parametrize("said", ["2026-02-30", "2026-13-01", "20260401", "2026-01-01T25:00:00Z", "31.12.2026"])
def test_a_moment_that_there_is_not_is_a_usage_error(
    run: Any, server: Any, arguments: Any, name: str, option: str, said: str
) -> None:
    server(holding)
    needed = ["--from", "2026-01-01"] if option == "--to" else []
    result = run(*_timeless(arguments(name)), *needed, option, said)
    assert (result.exit_code, result.stdout) == (2, ""), result.stderr
    assert f"{said} is not a moment: write a date such as 2026-01-31" in result.stderr


def test_the_page_is_that_of_the_commands() -> None:
    assert reference.PAGE.read_text() == reference.render(), "python -m services.cli.reference"
    assert {*reference.CODES} == {*COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_that_there_is_not_is_a_usage_error(run: Any, name: str) -> None:
    result = run(name, "--frobnicate")
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("name", [name for name in having(UNREACHABLE) if name in ARGUMENTS])
def test_a_server_that_is_away_is_five(run: Any, server: Any, arguments: Any, name: str) -> None:
    server(away)
    result = run(*arguments(name))
    assert (result.exit_code, result.stdout) == (5, ""), result.stderr
    assert "cannot be reached" in result.stderr
    assert name == "doctor" or "plumbline doctor looks at all" in result.stderr


def test_so_it_is_for_those_that_look_for_it_themselves(run: Any, server: Any) -> None:
    server(away)
    assert run("doctor", "--server", "http://127.0.0.1:9", "--token", "t").exit_code == 5
    assert run("verify", "--log", "http://127.0.0.1:1").exit_code == 5
    others = {"doctor", "verify", "migrate", "topics"}  # the last two ask no server: tests of their own have them
    assert {*having(UNREACHABLE)} - {*ARGUMENTS} == others


@pytest.fixture
def looking(arguments: Any) -> Callable[[str], list[str]]:
    return lambda name: [name, *OF_WHAT_IS_THERE[name]] if name in OF_WHAT_IS_THERE else arguments(name)


@pytest.mark.parametrize("name", having(NOT_FOUND))
def test_what_is_not_there_is_three(run: Any, server: Any, looking: Any, name: str) -> None:
    server(empty)
    result = run(*looking(name))
    assert (result.exit_code, result.stdout) == (3, ""), result.stderr
    assert "There is no" in result.stderr


@pytest.mark.parametrize("name", having(CONFLICT))
def test_what_contradicts_is_four(run: Any, server: Any, looking: Any, name: str) -> None:
    server(contradicting)
    result = run(*looking(name))
    assert result.exit_code == 4, (result.stderr, result.exception)
    assert ("is not signed" if name == "apply" else "It contradicts what is there.") in result.stderr


def refusing(request: httpx.Request) -> httpx.Response:
    """One that is empty, and takes nothing of what is brought."""
    if request.url.path.endswith("/bulk"):
        return httpx.Response(200, text=json.dumps({"status": 422, "problem": {"detail": "No."}}))
    return empty(request)


def test_something_refused_is_one(run: Any, server: Any, arguments: Any) -> None:
    server(refusing)
    assert run(*arguments("apply")).exit_code == 1
    assert run(*arguments("import"), "--strict").exit_code == 1


def test_which_commands_may_say_no() -> None:
    """Each is brought about where the command is tested."""
    assert {*having(FAILED)} == {
        "up",
        "serve",
        "apply",
        "import",
        "check",
        "rebuild",
        "doctor",
        "drift",
        "rules",
        "verify",
    }


@pytest.mark.parametrize(
    ("status", "problem", "code", "step"),
    [
        (401, {"detail": "The token is not valid."}, 2, "--home FOLDER makes a token for each command"),
        (403, {"detail": "No.", "scope": "catalog:write"}, 2, "plumbline token --scope catalog:write"),
        (403, {"detail": "No."}, 2, ""),
        (503, {"detail": "Later."}, 5, "plumbline doctor looks at all that is needed"),
    ],
)
def test_a_refusal_names_the_next_step(
    run: Any, server: Any, status: int, problem: dict[str, str], code: int, step: str
) -> None:
    server(lambda _: httpx.Response(status, json=problem))
    result = run("get", "service")
    assert (result.exit_code, problem["detail"] in result.stderr, step in result.stderr) == (code, True, True)


def test_a_key_that_was_probably_meant_is_told(run: Any, server: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        items = [] if "key" in request.url.params else [found(BY_PATH["catalog", "services"]) | {"key": "library-card"}]
        return httpx.Response(200, json={"items": items, "next_cursor": None})

    server(answer)
    result = run("why", "service/libary-card")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "There is no service/libary-card; did you mean library-card? Those that there are:" in result.stderr


def test_each_reason_is_told_once(run: Any, server: Any) -> None:
    reasons = ["It holds nothing to sign.", "It names nobody who signs."]
    errors = [{"pointer": "/items", "code": "x", "detail": each} for each in reasons]
    problem = {"detail": f"Not yet submitted: {' '.join(reasons)}", "errors": errors}

    def answer(request: httpx.Request) -> httpx.Response:
        return contradicting(request) if request.method == "GET" else httpx.Response(409, json=problem)

    server(answer)
    told = run("submit", "x").stderr
    assert [told.count(each) for each in reasons] == [1, 1]
