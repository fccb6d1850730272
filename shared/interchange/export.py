"""What the owners hold as a bundle: documents that ``apply`` takes back unchanged, here and on another server."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.client import Client
from shared.contracts import Kind
from shared.interchange import inventory
from shared.interchange.inventory import Inventory
from shared.interchange.records import BUNDLE, LINK_MEMBERS, NOT_CARRIED, derived_id

Document = dict[str, Any]


@dataclass
class Export:
    """``documents`` by kind, each in the order of its keys. ``ended`` links and those without a ``source`` any more
    are no part of a bundle, and counted."""

    documents: dict[str, list[Document]] = field(default_factory=dict)
    ended: int = 0
    loose: int = 0

    @property
    def count(self) -> int:
        return sum(map(len, self.documents.values()))


async def export(client: Client) -> Export:
    """Read everything; raises Unreachable or a Refused."""
    return documents(await inventory.read(client))


def documents(held: Inventory) -> Export:
    """What the owners hold as documents of a bundle."""
    names = {f"{kind.name}/{state['id']}": f"{kind.name}/{state['key']}" for kind, state in held.entities}
    made = Export()
    links = _links(held, names, made)
    for kind, state in held.entities:
        ref = names[f"{kind.name}/{state['id']}"]
        document = {"kind": kind.name, "key": state["key"]}
        document |= {"id": state["id"]} if state["id"] != derived_id(ref) else {}
        document |= _came_from(state)
        document |= {"spec": _spec(kind, state, names)}
        document |= {"links": links[ref]} if ref in links else {}
        made.documents.setdefault(kind.name, []).append(document)
    return made


def _came_from(state: Mapping[str, Any]) -> dict[str, Any]:
    """Its provenance, with which imports go on elsewhere. A bundle without a name claims there what it claims here."""
    told = [
        {name: value for name, value in entry.items() if value is not None}
        for entry in state["provenance"]
        if entry["source"] != BUNDLE
    ]
    return {"provenance": told} if told else {}


def _spec(kind: Kind, state: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What somebody wrote, with references as ``kind/key``; what has its default value goes without saying."""
    members = dict(state)
    for reference in kind.references:

        def named(value: Any, _: str, kinds: tuple[str, ...] = reference.kinds) -> Any:
            return value and _name(value if isinstance(value, dict) else {"kind": kinds[0], "id": value}, names)

        members = reference.replaced(members, named)
    members |= _elsewhere(kind, state)
    said = {"state", "state_reason"} if kind.is_begun(members["state"]) else {"state"}
    untold = {"state", "state_reason"} if members["state"] is None else set()
    names_ = [name for name in _carried(kind) if name not in untold]
    return {name: members[name] for name in names_ if name in said or members[name] != _default(kind, name)}


def _elsewhere(kind: Kind, state: Mapping[str, Any]) -> dict[str, Any]:
    """Nobody else can prove what was signed here: elsewhere a signed increment is attested, and an open one a draft."""
    if kind.registered is None or state["state"] in kind.registered:
        return {}
    if not kind.is_live(state["state"]) and not kind.lifecycle.is_terminal(state["state"]):
        return {"state": None, "state_reason": None}
    decided = [each["at"] for each in state["sign_offs"] if each["at"]]  # it may have been written since, by imports
    at = max(decided, default=state["updated_at"])
    reason = f"Signed elsewhere, {at}: the proof beside this bundle says by whom."
    return {"type": "attested", "state": "attested", "state_reason": reason}


def _carried(kind: Kind) -> Iterator[str]:
    """Members of a spec, what people look for first before what they do not."""
    names = [name for name in kind.model.model_fields if name not in NOT_CARRIED | kind.kept | {"key"}]
    first = ("name", "type", "state", "state_reason", "description")
    yield from sorted(names, key=lambda name: first.index(name) if name in first else len(first))


def _default(kind: Kind, name: str) -> Any:
    return kind.model.model_fields[name].get_default(call_default_factory=True)


def _links(held: Inventory, names: Mapping[str, str], made: Export) -> dict[str, list[dict[str, Any]]]:
    """Active links at their sources, in an order that does not depend on ids."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for link in held.links:
        source = names.get(f"{link['source']['kind']}/{link['source']['id']}")
        made.ended += link["state"] != "active"
        made.loose += link["state"] == "active" and source is None
        if source and link["state"] == "active":
            said = {name: link[name] for name in LINK_MEMBERS if link[name] is not None}
            ends = {"type": link["type"], "to": _name(link["target"], names)}
            found[source].append({**ends, **said, **_came_from(link)})
    return {source: sorted(links, key=lambda link: (link["type"], link["to"])) for source, links in found.items()}


def _name(target: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """``kind/key``, or ``kind/<uuid>`` for what no owner has."""
    ref = f"{target['kind']}/{target['id']}"
    return names.get(ref, ref)
