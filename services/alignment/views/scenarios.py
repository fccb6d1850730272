"""What a change would do, before it is made: findings, score, and who is hit. Nothing is written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from services.alignment.judge.findings import COUNTED, Finding
from services.alignment.judge.forecast import Turned
from services.alignment.queries.nodes import brief, brief_rows
from services.alignment.queries.snapshot import Moment
from services.alignment.views.acts import with_acts
from services.alignment.views.findings import all_told, of_subject
from services.alignment.views.impact import MAX_DEPTH, impact
from services.alignment.views.sheet import Sheet, shown
from services.alignment.views.supposing import Supposing, Supposition
from services.alignment.views.valid_time import supposing, turned
from services.alignment.views.weighing import sheet_of
from shared.contracts.views.scenario import Move
from shared.live import live
from shared.storage.arrays import chunks

Json = dict[str, Any]
MOST_TOLD = 200
_MOST_CEASING = 10
_MOST_HIT = 100


async def outcome(moment: Moment, steps: Sequence[Any], grace: timedelta) -> Json:
    """Of a moment apart from the tables (``Reader.moment``). Raises Invalid for steps that cannot be."""
    asked = Supposing(moment)
    for number, step in enumerate(steps):
        await asked.take(number, step)
    base, then = await turned(moment), await supposing(moment, asked.supposed())
    opened, closed = _differing(base, then)
    rows = {each.ref: each.row for each in asked.told if not each.ref.startswith("link/")}
    told_opened, more_opened = await told_of(moment, opened, rows, grace)
    told_closed, more_closed = await told_of(moment, closed, {}, grace)
    return {
        "suppositions": [_supposition(moment, each) for each in asked.told],
        "opened": told_opened,
        "closed": told_closed,
        "hidden": more_opened + more_closed,
        "before": _score(await sheet_of(moment, base, grace)),
        "after": _score(await sheet_of(moment, then, grace)),
        "ceasing": [await _ceasing(moment, each) for each in _over(moment, asked.told)[:_MOST_CEASING]],
    }


async def gate(moment: Moment, row: Any, to: str, grace: timedelta) -> Json:
    """Of one transition, for the row of an entity; with what is wrong with it already and would be still."""
    answer = await outcome(moment, [Move(action="move", ref=row.ref, to=to)], grace)
    there, _ = await of_subject(moment, row.ref, grace)
    over = {each["id"] for each in answer["closed"]}
    return answer | {"remaining": [each for each in there if each["id"] not in over]}


def _differing(base: Turned, then: Turned) -> tuple[list[Finding], list[Finding]]:
    """What would be open and is not without the change, and the reverse; also by the calendar."""
    known = dict(then.gone) | dict(base.gone)

    def is_in_base(id: str) -> bool:
        return id in base.come or (id in known and id not in base.gone)

    opened = [each for id, each in then.come.items() if not is_in_base(id)]
    over = [each for id, each in then.gone.items() if id not in then.come and id not in base.gone]
    prevented = [each for id, each in base.come.items() if id not in then.come and (id in then.gone or id not in known)]
    closed = {each.id: each for each in (*over, *prevented)}
    return worst_first(opened), worst_first(closed.values())


def worst_first(found: Iterable[Finding]) -> list[Finding]:
    """Those that are shown."""
    return sorted(
        (each for each in found if each.severity > COUNTED), key=lambda f: (-f.severity, f.rule, f.subject, f.id)
    )


async def told_of(
    moment: Moment, found: Sequence[Finding], rows: Mapping[str, Any], grace: timedelta
) -> tuple[list[Json], int]:
    """``rows`` are of subjects that would be other than they are, or new."""
    some, subjects = found[:MOST_TOLD], dict[str, Any]()
    for part in chunks(sorted({each.subject for each in some} - rows.keys())):
        subjects |= {row.ref: row for row in await moment.execute(brief_rows(past=moment.past), refs=part)}

    def about(each: Finding) -> SimpleNamespace:
        row = rows.get(each.subject) or SimpleNamespace(**subjects[each.subject]._mapping)
        return SimpleNamespace(**{**vars(row), **each._asdict()})

    items = await all_told(moment, map(about, some), grace)
    return await with_acts(moment, [item | {"affects": None} for item in items]), len(found) - len(some)


def _supposition(moment: Moment, each: Supposition) -> Json:
    node = None if each.ref.startswith("link/") else brief(moment, each.row)
    was = None if each.before is None else each.before.state
    return {"step": each.step, "node": node, "ref": each.ref, "was": was, "becomes": each.row.state}


def _over(moment: Moment, told: Iterable[Supposition]) -> list[Supposition]:
    """Entities that are live and would be no longer."""
    last = {each.ref: each for each in told if each.before is not None and not each.ref.startswith("link/")}
    return [each for each in last.values() if live(each.before, moment.at) and not live(each.row, moment.at)]


async def _ceasing(moment: Moment, each: Supposition) -> Json:
    hit = await impact(moment, each.before, MAX_DEPTH, _MOST_HIT)
    return {name: hit[name] for name in ("subject", "customers", "contracts", "to_ask", "hidden")}


def _score(sheet: Sheet) -> Json:
    dimensions = {name: shown(each.value) for name, each in sheet.dimensions.items()}
    return {"index": shown(sheet.index), "dimensions": dimensions}
