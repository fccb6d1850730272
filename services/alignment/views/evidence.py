"""What a finding rests on, for people: the things that its evidence names, and the chain that breaks."""

from collections.abc import Iterator
from typing import Any

from services.alignment.judge.rule import Rule
from services.alignment.queries.edges import edge, rows_above, upper_end
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment
from services.alignment.views.why import why
from shared.contracts import NODE_KINDS
from shared.contracts.base import looks_like_an_id
from shared.storage.rows import every

MOST_NAMED, _MOST_ABOVE = 50, 100
Json = dict[str, Any]


async def shown(moment: Moment, rule: Rule, subject: str, evidence: Json) -> Json:
    """``mentioned`` has the nodes that the evidence names, by reference; ``chain`` the best way up from the subject,
    where the rule says that it ends short: also over what does not hold, and ``breaks_at`` is the number of its first
    relation that does not or leads to what is not live, or of those that do."""
    refs = dict.fromkeys(_refs(evidence))
    return {
        "mentioned": await briefs(moment, [*refs][:MOST_NAMED]),
        "chain": await _chain(moment, subject) if rule.blames_top else None,
    }


async def _chain(moment: Moment, subject: str) -> Json:
    paths = (await why(moment, subject, everything=True))["paths"]
    steps = paths[0]["steps"] if paths else await _next(moment, subject)
    holds = [step["edge"]["live"] and step["node"]["live"] for step in steps]
    return {"steps": steps, "breaks_at": holds.index(False) if False in holds else len(steps)}


async def _next(moment: Moment, subject: str) -> list[Json]:
    """Where no way leads anywhere: the relation above it that comes nearest to holding, if there is one."""
    rows = await every(await moment.execute(rows_above(past=moment.past).limit(_MOST_ABOVE), refs=[subject]))
    nodes = await briefs(moment, {upper_end(row) for row in rows})
    steps = [{"edge": edge(moment, row), "node": nodes[upper_end(row)]} for row in rows]
    return sorted(steps, key=lambda step: (not step["edge"]["live"], not step["node"]["live"]))[:1]


def _refs(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        kind, slash, id = said.partition("/")
        if slash and kind in NODE_KINDS and looks_like_an_id(id):
            yield said
    elif isinstance(said, dict):
        for each in said.values():
            yield from _refs(each)
    elif isinstance(said, list):
        for each in said:
            yield from _refs(each)
