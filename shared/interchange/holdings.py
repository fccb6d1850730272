"""Everything that the owners keep, looked up by what an import asks: who joins whom, and what rests on what."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.client import Client
from shared.contracts import KIND_OWNERS, LINKS, Kind
from shared.contracts.relations import RELATIONS
from shared.interchange import inventory

State = dict[str, Any]
Held = tuple[Kind, State]
Ends = tuple[str, str, str]
"""Type, source and target of a link, the ends as ``kind/id``."""


def ends_of(link: Mapping[str, Any]) -> Ends:
    source, target = link["source"], link["target"]
    return link["type"], f"{source['kind']}/{source['id']}", f"{target['kind']}/{target['id']}"


@dataclass(frozen=True)
class Holdings:
    """All that there was at one look: entities by ``kind/id``, and links, the active ones last."""

    entities: dict[str, Held] = field(default_factory=dict)
    links: list[Held] = field(default_factory=list)

    @classmethod
    async def read(cls, client: Client, most: int | None = None) -> "Holdings":
        """Raises TooMany where there is more than ``most``, Unreachable or a Refused."""
        found = await inventory.read(client, most)
        entities = {f"{kind.name}/{state['id']}": (kind, state) for kind, state in found.entities}
        links = sorted(found.links, key=lambda link: bool(link["state"] == "active"))
        return cls(entities, [(LINKS[KIND_OWNERS[link["source"]["kind"]]], link) for link in links])

    def label(self, kind: Kind, state: Mapping[str, Any]) -> str:
        """``service/rota``, or for a link what it joins."""
        if not kind.is_link:
            return f"{kind.name}/{state['key']}"
        type_, source, target = ends_of(state)
        return f"{self.key(source)} {type_} {self.key(target)}"

    def named(self, kind: Kind, state: Mapping[str, Any]) -> str:
        """``Rota (service/rota)``, or for a link what it joins, by names."""
        if not kind.is_link:
            return f"{state['name']} ({kind.name}/{state['key']})"
        type_, source, target = ends_of(state)
        return f"{self.name(source)} {type_} {self.name(target)}"

    def name(self, ref: str) -> str:
        """The name of what is there, else the reference itself."""
        return str(self.entities[ref][1]["name"]) if ref in self.entities else ref

    def key(self, ref: str) -> str:
        """``kind/key`` of what is there, else the reference itself."""
        kind, state = self.entities.get(ref, (None, {}))
        return f"{kind.name}/{state['key']}" if kind else ref

    def resting(self) -> dict[str, list[str]]:
        """By ``kind/id``, what loses something should it go: ``kind/id`` of each."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for relation, source, target in self._relations():
            at_risk = RELATIONS[relation].at_risk(source.partition("/")[0])
            if "source" in at_risk:
                found[target].append(source)
            if "target" in at_risk:
                found[source].append(target)
        return found

    def touching(self) -> dict[str, list[Held]]:
        """The active links of each end."""
        found: defaultdict[str, list[Held]] = defaultdict(list)
        for kind, link in self.links:
            if link["state"] == "active":
                for end in ends_of(link)[1:]:
                    found[end].append((kind, link))
        return found

    def _relations(self) -> Iterator[Ends]:
        for _, link in self.links:
            if link["state"] == "active":
                yield ends_of(link)
        for ref, (kind, state) in self.entities.items():
            if not kind.is_live(state["state"]):
                continue
            for reference in kind.references:
                start = ref
                if reference.start:
                    start = f"{reference.start[1]}/{state.get(reference.start[0])}"
                for _, target_kind, id in reference.targets(state):
                    ends = (start, f"{target_kind}/{id}")
                    yield reference.relation, *(reversed(ends) if reference.swapped else ends)
