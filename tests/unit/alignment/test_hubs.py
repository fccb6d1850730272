"""What comes to a hub touches those who look at it there, and nobody else, and what is so of the others is known: a hub
does not cost its size each time."""

from random import Random

import pytest

from services.alignment.follow.projector import version
from services.alignment.judge import ends
from services.alignment.judge.checks import Check, Joined
from services.alignment.judge.each import EachOf
from services.alignment.judge.examples import Text
from services.alignment.judge.footprint import Reading, into, out, through
from services.alignment.judge.graph import Node
from services.alignment.judge.hubs import Hubs
from services.alignment.judge.judging import Judge
from services.alignment.judge.plan import plan
from services.alignment.judge.present import PLAN
from services.alignment.judge.rule import Rule, Severity
from services.alignment.view.projection import project
from shared.contracts import NODE_KINDS
from tests.unit.alignment.test_histories import written


def rules_touched(type: str, near: str, far: str, *, forward: bool) -> set[str]:
    """By a relation between two kinds, of those about the thing at its near end."""
    backs = PLAN.touched_by(type, near, far, forward=forward)
    return {PLAN.rules[number].id for back in backs if not back.steps for number in back.rules.get(near, ())}


@pytest.mark.parametrize(
    ("type", "near", "far", "forward", "expected"),
    [
        # the four Ps are asked of packages, and of what those name
        ("part_of", "service", "design_package", False, {"X01", "X02", "X03", "X04"}),
        ("part_of", "service", "service", False, set()),
        # an activity has an accountable role, and roles alone can be
        ("accountable", "activity", "role", True, {"R01", "R02"}),
        # a plan that comes apart is no process without steps
        ("part_of", "process", "activity", False, {"P03"}),
    ],
)
def test_who_is_touched(type: str, near: str, far: str, forward: bool, expected: set[str]) -> None:
    found = rules_touched(type, near, far, forward=forward)
    assert expected <= found if expected else not found & {"X01", "X02", "X03", "X04", "X05", "X06", "X07", "X08"}


def test_what_steps_can_lead_through() -> None:
    assert through((out("designed_with"),)) == {"design_package"}
    assert through((out("accountable"),), frozenset({"role"})) == {"activity"}
    assert through((out("accountable"),), frozenset({"service"})) == set()
    assert through((), None) == {*NODE_KINDS}
    assert "service" in through((into("part_of"), out("designed_with")))
    assert "role" not in through((into("part_of"), out("designed_with")))


def kept_wrong(judge: Judge) -> list[tuple[str, ...]]:
    """Where what is kept of hubs is not what a look at all of their relations finds."""
    wrong = []
    for node, asked in [*judge.standing.hubs._kept.items()]:
        for (steps, reading), found in [*asked.items()]:
            at_once = Hubs()._those(node, (steps, reading))
            judge.standing.hubs._those(node, (steps, reading))
            kept, now = (sorted(map(str, those.values())) for those in (found, at_once))
            if kept != now:
                wrong.append((node.ref, *map(str, steps), *kept, "is not", *now))
    return wrong


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_of_hubs_is_so(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch after batch, some of which are taken back first."""
    monkeypatch.setattr(ends, "MANY", 1)
    dice, judge, seen = Random(seed), Judge(PLAN), 0
    versions = [version(project(event)) for event in written(dice, 80).events]
    while versions:
        some, versions = versions[:10], versions[10:]
        for again in dice.choice([(True, False), (False,)]):
            judge.take(some)
            seen += len(judge.standing.hubs._kept)
            assert kept_wrong(judge) == []
            if again:
                judge.roll_back()
        judge.committed()
    assert seen


@pytest.mark.parametrize("check", ["joined", "each"])
def test_one_more_at_a_hub_is_one_look_more(check: str) -> None:
    """And one look at what turns into something else."""
    looked: list[str] = []

    def of(node: Node) -> bool:
        looked.append(node.ref)
        return node.state == "retired"

    asked = Reading(of, frozenset({"product"}))
    checks: dict[str, Check] = {
        "joined": Joined("a product", (out("depends_on"),), asked),
        "each": EachOf(out("depends_on"), asked, lambda _, far: {"needs": far.ref}),
    }
    text = Text(by=plan([Rule("T1", Severity.low, "trace", "", "", "", checks[check], frozenset({"service"}))]))
    count = ends.MANY + 100
    products = ", ".join(f"product:p{number} in_use" for number in range(count + 1))
    text.add(f"service:hub operational, {products}; " + ", ".join(f"hub depends_on p{n}" for n in range(count)))
    looked.clear()
    text.add(f"; hub depends_on p{count}")
    assert {*looked} == {f"product/p{count}"}
    looked.clear()
    text.add("product:p7 retired")
    assert {*looked} == {"product/p7"}
    parts = [f.evidence.get("needs") for f in text.open()]
    assert parts == ([] if check == "joined" else ["product/p7"])


RETIRED = ", ".join(f"service:s{number} operational" for number in range(ends.MANY + 100))


@pytest.mark.parametrize(
    ("hub", "beside", "looked_at"),
    [
        # many serve an outcome, and each is realized by one
        ("objective:o{n} in_force; s{n} realizes o{n}, o{n} serves hub", "x realizes o3", {"x", "s3"}),
        # what serves it is a hub itself
        ("objective:o in_force; s{n} realizes o, o serves hub", "x realizes o", {"x"}),
    ],
    ids=["of its own", "behind another"],
)
def test_one_more_beside_a_hub_is_one_look_more(hub: str, beside: str, looked_at: set[str]) -> None:
    """Two steps away as well; and one that ends there is one less."""
    looked: list[str] = []

    def of(node: Node) -> bool:
        looked.append(node.ref.partition("/")[2])
        return node.state == "retired"

    check = Joined("one that is over", (into("serves"), into("realizes")), Reading(of, frozenset({"service"})))
    text = Text(by=plan([Rule("T1", Severity.low, "trace", "", "", "", check, frozenset({"outcome"}))]))
    text.add(f"outcome:hub agreed, {RETIRED}")
    for number in range(ends.MANY + 100):
        text.add(hub.format(n=number))
    assert text.open()
    looked.clear()
    text.add(f"service:x operational; {beside}")
    assert {*looked} == looked_at
    looked.clear()
    text.add("service:s7 retired")
    assert ({*looked}, text.open()) == ({"s7"}, [])
    looked.clear()
    text.add(f"service:s7 operational; {beside} ended")
    assert {*looked} <= {"s7", "s3"}
    assert text.open()
