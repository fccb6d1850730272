"""What the owners hold as an ArchiMate model, and what ArchiMate has no place for.

Each element and relationship carries what it is here as properties, so that the model is found again when it comes
back: the entity as ``kind/id``, its key, its state, and its type where ArchiMate knows it by another.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shared.contracts import Kind
from shared.contracts.base import SERVER_FIELDS
from shared.contracts.reference import Reference
from shared.contracts.relations import RELATIONS
from shared.interchange.formats.archimate.fourth import MERGED
from shared.interchange.formats.archimate.ours import (
    EXACT,
    FIELD,
    HELD,
    HELD_MEMBERS,
    IS,
    KEY,
    NO_TYPE,
    STATE,
    TYPE,
    around,
    packed,
)
from shared.interchange.formats.archimate.phrasing import attributes, came_as, languages, origins, texts, word
from shared.interchange.formats.archimate.tables import ELEMENTS
from shared.interchange.formats.archimate.writing import Concept, Joining, identifier, written
from shared.interchange.formats.format import Written
from shared.interchange.inventory import Inventory, State

MODEL = "plumbline"
"""Identifier of a model of things that came from no model, or from several."""

_THIRD = {type_: told for type_, told in ELEMENTS.items() if type_ not in MERGED.values()}
"""Types that the exchange format 3 knows."""

_OTHERS = {
    "strategy": "CourseOfAction",
    "operation": "CourseOfAction",
    "activity": "BusinessProcess",
    "service_offering": "Product",
    "consumer_group": "BusinessActor",
    "partner": "BusinessActor",
    "control": "Requirement",
}
"""Kinds that no ArchiMate type becomes by itself, with the nearest that ArchiMate has."""

_BY_TYPE: dict[tuple[str, str | None], str] = {("product", "agent"): "ApplicationComponent"}
"""Types that no ArchiMate type becomes by itself. An agent that is a party stays an actor: it is assigned to roles; an
obligation is a principle, which requirements, as controls are, may realize."""

_ROLE_HELD = "role_assignment"
"""The kind that ArchiMate has as a relationship: a party is assigned to a role."""

_TOLD = SERVER_FIELDS | {"provenance", "key", "name", "description", "type", "state", "state_reason", "custom"}


def _types() -> dict[tuple[str, str | None], str]:
    """The first ArchiMate type of each kind and sub-kind, and of each kind."""
    found: dict[tuple[str, str | None], str] = {}
    for type_, (kind, sub) in _THIRD.items():
        found.setdefault((kind, sub), type_)
        found.setdefault((kind, None), type_)
    return found | _BY_TYPE | {(kind, None): type_ for kind, type_ in _OTHERS.items()}


_TYPES = _types()


def write(held: Inventory) -> Written:
    """What is not over, with the links and fields that join it."""
    leaving = _Leaving(held)
    model = leaving.model()
    return Written({"plumbline.xml": model}, +leaving.lost)


@dataclass
class _Leaving:
    held: Inventory
    lost: Counter[str] = field(default_factory=Counter)
    elements: dict[str, Concept] = field(default_factory=dict)
    relationships: list[Joining] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    assigned: dict[tuple[str, str, str], list[State]] = field(default_factory=dict)
    """Assignments that came with a model, by their relationship there, its party and its role."""

    def model(self) -> bytes:
        self.used.add(identifier(self._identifier()))
        shown = [(kind, state, type_) for kind, state in self.held.entities if (type_ := self._type(kind, state))]
        for kind, state, type_ in shown:
            self.elements[f"{kind.name}/{state['id']}"] = self._element(kind, state, type_)
        linked = {ref for link in self.held.links if (ref := self._link(link))}
        for kind, state in self.held.entities:
            if kind.name == _ROLE_HELD:
                self._held(kind, state)
                continue
            is_in = f"{kind.name}/{state['id']}" in self.elements
            for each in self._fields(kind, state):
                self._field(*each, linked, is_in=is_in)
        self._assigned()
        return written("Plumbline", self._identifier(), [*self.elements.values()], self.relationships)

    def _identifier(self) -> str:
        """That of the model, where all of it came from one."""
        models = {entry.get("model") for _, state in self.held.entities for entry in origins(state)}
        return str(next(iter(models))) if len(models) == 1 and None not in models else MODEL

    def _type(self, kind: Kind, state: State) -> str | None:
        """None for what ArchiMate has no place for, and for what is over: a model says what there is."""
        if kind.lifecycle.is_terminal(state["state"]):
            self.lost[f"{kind.name} ({state['state']})"] += 1
            return None
        if kind.name == _ROLE_HELD:
            return None
        sub = state.get("type")
        for entry in origins(state):
            there = _THIRD.get(entry.get("type") or "")
            if there and there[0] == kind.name and there[1] in (sub, None):
                return str(entry["type"])
        if found := _TYPES.get((kind.name, sub)) or _TYPES.get((kind.name, None)):
            return found
        self.lost[kind.name] += 1
        return None

    def _element(self, kind: Kind, state: State, type_: str) -> Concept:
        for name, value in state.items():
            if name not in _TOLD and value != kind.model.model_fields[name].get_default(call_default_factory=True):
                self._lose(kind, name)
        ours = [(IS, f"{kind.name}/{state['id']}"), (KEY, state["key"]), (STATE, state["state"])]
        if "type" in state and _THIRD.get(type_) != (kind.name, state["type"]):
            ours.append((TYPE, state["type"] or NO_TYPE))
        if spaced := around({name: state[name] for name in ("name", "description")}, state["custom"]):
            ours.append((EXACT, spaced))
        custom = state["custom"]
        named = languages(custom.get("names"), state["name"])
        told = languages(custom.get("descriptions"), state["description"])
        theirs = texts(custom, names=named, descriptions=told)
        return Concept(self._id(state), type_, named, told, [*theirs, *ours])

    def _lose(self, kind: Kind, name: str) -> None:
        """A member, unless it is a reference: those become relationships."""
        if not any(reference.path.partition(".")[0].partition("[")[0] == name for reference in kind.references):
            self.lost[f"{kind.name}.{name}"] += 1

    def _id(self, state: State) -> str:
        """That of the element that it came from, once; else one made of its own."""
        theirs = (identifier(entry["id"]) for entry in origins(state))
        id = next(each for each in (*theirs, f"id-{state['id']}", f"id-id-{state['id']}") if each not in self.used)
        self.used.add(id)
        return id

    def _link(self, link: State) -> tuple[str, str, str] | None:
        """The type and the ends of a link that is told."""
        source, target = (f"{link[end]['kind']}/{link[end]['id']}" for end in ("source", "target"))
        if link["state"] != "active" or source not in self.elements or target not in self.elements:
            why = "" if link["state"] == "active" else " (ended)"
            self.lost[f"link {link['type']}{why}"] += 1
            return None
        for name in ("confidence", "valid_from", "valid_to"):
            if link[name] is not None:
                self.lost[f"link.{name}"] += 1
        type_, swapped = came_as(link) or word(link["type"], self.elements[source], self.elements[target])
        ours = [(IS, f"link/{link['id']}"), (TYPE, RELATIONS[link["type"]].inverse if swapped else link["type"])]
        if spaced := around({"rationale": link["rationale"]}):
            ours.append((EXACT, spaced))
        title = languages(None, link["type"].replace("_", " ") if type_ == "Association" else None)
        told = languages(None, link["rationale"])
        self._join(type_, self._id(link), source, target, swapped, title, told, link["sign"], ours=ours)
        return link["type"], source, target

    def _held(self, kind: Kind, state: State) -> None:
        """Who is assigned to a role. In which process or service, ArchiMate cannot say of it; a model that it came from
        says so by what the role is assigned to."""
        party, role = f"party/{state['party_id']}", f"role/{state['role_id']}"
        came = [entry["id"].partition("/")[0] for entry in origins(state)]
        is_told = kind.is_live(state["state"]) or (came and not kind.lifecycle.is_terminal(state["state"]))
        if not is_told or party not in self.elements or role not in self.elements:
            self.lost[f"{kind.name} ({state['state']})"] += 1
            return
        named = languages(None, state["name"])
        if came:
            self.assigned.setdefault((came[0], party, role), []).append(state)
            return
        self.lost[f"{kind.name}.scope"] += state["scope"] is not None
        ours = [(IS, f"{kind.name}/{state['id']}"), (KEY, state["key"]), (STATE, state["state"])]
        self._join("Assignment", self._id(state), party, role, swapped=False, name=named, ours=ours)

    def _assigned(self) -> None:
        """One relationship is what a party does in all that its role performs."""
        for (came, party, role), states in self.assigned.items():
            told = {
                f"{state['scope']['kind']}/{state['scope']['id']}": {
                    name: state[name] for name in ("id", *HELD_MEMBERS)
                }
                for state in states
                if state["scope"]
            }
            id = identifier(came) if identifier(came) not in self.used else f"id-{states[0]['id']}"
            self.used.add(id)
            self._join("Assignment", id, party, role, swapped=False, name={}, ours=[(HELD, packed(told))])

    def _fields(self, kind: Kind, state: State) -> Iterator[tuple[Kind, Reference, str, str]]:
        """What the fields of an entity join, each with its ends as ``kind/id``."""
        own = f"{kind.name}/{state['id']}"
        for reference in kind.references:
            start = own
            if reference.start:
                member, start_kind = reference.start
                start = f"{start_kind}/{state[member]}"
            for _, target_kind, id in reference.targets(state):
                ends = start, f"{target_kind}/{id}"
                yield kind, reference, *(reversed(ends) if reference.swapped else ends)

    def _field(
        self, kind: Kind, reference: Reference, source: str, target: str, linked: set[tuple[str, str, str]], *,
        is_in: bool,
    ) -> None:  # fmt: skip
        """A field as a relationship, once, and where no link says the same. With what is not in the model at all, its
        fields are not lost once more."""
        relation = RELATIONS[reference.relation]
        if (relation.name, source, target) in linked:
            return
        linked.add((relation.name, source, target))
        if source not in self.elements or target not in self.elements:
            self.lost[f"{kind.name}.{reference.path}"] += is_in
            return
        type_, swapped = word(relation.name, self.elements[source], self.elements[target])
        name = languages(None, relation.name.replace("_", " "))
        id = f"id-{_bare(source)}-{relation.name}-{_bare(target)}"
        self._join(type_, id, source, target, swapped, name, ours=[(FIELD, f"{kind.name}.{reference.path}")])

    def _join(
        self, type_: str, id: str, source: str, target: str, swapped: bool, name: Mapping[str, str],
        documentation: Mapping[str, str] | None = None, sign: str | None = None, *, ours: list[tuple[str, str]],
    ) -> None:  # fmt: skip
        ends = (target, source) if swapped else (source, target)
        start, end = (self.elements[ref].identifier for ref in ends)
        self.relationships.append(
            Joining(id, type_, name, documentation or {}, ours, start, end, attributes(type_, sign))
        )


def _bare(ref: str) -> str:
    return ref.partition("/")[2]
