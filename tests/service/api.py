"""Short words for what the tests over HTTP do again and again."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.alignment.judge.catalogue import SHOWN
from shared.contracts import KINDS, LINKS, NODE_KINDS, RECORDED, Kind
from shared.contracts.base import SERVER_FIELDS
from shared.contracts.errors import CODES, VALIDATION
from shared.contracts.rule_packs import EXAMPLE, PackRule
from shared.resource.bodies import body_model
from shared.scopes import ALL_SCOPES
from tests.platform import Platform

State = dict[str, Any]
ALL_KINDS = [kind for kinds in RECORDED.values() for kind in kinds]
NODES = [kind for kind in ALL_KINDS if not kind.is_link]

every_kind = pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: f"{kind.service}-{kind.name}")
every_node = pytest.mark.parametrize("kind", NODES, ids=lambda kind: kind.name)
"""For what differs from kind to kind: members, lifecycles, columns."""
_TELLING = {"strategy", "objective", "increment", "measurement", "service_offering", "contract", "role_assignment"}
some_nodes = pytest.mark.parametrize(
    "kind", [kind for kind in NODES if kind.name in _TELLING], ids=lambda kind: kind.name
)
some_kinds = pytest.mark.parametrize(
    "kind",
    [kind for kind in ALL_KINDS if kind.name in _TELLING or kind.is_link],
    ids=lambda kind: f"{kind.service}-{kind.name}",
)
"""For what all kinds share by the same code: those with something of their own in its way, and the links."""
every_link = pytest.mark.parametrize("kind", LINKS.values(), ids=lambda kind: kind.service)
one_loop = pytest.mark.asyncio(loop_scope="session")
"""For tests that use the platform that all share."""


def registrable(kind: Kind) -> list[str]:
    """The states in which one of a kind may be registered."""
    return [state for state in kind.lifecycle.states if kind.registered is None or state in kind.registered]


KNOWN_CODES = {*CODES, *VALIDATION}
SECRET = "s3cr3t"
"""What no answer may repeat."""


def new_id() -> str:
    return str(uuid4())


def a_change(kind: Kind, text: str) -> State:
    """A member that every record of a kind may get."""
    return {"rationale": text} if kind.is_link else {"description": text}


NEEDED: dict[str, dict[str, str]] = {
    "measurement": {"kpi_id": "kpi"},
    "design_package": {"service_id": "service"},
    "role_assignment": {"party_id": "party", "role_id": "role"},
    "activity": {"process_id": "process"},
    "handoff": {"from_activity_id": "activity", "to_activity_id": "activity"},
}
"""References without which there is none of a kind, and to what."""
_AHEAD = (datetime.now(UTC) + timedelta(days=90)).strftime("%Y-%m-%dT00:00:00Z")
VALUES: dict[str, State] = {
    "waiver": {"reason": "It ends with the year.", "valid_to": _AHEAD},
    "comment": {"text": "Who asked for it?"},
    "scenario": {"steps": [{"action": "retire", "ref": "service/claims"}]},
    "campaign": {"items": [{"kind": "service", "id": "7d4f0000-0000-4000-8000-000000000001"}], "due": _AHEAD},
    "measurement": {"value": 98.5, "at": "2026-03-31T00:00:00Z"},
    "role_assignment": {"scope": {"kind": "service", "id": "7d4f0000-0000-4000-8000-000000000001"}},
}
"""Other members that a kind needs."""
_RULES = cycle(SHOWN.values())


def _setting() -> State:
    """Of a rule of its own, which stays as it is."""
    rule = next(_RULES)
    return {"rule": rule.id, "severity": rule.severity.name, "reason": "It is as we want it."}


def _pack() -> State:
    """Of a prefix of its own."""
    prefix = f"A{uuid4().hex[:12].upper()}"
    rule = PackRule.model_validate({**EXAMPLE, "id": f"{prefix}-01"})
    return {"prefix": prefix, "rules": [rule.model_dump(mode="json")]}


ONCE: dict[str, Callable[[], State]] = {"setting": _setting, "rule_pack": _pack}
"""Members of kinds of which each has to be another one."""


def once(kind: Kind) -> State:
    return ONCE[kind.name]() if kind.name in ONCE else {}


@dataclass
class Api:
    platform: Platform
    token: str = ""

    def as_caller(self, *scopes: str, subject: str = "somebody") -> "Api":
        """The same, asked by somebody with these scopes and no others."""
        return Api(self.platform, self.platform.token(subject, *scopes))

    def without(self, scope: str) -> "Api":
        return self.as_caller(*(set(ALL_SCOPES) - {scope}))

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = more.pop("headers", {})
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        return await self.platform.http.request(method, path, headers=headers, **more)

    def path(self, kind: Kind, id: str | None = None, *steps: str) -> str:
        return "/".join((f"/{kind.service}/v1/{kind.collection}", *([id] if id else ()), *steps))

    async def body(self, kind: Kind, /, **members: Any) -> State:
        """What is required to create one of a kind, and nothing else."""
        if kind.name == "increment" and members.get("state") == "attested":
            members = {"type": "attested", **members}
        if not kind.is_link:
            alike = {name: members[name] for name in ("state",) if kind.name == "activity" and name in members}
            needed = {name: (await self.make(of, **alike))["id"] for name, of in NEEDED.get(kind.name, {}).items()}
            if "finding_id" in body_model(kind).model_fields:
                needed["finding_id"] = await self.finding()
            return {
                "name": f"A {kind.name} {uuid4().hex}",
                **needed,
                **VALUES.get(kind.name, {}),
                **once(kind),
                **members,
            }
        source = KINDS[kind.service][0]
        id = (await self.make(source))["id"]
        other = next(foreign for foreign in NODES if foreign.service != kind.service)
        ends = {"source": {"kind": source.name, "id": id}, "target": {"kind": other.name, "id": new_id()}}
        return {"type": "relates_to", **ends, **members}

    async def finding(self) -> str:
        """The id of one about which nothing has been done: of a tactic that nobody asked for. One is acknowledged
        once."""
        spare = self.platform.spare
        if not spare:
            bodies = ({"name": f"Unfounded {uuid4()}", "state": "in_force"} for _ in range(20))
            lines = [{"kind": "tactic", "id": new_id(), "body": body} for body in bodies]
            await self.platform.client.bulk("strategy", lines)
            await self.platform.caught_up()
            found = [each async for each in self.platform.client.items("/alignment/v1/findings", rule="V02")]
            mine = {line["id"] for line in lines}
            spare += [each["id"] for each in found if each["subject"]["id"] in mine]
        return spare.pop()

    async def make(self, kind: Kind | str, /, **members: Any) -> State:
        """Create one by POST."""
        kind = NODE_KINDS[kind] if isinstance(kind, str) else kind
        answer = await self.post(kind, **members)
        assert answer.status_code == 201, answer.text
        state: State = answer.json()
        return state

    async def post(self, kind: Kind, /, **members: Any) -> httpx.Response:
        return await self.send("POST", self.path(kind), json=await self.body(kind, **members))

    async def link(self, type: str, source: State, target: State, **members: Any) -> httpx.Response:
        ends = {name: {"kind": end["kind"], "id": end["id"]} for name, end in (("source", source), ("target", target))}
        links = LINKS[NODE_KINDS[source["kind"]].service]
        return await self.send("POST", self.path(links), json={"type": type, **ends, **members})

    async def get(self, kind: Kind, id: str, **params: Any) -> httpx.Response:
        return await self.send("GET", self.path(kind, id), params=params)

    async def put(self, kind: Kind, id: str, body: State, **headers: str) -> httpx.Response:
        return await self.send("PUT", self.path(kind, id), json=body, headers=conditions(headers))

    async def patch(self, kind: Kind, id: str, merge: Any, **headers: str) -> httpx.Response:
        return await self.send("PATCH", self.path(kind, id), content=json.dumps(merge), headers=conditions(headers))

    async def transition(
        self, kind: Kind, id: str, to: str, reason: str | None = None, **headers: str
    ) -> httpx.Response:
        body = {"to": to} | ({"reason": reason} if reason else {})
        return await self.send(
            "POST", self.path(kind, id, "transitions"), json=body, headers=conditions(headers or {"if_match": "*"})
        )

    async def correct(
        self, kind: Kind, id: str, state: str, reason: str = "found so", **headers: str
    ) -> httpx.Response:
        return await self.send(
            "POST",
            self.path(kind, id, "corrections"),
            json={"state": state, "reason": reason},
            headers=conditions(headers or {"if_match": "*"}),
        )

    async def delete(self, kind: Kind, id: str, reason: str = "a mistake", **headers: str) -> httpx.Response:
        return await self.send(
            "DELETE", self.path(kind, id), params={"reason": reason}, headers=conditions(headers or {"if_match": "*"})
        )

    async def history(self, kind: Kind, id: str, **params: Any) -> list[State]:
        answer = await self.send("GET", self.path(kind, id, "history"), params=params)
        items: list[State] = answer.json()["items"]
        return items

    async def items(self, kind: Kind, **params: Any) -> list[State]:
        answer = await self.send("GET", self.path(kind), params=params)
        assert answer.status_code == 200, answer.text
        items: list[State] = answer.json()["items"]
        return items


def conditions(given: dict[str, str]) -> dict[str, str]:
    """``if_match="2"`` is the header ``If-Match: "2"``."""
    quoted = {name: f'"{value}"' if value.isdigit() else value for name, value in given.items()}
    return {name.replace("_", "-"): value for name, value in quoted.items()}


def body_of(state: State) -> State:
    """The body that would make this state."""
    kind = next((kind for kind in NODES if kind.name == state["kind"]), None)
    kept = SERVER_FIELDS | kind.kept if kind else SERVER_FIELDS
    return {name: value for name, value in state.items() if name not in kept}


def required(kind: Kind) -> set[str]:
    """Members without which there is none of a kind."""
    return {name for name, info in body_model(kind).model_fields.items() if info.is_required()}


def codes(answer: httpx.Response) -> set[tuple[str, str]]:
    """The ``(pointer, code)`` of every error in a problem document."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert {error["code"] for error in answer.json()["errors"]} <= KNOWN_CODES
    return {(error["pointer"], error["code"]) for error in answer.json()["errors"]}


async def eventually(check: Callable[[], Awaitable[Any]]) -> Any:
    """What the check answers, once that is something."""
    async with asyncio.timeout(20):
        while True:
            if found := await check():
                return found
            await asyncio.sleep(0.01)


def is_problem(answer: httpx.Response) -> bool:
    """Whether it is a problem document that tells nothing of what is inside, or of what was sent."""
    document = answer.json()
    return (
        answer.headers["content-type"] == "application/problem+json"
        and document["status"] == answer.status_code
        and document["type"].startswith("urn:plumbline:problem:")
        and document.keys() >= {"title", "detail", "errors"}
        and not any(word in answer.text for word in ("Traceback", "sqlalchemy", "SELECT", "pydantic", ".py", SECRET))
    )
