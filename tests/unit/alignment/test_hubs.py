"""What comes to a hub touches those who look at it there, and nobody else: a hub does not cost its size each time."""

import pytest

from services.alignment.judge.footprint import into, out, through
from services.alignment.judge.present import PLAN
from shared.contracts import NODE_KINDS


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
