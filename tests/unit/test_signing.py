"""Increments: what may be submitted and signed, each line with what it lets pass and what it refuses."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from services.strategy import freezing, rules, signing
from shared.contracts.content import JUSTIFYING, content, difference, digest, item_digest, link_difference, linked
from shared.contracts.owners import KIND_OWNERS, OWNED_KINDS
from shared.contracts.relations import RELATIONS
from shared.contracts.strategy.signing import Frozen, SignOff
from shared.rules import Facts, Rule
from tests.unit import test_owner_rules as owner_rules
from tests.unit.test_owner_rules import OTHER


def made(kind: str, **members: Any) -> Any:
    if kind != "link":
        return owner_rules.made(kind, **members)
    return owner_rules.linked(members.pop("type"), **members)


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
    return increment(package=[Frozen(kind="tactic", id=TACTIC, version=1, hash=hash_of(**members))])


def hash_of(**members: Any) -> str:
    return item_digest(content(made("tactic", **{"id": TACTIC} | members).model_dump(mode="json")), [])


LINK = {"type": "realizes", "target": {"kind": "objective", "id": OTHER}, "confidence": 0.5}


def outgoing(**members: Any) -> Facts:
    """The tactic with one more link than it was frozen with."""
    link = made("link", source={"kind": "tactic", "id": TACTIC}, **{**LINK, **members})
    return replace(near(), outgoing={f"tactic/{TACTIC}": [link]})


def before(state: str) -> Facts:
    return Facts(known={f"increment/{BEFORE}": increment(id=BEFORE, state=state)})


def signed_before(**signer: Any) -> Facts:
    """What it supersedes, signed by the stakeholder."""
    approved = [SignOff(stakeholder_id=SIGNER, decision="approved")]
    old = made("increment", id=BEFORE, state="signed", sign_offs=approved)
    found = near(**signer)
    return replace(found, known={**found.known, f"increment/{BEFORE}": old})


def twins() -> Facts:
    """Two stakeholders of one person."""
    found = near()
    return replace(found, known={**found.known, f"stakeholder/{TWIN}": made("stakeholder", **WHO | {"id": TWIN})})


OTHERWISE: list[dict[str, Any]] = [
    {"name": "Another"},
    {"key": "another"},
    {"description": "Another"},
    {"items": []},
    {"signers": []},
    {"due": datetime(2027, 1, 1, tzinfo=UTC)},
    {"supersedes_id": UUID(int=9)},
    {"type": "attested"},
]
"""Each member of the statement, as something else."""
BEFORE, TWIN = UUID(int=12), UUID(int=13)
BEYOND = near(made("tactic", id=TACTIC, state="proposed", custom={"n": 2**53}))
ALONE = increment(supersedes_id=BEFORE, signers=[])
SUBMITTED = increment(state="submitted")
IN_FORCE = near(made("tactic", id=TACTIC, state="in_force"))
CASES: list[tuple[Rule, Any, Facts, list[str]]] = [
    (signing.items_can_be_signed, increment(), Facts(), []),
    (signing.items_can_be_signed, increment(items=[ITEM, ITEM]), Facts(), ["duplicate"]),
    (signing.items_can_be_signed, increment(items=[{"kind": "service", "id": TACTIC}]), Facts(), ["not-signable"]),
    (signing.items_can_be_signed, increment(items=[{"kind": "increment", "id": TACTIC}]), Facts(), ["not-signable"]),
    (signing.statement_is_frozen, increment(items=[]), Facts(increment()), []),
    (signing.statement_is_frozen, increment(state="submitted", tags=["x"]), Facts(SUBMITTED), []),
    (signing.statement_is_frozen, increment(), Facts(SUBMITTED), []),
    *(
        (signing.statement_is_frozen, increment(state=state, **change), Facts(increment(state=state)), ["frozen"])
        for state in ("submitted", "partly_signed", "declined", "signed", "superseded", "attested")
        for change in OTHERWISE
    ),
    (signing.attested_says_so, increment(state="attested", type="attested"), Facts(), []),
    (signing.attested_says_so, increment(state="attested"), Facts(), ["increment-type-mismatch"]),
    (signing.is_for_sign_off, increment(), Facts(), []),
    (signing.is_for_sign_off, increment(type="attested"), Facts(), ["increment-type-mismatch"]),
    (signing.items_have_a_hash, increment(state="submitted"), near(), []),
    (signing.items_have_a_hash, increment(state="submitted"), BEYOND, ["not-canonical"]),
    (signing.items_have_a_hash, increment(state="attested"), BEYOND, ["not-canonical"]),
    (signing.items_have_a_hash, increment(), BEYOND, []),
    (signing.supersedes_what_was_signed, increment(), Facts(), []),
    (signing.supersedes_what_was_signed, increment(supersedes_id=BEFORE), before("signed"), []),
    (signing.supersedes_what_was_signed, increment(supersedes_id=BEFORE), before("draft"), ["not-signed"]),
    (signing.who_signed_is_asked_again, increment(), Facts(), []),
    (signing.who_signed_is_asked_again, increment(supersedes_id=BEFORE), signed_before(), []),
    (
        signing.who_signed_is_asked_again,
        ALONE,
        signed_before(),
        ["signer-missing"],
    ),
    (signing.who_signed_is_asked_again, ALONE, signed_before(signs=False), []),
    (
        signing.who_signed_is_asked_again,
        ALONE,
        signed_before(state="inactive"),
        [],
    ),
    (
        signing.who_signed_is_asked_again,
        ALONE,
        signed_before(valid_to=datetime(2025, 1, 1, tzinfo=UTC)),
        [],
    ),
    (signing.signers_may_sign, increment(), near(valid_to=datetime(2025, 1, 1, tzinfo=UTC)), ["outside-validity"]),
    (signing.by_a_later_increment, increment(state="superseded"), Facts(), ["signature-required"]),
    (signing.fits_into_a_sitting(1), increment(), Facts(), []),
    (signing.fits_into_a_sitting(1), increment(items=[]), Facts(), ["items-missing"]),
    (signing.fits_into_a_sitting(1), increment(items=[ITEM, ITEM]), Facts(), ["too-many-items"]),
    (signing.items_are_ready, increment(), near(), []),
    (signing.items_are_ready, increment(), IN_FORCE, []),
    (signing.items_are_ready, increment(), near(made("tactic", id=TACTIC)), ["item-not-ready"]),
    (signing.signers_may_sign, increment(), near(), []),
    (signing.signers_may_sign, increment(signers=[]), near(), ["signers-missing"]),
    (signing.signers_may_sign, increment(), Facts(), ["unknown-reference"]),
    (signing.signers_may_sign, increment(), near(signs=None), ["not-a-signer"]),
    (signing.signers_may_sign, increment(), near(subject=None), ["not-a-signer"]),
    (signing.signers_may_sign, increment(), near(state="inactive"), ["not-a-signer"]),
    (signing.signers_may_sign, increment(), near(subject="author"), ["author-cannot-sign"]),
    (signing.signers_may_sign, increment(authors=["boss"]), near(), ["author-cannot-sign"]),
    (signing.signers_may_sign, increment(updated_by="boss"), near(), ["author-cannot-sign"]),
    (signing.signers_may_sign, increment(signers=[SIGNER, TWIN]), twins(), ["duplicate"]),
    (signing.somebody_approved, decided("approved", "requested"), Facts(), []),
    (signing.somebody_approved, decided("delegated", "requested"), Facts(), ["sign-off-missing"]),
    (signing.everybody_approved, decided("approved", "delegated", "approved"), Facts(), []),
    (signing.everybody_approved, decided("approved", "requested"), Facts(), ["sign-off-missing"]),
    (signing.everybody_approved, increment(), Facts(), ["sign-off-missing"]),
    (signing.package_holds, frozen(), near(), []),
    (signing.package_holds, frozen(name="Another"), near(), ["item-changed"]),
    (signing.package_holds, frozen(), Facts(), ["item-changed"]),
    (signing.package_holds, frozen(), outgoing(), ["item-changed"]),
    (signing.package_holds, frozen(), outgoing(type="relates_to"), []),
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
    assert hash_of(**members) == hash_of()


@pytest.mark.parametrize("members", [{"name": "M"}, {"budget": 1.0}, {"tags": ["a"]}, {"it_dependent": False}])
def test_what_it_says_is(members: dict[str, Any]) -> None:
    assert hash_of(**members) != hash_of()


def test_a_difference_names_each_member_with_both_values() -> None:
    signed, now = content({"name": "A", "budget": 1, "id": "1"}), content({"name": "B", "period": "2027"})
    assert difference(signed, now) == [
        {"member": "budget", "signed": 1, "now": None},
        {"member": "name", "signed": "A", "now": "B"},
        {"member": "period", "signed": None, "now": "2027"},
    ]


def test_the_order_of_members_does_not_matter() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_the_scheme_covers_the_justifying_links_that_strategy_keeps() -> None:
    """A relation that leads up from a thing of strategy and is none of these would need another scheme."""
    own = OWNED_KINDS["strategy"]
    up = {
        row.name
        for row in RELATIONS.values()
        if any(row.justified(kind) == "source" and row.allows(kind, above) for kind in own for above in KIND_OWNERS)
    }
    assert set(JUSTIFYING) == up


def test_a_hash_names_its_scheme_and_an_older_one_stays_what_it_was() -> None:
    new, old = (sha256(raw).hexdigest() for raw in (b'{"content":{"name":"N"},"links":[]}', b'{"name":"N"}'))
    assert item_digest({"name": "N"}, []) == f"sha256-rfc8785:{new}"
    assert item_digest({"name": "N"}, [], "sha256") == f"sha256:{old}"


def test_numbers_that_are_equal_are_signed_alike() -> None:
    assert item_digest({"budget": 100}, []) == item_digest({"budget": 100.0}, [])


def test_links_are_signed_in_an_order_of_their_own() -> None:
    one, other = {"type": "supports", "target": {"kind": "strategy", "id": "2"}}, LINK | {"id": "9", "rationale": "x"}
    kept = {"type": "realizes", "target": {"kind": "objective", "id": OTHER}, "confidence": 0.5}
    assert linked([one, other]) == linked([other, one]) == [kept, one]


def test_a_difference_of_links_names_what_was_added_ended_and_changed() -> None:
    def link(id: str, **members: Any) -> dict[str, Any]:
        return {"type": "realizes", "target": {"kind": "objective", "id": id}, **members}

    assert link_difference([link("1"), link("2", confidence=0.5)], [link("2", confidence=1), link("3")]) == {
        "added": [link("3")],
        "ended": [link("1")],
        "changed": [{**link("2"), "changes": [{"member": "confidence", "signed": 0.5, "now": 1}]}],
    }


@pytest.mark.parametrize(
    ("old", "changes", "authors"),
    [
        (None, {}, ["ann"]),
        ({}, {"tags": ["x"]}, []),
        ({}, {"name": "Another"}, ["ann"]),
        ({}, {"due": datetime(2027, 1, 1, tzinfo=UTC)}, ["ann"]),
        ({}, {"items": []}, ["ann"]),
        ({}, {"signers": []}, ["ann"]),
        ({}, {"description": "x"}, ["ann"]),
        ({}, {"state": "submitted"}, ["ann"]),
        ({"state": "submitted"}, {"state": "partly_signed"}, []),
        ({"state": "declined"}, {"state": "draft"}, []),
        ({"authors": ["ann"]}, {"name": "Another", "authors": ["ann"]}, ["ann"]),
    ],
)
def test_whoever_changes_what_it_says_is_an_author(old: Any, changes: dict[str, Any], authors: list[str]) -> None:
    facts = Facts(None if old is None else increment(**old))
    new = increment(**{"updated_by": "ann"} | changes)
    assert (freezing.note_authors(new, facts) or {"authors": new.authors})["authors"] == authors
