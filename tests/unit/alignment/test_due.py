"""What turns by itself is awaited once, however often it is said, and as before when a batch is taken back."""

from datetime import datetime, timedelta

import pytest

from services.alignment.judge import awaiting
from services.alignment.judge.examples import START
from services.alignment.judge.judging import Judge
from services.alignment.judge.present import PLAN
from services.alignment.judge.standing import Said, Version

MINUTE = timedelta(minutes=1)
END = START.replace(year=2030)


def process(number: int, order: int, at: datetime, until: datetime | None) -> Version:
    return Version(
        f"process/{number}", (1, order), at, None, "operational", True, False, None, None, until, (), {}
    )  # fmt: skip


def link(order: int, at: datetime, *, active: bool, until: datetime = END) -> Version:
    said = Said("justified_by", "process/0", "objective/0", "process/0", active, None, until)
    return Version("link/0", (1, order), at, None, "active", active, False, None, None, until, (said,), {})


def batch(judge: Judge, *versions: Version) -> None:
    judge.take(versions)
    judge.flush()
    judge.committed()


def test_the_same_end_is_awaited_once() -> None:
    judge = Judge(PLAN)
    for number in range(1, 50):
        at = START + number * MINUTE
        batch(judge, process(0, number, at, END), link(number, at, active=True))
    assert sorted(at for at, _, thing in judge.standing._due) == [END, END]


def test_ends_that_are_said_no_longer_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awaiting, "_ENTRIES", 10)
    judge = Judge(PLAN)
    for number in range(1, 200):
        batch(judge, process(0, number, START + number * MINUTE, END + number % 3 * MINUTE))
        assert len(judge.standing._due) <= 21
    assert judge.standing.due() == {(END + MINUTE, "process/0")}
    judge.turn_to(END + MINUTE)
    assert not judge.graph.nodes["process/0"].live


def test_what_is_in_force_again_ends_as_it_said() -> None:
    """Although its end had been forgotten in the meantime."""
    judge = Judge(PLAN)
    batch(judge, process(0, 1, START, None), link(1, START, active=True))
    judge.standing._enough = 0
    batch(judge, link(2, START + MINUTE, active=False))
    assert judge.standing._due == []
    batch(judge, link(3, START + 2 * MINUTE, active=True))
    assert judge.graph.links["link/0"].active
    judge.turn_to(END)
    assert not judge.graph.links["link/0"].active


def test_what_is_taken_back_is_not_awaited_and_what_it_turned_is_again() -> None:
    judge = Judge(PLAN)
    batch(judge, *(process(number, 1, START, START + number * MINUTE) for number in range(1, 9)))
    before = sorted(judge.standing._due, key=lambda entry: entry[:2])
    judge.take([process(number, 1, START + 3 * MINUTE, START + number * MINUTE) for number in range(20, 30)])
    judge.take([process(5, 2, START + 4 * MINUTE, END)])
    assert len(judge.standing._due) == 8 - 4 + 11
    judge.roll_back()
    assert sorted(judge.standing._due, key=lambda entry: entry[:2]) == before
    assert judge.standing.next_due == START + MINUTE
