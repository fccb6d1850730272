"""Contracts between the services: states, lifecycles, references, relations and events, all as data."""

from shared.contracts import alignment, audit, catalog, findings, roles, strategy
from shared.contracts.actions import Told
from shared.contracts.base import Kind
from shared.contracts.owners import KIND_OWNERS, OWNERS

KINDS: dict[str, tuple[Kind, ...]] = {
    "strategy": strategy.KINDS,
    "catalog": catalog.KINDS,
    "roles": roles.KINDS,
}
"""The kinds that exist, by owning service; each service's last one is its links."""

RECORDED: dict[str, tuple[Kind, ...]] = {**KINDS, "alignment": alignment.KINDS}
"""With those that the view's own service records."""

PUBLISHED: dict[str, tuple[Kind | Told, ...]] = {
    **RECORDED,
    "alignment": (*alignment.KINDS, *findings.KINDS, *audit.KINDS),
}
"""With what is only told: all that has events."""

NODE_KINDS: dict[str, Kind] = {kind.name: kind for kinds in KINDS.values() for kind in kinds if not kind.is_link}
LINKS: dict[str, Kind] = {kind.service: kind for kinds in KINDS.values() for kind in kinds if kind.is_link}

__all__ = ["KINDS", "KIND_OWNERS", "LINKS", "NODE_KINDS", "OWNERS", "PUBLISHED", "RECORDED", "Kind", "Told"]
