"""``whatif``: what some changes would do, before anybody makes them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.refs import AsOf
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.views.scenario import Ceasing, Outcome

Json = dict[str, Any]
_SEVERAL = "may be repeated"


@command
async def whatif(
    session: Session,
    file: Annotated[
        Path | None, typer.Argument(help="YAML with `steps`, as POST /scenarios takes them.", show_default=False)
    ] = None,
    retire: Annotated[list[str] | None, typer.Option(help=f"KIND/KEY that is retired; {_SEVERAL}.")] = None,
    leave: Annotated[list[str] | None, typer.Option(help=f"party/KEY who leaves; {_SEVERAL}.")] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="Look at it on this day, with all that has begun and ended by then.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """What changes would do: findings that open and close, the score before and after, and who is hit."""
    from shared.contracts.views.scenario import Outcome

    steps = _steps(file) if file else []
    steps += [{"action": "retire", "ref": ref} for ref in retire or ()]
    steps += [{"action": "leave", "ref": ref} for ref in leave or ()]
    if not steps:
        raise Unusable("Nothing is to be changed: name a FILE with steps, --retire KIND/KEY or --leave party/KEY.")
    at = {"as_of": await refs.moment(session.client, as_of), "valid_at": refs.valid(on)}
    body = {"steps": steps} | {name: moment for name, moment in at.items() if moment}
    told = await session.client.send("POST", "/alignment/v1/scenarios", body, safe=True)
    answer = Outcome.model_validate(told)
    session.show(told, lambda: _outcome(answer))


def _steps(file: Path) -> list[Json]:
    """Raises Unusable."""
    from shared.interchange.yaml_documents import MAX_BYTES, documents

    with file.open("rb") as opened:
        raw = opened.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise Unusable(f"{file} is larger than {MAX_BYTES} bytes.")
    try:
        found = [*documents(raw)]
    except ValueError as error:
        raise Unusable(f"{file}: {error}") from None
    value = found[0] if len(found) == 1 else None
    if not isinstance(value, dict) or not isinstance(value.get("steps"), list):
        raise Unusable(f"{file} has no list of steps, such as\nsteps:\n- action: retire\n  ref: service/claims")
    return list(value["steps"])


def _outcome(answer: "Outcome") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, counted, ref, table

    moved = [
        (each.ref if each.node is None else ref(each.node), each.was or "new", each.becomes)
        for each in answer.suppositions
    ]
    before, after = answer.before, answer.after
    rows = [("index", before.index, after.index)]
    rows += [
        (name, value, after.dimensions.get(name))
        for name, value in before.dimensions.items()
        if value != after.dimensions.get(name)
    ]
    parts: list[RenderableType] = [
        table(("would change", "from", "to"), moved),
        cell(f"{counted(len(answer.opened), 'finding')} would open, {len(answer.closed)} would close."),
    ]
    findings = [("opens", each) for each in answer.opened] + [("closes", each) for each in answer.closed]
    if findings:
        told = [(how, f.severity, f.rule, ref(f.subject), f.title) for how, f in findings]
        parts.append(table(("", "severity", "rule", "subject", "finding"), told))
    if answer.hidden:
        parts.append(cell(f"{answer.hidden} more are not shown."))
    parts.append(table(("score", "before", "after"), rows))
    hit = [row for each in answer.ceasing for row in _hit(each)]
    if hit:
        parts.append(table(("when this goes", "", "is hit, or to be asked"), hit))
    return Group(*parts)


def _hit(each: "Ceasing") -> list[tuple[Any, ...]]:
    from services.cli.tables import ref

    subject = ref(each.subject)
    groups = [("customers", hit.node, f" ({hit.size} people)" if hit.size else "") for hit in each.customers]
    rows = [*groups, *(("contract", hit.node, "") for hit in each.contracts)]
    rows += [("ask", asked.node, "") for asked in each.to_ask]
    told = [(subject, what, f"{ref(node)}{more}") for what, node, more in rows]
    return told + ([(subject, "", f"{each.hidden} relations were not followed")] if each.hidden else [])
