"""Findings as answers: with their rule's words, their subject, whose move it is, and since when."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, func, or_, select, true

from services.alignment.judge.findings import COUNTED
from services.alignment.judge.forecast import Turned
from services.alignment.judge.rule import Rule, Severity
from services.alignment.judge.settings import Setting, Settings
from services.alignment.models import FINDING, RECORD
from services.alignment.queries.nodes import brief, has_tag, of_model
from services.alignment.queries.snapshot import Moment, of_generation, open_findings, recorded
from services.alignment.view.projection import ref_of
from services.alignment.views import evidence
from services.alignment.views.acts import remarks, waived, with_acts
from services.alignment.views.foreseen import Laid, called, foreseen
from services.alignment.views.move import move
from services.alignment.views.valid_time import about, left, turned
from services.alignment.views.weighing import is_pending
from services.alignment.views.worth import weighed, with_affects
from shared.clock import FOREVER, rfc3339
from shared.contracts.base import searched
from shared.errors import NotFound
from shared.http import pagination
from shared.storage.rows import every

MOST_OF_SUBJECT = 200


def describe(rule: Rule, setting: Setting | None = None, default: Rule | None = None) -> dict[str, Any]:
    """``setting`` is what is set of it, and part of the rule already; ``default`` is the rule without that."""
    return {
        "id": rule.id,
        "severity": rule.severity.name,
        "dimension": rule.dimension,
        "title": rule.title,
        "condition": rule.condition,
        "remedy": rule.remedy,
        "kinds": sorted(rule.kinds),
        "limits": dict(rule.limits),
        "off": bool(setting and setting.off),
        "setting": _described(setting) if setting else None,
        "default": {"severity": (default or rule).severity.name, "limits": dict((default or rule).limits)},
        "source": rule.source,
        "examples": {"passes": rule.passes, "fails": rule.fails},
    }


def _described(setting: Setting) -> dict[str, Any]:
    severity = None if setting.severity is None else setting.severity.name
    what = {"off": setting.off, "severity": severity, "limits": dict(setting.limits)}
    return {"key": setting.key, "since": rfc3339(setting.at), "by": setting.by, "reason": setting.reason, **what}


def catalogue(settings: Settings, at: datetime) -> list[dict[str, Any]]:
    """The rules as they are at a moment, also those that are off."""
    rules, set_ = settings.at(at), settings.set_at(at)
    return [describe(rules[id], set_.get(id), default) for id, default in settings.base.shown.items()]


SHOWN = FINDING.c.severity > COUNTED
"""Without what is only counted, and what a rule found while it was off."""
_SHOWN = FINDING.c.severity + 0 > COUNTED
"""The same, where the place of a page in the order of severity is the way into the index, and not this."""


def _select(*, past: bool) -> Select[Any]:
    joined = and_(RECORD.c.ref == FINDING.c.subject, recorded(RECORD, past=past))
    columns = [column for column in RECORD.c if column.name not in ("generation", "data")]
    return select(FINDING, *columns).join(RECORD, joined).where(FINDING.c.generation == RECORD.c.generation, _SHOWN)


@cache
def _of_subject(*, past: bool) -> Select[Any]:
    # at or after its end instead of at it: PostgreSQL takes one instant for rare, and would look through all open ones
    not_ended = and_(FINDING.c.generation == bindparam("of_generation"), FINDING.c.resolved_at >= FOREVER)
    is_open = open_findings(past=True) if past else not_ended
    of_rules = FINDING.c.rule.startswith(bindparam("prefix", type_=Text()))
    query = _select(past=past).where(is_open, FINDING.c.subject == bindparam("subject"), of_rules)
    return query.order_by(FINDING.c.severity.desc(), FINDING.c.rule, FINDING.c.id)


async def _with_theirs(moment: Moment, rows: Iterable[Any], grace: timedelta) -> list[dict[str, Any]]:
    return await with_acts(moment, await with_affects(moment, await all_told(moment, rows, grace)))


async def all_told(moment: Moment, rows: Iterable[Any], grace: timedelta) -> list[dict[str, Any]]:
    """Beside the loop: a score looks at thousands."""
    return await asyncio.to_thread(lambda: [told(moment, row, grace) for row in rows])


def told(moment: Moment, row: Any, grace: timedelta) -> dict[str, Any]:
    """A finding as an answer, without what is counted when it is read."""
    rule = moment.rules[row.rule]
    pending = is_pending(row.rule, row.since, moment.latest, grace)
    ended = row.resolved_at < FOREVER and (moment.as_of is None or row.resolved_at <= moment.as_of)
    return {
        "id": row.id,
        "rule": row.rule,
        "title": rule.title,
        "sentence": rule.about(row.name or row.key or row.ref),
        "severity": Severity(row.severity).name,
        "pending": pending,
        "status": "resolved" if ended else "open",
        "subject": brief(moment, row),
        "evidence": row.evidence,
        "since": rfc3339(row.since),
        "resolved_at": rfc3339(row.resolved_at) if ended else None,
        "owner": row.owner,
        "remedy": rule.remedy,
    }


async def page(
    moment: Moment, filters: dict[str, Any], limit: int, cursor: str | None, grace: timedelta
) -> dict[str, Any]:
    """Worst first, then by subject, each with what it is worth."""
    changed = await turned(moment)
    items, next_cursor = await some(moment, changed, filters, limit, cursor, grace)
    return {"items": await weighed(moment, changed, items, grace), "next_cursor": next_cursor}


async def some(
    moment: Moment, changed: Turned, filters: dict[str, Any], limit: int, cursor: str | None, grace: timedelta
) -> tuple[list[dict[str, Any]], str | None]:
    """The same without that; of as many as a page may look at, where no index has just what is asked for."""
    if "waived" in filters:
        filters = filters | {"waived": (filters["waived"], sorted(await waived(moment)))}
    if "dimension" in filters:
        filters = filters | {"dimension": sorted(moment.settings.base.of_dimension(filters["dimension"]))}
    if "q" in filters:
        filters = filters | {"q": (filters["q"], called(moment, filters["q"]))}
    conditions = {name: _condition(name, value, past=moment.past) for name, value in filters.items()}
    # is it true: put like that PostgreSQL begins with the place, and not with all that was found before a moment
    held = [of_generation(FINDING), moment.open_findings().is_(true())] if moment.past else [moment.open_findings()]
    wanted, gone = left(_select(past=moment.past).where(*held, *conditions.values()), changed)

    async def execute(query: Select[Any]) -> Any:
        return await moment.execute(query, **gone)

    fixed = _fixed(moment, filters)
    # by what is the same for all no page is found
    order = [FINDING.c[name] for name in ("severity", "rule", "subject", "id") if name not in fixed]
    if fixed == filters.keys() and ("subject" in fixed or not moment.past):
        query = pagination.after(wanted.limit(limit + 1), order, cursor, descending=True)
        rows, next_cursor = pagination.page(await every(await execute(query)), order, limit)
    else:
        graves = [] if "severity" in fixed else [SHOWN]
        places = select(FINDING).where(held[0], *graves, *(conditions[name] for name in fixed))
        most = pagination.MOST_LOOKED_AT // _COST
        rows, next_cursor = await pagination.look(
            execute, wanted, places, order, cursor, limit, descending=True, most=most
        )
    if come := [each for each in changed.come.values() if each.severity > COUNTED]:
        laid = Laid(order, cursor, next_cursor)
        rows, next_cursor = laid.over(rows, await foreseen(moment, laid.within(come), filters), limit)
    return await with_acts(moment, await all_told(moment, rows, grace)), next_cursor


_COST = 4
"""Nodes for which a finding with its subject counts."""


def _condition(name: str, value: Any, *, past: bool) -> ColumnElement[bool]:
    """Put so that no database begins with it: neither with the whole table of subjects, nor in another order."""
    if name == "severity":
        return FINDING.c.severity == Severity[value]
    if name == "kind":
        return func.substr(FINDING.c.subject, 1, len(value) + 1) == f"{value}/"
    if name in ("owner", "move"):
        its = RECORD.c.generation == FINDING.c.generation, RECORD.c.ref == FINDING.c.subject
        owner = select(RECORD.c.owner).where(*its, recorded(RECORD, past=past))
        whose = owner.correlate(FINDING).scalar_subquery()
        if name == "owner":
            return whose.in_([value])
        owners, below = value
        return or_(whose.in_(owners), FINDING.c.subject.in_(below))
    if name == "source":
        return of_model(value)
    if name == "dimension":
        return FINDING.c.rule.in_(value)
    if name == "tag":
        return has_tag(value)
    if name == "q":
        text = RECORD.c.folded.contains(searched(value[0]), autoescape=True)
        return or_(text, FINDING.c.rule.in_(value[1]))
    if name == "waived":
        is_waived, ids = value
        return FINDING.c.id.in_(ids) if is_waived else FINDING.c.id.not_in(ids)
    is_it: ColumnElement[bool] = FINDING.c[name] == value
    return is_it


def _fixed(moment: Moment, filters: Mapping[str, Any]) -> set[str]:
    """The filters that an index begins with and goes on in the order of the list: any of one subject, since those are
    few; severity and rule of what is open now. What ever was open is found by severity before the rule."""
    if "subject" in filters:
        return set(filters)
    names = {"severity"} if moment.past and "severity" not in filters else {"severity", "rule"}
    return names & filters.keys()


async def chosen(
    moment: Moment, conditions: Iterable[ColumnElement[bool]], most: int, grace: timedelta
) -> list[dict[str, Any]]:
    """Findings of any time, as their subjects are at this moment; worst first."""
    query = _select(past=moment.past).where(FINDING.c.generation == moment.generation, *conditions)
    order = (FINDING.c.severity.desc(), FINDING.c.rule, FINDING.c.subject, FINDING.c.id)
    rows = await every(await moment.execute(query.order_by(*order).limit(most)))
    return await _with_theirs(moment, rows, grace)


async def of_subject(moment: Moment, ref: str, grace: timedelta, prefix: str = "") -> tuple[list[dict[str, Any]], int]:
    """The worst findings of one entity, of rules whose ids begin like that, and how many more there are."""
    if moment.known_at is not None:
        rules = [id for id in moment.rules.shown if id.startswith(prefix)]
        found, more = await about(moment, [ref], rules, MOST_OF_SUBJECT)
        return await _with_theirs(moment, await foreseen(moment, found, {}), grace), more
    query = _of_subject(past=moment.past)
    given = {"subject": ref, "prefix": prefix}
    rows = await every(await moment.execute(query.limit(MOST_OF_SUBJECT), **given))
    total = len(rows)
    if total == MOST_OF_SUBJECT:
        total = (await moment.execute(select(func.count()).select_from(query.subquery()), **given)).scalar_one()
    return await _with_theirs(moment, rows, grace), total - len(rows)


async def one(moment: Moment, id: str, grace: timedelta) -> dict[str, Any]:
    """The newest interval of a finding, as in a list; raises NotFound."""
    query = _select(past=moment.past).where(FINDING.c.id == id).order_by(FINDING.c.opened_at.desc()).limit(1)
    row = (await moment.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no finding with this id.")
    [weight] = await weighed(moment, await turned(moment), [told(moment, row, grace)], grace)
    [acted] = await with_acts(moment, [weight])
    return acted


async def whole(moment: Moment, id: str, grace: timedelta) -> dict[str, Any]:
    """The same with what it rests on, whose move it is, and what was said of it. Raises NotFound."""
    found = await one(moment, id, grace)
    about, rule = ref_of(found["subject"]), moment.rules[found["rule"]]
    rests_on = await evidence.shown(moment, rule, about, found["evidence"])
    return found | rests_on | {"move": await move(moment, about), "remarks": await remarks(moment, id)}
