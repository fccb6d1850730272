"""``plumbline``: the table of commands. Each is imported when it is called, so that help and errors come at once."""

from importlib import import_module
from typing import Any, Literal, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

COMMANDS = {
    "up": ("services.cli.run:up", "Run the whole platform in one process."),
    "serve": ("services.cli.run:serve", "Run one service, configured by the environment."),
    "migrate": ("services.cli.prepare:migrate", "Bring databases to their newest revision."),
    "topics": ("services.cli.prepare:topics", "Create the topics that are missing on the bus."),
    "keys": ("services.cli.keys:keys", "Make the keys of an installation, or rotate one."),
    "apply": (
        "services.cli.bring:apply",
        "Bring bundles in, YAML files and folders of them; or do what a signed plan says.",
    ),
    "import": ("services.cli.bring:import_", "Bring in what another tool wrote."),
    "export": ("services.cli.export:export", "Write what is there as a bundle that apply takes back."),
    "template": ("services.cli.template:template", "Write an empty table of a kind, for people to fill in."),
    "convert": ("services.cli.convert:convert", "Take a model to another version of its language, and report on it."),
    "explain": ("services.cli.explain:explain", "What there is to write: kinds, members, choices, states, relations."),
    "new": ("services.cli.new:new", "A document of a bundle with every member of a kind, to be filled in."),
    "get": ("services.cli.get:get", "List the entities of a kind, or show one."),
    "move": ("services.cli.move:move", "Move something to another state of its lifecycle."),
    "review": ("services.cli.review:review", "Record that something has been looked at."),
    "trace": ("services.cli.paths:trace", "What something leads up to, or what rests on it."),
    "why": ("services.cli.paths:why", "Why something exists: every path to an outcome or a business strategy."),
    "impact": ("services.cli.impact:impact", "Who loses something if it fails, and whom to ask before."),
    "cascade": ("services.cli.linkage:cascade", "How strategy comes down to work, on both sides."),
    "coverage": ("services.cli.linkage:coverage", "Services by the four Ps; offerings by goods, access and action."),
    "promises": ("services.cli.promises:promises", "What the promises of a contract rest on."),
    "raci": ("services.cli.linkage:raci", "Who does what in a process."),
    "load": ("services.cli.linkage:load", "What each party carries in all processes."),
    "diff": ("services.cli.diff:diff", "What changed between two moments, and by whom."),
    "baseline": ("services.cli.baseline:baseline", "Give a moment a name, to compare others with."),
    "findings": ("services.cli.health:findings", "What is wrong, by what brought it about; worst first."),
    "finding": ("services.cli.acting:finding", "One finding, and what has been done about it."),
    "fix": ("services.cli.fix:fix", "What mends a finding, as a bundle; and does it."),
    "waive": ("services.cli.acting:waive", "Live with a finding until a day, and say why."),
    "acknowledge": ("services.cli.acting:acknowledge", "Say that a finding was seen, and who acts on it."),
    "comment": ("services.cli.acting:comment", "Comment on a finding."),
    "whatif": ("services.cli.whatif:whatif", "What changes would do, before anybody makes them."),
    "campaign": ("services.cli.campaign:campaign", "A list of things that their owners attest until a day."),
    "forecast": ("services.cli.forecast:forecast", "What is going to happen until a day, as a calendar."),
    "me": ("services.cli.me:me", "Who you are here: what you hold, own, and are waited for."),
    "rules": ("services.cli.rules:rules", "The rule catalogue: when each finds something, and what mends it."),
    "pack": ("services.cli.packs:pack", "Have rules of the organisation's own judged, from a file."),
    "settings": ("services.cli.settings:settings", "Set rules for the organisation: off, how grave, by which numbers."),
    "score": ("services.cli.health:score", "How well things line up, and what to mend first."),
    "check": ("services.cli.checking:check", "A gate for pipelines: fails when findings are too severe."),
    "watch": ("services.cli.watch:watch", "Follow what is recorded, or what is found, as it happens."),
    "doctor": ("services.cli.doctor:doctor", "What can be reached and in what state it is, with the next step."),
    "status": ("services.cli.view:status", "How far the view is."),
    "rebuild": ("services.cli.view:rebuild", "Build the view anew from everything recorded, and switch over."),
    "dead-letters": ("services.cli.view:dead_letters", "Messages that could not be read or confirmed; forget one."),
    "propose": ("services.cli.sign_off:propose", "Make a draft of an increment: the next slice that could be signed."),
    "submit": ("services.cli.sign_off:submit", "Freeze what an increment says, and ask its signers."),
    "sign": ("services.cli.sign_off:sign", "Approve an increment, after its text has been shown."),
    "reject": ("services.cli.sign_off:reject", "Send an increment back, after its text has been shown."),
    "delegate": ("services.cli.sign_off:delegate", "Have somebody else decide on an increment."),
    "drift": ("services.cli.sign_off:drift", "How what was signed differs from what is there now."),
    "proof": ("services.cli.sign_off:proof", "The proof of a signed increment."),
    "supersede": ("services.cli.sign_off:supersede", "Make a draft that takes the place of a signed increment."),
    "trust": ("services.cli.pins:trust", "Trust the keys with which a server signs proofs."),
    "verify": ("services.cli.verify:verify", "Check the proof of a signed increment, and the signature log."),
    "sign-in": ("services.cli.issuing:sign_in", "Print an address that signs in on the page, once."),
    "token": ("services.cli.issuing:token", "Print a token, signed with the issuer's key."),
}
"""Name, where it is, and what it does."""


_BEHIND = ("--server", "--token", "--home", "--json")
"""Options that the commands have, and the program itself has not."""


class _Lazy(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        option = args[0].partition("=")[0] if args else ""
        if option in _BEHIND:
            command = next((each for each in args if each in COMMANDS), "COMMAND")
            ctx.fail(f"{option} comes after the command: plumbline {command} {option} ...")
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] in COMMANDS:
            self.add_command(load(args[0]), args[0])
        return super().resolve_command(ctx, args)


class _Plain(TyperCommand):
    """Says of a value what it must be, in the words of the services."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = _must_be(error)
            raise


def _must_be(error: typer.BadParameter) -> str:
    from pydantic import ValidationError  # nobody who makes no mistake waits for it

    from shared.contracts.refusals import one_of, plain

    if not isinstance(error.__cause__, ValidationError):
        return error.message
    [detail, *_] = error.__cause__.errors()
    annotation = vars(error.param)["type_descriptor"].annotation
    if get_origin(annotation) is Literal:
        return f"must be {one_of(detail['input'], get_args(annotation))}"
    return plain(detail)


def load(name: str) -> Any:
    """The command of that name, with its module imported."""
    module, _, function = COMMANDS[name][0].partition(":")
    single = typer.Typer(add_completion=False)
    single.command(name, cls=_Plain)(getattr(import_module(module), function))
    return get_command(single)


def _listed() -> None:
    """Stands in the list of commands until the one of that name is called."""


app = typer.Typer(
    cls=_Lazy,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="Keeps an organisation's IT services in line with its strategy.",
)

for _name, (_, _help) in COMMANDS.items():
    app.command(_name, help=_help)(_listed)
