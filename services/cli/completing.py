"""What a shell offers for a word that is begun: kinds and states from the declarations, keys from the server if it is
quick. Whatever goes wrong offers nothing: nobody has asked for an answer yet."""

from typing import TYPE_CHECKING, Any

import typer

from services.cli.endpoint import Unusable, locate

if TYPE_CHECKING:
    from shared.contracts import Kind

_PATIENCE, _MOST = 0.8, 50
"""Seconds for the server to answer, and words that are offered."""


def kinds(incomplete: str) -> list[str]:
    return [name for name in _kinds() if name.startswith(incomplete)]


def subjects(ctx: typer.Context, incomplete: str) -> list[str]:
    """``kind/``, and behind it the keys."""
    name, slash, begun = incomplete.partition("/")
    if not slash:
        return [f"{kind}/" for kind in kinds(name)]
    return [f"{name}/{key}" for key in keys_of(ctx, name, begun)]


def keys(ctx: typer.Context, incomplete: str) -> list[str]:
    """Of the kind that stands before."""
    return keys_of(ctx, str(ctx.params.get("kind")), incomplete)


def states(ctx: typer.Context, incomplete: str) -> list[str]:
    """Of the subject that stands before."""
    kind = _kinds().get(str(ctx.params.get("subject")).partition("/")[0])
    return [state for state in kind.lifecycle.states if state.startswith(incomplete)] if kind else []


def read_formats(incomplete: str) -> list[str]:
    return _formats(incomplete, written=False)


def written_formats(incomplete: str) -> list[str]:
    return _formats(incomplete, written=True)


def _formats(incomplete: str, *, written: bool) -> list[str]:
    from shared.interchange.formats import FORMATS

    return [each.name for each in FORMATS if each.name.startswith(incomplete) and (each.write or not written)]


def members(incomplete: str) -> list[str]:
    """``kind``, and ``kind.member`` behind a dot."""
    from shared.contracts.told import said

    name, dot, begun = incomplete.partition(".")
    if not dot:
        return kinds(incomplete)
    kind = _kinds().get(name)
    return [f"{name}.{member}" for member in said(kind) if member.startswith(begun)] if kind else []


def keys_of(ctx: typer.Context, name: str, begun: str) -> list[str]:
    import httpx

    kind = _kinds().get(name)
    if kind is None:
        return []
    try:
        items = _asked(ctx, kind, begun)
        return [key for item in items if (key := str(item["key"])).startswith(begun)]
    except (Unusable, httpx.HTTPError, ValueError, KeyError, TypeError):
        return []


def _asked(ctx: typer.Context, kind: "Kind", begun: str) -> list[dict[str, Any]]:
    import httpx

    endpoint = locate(*(ctx.params.get(name) for name in ("server", "token", "home")))
    token = endpoint.token() if callable(endpoint.token) else endpoint.token
    transport = httpx.HTTPTransport() if endpoint.is_here() else None
    with httpx.Client(base_url=endpoint.server, transport=transport, timeout=_PATIENCE) as http:
        answer = http.get(
            f"/{kind.service}/v1/{kind.collection}",
            params={"limit": _MOST, **({"q": begun} if begun else {})},
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def _kinds() -> "dict[str, Kind]":
    from shared.contracts import NODE_KINDS

    return dict(NODE_KINDS)
