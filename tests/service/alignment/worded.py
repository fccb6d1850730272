"""The examples of rules as what owners record: one line of text, as ``tests/unit/alignment/graphs.py`` has it."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

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
TYPES = {
    "business", "it", "it_service", "manufacturing", "internal", "external", "application", "technology",
    "process_owner", "service_owner",
}  # fmt: skip
FIELDS = {
    "assigned_in": "scope", "assigned_as": "role_id", "assigns": "party_id", "owned_by": "owner",
    "part_of": {"activity": "process_id", "design_package": "service_id"},
}  # fmt: skip
"""Relations that a field of the source makes, where one has to."""
Json = dict[str, Any]


def ref_to(kind: str, name: str) -> str:
    return f"{kind}/{uuid5(NAMESPACE_URL, f'{kind}:{name}')}"


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
        if ":" in words[0]:
            kind, name = words.pop(0).split(":")
            ref = self.names[name] = ref_to(kind, name)
            self.said.setdefault(ref, {}).update({"key": name, "name": name, "state": words.pop(0)})
        else:
            ref = self.subject
        said = self.said[ref]
        for word in words:
            if word in TYPES:
                said["type"] = word
            elif word.isdigit():
                said["criticality"] = int(word)
            elif word.startswith("+"):
                member, _, value = word[1:].partition("=")
                said[member] = value or self._value(member)
            elif ":" in word:
                p, _, element = word.partition(":")
                said.setdefault("elements", []).append({"type": p, "ref": _pair(ref_to(FOUR_PS[p], element))})
        return ref

    def _value(self, member: str) -> Any:
        return {
            "components": [{"type": "access", "resource": "it"}],
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
            self.said[ends[0]][field] = None if state else pair["id"] if field.endswith("_id") else pair
            return ends[0]
        ref = ref_to("link", " ".join(words[:3]))
        joined = {"type": relation, "source": _pair(ends[0]), "target": _pair(ends[1])}
        self.links[ref] = {**joined, "state": "ended" if state else "active"}
        return ref

    def _record(self, ref: str) -> None:
        kind = NODE_KINDS[ref.partition("/")[0]]
        said = dict(self.said[ref])
        if kind.name == "activity":
            said.setdefault("process_id", ref_to("process", "bp").partition("/")[2])
        if said["state"] == "deleted":
            if ref not in self.world.states:
                self.world._record(ref, kind, said | {"state": kind.lifecycle.initial})
            self.world.delete(ref)
        else:
            self.world._record(ref, kind, said)
