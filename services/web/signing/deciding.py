"""What the forms of an increment do: decide, ask, take back, follow."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.web.pages import Form
from services.web.signing.asking import DECISIONS, OPEN
from services.web.texts import counted
from services.web.wrong import Errors
from shared.client import Client, path_of
from shared.contracts import NODE_KINDS
from shared.contracts.strategy.signing import Increment

Json = dict[str, Any]
_KIND = NODE_KINDS["increment"]
FIELDS = {
    "comment": "comment", "delegated_to": "delegated_to", "stakeholder_id": "stakeholder_id", "reason": "reason",
    "name": "name", "due": "due", "signers": "signers",
}  # fmt: skip
"""Fields of the forms, by the member that a service finds wrong."""


@dataclass(frozen=True)
class Move:
    """A button of the page: what is posted, what it says, and what comes of it. It may need a reason."""

    do: str
    says: str
    text: str
    needs_reason: bool = False


@dataclass(frozen=True)
class Act:
    """``check`` says what is missing of a form before anything is sent; ``make`` answers the state of an increment."""

    said: str
    make: Callable[[Client, Form], Awaitable[Json]]
    check: Callable[[Form], Errors] = lambda _: []


_MOVES = {
    "draft": Move("submit", "Ask for signatures", "Its text is frozen, and each signer is asked."),
    "declined": Move("reopen", "Take back to draft", "Then it can be changed, and submitted again."),
    "signed": Move("supersede", "Draft what takes its place", "With the same items and signers, to be changed first."),
    **dict.fromkeys(
        OPEN, Move("withdraw", "Take it back", "Nobody is asked any more; the reason is kept.", needs_reason=True)
    ),
}


def offered(increment: Increment) -> Sequence[Move]:
    """What whoever may write strategy can do with it. What was signed elsewhere is registered, and not submitted."""
    move = _MOVES.get(increment.state)
    return [move] if move and increment.type == "sign_off" else []


async def draft(client: Client, form: Form) -> Json:
    """The next slice that could be signed, under a name; raises Refused."""
    parts = [each.partition("/") for each in form.every("item")]
    items = [{"kind": kind, "id": id} for kind, _, id in parts]
    body = {"name": form.get("name"), "description": form.get("description"), "due": form.get("due")}
    given = {name: value for name, value in body.items() if value}
    return await client.post(_KIND, given | {"items": items, "signers": form.every("signers")})


async def _decide(client: Client, form: Form) -> Json:
    """Of the package that was read: another one is refused."""
    delegates = form.get("decision") == "delegated"
    body = {
        "decision": form.get("decision"),
        "comment": form.get("comment"),
        "package_hash": form.get("package_hash"),
        "stakeholder_id": form.get("stakeholder_id"),
        "delegated_to": form.get("delegated_to") if delegates else "",
    }
    given = {name: value for name, value in body.items() if value}
    return await client.send("POST", f"{path_of(_KIND, form.get('id'))}/sign-offs", given)


def _decided(form: Form) -> Errors:
    decision = form.get("decision")
    if decision not in DECISIONS:
        return [("decision", "Choose what you decide.")]
    if decision == "rejected" and not form.get("comment"):
        return [("comment", "Say why it goes back: whoever prepared it reads this.")]
    if decision == "delegated" and not form.get("delegated_to"):
        return [("delegated_to", "Choose who decides instead of you.")]
    return []


def _to(state: str) -> Callable[[Client, Form], Awaitable[Json]]:
    async def move(client: Client, form: Form) -> Json:
        reason = form.get("reason") or None
        return await client.transition(_KIND, form.get("id"), _version(form), state, reason)

    return move


def _version(form: Form) -> int:
    """Of what was read; 0 is none."""
    return counted(form.get("version")) or 0


async def _supersede(client: Client, form: Form) -> Json:
    """A draft that names what it takes the place of, with what that holds and who signed it."""
    before = await client.get(_KIND, form.get("id"))
    body = {name: before[name] for name in ("description", "items", "signers", "owner") if before[name]}
    return await client.post(_KIND, body | {"name": f"After: {before['name']}", "supersedes_id": before["id"]})


def _reasoned(form: Form) -> Errors:
    return [] if form.get("reason") else [("reason", "Say why: its signers read this.")]


ACTS = {
    "decide": Act("signed", _decide, _decided),
    "submit": Act("submitted", _to("submitted")),
    "withdraw": Act("returned", _to("declined"), _reasoned),
    "reopen": Act("moved", _to("draft")),
    "supersede": Act("drafted", _supersede),
}
"""By what is posted as ``do``."""
