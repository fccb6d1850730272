"""``me``: the caller as a person of the organisation."""

from typing import TYPE_CHECKING, Any

from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.views.me import Me


@command
async def me(session: Session) -> None:
    """Who you are here, what you hold and own, and what waits for your decision."""
    from shared import typed
    from shared.contracts.views.me import Me

    answer = await typed.read(session.client, Me, "/alignment/v1/me")
    session.show(answer.document, lambda: _told(answer.value))


def _told(me: "Me") -> "RenderableType":
    from services.cli.tables import ref, table

    party = f"{ref(me.party)} {me.party.name}" if me.party else "nobody: no live party signs in like this"
    rows: list[tuple[str, Any]] = [("you sign in as", me.subject), ("you are", party)]
    if me.stakeholder:
        rows.append(("you sign as", f"{ref(me.stakeholder)} {me.stakeholder.name}"))
    rows += [("part of", ref(team)) for team in me.teams]
    rows += [("you hold", ref(each.role) + (f" in {ref(each.scope)}" if each.scope else "")) for each in me.roles]
    rows += [("you own", ref(each)) for each in me.owns]
    if me.owns_more:
        rows.append(("", "and more: plumbline findings --mine has what is wrong with all of it"))
    rows += [("decide on", ref(each)) for each in me.decisions]
    rows += [("act on finding", each) for each in me.acts_on]
    return table(("", ""), rows)
