"""``pack`` and ``rules test``: rules that an organisation has written itself, from a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.session import FAILED, Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.rule_packs import PackFile
    from shared.contracts.views.trial import Trial

Json = dict[str, Any]


@command
async def pack(
    session: Session, file: Annotated[Path, typer.Argument(help="YAML with a pack of rules.", show_default=False)]
) -> None:
    """Have the rules of a file judged with those of the catalogue, in place of what its pack held before."""
    from services.cli.tables import cell, counted
    from shared.contracts.alignment import RULE_PACK

    given, wrong = _read(file)
    if wrong:
        raise Unusable("\n".join(wrong))
    body = {"name": given.name, "prefix": given.prefix, "source": given.source, "rules": _rules(given)}
    before = await session.client.find(RULE_PACK, given.pack)
    if before is None:
        state = await session.client.post(RULE_PACK, {**body, "key": given.pack})
    elif all(before[name] == value for name, value in body.items()):
        state = before
    else:
        state = await session.client.patch(RULE_PACK, before["id"], before["version"], body)
    changed = before is None or state["version"] != before["version"]
    done = "the view is built anew with them" if changed else "as it was"
    session.show(state, lambda: cell(f"rule_pack/{state['key']} has {counted(len(given.rules), 'rule')}: {done}."))


async def test(session: Session, file: Path, since: str | None) -> None:
    """Play the examples of its rules; with a moment, also say what they would have found from then on."""
    from services.cli.tables import counted, lines
    from shared.contracts.views.trial import Trial

    given, wrong = _read(file)
    document: Json = {"rules": [rule.id for rule in given.rules], "wrong": wrong, "trial": None}
    if not wrong and since is not None:
        at = await refs.moment(session.client, since)
        body = {"prefix": given.prefix, "rules": _rules(given), "since": at}
        document["trial"] = await session.client.send("POST", "/alignment/v1/trials", body, safe=True)
        answer = Trial.model_validate(document["trial"])
        session.show(document, lambda: _tried(answer))
        return
    told = wrong or [f"{counted(len(given.rules), 'rule')}: the examples hold."]
    session.show(document, lambda: lines(told))
    if wrong:
        raise typer.Exit(FAILED)


def _read(file: Path) -> tuple["PackFile", list[str]]:
    """What a file says, and what is wrong with its rules. Raises Unusable for what is no pack."""
    from services.alignment.judge.pack_faults import faults
    from shared.contracts.rule_packs import PackFile
    from shared.interchange.faults import BadBundle
    from shared.interchange.modelled import read

    try:
        given, place = read(file, PackFile)
    except BadBundle as error:
        raise Unusable(str(error)) from None
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from None
    return given, [place.fault(*each) for each in faults(given.prefix, given.rules)]


def _rules(given: "PackFile") -> list[Json]:
    return [rule.model_dump(mode="json") for rule in given.rules]


def _tried(answer: "Trial") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, ref, table

    rows = [(each.rule, each.title, each.found, each.open) for each in answer.rules]
    parts: list[RenderableType] = [
        cell(f"Since {answer.since:%Y-%m-%d %H:%M}, if they had been judged:"),
        table(("rule", "finding", "found", "open now"), rows),
    ]
    items = [
        (
            rule.rule,
            each.severity,
            ref(each.subject),
            each.opened_at.date(),
            each.resolved_at and each.resolved_at.date(),
        )
        for rule in answer.rules
        for each in rule.items
    ]
    if items:
        parts.append(table(("rule", "severity", "subject", "from", "now"), items))
    return Group(*parts)
