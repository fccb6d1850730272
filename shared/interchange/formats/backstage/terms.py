"""Backstage's kinds, fields and life cycles in this platform's terms."""

from typing import NamedTuple

NAME = "backstage"
ID, STATE = "plumbline/id", "plumbline/state"
"""Annotations that an export carries, so that what comes back is the same."""
UNOWNED = "unknown"
"""What stands for an owner where Backstage wants one and there is none."""
NAMESPACE = "default"


class Term(NamedTuple):
    """A kind of Backstage, what it is here, and its type where the file gives none that there is."""

    kind: str
    type: str | None


TERMS = {
    "component": Term("service", "application"),
    "system": Term("product", "service"),
    "domain": Term("strategy", "it"),
    "group": Term("party", "org_unit"),
    "user": Term("party", "person"),
}
TYPES = {
    "party": {"team", "org_unit", "supplier", "agent"},
    "service": {"business", "application", "technology", "supporting"},
    "product": {"service", "technology", "tool", "agent"},
}
"""Types of ours that a file may name; a person is a User."""
LIFECYCLES = {"experimental": "developed", "production": "operational", "deprecated": "operational"}
"""What stage of life a component is in: one that is deprecated still runs, and keeps the word in ``custom``."""
STAGES = {"operational": "production", "retired": "deprecated"}
"""The other way; every other state is experimental."""

PARENTS = {
    ("component", "system"): "part_of",
    ("component", "subcomponentOf"): "part_of",
    ("system", "domain"): "relates_to",
    ("domain", "subdomainOf"): "part_of",
}
"""Fields that name one other entity, and the link that they are."""
LISTS = {
    ("component", "dependsOn"): ("depends_on", False),
    ("component", "dependencyOf"): ("depends_on", True),
    ("user", "memberOf"): ("part_of", False),
    ("group", "members"): ("part_of", True),
}
"""Fields that name several, the link that each is, and whether its ends change places."""
MEANT = {
    "owner": "group", "system": "system", "domain": "domain", "subdomainOf": "domain", "subcomponentOf": "component",
    "dependsOn": "component", "dependencyOf": "component", "memberOf": "group", "members": "user", "parent": "group",
    "children": "group",
}  # fmt: skip
"""The kind of a reference that does not say it."""
LOST = ("annotations", "labels", "profile", "providesApis", "consumesApis")
"""Fields that have no place here, counted."""


class Name(NamedTuple):
    """A reference, ``kind:namespace/name`` in small letters."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}"


def parse(text: str, meant: str, namespace: str = NAMESPACE) -> Name:
    """A reference as files write it: kind and namespace may be left out."""
    kind, colon, rest = text.strip().casefold().rpartition(":")
    space, slash, name = rest.rpartition("/")
    return Name(kind if colon else meant, space if slash else namespace, name)
