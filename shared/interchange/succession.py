"""What takes the place of something: it gets its key and its links, and the old one ends."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.client import Client, Refused
from shared.contracts import KIND_OWNERS, LINKS, Kind
from shared.interchange import prune
from shared.interchange.endings import is_over
from shared.interchange.holdings import Held, Holdings, ends_of
from shared.interchange.outcome import Outcome
from shared.interchange.records import LINK_MEMBERS, Predecessor, Record, link_id

_WHY = {
    "retyped": "It has another type in its model now, and goes on as {new}.",
    "returned": "It came back to the file that it had left, and goes on as {new}.",
    "re-ended": "It joins others in its model now.",
}


async def key_for(client: Client, record: Record, old: Predecessor) -> str | None:
    """The key of what it takes the place of, which is free for it from now on; None where it is not to be had."""
    key = str(old.state["key"])
    try:
        if old.kind is record.kind:
            now = await client.get(old.kind, old.state["id"])
            await client.patch(old.kind, now["id"], now["version"], {"key": await _earlier(client, old.kind, key)})
        elif await client.find(record.kind, key):
            return None
    except Refused:
        return None
    return key


async def _earlier(client: Client, kind: Kind, key: str) -> str:
    """What the old one is called from now on."""
    number = 1
    while await client.find(kind, f"{key[:110]}.{number}"):
        number += 1
    return f"{key[:110]}.{number}"


async def succeed(
    client: Client, holdings: Holdings, outcomes: Iterable[Outcome], instead: Mapping[str, Predecessor]
) -> list[Outcome]:
    """End what others took the place of; what may not end is told with the reason why it stays."""
    stays = []
    touching, holding = holdings.touching(), _holding(holdings)
    for outcome in outcomes:
        record, old = outcome.record, instead.get(outcome.record.id)
        if old is None or outcome.action == "refused":
            continue
        new = record.label if record.kind.is_link else f"{record.kind.name}/{record.id}"
        gone = prune.record(holdings, (old.kind, old.state), record.origin, _WHY[old.why].format(new=new))
        try:
            await _succeed(client, record, old, gone, touching, holding)
        except Refused as error:
            stays.append(Outcome(gone, "refused", reason=f"stays: {error}"))
    return stays


async def _succeed(
    client: Client, record: Record, old: Predecessor, gone: Record,
    touching: Mapping[str, list[Held]], holding: Mapping[str, list[Held]],
) -> None:  # fmt: skip
    state = await client.get(old.kind, old.state["id"])
    if old.kind.is_link:
        if prune.is_shared(record.origin, state):
            await prune.release(client, old.kind, state, record.origin)
        elif state["state"] == "active":
            await prune.end(client, old.kind, state, record.origin, gone.reason)
        return
    was = f"{old.kind.name}/{state['id']}"
    ends = {"source": _ref(record.kind, record.id), "target": _ref(old.kind, state["id"])}
    id = link_id("supersedes", f"{record.kind.name}/{record.id}", was)
    await _make(client, id, {"type": "supersedes", **ends, "rationale": gone.reason})
    for kind, link in touching.get(was, ()):
        await _move(client, kind, link, record, was, gone)
    for kind, holder in holding.get(was, ()):
        await _refer(client, kind, holder, old, record)
    if not is_over(old.kind, state["state"]):
        now = await client.get(old.kind, state["id"])
        if reason := await prune.let_go(client, gone, now, {}):
            raise Refused(409, {"detail": reason})


def _ref(kind: Kind, id: str) -> dict[str, str]:
    return {"kind": kind.name, "id": id}


async def _make(client: Client, id: str, link: Mapping[str, Any]) -> None:
    kind = LINKS[KIND_OWNERS[link["source"]["kind"]]]
    [answer] = await client.bulk(kind.service, [{"kind": "link", "id": id, "body": dict(link)}])
    if answer["status"] >= 400 and answer["status"] not in (409, 412, 428):  # else there is one already
        raise Refused(answer["status"], answer["problem"])


async def _move(client: Client, kind: Kind, link: Mapping[str, Any], record: Record, was: str, gone: Record) -> None:
    """Links that others made lead to the new one; those of the model itself are for its relations to make anew."""
    now = await client.get(kind, link["id"])
    if now["state"] != "active" or now["type"] == "supersedes":
        return
    if not all(record.origin.brought(entry) for entry in now["provenance"]) or not now["provenance"]:
        moved = {end: _ref(record.kind, record.id) for end in ("source", "target") if _is(now[end], was)}
        said = {name: now[name] for name in (*LINK_MEMBERS, "provenance") if now[name] is not None}
        made = {
            "type": now["type"],
            "source": now["source"],
            "target": now["target"],
            "state": "active",
            **said,
            **moved,
        }
        await _make(client, link_id(*ends_of(made)), made)
    await prune.end(client, kind, now, record.origin, gone.reason)


def _is(end: Mapping[str, str], ref: str) -> bool:
    return f"{end['kind']}/{end['id']}" == ref


def _holding(holdings: Holdings) -> dict[str, list[Held]]:
    """Who refers to what in a member."""
    found: dict[str, list[Held]] = {}
    for kind, state in holdings.entities.values():
        if not is_over(kind, state["state"]):
            for reference in kind.references:
                for _, target, id in reference.targets(state):
                    found.setdefault(f"{target}/{id}", []).append((kind, state))
    return found


async def _refer(client: Client, kind: Kind, holder: Mapping[str, Any], old: Predecessor, record: Record) -> None:
    """Have a member refer to the new one, where it may refer to one of that kind."""
    now = await client.get(kind, holder["id"])
    was, new, members = f"{old.kind.name}/{old.state['id']}", _ref(record.kind, record.id), now
    for reference in kind.references:
        if kind.immutable & {reference.path.partition(".")[0].partition("[")[0]}:
            continue

        def instead(value: Any, _: str, kinds: tuple[str, ...] = reference.kinds) -> Any:
            if isinstance(value, str):
                same = (*kinds[:1], value) == (old.kind.name, old.state["id"])
                return record.id if same and record.kind is old.kind else value
            return {**value, **new} if value and _is(value, was) else value

        members = reference.replaced(members, instead)
    changed = {name: value for name, value in members.items() if value != now[name]}
    if changed:
        await client.patch(kind, now["id"], now["version"], changed)
