"""The grid of a process while it is edited: its buttons, what differs, and what two people did to it at once."""

from typing import Any

import pytest

from services.web.letters.grid import (
    CHOICES,
    Clash,
    Grid,
    Row,
    acted,
    changes,
    gone,
    merged,
    of_form,
    of_states,
    raci,
    wrongs,
)
from services.web.pages import Form


def row(mark: str, letters: str = "", name: str = "", version: int = 1) -> Row:
    """``letters`` is ``a=A R b=C``: by role."""
    given = dict(part.split("=") for part in letters.replace("+", "_").split())
    return Row(mark, version, name or mark.upper(), {role: text.replace("_", " ") for role, text in given.items()})


def grid(*rows: Row, removed: tuple[Row, ...] = ()) -> Grid:
    return Grid(("a", "b"), rows, removed)


def marks(some: Grid) -> str:
    return "".join(each.mark for each in some.rows)


def test_it_is_read_in_the_order_of_the_activities_with_letters_by_role() -> None:
    def activity(id: str, order: int | None, **letters: str) -> dict[str, Any]:
        told = [{"role_id": role, "letter": letter} for role, text in letters.items() for letter in text]
        return {"id": id, "version": 3, "name": id, "key": id, "order": order, "raci": told}

    read = of_states([activity("z", None), activity("y", 2, a="RA"), activity("x", 1, b="C")])
    assert marks(read) == "xyz"
    assert [each.letters for each in read.rows] == [{"b": "C"}, {"a": "A R"}, {}]
    assert read.roles == ("a", "b"), "as the matrix that is read has them"


def test_what_is_typed_is_read_by_row_and_role_and_what_is_no_letter_is_none() -> None:
    typed = [("role", "a"), ("role", "b"), ("row", "x"), ("version", "4"), ("name", " Log it ")]
    typed += [("row", "new1"), ("version", "0"), ("name", "Judge"), ("row", "y"), ("version", "2"), ("name", "Y")]
    typed += [("letter.x.a", "A R"), ("letter.x.b", "Q"), ("letter.new1.b", "R"), ("removed", "y")]
    read = of_form(Form(typed))
    assert read.rows == (Row("x", 4, "Log it", {"a": "A R"}), Row("new1", 0, "Judge", {"b": "R"}))
    assert read.removed == (Row("y", 2, "Y"),)


def test_whatever_letters_a_role_has_can_be_chosen_and_come_back_as_they_were() -> None:
    assert len(CHOICES) == len(set(CHOICES)) == 2**4
    for letters in ("", "R", "AC", "RIC", "ICRA"):
        told = [{"role_id": "a", "letter": letter} for letter in letters]
        before = of_states([{"id": "x", "version": 1, "name": "X", "key": "x", "order": 1, "raci": told}])
        text = before.rows[0].letters.get("a", "")
        assert text in CHOICES
        sent = Form([("role", "a"), ("row", "x"), ("version", "1"), ("name", "X"), ("letter.x.a", text)])
        assert changes(of_form(sent), before) == []


@pytest.mark.parametrize(
    ("act", "order", "removed"),
    [
        ("row.up.y", "yxz", ""), ("row.down.y", "xzy", ""), ("row.up.x", "xyz", ""), ("row.down.z", "xyz", ""),
        ("row.remove.y", "xz", "y"), ("row.up.unknown", "xyz", ""), ("nonsense", "xyz", ""), ("row.", "xyz", ""),
    ],
)  # fmt: skip
def test_buttons_move_and_take_out(act: str, order: str, removed: str) -> None:
    after = acted(grid(row("x"), row("y"), row("z")), act)
    assert (marks(after), "".join(each.mark for each in after.removed)) == (order, removed)


def test_what_is_taken_out_can_be_put_back_and_what_was_new_is_gone() -> None:
    first = acted(grid(row("x")), "row.add")
    assert [(each.mark, each.version) for each in first.rows] == [("x", 1), ("new1", 0)]
    assert marks(acted(first, "row.add")) == "xnew1new2"
    gone = acted(acted(first, "row.remove.x"), "row.remove.new1")
    assert (gone.rows, [each.mark for each in gone.removed]) == ((), ["x"])
    assert acted(gone, "row.back.x") == grid(row("x"))
    assert acted(first, "role.add", "c").roles == ("a", "b", "c")
    assert acted(first, "role.add", "a").roles == ("a", "b")


@pytest.mark.parametrize(
    ("letters", "said"),
    [("a=A b=R", ""), ("a=A+R", ""), ("a=A+R b=A", "Two"), ("a=A b=C", "No R"), ("b=R", "No A"), ("", "No A")],
)
def test_one_answers_and_somebody_does_it(letters: str, said: str) -> None:
    assert wrongs(row("x", letters))[:4].strip() == said[:4].strip()


def test_only_what_differs_is_a_change() -> None:
    before = grid(row("x", "a=A b=R"), row("y", "a=A"))
    assert changes(before, before) == []
    [one] = changes(grid(row("x", "a=A b=C"), row("y", "a=A")), before)
    assert (one.row.mark, one.letters, one.renamed, one.moved) == ("x", 1, False, False)
    [named] = changes(grid(row("x", "a=A b=R", "Log"), row("y", "a=A")), before)
    assert (named.renamed, named.letters) == (True, 0)
    moved = changes(grid(row("y", "a=A"), row("x", "a=A b=R")), before)
    assert [(each.row.mark, each.order, each.moved) for each in moved] == [("y", 1, True), ("x", 2, True)]
    [end] = changes(grid(*before.rows, row("new1", "b=R", version=0)), before)
    assert (end.row.mark, end.order) == ("new1", 3)
    assert len(changes(grid(row("new1", version=0), *before.rows), before)) == 3
    assert changes(grid(row("x", "a=A b=R"), removed=(row("y"),)), before) == []


def test_letters_that_stay_keep_their_notes() -> None:
    there: list[dict[str, Any]] = [
        {"role_id": "a", "letter": "R", "note": "by day"},
        {"role_id": "b", "letter": "C", "note": None},
    ]
    assert raci(row("x", "a=A+R"), there) == [there[0], {"role_id": "a", "letter": "A"}]


def test_what_one_changed_is_taken_over_and_what_both_changed_is_told() -> None:
    base = grid(row("x", "a=A b=R"), row("y", "a=A b=R"), row("z"))
    theirs = grid(row("x", "a=A b=C", version=2), row("y", "a=I b=R", "Their Y", 2), row("w", "a=A"))
    mine = grid(row("x", "a=R b=R"), row("y", "a=C b=R"), row("z"), row("new1", "a=A", version=0))
    both, clashes = merged(base, theirs, mine)
    assert [(each.mark, each.version, dict(each.letters), each.name) for each in both.rows] == [
        ("x", 2, {"a": "R", "b": "C"}, "X"),
        ("y", 2, {"a": "C", "b": "R"}, "Their Y"),
        ("new1", 0, {"a": "A"}, "NEW1"),
        ("w", 1, {"a": "A"}, "W"),
    ]
    assert clashes == [Clash(mine.rows[1], "a", "A", "I", "C")]


def test_what_both_changed_alike_is_no_clash_and_what_i_took_out_stays_out() -> None:
    base = grid(row("x", "a=A"), row("y", "a=A"))
    theirs = grid(row("x", "a=R", version=5), row("y", "a=R", version=7))
    both, clashes = merged(base, theirs, grid(row("x", "a=R"), removed=(row("y", "a=A"),)))
    assert (clashes, marks(both), [each.version for each in (*both.rows, *both.removed)]) == ([], "x", [5, 7])


def test_a_row_that_others_took_out_is_gone_and_a_new_one_is_not() -> None:
    mine = grid(row("x"), row("y"), row("new1", version=0), removed=(row("z"),))
    assert [each.mark for each in gone(mine, grid(row("x")))] == ["y", "z"]
    assert gone(mine, grid(row("x"), row("y"), row("z"))) == []
