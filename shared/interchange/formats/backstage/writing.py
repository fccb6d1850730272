"""What the owners hold as a catalogue of Backstage: services, products, IT strategies, and parties."""

from collections import Counter, defaultdict
from typing import Any

from shared.contracts import Kind
from shared.interchange import yaml_documents
from shared.interchange.formats import losing
from shared.interchange.formats.backstage.terms import ID, NAMESPACE, STAGES, STATE, UNOWNED
from shared.interchange.formats.format import Written
from shared.interchange.inventory import Inventory, State

_CARRIED = {
    "service": ("description", "type", "owner", "tags"),
    "product": ("description", "type", "owner", "tags"),
    "strategy": ("description", "type", "owner", "tags"),
    "party": ("description", "type", "owner", "tags", "parent_id"),
}
_FIELDS = {
    ("service", "depends_on", "service"): "dependsOn",
    ("service", "part_of", "product"): "system",
    ("service", "part_of", "service"): "subcomponentOf",
    ("product", "relates_to", "strategy"): "domain",
    ("strategy", "part_of", "strategy"): "subdomainOf",
    ("party", "part_of", "party"): "memberOf",
}
"""Links by their relation and ends, and the field that they are."""
_SEVERAL = {"dependsOn", "memberOf"}


def write(held: Inventory) -> Written:
    """One file of documents; what is over stays here."""
    kept = [(kind, state) for kind, state in held.entities if not kind.lifecycle.is_terminal(state["state"])]
    lost = Counter(f"{kind.name} that is over" for kind, _ in held.entities) - Counter(
        f"{kind.name} that is over" for kind, _ in kept
    )
    told = [(kind, state) for kind, state in kept if _kind(kind, state)]
    lost += losing.of(Inventory([each for each in kept if each not in told]), {})
    lost += losing.of(Inventory(told), _CARRIED)
    names = {f"{kind.name}/{state['id']}": _name(kind, state) for kind, state in told}
    fields = _fields(held, names, lost)
    documents = [_document(kind, state, names, fields[f"{kind.name}/{state['id']}"], lost) for kind, state in told]
    return Written({"catalog-info.yaml": "".join(map(yaml_documents.text, documents)).encode()}, +lost)


def _kind(kind: Kind, state: State) -> str | None:
    """What something is called there; None for what has no place."""
    if kind.name == "strategy":
        return "Domain" if state["type"] == "it" else None
    if kind.name == "party":
        return "User" if state["type"] == "person" else "Group"
    return {"service": "Component", "product": "System"}.get(kind.name)


def _name(kind: Kind, state: State) -> str:
    return f"{str(_kind(kind, state)).casefold()}:{NAMESPACE}/{state['key']}"


def _fields(held: Inventory, names: dict[str, str], lost: Counter[str]) -> dict[str, dict[str, Any]]:
    """By the source of links, the fields that they make."""
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for link in held.links:
        source, target = link["source"], link["target"]
        refs = f"{source['kind']}/{source['id']}", f"{target['kind']}/{target['id']}"
        field = _FIELDS.get((source["kind"], link["type"], target["kind"]))
        own = found[refs[0]]
        person = names.get(refs[0], "").startswith("user:")
        fits = field and names.keys() >= {*refs} and (field in _SEVERAL or field not in own)
        if link["state"] != "active" or not fits or (field == "memberOf") != (source["kind"] == "party" and person):
            lost[f"link {link['type']}"] += link["state"] == "active"
        elif field in _SEVERAL:
            own.setdefault(str(field), []).append(names[refs[1]])
        else:
            own[str(field)] = names[refs[1]]
    return found


def _document(
    kind: Kind, state: State, names: dict[str, str], fields: dict[str, Any], lost: Counter[str]
) -> dict[str, Any]:
    called = str(_kind(kind, state))
    metadata = {
        "name": state["key"], "title": state["name"], "description": state["description"],
        "annotations": {ID: f"{kind.name}/{state['id']}", STATE: state["state"]}, "tags": state["tags"],
    }  # fmt: skip
    spec: dict[str, Any] = {"type": state["type"]} if called not in ("User", "Domain") and state["type"] else {}
    if called == "Component":
        spec |= {"type": state["type"] or "service", "lifecycle": STAGES.get(state["state"], "experimental")}
    if kind.name == "party":
        parent = state["parent_id"] and names.get(f"party/{state['parent_id']}")
        spec |= {"children": []} if called == "Group" else {"memberOf": []}
        spec |= {"parent": parent} if parent and called == "Group" else {}
        lost["party.parent_id"] += bool(state["parent_id"]) and "parent" not in spec
        lost["party.owner"] += state["owner"] is not None
    else:
        owner = state["owner"] and names.get(f"{state['owner']['kind']}/{state['owner']['id']}")
        lost[f"{kind.name}.owner"] += state["owner"] is not None and owner is None
        spec["owner"] = owner or UNOWNED
    said = {name: value for name, value in metadata.items() if value}
    return {"apiVersion": "backstage.io/v1alpha1", "kind": called, "metadata": said, "spec": spec | fields}
