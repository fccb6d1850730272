"""What a remedy looks up: what is near a thing, what there is to choose from, and what the evidence leads to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.alignment.judge.mends import At
from services.alignment.queries.edges import edges_from
from services.alignment.queries.nodes import brief, briefs, nodes, records, split
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind

Json = dict[str, Any]
MOST_LOOKED_AT = 200
"""Of each kind, what is chosen from; and of all together."""
_MOST_NEAR = 200
MOST_THERE = 10
"""Others that are looked at for one remedy."""


@dataclass
class Mending:
    moment: Moment
    row: Any
    found: Json
    chosen: str | None
    subject: str
    """Whom the finding is about."""
    _near: set[str] | None = None

    @property
    def ref(self) -> str:
        return str(self.row.ref)

    @property
    def kind(self) -> Kind:
        return NODE_KINDS[split(self.ref)[0]]

    def named(self, names: Iterable[str]) -> list[str]:
        """The references that the evidence has in these members."""
        held = (self.found["evidence"].get(name) for name in names)
        said = (each for value in held for each in (value if isinstance(value, list) else [value]))
        return [each for each in dict.fromkeys(said) if isinstance(each, str) and "/" in each]

    async def reached(self, at: At) -> list[Any]:
        """The rows of what is there, the first of them."""
        refs = self.named(at.named) if at.named else [self.ref]
        for step in at.path:
            end, other = ("source", "target") if step.startswith(">") else ("target", "source")
            rows = await edges_from(self.moment, refs, end, step[1:].split("|"), MOST_LOOKED_AT)
            refs = [*dict.fromkeys(getattr(row, other) for row in rows)]
        kinds = at.kinds
        rows = await records(self.moment, [ref for ref in refs if kinds is None or split(ref)[0] in kinds])
        return [row for row in rows if not row.deleted and (at.types is None or row.type in at.types)][:MOST_THERE]

    async def briefly(self, rows: Iterable[Any]) -> list[Json]:
        found = await briefs(self.moment, [row.ref for row in rows])
        return [*found.values()]

    # -- what there is to choose from

    async def near(self) -> set[str]:
        """What is joined to the subject, or to something that is."""
        if self._near is None:
            self._near = await self._read_near()
        return self._near

    async def _read_near(self) -> set[str]:
        near, reached = {self.ref}, [self.ref]
        for _ in range(2):
            found = set[str]()
            for end, other in (("source", "target"), ("target", "source")):
                rows = await edges_from(self.moment, reached, end, None, _MOST_NEAR)
                found.update(getattr(row, other) for row in rows)
            reached = sorted(found - near)[:_MOST_NEAR]
            near |= found
        return near

    async def choices(
        self, kinds: Iterable[str], types: frozenset[str] | None, without: Iterable[str] = ()
    ) -> tuple[list[Json], int]:
        """Live things of some kinds and types to choose from, the nearest first, and how many more there are."""
        found, more, near = list[Json](), 0, await self.near()
        left_out = {*without, self.ref}
        for kind in kinds:
            if self.chosen is not None:
                rows = await records(self.moment, [self.chosen]) if self.chosen.startswith(f"{kind}/") else []
                some = [brief(self.moment, row) for row in rows if not row.deleted]
            else:
                some, cursor = await nodes(self.moment, {"kind": kind}, MOST_LOOKED_AT, None)
                more += cursor is not None
            fitting = (each for each in some if each["live"] and (types is None or each["type"] in types))
            found += [each for each in fitting if ref_of(each) not in left_out]
        found.sort(key=lambda each: self._rank(each, near))
        return found[:MOST_LOOKED_AT], more + max(0, len(found) - MOST_LOOKED_AT)

    def _rank(self, each: Json, near: set[str]) -> tuple[Any, ...]:
        """What is near, or owned by the same, first; then what much depends on."""
        same_owner = self.row.owner is not None and each["owner"] == self.row.owner
        return ref_of(each) not in near, not same_owner, -(each["criticality"] or 0), each["name"] or "", each["id"]

    # -- relations

    async def relations(self, types: Sequence[str], *, forward: bool = True) -> tuple[list[Any], Any]:
        """Those of the subject, and what tells their far ends."""
        end, other = ("source", "target") if forward else ("target", "source")
        rows = await edges_from(self.moment, [self.ref], end, list(types), MOST_LOOKED_AT)
        return list(rows), lambda row: getattr(row, other)

    async def states(self, origins: Iterable[str]) -> dict[str, Json]:
        held = [origin for origin in origins if not origin.startswith("link/")]
        return {row.ref: row.data for row in await records(self.moment, held)}


def one(kind: str) -> str:
    return NODE_KINDS[kind].one


def option(says: str, **parts: Any) -> Json:
    empty: Json = {"says": says, "steps": [], "candidates": [], "more": 0, "members": [], "of": None, "new": None}
    return empty | parts
