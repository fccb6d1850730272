"""What an increment asks of whom, and how things of strategy stand beside what was signed of them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.web.signing.asking import asked_of, could_decide, groups, items, way, why_not
from services.web.signing.deciding import offered
from services.web.signing.marks import last, marked
from shared.contracts.answers.sign_off import ComparedItem, DriftItem
from shared.contracts.strategy.signing import Increment

AT = datetime(2026, 1, 1, tzinfo=UTC)
NO_LINKS: dict[str, Any] = {"added": [], "ended": [], "changed": []}


def id_of(number: int) -> str:
    return str(UUID(int=number))


def asked(name: str, decision: str = "requested", by: str | None = None) -> dict[str, Any]:
    return {"stakeholder_id": id_of(ord(name[0])), "name": name, "subject": name, "decision": decision, "by": by}


def increment(state: str, *sign_offs: dict[str, Any], number: int = 1, **more: Any) -> Increment:
    stamp = {"created_at": AT, "created_by": "maker", "updated_at": AT, "updated_by": "maker", "version": 1}
    told = {"id": id_of(number), "key": "i", "name": "I", "state": state, "sign_offs": list(sign_offs), **stamp}
    return Increment.model_validate(told | more)


@pytest.mark.parametrize(
    ("state", "decisions", "at", "last"),
    [
        ("draft", [], 0, "Signed"), ("submitted", ["requested", "requested"], 2, "Signed"),
        ("partly_signed", ["approved", "requested"], 2, "Signed"), ("signed", ["approved", "approved"], 4, "Signed"),
        ("declined", ["rejected"], 2, "Sent back"), ("attested", [], 2, "Signed elsewhere"),
    ],
)  # fmt: skip
def test_how_far_it_is(state: str, decisions: list[str], at: int, last: str) -> None:
    found = way(increment(state, *(asked(name, each) for name, each in zip("ab", decisions, strict=False))))
    assert (found.at, found.words[-1]) == (at, last)


def test_a_delegated_signature_is_counted_where_it_went() -> None:
    found = way(increment("partly_signed", asked("a", "delegated"), asked("b", "approved"), asked("c")))
    assert found.words[2] == "1 of 2 signed"


def test_who_is_asked_and_why_others_are_not() -> None:
    one = increment("partly_signed", asked("ann"), asked("bob", "approved", by="bob"), authors=["cid"])
    assert [each.name for each in asked_of(one, "ann")] == ["ann"]
    assert why_not(one, "ann") == ""
    assert "decided: approved" in why_not(one, "bob")
    assert "nobody signs their own work" in why_not(one, "cid")
    assert "nobody signs their own work" in why_not(one, "maker")
    assert "not among its signers" in why_not(one, "dan")
    assert (asked_of(increment("declined", asked("ann")), "ann"), why_not(increment("draft"), "ann")) == ([], "")


def test_only_who_signs_and_is_neither_author_nor_asked_can_decide_instead() -> None:
    one = increment("submitted", asked("ann"), asked("bob", "approved", by="deputy"), authors=["cid"])
    people = [
        {"id": id_of(900 + number), "subject": name, "signs": name != "mute"}
        for number, name in enumerate(["ann", "deputy", "cid", "maker", "mute", "dan", None])
    ]
    assert [each["subject"] for each in could_decide(people, one)] == ["dan"]


def test_each_increment_is_listed_once_where_it_matters_most_to_who_looks() -> None:
    waiting = increment("submitted", asked("me"), number=1, created_by="me")
    mine, theirs = increment("draft", number=2, authors=["me"]), increment("draft", number=3)
    signed = increment("signed", number=4, created_by="me")
    found = groups([waiting, mine, theirs, signed], "me", {id_of(1)})
    assert [(each.title, [i.id.int for i in each.increments]) for each in found] == [
        ("Waiting for your decision", [1]), ("Made by you", [2]), ("Being prepared", [3]), ("Signed", [4]),
    ]  # fmt: skip


def compared(number: int, signed: int | None, *changes: dict[str, Any]) -> ComparedItem:
    told = {"kind": "objective", "id": id_of(number), "name": "O", "version": 3, "hash": "h", "signed_version": signed}
    return ComparedItem.model_validate(told | {"changes": list(changes), "links": NO_LINKS})


def test_what_differs_comes_first_and_says_members_in_words() -> None:
    due = {"member": "due", "signed": "2027-12-31", "now": "2027-03-31"}
    same, new, other = (
        compared(1, 2),
        compared(2, None),
        compared(3, 2, due, {"member": "name", "signed": "P", "now": "O"}),
    )
    drifted = DriftItem.model_validate(
        {"kind": "objective", "id": id_of(1), "name": "O", "deleted": False, "signed_version": 2, "version": 4,
         "drifted": True, "changes": [due], "links": NO_LINKS}
    )  # fmt: skip
    found = items([same, new, other], {}, [drifted])
    assert [(each.told.id.int, each.how) for each in found] == [(3, "changed"), (2, "new"), (1, "same")]
    [turn] = found[0].turns
    assert (turn.label, [*turn.gone], [*turn.new]) == ("Due", [["31 December 2027"]], [["31 March 2027"]])
    assert [each.since is None for each in found] == [True, True, False]
    assert len(found[2].later) == 1


def test_marks_say_the_newest_of_what_is_asked_or_was_signed() -> None:
    def held(number: int, state: str, *items: int, **more: Any) -> Increment:
        refs = [{"kind": "tactic", "id": id_of(each)} for each in items]
        return increment(state, *more.pop("sign_offs", ()), number=number, items=refs, **more)

    open_ = held(1, "partly_signed", 10, sign_offs=[asked("a"), asked("b"), asked("c", "approved")])
    signed, older = held(2, "signed", 10, 11, 12), held(3, "signed", 12, 13)
    made = marked([open_, signed, older], [(signed.id, f"tactic/{id_of(11)}"), (older.id, f"tactic/{id_of(12)}")])
    assert {ref.rpartition("-")[2][-1]: (m.how, m.waits, m.increment.id.int) for ref, m in made.items()} == {
        "a": ("asked", 2, 1), "b": ("changed", 0, 2), "c": ("signed", 0, 2), "d": ("signed", 0, 3),
    }  # fmt: skip


def test_only_increments_under_which_something_was_signed_last_are_looked_into() -> None:
    def held(number: int, *items: int) -> Increment:
        refs = [{"kind": "tactic", "id": id_of(each)} for each in items]
        return increment("signed", number=number, items=refs)

    newest_first = [held(1, 10, 11), held(2, 10), held(3, 11, 12), held(4, 13)]
    wanted = {f"tactic/{id_of(each)}" for each in (10, 11, 12)}
    assert [each.id.int for each in last(newest_first, wanted)] == [1, 3]


@pytest.mark.parametrize(
    ("state", "type", "do"),
    [
        ("draft", "sign_off", ["submit"]), ("submitted", "sign_off", ["withdraw"]),
        ("partly_signed", "sign_off", ["withdraw"]), ("declined", "sign_off", ["reopen"]),
        ("signed", "sign_off", ["supersede"]), ("draft", "attested", []), ("superseded", "sign_off", []),
    ],
)  # fmt: skip
def test_what_can_be_done_with_it(state: str, type: str, do: list[str]) -> None:
    assert [each.do for each in offered(increment(state, type=type))] == do
