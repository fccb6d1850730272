"""Increments: what may be submitted and signed, each line with what it lets pass and what it refuses."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.strategy import rules, signing
from shared.contracts.content import content, difference, digest
from shared.contracts.strategy.signing import Frozen, SignOff
from shared.resource import Facts, Rule
from tests.unit.test_owner_rules import made

TACTIC, SIGNER = UUID(int=10), UUID(int=11)
ITEM = {"kind": "tactic", "id": TACTIC}
WHO = {"id": SIGNER, "signs": True, "subject": "boss"}


def near(tactic: Any = None, **signer: Any) -> Facts:
    """One tactic and one stakeholder."""
    known = {f"tactic/{TACTIC}": tactic or made("tactic", id=TACTIC, state="proposed")}
    return Facts(known=known | {f"stakeholder/{SIGNER}": made("stakeholder", **WHO | signer)})


def increment(**members: Any) -> Any:
    return made("increment", **{"items": [ITEM], "signers": [SIGNER], "created_by": "author"} | members)


def decided(*decisions: str) -> Any:
    sign_offs = [
        SignOff.model_validate({"stakeholder_id": UUID(int=n), "decision": d}) for n, d in enumerate(decisions)
    ]
    return increment(sign_offs=sign_offs)


def frozen(**members: Any) -> Any:
    state = made("tactic", id=TACTIC, **members)
    return increment(package=[Frozen(kind="tactic", id=TACTIC, version=1, hash=signing.hash_of(state))])


SUBMITTED = increment(state="submitted")
IN_FORCE = near(made("tactic", id=TACTIC, state="in_force"))
CASES: list[tuple[Rule, Any, Facts, list[str]]] = [
    (signing.items_can_be_signed, increment(), Facts(), []),
    (signing.items_can_be_signed, increment(items=[ITEM, ITEM]), Facts(), ["double"]),
    (signing.items_can_be_signed, increment(items=[{"kind": "service", "id": TACTIC}]), Facts(), ["not-signable"]),
    (signing.items_can_be_signed, increment(items=[{"kind": "increment", "id": TACTIC}]), Facts(), ["not-signable"]),
    (signing.package_is_frozen, increment(items=[]), Facts(increment()), []),
    (
        signing.package_is_frozen,
        increment(state="submitted", due=datetime(2027, 1, 1, tzinfo=UTC)),
        Facts(SUBMITTED),
        [],
    ),
    (signing.package_is_frozen, increment(state="submitted", items=[]), Facts(SUBMITTED), ["frozen"]),
    (signing.package_is_frozen, increment(state="signed", signers=[]), Facts(increment(state="signed")), ["frozen"]),
    (signing.fits_into_a_sitting(1), increment(), Facts(), []),
    (signing.fits_into_a_sitting(1), increment(items=[]), Facts(), ["items-missing"]),
    (signing.fits_into_a_sitting(1), increment(items=[ITEM, ITEM]), Facts(), ["too-many-items"]),
    (signing.items_are_ready, increment(), near(), []),
    (signing.items_are_ready, increment(), IN_FORCE, []),
    (signing.items_are_ready, increment(), near(made("tactic", id=TACTIC)), ["item-not-ready"]),
    (signing.signers_may_sign, increment(), near(), []),
    (signing.signers_may_sign, increment(signers=[]), near(), ["signers-missing"]),
    (signing.signers_may_sign, increment(), Facts(), ["unknown-reference"]),
    (signing.signers_may_sign, increment(), near(signs=None), ["signs-not"]),
    (signing.signers_may_sign, increment(), near(subject=None), ["signs-not"]),
    (signing.signers_may_sign, increment(), near(state="inactive"), ["signs-not"]),
    (signing.signers_may_sign, increment(), near(subject="author"), ["author-signs"]),
    (signing.somebody_approved, decided("approved", "requested"), Facts(), []),
    (signing.somebody_approved, decided("delegated", "requested"), Facts(), ["sign-off-missing"]),
    (signing.everybody_approved, decided("approved", "delegated", "approved"), Facts(), []),
    (signing.everybody_approved, decided("approved", "requested"), Facts(), ["sign-off-missing"]),
    (signing.everybody_approved, increment(), Facts(), ["sign-off-missing"]),
    (signing.package_holds, frozen(), near(), []),
    (signing.package_holds, frozen(name="Another"), near(), ["item-changed"]),
    (signing.package_holds, frozen(), Facts(), ["item-changed"]),
    (signing.has_a_reason, increment(state_reason="Too much"), Facts(), []),
    (signing.has_a_reason, increment(), Facts(), ["reason-missing"]),
]


@pytest.mark.parametrize(("rule", "state", "facts", "codes"), CASES)
def test_a_line(rule: Rule, state: Any, facts: Facts, codes: list[str]) -> None:
    assert [fault["code"] for fault in rule(state, facts)] == codes


def test_every_line_of_increments_is_there() -> None:
    found = rules.RULES
    lines = [line for (kind, _), line in found.on.items() if kind == "increment"] + [found.always["increment"]]
    names = {rule.__qualname__ for line in lines for rule in line}
    assert names == {rule.__qualname__ for rule, *_ in CASES}


@pytest.mark.parametrize(
    "members",
    [
        {"state": "in_force"},
        {"state_reason": "x"},
        {"version": 7},
        {"review": {"cadence": "annual"}},
        {"updated_by": "y"},
        {"provenance": [{"source": "s", "id": "1"}]},
        {"description": None},
        {"tags": []},
    ],
)
def test_where_it_stands_is_not_part_of_the_content(members: dict[str, Any]) -> None:
    assert signing.hash_of(made("tactic", **members)) == signing.hash_of(made("tactic"))


@pytest.mark.parametrize("members", [{"name": "M"}, {"budget": 1.0}, {"tags": ["a"]}, {"it_dependent": False}])
def test_what_it_says_is(members: dict[str, Any]) -> None:
    assert signing.hash_of(made("tactic", **members)) != signing.hash_of(made("tactic"))


def test_a_difference_names_each_member_with_both_values() -> None:
    signed, now = content({"name": "A", "budget": 1, "id": "1"}), content({"name": "B", "period": "2027"})
    assert difference(signed, now) == [
        {"member": "budget", "signed": 1, "now": None},
        {"member": "name", "signed": "A", "now": "B"},
        {"member": "period", "signed": None, "now": "2027"},
    ]


def test_the_order_of_members_does_not_matter() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
