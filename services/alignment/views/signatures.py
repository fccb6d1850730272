"""Who signed: the increments under which things of strategy were signed, whose approvals those rest on, and whether
what was signed has drifted since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from services.alignment.queries.nodes import brief, briefs, records
from services.alignment.queries.signed import as_it_is, frozen, held, standing
from services.alignment.queries.snapshot import Moment


async def signatures(moment: Moment, refs: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """By node what was signed of it: the ``increment``, ``by`` whom and as which ``version``, and whether it has
    ``drifted`` since. An ``attested`` one was signed elsewhere, and nothing here proves it."""
    items = await held(moment, set(refs))
    signed = {row.ref: row for row in await records(moment, {increment for _, increment in items})}
    pairs = [(target, signed[increment]) for target, increment in items]
    people = await briefs(moment, {who for row in signed.values() for who, _ in _approved(row)})
    kept = [item for target, row in pairs if (item := frozen(row, target))]
    now = await as_it_is(moment, {target for target, _ in pairs}, max((len(i["links"]) for i in kept), default=0))
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for target, row in pairs:
        by = [_signatory(people[who], each) for who, each in _approved(row)]
        told = {"increment": brief(moment, row), "attested": row.state == "attested", "by": by}
        found[target].append(told | standing(frozen(row, target), now.get(target)))
    return found


def _signatory(person: dict[str, Any], sign_off: Mapping[str, Any]) -> dict[str, Any]:
    """Under the name of then: what somebody is called later is not what was signed."""
    name = sign_off.get("name") or person["name"]
    return {**person, "name": name, "subject": sign_off["by"], "at": sign_off["at"]}


def _approved(increment: Any) -> list[tuple[str, Mapping[str, Any]]]:
    decided = [each for each in increment.data["sign_offs"] if each["decision"] == "approved"]
    return [(f"stakeholder/{each['stakeholder_id']}", each) for each in decided]
