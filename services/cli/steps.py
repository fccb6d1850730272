"""The steps of a scenario as documents of a bundle."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from services.cli import refs

if TYPE_CHECKING:
    from shared.client import Client
    from shared.contracts import Kind

Json = dict[str, Any]


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


async def _named(client: "Client", ref: str) -> tuple["Kind", Json]:
    return refs.kind_of(ref.partition("/")[0]), await refs.named(client, ref)
