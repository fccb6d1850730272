"""The floor's writing service as it is plainly written: models, a session for each request, and the ORM.

    python -m bench.floors.orm PORT DATABASE

The same tables and the same event as ``bench.floors.writer``, which writes its statements by hand.
"""

import contextlib
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID, uuid4

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Identity
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.floors.bare import application
from bench.floors.writer import Tactic, event


class Base(DeclarativeBase):
    pass


class Entity(Base):
    __tablename__ = "entity"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    body: Mapped[str]


class Outbox(Base):
    __tablename__ = "outbox"

    seq: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str]
    payload: Mapped[str]
    sent_at: Mapped[datetime | None]


def app(database: str) -> FastAPI:
    engine = create_async_engine(database.replace("://", "+asyncpg://", 1), pool_size=20)
    session = async_sessionmaker(engine, expire_on_commit=False)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    served = application(lifespan)

    @served.post("/tactics", status_code=201)
    async def create(body: Tactic) -> dict[str, str]:
        entity = Entity(id=uuid4(), body=body.model_dump_json())
        change = Outbox(key=f"tactic:{entity.id}", payload=event(str(entity.id), body))
        async with session.begin() as unit:
            unit.add_all([entity, change])
        return {"id": str(entity.id)}

    return served


if __name__ == "__main__":
    uvicorn.run(app(sys.argv[2]), port=int(sys.argv[1]), log_level="warning", access_log=False)
