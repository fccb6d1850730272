"""The cascade cut down to what is looked for, with all that it is for; and changes put together row by row."""

import pytest

from services.web.narrowing import Wanted, counts, narrowed
from services.web.pages import Form
from services.web.sides import Part, parts
from services.web.supposing.composing import Row, acted, row_of, rows, step, typed_again
from tests.unit.web.test_sides import cascade, ids, item

TOP = item(
    "strategy", "s", item("objective", "o", item("tactic", "t", item("operation", "p"))), item("objective", "q"),
    side="business", type="business",
)  # fmt: skip
OTHER = item("strategy", "z", side="business", type="business")


def shape(found: list[Part]) -> list[str]:
    def told(places: object) -> str:
        return " ".join(f"{each.node.id}({told(each.below)})" if each.below else each.node.id for each in places)  # type: ignore[attr-defined]  # places

    return [f"{part.top.node.id if part.top else '-'}: {told(part.sides['business'])}" for part in found]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["s: o(t(p)) q", "z: "]),
        (Wanted(strategy="s"), ["s: o(t(p)) q"]),
        (Wanted(depth="objective"), ["s: o q", "z: "]),
        (Wanted(depth="tactic"), ["s: o(t) q", "z: "]),
        (Wanted(only="holes"), ["s: o(t)"]),
        (Wanted(only="holes", depth="objective"), []),
        (Wanted(only="changed"), ["s: q"]),
        (Wanted(only="unsigned"), ["s: o(t(p))", "z: "]),
        (Wanted(owner="party/x"), []),
    ],
)
def test_what_is_looked_for_stays_with_what_it_is_for(wanted: Wanted, found: list[str]) -> None:
    tactic = TOP["below"][0]["below"][0]["node"]
    hole = {"id": "f", "rule": "V07", "title": "No work", "severity": "high", "node": tactic}
    whole = parts(cascade([TOP, OTHER], hole))
    signed = {"objective/o": "signed", "objective/q": "changed", "tactic/t": "signed", "strategy/s": "signed"}
    assert shape(narrowed(whole, wanted, signed)) == found
    assert counts(whole, signed) == {"holes": 1, "unsigned": 2, "changed": 1}
    assert ids(whole[0].sides["business"]) == ["o", "q"]


def test_rows_are_read_from_an_address_in_their_order() -> None:
    typed = [("action", "link"), ("what", "a"), ("relation", "serves"), ("to", "b"), ("action", "nonsense")]
    typed += [("what", " c "), ("relation", ""), ("to", ""), ("retire", "service/d"), ("departure", "party/e")]
    found = rows(Form(typed))
    assert found == [
        Row("link", "a", "serves", "b"), Row("retire", "c"), Row("retire", "service/d"), Row("leave", "party/e"),
    ]  # fmt: skip
    assert rows(Form(typed_again(found))) == found


@pytest.mark.parametrize(
    ("act", "order"),
    [
        ("step.up.1", "ba"), ("step.down.0", "ba"), ("step.up.0", "ab"), ("step.down.1", "ab"), ("step.remove.0", "b"),
        ("step.add", "ab-"), ("step.remove.9", "ab"), ("step.up.x", "ab"), ("nonsense", "ab"), ("", "ab"),
    ],
)  # fmt: skip
def test_buttons_add_move_and_take_out(act: str, order: str) -> None:
    after = acted([Row("retire", "a"), Row("retire", "b")], act)
    assert "".join(each.what or "-" for each in after) == order


@pytest.mark.parametrize(
    ("row", "lacks"),
    [
        (Row("retire", "a"), False), (Row("retire"), True), (Row("link", "a", "serves"), True),
        (Row("end", "a", "serves", "b"), False), (Row("move", "a"), True), (Row("move", "a", to="active"), False),
    ],
)  # fmt: skip
def test_a_row_says_what_it_lacks(row: Row, lacks: bool) -> None:
    assert bool(row.lacks) is lacks


def test_a_step_can_be_changed_again_where_the_form_can_say_it() -> None:
    for row in (
        Row("retire", "a/1"),
        Row("leave", "a/1"),
        Row("move", "a/1", to="x"),
        Row("link", "a/1", "serves", "b/2"),
    ):
        assert row_of(step(row, "a/1", "b/2" if row.action == "link" else "")) == row
    assert row_of(step(Row("end", "a", "serves", "b"), "a/1", "b/2", "link/3")) is None
    assert row_of({"action": "put", "state": {}}) is None
