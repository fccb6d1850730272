"""The same landscape in the words of both: services with an owner, a capability, and others that they depend on."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Json = dict[str, Any]

OWNERS, CAPABILITIES = 20, 50
_STEPS = (1, 7, 31, 101)
"""A service depends on those so many places before it: four in, four out, and never round in a circle."""
_ORIGIN = "url:http://127.0.0.1/bench"
_ANNOTATIONS = {"managed-by-location": _ORIGIN, "managed-by-origin-location": _ORIGIN}


def id_of(kind: str, name: object) -> str:
    return str(uuid5(NAMESPACE_URL, f"{kind} {name}"))


@dataclass(frozen=True)
class Estate:
    size: int

    def needs(self, number: int) -> list[int]:
        return [number - step for step in _STEPS if number >= step]

    def some(self, count: int) -> list[int]:
        """Services that have all their dependencies, and others that depend on them."""
        first, last = max(_STEPS), self.size - max(_STEPS)
        return Random(1).sample(range(first, last), min(count, last - first))

    def lines(self) -> dict[str, list[Json]]:
        """By service of the platform, what goes into ``POST /bulk``, in this order."""
        services = [self.service(number) for number in range(self.size)]
        links = [link for number in range(self.size) for link in self._links(number)]
        return {
            "roles": [_line("party", number, {"name": f"Team {number}"}) for number in range(OWNERS)],
            "strategy": [
                _line("capability", number, {"name": f"Capability {number}"}) for number in range(CAPABILITIES)
            ],
            "catalog": [*services, *links],
        }

    def service(self, number: int, revision: int = 0) -> Json:
        owner = {"kind": "party", "id": id_of("party", number % OWNERS)}
        body = {"name": f"Service {number}", "description": _told(number, revision), "owner": owner}
        line = _line("service", number, {"key": f"service-{number}", **body})
        return line | {"if_match": revision} if revision else line

    def _links(self, number: int) -> Iterator[Json]:
        source = {"kind": "service", "id": id_of("service", number)}
        capability = {"kind": "capability", "id": id_of("capability", number % CAPABILITIES)}
        yield _line("link", f"{number} realizes", {"type": "realizes", "source": source, "target": capability})
        for needed in self.needs(number):
            target = {"kind": "service", "id": id_of("service", needed)}
            yield _line("link", f"{number} {needed}", {"type": "depends_on", "source": source, "target": target})

    def entities(self) -> list[Json]:
        """All of it for Backstage: teams as groups, capabilities as systems, services as components."""
        groups = [_entity("Group", f"team-{n}", {"type": "team", "children": []}) for n in range(OWNERS)]
        systems = [_entity("System", f"capability-{n}", {"owner": "team-0"}) for n in range(CAPABILITIES)]
        return [*groups, *systems, *(self.component(number) for number in range(self.size))]

    def component(self, number: int, revision: int = 0) -> Json:
        spec = {
            "type": "service",
            "lifecycle": "production",
            "owner": f"team-{number % OWNERS}",
            "system": f"capability-{number % CAPABILITIES}",
            "dependsOn": [f"component:service-{needed}" for needed in self.needs(number)],
        }
        return _entity("Component", f"service-{number}", spec, _told(number, revision))


def _line(kind: str, name: object, body: Json) -> Json:
    return {"kind": kind, "id": id_of(kind, name), "body": body}


def _told(number: int, revision: int) -> str:
    return f"Service {number}, revision {revision}."


def _entity(kind: str, name: str, spec: Json, description: str = "") -> Json:
    annotations = {f"backstage.io/{name}": value for name, value in _ANNOTATIONS.items()}
    metadata = {"name": name, "description": description, "annotations": annotations}
    return {"apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
