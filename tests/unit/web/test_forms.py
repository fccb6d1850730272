"""Forms of the contracts: what is not touched is not changed, and what is typed is what is meant."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.web.forms.fields import Field, fields
from services.web.forms.merging import bare, merged, patch
from services.web.forms.reading import Meant, acted, document, gathered, references
from services.web.forms.writing import Tree, sent, tree
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind
from tests.unit.web.documents import documents

every_kind = pytest.mark.parametrize("kind", NODE_KINDS.values(), ids=lambda kind: kind.name)
ID = "7d4f0000-0000-4000-8000-00000000000"
AMARA = {"kind": "party", "id": f"{ID}1"}
NAMES = {f"party/{ID}1": "Amara Lindqvist", f"service/{ID}2": "Customer portal"}


def of(name: str, *, new: bool = False) -> tuple[Field, ...]:
    return fields(NODE_KINDS[name], new=new)


def read(form: tuple[Field, ...], typed: Tree, meant: dict[Meant, str | None] | None = None) -> dict[str, Any]:
    """Every reference is what it is called, unless it says otherwise."""
    found = {each: each[1] for each in references(form, typed)} | (meant or {})
    answer = document(form, typed, found)
    assert not answer.wrong
    assert not answer.unclear
    return answer.document


def posted(form: tuple[Field, ...], typed: Tree) -> Tree:
    return gathered(form, sent(typed))


@every_kind
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_what_is_posted_as_it_came_changes_nothing(kind: Kind, data: st.DataObject) -> None:
    before = data.draw(documents(kind))
    for new in (False, True):
        form = fields(kind, new=new)
        typed = tree(form, before, {})
        again = posted(form, typed)
        assert {each.name: again[each.name] for each in form if each.tall} == {
            each.name: typed[each.name] for each in form if each.tall
        }
        assert _on_one_line(again) == _on_one_line(typed)
        after = _on_one_line(bare(read(form, again)))
        assert after == _on_one_line(bare({each.name: _said(each, before.get(each.name)) for each in form}))


def _on_one_line(value: Any) -> Any:
    """A browser has no line breaks in a field of one line."""
    if isinstance(value, dict):
        return {name: _on_one_line(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_on_one_line(each) for each in value]
    return value.replace("\n", "") if isinstance(value, str) else value


def _said(field: Field, value: Any) -> Any:
    """As a form says it: a list that is empty, items without what is null, and no member that reviews write."""
    if field.shape == "group":
        return {each.name: (value or {}).get(each.name) for each in field.parts[""]}
    if field.shape == "pairs" or (field.many and value is None):
        return value or ([] if field.many else {})
    if field.shape == "rows" and not field.plain:
        kept = [{name: each for name, each in row.items() if each not in (None, {})} for row in value]
        return [row | ({"ownership_transfer": True} if row.get("type") == "goods" else {}) for row in kept]
    return value


def test_what_was_typed_is_what_is_sent() -> None:
    """A service level agreement, by hand: what was touched is in the patch, what was not is not."""
    form = of("contract")
    target = {"metric": "up", "comparator": ">=", "value": 99.0, "unit": "percent", "window": "month"}
    before = {
        "name": "Gold", "key": "gold", "type": "sla", "owner": AMARA, "provider": AMARA,
        "items": [{"service_id": f"{ID}2", "start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"}],
        "service_level_targets": [target], "period": {"start": "2026-01-01T00:00:00.000000Z", "end": None},
        "tags": ["a", "b"], "custom": {"site": "Oslo", "count": 5, "five": "5"},
        "review": {"cadence": "annual", "last_at": "2025-01-01T00:00:00Z", "last_by": "amara"},
    }  # fmt: skip
    typed = tree(form, before, NAMES)
    assert typed["owner"] == "Amara Lindqvist"
    assert typed["items"] == [
        {"offering_id": "", "service_id": "Customer portal", "start": "2026-01-01", "end": "2026-12-31"}
    ]
    assert typed["period"] == {"start": "2026-01-01", "end": ""}
    assert typed["custom"] == 'site: Oslo\ncount: 5\nfive: "5"'
    assert typed["review"] == {"cadence": "annual", "next_due": ""}
    meant: dict[Meant, str | None] = {
        **{(kinds, "Amara Lindqvist"): f"party/{ID}1" for kinds in (("party", "role"), ("partner", "party"))},
        (("service",), "Customer portal"): f"service/{ID}2",
    }
    was = read(form, typed, meant)
    typed |= {"name": "Gold and silver", "owner": "", "tags": "b\na\nc", "renewal": "renew"}
    typed["service_level_targets"][0]["value"] = "99.5"
    typed["period"] = {"start": "2026-01-01", "end": "2026-12-31"}
    typed["custom"] = "site: Oslo\ncount: 5"
    typed["review"] = {"cadence": "", "next_due": "2027-02-01T12:00"}
    assert patch(was, read(form, posted(form, typed), meant)) == {
        "name": "Gold and silver",
        "owner": None,
        "tags": ["b", "a", "c"],
        "renewal": "renew",
        "service_level_targets": [{**target, "value": 99.5}],
        "period": {"end": "2027-01-01T00:00:00.000000Z"},
        "custom": {"five": None},
        "review": {"cadence": None, "next_due": "2027-02-01T12:00:00.000000Z"},
    }


@pytest.mark.parametrize(
    ("kind", "name", "text", "said"),
    [
        ("tactic", "budget", "much", "Must be a number."),
        ("tactic", "budget", "nan", "Must be a number."),
        ("capability", "maturity", "2.5", "Must be a whole number."),
        ("objective", "due", "31.1.2026", "Must be a date such as 2026-01-31."),
        ("tactic", "valid_from", "soon", "Must be a date such as 2026-01-31, or a date and time"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(kind: str, name: str, text: str, said: str) -> None:
    form = of(kind)
    answer = document(form, tree(form, {}, {}) | {name: text}, {})
    assert [*answer.wrong] == [name]
    assert answer.wrong[name].startswith(said)


def test_a_name_that_is_not_clear_is_asked_about() -> None:
    form = of("objective")
    typed = tree(form, {}, {}) | {"owner": "Ana", "parent_id": "Ana"}
    assert [*references(form, typed)] == [(("party", "role"), "Ana"), (("objective",), "Ana")]
    meant: dict[Meant, str | None] = {(("party", "role"), "Ana"): None, (("objective",), "Ana"): f"objective/{ID}3"}
    answer = document(form, typed, meant)
    assert (answer.unclear, answer.document["parent_id"]) == ({"owner": (("party", "role"), "Ana")}, f"{ID}3")


def test_rows_are_added_moved_and_removed() -> None:
    form = of("service_offering")
    typed = tree(form, {"service_ids": [f"{ID}1", f"{ID}2"]}, {})
    first, second = typed["service_ids"]
    assert acted(form, typed, "service_ids.down.0")["service_ids"] == [second, first]
    assert acted(form, typed, "service_ids.up.1")["service_ids"] == [second, first]
    assert acted(form, typed, "service_ids.up.0")["service_ids"] == [first, second]
    assert acted(form, typed, "service_ids.remove.0")["service_ids"] == [second]
    assert acted(form, typed, "service_ids.add")["service_ids"] == [first, second, ""]
    [access] = acted(form, typed, "components.add.access")["components"]
    assert access == dict.fromkeys(("resource", "terms", "limits", "product_id", "service_id"), "") | {"type": "access"}
    for nothing in ("name.add", "service_ids.remove.7", "service_ids.up.x", "save", "nothing.add"):
        assert acted(form, typed, nothing) == typed


def test_what_is_left_empty_in_a_list_is_no_item() -> None:
    form = of("service_offering")
    typed = acted(form, acted(form, tree(form, {}, {}), "service_ids.add"), "components.add.goods")
    answer = read(form, typed)
    assert (answer["service_ids"], answer["components"]) == ([], [{"type": "goods", "ownership_transfer": True}])


def test_what_never_changes_is_in_the_form_of_what_is_new_only() -> None:
    assert "process_id" in [each.name for each in of("activity", new=True)]
    assert "process_id" not in [each.name for each in of("activity")]
    for name, kind in NODE_KINDS.items():
        names = {each.name for each in of(name, new=True)}
        assert not names & ({"id", "kind", "version", "state", "provenance"} | kind.kept)


def test_two_changes_of_different_fields_fit_together() -> None:
    """The mock-up: both changed the description, one the day, the other a tag."""
    form = of("objective")
    base = {"name": "Bills", "description": "Fewer than 4. Today 17.", "due": "2027-03-31", "tags": ["old", "both"]}
    mine = {**base, "description": "Fewer than 3. Today 17.", "due": "2027-06-30", "tags": ["old", "both", "mine"]}
    theirs = {**base, "description": "Fewer than 4. Today 12.", "tags": ["both", "billing"], "priority": 2}
    came = merged(form, *(tree(form, each, {}) for each in (base, mine, theirs)))
    assert [(each.field.name, each.was, each.mine, each.theirs) for each in came.conflicts] == [
        ("description", "Fewer than 4. Today 17.", "Fewer than 3. Today 17.", "Fewer than 4. Today 12.")
    ]
    assert {each.field.name: each.whose for each in came.fitting} == {
        "due": "mine",
        "tags": "mine",
        "priority": "theirs",
    }
    assert came.tree == tree(form, {**mine, "tags": ["both", "billing", "mine"], "priority": 2}, {})


@every_kind
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_merge_loses_nothing(kind: Kind, data: st.DataObject) -> None:
    form = fields(kind, new=False)
    base, one, other = (tree(form, data.draw(documents(kind)), {}) for _ in range(3))
    assert merged(form, base, one, base).tree == one
    assert merged(form, base, base, other).tree == other
    assert merged(form, base, one, one).conflicts == []
    came = merged(form, base, one, other)
    told = {each.field.path for each in came.changes}
    assert {each.path for each in _leaves(form) if _at(one, each) != _at(base, each)} <= told
    assert all(each.mine == _at(came.tree, each.field) for each in came.conflicts)


def _leaves(form: tuple[Field, ...]) -> list[Field]:
    return [leaf for each in form for leaf in (each.parts[""] if each.shape == "group" else [each])]


def _at(typed: Any, field: Field) -> Any:
    for step in field.path.split("."):
        typed = typed[step]
    return typed
