"""The *Always* lines that hold for every kind, and the gate in front of every transition."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind, Record
from shared.contracts.link import Link
from shared.contracts.relations import DECOMPOSITION
from shared.errors import Conflict, Fault, Invalid, TransitionRefused
from shared.resource import statements
from shared.resource.ascent import MOST_ABOVE, reaches
from shared.resource.store import Unit, links_from, links_from_each, links_into, load_many, look_up, take_turns
from shared.rules import Facts
from shared.storage.dialects import lock_scope

_DECOMPOSITION_LOCK = 1


class Target(NamedTuple):
    """What a state refers to: where it says so, what that is, and the relation that it makes."""

    pointer: str
    kind: str
    id: str
    relation: str

    @property
    def ref(self) -> tuple[str, str]:
        return self.kind, self.id


async def always(unit: Unit, kind: Kind, old: Record | None, new: Record, *, registered: bool) -> Facts:
    """Refuse a state that breaks a line; raises Invalid or Conflict. Returns what the rules of a transition need."""
    if new.valid_from and new.valid_to and new.valid_from >= new.valid_to:
        raise Invalid.at("/valid_to", "invalid-interval", "valid_to must be later than valid_from.")
    found = await _found(unit, kind, old, new)  # first: what it refers to is read when nobody else changes it any more
    targets = [target for target in _targets(kind, new) if unit.owner.kind(target.kind)]
    known = await load_many(unit, (target.ref for target in targets))
    before = {target.ref for target in _targets(kind, old)} if old and not _comes_back(old, new) else set()
    fresh = [target for target in targets if target.ref not in before]
    faults = [*_reference_faults(unit, known, fresh, registered=registered)]
    facts = Facts(old, known | await _also(unit, kind, found), found, registered=registered)
    if kind.name in unit.owner.rules.outgoing and targets:
        facts = replace(facts, outgoing=await links_from_each(unit, {f"{each.kind}/{each.id}" for each in targets}))
    faults += [wrong for rule in unit.owner.rules.always.get(kind.name, ()) for wrong in rule(new, facts)]
    if old is None and (looks_up := unit.owner.making.get(kind.name)):
        faults += await looks_up(unit.connection, new)
    if faults:
        raise Invalid(faults[0]["detail"], errors=faults)
    if isinstance(new, Link):
        await _check_link(unit, kind, new)
    await _check_cycle(unit, kind, new, fresh)
    return facts


async def _found(unit: Unit, kind: Kind, old: Record | None, new: Record) -> dict[str, list[Record]]:
    lookups = [each for each in unit.owner.rules.lookups.get(kind.name, ()) if each.matters(old, new)]
    await take_turns(unit, lookups, new)
    found: dict[str, list[Record]] = {each.kind: [] for each in unit.owner.rules.lookups.get(kind.name, ())}
    for lookup in lookups:
        found[lookup.kind] += await look_up(unit, lookup, new)
    return found


async def _also(unit: Unit, kind: Kind, found: dict[str, list[Record]]) -> dict[str, Record]:
    lookups = unit.owner.rules.lookups.get(kind.name, ())
    pairs = [(each, member, of) for look in lookups for each in found[look.kind] for member, of in look.also]
    return await load_many(unit, {(of, str(id)) for each, member, of in pairs for id in _values(each, member)})


def _values(of: Any, path: str) -> Iterable[Any]:
    """What a member holds, of a list each: ``role_id``, ``approvers``, ``raci.role_id``."""
    name, _, rest = path.partition(".")
    value = getattr(of, name)
    for each in value if isinstance(value, list) else [value]:
        yield from _values(each, rest) if rest else [each]


async def with_links(unit: Unit, kind: Kind, new: Record, facts: Facts) -> Facts:
    """The facts of a transition: those of any write, and the links both ways with what is at their other ends, of the
    relations that its rules look at: of a hub's others there may be any number."""
    types = unit.owner.rules.relations.get((kind.name, new.state), ())
    if not types:
        return facts
    out, into = await links_from(unit, kind.name, new.id, types), await links_into(unit, kind.name, new.id, types)
    ends = [(end.kind, str(end.id)) for end in (*(link.target for link in out), *(link.source for link in into))]
    return replace(facts, known={**facts.known, **await load_many(unit, ends)}, links=out, into=into)


def _targets(kind: Kind, state: Record) -> list[Target]:
    if isinstance(state, Link):
        ends = (("/source", state.source, ""), ("/target", state.target, state.type))
        return [Target(pointer, end.kind, str(end.id), relation) for pointer, end, relation in ends]
    dumped = state.model_dump(mode="json")
    return [Target(*target, each.relation) for each in kind.references for target in each.targets(dumped)]


def _comes_back(old: Record, new: Record) -> bool:
    """Whether a link is active again: then it refers to its ends anew."""
    return isinstance(new, Link) and new.state == "active" != old.state


def _reference_faults(
    unit: Unit, known: dict[str, Record], fresh: Sequence[Target], *, registered: bool
) -> Iterable[Fault]:
    """Ends in this service exist and are not terminal, unless they are superseded; others are never checked."""
    for pointer, name, id, relation in fresh:
        target = known.get(f"{name}/{id}")
        if target is None:
            yield Fault(pointer=pointer, code="unknown-reference", detail=f"There is no {name} with this id.")
            continue
        may_be_over = registered or relation == "supersedes"
        kind = unit.owner.kind(name)
        if kind and kind.lifecycle.is_terminal(target.state) and not may_be_over:
            key = getattr(target, "key", id)
            detail = f"The {name} {key} is {target.state}, which is final: name one that is still in use."
            yield Fault(pointer=pointer, code="terminal-reference", detail=detail)


async def _check_link(unit: Unit, kind: Kind, link: Link) -> None:
    if unit.owner.kind(link.source.kind) is None:
        raise Invalid.at("/source/kind", "source-not-owned", "A link is kept by the service that owns its source.")
    for end, ref in (("source", link.source), ("target", link.target)):
        if not NODE_KINDS[ref.kind].in_view:
            detail = f"A {ref.kind} takes no links, since it is part of something else: link that instead."
            raise Invalid.at(f"/{end}/kind", "not-linkable", detail)
    if link.source == link.target:
        raise Invalid.at("/target", "self-link", "A link joins two different things: source and target are the same.")
    if link.sign and link.type != "influences":
        raise Invalid.at("/sign", "sign-not-allowed", "Only a link of the type influences has a sign: leave it out.")
    if link.state != "active":
        return
    same = {
        "of_id": link.id,
        "of_type": link.type,
        "of_source_kind": link.source.kind,
        "of_source_id": link.source.id,
        "of_target_kind": link.target.kind,
        "of_target_id": link.target.id,
    }
    query = statements.same_link(unit.owner.table(kind))
    first = unit.batch.same_link(link) if unit.batch else (await unit.connection.execute(query, same)).scalar()
    if first:
        detail = "There is an active link of this type between these ends already: change that one, or end it first."
        raise Conflict(detail, existing=f"link/{first}")


async def _check_cycle(unit: Unit, kind: Kind, new: Record, fresh: Sequence[Target]) -> None:
    """No decomposition inside this service runs in a circle, whether it is made of links or of fields."""
    start = (new.source.kind, str(new.source.id)) if isinstance(new, Link) else (kind.name, str(new.id))
    ups = _ups(kind, new, fresh)
    if ups:
        unit.alone()
        await lock_scope(unit.connection, _DECOMPOSITION_LOCK)
    for up in ups:
        found = await reaches(unit.connection, unit.owner, (up.kind, UUID(up.id)), (start[0], UUID(start[1])))
        if found:
            detail = "It would become a part of itself: what is named here is a part of it already."
            raise Invalid.at(up.pointer, "cycle", detail)
        if found is None:
            detail = f"More than {MOST_ABOVE:,} lie above it by decomposition."
            raise Invalid.at(up.pointer, "too-many-ancestors", detail)


def _ups(kind: Kind, new: Record, fresh: Sequence[Target]) -> list[Target]:
    """The steps up that are new in this state; a link's are so whenever it is written, since it may have ended."""
    steps = (_targets(kind, new) if new.state == "active" else []) if isinstance(new, Link) else fresh
    return [target for target in steps if target.relation in DECOMPOSITION]


def check_transition(unit: Unit, kind: Kind, new: Any, facts: Facts) -> None:
    """Refuse a transition that the lifecycle does not have, or whose *On* lines are not met; raises a 409."""
    allowed = kind.lifecycle.moves[facts.old.state]
    if new.state not in allowed:
        raise TransitionRefused(
            f"{kind.one.capitalize()} that is {facts.old.state} cannot become {new.state}.", allowed=list(allowed)
        )
    missing = [fault for rule in unit.owner.rules.on.get((kind.name, new.state), ()) for fault in rule(new, facts)]
    if missing:
        raise TransitionRefused(
            f"Not yet {new.state}: " + " ".join(fault["detail"] for fault in missing),
            allowed=list(allowed),
            missing=missing,
            errors=missing,
        )
