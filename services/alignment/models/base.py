"""What all tables of alignment have in common."""

from typing import Any

from sqlalchemy import LargeBinary, TextClause, text
from sqlalchemy.orm import DeclarativeBase

from shared.storage.db import TYPES, named_metadata


class Base(DeclarativeBase):
    metadata = named_metadata()
    type_annotation_map = TYPES | {bytes: LargeBinary()}


def where(condition: TextClause) -> dict[str, Any]:
    return {"sqlite_where": condition, "postgresql_where": condition}


def given(column: str) -> dict[str, Any]:
    return where(text(f"{column} IS NOT NULL"))
