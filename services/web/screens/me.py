"""Who somebody is here: as what, what they own, and what they may do."""

from collections import defaultdict

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Pages, Screen, router
from services.web.people import people
from services.web.visit import Visit
from shared.contracts.views.nodes import Node
from shared.scopes import ACTIONS

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


async def screen(visit: Visit) -> Screen:
    me, named = await visit.me(), await people(visit)
    owned = defaultdict[str, list[Node]](list)
    for node in me.owns:
        owned[node.kind].append(node)
    may = visit.session.caller.may
    services = sorted({scope.partition(":")[0] for scope in me.scopes})
    rights = [
        (service, [MEANING[action] for action in ACTIONS if action in MEANING and may(f"{service}:{action}")])
        for service in services
    ]
    told = {"me": me, "owned": owned, "rights": [each for each in rights if each[1]], "people": named}
    return Screen("me", told, [("You", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/me")
    async def me(request: Request, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, screen)

    return served
