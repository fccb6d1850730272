"""The steps of a scenario made for good, one after the other; and as documents of a bundle."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from services.cli import refs
from services.cli.endpoint import Unusable

if TYPE_CHECKING:
    from shared.client import Client
    from shared.contracts import Kind

Json = dict[str, Any]


async def make(client: "Client", steps: Iterable[Mapping[str, Any]], reason: str) -> AsyncIterator[str]:
    """Write them, each with its gate, and tell what was done. What is refused ends it, and what was done stays."""
    from shared.contracts import LINKS, NODE_KINDS

    for step in steps:
        action = step["action"]
        if action == "link":
            ends = {name: _ref(await refs.path(client, step[name])) for name in ("source", "target")}
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


async def _made(client: "Client", wanted: Mapping[str, Any], reason: str) -> str:
    """Something new: its owner names it, and it comes to its state by its lifecycle."""
    from shared.contracts.base import SERVER_FIELDS

    kind = refs.kind_of(wanted["kind"])
    body = {name: value for name, value in wanted.items() if name not in SERVER_FIELDS | {"key", "state"}}
    state = await client.post(kind, body)
    for to in kind.lifecycle.way(state["state"], wanted["state"]) or ():
        state = await client.transition(kind, state["id"], state["version"], to, reason)
    return f"{kind.name}/{state['key']}: {state['state']}"


async def _moved(client: "Client", step: Mapping[str, Any], reason: str) -> AsyncIterator[str]:
    from shared.interchange.endings import way_out

    if step["action"] not in ("end", "move", "retire"):
        raise Unusable(f"A step that does {step['action']} is for scenarios alone: make it by the command for it.")
    kind, state = await _meant(client, step["ref"])
    lifecycle = kind.lifecycle
    way = {"end": ("ended",), "retire": tuple(way_out(lifecycle, state["state"]))}.get(step["action"])
    for to in lifecycle.way(state["state"], step["to"]) or () if way is None else way:
        state = await client.transition(kind, state["id"], state["version"], to, reason)
        yield f"{kind.name}/{state.get('key') or state['id']}: {to}"


async def _meant(client: "Client", ref: str) -> tuple["Kind", Json]:
    from shared.planning import link

    return await (link(client, ref) if ref.startswith("link/") else _named(client, ref))


async def _named(client: "Client", ref: str) -> tuple["Kind", Json]:
    return refs.kind_of(ref.partition("/")[0]), await refs.named(client, ref)


def _ref(path: str) -> Json:
    kind, _, id = path.partition("/")
    return {"kind": kind, "id": id}


async def documents(client: "Client", steps: Iterable[Mapping[str, Any]]) -> list[Json] | None:
    """As a bundle has them, with keys in the place of ids; None where one of them is nothing that a bundle can say."""
    names: dict[str, str] = {}
    made: dict[str, Json] = {}
    for step in steps:
        if step["action"] == "link":
            source, target = [await _name(client, step[end], names) for end in ("source", "target")]
            document = _document(made, source)
            document.setdefault("links", []).append({"type": step["type"], "to": target})
        elif step["action"] == "set" and not step["ref"].startswith("link/"):
            kind, state = await _named(client, step["ref"])
            spec = await _told(client, kind, {**state, **step["members"]}, names)
            document = _document(made, f"{kind.name}/{state['key']}")
            document["spec"] = {"name": state["name"], **{name: spec[name] for name in step["members"]}}
        else:
            return None
    return [*made.values()]


def _document(made: dict[str, Json], ref: str) -> Json:
    kind, _, key = ref.partition("/")
    return made.setdefault(ref, {"kind": kind, "key": key})


async def _name(client: "Client", ref: str, names: dict[str, str]) -> str:
    from shared.client import NotFound

    if ref not in names:
        try:
            names[ref] = f"{ref.partition('/')[0]}/{(await refs.named(client, ref))['key']}"
        except NotFound:
            names[ref] = ref
    return names[ref]


async def _told(client: "Client", kind: "Kind", state: Json, names: dict[str, str]) -> Json:
    """The members of an entity with references as ``kind/key``."""
    for reference in kind.references:
        for _, of, id in reference.targets(state):
            await _name(client, f"{of}/{id}", names)

        def named(value: Any, _: str, kinds: tuple[str, ...] = reference.kinds) -> Any:
            ref = f"{value['kind']}/{value['id']}" if isinstance(value, dict) else f"{kinds[0]}/{value}"
            return names.get(ref, ref) if value else value

        state = reference.replaced(state, named)
    return state
