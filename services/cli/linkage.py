"""``cascade``, ``coverage``, ``raci`` and ``load``: the linkage views, for people."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from services.cli import exporting, refs
from services.cli.endpoint import Unusable
from services.cli.refs import AsOf, Everything, ValidAt
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.tree import Tree

    from shared.contracts.views.cascade import Branch, Cascade
    from shared.contracts.views.coverage import Cell, DesignedService, OfferedTo
    from shared.contracts.views.nodes import Found
    from shared.contracts.views.raci import PartyLoad, RaciMatrix

_VIEW = "/alignment/v1"
_LETTERS = ("responsible", "accountable", "consulted", "informed")


@command
async def cascade(
    session: Session, as_of: AsOf = None, valid_at: ValidAt = None, everything: Everything = False
) -> None:
    """How strategy comes down to work, on both sides, and where it does not."""
    from shared import typed
    from shared.contracts.views.cascade import Cascade

    given = await _given(session, as_of, valid_at, everything=everything)
    answer = await typed.read(session.client, Cascade, f"{_VIEW}/cascade", **given)
    session.show(answer.document, lambda: _cascade(answer.value))


async def _given(session: Session, as_of: str | None, valid_at: str | None, *, everything: bool) -> dict[str, Any]:
    at = await refs.moment(session.client, as_of)
    return {"as_of": at, **refs.included(valid_at, everything=everything)}


def _cascade(answer: "Cascade") -> "RenderableType":
    from rich.console import Group
    from rich.tree import Tree

    from services.cli.tables import cell, label, left_out, table

    tree = Tree("strategy", hide_root=True)
    for root in answer.items:
        _grow(tree, root)
    holes = [(hole.severity, hole.rule, label(hole.node), hole.title) for hole in answer.holes]
    found = [table(("severity", "rule", "hole", "what is wrong"), holes)] if holes else []
    hidden = answer.hidden
    more = [cell(f"and {n} {what} more") for n, what in ((hidden.nodes, "nodes"), (hidden.holes, "holes")) if n]
    return Group(tree, *found, *more, *left_out(answer.left_out))


def _grow(tree: "Tree", item: "Branch") -> None:
    from services.cli.tables import cell, label

    beside = ", ".join(map(label, item.parallels))
    text = label(item.node) + (f" || {beside}" if beside else "")
    branch = tree.add(cell(text + (" (shown already)" if item.hidden else "")))
    for below in item.below:
        _grow(branch, below)


@command
async def coverage(
    session: Session,
    what: Annotated[Literal["design", "offerings"], typer.Argument(help="Services by the four Ps, or offerings.")],
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    everything: Everything = False,
) -> None:
    """What is covered: services by people, process, product and partner; offerings by goods, access and action."""
    from shared import typed
    from shared.contracts.views.coverage import DesignedService, OfferedTo

    given, path = await _given(session, as_of, valid_at, everything=everything), f"{_VIEW}/coverage/{what}"
    if what == "design":
        services = [each async for each in typed.items(session.client, DesignedService, path, **given)]
        session.show([each.document for each in services], lambda: _design([each.value for each in services]))
    else:
        offerings = [each async for each in typed.items(session.client, OfferedTo, path, **given)]
        session.show([each.document for each in offerings], lambda: _offerings([each.value for each in offerings]))


def _design(items: "Sequence[DesignedService]") -> "RenderableType":
    from services.cli.tables import label, table

    rows = [(label(item.service), *map(_covered, _cells(item))) for item in items]
    return table(("service", "people", "process", "product", "partner"), rows)


def _cells(item: "DesignedService") -> "tuple[Cell, ...]":
    return item.people, item.process, item.product, item.partner


def _covered(cell: "Cell") -> str:
    if cell.finding:
        return f"MISSING ({cell.finding.rule})"
    if cell.status == "covered":
        return ", ".join(node.key or node.id for node in cell.nodes)
    return f"not applicable: {cell.reason}" if cell.status == "not_applicable" else cell.status


def _offerings(items: "Sequence[OfferedTo]") -> "RenderableType":
    from services.cli.tables import label, table

    rows = [
        (
            label(item.offering),
            ", ".join(each.item for each in item.goods),
            ", ".join(each.resource for each in item.access),
            ", ".join(each.trigger for each in item.action),
            ", ".join(map(label, item.services)),
            ", ".join(map(label, item.consumer_groups)),
            "; ".join([*map(_found, item.missing), *(f"{what} open" for what in item.open)]),
        )
        for item in items
    ]
    return table(("offering", "goods", "access", "action", "of", "for", "missing"), rows)


@command
async def raci(
    session: Session,
    process: Annotated[str, typer.Argument(help="Key or id of a process.")],
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    everything: Everything = False,
    format_: Annotated[
        Literal["md", "csv", "xlsx"] | None,
        typer.Option(
            "--format", help="Write a grid that import takes back; with --all, who holds a role no longer is marked."
        ),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="File for the grid (default: standard output).")] = None,
) -> None:
    """Who does what in a process: responsible, accountable, consulted, informed."""
    if format_:
        if as_of or valid_at:
            raise Unusable("--format writes the process as it is now: leave --as-of and --valid-at out.")
        await exporting.grid(session, process.removeprefix("process/"), format_, to, everything=everything)
        return
    from shared import typed
    from shared.contracts.views.raci import RaciMatrix

    given = await _given(session, as_of, valid_at, everything=everything)
    ref = await refs.path(session.client, f"process/{process.removeprefix('process/')}", given["as_of"])
    answer = await typed.read(session.client, RaciMatrix, f"{_VIEW}/raci/{ref.partition('/')[2]}", **given)
    session.show(answer.document, lambda: _matrix(answer.value))


def _matrix(answer: "RaciMatrix") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, left_out, off, ref, table

    roles = [f"{column.role.key or column.role.id}{off(column.role)}" for column in answer.roles]
    about = [(answer.process, answer.violations), *((column.role, column.violations) for column in answer.roles)]
    wrong = [cell(f"{ref(node)}: {_found(each)}") for node, found in about for each in found]
    return Group(table(("activity", *roles, "violations"), _rows(answer)), *wrong, *left_out(answer.left_out))


def _rows(answer: "RaciMatrix") -> Iterator[tuple[str, ...]]:
    from services.cli.tables import off

    held = (", ".join(f"{each.name or each.id}{off(each)}" for each in column.parties) for column in answer.roles)
    yield ("(held by)", *held, "")
    for row in answer.rows:
        letters = ("".join(cell.letters) for cell in row.cells)
        activity = f"{row.activity.name or row.activity.id}{off(row.activity)}"
        yield (activity, *letters, "; ".join(map(_found, row.violations)))


def _found(finding: "Found") -> str:
    return f"{finding.rule} {finding.title}"


@command
async def load(session: Session, as_of: AsOf = None, valid_at: ValidAt = None, everything: Everything = False) -> None:
    """What each party carries: roles, and the letters that they bring in the processes where they are held."""
    from shared import typed
    from shared.contracts.views.raci import PartyLoad

    given = await _given(session, as_of, valid_at, everything=everything)
    items = [each async for each in typed.items(session.client, PartyLoad, f"{_VIEW}/load", **given)]
    session.show([each.document for each in items], lambda: _load([each.value for each in items]))


def _load(items: "Sequence[PartyLoad]") -> "RenderableType":
    from services.cli.tables import label, table

    carrying = [item for item in items if item.roles]
    rows = [(label(item.party), item.roles, *(getattr(item.letters, name) for name in _LETTERS)) for item in carrying]
    return table(("party", "roles", *(name[0].upper() for name in _LETTERS)), rows)
