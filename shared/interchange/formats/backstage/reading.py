"""Software catalogues of Backstage: documents of YAML, joined by references that may lead nowhere."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import NODE_KINDS
from shared.contracts.scalars import looks_like_an_id
from shared.interchange import yaml_documents
from shared.interchange.formats.backstage.terms import (
    ID,
    LIFECYCLES,
    LISTS,
    LOST,
    MEANT,
    NAME,
    NAMESPACE,
    PARENTS,
    STATE,
    TERMS,
    TYPES,
    UNOWNED,
    Name,
    parse,
)  # fmt: skip
from shared.interchange.formats.format import Faulty, File, Unreadable
from shared.interchange.formats.taking import Ref, Taking, cut, short
from shared.interchange.found import UNRESOLVED
from shared.interchange.records import Batch

MAX_ENTITIES = 50_000
_CATALOG = "catalog"
"""What a name is looked up in, in whatever file it stands; and the one source that all files were in before 0.2."""
_SOME = 10
_SURE = {"person", "it"}
"""Types that no other of our things has in Backstage."""


@dataclass(frozen=True)
class Entity:
    """A document, with what it is called and where it stands."""

    name: Name
    place: str
    metadata: Mapping[str, Any]
    spec: Mapping[str, Any]


def knows(content: bytes) -> bool:
    """Whether the first lines that say something are those of a Backstage entity."""
    head = content[:4096].decode("utf-8-sig", "replace").splitlines()
    return any(line.replace('"', "").replace("'", "").startswith("apiVersion: backstage.io/") for line in head)


def read(file: File) -> Batch:
    """The entities of a file and of those beside it; raises Unreadable."""
    entities: dict[Name, Entity] = {}
    reading = _Reading(Taking(NAME, _source(file), file.name, within=_CATALOG), entities)
    for each in (file, *file.beside):
        reading.documents(each)
    if reading.faults:
        raise Faulty(reading.faults)
    return reading.run()


def _source(file: File) -> str:
    """Several files are a source together, whichever of them is named first."""
    together = ", ".join(sorted({each.place or each.name for each in (file, *file.beside)}))
    return short(file.called or together)


@dataclass
class _Reading:
    taking: Taking
    entities: dict[Name, Entity]
    faults: list[str] = field(default_factory=list)
    read: int = 0
    parents: dict[Name, Name] = field(default_factory=dict)
    elsewhere: set[tuple[Name, str, Name]] = field(default_factory=set)
    """References to what has no place here, by who has them and where."""

    def documents(self, file: File) -> None:
        try:
            for number, value in enumerate(yaml_documents.documents(file.content), 1):
                self._document(f"{file.name}, document {number}", yaml_documents.plain(value))
        except ValueError as error:
            raise Unreadable(f"{file.name}: {error}") from None

    def _document(self, place: str, value: Any) -> None:
        metadata = value.get("metadata") if isinstance(value, dict) else None
        if not isinstance(metadata, dict) or not isinstance(value.get("kind"), str):
            self.faults.append(f"{place}: must be an entity with a kind and metadata")
            return
        name, spec = metadata.get("name"), value.get("spec") or {}
        if not isinstance(name, str) or not name or not isinstance(spec, dict):
            self.faults.append(f"{place}, /metadata/name: must be text, and /spec a mapping")
            return
        self.read += 1
        if self.read > MAX_ENTITIES:
            raise Unreadable(f"There are more than {MAX_ENTITIES:,} entities.")
        kind, namespace = value["kind"].casefold(), str(metadata.get("namespace") or NAMESPACE).casefold()
        entity = Entity(Name(kind, namespace, name.casefold()), place, metadata, spec)
        if kind not in TERMS:
            self.taking.batch.unmapped[value["kind"][:100]] += 1
        elif earlier := self.entities.get(entity.name):
            self.taking.batch.duplicates[value["kind"]] += 1
            self.taking.batch.notes.append(f"{entity.name} stands in {earlier.place} already; not taken: {place}")
        else:
            self.entities[entity.name] = entity

    def run(self) -> Batch:
        self._note_parents()
        for name in [*self.entities]:
            self._stub_missing(name)
        if stubs := sorted(self.taking.batch.stubs):
            some = ", ".join(stubs[:_SOME]) + (", ..." if len(stubs) > _SOME else "")
            self.taking.batch.notes.append(f"{len(stubs)} are named and not described; made as unresolved: {some}")
        for entity in self.entities.values():
            self._entity(entity)
        for entity in self.entities.values():
            self._links(entity)
        for entity in self.entities.values():
            self.taking.batch.left_out += Counter(name for name in LOST if _said(entity, name))
        self.taking.batch.left_out += Counter(f"{member} of a {name.kind}" for _, member, name in self.elsewhere)
        batch = self.taking.finish(self.read)
        batch.whole, batch.former_sources = False, frozenset({_CATALOG})
        batch.former_ids = self.taking.formerly()
        return batch

    def _note_parents(self) -> None:
        """A group says whom it is under, or who is under it."""
        for name, entity in self.entities.items():
            for child in self._named(entity, "children"):
                self.parents.setdefault(child, name)
        for name, entity in self.entities.items():
            for parent in self._named(entity, "parent"):
                self.parents[name] = parent

    def _named(self, entity: Entity, member: str) -> Iterator[Name]:
        """The references in a field that lead to what has a place here."""
        said = entity.spec.get(member)
        for text in said if isinstance(said, list) else [said]:
            if isinstance(text, str) and text.strip() and (member != "owner" or text != UNOWNED):
                name = parse(text, MEANT[member], entity.name.namespace)
                if name.kind in TERMS:
                    yield name
                else:
                    self.elsewhere.add((entity.name, member, name))

    def _stub_missing(self, name: Name) -> None:
        """What is referred to and not there is made, and marked as unresolved; on a server that has it, it stays."""
        entity = self.entities[name]
        for member in MEANT:
            for target in self._named(entity, member):
                if target not in self.entities:
                    metadata = {"name": target.name, "tags": [UNRESOLVED], "description": f"Named by {entity.place}."}
                    self.entities[target] = Entity(target, entity.place, metadata, {})
                    self.taking.batch.stubs.add(self._id(self.entities[target]))

    def _id(self, entity: Entity) -> str:
        return str(entity.name)

    def _entity(self, entity: Entity) -> None:
        term, metadata, spec = TERMS[entity.name.kind], entity.metadata, entity.spec
        profile = spec.get("profile")
        shown = profile.get("displayName") if isinstance(profile, dict) else None
        owner = next((self._party(name) for name in self._named(entity, "owner")), None)
        parent = self.parents.get(entity.name)
        said = spec.get("type")
        id, key = _own(metadata, term.kind)
        members = {
            "name": str(metadata.get("title") or shown or metadata["name"]),
            "description": cut(_text(metadata.get("description"))),
            "type": said
            if isinstance(said, str) and said in TYPES.get(term.kind, ())
            else None
            if id and term.type not in _SURE
            else term.type,
            "owner": owner and owner.state,
            "parent_id": self._ref(parent).id if parent and term.kind == "party" else None,
            "tags": [str(tag)[:200] for tag in _list(metadata.get("tags"))][:50],
            "external_refs": [*_refs(metadata.get("links"))][:50],
            **self._state(entity, term.kind),
        }
        if id is None:
            members["custom"] = {name: str(spec[name])[:2000] for name in ("type", "lifecycle") if spec.get(name)}
        self.taking.entity(self._id(entity), entity.name.kind.capitalize(), term.kind, members | key, id)

    def _state(self, entity: Entity, kind: str) -> dict[str, str]:
        said = _annotation(entity.metadata, STATE)
        if said in NODE_KINDS[kind].lifecycle.states:
            return {"state": said}
        stage = LIFECYCLES.get(str(entity.spec.get("lifecycle")).casefold())
        return {"state": stage} if stage and kind == "service" else {}

    def _ref(self, name: Name) -> Ref:
        """The entity of that name, before it is taken."""
        entity = self.entities[name]
        kind = TERMS[name.kind].kind
        return self.taking.ref(kind, self._id(entity), _own(entity.metadata, kind)[0])

    def _party(self, name: Name) -> Ref | None:
        return self._ref(name) if TERMS[name.kind].kind == "party" else None

    def _links(self, entity: Entity) -> None:
        found = [(member, relation, False) for (kind, member), relation in PARENTS.items() if kind == entity.name.kind]
        found += [(member, *told) for (kind, member), told in LISTS.items() if kind == entity.name.kind]
        for member, relation, swapped in found:
            for target in self._named(entity, member):
                ends = self._ref(entity.name), self._ref(target)
                self.taking.link(member, relation, *(ends[::-1] if swapped else ends))


def _said(entity: Entity, name: str) -> bool:
    """Whether a field without a place here says something; annotations of ours have one."""
    value = entity.spec.get(name) or entity.metadata.get(name)
    return bool(value.keys() - {ID, STATE} if name == "annotations" and isinstance(value, dict) else value)


def _annotation(metadata: Mapping[str, Any], name: str) -> str:
    annotations = metadata.get("annotations")
    return str(annotations.get(name) or "") if isinstance(annotations, dict) else ""


def _own(metadata: Mapping[str, Any], kind: str) -> tuple[str | None, dict[str, str]]:
    """The id and the key of what was exported from here."""
    named, _, id = _annotation(metadata, ID).partition("/")
    mine = named == kind and looks_like_an_id(id)
    return (id, {"key": str(metadata["name"])}) if mine else (None, {})


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _refs(links: Any) -> Iterator[dict[str, str]]:
    for each in _list(links):
        if isinstance(each, dict) and isinstance(each.get("url"), str):
            title = str(each.get("title") or each["url"])[:200]
            yield {"system": "Backstage", "id": title, "url": each["url"][:2000]}
