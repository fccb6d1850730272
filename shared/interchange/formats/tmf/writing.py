"""What the owners hold as resources of TM Forum: an array, each with an external identifier by which it comes back."""

import json
from collections import Counter
from typing import Any

from shared.interchange.formats import losing
from shared.interchange.formats.format import Written
from shared.interchange.formats.tmf.terms import OWNER, PARTNERS, RELATED
from shared.interchange.inventory import Inventory, State

_TYPES = {
    "catalog": "Catalog",
    "category": "Category",
    "service_offering": "ProductOffering",
    "product": "ProductSpecification",
    "service": "ServiceSpecification",
    "contract": "Agreement",
    "party": "Organization",
    "partner": "Organization",
}
_EVERY = ("description", "type", "owner", "valid_from", "valid_to", "custom")
_CARRIED = {
    "catalog": _EVERY,
    "category": (*_EVERY, "catalog_id", "parent_id", "offering_ids"),
    "service_offering": (*_EVERY, "service_ids", "terms", "price_refs", "channels", "bundle"),
    "product": (*_EVERY, "partner_id"),
    "service": _EVERY,
    "contract": (*_EVERY, "provider", "customer", "items", "period"),
    "party": _EVERY,
    "partner": _EVERY,
}
_WORDS = {
    ("service_offering", "requires"): "requires", ("service_offering", "exchangeable_with"): "exchangeableWith",
    ("service_offering", "optional_with"): "optionalFor", ("service", "depends_on"): "dependency",
    ("product", "depends_on"): "dependency",
}  # fmt: skip
"""Relationships between two of a kind, by relation."""
_CHARACTERISTICS = {"product": "productSpecCharacteristic", "service_offering": "prodSpecCharValueUse"}
_BUNDLES = {"product": "bundledProductSpecification", "service": "bundledServiceSpecification"}


def write(held: Inventory) -> Written:
    """One file with an array of all of them."""
    lost = losing.of(held, _CARRIED)
    known = {f"{kind.name}/{state['id']}": state for kind, state in held.entities if kind.name in _TYPES}
    made = {ref: _resource(ref.partition("/")[0], state, known, lost) for ref, state in known.items()}
    for link in held.links:
        if link["state"] == "active" and not _linked(link, known, made):
            lost[f"link {link['type']}"] += 1
    content = json.dumps([*made.values()], ensure_ascii=False, indent=1).encode()
    return Written({"tmf.json": content}, +lost)


def _resource(kind: str, state: State, known: dict[str, State], lost: Counter[str]) -> dict[str, Any]:
    told = {"entity": f"{kind}/{state['id']}", "key": state["key"], "state": state["state"], "type": state.get("type")}
    valid = {"startDateTime": state["valid_from"], "endDateTime": state["valid_to"]}
    body: dict[str, Any] = {
        "id": state["id"], "@type": "Individual" if told["type"] == "person" else _TYPES[kind], "name": state["name"],
        "description": state["description"], "status" if kind == "contract" else "lifecycleStatus": state["state"],
        "validFor": {name: value for name, value in valid.items() if value},
        "externalIdentifier": [
            {"owner": OWNER, "externalIdentifierType": name, "id": value} for name, value in told.items() if value
        ],
        _CHARACTERISTICS.get(kind, "specCharacteristic"): [
            {"name": name, "value": value} for name, value in state["custom"].items()
        ],
    }  # fmt: skip
    parties = [_party("owner", state["owner"], known)] if state["owner"] else []
    if kind in _OWN:
        body |= _OWN[kind](state, known)
        parties += _related(kind, state, known)
    lost[f"{kind}.related parties"] += parties.count(None)
    body["engagedParty" if kind == "contract" else "relatedParty"] = [each for each in parties if each]
    if kind == "contract" and "agreementItem" not in body:
        lost["contract.items"] += len(state["items"])
    return {name: value for name, value in body.items() if value not in (None, [], {})}


def _party(role: str, ref: State, known: dict[str, State]) -> dict[str, Any] | None:
    there = known.get(f"{ref['kind']}/{ref['id']}")
    party = {"id": ref["id"], "name": there["name"], "@type": "PartyRef"} if there else None
    return party and {"role": role, "@type": "RelatedPartyRefOrPartyRoleRef", "partyOrPartyRole": party}


def _related(kind: str, state: State, known: dict[str, State]) -> list[dict[str, Any] | None]:
    found = []
    if kind == "product" and state["partner_id"]:
        type = known.get(f"partner/{state['partner_id']}", {}).get("type")
        found.append(
            _party(type if type in PARTNERS else "supplier", {"kind": "partner", "id": state["partner_id"]}, known)
        )
    sides = [(role, state[role]) for role in ("provider", "customer") if kind == "contract" and state[role]]
    return found + [_party("supplier" if ref["kind"] == "partner" else role, ref, known) for role, ref in sides]


def _ids(ids: list[str | None]) -> list[dict[str, str]]:
    return [{"id": id} for id in ids if id]


def _category(state: State, _: dict[str, State]) -> dict[str, Any]:
    return {"parentId": state["parent_id"], "productOffering": _ids(state["offering_ids"])}


def _catalog(state: State, known: dict[str, State]) -> dict[str, Any]:
    mine = [each for each in known.values() if each["kind"] == "category" and each["catalog_id"] == state["id"]]
    return {"category": _ids([each["id"] for each in mine])}


def _offering(state: State, _: dict[str, State]) -> dict[str, Any]:
    prices = [{"id": f"{state['id']}-{number}", "name": name} for number, name in enumerate(state["price_refs"], 1)]
    return {
        "serviceSpecification": _ids(state["service_ids"]), "productOfferingPrice": prices, "isBundle": state["bundle"],
        "productOfferingTerm": [{"name": state["terms"]}] if state["terms"] else [],
        "channel": [{"name": name} for name in state["channels"]],
    }  # fmt: skip


_MORE = ("service_id", "start", "end")
"""What an item of an agreement says besides, and nobody would read there."""


def _agreement(state: State, _: dict[str, State]) -> dict[str, Any]:
    period = state["period"] or {}
    found = {"startDateTime": period.get("start"), "endDateTime": period.get("end")}
    plain = all(item["offering_id"] and not any(item[name] for name in _MORE) for item in state["items"])
    items = [{"productOffering": [each]} for each in _ids([item["offering_id"] for item in state["items"]])]
    return {
        **({"agreementItem": items} if plain else {}),
        "agreementPeriod": {name: value for name, value in found.items() if value},
    }


_OWN = {
    "catalog": _catalog, "category": _category, "service_offering": _offering, "contract": _agreement,
    "product": lambda *_: dict[str, Any](),
}  # fmt: skip


def _linked(link: State, known: dict[str, State], made: dict[str, dict[str, Any]]) -> bool:
    """Put a link where such a resource has it; False where none does."""
    source, target = link["source"], link["target"]
    refs = f"{source['kind']}/{source['id']}", f"{target['kind']}/{target['id']}"
    if not known.keys() >= {*refs}:
        return False
    pair, each = (source["kind"], link["type"], target["kind"]), {"id": target["id"], "name": known[refs[1]]["name"]}
    word = _WORDS.get(pair[:2]) if pair[0] == pair[2] else None
    if word:
        made[refs[0]].setdefault(RELATED[pair[0]], []).append({**each, "relationshipType": word})
    elif pair == ("product", "depends_on", "service"):
        made[refs[0]].setdefault("serviceSpecification", []).append(each)
    elif pair == ("service_offering", "depends_on", "product") and "productSpecification" not in made[refs[0]]:
        made[refs[0]]["productSpecification"] = each
    elif pair[1] == "part_of" and pair[0] == pair[2] and pair[0] in _BUNDLES:
        made[refs[1]].setdefault(_BUNDLES[pair[0]], []).append({"id": source["id"], "name": known[refs[0]]["name"]})
    else:
        return False
    return True
