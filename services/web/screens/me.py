"""Who somebody is here: as what, what they own, and what they may do."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from fastapi import APIRouter, Request, Response

from services.web.filters import many
from services.web.pages import AsOf, Pages, Screen, router
from services.web.people import people
from services.web.visit import Visit
from shared.contracts import NODE_KINDS
from shared.contracts.views.nodes import Node
from shared.scopes import ACTIONS, OWNED

MEANING = {
    "read": "see everything",
    "write": "enter and change",
    "register": "say that something exists already, with its state",
    "approve": "sign",
    "appoint": "say who may sign",
    "correct": "mend what was recorded wrongly",
    "admin": "run it: set rules, build the view anew",
}
"""What each action allows, in the words of people."""


def _rights(service: str, scopes: Collection[str]) -> Iterator[str]:
    """In the order of the actions; what is narrowed says to what."""
    for action in (each for each in ACTIONS if each in MEANING):
        if f"{service}:{action}" in scopes:
            yield MEANING[action]
        for scope in sorted(each for each in scopes if each.startswith(f"{service}:{action}:")):
            _, _, *narrow = scope.split(":")
            kinds = [many(NODE_KINDS[each]) for each in narrow if each != OWNED]
            yield " ".join(
                [MEANING[action], *kinds, *([f"{'that are' if kinds else 'what is'} yours"] if OWNED in narrow else [])]
            )


async def screen(visit: Visit) -> Screen:
    me, named = await visit.me(), await people(visit)
    owned = defaultdict[str, list[Node]](list)
    for node in me.owns:
        owned[node.kind].append(node)
    scopes = visit.session.caller.scopes
    services = sorted({scope.partition(":")[0] for scope in scopes})
    rights = [(service, [*_rights(service, scopes)]) for service in services]
    told = {"me": me, "owned": owned, "rights": [each for each in rights if each[1]], "people": named}
    return Screen("me", told, [("You", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/me")
    async def me(request: Request, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, screen)

    return served
