"""``doctor``: what can be reached, in what state it is, and what to do next about what is not as it should be."""

import asyncio
import base64
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from services.cli.endpoint import DEFAULT_HOME, Endpoint, Unusable, locate
from services.cli.session import FAILED, UNREACHABLE, Output, unconnected

if TYPE_CHECKING:
    import httpx

_SKEW, _LAG, _ROOM = 30, 60, 1024**3
"""Seconds of a clock and of the view, and bytes of a disk, from which on something is said."""
_WAITING = re.compile(r'^plumbline_unpublished_changes\{service="(\w+)"\} ([0-9.e+]+)$', re.MULTILINE)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; ``next`` is what to do about it."""

    what: str
    state: Literal["ok", "look", "wrong", "unreachable"]
    told: str
    next: str = ""


@unconnected
def doctor(output: Output, server: str | None, token: str | None, home: Path | None) -> None:
    """Look at everything that the command line needs, and say what to do about what is not as it should be."""
    from services.cli.tables import table

    checks = asyncio.run(_all(server, token, home))
    rows = [(each.state, each.what, each.told, each.next) for each in checks]
    output.show([asdict(each) for each in checks], lambda: table(("", "what", "found", "next"), rows))
    if any(each.state == "unreachable" for each in checks):
        raise typer.Exit(UNREACHABLE)
    if any(each.state == "wrong" for each in checks):
        raise typer.Exit(FAILED)


async def _all(server: str | None, token: str | None, home: Path | None) -> list[Check]:
    checks = [Check("client", "ok", f"plumbline {_release()}")]
    checks += _disk(home or DEFAULT_HOME)
    try:
        endpoint = locate(server, token, home)
        given = endpoint.token() if callable(endpoint.token) else endpoint.token
    except Unusable as error:
        return [*checks, Check("server", "unreachable", str(error), "Start it: plumbline up, or name one by --server.")]
    checks.append(Check("server", "ok", endpoint.server))
    checks.append(_token(given))
    async with opened(endpoint, given) as http:
        ready = [await _ready(http, service) for service in _services()]
        checks += [check for check, _ in ready]
        if date := next((date for _, date in ready if date), None):
            checks.append(_clock(date))
        there = [check.what for check, _ in ready if check.state == "ok"]
        checks += await _view(http) if "alignment" in there else ()
        checks += await _bus(http, there) if there else ()
    return checks


def opened(endpoint: Endpoint, token: str) -> "httpx.AsyncClient":
    """Tests put another one in its place."""
    import httpx

    from shared.client import Bounded

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.AsyncHTTPTransport() if endpoint.is_here() else None
    return Bounded(base_url=endpoint.server, headers=headers, transport=transport, timeout=10)


def _release() -> str:
    from shared.config import RELEASE

    return RELEASE


def _services() -> tuple[str, ...]:
    from shared.config import APPLICATIONS

    return tuple(APPLICATIONS)


def _disk(home: Path) -> Iterator[Check]:
    if home.is_dir():
        room = shutil.disk_usage(home)
        told = f"{room.free / 1024**3:,.1f} of {room.total / 1024**3:,.1f} GiB are free in {home}"
        little = room.free < _ROOM
        yield Check(
            "disk", "look" if little else "ok", told, "Make room: nothing is written when it is full." if little else ""
        )


def _token(token: str) -> Check:
    """By what it says of itself; whether it holds is for the server to say."""
    if not token:
        return Check("token", "wrong", "there is none", "Give one by PLUMBLINE_TOKEN, or name the platform's --home.")
    try:
        payload = token.split(".")[1]
        said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        left = float(said["exp"]) - _now().timestamp()
        subject = str(said["sub"])
    except (IndexError, ValueError, KeyError, TypeError):
        return Check("token", "wrong", "it is no token that this can read", "Get another one: plumbline token")
    if left <= 0:
        return Check("token", "wrong", f"it ended {-left / 60:,.0f} minutes ago", "Get another one: plumbline token")
    return Check("token", "ok", f"for {subject}, {left / 60:,.0f} minutes more")


async def _ready(http: "httpx.AsyncClient", service: str) -> tuple[Check, datetime | None]:
    """Whether a service and its database answer, and what time it is there."""
    import httpx

    try:
        answer = await http.get(f"/{service}/readyz")
    except httpx.TransportError as error:
        why = str(error) or type(error).__name__
        return Check(
            service, "unreachable", f"cannot be reached: {why}", "Is it running, and is that its address?"
        ), None
    if answer.status_code == 200:
        return Check(service, "ok", "it and its database answer"), _date(answer)
    detail = _problem(answer).get("detail", f"it answers with status {answer.status_code}")
    return Check(
        service, "wrong", str(detail), f"Look into its log, and at its database: plumbline migrate {service}"
    ), None


def _date(answer: "httpx.Response") -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return None


def _clock(there: datetime) -> Check:
    ahead = (there - _now()).total_seconds()
    if abs(ahead) <= _SKEW:
        return Check("clock", "ok", "the server's and this machine's agree")
    told = f"the server's is {abs(ahead):,.0f} s {'ahead of' if ahead > 0 else 'behind'} this machine's"
    return Check("clock", "wrong", told, "Set them: tokens and dates go by the clock (NTP).")


async def _view(http: "httpx.AsyncClient") -> Iterator[Check]:
    answer = await http.get("/alignment/v1/status")
    if answer.status_code != 200:
        detail = str(_problem(answer).get("detail", f"status {answer.status_code}"))
        return iter(
            [Check("view", "wrong", detail, "Get another token: plumbline token" if answer.status_code == 401 else "")]
        )
    return _state(_problem(answer))


def _state(status: dict[str, Any]) -> Iterator[Check]:
    here, there = _release(), status.get("release", "an earlier release")
    apart = "The two should be the same: install the server's release." if here != there else ""
    yield Check("release", "look" if apart else "ok", f"the server is {there}, this is {here}", apart)
    lag = max(status["lag_seconds"].values(), default=0)
    late = "It catches up by itself; plumbline status says how far it is." if lag > _LAG else ""
    yield Check("view", "look" if late else "ok", f"{lag:,.1f} s behind the services", late)
    if status["dead_letters"]:
        yield Check(
            "events",
            "look",
            f"{status['dead_letters']} could not be read",
            "plumbline dead-letters, and the log of alignment",
        )


async def _bus(http: "httpx.AsyncClient", services: list[str]) -> Iterator[Check]:
    """By the changes that wait for it."""
    answers = [await http.get(f"/{service}/metrics") for service in services]
    if not all(answer.status_code == 200 for answer in answers):
        return iter(
            [Check("bus", "look", "the token may not ask for metrics", "It takes the scopes <service>:metrics.")]
        )
    waiting = {name: float(number) for answer in answers for name, number in _WAITING.findall(answer.text)}
    if any(waiting.values()):
        told = ", ".join(f"{number:,.0f} events of {name}" for name, number in waiting.items() if number)
        return iter([Check("bus", "look", f"{told} wait for it", "If they stay, look at the broker; nothing is lost.")])
    return iter([Check("bus", "ok", "no event waits for it")])


def _problem(answer: "httpx.Response") -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _now() -> datetime:
    from shared import clock

    return clock.now().astimezone(UTC)
