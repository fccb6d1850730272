"""The caller as a person of the organisation: what they are, hold and own, and what waits for them."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.alignment.queries.holdings import roles_of
from services.alignment.queries.hops import Walk, out
from services.alignment.queries.left_out import LeftOut
from services.alignment.queries.people import asked, owned, signs_in
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from services.alignment.views.acts import acted_on

Json = dict[str, Any]
MOST = 100
_TEAMS_ABOVE = 5


async def me(moment: Moment, subject: str, scopes: Iterable[str]) -> Json:
    party = await signs_in(moment, "party", subject)
    teams, roles = await _teams(moment, party), await _roles(moment, party)
    owners = _owners(party, teams, roles)
    owns, more = await owned(moment, owners, MOST)
    return {
        "subject": subject,
        "scopes": sorted(scopes),
        "party": party,
        "stakeholder": await signs_in(moment, "stakeholder", subject),
        "teams": teams,
        "roles": roles,
        "owners": owners,
        "owns": owns,
        "owns_more": more,
        "decisions": await asked(moment, subject, MOST),
        "acts_on": await acted_on(moment, owners, MOST),
    }


async def owners_of(moment: Moment, subject: str) -> list[str]:
    """As whom a subject owns things: itself, what it is part of, and the roles that it holds."""
    party = await signs_in(moment, "party", subject)
    return _owners(party, await _teams(moment, party), await _roles(moment, party))


def _owners(party: Json | None, teams: Sequence[Json], roles: Sequence[Json]) -> list[str]:
    nodes = [*([party] if party else ()), *teams, *(each["role"] for each in roles)]
    return list(dict.fromkeys(map(ref_of, nodes)))


async def _teams(moment: Moment, party: Json | None) -> list[Json]:
    found: dict[str, Json] = {}
    near = [ref_of(party)] if party else []
    for _ in range(_TEAMS_ABOVE):
        steps = (await Walk(moment, *out("part_of")).hop(near)).steps if near else ()
        above = {step.far: step.node for step in steps if step.far.startswith("party/") and step.far not in found}
        found |= above
        near = sorted(above)
    return list(found.values())[:MOST]


async def _roles(moment: Moment, party: Json | None) -> list[Json]:
    if party is None:
        return []
    held = await roles_of(moment, [ref_of(party)], LeftOut())
    where = {(each.role, scope) for each in held.all for scope in each.scopes or (None,)}
    nodes = held.nodes
    some = sorted(where, key=lambda each: (nodes[each[0]]["key"] or "", each[1] or ""))
    return [{"role": nodes[role], "scope": nodes[scope] if scope else None} for role, scope in some[:MOST]]
