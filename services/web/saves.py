"""Changes as people made them: what one did within minutes is one save, and saves stand under their day. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from shared.contracts.views.diff import Change, ChangedMember, FoundAbout

_APART = timedelta(minutes=5)
"""Whoever does nothing for so long has saved, and begins anew."""
_SHORT = 80
_UNTOLD = {"state_reason", "authors", "package", "package_hash"}
"""Members that say nothing besides what stands elsewhere in a change."""


@dataclass(frozen=True)
class Save:
    """``changes`` of one sign-in, newest first, none long after the one before it."""

    changes: Sequence[Change]

    @property
    def by(self) -> str:
        return self.changes[0].by

    @property
    def last(self) -> datetime:
        return self.changes[0].at

    @property
    def first(self) -> datetime:
        return self.changes[-1].at

    @property
    def opened(self) -> Sequence[FoundAbout]:
        return _each(found for change in self.changes for found in change.findings.opened)

    @property
    def closed(self) -> Sequence[FoundAbout]:
        return _each(found for change in self.changes for found in change.findings.resolved)

    @property
    def reason(self) -> str | None:
        """The one that was given for all of it."""
        reasons = {change.reason for change in self.changes}
        return reasons.pop() if len(reasons) == 1 else None


def _each(found: Iterable[FoundAbout]) -> list[FoundAbout]:
    """What two changes of one instant brought about is told of both."""
    return [*{each.id: each for each in found}.values()]


@dataclass(frozen=True)
class DayOfSaves:
    day: date
    saves: Sequence[Save]

    @property
    def changes(self) -> int:
        return sum(len(save.changes) for save in self.saves)

    @property
    def opened(self) -> int:
        return sum(len(save.opened) for save in self.saves)

    @property
    def closed(self) -> int:
        return sum(len(save.closed) for save in self.saves)


def saves(changes: Iterable[Change]) -> list[Save]:
    """Of changes in the order in which they were recorded, the newest first."""
    found: list[list[Change]] = []
    for change in changes:
        last = found[-1][-1] if found else None
        same = last and last.by == change.by and last.at.date() == change.at.date() and last.at - change.at <= _APART
        if same:
            found[-1].append(change)
        else:
            found.append([change])
    return [Save(each) for each in found]


def days(changes: Iterable[Change]) -> list[DayOfSaves]:
    """The same by day, in UTC."""
    by_day = groupby(saves(changes), key=lambda save: save.last.date())
    return [DayOfSaves(day, list(some)) for day, some in by_day]


def verb(change: Change) -> str:
    """What was done, in a word: a state that something came to is one."""
    if change.link is not None:
        ended = change.link.state != "active"
        return (
            "unlinked" if change.action == "deleted" or ended else "linked" if change.action == "created" else "changed"
        )
    if change.action == "created":
        return "new"
    became = next((str(each.to) for each in change.changes if each.member == "state"), None)
    return "deleted" if change.action == "deleted" else (became or "changed").replace("_", " ")


def told(change: Change) -> list[str]:
    """Names of the members that a change is about, where it changed something that was there."""
    if change.action != "changed":
        return []
    return [each.member for each in change.changes if each.member not in _UNTOLD | {"state"}]


def is_brief(change: ChangedMember) -> bool:
    """Whether both values can be read in a line."""
    return all(_is_short(each) for each in (change.from_, change.to))


def _is_short(value: Any) -> bool:
    if isinstance(value, dict):
        return value.keys() == {"kind", "id"}
    return not isinstance(value, list) and len(str(value)) <= _SHORT
