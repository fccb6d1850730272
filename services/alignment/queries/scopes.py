"""Where things count: in the processes and services that they are assigned in, or everywhere if they name none."""

from typing import Any

from sqlalchemy import Column, ColumnElement, or_, select

from services.alignment.models import EDGE
from services.alignment.queries.snapshot import is_live, recorded
from shared.storage.arrays import any_of

_SCOPE = EDGE.alias("scope")


def counts_in(scopes: str, ref: Column[Any], *, past: bool) -> ColumnElement[bool]:
    """Whether what a column refers to counts in one of the places that are given under a name."""
    said = select(_SCOPE.c.target).where(recorded(_SCOPE, past=past), is_live(_SCOPE))
    said = said.where(_SCOPE.c.source == ref, _SCOPE.c.type == "assigned_in")
    return or_(~said.exists(), said.where(any_of(_SCOPE.c.target, scopes)).exists())
