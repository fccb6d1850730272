"""The order of a proposal: parents before children, whatever rests on what, and each relation looked at once."""

from random import Random
from typing import Any

import pytest

from services.strategy.proposal import ordered


@pytest.mark.parametrize("seed", range(100))
def test_parents_come_first_and_what_cannot_is_blocked(seed: int) -> None:
    dice = Random(seed)
    refs = [f"tactic/{number}" for number in range(dice.randint(1, 12))]
    dice.shuffle(refs)
    others = ["objective/live", "objective/unfit"]
    parents = {ref: set(dice.sample([*refs, *others], dice.randint(0, 2))) - {ref} for ref in refs}
    order, blocked = ordered(refs, parents, {"objective/unfit"})
    assert sorted([*order, *blocked]) == sorted(refs)
    for place, ref in enumerate(order):
        assert parents[ref] <= {*order[:place], "objective/live"}
    for ref in blocked:
        assert parents[ref] & {"objective/unfit", *blocked}


def test_of_equals_the_longest_waiting_comes_first() -> None:
    refs = ["b", "z", "a", "child of b", "y", "child of z"]
    order, _ = ordered(refs, {"child of b": {"b"}, "child of z": {"z"}}, set())
    assert order == ["b", "z", "a", "y", "child of b", "child of z"]


class Counted(dict[str, set[str]]):
    """Counts how often somebody asks for the parents of one."""

    asked = 0

    def get(self, key: str, *otherwise: Any) -> Any:
        self.asked += 1
        return super().get(key, *otherwise)


@pytest.mark.parametrize("backwards", [False, True])
def test_a_chain_is_gone_through_once(backwards: bool) -> None:
    refs = [f"objective/{number}" for number in range(4000)]
    parents = Counted({ref: {refs[number - 1]} for number, ref in enumerate(refs) if number})
    given = refs[::-1] if backwards else refs
    assert ordered(given, parents, set()) == (refs, [])
    assert parents.asked <= 2 * len(refs)
