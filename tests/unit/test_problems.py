"""Errors as problem documents: what is the caller's, what is the database's, and what is ours and stays inside."""

import sqlite3
from collections.abc import Callable

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.errors import Conflict, Invalid
from shared.http import problems


def of_the_driver(error: Exception) -> DBAPIError:
    return DBAPIError("SELECT secret", {"name": "secret"}, error)


async def answer_to(error: Exception) -> httpx.Response:
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    async def fails() -> None:
        raise error

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/")


AWAY: list[Callable[[], Exception]] = [
    lambda: of_the_driver(asyncpg.DeadlockDetectedError("secret")),
    lambda: of_the_driver(asyncpg.SerializationError("secret")),
    lambda: of_the_driver(asyncpg.LockNotAvailableError("secret")),
    lambda: of_the_driver(asyncpg.QueryCanceledError("secret")),
    lambda: of_the_driver(asyncpg.DiskFullError("secret")),
    lambda: of_the_driver(asyncpg.AdminShutdownError("secret")),
    lambda: OperationalError("SELECT secret", {}, sqlite3.OperationalError("database or disk is full")),
    lambda: PoolTimeout("secret"),
    lambda: ConnectionRefusedError("secret"),
]


@pytest.mark.parametrize("make", AWAY)
async def test_a_database_that_is_away_is_told_to_come_back_to(make: Callable[[], Exception]) -> None:
    answer = await answer_to(make())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "make",
    [
        lambda: ValueError("secret"),
        lambda: of_the_driver(asyncpg.UndefinedColumnError("secret")),
        lambda: KeyError("secret"),
    ],
)
async def test_what_is_ours_stays_inside(make: Callable[[], Exception]) -> None:
    answer = await answer_to(make())
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:plumbline:problem:internal")
    assert "secret" not in answer.text


async def test_a_refusal_carries_its_members_and_errors() -> None:
    answer = await answer_to(Conflict("No.", allowed=["a"], headers={"ETag": '"1"'}))
    assert (answer.status_code, answer.headers["etag"]) == (409, '"1"')
    assert answer.json() == {
        "type": "urn:plumbline:problem:conflict",
        "title": "The request contradicts what is there",
        "status": 409,
        "detail": "No.",
        "errors": [],
        "allowed": ["a"],
    }


async def test_an_error_names_its_place() -> None:
    answer = await answer_to(Invalid.at("/a/b", "wrong", "It is wrong."))
    assert answer.json()["errors"] == [{"pointer": "/a/b", "code": "wrong", "detail": "It is wrong."}]
