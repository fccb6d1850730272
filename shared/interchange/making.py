"""The steps of a scenario made for good, one after the other; and members that somebody has filled in, as a step."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from shared.client import Client, NotFound
from shared.contracts import LINKS, NODE_KINDS, Kind
from shared.contracts.base import SERVER_FIELDS
from shared.contracts.refusals import one_of
from shared.contracts.scalars import looks_like_an_id
from shared.contracts.views.nodes import Node
from shared.contracts.views.remedy import RemedyOption
from shared.interchange.endings import way_out

Json = dict[str, Any]


async def make(client: Client, steps: Iterable[Mapping[str, Any]], reason: str) -> AsyncIterator[str]:
    """Write them, each with its gate, and tell what was done. What is refused ends it, and what was done stays. Raises
    ValueError for a step that is for scenarios alone, and what a call raises."""
    for step in steps:
        action = step["action"]
        if action == "link":
            ends = {name: await _end(client, step[name]) for name in ("source", "target")}
            service = NODE_KINDS[ends["source"]["kind"]].service
            await client.post(LINKS[service], {"type": step["type"], **ends, "rationale": reason})
            yield f"{step['source']} {step['type']} {step['target']}"
        elif action == "set":
            kind, state = await _meant(client, step["ref"])
            await client.patch(kind, state["id"], state["version"], step["members"])
            yield f"{kind.name}/{state.get('key') or state['id']}: {', '.join(step['members'])}"
        elif action == "put" and step["state"]["version"] == 1:
            yield await _made(client, step["state"], reason)
        else:
            async for told in _moved(client, step, reason):
                yield told


async def _made(client: Client, wanted: Mapping[str, Any], reason: str) -> str:
    """Something new: its owner names it, and it comes to its state by its lifecycle."""
    kind = NODE_KINDS[wanted["kind"]]
    body = {name: value for name, value in wanted.items() if name not in SERVER_FIELDS | {"key", "state"}}
    state = await client.post(kind, body)
    for to in kind.lifecycle.way(state["state"], wanted["state"]) or ():
        state = await client.transition(kind, state["id"], state["version"], to, reason)
    return f"{kind.name}/{state['key']}: {state['state']}"


async def _moved(client: Client, step: Mapping[str, Any], reason: str) -> AsyncIterator[str]:
    if step["action"] not in ("end", "move", "retire"):
        raise ValueError(f"A step that does {step['action']} is for scenarios alone: make it by the command for it.")
    kind, state = await _meant(client, step["ref"])
    lifecycle = kind.lifecycle
    way = {"end": ("ended",), "retire": tuple(way_out(lifecycle, state["state"]))}.get(step["action"])
    for to in lifecycle.way(state["state"], step["to"]) or () if way is None else way:
        state = await client.transition(kind, state["id"], state["version"], to, reason)
        yield f"{kind.name}/{state.get('key') or state['id']}: {to}"


async def _meant(client: Client, ref: str) -> tuple[Kind, Json]:
    """What a ``kind/id`` or ``kind/key`` means, with its kind. Raises NotFound."""
    name, _, key = ref.partition("/")
    if name == "link":
        return await link(client, ref)
    kind = NODE_KINDS[name]
    found = await (client.get(kind, key) if looks_like_an_id(key) else client.find(kind, key))
    if found is None:
        raise NotFound(404, {"detail": f"There is no {ref}."})
    return kind, found


async def link(client: Client, ref: str) -> tuple[Kind, Json]:
    """A link says nothing of the service that keeps it. Raises NotFound."""
    id = ref.partition("/")[2]
    for kind in LINKS.values():
        try:
            return kind, await client.get(kind, id)
        except NotFound:
            continue
    raise NotFound(404, {"detail": f"There is no {ref}."})


async def _end(client: Client, ref: str) -> Json:
    """The end of a link; an id is taken at its word."""
    kind, _, key = ref.partition("/")
    return {"kind": kind, "id": key if looks_like_an_id(key) else (await _meant(client, ref))[1]["id"]}


def filled(subject: Node, option: RemedyOption, given: Mapping[str, str]) -> Json:
    """Members of a way to mend something, as they were written, as a step. Raises ValueError for one that it does not
    name, and for what no value of it can be."""
    known = {member.name: member for member in option.members}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"{name} is nothing to fill in: it must be {one_of(name, known)}")
        if known[name].choices and value not in known[name].choices:
            raise ValueError(f"{name} must be {one_of(value, known[name].choices)}")
    members = {name: _value(known[name].form, value) for name, value in given.items()}
    if option.new is not None:
        return {"action": "put", "state": {**option.new, **members}}
    return {"action": "set", "ref": option.of or subject.ref, "members": members}


def _value(form: str, value: str) -> Any:
    """As the member wants it: what is written as JSON, a list by commas, a number; the server says what else does not
    fit."""
    if value.startswith(("[", "{")):
        try:
            return json.loads(value)
        except ValueError as error:
            raise ValueError(f"{value} is no JSON: {error}") from None
    if form.startswith("list"):
        return [each.strip() for each in value.split(",")]
    try:
        return float(value) if "number" in form else value
    except ValueError:
        raise ValueError(f"{value} is no number.") from None
