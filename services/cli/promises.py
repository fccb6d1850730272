"""``promises``: what the promises of a contract rest on, and whether that can keep them."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import refs
from services.cli.refs import AsOf, ValidAt
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.tree import Tree

    from shared.contracts.agreement import ServiceLevelTarget
    from shared.contracts.views.promises import Line, Promised, Promises


@command
async def promises(
    session: Session,
    contract: Annotated[str, typer.Argument(help="Key or id of a contract.")],
    as_of: AsOf = None,
    valid_at: ValidAt = None,
) -> None:
    """What the promises of a contract rest on, and whether that can keep them."""
    from shared import typed
    from shared.contracts.views.promises import Promises

    at = await refs.moment(session.client, as_of)
    ref = await refs.path(session.client, f"contract/{contract.removeprefix('contract/')}", at)
    given = {"as_of": at, **refs.included(valid_at, everything=False)}
    path = f"/alignment/v1/promises/{ref.partition('/')[2]}"
    answer = await typed.read(session.client, Promises, path, **given)
    session.show(answer.document, lambda: _promises(answer.value))


def _promises(answer: "Promises") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, left_out

    parts: list[RenderableType] = [_tree(each) for each in answer.promises]
    parts = parts or [cell("It promises nothing that is measured.")]
    parts += [cell(f"and {answer.hidden} relations not followed")] if answer.hidden else []
    return Group(*parts, *left_out(answer.left_out))


def _tree(promised: "Promised") -> "Tree":
    from rich.tree import Tree

    from services.cli.tables import cell

    tree = Tree(cell(f"{_said(promised.target)}: {_verdict(promised)}"))
    if promised.reckoning:
        _grow(tree, promised.reckoning)
    return tree


def _verdict(promised: "Promised") -> str:
    from services.cli.tables import label

    unit = "%" if promised.unit == "percent" else "min"
    by = f", least by {label(promised.weakest)}" if promised.weakest else ""
    match promised.verdict:
        case "kept":
            return f"can be kept: {promised.sustained:g} {unit}{by}"
        case "broken":
            return f"cannot be kept: {promised.sustained:g} {unit} at best{by}"
        case "unknown":
            return "nothing underneath promises anything about it"
        case _:
            return "its unit, comparator or hours cannot be reckoned with"


def _grow(tree: "Tree", line: "Line") -> None:
    from services.cli.tables import cell, label

    said = f" ({_said(line.target)})" if line.target else ""
    branch = tree.add(cell(f"{label(line.node)}{said}: {line.arithmetic}"))
    for part in line.parts:
        _grow(branch, part)


def _said(target: "ServiceLevelTarget") -> str:
    """As people write it."""
    more = (target.unit, f"a {target.window}" if target.window else None, target.hours)
    return " ".join([target.metric, target.comparator, f"{target.value:g}", *filter(None, more)])
