"""Examples for the documents: of each kind a name, of members that many have a value, and the rest by what a schema
allows. A document that has them is read like a letter, not like a form."""

from collections.abc import Mapping
from typing import Any

from shared.contracts import RECORDED

Schema = Mapping[str, Any]
NAMES = {
    "strategy": "Digital by default",
    "strategy_element": "One front door for every customer",
    "driver": "Ageing network",
    "assessment": "Every third call is about a bill",
    "objective": "Nine of ten requests online",
    "outcome": "Customers move house without a call",
    "tactic": "Second hosting site",
    "operation": "Patch every server each month",
    "capability": "Customer self-service",
    "plan": "Roadmap 2026-2027",
    "project": "Portal relaunch",
    "csf": "The portal is always there",
    "kpi": "Availability of the portal",
    "measurement": "Availability in March",
    "stakeholder": "Chair of the board",
    "increment": "Digital by default, first slice",
    "service": "Customer portal",
    "service_offering": "Online account",
    "consumer_group": "Household customers",
    "contract": "Service level agreement with household customers",
    "design_package": "Design of the customer portal",
    "product": "Telemetry gateway",
    "partner": "Hosting company",
    "catalog": "Service catalogue",
    "category": "Self-service",
    "party": "Platform engineering",
    "role": "Service owner of the portal",
    "role_assignment": "Service owner of the portal, Maeve Stroud",
    "process": "Incident management",
    "activity": "Log the incident",
    "policy": "Every incident is logged",
    "procedure": "How to log an incident",
    "work_instruction": "How to fill in the ticket",
    "handoff": "From first line to second line",
    "deliverable": "Incident ticket",
    "control": "Quarterly review of who has access",
    "baseline": "Before the budget",
    "waiver": "Until the new hosting contract",
    "acknowledgement": "Acknowledged by the service owner",
    "comment": "Comment of the architect",
    "rule_pack": "House rules",
    "setting": "Four months for a strategy to be carried out",
    "scenario": "Without the old hosting",
    "campaign": "Controls of the spring",
}
"""One of each kind."""

_ID, _OTHER = "018f6d2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f", "018f6d2e-7b1a-7c3d-9e4f-0a1b2c3d4e5f"
_REF, _OTHER_REF = f"service/{_ID}", f"objective/{_OTHER}"
_BY_FORMAT = {"uuid": _ID, "date-time": "2026-03-31T12:00:00Z", "date": "2026-03-31"}
_VALUES: Mapping[str, Any] = {
    "key": "customer-portal", "name": NAMES["service"], "kind": "service", "state": "operational", "to": "approved",
    "description": "Agreed with the board in March.", "id": _ID, "version": 2, "type": "business",
    "created_by": "maeve.stroud", "updated_by": "maeve.stroud", "by": "maeve.stroud", "actor": "maeve.stroud",
    "subject": "maeve.stroud", "last_by": "maeve.stroud", "authors": "ann.author", "owner": f"party/{_OTHER}",
    "source": _REF, "target": _OTHER_REF, "origin": f"link/{_OTHER}", "root": _REF, "existing": f"link/{_OTHER}",
    "state_reason": "The board agreed.", "reason": "The board agreed.", "comment": "Agreed.", "rationale": "Serves it.",
    "event": f"service:{_ID}:1.2", "correlation_id": "import-2026-03", "member": "budget", "field": "budget",
    "changed": "budget", "criticality": 4, "confidence": 0.9, "status": 200, "line": 1, "position": 17, "epoch": 1,
    "next_cursor": None, "as_of": None, "hash": f"sha256-rfc8785:{'0' * 64}", "live": True, "rule": "V02",
    "package_hash": f"sha256-rfc8785:{'0' * 64}", "tags": "customer", "url": "https://example.org/portal",
    "allowed": "approved", "budget": 250_000.0, "period": "2026", "horizon": "2026-2029",
    "x": "sefqAbD6wjfDqw6hLHMfg8d-TYNtBaC4AyUQC6vH7VE", "currency": "EUR", "title": "No justification",
    "code": "missing", "pointer": "/name", "detail": "It is needed.", "remedy": "Link it to what it serves.",
}  # fmt: skip
"""By the name of a member; a value is used where the schema allows its type."""
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "null": (type(None),),
}  # fmt: skip
_DEEPEST = 8
_SAID = ("description", "rationale", "comment")
"""One of these stands where nothing is required."""
_STATES = {
    kind.name: next((state for state in kind.lifecycle.states if kind.is_live(state)), kind.lifecycle.initial)
    for kinds in RECORDED.values()
    for kind in kinds
}
"""By kind the first state that is live."""


def example(schema: Schema, parts: Mapping[str, Schema], *, whole: bool = True, kind: str | None = None) -> Any:
    """A value that a schema allows; ``parts`` are what it refers to by name. ``whole`` has every member, as answers do;
    otherwise those that are required. ``kind`` is that of a body, which does not say it itself."""
    made = _Maker(parts, whole).value(schema, "", 0)
    return made | _named(made, kind) if kind else made


class _Maker:
    def __init__(self, parts: Mapping[str, Schema], whole: bool) -> None:
        self.parts = parts
        self.whole = whole

    def value(self, schema: Schema, name: str, depth: int) -> Any:
        if "$ref" in schema:
            schema = self.parts[schema["$ref"].rpartition("/")[2]]
        if "const" in schema:
            return schema["const"]
        if words := schema.get("examples") or schema.get("enum"):
            return words[0]
        if options := schema.get("anyOf") or schema.get("oneOf"):
            return self._chosen(options, name, depth)
        type_ = schema.get("type")
        if type_ == "object":
            return self._object(schema, depth)
        if type_ == "array":
            return [] if depth >= _DEEPEST else [self.value(schema.get("items", {}), name, depth + 1)]
        return self._plain(schema, name)

    def _chosen(self, options: list[Schema], name: str, depth: int) -> Any:
        """The first that is something, unless nothing is what usually stands there."""
        nothing = {"type": "null"} in options
        if nothing and (depth >= _DEEPEST or (name in _VALUES and _VALUES[name] is None)):
            return None
        return self.value(next(each for each in options if each != {"type": "null"}), name, depth)

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        members = schema.get("properties", {})
        required = schema.get("required", ())
        wanted = [name for name in members if name in required or (self.whole and depth < _DEEPEST)]
        wanted = wanted or [name for name in _SAID if name in members][:1]
        made = {name: self.value(members[name], name, depth + 1) for name in wanted}
        if not members and isinstance(schema.get("additionalProperties"), dict):
            made["strategy"] = self.value(schema["additionalProperties"], "strategy", depth + 1)
        return made | _named(made, made.get("kind"))

    def _plain(self, schema: Schema, name: str) -> Any:
        type_ = schema.get("type")
        if found := _BY_FORMAT.get(schema.get("format", "")):
            return found
        if type_ is None:
            return _VALUES.get(name)
        value = _VALUES.get(name)
        if type(value) in _TYPES[type_]:
            return value
        if type_ == "string":
            return name.replace("_", " ") or "text"
        if type_ == "boolean":
            return False
        return schema.get("minimum", 1) or 1


def _named(made: dict[str, Any], kind: Any) -> dict[str, Any]:
    """What one of a kind is called, and the state that it is in."""
    if kind not in NAMES:
        return {}
    name = NAMES[kind]
    known = {"name": name, "key": name.lower().replace(" ", "-").replace(",", ""), "state": _STATES[kind]}
    return {member: value for member, value in known.items() if isinstance(made.get(member), str)}
