"""What closes with a finding: itself; and where it says that a chain ends, what is incomplete for want of it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, select

from services.alignment.judge.catalogue.words import GOAL, OUTCOME
from services.alignment.judge.checks import closures_for
from services.alignment.judge.closures import Closure
from services.alignment.judge.forecast import Turned
from services.alignment.judge.in_force import InForce
from services.alignment.models import FINDING, RECORD
from services.alignment.queries.counts import USUAL_CRITICALITY
from services.alignment.queries.nodes import briefs
from services.alignment.queries.resting import Resting, resting
from services.alignment.queries.snapshot import Moment, open_findings, recorded
from services.alignment.view.projection import ref_of
from services.alignment.views.sheet import Gain, Sheet, shown
from shared.storage.arrays import any_of, chunks

Json = dict[str, Any]


class Found(NamedTuple):
    """A finding, as far as it matters what closes with it; ``counts`` unless it is pending or resolved."""

    id: str
    rule: str
    subject: str
    type: str | None
    criticality: int
    live: bool = True
    counts: bool = True


def found_in(item: Json) -> Found:
    """The finding of an answer."""
    subject = item["subject"]
    counts = item["status"] == "open" and not item["pending"]
    told = subject["type"], subject["criticality"] or USUAL_CRITICALITY, subject["live"], counts
    return Found(item["id"], item["rule"], ref_of(subject), *told)


class Closings:
    """``below`` says what rests on the subjects, ``chained`` by subject which chains are missing."""

    def __init__(self, rules: InForce, sheet: Sheet, below: Resting, chained: Mapping[str, Sequence[Found]]) -> None:
        self.rules = rules
        self._sheet, self._below, self._chained = sheet, below, chained
        self._gains: dict[tuple[str, frozenset[tuple[tuple[str, int], int]]], Gain] = {}
        self._alone: dict[str, Gain] = {}

    def on(self, found: Found) -> tuple[frozenset[str], bool]:
        """What rests on its subject, where the finding stands for that, and whether there may be more."""
        blamed = found.live and self.rules[found.rule].blames_top
        return self._below.on(found.subject) if blamed else (frozenset(), False)

    def affects(self, some: Iterable[Found]) -> Json | None:
        """How much stands and falls with the subjects of these together, each thing once."""
        tops = [found for found in some if self.rules[found.rule].blames_top]
        things = set[str]().union(*(self.on(found)[0] for found in tops))
        told = {"things": len(things), "at_least": any(self.on(found)[1] for found in tops)}
        return told if tops else None

    def gain(self, some: Sequence[Found]) -> Gain:
        """Of closing all of these at once. They are of one rule."""
        if len(some) > 1:
            return self._gain(some)
        if some[0].id not in self._alone:
            self._alone[some[0].id] = self._gain(some)
        return self._alone[some[0].id]

    def _gain(self, some: Sequence[Found]) -> Gain:
        numbers = self.closed(some)
        key = self.rules[some[0].rule].dimension, frozenset(numbers.items())
        if key not in self._gains:
            self._gains[key] = self._sheet.gain(key[0], numbers)
        return self._gains[key]

    def closed(self, some: Iterable[Found]) -> Counter[tuple[str, int]]:
        """What closes with these together, each once: by rule and criticality of their subjects."""
        closed: dict[str, tuple[str, int]] = {}
        for found in some:
            if found.counts:
                closed |= {each.id: (each.rule, each.criticality) for each in self._with(found)}
        return Counter(closed.values())

    def told(self, some: Sequence[Found]) -> Json:
        """The same for an answer. It is at least so much where not everything was read that rests on them."""
        gain = self.gain(some)
        at_least = any(self.on(found)[1] for found in some)
        return {"index": shown(gain.index, 2), "dimension": shown(gain.dimension, 2), "at_least": at_least}

    def _with(self, found: Found) -> Iterable[Found]:
        yield found
        if self.rules[found.rule].blames_top:
            brings = self._brings(found)
            for ref in (found.subject, *self.on(found)[0]):
                for other in self._chained.get(ref, ()):
                    if brings.issuperset(self._asked(other)):
                        yield other

    def _asked(self, found: Found) -> tuple[Closure, ...]:
        return closures_for(self.rules[found.rule].check, found.type)

    def _brings(self, found: Found) -> set[Closure]:
        """What its subject leads to once it is closed: what its rule asks for, or else an outcome."""
        return {GOAL, *(self._asked(found) or (OUTCOME,))}


async def closings(moment: Moment, changed: Turned, sheet: Sheet, some: Sequence[Found]) -> Closings:
    """``changed`` is what the valid time changes."""
    rules = moment.rules
    tops = {found.subject: found.live for found in some if rules[found.rule].blames_top}
    live_tops = [ref for ref, live in tops.items() if live]
    below = await resting(moment, live_tops) if tops else Resting({}, ())
    refs = await asyncio.to_thread(lambda: set(tops).union(*(below.on(ref)[0] for ref in live_tops)))
    chained: dict[str, list[Found]] = defaultdict(list)
    for part in chunks(sorted(refs)):
        for row in await moment.execute(_open(past=moment.past), refs=part, chained=rules.chained):
            if row.id not in changed.gone and moment.counts(row.models):
                chained[row.subject].append(Found(row.id, row.rule, row.subject, row.type, row.weight))
    come = [each for each in changed.come.values() if each.rule in rules.chained and each.subject in refs]
    nodes = await briefs(moment, {each.subject for each in come}) if come else {}
    for each in come:
        node = nodes[each.subject]
        told = node["type"], node["criticality"] or USUAL_CRITICALITY
        chained[each.subject].append(Found(each.id, each.rule, each.subject, *told))
    return Closings(rules, sheet, below, chained)


@cache
def _open(*, past: bool) -> Select[Any]:
    theirs = and_(RECORD.c.ref == FINDING.c.subject, recorded(RECORD, past=past))
    weight = func.coalesce(RECORD.c.criticality, USUAL_CRITICALITY).label("weight")
    is_chained = FINDING.c.rule.in_(bindparam("chained", expanding=True))
    columns = FINDING.c.id, FINDING.c.rule, FINDING.c.subject, RECORD.c.type, RECORD.c.models, weight
    query = select(*columns).join(RECORD, theirs)
    return query.where(open_findings(past=past), any_of(FINDING.c.subject, "refs"), is_chained)
