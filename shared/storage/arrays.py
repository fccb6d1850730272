"""Many texts as one parameter.

With a parameter for each, a statement is put together anew for each number of them, and PostgreSQL's plan for any
values reads the whole table and compares every row with every text.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import orjson
from sqlalchemy import ARRAY, Column, ColumnElement, Dialect, Select, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE, TypeDecorator, TypeEngine


class Texts(TypeDecorator[list[str]]):
    """An array on PostgreSQL, and JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Text()))

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        return orjson.dumps(value).decode() if dialect.name == "sqlite" else value


class _AnyOf(FunctionElement[Any]):
    name = "any_of"
    type = NULLTYPE  # of a truth value SQLite would be asked whether it is 1, and look at every row
    inherit_cache = True


@compiles(_AnyOf, "postgresql")
def _in_array(element: _AnyOf, compiler: SQLCompiler, **how: Any) -> str:
    column, texts = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} = ANY ({texts})"


@compiles(_AnyOf, "sqlite")
def _in_json(element: _AnyOf, compiler: SQLCompiler, **how: Any) -> str:
    column, texts = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"


def any_of(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Whether a column is one of the texts that are given under a name when the statement runs."""
    return _AnyOf(column, bindparam(name, type_=Texts()))


class _AmongRows(FunctionElement[Any]):
    name = "among_rows"
    type = NULLTYPE
    inherit_cache = True


@compiles(_AmongRows, "postgresql")
def _in_array_of_rows(element: _AmongRows, compiler: SQLCompiler, **how: Any) -> str:
    column, rows = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} = ANY (ARRAY{rows})"


@compiles(_AmongRows, "sqlite")
def _in_rows(element: _AmongRows, compiler: SQLCompiler, **how: Any) -> str:
    column, rows = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} IN {rows}"


def among_rows(column: Column[str], rows: Select[Any]) -> ColumnElement[bool]:
    """Whether a column is one of the texts that a query finds, which are few: PostgreSQL would guess that they are
    many, and read the whole table."""
    return _AmongRows(column, rows.scalar_subquery())


_CHUNK = 500
Item = TypeVar("Item")


def chunks(items: Sequence[Item], size: int = _CHUNK) -> Iterator[list[Item]]:
    """Pieces small enough for one statement on both databases."""
    return (list(items[start : start + size]) for start in range(0, len(items), size))
