"""``finding``, ``waive``, ``acknowledge`` and ``comment``: one finding, and what people do about it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.client import Client
    from shared.contracts.views.findings import FindingView, NextMove

Which = Annotated[
    str, typer.Argument(metavar="FINDING", help="Its id, or RULE:KIND/KEY, such as V02:tactic/second-site.")
]
_FINDINGS = "/alignment/v1/findings"
Json = dict[str, Any]


@command
async def finding(session: Session, which: Which) -> None:
    """One finding: what was seen, what mends it, whose move it is, and what has been done about it."""
    from shared import typed
    from shared.contracts.views.findings import FindingView

    id = await finding_id(session.client, which)
    answer = await typed.read(session.client, FindingView, f"{_FINDINGS}/{id}")
    session.show(answer.document, lambda: _told(answer.value))


@command
async def waive(
    session: Session,
    which: Which,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why it can be lived with.")],
    until: Annotated[str, typer.Option("--until", help="When it ends by itself: a date, at most a year ahead.")],
) -> None:
    """Live with a finding until a day; it stays on view, and counts as passing in the score with waivers."""
    from services.cli.tables import cell

    id = await finding_id(session.client, which)
    ends = refs.valid(until)
    made = await session.client.send("POST", f"{_FINDINGS}/{id}/waiver", {"reason": reason, "valid_to": ends})
    told = f"{which} is waived until {made['valid_to']}. To end that: plumbline move waiver/{made['key']} withdrawn"
    session.show(made, lambda: cell(told))


@command
async def acknowledge(
    session: Session,
    which: Which,
    owner: Annotated[str | None, typer.Option("--owner", help="Who is to act on it, as party/KEY or role/KEY.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="What is going to be done.")] = None,
    due: Annotated[str | None, typer.Option("--due", help="Until when it is to be mended: a date.")] = None,
) -> None:
    """Say that a finding has been seen, and who acts on it; again, to change that."""
    from services.cli.tables import cell
    from shared.contracts.alignment import ACKNOWLEDGEMENT

    id = await finding_id(session.client, which)
    given = {"owner": await _owner(session.client, owner), "description": note, "due": refs.valid(due)}
    body = {name: value for name, value in given.items() if value is not None}
    before = (await session.client.get_json(f"{_FINDINGS}/{id}"))["acknowledgement"]
    if before is None:
        made = await session.client.send("POST", f"{_FINDINGS}/{id}/acknowledgement", body)
    else:
        old = await session.client.get(ACKNOWLEDGEMENT, before["id"])
        made = await session.client.patch(ACKNOWLEDGEMENT, old["id"], old["version"], body)
    session.show(made, lambda: cell(f"{which} is acknowledged, as acknowledgement/{made['key']}."))


@command
async def comment(
    session: Session, which: Which, text: Annotated[str, typer.Argument(help="What there is to say.")]
) -> None:
    """Comment on a finding; ``finding`` shows what has been said."""
    from services.cli.tables import cell

    id = await finding_id(session.client, which)
    made = await session.client.send("POST", f"{_FINDINGS}/{id}/comments", {"text": text})
    session.show(made, lambda: cell(f"comment/{made['key']} on {which}."))


async def finding_id(client: "Client", which: str) -> str:
    """The id of an open finding that is named by its rule and subject, or an id as it is; raises NotFound."""
    from shared.client import NotFound
    from shared.contracts.scalars import looks_like_an_id

    if looks_like_an_id(which):
        return which
    rule, _, subject = which.partition(":")
    if not subject:
        raise Unusable(f"{which} is no finding: write its id, or RULE:KIND/KEY, such as V02:tactic/second-site.")
    asked = {"rule": rule, "subject": await refs.path(client, subject)}
    found = [item["id"] async for item in client.items(_FINDINGS, **asked)]
    if len(found) > 1:
        raise Unusable(
            f"{rule} finds {len(found)} things wrong with {subject}: name one by its id, {', '.join(found)}."
        )
    if not found:
        told = f"{rule} finds nothing wrong with {subject}. What is: plumbline findings --subject {subject} --each"
        raise NotFound(404, {"detail": told})
    return str(found[0])


async def _owner(client: "Client", ref: str | None) -> Json | None:
    if ref is None:
        return None
    kind, _, id = (await refs.path(client, ref)).partition("/")
    return {"kind": kind, "id": id}


def _seen(value: Any, found: "FindingView") -> str:
    """What evidence says, with names in the place of ids."""
    from services.cli.tables import ref

    if isinstance(value, list):
        return "; ".join(_seen(each, found) for each in value)
    nodes = found.mentioned
    return " ".join(ref(nodes[word]) if word in nodes else word for word in str(value).split(" "))


def _chain(found: "FindingView") -> "Iterator[str]":
    """A line for each relation, marked where it breaks."""
    from services.cli.tables import label

    if found.chain is None or not found.chain.steps:
        return
    for number, step in enumerate(found.chain.steps):
        off = "" if step.edge.live else f" [{step.edge.why_not_live}]"
        broken = "  <- breaks here" if number == found.chain.breaks_at else ""
        yield f"{step.edge.type}{off} {label(step.node)}{broken}"
    if found.chain.breaks_at == len(found.chain.steps):
        yield "and ends there"


def _whose(move: "NextMove") -> str:
    """Who, for whom that one stands in, and of what above what the finding is about."""
    from services.cli.tables import label, ref

    if move.owner is None:
        return "nobody is named, nor for anything above it"
    stands_in = f", who stands in for {ref(move.stands_in_for)}" if move.stands_in_for else ""
    above = f", who owns {ref(move.along[-1].node)} above it" if move.along else ""
    return f"{label(move.owner)}{stands_in}{above}"


def _told(found: "FindingView") -> "RenderableType":
    from services.cli.tables import ref, table

    evidence = ", ".join(f"{name}: {_seen(value, found)}" for name, value in found.evidence.items())
    rows: list[tuple[Any, ...]] = [
        ("finding", f"{found.rule} {found.title}"),
        ("it says", found.sentence),
        ("about", f"{ref(found.subject)} {found.subject.name or ''}"),
        ("severity", "pending" if found.pending else found.severity),
        ("since", found.since.date()),
        ("seen", evidence),
        *(("chain", line) for line in _chain(found)),
        ("mended by", found.remedy),
        ("whose move", _whose(found.move)),
        ("id", found.id),
    ]
    if found.resolved_at:
        rows.append(("resolved", found.resolved_at.date()))
    if found.waiver:
        rows.append(("waived", f"until {found.waiver.until.date()} by {found.waiver.by}: {found.waiver.reason}"))
    if found.acknowledgement:
        seen = found.acknowledgement
        told = (f"acts: {seen.owner}" if seen.owner else "", f"until {seen.due.date()}" if seen.due else "", seen.note)
        rows.append(("acknowledged", ", ".join((f"by {seen.by}", *filter(None, told)))))
    rows += [("comment", f"{each.at.date()} {each.by}: {each.text}") for each in found.remarks]
    return table(("", ""), rows)
