"""No two views of a random organisation contradict each other, nor do they the findings and the score; where two do, it
is seen."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.service.alignment.agreement import AGREE, Judged, Views, ref, seen
from tests.service.alignment.seeds import seeds
from tests.service.alignment.served import Server
from tests.service.alignment.world import LINK_REFS, REFS

Json = dict[str, Any]
pytestmark = pytest.mark.long
WRITES, MOST_ROUNDS = 90, 40
THEN, LATER = "2026-01-01T00:10:00Z", "2300-01-01T00:00:00Z"


async def goes_on(server: Server, dice: Random) -> None:
    """More happens in the organisation."""
    before = len(server.world.events)
    for _ in range(WRITES):
        if dice.random() < 0.4:
            server.world.link(dice.choice(LINK_REFS), dice)
        else:
            server.world.write(dice.choice(REFS), dice)
        if dice.random() < 0.1:
            server.world.delete(dice.choice(REFS))
    await server.arrive(server.world.events[before:])


async def is_signed(server: Server, dice: Random) -> None:
    """Something of it, which seldom happens by itself."""
    before, increment = len(server.world.events), next(ref for ref in REFS if ref.startswith("increment/"))
    for _ in range(100):
        server.world.write(increment, dice)
        state = server.world.states[increment]
        if state["state"] == "signed" and len(state["items"]) > 1 and not state["valid_from"] and not state["valid_to"]:
            break
    await server.arrive(server.world.events[before:])


@seeds(2)
async def test_no_two_views_contradict_each_other(server: Server, seed: int) -> None:
    await goes_on(server, Random(seed))
    for valid_at in (None, THEN, LATER):
        views = Judged(server, valid_at)
        await views.read()
        for agree in AGREE:
            agree(views)


def first(rows: Any, suits: Callable[[Any], object] = bool) -> Any:
    """Raises LookupError where there is none."""
    for each in rows:
        if suits(each):
            return each
    raise LookupError


def lost(rows: list[Any]) -> None:
    del rows[0]


def other_name(views: Judged) -> None:
    first(views.cascade["items"])["node"]["name"] = "Another"


def left_out(views: Judged) -> None:
    views.design["left_out"]["retired"] = views.design["left_out"].get("retired", 0) + 1


def not_with_all(views: Judged) -> None:
    shown, items = {ref(each["service"]) for each in views.design["items"]}, views.with_all["coverage/design"]["items"]
    items.remove(first(items, lambda each: ref(each["service"]) not in shown))


def not_told(views: Judged) -> None:
    paths = [path for path in views.with_all if "coverage" not in path]
    views.answer(first(paths, lambda path: seen(views.with_all[path]) > seen(views.answer(path))))["left_out"] = {}


def one_way(views: Judged) -> None:
    answer = first(views.up.values(), lambda each: len(each["nodes"]) > 1 and each["nodes"][0]["live"])
    views.down[ref(answer["nodes"][1])]["nodes"] = []


def no_such_relation(views: Judged) -> None:
    root = first(views.up, lambda each: any(each in (e["source"], e["target"]) for e in views.up[each]["edges"]))
    views.entity[root]["out"], views.entity[root]["in"] = [], []


def not_above(views: Judged) -> None:
    root = first(views.why, lambda each: views.why[each]["paths"])
    del views.up[root]["nodes"][1:]


def not_signed(views: Judged) -> None:
    signed = {node for node, answer in views.entity.items() if answer["signed_by"]}
    paths = [path for answer in views.why.values() for path in answer["paths"]]
    path = first(paths, lambda path: signed & {ref(step["node"]) for step in path["steps"]})
    path["signed_by"] = []


def customers(views: Judged) -> None:
    answer = first(views.impact.values(), lambda each: each["customers"] or each["contracts"])
    answer["at_risk"].remove(first(answer["customers"] + answer["contracts"]))


def not_at_risk(views: Judged) -> None:
    near = lambda row: row["distance"] == 1 and row["node"]["live"]  # noqa: E731
    answer = first(views.impact.values(), lambda each: any(map(near, each["at_risk"])))
    answer["at_risk"].remove(first(answer["at_risk"], near))


def not_asked(views: Judged) -> None:
    answer = first(views.impact.values(), lambda each: any(who["owns"] for who in each["to_ask"]))
    answer["to_ask"].remove(first(answer["to_ask"], lambda who: who["owns"]))


def carries_more(views: Judged) -> None:
    first(views.load["items"])["letters"]["A"] += 1


def no_hole(views: Judged) -> None:
    lost(views.cascade["holes"])


def no_violation(views: Judged) -> None:
    rows = [row for matrix in views.raci.values() for row in matrix["rows"]]
    lost(first(rows, lambda row: row["violations"])["violations"])


def designed(views: Judged) -> None:
    cells = [item[p] for item in views.design["items"] for p in ("people", "process", "product", "partner")]
    first(cells, lambda cell: cell["finding"])["finding"] = None


def offered(views: Judged) -> None:
    lost(first(views.offerings["items"], lambda each: each["missing"])["missing"])


def entity_without(views: Judged) -> None:
    lost(first(views.entity.values(), lambda each: each["findings"])["findings"])


def another_owner(views: Judged) -> None:
    first(views.findings, lambda each: ref(each["subject"]) in views.nodes)["owner"] = "party/nobody"


def passes(views: Judged) -> None:
    scored = views.score["rules"]
    first(scored, lambda each: each["rule"] == "V04")["passing"] += 1


def counts_more(views: Judged) -> None:
    first(views.score["rules"], lambda each: each["rule"] == "V06")["subjects"] += 1


def blamed(views: Judged) -> None:
    finding = first(views.findings, lambda each: each["rule"] in ("V04", "V08", "V18"))
    other = {"complete": True, "reaches": "outcome/x", "live": True, "steps": [], "signed_by": []}
    views.why[ref(finding["subject"])]["paths"].append(other)


def not_blamed(views: Judged) -> None:
    alone = lambda each: each["rule"] == "V04" and not views.why[ref(each["subject"])]["paths"]  # noqa: E731
    views.findings.remove(first(views.findings, alone))


def fails(views: Judged) -> None:
    views.findings.remove(first(views.findings, lambda each: each["rule"][0] in "XFORP"))


def affects(views: Judged) -> None:
    first(views.findings, lambda each: each["affects"])["affects"]["things"] += 1


PLANTED: dict[Callable[[Judged], None], Callable[[Judged], None]] = {
    Views.every_node_says_the_same_of_itself: other_name,
    Views.what_is_left_out_makes_up_the_rest: left_out,
    Views.lists_show_with_all_what_they_leave_out: not_with_all,
    Views.nothing_is_left_out_without_a_word: not_told,
    Views.up_is_the_reverse_of_down: one_way,
    Views.a_trace_goes_by_the_relations_of_the_entity: no_such_relation,
    Views.reasons_are_on_the_way_up: not_above,
    Views.signatures_are_those_of_the_entity: not_signed,
    Views.impact_is_live: customers,
    Views.what_is_at_risk_first_is_related_so: not_at_risk,
    Views.who_owns_is_asked: not_asked,
    Views.who_holds_a_role_there_is_the_same: carries_more,
    Judged.holes_are_findings: no_hole,
    Judged.violations_are_findings: no_violation,
    Judged.what_a_design_lacks_are_findings: designed,
    Judged.what_an_offering_lacks_are_findings: offered,
    Judged.entities_have_their_findings: entity_without,
    Judged.whose_move_it_is_is_the_owner: another_owner,
    Judged.completeness_is_what_the_score_counts: passes,
    Judged.whom_the_score_counts_is_whom_a_rule_is_about: counts_more,
    Judged.who_is_justified_is_not_blamed: blamed,
    Judged.who_leads_nowhere_is_blamed: not_blamed,
    Judged.what_fails_is_what_is_found: fails,
    Judged.what_is_affected_rests_on_it: affects,
}


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)  # what is planted is not in a database
async def test_a_contradiction_is_seen(server: Server) -> None:
    """One is planted for each property, as soon as the organisation has what it takes."""
    assert PLANTED.keys() == {*AGREE}
    waiting, dice = dict(PLANTED), Random(0)
    for _ in range(MOST_ROUNDS):
        await goes_on(server, dice)
        await is_signed(server, dice)
        views = Judged(server, None)
        await views.read()
        for holds in AGREE:
            holds(views)
        for holds, plant in [*waiting.items()]:
            spoilt = views.copy()
            try:
                plant(spoilt)
            except LookupError:
                continue
            assert not stands(holds, spoilt), f"{holds.__name__} does not see {plant.__name__}"
            del waiting[holds]
        if not waiting:
            return
    assert not waiting, "no organisation had what it takes"


def stands(holds: Callable[[Judged], None], views: Judged) -> bool:
    try:
        holds(views)
    except AssertionError:
        return False
    return True
