"""What was frozen in a package, and how what is there now differs from it: members, and the links that justify it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select, tuple_

from shared.contracts.base import Record
from shared.contracts.content import (
    Content,
    NotCanonical,
    content,
    covers_links,
    difference,
    item_digest,
    link_difference,
    linked,
    scheme_of,
)
from shared.contracts.strategy.signing import Frozen
from shared.resource import store
from shared.resource.store import Unit

_NO_LINKS: dict[str, list[Content]] = {"added": [], "ended": [], "changed": []}


async def frozen_contents(unit: Unit, package: Sequence[Frozen]) -> list[Content]:
    """What was submitted, item by item, from the versions of then."""
    changes = unit.owner.changes
    wanted = tuple_(changes.c.kind, changes.c.id, changes.c.version).in_([(i.kind, i.id, i.version) for i in package])
    rows = await unit.connection.execute(
        select(changes.c.kind, changes.c.id, changes.c.version, changes.c.data).where(wanted)
    )
    then = {(kind, id, version): content(orjson.loads(data)["state"]) for kind, id, version, data in rows}
    return [then[item.kind, item.id, item.version] for item in package]


def frozen_links(item: Frozen) -> list[Content]:
    return linked(link.model_dump(mode="json") for link in item.links)


async def drift(unit: Unit, package: Sequence[Frozen]) -> list[dict[str, Any]]:
    """Per item whether it still is what was signed, and if not, which members and links differ."""
    refs = [f"{item.kind}/{item.id}" for item in package]
    now = await store.load_many(unit, ((item.kind, str(item.id)) for item in package))
    links = await store.links_from_each(unit, refs)
    signed = await frozen_contents(unit, package)
    return [
        _drift_of(item, then, now.get(ref), linked(link.model_dump(mode="json") for link in links[ref]))
        for ref, item, then in zip(refs, package, signed, strict=True)
    ]


def _drift_of(item: Frozen, signed: Content, now: Record | None, links: list[Content]) -> dict[str, Any]:
    there = content(now.model_dump(mode="json")) if now else {}
    of_links = link_difference(frozen_links(item), links) if covers_links(scheme_of(item.hash)) else _NO_LINKS
    return {
        "kind": item.kind,
        "id": str(item.id),
        "name": signed.get("name"),
        "signed_version": item.version,
        "version": now.version if now else None,
        "deleted": now is None,
        "drifted": now is None or _has_drifted(item, there, links),
        "changes": difference(signed, there),
        "links": of_links,
    }


def _has_drifted(item: Frozen, now: Content, links: list[Content]) -> bool:
    """Compared under the scheme with which it was signed."""
    try:
        return item_digest(now, links, scheme_of(item.hash)) != item.hash
    except NotCanonical:
        return True


async def compared(unit: Unit, package: Sequence[Frozen], before: Mapping[str, Frozen]) -> list[dict[str, Any]]:
    """Per item how it differs from what was signed of it last, None where nothing was."""
    earlier = [frozen for item in package if (frozen := before.get(f"{item.kind}/{item.id}"))]
    then = dict(zip(_refs(earlier), await frozen_contents(unit, earlier), strict=True))
    now = dict(zip(_refs(package), await frozen_contents(unit, package), strict=True))
    return [_compared(item, before.get(ref), then.get(ref), now[ref]) for ref, item in zip(now, package, strict=True)]


def _refs(package: Iterable[Frozen]) -> list[str]:
    return [f"{item.kind}/{item.id}" for item in package]


def _compared(item: Frozen, before: Frozen | None, then: Content | None, now: Content) -> dict[str, Any]:
    links = frozen_links(before) if before else []
    return {
        "kind": item.kind,
        "id": str(item.id),
        "name": now.get("name"),
        "version": item.version,
        "hash": item.hash,
        "signed_version": before.version if before else None,
        "changes": difference(then or {}, now),
        "links": link_difference(links, frozen_links(item)),
    }
