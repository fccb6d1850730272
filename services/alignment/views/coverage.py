"""Coverage as data: services by people, process, product and partner; offerings by goods, access and action, and for
whom."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from services.alignment.models import RECORD
from services.alignment.queries import nodes
from services.alignment.queries.hops import Walk, into
from services.alignment.queries.nodes import briefs, records
from services.alignment.queries.snapshot import Moment, recorded
from services.alignment.queries.standing import left_out, page
from services.alignment.view import live
from services.alignment.view.projection import ref_of
from shared.contracts.design import FOUR_PS
from shared.http import pagination
from shared.storage.arrays import any_of, chunks

COMPONENTS = ("goods", "access", "action")
_MOST_PACKAGES = 20_000
Json = dict[str, Any]
Make = Callable[[Moment, list[Json]], Awaitable[list[Json]]]


async def design(moment: Moment, limit: int, cursor: str | None, *, everything: bool = False) -> Json:
    """Services that are live or planned, in the order of their keys. Per P ``status`` is covered, not_applicable (with
    ``reason``) or missing.

    What counts is the package that is live, or else the newest that is planned. It covers a P by what is live; of a
    service that is itself planned, by what is planned as well. ``left_out`` counts services that are over, by why.
    """

    async def made(moment: Moment, services: list[Json]) -> list[Json]:
        packages = await _packages(moment, [f"service/{each['id']}" for each in services])
        named = await briefs(moment, {ref for package in packages.values() for ref in _named(package)})
        stages = await _stages(moment, named)
        told = []
        for service in services:
            counting = {"live"} if service["live"] else {"live", "planned"}
            there = {ref: node for ref, node in named.items() if stages[ref] in counting}
            package = packages.get(f"service/{service['id']}")
            told.append(_designed(service, package, there, named if everything else there))
        return told

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
            if live.stage(row, moment.at) != "ended":
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


def _designed(service: Json, package: Any, covering: Mapping[str, Json], shown: Mapping[str, Json]) -> Json:
    elements = package.data["elements"] if package else []
    cells = {p: _cell([each for each in elements if each["type"] == p], covering, shown) for p in FOUR_PS}
    told = package and {"key": package.key, "state": package.state, "id": package.ref.partition("/")[2]}
    return {"service": service, "package": told, **cells}


def _cell(elements: list[Json], covering: Mapping[str, Json], shown: Mapping[str, Json]) -> Json:
    refs = [ref_of(each["ref"]) for each in elements if each["ref"]]
    reasons = [each["reason"] for each in elements if each["not_applicable"]]
    is_covered = any(ref in covering for ref in refs)
    status = "covered" if is_covered else "not_applicable" if reasons else "missing"
    return {
        "status": status,
        "nodes": [shown[ref] for ref in refs if ref in shown],
        "reason": reasons[0] if reasons else None,
    }


def _counts(items: list[Json]) -> dict[str, dict[str, int]]:
    """Of this page, by P: how many services are covered, and how many there are."""
    return {p: {"covered": sum(each[p]["status"] != "missing" for each in items), "of": len(items)} for p in FOUR_PS}


async def offerings(moment: Moment, limit: int, cursor: str | None, *, everything: bool = False) -> Json:
    """Offerings that are live or planned, in the order of their keys: what of goods, access and action each has, for
    which live consumer groups, and what is ``missing``. ``left_out`` counts those that are over, by why."""

    async def made(moment: Moment, listed: list[Json]) -> list[Json]:
        rows = {row.ref: row for row in await records(moment, [f"service_offering/{each['id']}" for each in listed])}
        groups = await briefs(moment, {f"consumer_group/{id}" for row in rows.values() for id in _groups(row)})
        there = {ref: node for ref, node in groups.items() if node["live"]}
        shown = groups if everything else there
        return [_offered(each, rows[f"service_offering/{each['id']}"], there, shown) for each in listed]

    items, next_cursor = await _filled(moment, "service_offering", made, limit, cursor, everything=everything)
    over = await left_out(moment, "service_offering", everything=everything)
    return {"items": items, "next_cursor": next_cursor, "left_out": over}


def _groups(row: Any) -> list[str]:
    return list(row.data["consumer_group_ids"])


def _offered(offering: Json, row: Any, there: Mapping[str, Json], shown: Mapping[str, Json]) -> Json:
    components = {type: [each for each in row.data["components"] if each["type"] == type] for type in COMPONENTS}
    refs = [f"consumer_group/{id}" for id in _groups(row)]
    has = {"component": row.data["components"], "consumer_group": [ref for ref in refs if ref in there]}
    groups = [shown[ref] for ref in refs if ref in shown]
    return {
        "offering": offering,
        **components,
        "consumer_groups": groups,
        "missing": [name for name, what in has.items() if not what],
    }
