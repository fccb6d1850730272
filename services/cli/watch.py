"""``watch``: what is recorded, or what is found, as it happens; until Ctrl-C, and from there on the next time."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from services.cli import following
from services.cli.endpoint import Unusable
from services.cli.session import Session, command

if TYPE_CHECKING:
    from shared.client import Client

PAUSE = 1.0
"""Seconds between two looks."""
_LOOK = "looks"
_NOW = {"changes": "get KIND", "findings": "findings"}
Json = dict[str, Any]


@command
async def watch(
    session: Session,
    what: Annotated[Literal["changes", "findings"], typer.Argument(help="What to follow.")] = "changes",
    after: Annotated[
        list[str] | None,
        typer.Option(
            "--after", help="SERVICE=POSITION after which to go on, or of findings a moment; else from now on."
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Show what has come after that by now, and end.")] = False,
) -> None:
    """Follow what is recorded or found: a line for each, or with --json a document.

    A platform that is away is asked again, less and less often; with --once, and at first, that ends with exit code 5.
    Credentials that are refused end it with 2.
    """
    follow = _Changes(session.client, after or []) if what == "changes" else _Findings(session.client, after or [])
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)
    await follow.begin()
    try:
        if once:
            await _look(session, follow)
            if not after:
                session.say(f"Without --after there is nothing yet. What there is now: plumbline {_NOW[what]}")
        else:
            await _followed(session, follow, stopped)
    finally:
        session.say(f"To go on from here: plumbline watch {what} {follow.place}")


async def _followed(session: Session, follow: "_Changes | _Findings", stopped: asyncio.Event) -> None:
    from services.cli.tables import plain

    away = following.Away(lambda text: session.say(plain(text)))
    while not stopped.is_set():
        if isinstance(follow, _Changes):
            with suppress(following.NoStream):  # then it is asked again and again
                await _streamed(session, follow, stopped, away)
        await _polled(session, follow, stopped, away)


async def _polled(
    session: Session, follow: "_Changes | _Findings", stopped: asyncio.Event, away: following.Away
) -> None:
    """Look again and again, until it is stopped or a server that was away is back: by then it may stream."""
    from shared.client import Unreachable

    if away.missed:  # streams were, and what answers now is whoever is looked at
        away.missed = {_LOOK: 1}
    while not stopped.is_set():
        try:
            await _look(session, follow)
            pause, is_back = PAUSE, away.back(_LOOK)
        except Unreachable as error:
            pause, is_back = away.lost(_LOOK, error), False
        if is_back:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stopped.wait()


async def _streamed(session: Session, follow: "_Changes", stopped: asyncio.Event, away: following.Away) -> None:
    """Show events as they come. Raises NoStream."""
    async with aclosing(following.changes(session.client, follow.positions, stopped, away)) as events:
        async for service, event in events:
            _tell(session, event, _event(event))
            follow.positions[service] = event["position"]


def _tell(session: Session, document: Json, line: str) -> None:
    from services.cli import tables

    typer.echo(tables.document(document) if session.json else tables.plain(line))


async def _look(session: Session, follow: "_Changes | _Findings") -> None:
    """Show what is new. Raises Unreachable."""
    async for document, line in follow.new():
        _tell(session, document, line)
    if isinstance(follow, _Findings) and follow.more:
        session.say(f"More {follow.more} at once than are told of one look: plumbline findings has all that are open.")


class _Changes:
    """By position, service by service."""

    def __init__(self, client: "Client", after: list[str]) -> None:
        self.client = client
        self.positions = dict(map(_position, after))

    async def begin(self) -> None:
        from shared.contracts import OWNERS

        for service in OWNERS:
            newest = (await self.client.changes(service, 0, 1))["head"]["position"]
            if self.positions.setdefault(service, newest) > newest:
                said = f"{service}={self.positions[service]} is still to come"
                raise Unusable(f"{said}: the newest change of {service} is {newest}.")

    @property
    def place(self) -> str:
        return " ".join(f"--after {service}={position}" for service, position in self.positions.items())

    async def new(self) -> AsyncIterator[tuple[Json, str]]:
        for service in self.positions:
            while True:
                page = await self.client.changes(service, self.positions[service])
                for event in page["items"]:
                    self.positions[service] = event["position"]
                    yield event, _event(event)
                self.positions[service] = max(self.positions[service], page["next_after"])
                if self.positions[service] >= page["head"]["position"] or not page["items"]:
                    break


def _position(given: str) -> tuple[str, int]:
    from shared.contracts import OWNERS
    from shared.contracts.refusals import one_of

    service, _, position = given.partition("=")
    if service not in OWNERS:
        raise Unusable(f"{given} is no SERVICE=POSITION: the service must be {one_of(service, OWNERS)}")
    if not position.isdecimal():
        raise Unusable(f"{given} is no SERVICE=POSITION, such as {service}=120.")
    return service, int(position)


def _event(event: Json) -> str:
    state = event["data"]["state"]
    kind, action = event["subject"].partition("/")[0], event["type"].rpartition(".")[2]
    if kind == "link":
        ends = (f"{state[end]['kind']}/{state[end]['id']}" for end in ("source", "target"))
        name = f" {state['type']} ".join(ends)
    else:
        name = f"{kind}/{state['key']} {state['name']}"
    moved = f" to {state['state']}" if action == "transitioned" else ""
    members = f" ({', '.join(event['data']['changed'])})" if action == "changed" else ""
    return f"{event['time']} {action}{moved} {name}{members} by {event['actor']}"


class _Findings:
    """By moment: what has opened and what was resolved since the last look."""

    def __init__(self, client: "Client", after: list[str]) -> None:
        self.client = client
        self.after = after
        self.more = ""
        """What there was more of at the last look than is told."""

    async def begin(self) -> None:
        from services.cli import refs

        if len(self.after) > 1:
            raise Unusable("Findings are followed from one moment on.")
        self.since = await refs.moment(self.client, self.after[0] if self.after else None) or await self._now()

    @property
    def place(self) -> str:
        return f"--after {self.since}"

    async def _now(self) -> str:
        """The moment up to which the view covers everything, by its own clock."""
        status = await self.client.get_json("/alignment/v1/status")
        return str(min(status["watermark"].values()))

    async def new(self) -> AsyncIterator[tuple[Json, str]]:
        until, self.more = await self._now(), ""
        if until <= self.since:
            return
        between = {"from": self.since, "to": until, "limit": 1}
        answer = await self.client.get_json("/alignment/v1/diff", **between)
        self.since = until
        findings = answer["findings"]
        self.more = " and ".join(each for each in ("opened", "resolved") if findings[f"more_{each}"])
        for change in ("opened", "resolved"):
            for finding in findings[change]:
                yield {"change": change, **finding}, _finding(change, finding, until)


def _finding(change: str, finding: Json, at: str) -> str:
    node = finding["subject"]
    subject = f"{node['kind']}/{node['key'] or node['id']}"
    return f"{at} {change} {finding['severity']} {finding['rule']} {subject}: {finding['title']}"
