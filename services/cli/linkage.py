"""``cascade``, ``coverage``, ``raci`` and ``load``: the linkage views, for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from services.cli import refs
from services.cli.refs import AsOf, Everything, ValidAt
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.tree import Tree

Json = dict[str, Any]
_LETTERS = ("R", "A", "C", "I")
_SHORT = 30


@command
async def cascade(
    session: Session, as_of: AsOf = None, valid_at: ValidAt = None, everything: Everything = False
) -> None:
    """How strategy comes down to work, on both sides, and where it does not."""
    at = await refs.moment(session.client, as_of)
    given = refs.included(valid_at, everything=everything)
    answer = await session.client.get_json("/alignment/v1/cascade", as_of=at, **given)
    session.show(answer, lambda: _cascade(answer))


def _cascade(answer: Json) -> "RenderableType":
    from rich.console import Group
    from rich.tree import Tree

    from services.cli.tables import cell, label, left_out, table

    tree = Tree("strategy", hide_root=True)
    for root in answer["items"]:
        _grow(tree, root)
    holes = [(hole["severity"], hole["rule"], label(hole["node"]), hole["title"]) for hole in answer["holes"]]
    found = [table(("severity", "rule", "hole", "what is wrong"), holes)] if holes else []
    more = [cell(f"and {number} {what} more") for what, number in answer["hidden"].items() if number]
    return Group(tree, *found, *more, *left_out(answer.get("left_out", {})))


def _grow(tree: "Tree", item: Json) -> None:
    from services.cli.tables import cell, label

    beside = ", ".join(label(node) for node in item["parallels"])
    text = label(item["node"]) + (f" || {beside}" if beside else "")
    branch = tree.add(cell(text + (" (shown already)" if item["hidden"] else "")))
    for below in item["below"]:
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
    at = await refs.moment(session.client, as_of)
    given = refs.included(valid_at, everything=everything)
    items = [item async for item in session.client.items(f"/alignment/v1/coverage/{what}", as_of=at, **given)]
    session.show(items, lambda: _design(items) if what == "design" else _offerings(items))


def _design(items: list[Json]) -> "RenderableType":
    from services.cli.tables import label, table
    from shared.contracts.design import FOUR_PS

    rows = [(label(item["service"]), *(_covered(item[p]) for p in FOUR_PS)) for item in items]
    return table(("service", *FOUR_PS), rows)


def _covered(cell: Json) -> str:
    if cell["status"] == "covered":
        return ", ".join(node["key"] or node["id"] for node in cell["nodes"])
    if cell["status"] == "missing":
        return f"MISSING ({cell['finding']['rule']})"
    return "open" if cell["status"] == "open" else f"not applicable: {cell['reason']}"


def _offerings(items: list[Json]) -> "RenderableType":
    from services.cli.tables import label, table

    def names(item: Json, type: str, member: str) -> str:
        return ", ".join(component[member] for component in item[type])

    members = {"goods": "item", "access": "resource", "action": "trigger"}
    rows = [
        (
            label(item["offering"]),
            *(names(item, type, member) for type, member in members.items()),
            ", ".join(label(service) for service in item["services"]),
            ", ".join(label(group) for group in item["consumer_groups"]),
            "; ".join([*map(_found, item["missing"]), *(f"{what} open" for what in item["open"])]),
        )
        for item in items
    ]
    return table(("offering", *members, "of", "for", "missing"), rows)


@command
async def raci(
    session: Session,
    process: Annotated[str, typer.Argument(help="Key or id of a process.")],
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    everything: Everything = False,
) -> None:
    """Who does what in a process: responsible, accountable, consulted, informed."""
    at = await refs.moment(session.client, as_of)
    ref = await refs.path(session.client, f"process/{process.removeprefix('process/')}", at)
    path, given = f"/alignment/v1/raci/{ref.partition('/')[2]}", refs.included(valid_at, everything=everything)
    answer = await session.client.get_json(path, as_of=at, **given)
    session.show(answer, lambda: _matrix(answer))


def _matrix(answer: Json) -> "RenderableType":
    from services.cli.tables import table

    roles = [column["role"]["key"] or column["role"]["id"] for column in answer["roles"]]
    return table(("activity", *roles, "violations"), _rows(answer))


def _rows(answer: Json) -> Iterator[tuple[str, ...]]:
    held = (", ".join(party["name"] or party["id"] for party in column["parties"]) for column in answer["roles"])
    yield ("(held by)", *held, "")
    for row in answer["rows"]:
        letters = ("".join(cell["letters"]) for cell in row["cells"])
        yield (row["activity"]["name"], *letters, "; ".join(_found(each) for each in row["violations"]))


def _found(finding: Json) -> str:
    return f"{finding['rule']} {finding['title']}"


@command
async def load(session: Session, as_of: AsOf = None, valid_at: ValidAt = None, everything: Everything = False) -> None:
    """What each party carries: roles, and the letters that they bring in the processes where they are held."""
    at = await refs.moment(session.client, as_of)
    given = refs.included(valid_at, everything=everything)
    items = [item async for item in session.client.items("/alignment/v1/load", as_of=at, **given)]
    session.show(items, lambda: _load(items))


def _load(items: list[Json]) -> "RenderableType":
    from services.cli.tables import label, table

    carrying = [item for item in items if item["roles"]]
    rows = [(label(item["party"]), item["roles"], *(item["letters"][each] for each in _LETTERS)) for item in carrying]
    return table(("party", "roles", *_LETTERS), rows)


@command
async def diff(
    session: Session,
    since: Annotated[str, typer.Option("--from", help="The earlier moment (RFC 3339, or a baseline's key).")],
    until: Annotated[str | None, typer.Option("--to", help="The later one, likewise; else now.")] = None,
) -> None:
    """What changed between two moments, by whom and by which event; which findings opened and closed; and the score."""
    path, between = "/alignment/v1/diff", {"from": since, "to": until}
    answer = await session.client.get_json(path, **between, limit=1)
    answer["items"] = [item async for item in session.client.items(path, **between)]
    session.show(answer, lambda: _diff(answer))


def _diff(answer: Json) -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, label, table

    rows = [(item["at"], item["by"], item["action"], _what(item), _members(item)) for item in answer["items"]]
    found = [
        (name, each["rule"], label(each["subject"]), each["title"])
        for name in ("opened", "resolved")
        for each in answer["findings"][name]
    ]
    scores = [("–" if answer["score"][end] is None else str(int(answer["score"][end]))) for end in ("from", "to")]
    return Group(
        table(("when", "who", "did", "what", "members"), rows),
        *([table(("finding", "rule", "subject", "what is wrong"), found)] if found else []),
        cell(f"Score: {scores[0]}, then {scores[1]}"),
    )


def _what(item: Json) -> str:
    from services.cli.tables import label

    if item["node"]:
        return label(item["node"])
    link = item["link"]
    return f"{label(link['source'])} {link['type']} {label(link['target'])}"


def _members(item: Json) -> str:
    changes = [each for each in item["changes"] if item["action"] == "changed" and each["member"] != "state_reason"]
    return "; ".join([*map(_change, changes), *([item["reason"]] if item["reason"] else [])])


def _change(change: Json) -> str:
    """From what to what, where both are short enough to be read in a line."""
    before, after = change["from"], change["to"]
    short = all(not isinstance(value, list | dict) and len(str(value)) <= _SHORT for value in (before, after))
    return f"{change['member']} {_told(before)} -> {_told(after)}" if short else change["member"]


def _told(value: Any) -> str:
    return "none" if value is None else str(value)
