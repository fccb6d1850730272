"""The commands of sign-off: from the next slice to its proof. Increments and people are named by their keys."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.session import Session, command

if TYPE_CHECKING:
    from pydantic import BaseModel

    from shared.client import Client
    from shared.contracts import Kind
    from shared.typed import Answer

M = TypeVar("M", bound="BaseModel")
State = dict[str, Any]
Key = Annotated[str, typer.Argument(metavar="INCREMENT", help="Key or id of the increment.")]
Comment = Annotated[str | None, typer.Option(help="What is kept with the decision.")]
Who = Annotated[
    str | None, typer.Option("--as", help="Key of the stakeholder you sign for, where you sign for several.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts that have shown the text already.")]


def _kind(name: str) -> "Kind":
    from shared.contracts import NODE_KINDS

    return NODE_KINDS[name]


async def _increment(client: "Client", key: str) -> State:
    return await refs.entity(client, _kind("increment"), key.removeprefix("increment/"))


async def _ids(client: "Client", kind: str, keys: list[str] | None) -> list[str]:
    return [(await refs.entity(client, _kind(kind), key))["id"] for key in keys or ()]


def _due(given: str) -> str:
    """A day, or a moment; raises Unusable."""
    refs.valid(given)
    return given  # of a date the server takes the end


async def _more(client: "Client", increment: State, step: str, model: type[M]) -> "Answer[M]":
    from shared import typed
    from shared.client import path_of

    return await typed.whole(client, model, f"{path_of(_kind('increment'), increment['id'])}/{step}")


@command
async def propose(
    session: Session,
    name: Annotated[str, typer.Argument(help="What the increment is called.")],
    item: Annotated[
        list[str] | None, typer.Option(help="KIND/KEY that it holds; without any, the next slice that could be signed.")
    ] = None,
    signer: Annotated[list[str] | None, typer.Option(help="Key of a stakeholder who signs it.")] = None,
    description: Annotated[str | None, typer.Option(help="What is agreed with it.")] = None,
    due: Annotated[str | None, typer.Option(help="Until when: a date, or a time (RFC 3339).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would hold; write nothing.")] = False,
) -> None:
    """Make a draft of an increment: of what is named, or of what has been proposed and waits for a signature."""
    from services.cli.tables import table
    from shared import typed
    from shared.contracts.answers.sign_off import Proposal

    client = session.client
    if item:
        held = [await refs.named(client, ref) for ref in item]
    else:
        proposal = await typed.read(client, Proposal, "/strategy/v1/increments/proposal")
        held = [each.model_dump(mode="json") for each in proposal.value.items]
    if not held:
        raise Unusable("Nothing is proposed and waits for a signature: name what to sign with --item KIND/KEY.")
    rows = [[f"{each['kind']}/{each['key']}", each["name"], each["version"]] for each in held]
    body: State = {"name": name, "description": description, "due": due and _due(due)}
    body["items"] = [{"kind": each["kind"], "id": each["id"]} for each in held]
    body["signers"] = await _ids(client, "stakeholder", signer)
    made = body if dry_run else await client.post("increment", {n: v for n, v in body.items() if v is not None})
    session.show(made, lambda: table(("item", "name", "version"), rows))
    if not dry_run:
        session.say(f"Draft increment/{made['key']}. Next: plumbline submit {made['key']}")


@command
async def submit(
    session: Session, increment: Key, reason: Annotated[str | None, typer.Option(help="Why now.")] = None
) -> None:
    """Freeze what an increment says, and ask its signers."""
    found = await _increment(session.client, increment)
    moved = await session.client.transition("increment", found["id"], found["version"], "submitted", reason)
    _show(session, moved)


@command
async def sign(session: Session, increment: Key, comment: Comment = None, who: Who = None, yes: Yes = False) -> None:
    """Approve an increment, after its text has been shown."""
    await _decide(session, increment, "approved", "Sign this?", comment, who, yes)


@command
async def reject(
    session: Session,
    increment: Key,
    comment: Annotated[str, typer.Option(help="Why it goes back.")],
    who: Who = None,
    yes: Yes = False,
) -> None:
    """Send an increment back, after its text has been shown."""
    await _decide(session, increment, "rejected", "Send this back?", comment, who, yes)


@command
async def delegate(
    session: Session,
    increment: Key,
    to: Annotated[str, typer.Option(help="Key of the stakeholder who decides instead.")],
    comment: Comment = None,
    who: Who = None,
    yes: Yes = False,
) -> None:
    """Have somebody else decide on an increment."""
    [delegated_to] = await _ids(session.client, "stakeholder", [to])
    await _decide(session, increment, "delegated", f"Have {to} decide?", comment, who, yes, delegated_to=delegated_to)


async def _decide(
    session: Session,
    key: str,
    decision: str,
    question: str,
    comment: str | None,
    who: str | None,
    yes: bool,
    **more: str,
) -> None:
    """Of the package that was shown: it is refused where that has been submitted anew meanwhile."""
    from services.cli.statement import statement
    from shared.client import path_of
    from shared.contracts.answers.sign_off import Comparison

    found = await _increment(session.client, key)
    compared = (await _more(session.client, found, "comparison", Comparison)).value
    session.say(await statement(session.client, found, compared))
    if not yes:
        _confirm(question)
    body: State = {"decision": decision, "package_hash": compared.package_hash, "comment": comment, **more}
    if who:
        [body["stakeholder_id"]] = await _ids(session.client, "stakeholder", [who])
    path = f"{path_of(_kind('increment'), found['id'])}/sign-offs"
    decided = await session.client.send(
        "POST", path, {name: value for name, value in body.items() if value is not None}
    )
    _show(session, decided)


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise Unusable("Nobody is there to confirm it: with --yes it is done without asking.")
    typer.confirm(question, abort=True, err=True)


def _show(session: Session, increment: State) -> None:
    from services.cli.tables import table

    rows = [
        [each.get("name") or each["stakeholder_id"], each.get("subject"), each["decision"], each["at"]]
        for each in increment["sign_offs"]
    ]
    session.show(increment, lambda: table(("signer", "signs in as", "decision", "at"), rows))
    session.say(f"increment/{increment['key']} is {increment['state']}.")


@command
async def drift(session: Session, increment: Key) -> None:
    """How what an increment holds differs from what was frozen. Exit code 1 if anything does."""
    from services.cli.session import FAILED
    from services.cli.statement import differences
    from shared.contracts.answers.sign_off import Drift

    found = await _increment(session.client, increment)
    told = await _more(session.client, found, "drift", Drift)
    drifted = [each for each in told.value.items if each.drifted]
    lines = await differences(session.client, drifted)
    session.show(told.document["items"], lambda: "\n".join(lines) or "Nothing has drifted.")
    if drifted:
        raise typer.Exit(FAILED)


@command
async def proof(
    session: Session,
    increment: Key,
    to: Annotated[Path | None, typer.Option(help="File to write (default: standard output).")] = None,
) -> None:
    """The proof of a signed increment, which `plumbline verify` checks without any service."""
    from services.cli.tables import document
    from shared.contracts.answers.proof import Proof

    told = await _more(session.client, await _increment(session.client, increment), "proof", Proof)
    text = document(told.document, indent=2)
    if to is None:
        typer.echo(text)
        return
    try:
        to.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{to} cannot be written: {error.strerror}.") from None
    session.say(f"Written to {to}.")


@command
async def supersede(
    session: Session,
    increment: Key,
    name: Annotated[str | None, typer.Option(help="What the new one is called (default: as the old one).")] = None,
) -> None:
    """Make a draft that holds the same and takes the place of a signed increment, once it is signed itself."""
    found = await _increment(session.client, increment)
    kept = ("description", "items", "signers", "owner", "tags")
    body = {member: found[member] for member in kept if found[member] not in (None, [])}
    body |= {"name": name or found["name"], "supersedes_id": found["id"]}
    made = await session.client.post("increment", body)
    session.show(made, lambda: f"increment/{made['key']}")
    session.say(f"Draft increment/{made['key']}. Next: change what it holds, then plumbline submit {made['key']}")
