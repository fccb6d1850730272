"""Judging in turn: instants whole, turns at their instants, short spells without a trace, and who is blamed."""

from datetime import datetime, timedelta

import pytest

from services.alignment.judge.examples import START, Text
from services.alignment.judge.judging import Judge
from services.alignment.judge.present import PLAN
from services.alignment.judge.standing import Version
from shared import clock
from shared.contracts.instant import LAST

MINUTE = timedelta(minutes=1)


def test_what_is_recorded_at_one_instant_is_judged_once() -> None:
    """The process comes before its reason, and nobody sees that."""
    text = Text()
    versions = [*text._node(["process:p", "operational"], START), *text._node(["outcome:o", "agreed"], START)]
    text.judge.take([*versions, *text._link(["p", "serves", "o"], START)])
    assert [each for each in text.judge.flush().made if each.rule == "V04"] == []


def test_what_is_read_at_the_end_of_a_path_counts_when_it_changes() -> None:
    text = Text()
    text.add(
        "process:p operational, role_assignment:a active, role:r active, party:x active; "
        "a assigned_in p, a assigned_as r, a assigns x"
    )
    assert text.of("O02", "process/p")
    text.add("role:r active process_owner")
    assert not text.of("O02", "process/p")
    text.add("party:x left")
    assert text.of("O02", "process/p")


@pytest.mark.parametrize(("settle", "left"), [(0, 1), (60, 1), (61, 0)])
def test_a_spell_that_is_shorter_than_it_takes_to_settle_leaves_no_trace(settle: int, left: int) -> None:
    text = Text(settle=timedelta(seconds=settle))
    text.add("outcome:o agreed, process:p operational;", START)
    opened = [f for f in text.open() if f.rule == "V04"]
    assert [f.opened_at for f in opened] == [START]
    text.judge.take(text._link(["p", "serves", "o"], START + MINUTE))
    changes = text.judge.flush()
    ended = [key for key in changes.ended if key[0] == opened[0].id]
    dropped = [key for key in changes.dropped if key[0] == opened[0].id]
    assert (len(ended), len(dropped)) == (left, 1 - left)


CHAIN = "process:p operational, objective:o in_force, capability:c in_force, outcome:x agreed; p justified_by o"


def test_the_top_of_a_chain_is_blamed_and_nothing_that_rests_on_it() -> None:
    text = Text()
    text.add(CHAIN)
    assert text.of("V18", "objective/o")
    assert not text.of("V04", "process/p")
    assert text.of("V04c", "process/p"), "its chain is not complete for all that"
    text.add("; o realizes c")
    assert not text.of("V18", "objective/o") or not text.judge.graph.nodes["capability/c"].below


def test_of_a_circle_without_a_way_out_the_least_is_blamed() -> None:
    text = Text()
    text.add("process:b operational, process:a operational, process:c operational; a serves b, b serves c, c serves a")
    assert [f.subject for f in text.open() if f.rule == "V04"] == ["process/a"]
    text.add("outcome:x agreed; b serves x")
    assert [f for f in text.open() if f.rule in ("V04", "V04c")] == []
    text.add("; b serves x ended")
    assert [f.subject for f in text.open() if f.rule == "V04"] == ["process/a"]
    text.add("process:0 operational; 0 serves a")
    assert [f.subject for f in text.open() if f.rule == "V04"] == ["process/a"], "what leads into it is not of it"


def test_a_link_that_does_not_fit_justifies_nothing_and_is_named() -> None:
    text = Text()
    text.add("process:p operational, outcome:x agreed; p delivers x")
    (found,) = text.of("V04", "process/p")
    assert found.evidence["unfit"] == ["link/p delivers x delivers process/p outcome/x"]


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ("p delivers x", True),
        ("x depends_on p", True),  # which would justify what it leads to
        ("p precedes x", False),  # it would justify nothing if it fitted either
        ("x delivers p", False),
    ],
)
def test_only_a_link_that_would_justify_is_named_from_when_on_it_stands(link: str, named: bool) -> None:
    """As it comes and as it goes, and to whoever looks at it for the first time."""
    text = Text()
    text.add("process:p operational, outcome:x agreed")

    def unfit() -> list[str]:
        (found,) = text.of("V04", "process/p")
        return list(found.evidence.get("unfit", []))

    assert unfit() == []
    source, type, target = link.split()
    kinds = {"p": "process/p", "x": "outcome/x"}
    text.add(f"; {link}")
    name = f"link/{link} {type} {kinds[source]} {kinds[target]}"
    assert unfit() == ([name] if named else [])
    text.judge.judge_all(["process/p"], START + timedelta(hours=1))
    assert unfit() == ([name] if named else []), "judged from nothing it is the same"
    text.add(f"; {link} ended", START + timedelta(hours=2))
    assert unfit() == []


def test_a_project_with_a_budget_is_graver() -> None:
    text = Text()
    text.add("project:p in_progress +budget, project:q in_progress")
    assert [(f.subject, f.severity) for f in text.open() if f.rule == "V04"] == [("project/p", 4), ("project/q", 3)]


def test_what_is_due_is_judged_at_its_instant() -> None:
    text = Text()
    text.add("objective:o in_force", START)
    text.judge.turn_to(START + timedelta(days=200))
    (found,) = text.of("V06", "objective/o")
    assert found.opened_at == START + timedelta(days=90)


DAY = timedelta(days=1)


def tactic(order: int, at: datetime, begins: datetime | None, state: str = "in_force") -> Version:
    live = state == "in_force"
    return Version("tactic/t", (1, order), at, None, state, live, False, None, begins, None, (), {})


@pytest.mark.parametrize(
    ("said", "opened"),
    [
        ([(0, None)], 90),
        ([(0, -400)], 90),  # valid for long, and in force from then on
        ([(0, 30)], 120),  # in force, and valid later
        ([(0, 30), (40, 35)], 125),  # said anew while it is live, before it has reached the age
        ([(0, -400), (100, 30)], 120),  # and after: it is too young again
        ([(0, 30), (100, None)], 100),  # it has been of age for long
        ([(0, 300)], None),
    ],
)
def test_an_age_begins_with_the_validity_where_that_is_later(
    said: list[tuple[int, int | None]], opened: int | None
) -> None:
    """``said`` has on which day from when on it is valid; looked at on day 200."""
    judge = Judge(PLAN)
    for order, (day, begins) in enumerate(said, 1):
        judge.take([tactic(order, START + day * DAY, None if begins is None else START + begins * DAY)])
        judge.flush()
    judge.turn_to(START + 200 * DAY)
    found = [each.finding for each in (judge.graph.nodes["tactic/t"].open or {}).values()]
    assert [each.opened_at for each in found if each.rule == "V07"] == ([START + opened * DAY] if opened else [])


def test_an_age_that_lies_beyond_the_calendar_is_never_reached() -> None:
    assert clock.after(LAST, 1000 * DAY) == clock.FOREVER
    judge = Judge(PLAN)
    judge.take([tactic(1, START, LAST)])
    judge.turn_to(LAST)
    assert [
        each.finding.rule for each in (judge.graph.nodes["tactic/t"].open or {}).values() if each.rule == "V07"
    ] == []


@pytest.mark.parametrize("after", ["in_force it", "withdrawn it", "withdrawn business", "deleted"])
def test_what_was_a_root_and_is_of_another_type_carries_nothing(after: str) -> None:
    """Whether it goes on to be live or not; and as soon as it is what it was, it carries again."""
    text = Text()
    text.add("strategy:i in_force it, strategy:b in_force business; i supports b")
    assert not text.of("V01", "strategy/i")
    said = {number: state.split() for number, state in enumerate((after, "in_force business"), 1)}
    for number, words in said.items():
        text.said["strategy/b"] = words
        text.judge.take([text._version("strategy/b", START + (10 + number) * MINUTE)])
        text.judge.flush()
        assert len(text.of("V01", "strategy/i")) == (number == 1)


STRATEGIES = ["a", "b", "c", "d"]


@pytest.mark.parametrize("last", range(4))
@pytest.mark.parametrize("ends", ["link", "strategy"])
def test_a_circle_of_support_is_told_at_its_least_wherever_it_closes(last: int, ends: str) -> None:
    """``0`` leads into it and ``e`` out of it; neither is of it."""
    text = Text()
    circle = [f"{one} supports {other}" for one, other in zip(STRATEGIES, "bcda", strict=True)]
    text.add(f"{', '.join(f'strategy:{name} in_force it' for name in ['0', *STRATEGIES, 'e'])}; 0 supports a")
    text.add("; b supports e, " + ", ".join(each for place, each in enumerate(circle) if place != last))
    assert [f.subject for f in text.open() if f.rule == "V20"] == []
    text.add(f"; {circle[last]}")
    assert [f.subject for f in text.open() if f.rule == "V20"] == ["strategy/a"]
    text.add(f"; {circle[last]} ended" if ends == "link" else f"strategy:{STRATEGIES[last]} retired")
    assert [f.subject for f in text.open() if f.rule == "V20"] == []
