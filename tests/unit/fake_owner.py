"""The owners' HTTP API in memory: just enough of the contract for what calls it, and strict where callers go wrong."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx

from shared.client import Client
from shared.contracts import KIND_OWNERS, LINKS, NODE_KINDS, RECORDED, Kind
from shared.contracts.base import searched
from shared.interchange.records import NOT_CARRIED, canonical

BY_PATH = {(kind.service, kind.collection): kind for kinds in RECORDED.values() for kind in kinds}
STAMP = dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00Z") | dict.fromkeys(
    ("created_by", "updated_by"), "tester"
)


class FakeOwner:
    """All three owners; ``log`` names every request, ``states`` holds what is stored, by kind and id.

    ``extra`` answers for other paths: a document, or a function of the request. ``gate`` is why no transition is made.
    """

    def __init__(self) -> None:
        self.states: dict[tuple[str, str], dict[str, Any]] = {}
        self.log: list[str] = []
        self.extra: dict[str, Any] = {}
        self.gate = ""

    @property
    def writes(self) -> list[str]:
        return [line for line in self.log if not line.startswith(("GET", "PREVIEW"))]

    def client(self) -> Client:
        return Client("http://fake", "token", httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        preview = request.url.params.get("preview") == "true"
        self.log.append(f"{'PREVIEW' if preview else request.method} {path}")
        if path in self.extra:
            answer = self.extra[path]
            return httpx.Response(200, json=answer(request) if callable(answer) else answer)
        _, service, _, collection, *rest = path.split("/")
        if collection == "bulk":
            before = dict(self.states)
            told = "\n".join(map(self._line, request.content.decode().split("\n")))
            self.states = before if preview else self.states
            return httpx.Response(200, text=told)
        kind = BY_PATH.get((service, collection))
        if kind is None:
            return _problem(404, "no such collection")
        if not rest and request.method == "POST":
            return self._put(kind, str(uuid4()), request)
        if not rest:
            return self._list(kind, request.url.params)
        if rest[1:] == ["signatures"]:
            return httpx.Response(200, json={"drifted": False, "items": [], "hidden": 0})
        answer = getattr(self, f"_{request.method.lower()}")(kind, rest[0], request)
        if request.method != "GET" and answer.status_code < 300 and (kind.name, rest[0]) in self.states:
            version = self.states[kind.name, rest[0]]["version"]
            answer.headers["Plumbline-Event"] = f"{kind.name}:{rest[0]}:1.{version}"
        return answer  # type: ignore[no-any-return]

    def edit(self, kind: str, id: str, **members: Any) -> None:
        """What a person does to an entity meanwhile."""
        state = self.states[kind, id]
        self.states[kind, id] = {**state, **members, "version": state["version"] + 1}

    def by_name(self, name: str) -> dict[str, Any]:
        return next(state for state in self.states.values() if state.get("name") == name)

    def _list(self, kind: Kind, asked: httpx.QueryParams) -> httpx.Response:
        found = [state for (name, _), state in self.states.items() if name == kind.name]
        found = [state for state in found if not kind.is_link or _service(state) == kind.service]
        found = [state for state in found if asked.get("key") in (None, state.get("key"))]
        found = [state for state in found if asked.get("state") in (None, state["state"])]
        found = [state for state in found if asked.get("q", "") in searched(state.get("name", ""))]
        if kind.is_link:
            found = [state for state in found if asked.get("source_id") in (None, state["source"]["id"])]
        found = [state for state in found if asked.get("party_id") in (None, state.get("party_id"))]
        found = [state for state in found if asked.get("tag") is None or asked["tag"] in state["tags"]]
        first, most = int(asked.get("cursor", 0)), int(asked.get("limit", 50))
        more = str(first + most) if len(found) > first + most else None
        return httpx.Response(200, json={"items": found[first : first + most], "next_cursor": more})

    def _line(self, raw: str) -> str:
        line = json.loads(raw)
        if "transition" in line:
            return self._moved(line)
        put = httpx.Request("PUT", "http://fake/", json=line["body"])
        kind = NODE_KINDS.get(line["kind"]) or LINKS[_service(line["body"])]
        there = self.states.get((kind.name, line["id"]))
        if there and line.get("if_match") == there["version"]:
            answer = self._store(kind, line["id"], {**there, **line["body"]}, there["version"] + 1)
        else:
            answer = self._put(kind, line["id"], put)
        refused = {"problem": answer.json()} if answer.status_code >= 400 else {}
        return json.dumps({"status": answer.status_code, "id": line["id"], **refused})

    def _moved(self, line: dict[str, Any]) -> str:
        headers = {"If-Match": f'"{line["if_match"]}"'}
        request = httpx.Request("POST", "http://fake/", headers=headers, json=line["transition"])
        answer = self._post(NODE_KINDS.get(line["kind"]) or LINKS["strategy"], line["id"], request)
        refused = {"problem": answer.json()} if answer.status_code >= 400 else {}
        return json.dumps({"status": answer.status_code, "id": line["id"], **refused})

    def _get(self, kind: Kind, id: str, _: httpx.Request) -> httpx.Response:
        state = self.states.get((kind.name, id))
        return httpx.Response(200, json=state) if state else _problem(404, f"There is no {kind.name} with this id.")

    def _put(self, kind: Kind, id: str, request: httpx.Request) -> httpx.Response:
        if (kind.name, id) in self.states:
            return _problem(412, "There is one with this id already.")
        body = json.loads(request.content)
        state = {"key": f"key-{len(self.states)}", "state": kind.lifecycle.initial, **body}
        return self._store(kind, id, state, 1)

    def _patch(self, kind: Kind, id: str, request: httpx.Request) -> httpx.Response:
        state = self.states[kind.name, id]
        if request.headers["If-Match"] != f'"{state["version"]}"':
            return _problem(412, "It has changed since.")
        change = json.loads(request.content)
        if fixed := [name for name in kind.immutable & change.keys() if change[name] != state[name]]:
            return _problem(422, f"never changes: {fixed}")
        body = {name: value for name, value in state.items() if name in kind.model.model_fields}
        return self._store(kind, id, _merged(body, change), state["version"] + 1)

    def _post(self, kind: Kind, id: str, request: httpx.Request) -> httpx.Response:
        """A transition."""
        state, body = self.states[kind.name, id], json.loads(request.content)
        if request.headers["If-Match"] != f'"{state["version"]}"':
            return _problem(412, "It has changed since.")
        if body["to"] not in kind.lifecycle.moves[state["state"]] or self.gate:
            return _problem(409, self.gate or "No such move.")
        moved = {"state": body["to"], "state_reason": body["reason"], "version": state["version"] + 1}
        self.states[kind.name, id] = {**state, **moved}
        return httpx.Response(200, json=self.states[kind.name, id])

    def _delete(self, kind: Kind, id: str, _: httpx.Request) -> httpx.Response:
        if kind.is_live(self.states[kind.name, id]["state"]):
            return _problem(409, "It is live.")
        del self.states[kind.name, id]
        return httpx.Response(204)

    def _store(self, kind: Kind, id: str, body: dict[str, Any], version: int) -> httpx.Response:
        if missing := [str(end) for end in _ends(kind, body) if end not in self.states]:
            return _problem(422, f"not there: {missing}")
        if kind.is_link and self._twin(id, body):
            return _problem(409, "There is an active link of this type and ends.")
        own = {name: body[name] for name in body if name not in NOT_CARRIED and (name != "key" or not kind.is_link)}
        full = canonical(kind, own)
        defaults = {n: f.get_default() for n, f in kind.model.model_fields.items() if not f.is_required()}
        state = {**defaults, **full, **STAMP, "id": id, "kind": kind.name, "version": version}
        self.states[kind.name, id] = state | {"provenance": body.get("provenance", [])}
        return httpx.Response(200 if version > 1 else 201, json=self.states[kind.name, id])

    def _twin(self, id: str, body: dict[str, Any]) -> bool:
        same = ("type", "source", "target")
        links = [state for (kind, other), state in self.states.items() if kind == "link" and other != id]
        links = [link for link in links if "active" == link["state"] == body.get("state", "active")]
        return any(all(state[name] == body[name] for name in same) for state in links)


def _service(link: dict[str, Any]) -> str:
    return KIND_OWNERS[link["source"]["kind"]]


def _ends(kind: Kind, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What must be there already: references and link ends within the service."""
    pointed = [(body[end]["kind"], body[end]["id"]) for end in ("source", "target")] if kind.is_link else []
    pointed += [(name, id) for ref in kind.references for _, name, id in ref.targets(body)]
    return (end for end in pointed if KIND_OWNERS[end[0]] == kind.service)


def _merged(target: Any, change: Any) -> Any:
    if not isinstance(change, dict):
        return change
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in change.items():
        merged[name] = _merged(merged.get(name), value)
    return {name: value for name, value in merged.items() if not (name in change and value is None)}


def _problem(status: int, detail: str) -> httpx.Response:
    return httpx.Response(status, json={"type": "about:blank", "status": status, "detail": detail})
