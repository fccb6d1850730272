"""What owners would say to what is new, and to changes of what is there, without writing them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared.client import Client, Json
from shared.contracts import KIND_OWNERS, NODE_KINDS, Kind
from shared.contracts.base import SERVER_FIELDS
from shared.contracts.merging import merge_patch
from shared.interchange.merge import Difference

MOST = 500
"""Lines of which an owner says at once what they would come to."""


@dataclass(frozen=True)
class Asked:
    """What would be written of one thing, line after line from the version that is there on, and the body that it would
    have; of what is there, ``patch`` says in what that differs."""

    ref: str
    lines: list[Json]
    body: Json
    patch: Json | None = None
    version: int = 0

    def rests_on(self) -> Iterator[str]:
        """What has to be there for it."""
        if self.ref.startswith("link/"):
            yield from (f"{self.body[end]['kind']}/{self.body[end]['id']}" for end in ("source", "target"))
            return
        for reference in NODE_KINDS[self.ref.partition("/")[0]].references:
            yield from (f"{kind}/{id}" for _, kind, id in reference.targets(self.body))

    def after(self, first: "Asked") -> "Asked":
        """What refers to each other is written in two steps: the second one changes what the first has made."""
        body = first.body | self.body if self.patch is None else merge_patch(first.body, self.patch)
        moved = [line["transition"] for line in first.lines if "transition" in line]
        left = [line for line in self.lines if line.get("transition") not in moved]
        version = first.version + len(first.lines)
        lines = [
            {**line, **({"body": body} if "body" in line else {}), "if_match": version + number}
            for number, line in enumerate(left)
        ]
        return Asked(self.ref, lines, body, self.patch, version)


def new(line: Json) -> Asked:
    return Asked(f"{line['kind']}/{line['id']}", [line], line["body"])


def changed(kind: Kind, current: Json, difference: Difference) -> Asked:
    """The members first, since the gate of the transition may look at them."""
    there = {name: value for name, value in current.items() if name not in SERVER_FIELDS | kind.kept}
    body, version, lines = merge_patch(there, difference.patch), current["version"], list[Json]()
    one = {"kind": kind.name, "id": current["id"]}
    if difference.patch:
        lines.append({**one, "body": body, "if_match": version})
    if difference.to is not None:
        move = {"to": difference.to, "reason": difference.reason}
        lines.append({**one, "transition": move, "if_match": version + len(lines)})
    return Asked(f"{kind.name}/{current['id']}", lines, body, difference.patch, version)


class Preview:
    """Asks in the order in which things would be written: each with those before it, of the same service, that it rests
    on, since nothing of them is there."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._taken: dict[str, Asked] = {}
        """The lines that would be taken, by what they make, in their order."""

    async def answers(self, service: str, given: Sequence[Asked]) -> list[list[Json] | None]:
        """To each line of each; None for what rests on more than an owner looks at."""
        asked = [each.after(first) if (first := self._taken.get(each.ref)) else each for each in given]
        before = self._before(service, asked)
        lines = [line for each in asked for line in each.lines]
        if len(before) + len(lines) > MOST:
            if len(asked) == 1:
                self._note(asked[0], asked[0].lines)
                return [None]
            middle = len(given) // 2
            return [*await self.answers(service, given[:middle]), *await self.answers(service, given[middle:])]
        told = iter((await self._client.bulk(service, [*before, *lines], preview=True))[len(before) :])
        found = [[next(told) for _ in each.lines] for each in asked]
        for each, one, answers in zip(asked, given, found, strict=True):
            pairs = zip(each.lines, answers, strict=True)
            self._note(each, [line for line, answer in pairs if "problem" not in answer])
            if each is not one and one.patch is None and answers[0]["status"] == 200:
                answers[0]["status"] = 201
        return [*found]

    def _note(self, asked: Asked, taken: list[Json]) -> None:
        """What is taken is there for those that come after."""
        first = self._taken.get(asked.ref)
        if taken and first:
            self._taken[asked.ref] = replace(first, lines=[*first.lines, *taken], body=asked.body)
        elif taken:
            self._taken[asked.ref] = replace(asked, lines=taken)

    def _before(self, service: str, asked: Sequence[Asked]) -> list[Json]:
        """What these rest on, by however many steps."""
        found, waiting = set[str](), [ref for each in asked for ref in (each.ref, *each.rests_on())]
        while waiting:
            ref = waiting.pop()
            if ref not in found and ref in self._taken and KIND_OWNERS[ref.partition("/")[0]] == service:
                found.add(ref)
                waiting += self._taken[ref].rests_on()
        return [line for ref, each in self._taken.items() if ref in found for line in each.lines]
