"""What single attributes of TM Forum's resources are here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts import NODE_KINDS
from shared.contracts.scalars import looks_like_an_id
from shared.interchange.formats.taking import cut
from shared.interchange.formats.tmf.terms import CHARACTERISTICS, CUSTOMERS, OWNER, PARTNERS, PROVIDERS, STATES, TERMS

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource that is taken, or one that others only name."""

    kind: str
    type: str
    id: str
    body: Json

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.id}"


def member(kind: str, role: str) -> str | None:
    """Where a related party of a role stands."""
    if kind == "contract":
        return "provider" if role in PROVIDERS else "customer" if role in CUSTOMERS else None
    if role in PARTNERS:
        return "partner_id" if kind == "product" else None
    return "owner" if "owner" in role else None


def dicts(value: Any) -> Iterator[Json]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each


def refs(value: Any) -> Iterator[dict[str, Any]]:
    """References, one or several; what has no id names nothing."""
    for each in dicts(value):
        if each.get("id") is not None:
            yield {**each, "id": str(each["id"])}


def text(value: Any) -> str | None:
    return None if value is None else str(value)


def ours(body: Json) -> dict[str, str]:
    """What an export from here says of itself: ``entity`` as kind/id, ``key``, ``state`` and ``type``."""
    several = (each for each in dicts(body.get("externalIdentifier")) if each.get("owner") == OWNER)
    return {str(each.get("externalIdentifierType")): str(each.get("id")) for each in several}


def own(resource: Resource) -> tuple[str | None, dict[str, str]]:
    """The id of what was exported from here, and its key."""
    told = ours(resource.body)
    kind, _, id = told.get("entity", "").partition("/")
    if kind != resource.kind or not looks_like_an_id(id):
        return None, {}
    return id, {"key": told["key"]} if "key" in told else {}


def kind_of(type: str, body: Json) -> str:
    """The kind of a resource; an organization may be a partner where it comes from here."""
    said = ours(body).get("entity", "").partition("/")[0]
    return said if said in ("partner", TERMS[type].kind) else TERMS[type].kind


def type_of(resource: Resource) -> str | None:
    """Its type, where the kind has that one."""
    if resource.kind == "partner" and resource.type in PARTNERS.values():
        return resource.type
    term, info = TERMS.get(resource.type), NODE_KINDS[resource.kind].model.model_fields.get("type")
    told = ours(resource.body)
    said = told.get("type") or str(resource.body.get("agreementType") or "").casefold()
    if info is not None and f"'{said}'" in str(info.annotation):
        return said
    return term.type if term and not told else None


def state_of(resource: Resource) -> dict[str, str]:
    """Its state, and the reason where the file has one; nothing where it does not say."""
    said = ours(resource.body).get("state")
    if said in NODE_KINDS[resource.kind].lifecycle.states:
        return {"state": str(said)}
    status = str(resource.body.get("lifecycleStatus") or resource.body.get("status") or "").casefold()
    state = STATES.get(resource.kind, {}).get(status)
    reason = cut(text(resource.body.get("statusReason")))
    return {"state": state, **({"state_reason": reason} if reason else {})} if state else {}


def validity(body: Json) -> dict[str, str | None]:
    valid = body.get("validFor")
    valid = valid if isinstance(valid, dict) else {}
    return {"valid_from": text(valid.get("startDateTime")), "valid_to": text(valid.get("endDateTime"))}


def period(body: Json) -> dict[str, str] | None:
    period = next(dicts(body.get("agreementPeriod")), {})
    found = {"start": period.get("startDateTime"), "end": period.get("endDateTime")}
    return {name: str(value) for name, value in found.items() if value} or None


_AMOUNTS = ("taxIncludedAmount", "dutyFreeAmount")


def price(price: Json) -> str:
    """``Recurring Charge: 50 EUR, recurring, monthly``."""
    outer = next(dicts(price.get("price")), {})
    inner = next((each for name in _AMOUNTS for each in dicts(outer.get(name))), outer)
    told = f"{inner.get('value')} {inner.get('unit') or ''}".strip() if inner.get("value") is not None else ""
    words = (told, price.get("priceType"), price.get("recurringChargePeriodType"))
    rest = ", ".join(str(word) for word in words if word)
    return ": ".join(filter(None, (text(price.get("name")), rest)))


def characteristics(body: Json) -> dict[str, Any]:
    """Each characteristic with its values; a single one stands by itself."""
    found: dict[str, Any] = {}
    for member in CHARACTERISTICS:
        for each in dicts(body.get(member)):
            lists = [value for name, value in each.items() if "value" in name.casefold() and isinstance(value, list)]
            several = [one["value"] for value in lists for one in dicts(value) if one.get("value") is not None]
            told = several[0] if len(several) == 1 else several or each.get("value", each.get("valueType"))
            if each.get("name") and told is not None and len(found) < 90:
                found[str(each["name"])[:200]] = told
    return found
