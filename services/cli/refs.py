"""``KIND/KEY`` and ``--as-of`` on the command line, and the entity and the moment they mean."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.endpoint import Unusable

if TYPE_CHECKING:
    from shared.client import Client
    from shared.contracts import Kind

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="As it was recorded at this moment: a date, a time (RFC 3339), or a baseline's key."),
]
ValidAt = Annotated[
    str | None,
    typer.Option("--valid-at", help="What is live at this moment, a date or a time (RFC 3339), also a future one."),
]
Foreseen = Annotated[
    str | None,
    typer.Option("--valid-at", help="What will be wrong then, with what is known: validity ends, ages are reached."),
]
Everything = Annotated[bool, typer.Option("--all", help="Also what is not live.")]
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")
_DATED = re.compile(r"[0-9][0-9TtZz:.,/ +-]*")
"""What is meant as a date or a time, also one that there is not."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def kind_of(name: str) -> "Kind":
    """A kind by its name or its collection's; raises Unusable."""
    from shared.contracts import RECORDED
    from shared.contracts.members import did_you_mean

    known = {kind.name: kind for kinds in RECORDED.values() for kind in kinds if not kind.is_link}
    plain = name.lower()
    for kind in known.values():
        if plain in (kind.name, kind.name.replace("_", "-"), kind.collection):
            return kind
    raise Unusable(f"There is no kind {name}; there are {', '.join(sorted(known))}{did_you_mean(name, known)}")


async def entity(client: "Client", kind: "Kind", key: str) -> dict[str, Any]:
    """The state of the entity with this key or id; raises NotFound."""
    from shared.client import NotFound

    if _UUID.fullmatch(key):
        return await client.get(kind, key)
    state = await client.find(kind, key)
    if state is None:
        near = await _near(client, kind, key)
        said = f"There is no {kind.name}/{key}{near or '.'} Those that there are: plumbline get {kind.name}"
        raise NotFound(404, {"detail": said})
    return state


async def _near(client: "Client", kind: "Kind", key: str) -> str:
    """Which of the first of a kind was probably meant."""
    from shared.client import path_of
    from shared.contracts.members import did_you_mean

    page = await client.get_json(path_of(kind), limit=200)
    return did_you_mean(key, [each["key"] for each in page["items"]])


async def moment(client: "Client", given: str | None) -> str | None:
    """An instant or a date as an instant, or that of the baseline with this key; raises NotFound or Unusable."""
    from shared import clock
    from shared.client import NotFound
    from shared.contracts import instant
    from shared.contracts.alignment import BASELINE

    if not given:
        return None
    try:
        return clock.rfc3339(instant.moment(given))
    except ValueError:
        pass
    if _KEY.fullmatch(given) and (baseline := await client.find(BASELINE, given)):
        return str(baseline["at"])
    if _DATED.fullmatch(given) or not _KEY.fullmatch(given):
        raise Unusable(f"{given} is not a moment: write {instant.FORMS}, or the key of a baseline.")
    said = f"There is no baseline/{given}: plumbline get baselines lists them. A moment is {instant.FORMS}."
    raise NotFound(404, {"detail": said})


def valid(given: str | None) -> str | None:
    """A moment of validity, which no baseline names; raises Unusable."""
    from shared import clock
    from shared.contracts import instant

    try:
        return clock.rfc3339(instant.moment(given)) if given else None
    except ValueError:
        raise Unusable(f"{given} is not a moment: write {instant.FORMS}.") from None


def included(valid_at: str | None, *, everything: bool) -> dict[str, str | None]:
    """The parameters of a view for what is live and when; raises Unusable."""
    return {"valid_at": valid(valid_at), "include": "all" if everything else None}


async def named(client: "Client", ref: str) -> dict[str, Any]:
    """The state of what a ``KIND/KEY`` means; raises NotFound."""
    kind, key = _split(ref)
    return await entity(client, kind_of(kind), key)


def _split(ref: str) -> tuple[str, str]:
    kind, _, key = ref.partition("/")
    if not key:
        raise Unusable(f"{ref} is not KIND/KEY, such as service/claims.")
    return kind, key


async def path(client: "Client", ref: str, as_of: str | None = None) -> str:
    """``kind/id`` for what a ``KIND/KEY`` means or meant; an id is taken at its word: the view may know it alone."""
    kind_name, key = _split(ref)
    if _UUID.fullmatch(key):
        return f"{kind_name}/{key}"
    kind = kind_of(kind_name)
    found = await (_recorded(client, kind, key, as_of) if as_of else entity(client, kind, key))
    return f"{kind.name}/{found['id']}"


async def _recorded(client: "Client", kind: "Kind", key: str, as_of: str) -> dict[str, Any]:
    """Who had the key at that moment; raises NotFound."""
    from shared.client import NotFound

    async for node in client.items("/alignment/v1/nodes", kind=kind.name, key=key, as_of=as_of):
        return node
    raise NotFound(404, {"detail": f"There was no {kind.name}/{key} at {as_of}."})
