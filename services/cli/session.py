"""What every command has in common: where to go, how to show what came back, and which exit code an error has."""

import asyncio
import inspect
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from services.cli.endpoint import NothingRuns, Unusable, locate

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from shared.client import Client

_PIPED_WIDTH = 1000  # a program that reads a table wants no line broken
FAILED, USAGE, NOT_FOUND, CONFLICT, UNREACHABLE = 1, 2, 3, 4, 5

Command = Callable[..., Coroutine[Any, Any, None]]


def connect(server: str | None, token: str | None, home: Path | None) -> "Client":
    """A client of the server that the options name; tests put another in its place."""
    import httpx

    from shared.client import Client

    endpoint = locate(server, token, home)
    # with a transport of its own it asks no proxy that the environment names
    return Client(endpoint.server, endpoint.token, httpx.AsyncHTTPTransport() if endpoint.is_here() else None)


@dataclass
class Output:
    """Two consoles, of which only ``out`` carries data."""

    json: bool
    out: "Console"
    err: "Console"

    def show(self, data: Any, render: Callable[[], "RenderableType"]) -> None:
        """Data as JSON for programs, or rendered for people."""
        from rich.text import Text

        from services.cli.tables import clean, document

        if self.json:
            typer.echo(document(data, indent=2))
        else:
            shown = render()
            self.out.print(Text(clean(shown)) if isinstance(shown, str) else shown)

    def say(self, text: str) -> None:
        """A message for people, beside the data."""
        from services.cli.tables import clean

        self.err.print(clean(text), markup=False, highlight=False, soft_wrap=True)


@dataclass
class Session(Output):
    """One run of a command that asks a server."""

    client: "Client"


_GLOBAL = {
    "server": Annotated[
        str | None,
        typer.Option(envvar="PLUMBLINE_SERVER", help="URL of the platform (default: the home's, or port 8000 here)."),
    ],
    "token": Annotated[
        str | None,
        typer.Option(envvar="PLUMBLINE_TOKEN", help="Bearer token (default: signed by the home's key).", hidden=True),
    ],
    "home": Annotated[
        Path | None,
        typer.Option(envvar="PLUMBLINE_HOME", help="Folder of a platform on this machine: gives server and token."),
    ],
    "as_json": Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")],
}


def command(function: Command) -> Callable[..., None]:
    """Make a command of a coroutine that takes a Session: adds the options that all commands have."""

    def run(server: str | None, token: str | None, home: Path | None, as_json: bool, **options: Any) -> None:
        try:
            asyncio.run(_in_session(function, connect(server, token, home), as_json, options))
        except Exception as error:  # noqa: BLE001  each has its exit code, and what has none is raised again
            _exit(error)

    return _shaped(run, function, _GLOBAL)


def offline(function: Callable[..., None]) -> Callable[..., None]:
    """Make a command of a function that takes an Output: it asks nobody."""

    def run(as_json: bool, **options: Any) -> None:
        try:
            function(Output(as_json, *_consoles()), **options)
        except Exception as error:  # noqa: BLE001  each has its exit code, and what has none is raised again
            _exit(error)

    return _shaped(run, function, {"as_json": _GLOBAL["as_json"]})


def unconnected(function: Callable[..., None]) -> Callable[..., None]:
    """Make a command of a function that takes an Output and the options which say where a server is."""

    def run(server: str | None, token: str | None, home: Path | None, as_json: bool, **options: Any) -> None:
        try:
            function(Output(as_json, *_consoles()), server=server, token=token, home=home, **options)
        except Exception as error:  # noqa: BLE001  each has its exit code, and what has none is raised again
            _exit(error)

    return _shaped(run, function, _GLOBAL, taken=3)


def _shaped(
    run: Callable[..., None], function: Callable[..., Any], more: dict[str, Any], taken: int = 0
) -> Callable[..., None]:
    """``run`` with the options of the function, but for its first parameter and those ``taken``, and some more."""
    _, *parameters = inspect.signature(function).parameters.values()
    parameters = parameters[taken:]
    extra = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=False if name == "as_json" else None
        )
        for name, annotation in more.items()
    ]
    own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    run.__name__, run.__doc__ = function.__name__, function.__doc__
    run.__signature__ = inspect.Signature([*own, *extra])  # type: ignore[attr-defined]  # read by typer
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *extra)}
    return run


def _consoles() -> tuple["Console", "Console"]:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH), Console(stderr=True)


async def _in_session(function: Command, client: "Client", as_json: bool, options: dict[str, Any]) -> None:
    client.means = "command"
    async with client:
        await function(Session(as_json, *_consoles(), client), **options)


def _exit(error: Exception) -> NoReturn:
    """The message on standard error and the exit code, or the error itself if it is a fault of ours."""
    code = _code(error)
    if code is None:
        raise error
    typer.echo(_shown(error), err=True)
    if step := _next_step(error):
        typer.echo(step, err=True)
    raise typer.Exit(code) from None


def _shown(error: Exception) -> str:
    """What a server says is one line; what is said here may be several."""
    from services.cli.tables import clean, plain
    from shared.client import ClientError

    return plain(error) if isinstance(error, ClientError) else clean(error)


def _next_step(error: Exception) -> str:
    """What to do about what the server said, where it cannot know that itself."""
    from shared.client import Refused, Unauthorized, Unreachable

    if isinstance(error, Unreachable):
        return "Is it running, and is that its address? plumbline doctor looks at all that is needed."
    if isinstance(error, Unauthorized):
        return (
            "On the machine of the platform, --home FOLDER makes a token for each command. Elsewhere set "
            "PLUMBLINE_TOKEN to one: whoever runs the platform makes it with plumbline token."
        )
    if isinstance(error, Refused) and (scope := error.problem.get("scope")):
        return f"Whoever runs the platform makes a token that has it: plumbline token --scope {scope}."
    return ""


def _code(error: Exception) -> int | None:
    from shared.client import Conflict, NotFound, PreconditionFailed, Refused, Unreachable
    from shared.interchange.faults import BadBundle

    codes: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
        ((NothingRuns,), UNREACHABLE),
        ((Unusable, BadBundle), USAGE),
        ((NotFound,), NOT_FOUND),
        ((Conflict, PreconditionFailed), CONFLICT),
        ((Unreachable,), UNREACHABLE),
        ((Refused,), USAGE),  # and not 1, which is a gate that failed
    )
    return next((code for types, code in codes if isinstance(error, types)), None)
