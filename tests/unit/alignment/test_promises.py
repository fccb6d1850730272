"""What promises can rely on: every number decided by hand."""

from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alignment.judge.catalogue.keeping import Live
from services.alignment.judge.examples import Text
from services.alignment.judge.measures import ALWAYS, measure, spans, window_of, worth
from services.alignment.judge.promises import lines, sustained

DAY = 1440.0
WORK = "Mon-Fri 8-18"


def target(value: float, comparator: str = ">=", unit: str = "percent", **more: Any) -> dict[str, Any]:
    return {"metric": "availability", "comparator": comparator, "value": value, "unit": unit, **more}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, ALWAYS),
        ("24x7", ALWAYS),
        ("around the clock", ALWAYS),
        ("6 to 22", tuple((day * DAY + 360, day * DAY + 1320) for day in range(7))),
        (WORK, tuple((day * DAY + 480, day * DAY + 1080) for day in range(5))),
        ("Mon 8:30-12, Monday 11-13:15", ((510.0, 795.0),)),
        ("Sun 22-6", ((0.0, 360.0), (6 * DAY + 1320, 7 * DAY))),
        ("Sat-Mon 0-24", ((0.0, DAY), (5 * DAY, 7 * DAY))),
        ("business hours", None),
        ("8-25", None),
    ],
)
def test_hours_as_people_write_them(text: str | None, found: object) -> None:
    assert spans(text) == found


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("0 year", None),
        ("month", 730),
        ("per calendar month", 730),
        ("monthly", 730),
        ("30 days", 720),
        ("daily", 24),
        ("yearly", 8760),
        ("a shift", None),
        (None, None),
    ],
)
def test_windows(text: str | None, hours: float | None) -> None:
    assert window_of(text) == hours


@pytest.mark.parametrize(
    ("told", "value"),
    [
        (target(99.9), 0.999),
        (target(4, "<=", "hours"), 240),
        (target(90, "<", "s"), 1.5),
        (target(4, ">=", "hours"), None),
        (target(99, "<=", "%"), None),
        (target(120), None),
        (target(3, "<=", "working days"), None),
        (target(99, hours="when the moon is full"), None),
    ],
)
def test_what_can_be_reckoned_with(told: dict[str, Any], value: float | None) -> None:
    found = measure(told)
    assert (found and found.value) == (pytest.approx(value) if value is not None else None)


def worth_of(under: dict[str, Any], asked: dict[str, Any]) -> float:
    one, other = measure(under), measure(asked)
    assert one
    assert other
    return worth(one, other)


@pytest.mark.parametrize(
    ("under", "asked", "value"),
    [
        # 0.1 % of a year are 8.76 hours, and all of them may be of one month of 730: 1 - 8.76 / 730
        (target(99.9, window="year"), target(99.9, window="month"), 0.988),
        (target(99.9, window="month"), target(99.9, window="year"), 0.999),
        (target(50, window="year"), target(99, window="month"), 0),
        # 5 days of 10 hours are 50 of the 168 hours of a week
        (target(99, hours=WORK), target(99), 0.99 * 50 / 168),
        (target(99), target(99, hours=WORK), 0.99),
    ],
)
def test_a_share_over_another_window_and_within_other_hours(
    under: dict[str, Any], asked: dict[str, Any], value: float
) -> None:
    assert worth_of(under, asked) == pytest.approx(value)


@pytest.mark.parametrize(
    ("value", "under", "asked", "hours"),
    [
        (4, None, None, 4),
        (4, WORK, WORK, 4),
        # from Friday 18 until Monday 12
        (4, WORK, None, 66),
        # 12 hours from Friday 18: ten on Monday, two on Tuesday until 10
        (12, WORK, None, 88),
        (60, WORK, None, 168 + 72),
        # whoever asks counts no nights either
        (4, None, WORK, 4),
        (12, None, WORK, 10),
        # one hour a week: from Monday at 9 on, the two weeks until the second Monday at 9
        (2, "Mon 8-9", WORK, 100),
    ],
)
def test_time_passes_at_worst_while_nobody_works(value: float, under: str, asked: str, hours: float) -> None:
    found = worth_of(target(value, "<=", "hours", hours=under), target(1, "<=", "hours", hours=asked))
    assert found / 60 == pytest.approx(hours)


# -- the reckoning

PROMISE = "+service_level_targets=[metric:availability/comparator:>=/value:{}/unit:percent]"
IN_TIME = "+service_level_targets=[metric:restored/comparator:<=/value:{}/unit:hours]"


def found(graph: str, form: str = PROMISE) -> dict[str, Any] | None:
    """What C03 says of the contract ``c``; ``90`` and the like behind a contract are what it promises."""
    words = [
        f"contract:{part.split()[0]} active {part.split()[1]} {form.format(part.split()[2])}"
        for part in graph.split(";")[0].split(",")
        if part.split()[0] in ("c", "u", "v", "w")
    ]
    others = [part for part in graph.split(";")[0].split(",") if part.split()[0] not in ("c", "u", "v", "w")]
    text = Text()
    text.add(", ".join([*words, *others]) + ";" + graph.split(";")[1])
    text.survey()
    told = text.of("C03", "contract/c")
    return told[0].evidence if told else None


S, T, P, Q = "service:s operational", "service:t operational", "product:p in_use", "product:q in_use"


@pytest.mark.parametrize(
    ("graph", "sustained", "weakest"),
    [
        (
            f"c sla 99, u ola 99.5, v uc 99.6, {S}, {T}, {P}; c covers s, s depends_on t, s depends_on p, u covers t",
            None,
            None,
        ),
        (f"c sla 99.9, u ola 99.5, {S}; c covers s, u covers s", "99.5 %", "u"),
        # 0.995 x 0.99
        (
            f"c sla 99, u ola 99.5, v ola 99, {S}, {T}, service:x operational; "
            "c covers s, s depends_on t, s depends_on x, u covers t, v covers x",
            "98.505 %",
            "v",
        ),
        # one of two: 1 - 0.1 x 0.2
        (
            f"c sla 99, u ola 90, v ola 80, {S}, {T}, service:x operational; "
            "c covers s, s depends_on t, s depends_on x, u covers t, v covers x, t exchangeable_with x",
            "98 %",
            "v",
        ),
        # needed in two places, and there once
        (
            f"c sla 99.5, u ola 99, {S}, {T}, service:x operational, service:y operational; "
            "c covers s, s depends_on t, s depends_on x, t depends_on y, x depends_on y, u covers y",
            "99 %",
            "u",
        ),
        # no more than is agreed for the whole, whatever its parts could do
        (
            f"c sla 99.9, u ola 99, v ola 99.99, {S}, {T}; c covers s, u covers s, s depends_on t, v covers t",
            "99 %",
            "u",
        ),
        # by an offering, and by what serves
        (
            f"c sla 99.9, u ola 99, service_offering:o launched, {S}, {T}; "
            "c covers o, o offers s, t serves s, u covers t",
            "99 %",
            "u",
        ),
        # each of what is covered keeps it
        (f"c sla 99.9, u ola 99, {S}, {T}; c covers s, c covers t, u covers t", "99 %", "u"),
        # what a partner promises as a whole
        (
            f"c sla 99.9, u uc 99, {S}, {P}, partner:n active; c covers s, s depends_on p, n provides p, n provides u",
            "99 %",
            "u",
        ),
        # in a circle nothing counts twice
        (f"c sla 99.9, u ola 99, {S}, {T}; c covers s, s depends_on t, t depends_on s, u covers t", "99 %", "u"),
        # another SLA is no agreement underneath, and no more is what is not in force
        (f"c sla 99.9, u sla 99, {S}; c covers s, u covers s", None, None),
        (f"c uc 99.9, u ola 99, {S}; c covers s, u covers s", None, None),
    ],
)
def test_what_a_share_rests_on(graph: str, sustained: str | None, weakest: str | None) -> None:
    told = found(graph)
    assert (told and told["sustained"]) == sustained
    assert (told and told["weakest"]) == (weakest and f"contract/{weakest}")


def test_times_add_up_and_the_quicker_of_two_counts() -> None:
    graph = (
        f"c sla {{}}, u ola 3, v ola 4, {S}, {T}, service:x operational; "
        "c covers s, s depends_on t, s depends_on x, u covers t, v covers x"
    )
    assert found(graph.format(7), IN_TIME) is None
    told = found(graph.format(6.5), IN_TIME)
    assert told
    assert (told["promised"], told["sustained"], told["weakest"]) == ("390 min", "420 min", "contract/v")
    told = found(graph.format(2) + ", t exchangeable_with x", IN_TIME)
    assert told
    assert told["sustained"] == "180 min"


def test_an_agreement_about_something_else_sustains_nothing() -> None:
    """Half of the calls are answered at once: that says nothing of how long it runs."""
    text = Text()
    calls = PROMISE.format(50).replace("availability", "first_call_answered")
    text.add(f"contract:c active sla {PROMISE.format(99)}, contract:u active ola {calls}, {S}; c covers s, u covers s")
    text.survey()
    assert text.of("C03", "contract/c") == []


def test_no_agreement_rests_on_itself() -> None:
    text = Text()
    text.add(f"contract:c active ola {PROMISE.format(99)}, {S}; c covers s")
    asked = measure(target(99))
    assert asked
    told = lines(sustained(Live(), text.judge.graph.nodes["contract/c"], asked))
    assert [(each.by, each.value) for each in told] == [("weakest", None), ("unknown", None)]


UNITS = ("percent", "minutes", "weeks", "ms")
WINDOWS = (None, "month", "0 months", f"{'9' * 190} years", "9 years", "soon")
TIMES = (None, "8-8", "Mon 0-0", "Mon 24-24", "Sat 23:59-24:00", WORK, "Sun-Mon 22-6")


@given(
    st.lists(
        st.builds(
            target,
            st.sampled_from([0, 1e308, 5e-324, 99.9, 100, 2**63, 10_079.999999]) | st.floats(0, 1e300),
            st.sampled_from(["<=", ">=", "="]),
            st.sampled_from(UNITS),
            window=st.sampled_from(WINDOWS),
            hours=st.sampled_from(TIMES),
        ),
        min_size=2,
        max_size=2,
    )
)
def test_whatever_is_promised_comes_to_a_number_or_to_nothing(told: list[dict[str, Any]]) -> None:
    under, asked = map(measure, told)
    if under and asked and under.is_share == asked.is_share:
        found = worth(under, asked)
        assert isfinite(found)
        assert 0 <= found <= (1 + 1e-9 if under.is_share else 1e14)
