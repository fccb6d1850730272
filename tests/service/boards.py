"""Increments with their items and signers, for tests of sign-off."""

from typing import Any
from uuid import uuid4

import httpx

from shared.contracts import NODE_KINDS
from tests.service.api import Api, State

INCREMENT, TACTIC, OBJECTIVE, STAKEHOLDER = (
    NODE_KINDS[name] for name in ("increment", "tactic", "objective", "stakeholder")
)


NOT_SIGNED = {"drifted": False, "items": [], "hidden": 0}


class Board:
    """An increment with its items and signers, and the signers' own sign-ins."""

    def __init__(self, api: Api, increment: State, items: list[State], signers: list[State]) -> None:
        self.api = api
        self.id = increment["id"]
        self.items = items
        self.signers = signers

    async def move(self, to: str, reason: str | None = None) -> httpx.Response:
        return await self.api.transition(INCREMENT, self.id, to, reason)

    async def decide(self, signer: int | str, decision: str = "approved", **members: Any) -> httpx.Response:
        subject = self.signers[signer]["subject"] if isinstance(signer, int) else signer
        who = self.api.as_caller("strategy:approve", subject=subject)
        path = self.api.path(INCREMENT, self.id, "sign-offs")
        return await who.send("POST", path, json={"decision": decision, **members})

    async def read(self) -> State:
        state: State = (await self.api.get(INCREMENT, self.id)).json()
        return state

    async def more(self, step: str) -> Any:
        return (await self.api.send("GET", self.api.path(INCREMENT, self.id, step))).json()

    async def states(self) -> list[str]:
        return [(await self.api.get(NODE_KINDS[i["kind"]], i["id"])).json()["state"] for i in self.items]


async def signer(api: Api, **members: Any) -> State:
    return await api.make("stakeholder", **{"subject": f"boss-{uuid4().hex}", "signs": True} | members)


async def appointed(api: Api, subject: str, **members: Any) -> State:
    """A stakeholder whom somebody else appoints; what an earlier test left live under the same sign-in goes first."""
    other = api.as_caller("strategy:read", "strategy:write", "strategy:appoint", subject="appointer")
    for there in await api.items(STAKEHOLDER, state="active", sort="-created_at", limit=200):
        if there["subject"] == subject:
            assert (await other.transition(STAKEHOLDER, there["id"], "inactive")).status_code == 200
    return await signer(other, subject=subject, **members)


async def board(api: Api, items: int = 2, signers: int = 2) -> Board:
    tactics = [await api.make("tactic", state="proposed", budget=100) for _ in range(items)]
    who = [await signer(api) for _ in range(signers)]
    members = {"items": [ref(tactic) for tactic in tactics], "signers": [each["id"] for each in who]}
    return Board(api, await api.make("increment", **members), tactics, who)


def ref(state: State) -> State:
    return {"kind": state["kind"], "id": state["id"]}


async def submitted(api: Api, **sizes: int) -> Board:
    made = await board(api, **sizes)
    answer = await made.move("submitted")
    assert answer.status_code == 200, answer.text
    return made
