"""Whatever a list of an owner is asked for, it looks at so many rows a page, and all is found page by page."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from services.strategy.models import Base
from shared import clock
from shared.contracts import NODE_KINDS
from shared.http import pagination
from shared.resource import listing
from shared.resource.tables import to_row
from shared.storage import migrations
from shared.storage.db import Database
from shared.storage.dialects import refresh_statistics
from tests.backends.databases import chosen
from tests.platform import settings_for
from tests.service.conftest import BACKENDS
from tests.service.counting import looked_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

KIND, TABLE = NODE_KINDS["objective"], Base.metadata.tables["objective"]
ROWS, MOST, FIRST, LIMIT = 1500, 120, 10, 4
BUSY, RARE, PARENT = (UUID(int=number) for number in (7, 8, 9))
MOMENT = clock.FOREVER.replace(year=2026)


def state(number: int, dice: Random) -> Any:
    """Most have one owner; what is rare is the same for a few, far from one another."""
    is_rare = number % 400 == 3
    given = {
        "id": UUID(int=dice.getrandbits(128), version=4), "key": f"objective-{number:04}", "version": 1,
        "name": f"Seltenes {number}" if is_rare else f"Objective {dice.randrange(300)}",
        "state": "retired" if is_rare else "in_force",
        "owner": {"kind": "party", "id": RARE if is_rare else BUSY},
        "tags": ["rare"] if is_rare else [], "side": "it" if is_rare else "business",
        "parent_id": PARENT if number % 2 else None,
        "created_at": MOMENT, "created_by": "anna", "updated_by": "anna",
        "updated_at": MOMENT + timedelta(seconds=number),
    }  # fmt: skip
    return KIND.model.model_validate(given)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    async with chosen(request.param, request) as given:
        settings = settings_for(tmp_path_factory.mktemp("lists"), **given)
        database, dice = Database(settings.database("strategy")), Random(5)
        await migrations.upgrade("strategy", database)
        async with database.write() as connection:
            await connection.execute(TABLE.insert(), [to_row(TABLE, state(n, dice)) for n in range(ROWS)])
            await refresh_statistics(connection, [TABLE])
        yield database
        await database.close()


@pytest.fixture(autouse=True)
def bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "MOST_LOOKED_AT", MOST * listing._COST)
    monkeypatch.setattr(pagination, "_FIRST_LOOK", FIRST)


SINCE = clock.rfc3339(MOMENT + timedelta(seconds=ROWS - 9))
ASKED: dict[str, tuple[dict[str, Any], Callable[[Any], bool]]] = {
    "q": ({"q": "SELTENES"}, lambda it: it.name.startswith("Seltenes")),
    "tag": ({"tag": "rare"}, lambda it: it.tags == ["rare"]),
    "state": ({"state": "retired"}, lambda it: it.state == "retired"),
    "choice": ({"side": "it"}, lambda it: it.side == "it"),
    "rare owner": ({"owner_id": RARE}, lambda it: it.owner.id == RARE),
    "busy owner": ({"owner_id": BUSY, "state": "retired"}, lambda _: False),
    "two indexes": ({"owner_id": RARE, "parent_id": PARENT}, lambda it: (it.owner.id, it.parent_id) == (RARE, PARENT)),
    "key": ({"key": "objective-0007"}, lambda it: it.key == "objective-0007"),
    "since": ({"updated_since": SINCE}, lambda it: it.updated_at >= MOMENT + timedelta(seconds=ROWS - 9)),
    "all": ({}, lambda _: True),
}
SORTS = (None, *listing.SORTS, "-name", "-updated_at", "-id")


def model(given: dict[str, Any], sort: str | None, cursor: str | None = None) -> Any:
    return listing.query_model(KIND, TABLE).model_validate({**given, "sort": sort, "cursor": cursor, "limit": LIMIT})


async def pages(database: Database, given: dict[str, Any], sort: str | None) -> list[list[Any]]:
    found, cursor = list[list[Any]](), None
    async with database.read() as connection:
        while not found or cursor:
            items, cursor = await listing.page(KIND, TABLE, connection, model(given, sort, cursor))
            found.append([KIND.model.model_validate_json(item) for item in items])
    return found


@pytest.mark.parametrize("sort", SORTS, ids=str)
@pytest.mark.parametrize("asked", ASKED)
async def test_all_are_found_once_and_in_order(database: Database, asked: str, sort: str | None) -> None:
    given, wanted = ASKED[asked]
    found = await pages(database, given, sort)
    name = (sort or ("updated_at" if "updated_since" in given else "id")).removeprefix("-")
    dice = Random(5)
    expected = [each for each in (state(number, dice) for number in range(ROWS)) if wanted(each)]
    order = sorted(((getattr(each, name), each.id) for each in expected), reverse=(sort or "").startswith("-"))
    assert [(getattr(each, name), each.id) for page in found for each in page] == order


@pytest.mark.parametrize("sort", SORTS, ids=str)
@pytest.mark.parametrize("asked", ASKED)
async def test_no_statement_reads_more(database: Database, asked: str, sort: str | None) -> None:
    async def ask() -> None:
        async with database.read() as connection:
            await listing.page(KIND, TABLE, connection, model(ASKED[asked][0], sort))

    assert max(await looked_at(database, ask)) <= MOST + 3 * LIMIT


async def test_pages_may_be_empty(database: Database) -> None:
    assert [] in (await pages(database, {"q": "SELTENES"}, None))[:-1]
    served = await pages(database, {"owner_id": RARE}, None)
    assert [len(page) for page in served] == [4]
