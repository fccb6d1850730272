"""One item that cannot be committed costs that item; what no item is to blame for stops the work."""

from collections.abc import Sequence

import pytest
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError

from services.alignment.follow.isolation import isolated
from services.alignment.view.generations import OffsetMoved


class Committed:
    def __init__(self, *bad: int, error: Exception | None = None) -> None:
        self.bad = set(bad)
        self.error = error or RecursionError("too deep")
        self.items: list[int] = []
        self.tries = 0

    async def __call__(self, items: Sequence[int]) -> None:
        self.tries += 1
        if self.bad & set(items):
            raise self.error
        self.items += items


@pytest.mark.parametrize("bad", [(), (0,), (999,), (3, 4), (0, 500, 999), tuple(range(8))])
async def test_the_bad_ones_are_found_and_each_other_is_committed_once_in_order(bad: tuple[int, ...]) -> None:
    commit = Committed(*bad)
    found = await isolated(range(1000), commit)
    assert [item for item, _ in found] == [*bad]
    assert commit.items == [item for item in range(1000) if item not in bad]
    assert commit.tries <= 1 + 2 * 10 * len(bad)


class _Refused(Exception):
    sqlstate = "42P01"


class _Full(Exception):
    sqlstate = "53100"


def _raised(error: Exception, cause: Exception | None = None) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        OffsetMoved(),
        OSError("the disk is full"),
        MemoryError(),
        OperationalError("", {}, Exception("no such table")),
        ProgrammingError("", {}, _Refused()),
        DataError("", {}, _Full()),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_no_item_is_to_blame_for_is_raised_at_once(error: Exception) -> None:
    commit = Committed(3, error=error)
    with pytest.raises(type(error)):
        await isolated(range(8), commit)
    assert commit.tries == 1


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        KeyError(),
        RecursionError(),
        DataError("", {}, Exception("string or blob too big")),
        # what a driver refuses to send looks to SQLAlchemy as if the connection were to blame
        OperationalError("", {}, _raised(Exception(), ValueError("value out of int64 range"))),
    ],
)
async def test_what_an_item_is_to_blame_for_is_not(error: Exception) -> None:
    assert await isolated(range(8), Committed(3, error=error)) == [(3, error)]
