"""Settings of rules in the tables of alignment, as if somebody had made them for some instant; and what is found by
them, by hand."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import orjson

from services.alignment.judge.catalogue import SHOWN
from services.alignment.judge.rule import Severity
from services.alignment.judge.settings import Setting
from services.alignment.models import CHANGE
from shared.changes import append
from shared.clock import rfc3339
from shared.storage.db import Database

PLAIN = sorted(id for id, rule in SHOWN.items() if rule.graver is None and id[0] in "VRODL" and rule.id != "D01")
"""Rules whose findings are as grave as the rule, but for what is vital; no view but the findings tells of them."""
LIMITED = sorted(id for id, rule in SHOWN.items() if rule.limits)


async def put(database: Database, setting: Setting) -> None:
    """A version of its own entity; one that says nothing is withdrawn."""
    said = any(setting.said) or setting.severity is not None
    severity = None if setting.severity is None else setting.severity.name
    state = {
        "rule": setting.rule, "off": setting.off, "severity": severity, "limits": dict(setting.limits),
        "state": "active" if said else "withdrawn", "effective_at": rfc3339(setting.at), "key": "s",
        "updated_by": "ann", "reason": "Why not.",
    }  # fmt: skip
    row: dict[str, Any] = {"kind": "setting", "id": uuid4(), "version": 1, "action": "created", "actor": "ann"}
    row |= {"correlation_id": "c", "causation_id": None, "traceparent": None}
    row["data"] = orjson.dumps({"state": state}).decode()
    async with database.write() as connection:
        await append(connection, CHANGE, [row])


def some(dice: Random, at: datetime, *, limits: bool = False, among: Collection[str] = ()) -> Setting:
    """Off, another severity, or nothing any more; or with other limits. Of a rule that is ``among`` these, if any may
    be set."""
    if limits and dice.random() < 0.6:
        rule = dice.choice(LIMITED)
        return Setting(at, rule, limits=tuple((name, dice.choice([1, 2, 50])) for name in sorted(SHOWN[rule].limits)))
    rule = dice.choice([rule for rule in PLAIN if rule in among] or PLAIN)
    return dice.choice(
        [Setting(at, rule, off=True), Setting(at, rule), Setting(at, rule, severity=dice.choice(list(Severity)))]
    )


def in_force(settings: Iterable[Setting], at: datetime) -> dict[str, Setting]:
    """By rule the last word by an instant."""
    known = [each for _, each in sorted(enumerate(settings), key=lambda pair: (pair[1].at, pair[0])) if each.at <= at]
    return {each.rule: each for each in known}


def instants(dice: Random, times: list[datetime], last: datetime) -> datetime:
    """Before everything, between, after, or with something."""
    with_something, minute = dice.choice(times), timedelta(minutes=1)
    return dice.choice(
        [with_something, with_something + minute / 2, times[0] - minute, times[-1] + minute / 2, last + minute]
    )
