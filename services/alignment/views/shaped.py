"""What each shape of a remedy comes to for a thing, as options: steps to make at once, candidates, or members to fill
in.

Nothing here says yet whether a finding closes by it (``services.alignment.views.proof``)."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any

from services.alignment.judge.mends import Add, Cut, CutNamed, MoveOn, Refer, Relate, Repoint, Say, SayOn, SetTo, Simple
from services.alignment.judge.remedies import joins
from services.alignment.queries.edges import edges_from
from services.alignment.queries.nodes import briefs, records, split
from services.alignment.view.projection import ref_of
from services.alignment.views.changing import added, reference_for, removed, replaced
from services.alignment.views.mending import MOST_LOOKED_AT, MOST_THERE, Mending, one, option
from shared.contracts import LINKS
from shared.contracts.base import Kind
from shared.contracts.members import members
from shared.contracts.told import form

Json = dict[str, Any]


class Shaped(Mending):
    """By one shape that is about this thing alone."""

    async def simple(self, way: Simple) -> AsyncIterator[Json]:
        """The options of one shape that is about this thing alone."""
        match way:
            case Relate():
                yield await self._relate(way)
            case Cut():
                yield await self._cut(way)
            case CutNamed():
                yield await self._cut_named()
            case Repoint():
                async for made in self._repoint(way):
                    yield made
            case SayOn():
                yield await self._say_on(way)
            case Refer():
                yield await self._refer(way)
            case Add():
                yield await self._add(way)
            case _:
                for made in self._of_its_own(way):
                    yield made

    def _of_its_own(self, way: Say | SetTo | MoveOn) -> Iterator[Json]:
        match way:
            case Say():
                yield self._say(way)
            case SetTo():
                yield from self._set_to(way)
            case MoveOn():
                yield self._move(way)

    # -- relations to add

    async def _relate(self, way: Relate) -> Json:
        mine = self.kind.name
        kinds = [k for k in way.kinds if joins(way.relation, *((mine, k) if way.forward else (k, mine)))]
        joined = await self._joined(way)
        types = frozenset({self.row.type}) if way.alike else way.types
        others, more = await self.choices(kinds, types, joined)
        holders = await self._holders(others)
        candidates = [{"node": each, "steps": [self._joining(way, ref_of(each), holders)]} for each in others]
        named = " or ".join(one(kind) for kind in dict.fromkeys(each["kind"] for each in others) or way.kinds)
        says = f"Add `{way.relation}` to {named}." if way.forward else f"Add `{way.relation}` from {named} to it."
        return option(says, candidates=candidates, more=more)

    async def _joined(self, way: Relate) -> set[str]:
        """What the relation joins with the subject already."""
        end, other = ("source", "target") if way.forward else ("target", "source")
        return {getattr(row, other) for row in await edges_from(self.moment, [self.ref], end, [way.relation])}

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
        rows, far = await self.relations(way.relations, forward=way.forward)
        if way.named:
            rows = [row for row in rows if far(row) in self.named(way.named)]
        there = await briefs(self.moment, map(far, rows))
        states = await self.states({row.origin for row in rows})
        rows.sort(key=lambda row: bool(there[far(row)]["live"]))
        candidates = []
        for row in rows:
            steps = [*_ending(row, states)]
            if steps and self.chosen in (None, far(row)):
                candidates.append({"node": there[far(row)], "steps": steps})
        verb = " or ".join(f"`{name}`" for name in way.relations)
        says = f"End {verb} {'to' if way.forward else 'from'} one of them."
        return option(says, candidates=candidates[:MOST_LOOKED_AT], more=max(0, len(candidates) - MOST_LOOKED_AT))

    async def cut_together(self, way: Cut, number: int) -> Json | None:
        """So many relations end at once, those to what is the least near first; None where there are not as many."""
        rows, far = await self.relations(way.relations, forward=way.forward)
        there, near = await briefs(self.moment, map(far, rows)), await self.near()
        rows.sort(key=lambda row: (bool(there[far(row)]["live"]), self._rank(there[far(row)], near)))
        states = await self.states({row.origin for row in rows})
        steps = list[Json]()
        for row in rows[-number:]:
            for step in _ending(row, states):
                steps.append(step)
                if step["action"] == "set":
                    states[step["ref"]] = states[step["ref"]] | step["members"]
        verb = " or ".join(f"`{name}`" for name in way.relations)
        names = ", ".join(str(there[far(row)]["name"]) for row in rows[-number:])
        says = f"End {verb} {'to' if way.forward else 'from'} {number} of them: {names}."
        return option(says, steps=steps) if 1 < number <= len(rows) else None

    async def _repoint(self, way: Repoint) -> AsyncIterator[Json]:
        rows, far = await self.relations(way.relations)
        states = await self.states(row.origin for row in rows)
        there = await briefs(self.moment, map(far, rows))
        for row in rows[:MOST_THERE]:
            kind = split(far(row))[0]
            others, more = await self.choices([kind], None, [far(row)])
            found = ((each, self._turned(row, ref_of(each), states)) for each in others)
            candidates = [{"node": each, "steps": steps} for each, steps in found if steps]
            says = f"Let `{row.type}` lead to another {kind.replace('_', ' ')} than {there[far(row)]['name']}."
            yield option(says, candidates=candidates, more=more)

    def _turned(self, row: Any, other: str, states: Mapping[str, Json]) -> list[Json]:
        """The steps by which a relation leads to another one."""
        if row.origin.startswith("link/"):
            link = {"action": "link", "type": row.type, "source": row.source, "target": other}
            return [{"action": "end", "ref": row.origin}, link]
        reference = reference_for(row.origin, row.target, row.type, swapped=False) if row.origin == row.source else None
        said = replaced(states[row.origin], reference, row.target, other) if reference else None
        return [{"action": "set", "ref": row.origin, "members": said}] if said else []

    async def _add(self, way: Add) -> Json:
        others, more = await self.choices([way.kind], None)
        items = self.row.data.get(way.member) or ()
        candidates = []
        for each in others:
            item = {**way.item, "ref": {"kind": each["kind"], "id": each["id"]}}
            said = {way.member: [*items, item]}
            candidates.append({"node": each, "steps": [{"action": "set", "ref": self.ref, "members": said}]})
        return option(f"Add {one(way.kind)} to `{way.member}`.", candidates=candidates, more=more)

    async def _cut_named(self) -> Json:
        evidence = self.found["evidence"]
        if "edge" not in evidence:
            return option("")
        mine = await edges_from(self.moment, [evidence["source"]], "source", [evidence["type"]], MOST_LOOKED_AT)
        rows = [row for row in mine if (row.target, row.origin) == (evidence["target"], evidence["origin"])]
        steps = [*_ending(rows[0], await self.states({rows[0].origin}))] if rows else []
        return option(f"End `{evidence['type']}` from {evidence['source']} to {evidence['target']}.", steps=steps)

    def _say(self, way: Say) -> Json:
        known = members(self.kind.model)
        missing = tuple(str(self.found["evidence"].get("missing", "")).split(", "))
        names = way.members or missing
        if way.alone and names != missing:
            return option("")
        told = [_open(self.kind, known[name]) for name in names if name in known]
        of = None if self.ref == self.subject else self.ref
        return option(f"Fill in {', '.join(str(each['name']) for each in told)}.", members=told, of=of)

    async def _say_on(self, way: SayOn) -> Json:
        rows, far = await self.relations([way.relation])
        held = [row for row in rows if far(row) in self.named(way.named) and row.origin.startswith("link/")]
        kind = LINKS[self.kind.service]
        known = members(kind.model)
        told = [_open(kind, known[name]) for name in way.members]
        says = f"Fill in {', '.join(way.members)} of the link."
        return option(says, members=told, of=held[0].origin) if held else option("")

    def _set_to(self, way: SetTo) -> Iterator[Json]:
        member = members(self.kind.model).get(way.member)
        for value in way.values or (member.choices if member else ()):
            if member and self.row.data.get(way.member) != value:
                told = str(value).lower() if isinstance(value, bool) else value
                steps = [{"action": "set", "ref": self.ref, "members": {way.member: value}}]
                yield option(f"Set `{way.member}` to {told}.", steps=steps)

    async def _refer(self, way: Refer) -> Json:
        if way.member not in members(self.kind.model):
            return option("")
        named = [f"{way.kind}/{self.row.data.get(each)}" for each in (way.member, *way.but)]
        others, more = await self.choices([way.kind], way.types, named)
        candidates = [
            {"node": each, "steps": [{"action": "set", "ref": self.ref, "members": {way.member: each["id"]}}]}
            for each in others
        ]
        return option(f"Let `{way.member}` name {one(way.kind)}.", candidates=candidates, more=more)

    def _move(self, way: MoveOn) -> Json:
        lifecycle = self.kind.lifecycle
        if way.over:
            said = [{"action": "link", "type": "supersedes", "source": self.subject, "target": self.ref}]
            steps = [*(said if way.merged else []), {"action": "retire", "ref": self.ref}]
            return option("Retire it.", steps=[] if lifecycle.is_terminal(self.row.state) else steps)
        to = way.to or next((state for state in lifecycle.states if self.kind.is_live(state)), None)
        steps = [{"action": "move", "ref": self.ref, "to": to}] if to and lifecycle.way(self.row.state, to) else []
        return option(f"Move it to {to}.", steps=steps)


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


def _open(kind: Kind, member: Any) -> Json:
    choices = [str(each) for each in member.choices]
    told = form(kind, member.name, member)
    return {"name": member.name, "form": told, "meaning": member.meaning, "choices": choices}
