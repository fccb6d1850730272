"""``get``: what the owners hold, as they hold it now, or as the view had it at a moment."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from services.cli import completing, refs
from services.cli.endpoint import Unusable
from services.cli.refs import AsOf
from services.cli.session import Session, command
from services.cli.signed import signed_by

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts import Kind

State = dict[str, Any]
Form = Literal["table", "wide", "json", "yaml", "csv"]
_COLUMNS = ("key", "name", "type", "state", "version")
_WIDE = (*_COLUMNS, "owner", "criticality", "valid_from", "valid_to", "updated_at", "updated_by", "id")
_MOST_NAMED = 200
"""Things whose keys are asked for to show them."""
_BY_THE_VIEW = ("q", "state", "type", "key")
"""Filters for lists of a past moment, which the view has."""
_IN_ITS_LISTS = frozenset({"id", "kind", "key", "name", "type", "state", "version", "criticality"})
"""Members that are in these lists as they are; for any other each thing is asked for."""
_ORDERS = ("id", "key", "name", "created_at", "updated_at")


@command
async def get(
    session: Session,
    kind: Annotated[
        str, typer.Argument(help="A kind, such as service or service_offering.", autocompletion=completing.kinds)
    ],
    key: Annotated[
        str | None, typer.Argument(help="Key or id; without it, all of the kind.", autocompletion=completing.keys)
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", "-w", help="NAME=VALUE of a filter of the API, such as state=active; may be repeated."),
    ] = None,
    sort: Annotated[
        str | None, typer.Option(help="id, key, name, created_at or updated_at; -name for downwards.")
    ] = None,
    columns: Annotated[str | None, typer.Option(help="Members to show, by comma.")] = None,
    form: Annotated[Form, typer.Option("--output", "-o", help="In which form.")] = "table",
    as_of: AsOf = None,
) -> None:
    """List the entities of a kind, or show one."""
    found = refs.kind_of(kind)
    at = await refs.moment(session.client, as_of)
    shown = _columns(found, columns, form)
    if key is not None:
        if "=" in key:
            raise Unusable(f"{key} is no key: a filter is given as --where {key}.")
        if where or sort:
            raise Unusable("Filters and an order are for lists: leave the key out.")
        state = await (_was(session, found, key, at) if at else refs.entity(session.client, found, key))
        names = shown if columns or form == "csv" else None
        told = form in ("table", "wide") and not (at or columns or session.json)
        signed = await signed_by(session.client, found, state) if told else []
        [named] = await _named(session, [state], form)
        data = state if names is None else _of(state, names)
        _show(session, form, data, [state], shown, lambda: _one(named, names, signed))
        return
    filters = await _filters(session, where or [])
    if at is None:
        items = [each async for each in session.client.list(found, **filters, sort=sort)]
    else:
        asked = {*shown, "id"} if form == "table" and not session.json else None
        items = await _were(session, found, filters, sort, at, asked)
    chosen = [_of(each, shown) for each in items] if columns else items
    rows = await _named(session, [_of(each, shown) for each in items], form)
    _show(session, form, chosen, items, shown, lambda: _many(rows, shown))


async def _named(session: Session, states: list[State], form: Form) -> list[State]:
    """For people, what a member refers to by its key, as they write it; programs follow the id."""
    from shared.client import NotFound
    from shared.contracts import NODE_KINDS
    from shared.interchange.together import each

    async def key(ref: tuple[str, str]) -> str:
        try:
            return str((await session.client.get(NODE_KINDS[ref[0]], ref[1]))["key"])
        except NotFound:
            return ref[1]

    if session.json or form not in ("table", "wide"):
        return states
    refs = {(value["kind"], value["id"]) for state in states for value in state.values() if _is_ref(value)}
    wanted = sorted(refs)[:_MOST_NAMED]
    keys = dict(zip(wanted, await each(wanted, key), strict=True))

    def shown(value: Any) -> Any:
        return {**value, "id": keys.get((value["kind"], value["id"]), value["id"])} if _is_ref(value) else value

    return [{name: shown(value) for name, value in state.items()} for state in states]


def _is_ref(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"kind", "id"}


def _columns(kind: "Kind", given: str | None, form: Form) -> tuple[str, ...]:
    """The members to show; raises Unusable for one that there is not."""
    from shared.contracts.members import did_you_mean

    known = kind.model.model_fields
    if given is None:
        return tuple(
            name for name in (_WIDE if form in ("wide", "csv") else _COLUMNS) if name in known or form == "table"
        )
    names = tuple(name.strip() for name in given.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise Unusable(
                f"A {kind.name} has no member {name}; there are {', '.join(known)}{did_you_mean(name, known)}"
            )
    return names


async def _filters(session: Session, where: list[str]) -> dict[str, str]:
    """As the API takes them: a reference may be ``kind/key``, and ``owner`` is one of two parts."""
    found: dict[str, str] = {}
    for each in where:
        name, equals, value = each.partition("=")
        if not equals:
            raise Unusable(f"{each} is no filter: write NAME=VALUE, such as state=active.")
        refers, slash, _ = value.partition("/")
        if slash and (name == "owner" or name.endswith("_id")):
            found |= {"owner_kind": refs.kind_of(refers).name} if name == "owner" else {}
            value = (await refs.named(session.client, value))["id"]
            name = "owner_id" if name == "owner" else name
        if name in found:
            raise Unusable(f"--where {name} is given twice, and nothing has two values of it: ask for each by itself.")
        found[name] = value
    return found


async def _were(
    session: Session, kind: "Kind", filters: dict[str, str], sort: str | None, at: str, shown: set[str] | None
) -> list[State]:
    """A list of a past moment: of what its members are to be shown, or whole."""
    from shared.interchange.together import each

    if strange := [name for name in filters if name not in _BY_THE_VIEW]:
        said = f"{', '.join(_BY_THE_VIEW)}, not by {', '.join(strange)}"
        raise Unusable(f"Lists of a past moment are filtered by {said}.")
    by = (sort or "key").removeprefix("-")
    if by not in _ORDERS:
        raise Unusable(f"--sort must be one of {', '.join(_ORDERS)}, with - before it for downwards.")
    asked = session.client.items("/alignment/v1/nodes", kind=kind.name, as_of=at, **filters)
    items = [node async for node in asked]
    if shown is None or not shown | {by} <= _IN_ITS_LISTS:
        items = await each(items, lambda node: _was(session, kind, node["id"], at))
    return sorted(items, key=lambda state: (str(state[by]), state["id"]), reverse=(sort or "").startswith("-"))


async def _was(session: Session, kind: "Kind", key: str, at: str) -> State:
    node = await session.client.get_json(f"/alignment/v1/nodes/{kind.name}/{key}", as_of=at)
    state: State = node["state_data"]
    return state


def _show(
    session: Session,
    form: Form,
    data: Any,
    states: list[State],
    columns: tuple[str, ...],
    render: Callable[[], "RenderableType"],
) -> None:
    if form == "yaml":
        from shared.interchange.yaml_documents import text

        typer.echo(text(data), nl=False)
    elif form == "csv":
        typer.echo(_csv(states, columns), nl=False)
    else:
        session.json = session.json or form == "json"
        session.show(data, render)


def _csv(states: list[State], columns: tuple[str, ...]) -> str:
    """With a line of names; no cell is taken for a formula."""
    import csv
    import io

    from shared.interchange.formats.tables.values import harmless

    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([harmless(_text(state.get(name))) for name in columns] for state in states)
    return file.getvalue()


def _of(state: State, columns: tuple[str, ...]) -> State:
    return {name: state.get(name) for name in columns}


def _many(items: list[State], columns: tuple[str, ...]) -> "RenderableType":
    from services.cli.tables import table

    return table(columns, [[_text(item.get(column)) for column in columns] for item in items])


def _one(state: State, columns: tuple[str, ...] | None, signed: list[str]) -> "RenderableType":
    """Members that say something; provenance is bookkeeping of imports, there with ``--json``."""
    from services.cli.tables import table

    names = columns or [name for name in state if state[name] not in (None, [], {}) and name != "provenance"]
    rows = [(name, _text(state[name])) for name in names]
    return table(("member", "value"), [*rows, *(("signed by", each) for each in signed)])


def _text(value: Any) -> str:
    if _is_ref(value):
        return f"{value['kind']}/{value['id']}"
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
