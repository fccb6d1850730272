"""``campaign``: a list of things that their owners attest until a day."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.views.campaign import Progress

_CAMPAIGN = "campaign/"


@command
async def campaign(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="campaign/KEY to see how far it is; a name begins one.")],
    items: Annotated[
        list[str] | None, typer.Option("--item", help="KIND/KEY that is to be attested; may be repeated.")
    ] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help="All live things of this kind; may be repeated.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Until when: a date.")] = None,
) -> None:
    """Begin a campaign, or see how far one is: its items are attested by `plumbline review`."""
    from services.cli.tables import cell, counted
    from shared import typed
    from shared.contracts.alignment import CAMPAIGN
    from shared.contracts.views.campaign import Progress

    if name.startswith(_CAMPAIGN):
        path = await refs.path(session.client, name)
        at = f"/alignment/v1/campaigns/{path.removeprefix(_CAMPAIGN)}/progress"
        answer = await typed.read(session.client, Progress, at)
        session.show(answer.document, lambda: _told(answer.value))
        return
    wanted = [await refs.path(session.client, each) for each in items or ()]
    for kind in map(refs.kind_of, kinds or ()):
        wanted += [
            f"{kind.name}/{each['id']}" async for each in session.client.list(kind) if kind.is_live(each["state"])
        ]
    if not wanted or until is None:
        raise Unusable("A campaign needs what is to be attested, --item or --kind, and a day, --until.")
    pairs = [path.split("/") for path in dict.fromkeys(wanted)]
    body = {"name": name, "items": [{"kind": kind, "id": id} for kind, id in pairs], "due": refs.valid(until)}
    made = await session.client.post(CAMPAIGN, body)
    told = f"campaign/{made['key']} asks for {counted(len(pairs), 'review')} until {made['due'][:10]}."
    session.show(made, lambda: cell(f"{told} How far it is: plumbline campaign campaign/{made['key']}"))


def _told(progress: "Progress") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, ref, table

    late = ", overdue" if progress.overdue else ""
    head = f"{progress.attested} of {progress.total} attested, {progress.state} until {progress.due.date()}{late}."
    owners = [
        (ref(each.node) if each.node else "nobody", f"{each.attested} of {each.items}") for each in progress.owners
    ]
    rows = [
        (ref(each.node), each.node.name, f"{each.at.date()} by {each.by}" if each.at else "", each.comment)
        for each in progress.items
    ]
    return Group(cell(head), table(("owner", "attested"), owners), table(("item", "", "attested", "comment"), rows))
