"""What closing a finding is worth: the remedy is applied, and the score rises by what was promised."""

from fractions import Fraction
from math import floor
from typing import Any

import pytest

from services.alignment.judge.catalogue import SHOWN
from services.alignment.judge.present import PLAN
from services.alignment.judge.rule import Rule
from shared import clock
from tests.service.alignment.recomputed import Findings
from tests.service.alignment.served import Server
from tests.service.alignment.worded import HEALTHY, Worded, ref_to

pytestmark = pytest.mark.long

WITH = {"V18": ("V04",)}
"""Of what rests on the subject in the example this is incomplete until its chain is whole."""
ASKED_THEN = {"R01": "R02", "R03": "R04"}
"""Of what has one this is asked, and not of what has none."""
OTHERS = {
    "C02", "F02", "F04", "F05", "F07", "F08", "F09", "F10", "F11", "G02", "G04", "G05", "K01", "K05", "K06", "L03",
    "L04", "L06", "O04", "O05", "O07", "O09", "O10", "P01", "P02", "P04", "P05", "R01", "R05", "R06", "R09", "R10",
    "R11", "R12", "R15", "S01", "S03", "S09", "S10", "T04", "V01", "V02", "V03", "V04", "V05", "V06", "V07", "V09",
    "V13", "V15", "V16", "V20", "X02", "X05", "X06", "Y04",
}  # fmt: skip
"""What mends the example of these mends or breaks something else as well."""
NOT_TODAY = {"G06", "O06"}
"""The example has days of its own, and these tests go by the real clock."""
WHOLE = {PLAN.rules[number].id for number in PLAN.whole.values()}
"""They find nothing before the whole is looked at."""
WEIGHTS = {4: 8, 3: 4, 2: 2, 1: 1, 0: 0}
Json = dict[str, Any]
Passing = dict[str, tuple[int, int, int]]
"""By rule: subjects, weight of those that it is about, and of those that pass."""


async def begun(server: Server, text: str = "") -> Worded:
    """A view of what is healthy, and of this."""
    server.world.__init__()  # type: ignore[misc]  # as empty as at first
    await server.writer.leave(await server.generation())
    await server.begin()
    worded = Worded(server.world)
    await server.arrive(worded.add(HEALTHY))
    await add(server, worded, text)
    return worded


async def add(server: Server, worded: Worded, text: str) -> None:
    await server.arrive(worded.add(text))


def values(passing: Passing) -> dict[str, Fraction]:
    """By dimension, from 0 to 100."""
    found = {}
    for name in {rule.dimension for rule in SHOWN.values()}:
        group = [rule for rule in SHOWN.values() if rule.dimension == name and passing[rule.id][1]]
        parts = [WEIGHTS[rule.severity] * Fraction(100 * passing[rule.id][2], passing[rule.id][1]) for rule in group]
        if parts:
            found[name] = sum(parts, Fraction(0)) / sum(WEIGHTS[rule.severity] for rule in group)
    return found


def gained(rule: Rule, before: Passing, after: Passing) -> Json:
    """Of index and dimension."""
    one, other = values(before), values(after)
    index = sum(other.values(), Fraction(0)) / len(other) - sum(one.values(), Fraction(0)) / len(one)
    rise = other.get(rule.dimension, Fraction(0)) - one[rule.dimension]
    return {"index": floor(100 * index) / 100, "dimension": floor(100 * rise) / 100, "at_least": False}


def passing(server: Server) -> Passing:
    return Findings(server.world.events, clock.now()).score(clock.now())[0]


async def test_the_remedy_of_a_finding_gains_what_was_promised(server: Server) -> None:
    promised, alone, real = dict[str, Json](), dict[str, Json](), dict[str, Json]()
    for rule in (rule for id, rule in SHOWN.items() if id not in NOT_TODAY | WHOLE):
        worded = await begun(server)
        there = len(worded.said)
        events = worded.add(rule.fails)
        worded.subject = [*worded.said][there]
        await server.arrive(events)
        [item] = (await server.get("findings", rule=rule.id, subject=worded.subject))["items"]
        before = passing(server)
        await add(server, worded, rule.mended)
        left = (await server.get("findings", rule=rule.id, subject=worded.subject))["items"]
        assert left == [], rule.id
        promised[rule.id] = item["gain"]
        weight = item["subject"]["criticality"] or 3
        closed = {id: _more(before, id, weight) for id in {rule.id, *WITH.get(rule.id, ())}}
        if rule.id in ASKED_THEN:
            other = ASKED_THEN[rule.id]
            subjects, applicable, passed = before[other]
            closed[other] = subjects + 1, applicable + 3, passed + 3
        alone[rule.id] = gained(rule, before, before | closed)
        real[rule.id] = gained(rule, before, passing(server))
    assert promised == alone
    assert {id for id in promised if promised[id] != real[id]} == OTHERS


def _more(passing: Passing, rule: str, weight: int) -> tuple[int, int, int]:
    subjects, applicable, passed = passing[rule]
    return subjects, applicable, passed + weight


CHAINS = """
process:t operational, process:u operational, process:a operational, process:b operational;
a serves t, b serves t, a serves u
"""
CAPPED = """
process:v operational 5 +purpose, activity:w operational, process:x operational;
v serves bo, w part_of v, w accountable br, w responsible br, bq governs v, x serves bo, x owned_by bx, bq governs x
"""


def of(items: list[Json]) -> dict[tuple[str, str], tuple[float, float]]:
    return {
        (item["rule"], item["subject"]["key"]): (item["gain"]["index"], item["gain"]["dimension"]) for item in items
    }


async def test_closing_the_top_of_a_chain_closes_what_is_incomplete_for_want_of_it(server: Server) -> None:
    """Of six artifacts four lead nowhere: t with a and b, and u with a. V04 weighs 4 of 12 in its dimension (V08 4, V09
    2, V12 2), which is one of ten."""
    worded = await begun(server, CHAINS)
    items = (await server.get("findings", rule="V04"))["items"]
    assert of(items) == {("V04", "t"): (1.66, 16.66), ("V04", "u"): (1.11, 11.11)}
    before = await server.get("score")
    assert [(fix["subject"]["key"], fix["gain"]["index"]) for fix in before["fixes"] if fix["rule"] == "V04"] == [
        ("t", 1.66), ("u", 1.11),
    ]  # fmt: skip
    await add(server, worded, "; t justified_by bo")
    after = await server.get("score")
    trace = [next(d for d in each["dimensions"] if d["dimension"] == "trace")["raw"] for each in (before, after)]
    assert trace == [77.7, 94.4]
    assert after["index"] - before["index"] == pytest.approx(1.66, abs=0.11)


async def test_what_holds_the_index_down_is_worth_what_it_holds_back(server: Server) -> None:
    """The owner of what is vital is missing: ownership is (8 + 8 * 6/11 + 4 + 4 + 1 + 2) / 27, the last two by
    O10 and O16."""
    worded = await begun(server, CAPPED)
    answer = await server.get("score")
    assert (answer["index"], answer["capped"]) == (59.0, True)
    items = of((await server.get("findings"))["items"])
    before = values(passing(server))
    mean = sum(before.values(), Fraction(0)) / len(before)
    rise = 100 * Fraction(8 * 5, 11 * 27)
    assert items["O02", "v"] == (floor(100 * (mean + rise / len(before) - 59)) / 100, floor(100 * rise) / 100)
    assert items["P11", "x"][0] == 0.0 < items["P11", "x"][1], "the index stays where it is held"
    assert answer["fixes"][0]["subject"]["key"] == "v"
    assert len(answer["fixes"]) > 1, "what is worth something by itself is told all the same"
    await add(server, worded, "; v owned_by bx")
    assert (await server.get("score"))["index"] == floor(10 * (mean + rise / len(before))) / 10


async def test_what_may_still_arrive_is_worth_nothing(server: Server) -> None:
    worded = await begun(server)
    at = clock.now()
    events = worded.add("; bs depends_on product:unseen")
    for event in events:
        event["time"] = clock.rfc3339(at)
    await server.arrive(events)
    [item] = (await server.get("findings", rule="D01", subject=ref_to("service", "bs")))["items"]
    assert item["pending"]
    assert item["gain"] == {"index": 0.0, "dimension": 0.0, "at_least": False}
