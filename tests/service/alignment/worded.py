"""The examples of rules as what owners record: one line of text, as ``services/alignment/judge/examples.py`` has it."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.alignment.judge.examples import members_of, types_of
from shared.contracts import LINKS, NODE_KINDS
from shared.contracts.design import FOUR_PS
from tests.service.alignment.world import World

HEALTHY = """
outcome:bo agreed, party:bx active, role:br active, process:bp operational +purpose, activity:ba operational,
policy:bq published +owner, service:bs operational application, product:bt in_use, partner:bn active,
design_package:bd accepted with people:br process:bp product:bt partner:bn, consumer_group:bg active,
service_offering:bf launched +components +consumer_group_ids;
bp serves bo, bp owned_by bx, ba accountable br, ba responsible br, ba part_of bp, bq governs bp, bq justified_by bo,
bs serves bp, bs owned_by bx, bs depends_on bt, bd part_of bs, bf offers bs
"""
"""Something in every dimension, and nothing wrong with it."""
FIELDS = {
    "assigned_in": "scope", "assigned_as": "role_id", "assigns": "party_id", "owned_by": "owner",
    "part_of": {
        "activity": "process_id", "design_package": "service_id", "csf": "objective_id", "kpi": "csf_id",
        "strategy_element": "strategy_id", "work_instruction": "procedure_id",
    },
}  # fmt: skip
"""Relations that a field of the source makes, where one has to."""
NAMED = {
    "offering": "service_offering", "to_activity": "activity", "segregated_from": "activity", "deputy": "party",
    "migration_to": "service_offering",
}  # fmt: skip
"""Kinds that members name in their own words; other ones are called as their kind."""
Json = dict[str, Any]
TARGET = {"metric": "m", "comparator": "<", "value": 1}


def ref_to(kind: str, name: str) -> str:
    return f"{kind}/{uuid5(NAMESPACE_URL, f'{kind}:{name}')}"


def _named(said: Any, member: str = "") -> Any:
    """With ids in the place of names."""
    if isinstance(said, list):
        return [_named(each, member) for each in said]
    if isinstance(said, dict):
        pair = said.keys() == {"kind", "id"}
        return (
            _pair(ref_to(said["kind"], said["id"]))
            if pair
            else {name: _named(each, name) for name, each in said.items()}
        )
    base = member.removesuffix("s").removesuffix("_id")
    return ref_to(NAMED.get(base, base), said).partition("/")[2] if member.removesuffix("s").endswith("_id") else said


def _pair(ref: str) -> Json:
    return dict(zip(("kind", "id"), ref.split("/"), strict=True))


class Worded:
    """Writes text into a world; what is there gets what is said in addition. ``subject`` is what text without a name is
    about."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.names: dict[str, str] = {}
        self.said: dict[str, Json] = {}
        self.links: dict[str, Json] = {}
        self.subject = ""

    def add(self, text: str) -> list[Json]:
        """The events that it makes."""
        before = len(self.world.events)
        nodes, _, edges = text.replace("\n", " ").partition(";")
        changed = {self._node(part.split()): None for part in nodes.split(",") if part.strip()}
        made = [self._edge(part.split()) for part in edges.split(",") if part.strip()]
        changed |= {ref: None for ref in made if ref and not ref.startswith("link/")}
        for ref in changed:
            self._record(ref)
        for ref in made:
            if ref.startswith("link/"):
                kind = LINKS[NODE_KINDS[self.links[ref]["source"]["kind"]].service]
                self.world._record(ref, kind, self.links[ref])
        return self.world.events[before:]

    def _node(self, words: list[str]) -> str:
        if ":" in words[0] and not words[0].startswith("+"):
            kind, name = words.pop(0).split(":")
            ref = self.names[name] = ref_to(kind, name)
            self.said.setdefault(ref, {}).update({"key": name, "name": name, "state": words.pop(0)})
        else:
            ref = self.subject
        said = self.said[ref]
        for word in words:
            if word in types_of(ref.partition("/")[0]):
                said["type"] = word
            elif word.isdigit():
                said["criticality"] = int(word)
            elif word.startswith("+"):
                said.update(_named(members_of([word])) if "=" in word else {word[1:]: self._value(word[1:])})
            elif ":" in word:
                p, element, *able = word.split(":")
                more = {"competence": able[0]} if able else {}
                said.setdefault("elements", []).append({"type": p, "ref": _pair(ref_to(FOUR_PS[p], element)), **more})
        return ref

    def _value(self, member: str) -> Any:
        return {
            "components": [{"type": "access", "resource": "it", "terms": "as always"}],
            "commitments": [TARGET],
            "service_level_targets": [TARGET],
            "inputs": ["it"],
            "outputs": ["it"],
            **dict.fromkeys(("needs_instruction", "signs", "is_end"), True),
            **dict.fromkeys(("deliverable_id", "deputy_id"), ref_to("party", "bx").partition("/")[2]),
            **dict.fromkeys(("trigger", "terms", "acceptance", "unit"), "It is so."),
            "direction": "up",
            "consumer_group_ids": [ref_to("consumer_group", "bg").partition("/")[2]],
            "owner": _pair(ref_to("party", "bx")),
            "purpose": "It is there.",
            "budget": 5.0,
            "it_dependent": True,
            "provenance": [{"source": "archimate:model", "id": "one"}],
        }[member]

    def _edge(self, words: list[str]) -> str:
        source, relation, target, *state = words
        ends = [self.names.get(end) or ref_to(*end.split(":")) for end in (source, target)]
        field: Any = FIELDS.get(relation)
        field = field.get(ends[0].partition("/")[0]) if isinstance(field, dict) else field
        if field:
            pair = _pair(ends[1])
            if state and ends[0].startswith("role_assignment/"):
                self.said[ends[0]].pop(field)  # it has to be of something: of what all others are
            else:
                self.said[ends[0]][field] = None if state else pair["id"] if field.endswith("_id") else pair
            return ends[0]
        if "changed" in state:
            version = {**_pair(ends[1]), "version": 1, "hash": f"sha256-rfc8785:{'0' * 64}"}
            self.said[ends[0]] |= {"items": [_pair(ends[1])], "package": [version]}
            return ends[0]
        ref = ref_to("link", " ".join(words[:3]))
        joined: Json = {"type": relation, "source": _pair(ends[0]), "target": _pair(ends[1])}
        for word in state:
            if word.startswith("~"):
                joined["confidence"] = float(word[1:])
            elif word == "against":
                joined["sign"] = "negative"
        self.links[ref] = {**joined, "state": "ended" if "ended" in state else "active"}
        return ref

    def _record(self, ref: str) -> None:
        kind = NODE_KINDS[ref.partition("/")[0]]
        said = dict(self.said[ref])
        if kind.name == "activity":
            said.setdefault("process_id", ref_to("process", "bp").partition("/")[2])
        if kind.name == "design_package":
            said.setdefault("service_id", ref_to("service", "bs").partition("/")[2])
        if kind.name == "handoff":
            activity = ref_to("activity", "ba").partition("/")[2]
            said = {"from_activity_id": activity, "to_activity_id": activity} | said
        if kind.name == "role_assignment":
            held = {"party_id": ref_to("party", "bx"), "role_id": ref_to("role", "br")}
            scope = _pair(ref_to("service", "bs"))
            said = {name: ref.partition("/")[2] for name, ref in held.items()} | {"scope": scope} | said
        if said["state"] == "deleted":
            if ref not in self.world.states:
                self.world._record(ref, kind, said | {"state": kind.lifecycle.initial})
            self.world.delete(ref)
        else:
            self.world._record(ref, kind, said)
