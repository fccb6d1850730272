"""What nested values say: a sentence for each type of the contracts, decided by hand."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.web.told import SENTENCES, details, named, sentence, turn
from shared.contracts import NODE_KINDS, agreement, base, catalog, design, process, roles
from shared.contracts.base import Kind
from shared.contracts.members import members
from shared.contracts.model import Model
from shared.contracts.strategy import execution, signing
from shared.contracts.views.nodes import Node
from tests.unit.web.documents import documents
from tests.unit.web.showing import node

ID = "7d4f0000-0000-4000-8000-000000000001"
PORTAL = node("service", "Customer portal")
NAMES = {f"service/{ID}": PORTAL, f"stakeholder/{ID}": node("stakeholder", "Chair of the board")}
NAMES |= {f"role/{ID}": node("role", "Service owner"), f"kpi/{ID}": node("kpi", "Uptime")}
NAMES |= {f"objective/{ID}": node("objective", "Hold"), f"product/{ID}": node("product", "Framework")}
NAMES |= {f"service_offering/{ID}": node("service_offering", "Account")}


def text(parts: Any) -> str:
    return "".join(each.name or "" if isinstance(each, Node) else each for each in parts)


@pytest.mark.parametrize(
    ("model", "value", "said"),
    [
        (base.ExternalRef, {"system": "CMDB", "id": "CI 7"}, "CI 7 in CMDB"),
        (base.ExternalRef, {"system": "CMDB", "id": "7", "url": "https://x.example"}, "7 in CMDB (https://x.example)"),
        (
            base.Review,
            {"cadence": "annual", "next_due": "2027-03-02T00:00:00Z", "last_at": "2026-03-01T00:00:00Z",
             "last_by": "amara", "comment": "Fine."},
            "yearly, next on 1 March 2027, last on 1 March 2026 by amara: Fine.",
        ),
        (base.Review, {"next_due": "2027-03-02T00:00:00Z"}, "next on 1 March 2027"),
        (
            base.Provenance,
            {"source": "archimate:Node", "id": "n-1", "type": "Node", "model": "Plant",
             "left_at": "2026-01-02T03:04:05Z", "wrote": {}},
            "from Plant (archimate:Node) as n-1, a Node, no longer there since 2 January 2026, 03:04",
        ),
        (
            agreement.ServiceLevelTarget,
            {"metric": "up", "comparator": ">=", "value": 99.8, "unit": "percent", "window": "month",
             "hours": "Mon-Fri 8-18", "kpi_id": ID},
            "up ≥ 99.8 % each month, Mon-Fri 8-18, measured by Uptime",
        ),
        (agreement.ServiceLevelTarget, {"metric": "tickets", "comparator": "<", "value": 4.0}, "tickets < 4"),
        (
            agreement.ContractItem,
            {"service_id": ID, "start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"},
            "Customer portal, from 1 January 2026, until 31 December 2026",
        ),
        (agreement.ContractItem, {"offering_id": ID}, "Account"),
        (
            agreement.Signatory,
            {"side": "provider", "name": "A. Lindqvist", "signed_at": "2026-05-04T10:30:00Z"},
            "A. Lindqvist for the provider, signed on 4 May 2026, 10:30",
        ),
        (agreement.Period, {"start": "2026-01-01T00:00:00Z", "end": "2029-01-01T00:00:00Z"},
         "from 1 January 2026, until 31 December 2028"),
        (agreement.Period, {"end": "2029-01-01T00:00:00Z"}, "until 31 December 2028"),
        (catalog.Goods, {"type": "goods", "item": "a meter", "quantity": 2, "product_id": ID},
         "they keep a meter, 2 of them: Framework"),
        (catalog.Access, {"type": "access", "resource": "the portal", "terms": "fair use", "limits": "5 users",
                          "service_id": ID},
         "they may use the portal (fair use), up to 5 users, through Customer portal"),
        (catalog.Action, {"type": "action", "trigger": "a reset", "channel": "phone", "target_time": "1 h",
                          "service_id": ID},
         "when they ask: a reset, by phone, within 1 h, by Customer portal"),
        (design.DesignElement, {"type": "people", "ref": {"kind": "role", "id": ID}, "competence": "read maps"},
         "people: Service owner, who can read maps"),
        (design.DesignElement, {"type": "product", "ref": {"kind": "product", "id": ID}, "version": "4"},
         "product: Framework, version 4"),
        (design.DesignElement, {"type": "partner", "not_applicable": True, "reason": "We build it ourselves.",
                                "review_due": "2028-01-01T00:00:00Z"},
         "no partner needed: We build it ourselves. Look again on 31 December 2027."),
        (process.Raci, {"role_id": ID, "letter": "A", "note": "at night"}, "accountable: Service owner: at night"),
        (roles.RequiredSkill, {"name": "SQL", "level": 0}, "SQL, level 0 of 7"),
        (roles.Skill, {"name": "SQL", "level": 4, "valid_to": "2027-01-01T00:00:00Z"},
         "SQL, level 4 of 7, proven until 31 December 2026"),
        (execution.PlanStep, {"action": "link", "ref": {"kind": "service", "id": ID}, "type": "depends_on",
                              "to": {"kind": "product", "id": ID}, "on": "2027-01-01T00:00:00Z"},
         "link Customer portal depends on Framework, on 1 January 2027"),
        (execution.PlanStep, {"action": "set", "ref": {"kind": "service", "id": ID}, "members": {"utility": "All."}},
         "set Customer portal: utility All."),
        (execution.PlanStep, {"action": "move", "ref": {"kind": "service", "id": ID}, "state": "retired"},
         "move Customer portal as retired"),
        (signing.FrozenLink, {"type": "supports", "target": {"kind": "objective", "id": ID}, "confidence": 0.6},
         "supports Hold with confidence 0.6"),
        (signing.Frozen, {"kind": "objective", "id": ID, "version": 3, "hash": "sha256:1"}, "Hold as version 3"),
        (signing.SignOff, {"stakeholder_id": ID, "name": "Chair", "subject": "maeve", "decision": "approved",
                           "at": "2026-05-04T10:30:00Z", "by": "maeve", "comment": "Go on."},
         "Chair (maeve) approved on 4 May 2026, 10:30, sent by maeve: Go on."),
        (signing.SignOff, {"stakeholder_id": ID, "name": "Chair", "subject": "m", "decision": "delegated",
                           "delegated_to": ID}, "Chair (m) delegated, to Chair of the board"),
        (signing.SignOff, {"stakeholder_id": ID, "name": "Chair", "subject": "m", "decision": "requested"},
         "Chair (m) has been asked"),
    ],
)  # fmt: skip
def test_a_nested_value_is_a_sentence(model: type[Model], value: dict[str, Any], said: str) -> None:
    assert text(sentence(model, value, NAMES)) == said


def _nested(model: type[Model]) -> Iterator[type[Model]]:
    for member in members(model).values():
        for each in member.models:
            yield each
            yield from _nested(each)


def test_every_nested_type_has_one_and_it_says_each_member() -> None:
    nested = {each for kind in NODE_KINDS.values() for each in _nested(kind.model)}
    assert {each for each in nested if {*members(each)} != {"kind", "id"}} == {*SENTENCES}
    machines = {"wrote", "hash", "links", "kind", "ownership_transfer", "stakeholder_id"}
    for model, pieces in SENTENCES.items():
        untold = {name for name in members(model) if f"{{{name}" not in "".join(pieces)}
        assert untold <= machines | ({"type"} if members(model).get("type") else set()), model


def test_what_an_entity_says_has_no_keys_and_no_dates_of_machines() -> None:
    kind = NODE_KINDS["objective"]
    state = {
        "name": "Hold", "level": "strategic", "due": "2027-03-31", "priority": 2, "parent_id": ID, "tags": ["a", "b"],
        "valid_from": "2026-01-01T00:00:00Z", "custom": {"Site": "Oslo", "Parts": [1, 2]}, "side": "it",
    }  # fmt: skip
    told = {each.label: [text(one) for one in each.told] for each in details(kind, state, NAMES)}
    assert told == {
        "Level": ["strategic"], "Side": ["IT"], "Due": ["31 March 2027"], "Priority": ["2"], "Parent": ["Hold"],
        "Valid from": ["1 January 2026"], "Tags": ["a", "b"], "Of our own": ["Site: Oslo", "Parts: 1, 2"],
    }  # fmt: skip
    assert named(kind, state) == {f"objective/{ID}"}


def test_a_change_is_told_from_what_to_what() -> None:
    contract = NODE_KINDS["contract"]
    target = {"metric": "up", "comparator": ">=", "value": 99.5, "unit": "percent"}
    told = turn(contract, "service_level_targets", [target], [{**target, "value": 99.8}, target], NAMES)
    assert (told.label, told.gone, [text(each) for each in told.new]) == ("Service level targets", [], ["up ≥ 99.8 %"])
    words = turn(contract, "description", "Up by day", "Up by night", NAMES)
    assert [(each.kind, each.text) for each in words.text] == [("same", "Up by "), ("gone", "day"), ("new", "night")]
    owner = turn(contract, "owner", None, {"kind": "service", "id": ID}, NAMES)
    assert (owner.gone, owner.new) == ([], [[PORTAL]])


@pytest.mark.parametrize("kind", NODE_KINDS.values(), ids=lambda kind: kind.name)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_whatever_it_holds_can_be_said(kind: Kind, data: st.DataObject) -> None:
    state = data.draw(documents(kind))
    for detail in details(kind, state, {}):
        assert all(text(each).strip() for each in detail.told), detail
        assert not any("{'" in text(each) for each in detail.told if detail.label != "Of our own")
