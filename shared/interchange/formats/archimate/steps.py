"""Relations that go through a junction or an artifact, joined to relations between what stands at both ends."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from shared.interchange.formats.archimate.model import Model, Relation
from shared.interchange.formats.archimate.tables import STEPS

MOST_PATHS = 100_000
"""Paths of one model: a few junctions with many ends make more of them than anybody drew."""


@dataclass
class Joined:
    """``paths`` are relations whose identifier has those of the first and the last one of the way, and ``types`` those
    of both; ``used`` are the identifiers of steps and relations on one. There may be ``more`` than are made."""

    paths: list[Relation] = field(default_factory=list)
    types: dict[str, tuple[str, str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    more: bool = False


def joined(model: Model, stored: Mapping[str, object]) -> Joined:
    """Every way from something stored through steps to something stored; a circle of steps is gone round once."""
    return _Joining(model, stored).result()


class _Joining:
    def __init__(self, model: Model, stored: Mapping[str, object]) -> None:
        self.steps = {each.identifier: STEPS[each.type] for each in model.elements if each.type in STEPS}
        self.stored = stored
        self.out: defaultdict[str, list[Relation]] = defaultdict(list)
        self.into: defaultdict[str, list[Relation]] = defaultdict(list)
        for relation in model.relations:
            if all(self._carries(end, relation) for end in (relation.source, relation.target)):
                self.out[relation.source].append(relation)
                self.into[relation.target].append(relation)

    def _carries(self, end: str, relation: Relation) -> bool:
        if end not in self.steps:
            return end in self.stored
        types = self.steps[end]
        return types is None or relation.type in types

    def result(self) -> Joined:
        made = Joined()
        for first in [
            relation for step in self.steps for relation in self.into[step] if relation.source in self.stored
        ]:
            for last in self._lasts(first):
                if len(made.paths) == MOST_PATHS:
                    made.more = True
                    return made
                if first.source != last.target:
                    path = _path(first, last)
                    made.paths.append(path)
                    made.types[path.identifier] = first.type, last.type
        if made.paths:
            made.used = self._used()
        return made

    def _lasts(self, first: Relation) -> Iterator[Relation]:
        seen, waiting = {first.target}, [first.target]
        while waiting:
            for relation in self.out[waiting.pop()]:
                if relation.target in self.stored:
                    yield relation
                elif relation.target not in seen:
                    seen.add(relation.target)
                    waiting.append(relation.target)

    def _used(self) -> set[str]:
        after = self._reached(self.out, lambda relation: relation.target)
        before = self._reached(self.into, lambda relation: relation.source)
        on_way = after & before
        relations = {
            relation.identifier
            for step in on_way
            for relation in (*self.out[step], *self.into[step])
            if all(end in self.stored or end in on_way for end in (relation.source, relation.target))
        }
        return on_way | relations

    def _reached(self, joins: Mapping[str, list[Relation]], far: Callable[[Relation], str]) -> set[str]:
        """Steps that can be reached from something stored in one direction."""
        waiting = [far(r) for end in self.stored for r in joins.get(end, ()) if far(r) in self.steps]
        seen = set(waiting)
        while waiting:
            for relation in joins.get(waiting.pop(), ()):
                if far(relation) in self.steps and far(relation) not in seen:
                    seen.add(far(relation))
                    waiting.append(far(relation))
        return seen


def _path(first: Relation, last: Relation) -> Relation:
    return Relation(
        f"{first.identifier}/{last.identifier}", first.type, first.name or last.name,
        first.documentation or last.documentation, {}, source=first.source, target=last.target,
        modifier=last.modifier or first.modifier,
    )  # fmt: skip
