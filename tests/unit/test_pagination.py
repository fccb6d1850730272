"""Cursors: they come back as they went out, and a forged one is refused like any other wrong parameter."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import Boolean, Column, Integer, MetaData, Select, Table, create_engine, select

from shared.errors import Invalid
from shared.http import pagination

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
ID = UUID("123e4567-e89b-12d3-a456-426614174000")


@pytest.mark.parametrize(
    "values", [("a", ID), (MOMENT, ID), (1, 2), ("", ID), ("ä😀\x01" * 150, ID), ('"\\', ID)], ids=repr
)
def test_a_cursor_comes_back_as_it_went_out(values: tuple[object, ...]) -> None:
    cursor = pagination.encode(*values)
    assert pagination.decode(cursor, [type(value) for value in values]) == list(values)
    assert len(cursor) < pagination.MAX_CURSOR
    assert cursor.isascii()


def forged(content: object) -> str:
    """A list as this service has it: first of which list it is, here of none."""
    content = ["", *content] if isinstance(content, list) else content
    raw = content if isinstance(content, bytes) else orjson.dumps(content)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


STRANGE = {
    "nothing": "", "no base64": "a", "not ascii": "ä", "no json": forged(b"{"), "no list": forged({"a": 1}),
    "too short": forged([1]), "too long": forged([1, str(ID), 1]), "deep": forged(b"[" * 5000 + b"]" * 5000),
    "null": forged([None, str(ID)]), "truth": forged([True, str(ID)]), "float": forged([1.0, str(ID)]),
    "2^63": forged([2**63, str(ID)]), "-2^63": forged([-(2**63), str(ID)]), "no id": forged([1, "x"]),
    "no list's": forged(orjson.dumps([1, str(ID)])), "empty": forged(b"[]"),
    "an id as number": forged([1, 5]), "a list": forged([[1], str(ID)]), "surrogate": forged(b'["\\ud800", "x"]'),
}  # fmt: skip


@pytest.mark.parametrize("cursor", STRANGE.values(), ids=STRANGE)
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        pagination.decode(cursor, [int, UUID])
    assert refused.value.errors[0]["pointer"] == "?cursor"


LIST = "/alignment/v1/findings"


def cursor_of(path: str, query: bytes) -> str:
    with pagination.of_list(path, query):
        return pagination.encode("a", ID)


@pytest.mark.parametrize("query", [b"rule=V02&kind=tactic&cursor=x", b"limit=9&kind=tactic&wait_for=e&rule=V02"])
def test_pages_of_one_list_may_differ_in_size_and_in_what_they_wait_for(query: bytes) -> None:
    cursor = cursor_of(LIST, b"kind=tactic&rule=V02&limit=5")
    with pagination.of_list(LIST, query):
        assert pagination.decode(cursor, [str, UUID]) == ["a", ID]


@pytest.mark.parametrize("query", [b"", b"rule=V04&kind=tactic", b"rule=V02", b"rule=V02&kind=tactic&sort=gain"])
@pytest.mark.parametrize("types", [[str, UUID], [int]])
def test_a_cursor_of_other_filters_or_another_order_is_refused(query: bytes, types: list[type]) -> None:
    cursor = cursor_of(LIST, b"kind=tactic&rule=V02")
    with pagination.of_list(LIST, query), pytest.raises(Invalid) as refused:
        pagination.decode(cursor, types)
    assert refused.value.errors[0]["code"] == "invalid-cursor"
    assert "another list" in refused.value.errors[0]["detail"]


def test_a_cursor_of_another_address_is_refused() -> None:
    cursor = cursor_of("/strategy/v1/tactics", b"")
    with pagination.of_list("/strategy/v1/objectives", b""), pytest.raises(Invalid):
        pagination.decode(cursor, [str, UUID])


@pytest.mark.parametrize("text", ["", "x", "2026-01-02", "2026-01-02T03:04:05", "0001-01-01T00:00:00+14:00", "\x00", 5])
def test_a_forged_moment_is_refused(text: object) -> None:
    with pytest.raises(Invalid):
        pagination.decode(forged([text]), [datetime])


def test_a_forged_text_has_no_nul() -> None:
    with pytest.raises(Invalid):
        pagination.decode(forged(["a\x00"]), [str])


ROWS = Table("row", MetaData(), Column("id", Integer, primary_key=True), Column("wanted", Boolean))


class Others:
    """A table into which somebody else writes before each statement: between the rows that were there, and beyond."""

    def __init__(self, rows: int) -> None:
        self.engine = create_engine("sqlite://")
        self.statements = 0
        with self.engine.begin() as connection:
            ROWS.create(connection)
            connection.execute(ROWS.insert(), [{"id": 10 * n, "wanted": n % 7 == 0} for n in range(rows)])

    async def execute(self, query: Select[Any]) -> Any:
        self.statements += 1
        with self.engine.begin() as connection:
            new = [10 * n + self.statements % 9 + 1 for n in range(0, 400, 3)]
            connection.execute(ROWS.insert().prefix_with("OR IGNORE"), [{"id": id, "wanted": False} for id in new])
            result = connection.execute(query)
            return result.freeze()()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("most", [1, 3, 30, 1000])
async def test_what_stays_is_found_once_and_in_order_while_others_write(most: int, descending: bool) -> None:
    others = Others(60)
    found: list[int] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        wanted, places = select(ROWS).where(ROWS.c.wanted), select(ROWS)
        rows, cursor = await pagination.look(
            others.execute, wanted, places, [ROWS.c.id], cursor, 2, descending=descending, most=most
        )
        found += [row.id for row in rows]
        pages += 1
    others.engine.dispose()
    assert found == sorted(range(0, 600, 70), reverse=descending)
    assert pages >= 600 / 10 / max(most, 15)
