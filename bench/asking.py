"""What is asked of a view of any size, and how: the application itself, without a socket."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import orjson

from bench.organisation import Json, Organisation
from shared import clock
from shared.http import pagination


class Place:
    """A random element of a kind, or the hub; ``more`` is what else the query has."""

    def __init__(self, organisation: Organisation, dice: Random, kind: str, more: str = "") -> None:
        self.more = more
        self.units = organisation.units
        self.long_ago = organisation.time(max(organisation.heads.values()) // 3)
        self.end = organisation.some(dice, kind) if kind else {"kind": "service", "id": organisation.hub}
        self.ref = f"{self.end['kind']}/{self.end['id']}"


def some(organisation: Organisation, kind: str, count: int) -> list[Place]:
    """The same ones for whoever asks."""
    dice = Random(3)
    return [Place(organisation, dice, kind) for _ in range(count)]


def _nodes(answer: Json) -> int:
    return len(answer["nodes"])


def _items(answer: Json) -> int:
    return len(answer["items"])


@dataclass(frozen=True)
class Read:
    """``size`` is how much came back; ``floor`` the end from which the bare statement goes three hops."""

    name: str
    kind: str
    path: Callable[[Place], str]
    size: Callable[[Json], int] = _items
    hidden: Callable[[Json], int] = lambda _: 0
    floor: str = ""


def _about(view: str, more: str = "") -> Callable[[Place], str]:
    return lambda place: f"{view}/{place.ref}{more}"


def _list(path: str) -> Callable[[Place], str]:
    return lambda _: path


def _deep(place: Place) -> str:
    with pagination.of_list("/alignment/v1/nodes", f"kind=service{place.more}".encode()):
        cursor = pagination.encode(f"service-{place.units // 2}-", "")
    return f"nodes?kind=service&cursor={cursor}"


def _score_long_ago(place: Place) -> str:
    return f"score?as_of={clock.rfc3339(place.long_ago)}"


def _lately(_: Place) -> str:
    return "diff?from=" + clock.rfc3339(clock.now() - timedelta(minutes=1))


def _total(answer: Json) -> int:
    return int(answer["hidden"])


def _at_risk(answer: Json) -> int:
    return len(answer["at_risk"])


def _ends(answer: Json) -> int:
    return int(sum(answer["hidden"].values()))


def _rules(answer: Json) -> int:
    return len(answer["rules"])


def _links(answer: Json) -> int:
    return len(answer["in"]) + len(answer["out"])


READS = (
    Read("trace up, 3 hops", "service", _about("trace", "?direction=up"), _nodes, _total, "source"),
    Read("trace down, 3 hops", "objective", _about("trace", "?direction=down"), _nodes, _total, "target"),
    Read("why", "contract", _about("why"), lambda answer: len(answer["paths"])),
    Read("impact, 3 hops", "product", _about("impact", "?depth=3"), _at_risk, _total),
    Read("an entity", "service", _about("nodes"), _links, _ends),
    Read("nodes, first page", "service", _list("nodes?kind=service")),
    Read("nodes, in the middle", "service", _deep),
    Read("nodes by a rare word", "service", _list("nodes?q=nobody%20is%20called%20so")),
    Read("nodes in a rare state", "service", _list("nodes?state=withdrawn")),
    Read("findings", "service", _list("findings")),
    Read("findings of a rule", "service", _list("findings?rule=P01")),
    Read("findings of one owner", "service", _list("findings?owner=party%2F00000000-0000-7000-8000-000000000000")),
    Read("score", "service", _list("score"), _rules),
    Read("score of long ago", "service", _score_long_ago, _rules),
    Read("cascade", "service", _list("cascade"), _items, _ends),
    Read("coverage of design", "service", _list("coverage/design")),
    Read("coverage of offerings", "service", _list("coverage/offerings")),
    Read("diff of a minute", "service", _lately),
    Read("status", "service", _list("status"), lambda answer: len(answer["positions"])),
)
TRACES = tuple(read for read in READS if read.floor)
HUB = (
    Read("hub: trace up", "", _about("trace", "?direction=up"), _nodes, _total),
    Read("hub: impact", "", _about("impact", "?depth=3"), _at_risk, _total),
    Read("hub: entity", "", _about("nodes"), _links, _ends),
)


async def answered(app: Any, token: str, path: str) -> Json:
    """The document of a GET under ``/alignment/v1``."""
    target, _, query = f"/alignment/v1/{path}".partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": target, "raw_path": target.encode(), "query_string": query.replace("+", "%2B").encode(),
        "root_path": "", "headers": [(b"authorization", f"Bearer {token}".encode()), (b"host", b"bench")],
        "client": ("127.0.0.1", 1), "server": ("bench", 80),
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Json:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    if sent[0]["status"] != 200:
        raise RuntimeError(f"{path}: {sent[0]['status']} {body[:500]!r}")
    document: Json = orjson.loads(body)
    return document
