"""Coverage as data: services by people, process, product and partner; offerings by goods, access and action, and for
whom."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from services.alignment.models import RECORD
from services.alignment.queries import nodes
from services.alignment.queries.hops import Step, Walk, into, out
from services.alignment.queries.nodes import briefs, records
from services.alignment.queries.snapshot import Moment, recorded
from services.alignment.queries.standing import left_out, page
from services.alignment.view.projection import ref_of
from services.alignment.views.found import found_about, lacking, told
from shared import live
from shared.contracts.design import FOUR_PS
from shared.http import pagination
from shared.storage.arrays import any_of, chunks

COMPONENTS = ("goods", "access", "action")
_NAMED = {"offers": "service", "targets": "consumer_group"}
_MOST_PACKAGES = _MOST_NAMED = 20_000
Json = dict[str, Any]
Make = Callable[[Moment, list[Json]], Awaitable[list[Json]]]


async def design(moment: Moment, limit: int, cursor: str | None, *, everything: bool = False) -> Json:
    """Services that are live or planned, in the order of their keys. Per P ``status`` is missing where an open finding
    says so; else covered, not_applicable (with ``reason``), or open: not there, and no rule asks for it yet.

    What counts is the package that is live, or else the newest that is planned. It covers a P by what is live; of a
    service that is itself planned, by what is planned as well. ``left_out`` counts services that are over, by why.
    """

    async def made(moment: Moment, services: list[Json]) -> list[Json]:
        packages = await _packages(moment, [f"service/{each['id']}" for each in services])
        named = await briefs(moment, {ref for package in packages.values() for ref in _named(package)})
        stages = await _stages(moment, named)
        wrong, _ = await found_about(moment, [f"service/{each['id']}" for each in services], moment.rules.lacking)
        items = []
        for service in services:
            ref = f"service/{service['id']}"
            there = {each: node for each, node in named.items() if stages[each] in _counting(service)}
            lacks = {lacking(moment.rules, row): told(moment.rules, row) for row in wrong.get(ref, ())}
            items.append(_designed(service, packages.get(ref), there, named if everything else there, lacks))
        return items

    items, next_cursor = await _filled(moment, "service", made, limit, cursor, everything=everything)
    over = await left_out(moment, "service", everything=everything)
    return {"items": items, "next_cursor": next_cursor, "covered": _counts(items), "left_out": over}


async def _filled(
    moment: Moment, kind: str, make: Make, limit: int, cursor: str | None, *, everything: bool
) -> tuple[list[Json], str | None]:
    """What is made of the nodes of a kind, as many as a page has room for."""

    async def read(cursor: str | None, most: int) -> tuple[list[tuple[Json, int, str]], str | None]:
        found, following = await page(moment, kind, most, cursor, everything=everything)
        pairs = zip(await make(moment, found), found, strict=True)
        return [(item, pagination.size(item), nodes.place_of(kind, node)) for item, node in pairs], following

    return await pagination.filled(read, limit, cursor)


async def _stages(moment: Moment, refs: Mapping[str, Json]) -> dict[str, live.Stage]:
    """Whether each is live, planned or over."""
    stages: dict[str, live.Stage] = dict.fromkeys(refs, "ended")
    for some in chunks(sorted(refs)):
        for row in await moment.execute(nodes.brief_rows(past=moment.past), refs=some):
            stages[row.ref] = live.stage(row, moment.at)
    return stages


async def _packages(moment: Moment, services: list[str]) -> dict[str, Any]:
    """The package that counts, by service."""
    parts = await Walk(moment, *into("part_of"), everything=True).hop(services, _MOST_PACKAGES)
    active = [step for step in parts.steps if live.active(step.row, moment.at)]
    origins = {step.far: step.near for step in active if step.node["kind"] == "design_package"}
    by_service: dict[str, list[Any]] = defaultdict(list)
    for some in chunks(sorted(origins)):
        for row in await moment.execute(_standing(past=moment.past), refs=some):
            if live.validity(row, moment.at) is None and live.stage(row, moment.at) != "ended":
                by_service[origins[row.ref]].append(row)
    counting = {max(rows, key=lambda row: _counts_most(moment, row)).ref: of for of, rows in by_service.items()}
    return {counting[row.ref]: row for row in await records(moment, counting)}


@cache
def _standing(*, past: bool) -> Select[Any]:
    """Of packages, what decides which one counts; all that they say may be large."""
    made = RECORD.c.data["created_at"].as_string().label("created_at")
    return select(*nodes.BRIEF, made).where(recorded(RECORD, past=past), any_of(RECORD.c.ref, "refs"))


def _counts_most(moment: Moment, package: Any) -> tuple[bool, str, str]:
    return live.live(package, moment.at), package.created_at, package.ref


def _named(package: Any) -> set[str]:
    return {ref_of(element["ref"]) for element in package.data["elements"] if element["ref"]}


def _counting(subject: Json) -> set[live.Stage]:
    """What covers something that is live is live; what is planned may be covered by what is planned."""
    return {"live"} if subject["live"] else {"live", "planned"}


def _designed(
    service: Json, package: Any, covering: Mapping[str, Json], shown: Mapping[str, Json], lacks: Mapping[str, Json]
) -> Json:
    elements = package.data["elements"] if package else []
    cells = {p: _cell([e for e in elements if e["type"] == p], covering, shown, lacks.get(p)) for p in FOUR_PS}
    of = package and {"key": package.key, "state": package.state, "id": package.ref.partition("/")[2]}
    return {"service": service, "package": of, **cells}


def _cell(elements: list[Json], covering: Mapping[str, Json], shown: Mapping[str, Json], finding: Json | None) -> Json:
    refs = [ref_of(each["ref"]) for each in elements if each["ref"]]
    reasons = [each["reason"] for each in elements if each["not_applicable"]]
    said = "covered" if any(ref in covering for ref in refs) else "not_applicable" if reasons else "open"
    return {
        "status": "missing" if finding else said,
        "nodes": [shown[ref] for ref in refs if ref in shown],
        "reason": reasons[0] if reasons else None,
        "finding": finding,
    }


def _counts(items: list[Json]) -> dict[str, dict[str, int]]:
    """Of this page, by P: how many services are covered, and how many there are."""
    covered = ("covered", "not_applicable")
    return {p: {"covered": sum(each[p]["status"] in covered for each in items), "of": len(items)} for p in FOUR_PS}


async def offerings(moment: Moment, limit: int, cursor: str | None, *, everything: bool = False) -> Json:
    """Offerings that are live or planned, in the order of their keys: what of goods, access and action each has, which
    services it offers, and to which consumer groups. ``missing`` are the open findings that say what it lacks, ``open``
    is what it has not got either and no rule asks for yet. ``left_out`` counts those that are over, by why."""

    async def made(moment: Moment, listed: list[Json]) -> list[Json]:
        refs = [f"service_offering/{each['id']}" for each in listed]
        rows = {row.ref: row for row in await records(moment, refs)}
        named: dict[str, dict[tuple[str, str], Step]] = defaultdict(dict)
        hop = await Walk(moment, *out(*_NAMED), everything=True).hop(refs, _MOST_NAMED)
        for step in hop.steps:
            if live.active(step.row, moment.at):
                named[step.near][step.row.type, step.far] = step
        wrong, _ = await found_about(moment, refs, moment.rules.lacking)
        items = []
        for offering, ref in zip(listed, refs, strict=True):
            offered = _Offered(offering, rows[ref], [*named[ref].values()], hop.hidden[ref])
            missing = [told(moment.rules, row) | {"what": lacking(moment.rules, row)} for row in wrong.get(ref, ())]
            items.append(offered.told(moment, missing, everything=everything))
        return items

    items, next_cursor = await _filled(moment, "service_offering", made, limit, cursor, everything=everything)
    over = await left_out(moment, "service_offering", everything=everything)
    return {"items": items, "next_cursor": next_cursor, "left_out": over}


@dataclass(frozen=True)
class _Offered:
    """An offering with its row, and the relations to the services and groups that it names."""

    offering: Json
    row: Any
    named: list[Step]
    hidden: int

    def told(self, moment: Moment, missing: list[Json], *, everything: bool) -> Json:
        components = self.row.data["components"]
        counting = [step for step in self.named if live.stage(step.there, moment.at) in _counting(self.offering)]
        has = {_NAMED[step.row.type] for step in counting} | ({"component"} if components else set())
        shown = self.named if everything else counting
        lacks = {each["what"] for each in missing}
        return {
            "offering": self.offering,
            **{type: [each for each in components if each["type"] == type] for type in COMPONENTS},
            **{f"{name}s": [s.node for s in shown if _NAMED[s.row.type] == name] for name in _NAMED.values()},
            "missing": missing,
            "open": [] if self.hidden else sorted({"component", *_NAMED.values()} - has - lacks),
            "hidden": self.hidden,
        }
