"""Who signed: the increments under which things of strategy were signed, whose approvals those rest on, and whether
what was signed has drifted since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from services.alignment.edges import edges_from
from services.alignment.moment import Moment
from services.alignment.repository import brief, briefs, records, split
from shared.contracts.content import (
    JUSTIFYING,
    Content,
    NotCanonical,
    content,
    item_digest,
    linked,
    scheme_of,
)
from shared.contracts.strategy.signing import FrozenLink

_COUNTED = ("signed", "attested")


async def signatures(moment: Moment, refs: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """By node what was signed of it: the ``increment``, ``by`` whom and as which ``version``, and whether it has
    ``drifted`` since. An ``attested`` one was signed elsewhere, and nothing here proves it."""
    covers = await edges_from(moment, sorted(set(refs)), "target", ["covers"])
    held = [(row.target, row.source) for row in covers if row.source.startswith("increment/")]
    rows = {row.ref: row for row in await records(moment, {increment for _, increment in held})}
    signed = {ref: row for ref, row in rows.items() if row.state in _COUNTED}
    pairs = [(target, signed[increment]) for target, increment in held if increment in signed]
    people = await briefs(moment, {who for row in signed.values() for who, _ in _approved(row)})
    now = await _as_it_is(moment, {target for target, _ in pairs})
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for target, row in pairs:
        by = [{**people[who], "subject": each["by"], "at": each["at"]} for who, each in _approved(row)]
        told = {"increment": brief(moment, row), "attested": row.state == "attested", "by": by}
        found[target].append(told | _standing(_frozen(row, target), now.get(target)))
    return found


def _approved(increment: Any) -> list[tuple[str, Mapping[str, Any]]]:
    decided = [each for each in increment.data["sign_offs"] if each["decision"] == "approved"]
    return [(f"stakeholder/{each['stakeholder_id']}", each) for each in decided]


def _frozen(increment: Any, ref: str) -> Mapping[str, Any] | None:
    return next((item for item in increment.data["package"] if f"{item['kind']}/{item['id']}" == ref), None)


async def _as_it_is(moment: Moment, refs: set[str]) -> dict[str, tuple[Content, list[Content]]]:
    """The signed part of each as it is at the moment: what it says, and the links that justify it."""
    links: dict[str, list[Any]] = {ref: [] for ref in refs}
    for edge in await edges_from(moment, sorted(refs), "source", list(JUSTIFYING)):
        if edge.origin.startswith("link/"):
            links[edge.source].append(_link(edge))
    return {
        row.ref: (content(row.data), linked(links[row.ref])) for row in await records(moment, refs) if not row.deleted
    }


def _link(edge: Any) -> dict[str, Any]:
    kind, id = split(edge.target)
    ends = {"valid_from": edge.valid_from, "valid_to": edge.valid_to}
    target = {"kind": kind, "id": id}
    link = FrozenLink.model_validate({"type": edge.type, "target": target, "confidence": edge.confidence, **ends})
    return link.model_dump(mode="json")


def _standing(frozen: Mapping[str, Any] | None, now: tuple[Content, list[Content]] | None) -> dict[str, Any]:
    """Under the scheme with which it was signed."""
    if frozen is None:
        return {"version": None, "drifted": None}
    try:
        drifted = now is None or item_digest(*now, scheme_of(frozen["hash"])) != frozen["hash"]
    except NotCanonical:
        drifted = True
    except ValueError:  # a later release of the owner knows the scheme
        return {"version": frozen["version"], "drifted": None}
    return {"version": frozen["version"], "drifted": drifted}
