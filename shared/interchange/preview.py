"""What owners would say to what is new, without writing it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.client import Client, Json
from shared.contracts import KIND_OWNERS, NODE_KINDS

MOST = 500
"""Lines of which an owner says at once what they would come to."""


class Preview:
    """Asks in the order in which things would be written: each with those before it, of the same service, that it rests
    on, since nothing of them is there."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._taken: dict[str, Json] = {}
        """The lines that would be taken, by what they make, in their order."""
        self._place: dict[str, int] = {}
        """Where each stands in that order."""

    async def answers(self, service: str, lines: Sequence[Json]) -> list[Json | None]:
        """One for each; None for what rests on more than an owner looks at."""
        lines = [self._again(line) for line in lines]
        before = self._before(service, lines)
        if len(before) + len(lines) > MOST:
            if len(lines) == 1:
                self._take(lines[0])
                return [None]
            middle = len(lines) // 2
            first = await self.answers(service, lines[:middle])
            return [*first, *await self.answers(service, lines[middle:])]
        answers = await self._client.bulk(service, [*before, *lines], preview=True)
        answered = answers[len(before) :]
        for line, answer in zip(lines, answered, strict=True):
            if answer["status"] == 200 and "if_match" in line:
                answer["status"] = 201
            if answer["status"] == 201:
                self._take({name: value for name, value in line.items() if name != "if_match"})
        return [*answered]

    def _take(self, line: Json) -> None:
        self._taken[_ref(line)] = line
        self._place.setdefault(_ref(line), len(self._place))

    def _again(self, line: Json) -> Json:
        """What refers to each other is written in two steps: the second one changes what the first has made."""
        first = self._taken.get(_ref(line))
        return {**line, "body": first["body"] | line["body"], "if_match": 1} if first else line

    def _before(self, service: str, lines: Sequence[Json]) -> list[Json]:
        """What these rest on, by however many steps."""
        found, waiting = set[str](), [ref for line in lines for ref in (_ref(line), *_named(line))]
        while waiting:
            ref = waiting.pop()
            if ref not in found and ref in self._taken and KIND_OWNERS[ref.partition("/")[0]] == service:
                found.add(ref)
                waiting += _named(self._taken[ref])
        return [self._taken[ref] for ref in sorted(found, key=self._place.__getitem__)]


def _ref(line: Mapping[str, Any]) -> str:
    return f"{line['kind']}/{line['id']}"


def _named(line: Mapping[str, Any]) -> Iterator[str]:
    """What has to be there for it."""
    body = line["body"]
    if line["kind"] == "link":
        yield from (f"{body[end]['kind']}/{body[end]['id']}" for end in ("source", "target"))
        return
    for reference in NODE_KINDS[line["kind"]].references:
        yield from (f"{kind}/{id}" for _, kind, id in reference.targets(body))
