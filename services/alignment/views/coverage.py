"""Coverage as data: services by people, process, product and partner; offerings by goods, access and action, and for
whom."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from services.alignment.models import RECORD
from services.alignment.queries import nodes
from services.alignment.queries.edges import edges_from
from services.alignment.queries.nodes import briefs, records
from services.alignment.queries.snapshot import Moment, recorded
from services.alignment.view.projection import ref_of
from shared import pagination
from shared.arrays import any_of, chunks
from shared.contracts.design import FOUR_PS

COMPONENTS = ("goods", "access", "action")
Json = dict[str, Any]
Make = Callable[[Moment, list[Json]], Awaitable[list[Json]]]


async def design(moment: Moment, limit: int, cursor: str | None) -> dict[str, Any]:
    """Services in the order of their keys. Per P ``status`` is covered, not_applicable (with ``reason``) or missing.

    What counts is the package that is accepted, or else the newest that is not outdated.
    """
    items, next_cursor = await _filled(moment, "service", _designs, limit, cursor)
    return {"items": items, "next_cursor": next_cursor, "covered": _counts(items)}


async def _filled(
    moment: Moment, kind: str, make: Make, limit: int, cursor: str | None
) -> tuple[list[Json], str | None]:
    """What is made of the nodes of a kind, as many as a page has room for."""

    async def read(cursor: str | None, most: int) -> tuple[list[tuple[Json, int, str]], str | None]:
        found, following = await nodes.nodes(moment, {"kind": kind}, most, cursor)
        pairs = zip(await make(moment, found), found, strict=True)
        return [(item, pagination.size(item), nodes.place_of(kind, node)) for item, node in pairs], following

    return await pagination.filled(read, limit, cursor)


async def _designs(moment: Moment, services: list[Json]) -> list[Json]:
    packages = await _packages(moment, [f"service/{each['id']}" for each in services])
    named = {ref for package in packages.values() for ref in _named(package)}
    nodes = await briefs(moment, named)
    return [_designed(service, packages.get(f"service/{service['id']}"), nodes) for service in services]


async def _packages(moment: Moment, services: list[str]) -> dict[str, Any]:
    """The package that counts, by service."""
    edges = await edges_from(moment, services, "target", ["part_of"])
    origins = {row.source: row.target for row in edges if row.source.startswith("design_package/")}
    by_service: dict[str, list[Any]] = defaultdict(list)
    for some in chunks(sorted(origins)):
        for row in await moment.execute(_standing(past=moment.past), refs=some):
            by_service[origins[row.ref]].append(row)
    counting = {max(rows, key=_counts_most).ref: service for service, rows in by_service.items()}
    return {counting[row.ref]: row for row in await records(moment, counting)}


@cache
def _standing(*, past: bool) -> Select[Any]:
    """Of packages, what decides which one counts; all that they say may be large."""
    made = RECORD.c.data["created_at"].as_string().label("created_at")
    there = (RECORD.c.state != "outdated", RECORD.c.deleted.is_(False))
    query = select(RECORD.c.ref, RECORD.c.state, made)
    return query.where(recorded(RECORD, past=past), any_of(RECORD.c.ref, "refs"), *there)


def _counts_most(package: Any) -> tuple[bool, str, str]:
    return package.state == "accepted", package.created_at, package.ref


def _named(package: Any) -> set[str]:
    return {ref_of(element["ref"]) for element in package.data["elements"] if element["ref"]}


def _designed(service: dict[str, Any], package: Any, nodes: dict[str, Any]) -> dict[str, Any]:
    elements = package.data["elements"] if package else []
    cells = {p: _cell([each for each in elements if each["type"] == p], nodes) for p in FOUR_PS}
    told = package and {"key": package.key, "state": package.state, "id": package.ref.partition("/")[2]}
    return {"service": service, "package": told, **cells}


def _cell(elements: list[dict[str, Any]], nodes: dict[str, Any]) -> dict[str, Any]:
    named = [nodes[ref_of(each["ref"])] for each in elements if each["ref"]]
    reasons = [each["reason"] for each in elements if each["not_applicable"]]
    status = "covered" if named else "not_applicable" if reasons else "missing"
    return {"status": status, "nodes": named, "reason": reasons[0] if reasons else None}


def _counts(items: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Of this page, by P: how many services are covered, and how many there are."""
    return {p: {"covered": sum(each[p]["status"] != "missing" for each in items), "of": len(items)} for p in FOUR_PS}


async def offerings(moment: Moment, limit: int, cursor: str | None) -> dict[str, Any]:
    """Offerings in the order of their keys: what of goods, access and action each has, for which consumer groups, and
    what is ``missing``."""
    items, next_cursor = await _filled(moment, "service_offering", _offerings, limit, cursor)
    return {"items": items, "next_cursor": next_cursor}


async def _offerings(moment: Moment, listed: list[Json]) -> list[Json]:
    rows = {row.ref: row for row in await records(moment, [f"service_offering/{each['id']}" for each in listed])}
    groups = {f"consumer_group/{id}" for row in rows.values() for id in row.data["consumer_group_ids"]}
    nodes = await briefs(moment, groups)
    return [_offered(each, rows[f"service_offering/{each['id']}"].data, nodes) for each in listed]


def _offered(offering: dict[str, Any], data: dict[str, Any], nodes: dict[str, Any]) -> dict[str, Any]:
    components = {type: [each for each in data["components"] if each["type"] == type] for type in COMPONENTS}
    groups = [nodes[f"consumer_group/{id}"] for id in data["consumer_group_ids"]]
    missing = [name for name, there in (("component", data["components"]), ("consumer_group", groups)) if not there]
    return {"offering": offering, **components, "consumer_groups": groups, "missing": missing}
