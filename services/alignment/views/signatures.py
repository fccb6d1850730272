"""Who signed: the increments under which things of strategy were signed, whose approvals those rest on, and whether
what was signed has drifted since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, func, select

from services.alignment.models import EDGE, RECORD
from services.alignment.queries.nodes import brief, briefs, records, split
from services.alignment.queries.snapshot import Moment, recorded
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
from shared.storage.arrays import any_of, chunks

_COUNTED = ("signed", "attested")
_MOST = 2000


async def signatures(moment: Moment, refs: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """By node what was signed of it: the ``increment``, ``by`` whom and as which ``version``, and whether it has
    ``drifted`` since. An ``attested`` one was signed elsewhere, and nothing here proves it."""
    held = await _held(moment, set(refs))
    signed = {row.ref: row for row in await records(moment, {increment for _, increment in held})}
    pairs = [(target, signed[increment]) for target, increment in held]
    people = await briefs(moment, {who for row in signed.values() for who, _ in _approved(row)})
    frozen = [item for target, row in pairs if (item := _frozen(row, target))]
    now = await _as_it_is(moment, {target for target, _ in pairs}, max((len(i["links"]) for i in frozen), default=0))
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for target, row in pairs:
        by = [_signatory(people[who], each) for who, each in _approved(row)]
        told = {"increment": brief(moment, row), "attested": row.state == "attested", "by": by}
        found[target].append(told | _standing(_frozen(row, target), now.get(target)))
    return found


async def _held(moment: Moment, refs: set[str]) -> list[tuple[str, str]]:
    """Each node with a signed increment that holds it: by the member of the increment, and not by a link that says so.

    Drafts that hold it are left out by the query, so that they do not take up the room of what was signed.
    """
    increment = and_(RECORD.c.ref == EDGE.c.origin, recorded(RECORD, past=moment.past), RECORD.c.state.in_(_COUNTED))
    query = (
        select(EDGE.c.target, EDGE.c.origin)
        .join(RECORD, increment)
        .where(recorded(EDGE, past=moment.past), any_of(EDGE.c.target, "refs"), EDGE.c.type == "covers")
        .where(EDGE.c.field == "items[]", EDGE.c.live)
        .order_by(EDGE.c.target, EDGE.c.origin)
        .limit(_MOST)
    )
    rows: list[tuple[str, str]] = []
    for some in chunks(sorted(refs)):
        rows += [(target, origin) for target, origin in await moment.execute(query, refs=some)]
    return rows


def _signatory(person: dict[str, Any], sign_off: Mapping[str, Any]) -> dict[str, Any]:
    """Under the name of then: what somebody is called later is not what was signed."""
    name = sign_off.get("name") or person["name"]
    return {**person, "name": name, "subject": sign_off["by"], "at": sign_off["at"]}


def _approved(increment: Any) -> list[tuple[str, Mapping[str, Any]]]:
    decided = [each for each in increment.data["sign_offs"] if each["decision"] == "approved"]
    return [(f"stakeholder/{each['stakeholder_id']}", each) for each in decided]


def _frozen(increment: Any, ref: str) -> Mapping[str, Any] | None:
    return next((item for item in increment.data["package"] if f"{item['kind']}/{item['id']}" == ref), None)


async def _as_it_is(moment: Moment, refs: set[str], most: int) -> dict[str, tuple[Content, list[Content]]]:
    """The signed part of each as it is at the moment: what it says, and the links that justify it.

    Of each no more links are read than one more than any was signed with: whatever has as many has drifted.
    """
    links: dict[str, list[Any]] = {ref: [] for ref in refs}
    nth = func.row_number().over(partition_by=EDGE.c.source, order_by=(EDGE.c.type, EDGE.c.target)).label("nth")
    justifying = (
        select(EDGE, nth)
        .where(recorded(EDGE, past=moment.past), any_of(EDGE.c.source, "refs"), EDGE.c.live)
        .where(EDGE.c.type.in_(JUSTIFYING), EDGE.c.origin.startswith("link/"))
        .subquery()
    )
    few = select(justifying).where(justifying.c.nth <= most + 1)
    for some in chunks(sorted(refs)):
        for edge in await moment.execute(few, refs=some):
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
