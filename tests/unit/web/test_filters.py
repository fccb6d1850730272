"""What templates say of values."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.web.filters import (
    _SAID,
    Stretch,
    capitalize,
    colour,
    compared,
    day,
    initials,
    many,
    moment,
    owners,
    said,
    words,
    written,
)
from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS
from tests.unit.web.showing import AT, edge, node


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Amara Lindqvist", "AL"), ("Head of IT services", "HS"), ("import", "im"), ("Ö", "Ö"), ("", "?"), ("- -", "?")],
)
def test_a_face_has_the_letters_of_its_name(name: str, expected: str) -> None:
    assert initials(name) == expected


def test_a_face_keeps_its_colour_and_each_colour_is_used() -> None:
    assert colour("a") == colour("a")
    assert set(Counter(colour(str(UUID(int=each))) for each in range(200))) == {f"c{each}" for each in range(1, 7)}


def test_dates_are_written_out() -> None:
    assert (day(AT), moment(AT)) == ("29 November 2026", "29 November 2026, 10:02")
    assert written("2026-01-02T03:04:05.678Z") == moment("2026-01-02T03:04:05.678Z") == "2 January 2026, 03:04"
    assert written("until 2026-01-02T03:04:05Z") == "until 2026-01-02T03:04:05Z"


def test_names_of_the_model_are_said_in_words() -> None:
    assert [words(each) for each in ("service_offering", "parent_id", "source_ids", 3)] == [
        "service offering", "parent", "source", "3",
    ]  # fmt: skip


def test_what_is_said_letter_by_letter_is_written_large() -> None:
    """Also at the beginning of a heading, which has only its first letter large."""
    headings = [capitalize(words(each)) for each in ("csf", "kpi_id", "sla", "it_service", "raci", "decomposed_into")]
    assert headings == ["CSF", "KPI", "SLA", "IT service", "RACI", "Decomposed into"]
    assert [many(NODE_KINDS[each]) for each in ("csf", "kpi", "service_offering")] == [
        "CSFs",
        "KPIs",
        "service offerings",
    ]
    assert capitalize("row 1 of KPIs") == "Row 1 of KPIs"


def test_a_relation_is_said_from_where_one_stands() -> None:
    process, objective = node("process", "a"), node("objective", "b")
    relation = edge("justified_by", process, objective)
    assert said(relation, process.ref) == "justified by"
    assert said(relation, objective.ref) == "justifies"
    resting = edge("depends_on", process, objective)
    assert [said(resting, each.ref) for each in (process, objective)] == ["depends on", "is needed by"]


def test_what_is_said_otherwise_is_a_relation() -> None:
    assert set(_SAID) <= {name for each in RELATIONS.values() for name in (each.name, each.inverse)}


def test_what_differs_is_shown_word_by_word() -> None:
    assert [*compared("Eight of ten in 60 minutes", "Nine of ten in 30 minutes.")] == [
        Stretch("gone", "Eight "), Stretch("new", "Nine "), Stretch("same", "of ten in "),
        Stretch("gone", "60 minutes"), Stretch("new", "30 minutes."),
    ]  # fmt: skip
    assert [*compared("", "new")] == [Stretch("new", "new")]
    assert [*compared("a b", "a b")] == [Stretch("same", "a b")]


_TEXTS = some.text("ab \n", max_size=12).map(str.strip)


@given(_TEXTS, _TEXTS)
def test_both_texts_can_be_read_out_of_what_differs(before: str, after: str) -> None:
    parts = [*compared(before, after)]
    assert "".join(part.text for part in parts if part.kind != "gone") == after
    assert "".join(part.text for part in parts if part.kind != "new").split() == before.split()


def test_who_owns_it_at_present_can_be_chosen_whoever_that_is() -> None:
    ana, bob, gone = (node("party", name, state) for name, state in (("ana", None), ("Bob", None), ("Cy", "left")))
    of_ref = {each.ref: each for each in (bob, gone, ana)}
    live = [(ana.ref, "ana"), (bob.ref, "Bob")]
    assert owners(of_ref) == owners(of_ref, "") == owners(of_ref, ana.ref) == live
    assert owners(of_ref, gone.ref) == [*live, (gone.ref, "Cy")]
    assert owners(of_ref, "party/unknown") == [*live, ("party/unknown", "party/unknown")]
