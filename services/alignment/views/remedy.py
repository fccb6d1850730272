"""What mends a finding, as the steps of a scenario: by relations that are added or ended, members, or a move."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.alignment.judge.remedies import Cut, CutNamed, MoveOn, Relate, Say, Way, joins, ways
from services.alignment.queries.edges import edges_from
from services.alignment.queries.nodes import brief, briefs, node, nodes, records, split
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from services.alignment.views import findings
from services.alignment.views.changing import added, reference_for, removed
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind
from shared.contracts.members import members
from shared.contracts.told import form
from shared.errors import Conflict

Json = dict[str, Any]
MOST_SHOWN = 20
_MOST_LOOKED_AT = 200
"""Of each kind, what is chosen from."""
_MOST_NEAR = 200


async def remedy(moment: Moment, id: str, chosen: str | None, grace: timedelta) -> Json:
    """Of an open finding; with ``chosen`` only by what chooses that. Raises NotFound, or Conflict of one that is
    mended."""
    found = await findings.one(moment, id, grace)
    if found["status"] != "open":
        raise Conflict("It is mended already.")
    row = await node(moment, ref_of(found["subject"]))
    mending = _Mending(moment, row, found, chosen)
    options = [each async for each in mending.options(ways(moment.rules[found["rule"]], found["subject"]["kind"]))]
    return {"finding": found, "options": options}


@dataclass
class _Mending:
    moment: Moment
    row: Any
    found: Json
    chosen: str | None

    @property
    def ref(self) -> str:
        return str(self.row.ref)

    @property
    def kind(self) -> Kind:
        return NODE_KINDS[split(self.ref)[0]]

    async def options(self, some: Sequence[Way]) -> AsyncIterator[Json]:
        near = await self._near() if any(isinstance(each, Relate) for each in some) else set()
        for way in some:
            match way:
                case Relate():
                    option = await self._relate(way, near)
                case Cut():
                    option = await self._cut(way)
                case CutNamed():
                    option = await self._cut_named()
                case Say():
                    option = self._say(way)
                case MoveOn():
                    option = self._move(way)
            at_once = self.chosen is None and (option["steps"] or option["members"])
            if at_once or option["candidates"]:
                yield option

    # -- relations to add

    async def _near(self) -> set[str]:
        """What is joined to the subject, or to something that is."""
        near, reached = {self.ref}, [self.ref]
        for _ in range(2):
            found = set[str]()
            for end, other in (("source", "target"), ("target", "source")):
                rows = await edges_from(self.moment, reached, end, None, _MOST_NEAR)
                found.update(getattr(row, other) for row in rows)
            reached = sorted(found - near)[:_MOST_NEAR]
            near |= found
        return near

    async def _relate(self, way: Relate, near: set[str]) -> Json:
        there, more = await self._choices(way)
        joined = await self._joined(way)
        others = [each for each in there if ref_of(each) not in joined]
        others.sort(key=lambda each: self._rank(each, near))
        shown = others[:MOST_SHOWN]
        holders = await self._holders(shown)
        candidates = [{"node": each, "steps": [self._joining(way, ref_of(each), holders)]} for each in shown]
        kinds = " or ".join(_one(kind) for kind in dict.fromkeys(each["kind"] for each in there) or way.kinds)
        says = f"Add `{way.relation}` to {kinds}." if way.forward else f"Add `{way.relation}` from {kinds} to it."
        return _option(says, candidates=candidates, more=len(others) - len(shown) + more)

    async def _choices(self, way: Relate) -> tuple[list[Json], int]:
        """Live things that the relation may join with the subject."""
        found, more = list[Json](), 0
        mine = self.kind.name
        for kind in way.kinds:
            if not joins(way.relation, *((mine, kind) if way.forward else (kind, mine))):
                continue
            if self.chosen is not None:
                rows = await records(self.moment, [self.chosen]) if self.chosen.startswith(f"{kind}/") else []
                some = [brief(self.moment, row) for row in rows if not row.deleted]
            else:
                some, cursor = await nodes(self.moment, {"kind": kind}, _MOST_LOOKED_AT, None)
                more += cursor is not None
            found += [each for each in some if self._may_be(way, each)]
        return found, more

    def _may_be(self, way: Relate, each: Json) -> bool:
        fits = way.types is None or each["type"] in way.types
        alike = not way.alike or each["type"] == self.row.type
        return each["live"] and fits and alike and ref_of(each) != self.ref

    async def _joined(self, way: Relate) -> set[str]:
        """What the relation joins with the subject already."""
        end, other = ("source", "target") if way.forward else ("target", "source")
        return {getattr(row, other) for row in await edges_from(self.moment, [self.ref], end, [way.relation])}

    def _rank(self, each: Json, near: set[str]) -> tuple[Any, ...]:
        """What is near, or owned by the same, first; then what much depends on."""
        same_owner = self.row.owner is not None and each["owner"] == self.row.owner
        return ref_of(each) not in near, not same_owner, -(each["criticality"] or 0), each["name"] or "", each["id"]

    async def _holders(self, shown: Iterable[Json]) -> dict[str, Json]:
        """The states of all that may hold the relation in a field."""
        found = {row.ref: row.data for row in await records(self.moment, (ref_of(each) for each in shown))}
        return found | {self.ref: self.row.data} if found else {}

    def _joining(self, way: Relate, other: str, states: Mapping[str, Json]) -> Json:
        source, target = (self.ref, other) if way.forward else (other, self.ref)
        for holder, far in ((source, target), (target, source)):
            reference = reference_for(holder, far, way.relation, swapped=holder == target)
            said = added(states[holder], reference, far) if reference else None
            if said:
                return {"action": "set", "ref": holder, "members": said}
        return {"action": "link", "type": way.relation, "source": source, "target": target}

    # -- relations to end

    async def _cut(self, way: Cut) -> Json:
        end, other = ("source", "target") if way.forward else ("target", "source")
        rows = await edges_from(self.moment, [self.ref], end, list(way.relations), _MOST_LOOKED_AT)
        refs = [getattr(row, other) for row in rows]
        there = await briefs(self.moment, refs)
        states = await self._states({row.origin for row in rows})
        candidates = []
        for row, ref in sorted(zip(rows, refs, strict=True), key=lambda each: there[each[1]]["live"]):
            steps = [*_ending(row, states)]
            if steps and self.chosen in (None, ref):
                candidates.append({"node": there[ref], "steps": steps})
        says = (
            f"End {' or '.join(f'`{name}`' for name in way.relations)} {'to' if way.forward else 'from'} one of them."
        )
        return _option(says, candidates=candidates[:MOST_SHOWN], more=max(0, len(candidates) - MOST_SHOWN))

    async def _cut_named(self) -> Json:
        evidence = self.found["evidence"]
        if "edge" not in evidence:
            return _option("")
        mine = await edges_from(self.moment, [evidence["source"]], "source", [evidence["type"]], _MOST_LOOKED_AT)
        rows = [row for row in mine if (row.target, row.origin) == (evidence["target"], evidence["origin"])]
        steps = [*_ending(rows[0], await self._states({rows[0].origin}))] if rows else []
        return _option(f"End `{evidence['type']}` from {evidence['source']} to {evidence['target']}.", steps=steps)

    async def _states(self, origins: Iterable[str]) -> dict[str, Json]:
        held = [origin for origin in origins if not origin.startswith("link/")]
        return {row.ref: row.data for row in await records(self.moment, held)}

    # -- members and moves

    def _say(self, way: Say) -> Json:
        known = members(self.kind.model)
        names = way.members or tuple(str(self.found["evidence"].get("missing", "")).split(", "))
        told = [
            {"name": name, "form": form(self.kind, name, known[name]), "meaning": known[name].meaning,
             "choices": [str(each) for each in known[name].choices]}
            for name in names if name in known
        ]  # fmt: skip
        return _option(f"Fill in {', '.join(str(each['name']) for each in told)}.", members=told)

    def _move(self, way: MoveOn) -> Json:
        if way.over:
            return _option("Retire it.", steps=[{"action": "retire", "ref": self.ref}])
        lifecycle = self.kind.lifecycle
        to = next((state for state in lifecycle.states if self.kind.is_live(state)), None)
        steps = [{"action": "move", "ref": self.ref, "to": to}] if to and lifecycle.way(self.row.state, to) else []
        return _option(f"Move it to {to}.", steps=steps)


def _ending(row: Any, states: Mapping[str, Json]) -> Iterator[Json]:
    """The step that ends a relation; none where its field cannot be without it."""
    if row.origin.startswith("link/"):
        yield {"action": "end", "ref": row.origin}
        return
    far = row.target if row.origin == row.source else row.source
    reference = reference_for(row.origin, far, row.type, swapped=row.origin == row.target)
    said = removed(states[row.origin], reference, far) if reference and row.origin in states else None
    if said:
        yield {"action": "set", "ref": row.origin, "members": said}


def _one(kind: str) -> str:
    return NODE_KINDS[kind].one


def _option(says: str, **parts: Any) -> Json:
    return {"says": says, "steps": [], "candidates": [], "more": 0, "members": []} | parts
