"""Which processes of a model are steps of another one: those that are a part by composition and have no parts."""

from collections.abc import Collection

from shared.interchange.formats.archimate.model import Model
from shared.interchange.formats.archimate.tables import PROCESSES


class Activities:
    """``parents`` has the process of each step, by their identifiers; ``used`` are the compositions that say so, and
    ``repeated`` those that say it again. Of two processes that one is a part of, the first in the file has it; those
    that are ``never`` a step stay what they are."""

    def __init__(self, model: Model, never: Collection[str] = ()) -> None:
        names = {e.identifier: e.name or e.identifier for e in model.elements if e.type in PROCESSES}
        parts = [
            relation
            for relation in model.relations
            if relation.type == "Composition"
            and relation.source in names
            and relation.target in names
            and relation.source != relation.target
        ]
        wholes = {relation.source for relation in parts}
        self.parents: dict[str, str] = {}
        self.used: set[str] = set()
        self.repeated: set[str] = set()
        self.notes: list[str] = []
        for relation in parts:
            step, whole = relation.target, relation.source
            if step in wholes or step in never:
                continue
            if step not in self.parents:
                self.parents[step] = whole
                self.used.add(relation.identifier)
            elif self.parents[step] == whole:
                self.repeated.add(relation.identifier)
            else:
                first = names[self.parents[step]]
                self.notes.append(f"{names[step]} is a part of {first} and of {names[whole]}: a step of the first.")
