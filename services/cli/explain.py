"""``explain``: what there is to write, by kind and member, from the declarations of the domain."""

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import completing
from services.cli.endpoint import Unusable
from services.cli.session import Output, offline

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts import Kind

Json = dict[str, Any]
Row = tuple[str, ...]
_INDENT = "  "


@offline
def explain(
    output: Output,
    what: Annotated[
        str | None,
        typer.Argument(
            help="KIND, or KIND.member[.member], such as contract.items; without it, all kinds.",
            autocompletion=completing.members,
        ),
    ] = None,
) -> None:
    """What there is to write: members, choices and nested types of a kind, its states and relations."""
    from services.cli import refs
    from shared.contracts import told as told_of

    if what is None:
        data = _kinds()
        output.show(data, lambda: _table(("kind", "service", "what it is"), [tuple(each.values()) for each in data]))
        return
    name, _, path = what.partition(".")
    _no_relation(name)
    kind = refs.kind_of(name)
    told = _whole(kind)
    if not path:
        output.show(told, lambda: _rendered(told))
        return
    links = [told_of.linking(kind)] if told["relations_from"] else []
    member = _member(kind, [*told["members"], *links], path)
    output.show(member, lambda: _one(f"{kind.name}.{path}", member))


def _no_relation(name: str) -> None:
    """What is no kind but joins them; raises Unusable, which says where that is told."""
    from shared.contracts.relations import RELATIONS

    if name in ("link", "links") or name in RELATIONS:
        told = f"{name} is a relation. " if name in RELATIONS else ""
        raise Unusable(f"{told}Links are written at their source: plumbline explain KIND.links, such as service.links.")


def _kinds() -> list[Json]:
    from shared.contracts import NODE_KINDS

    rows = [(kind.name, kind.service, _first(kind.model.__doc__)) for kind in NODE_KINDS.values()]
    return [dict(zip(("kind", "service", "meaning"), row, strict=True)) for row in rows]


def _whole(kind: "Kind") -> Json:
    from shared.contracts import told

    return told.described(kind, _asks(kind))


def _asks(kind: "Kind") -> dict[tuple[str, str], list[str]]:
    """What the rules of its owner say that they ask for."""
    if kind.service == "alignment":
        return {}
    rules = import_module(f"services.{kind.service}.rules").RULES
    lines = {key: [_first(rule.__doc__) for rule in some] for key, some in rules.on.items()}
    for key in ((kind.name, state) for state in kind.claimed):
        lines[key] = [*lines.get(key, ()), f"The scope {kind.service}:register."]
    return lines


def _first(text: str | None) -> str:
    return " ".join((text or "").partition("\n\n")[0].split())


def _member(kind: "Kind", members: list[Json], path: str) -> Json:
    """The member that a path leads to; raises Unusable with those that are there."""
    from shared.contracts.members import did_you_mean

    found: Json = {"members": members}
    for step in path.split("."):
        known = {each["name"]: each for each in _below(found)}
        if step not in known:
            names = ", ".join(known) or "none: it is no nested type"
            raise Unusable(
                f"There is no member {step} of {kind.name} there; there are {names}{did_you_mean(step, known)}"
            )
        found = known[step]
    return found


def _below(member: Json) -> Iterator[Json]:
    yield from member.get("members", ())
    for each in member.get("types", ()):
        yield from each["members"]


def _rendered(told: Json) -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell

    head = f"{told['kind']} (kept by {told['service']}): {told['meaning']}"
    more = f"A document of it with every member: plumbline new {told['kind']}. Over HTTP: {told['collection']}"
    parts: list[Any] = [cell(head), cell(more), cell("")]
    parts.append(_table(("member", "what is written", "what it means"), [*_rows(told["members"])]))
    parts += [cell("* is required. One member with its bounds: plumbline explain KIND.MEMBER"), cell("")]
    parts.append(_table(("state", "", "becomes", "which asks for"), [*_states(told["lifecycle"])]))
    for title, name in (("relation", "relations_from"), ("relation towards it", "relations_to")):
        rows: list[Row] = [(_both(each), ", ".join(each["kinds"])) for each in told[name]]
        if rows:
            parts += [cell(""), _table((title, "with"), rows)]
    if told["relations_from"]:
        parts += [cell(f"How links are written, at their source: plumbline explain {told['kind']}.links")]
    return Group(*parts)


def _both(relation: Json) -> str:
    same = relation["type"] == relation["reads"]
    return relation["type"] if same else f"{relation['type']} (it is {relation['reads']})"


def _one(path: str, member: Json) -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell

    head = [cell(f"{path}: {member['form']}{', required' if member['required'] else ''}"), cell(member["meaning"])]
    choices = [cell(f"Choices: {', '.join(map(str, member['choices']))}")] if member["choices"] else []
    bounds = [cell(f"Bounds: {'; '.join(member['bounds'])}")] if member["bounds"] else []
    rows = [*_nested(member, "")]
    nested = [cell(""), _table(("member", "what is written", "what it means"), rows)] if rows else []
    return Group(*head, *choices, *bounds, *nested)


def _rows(members: list[Json], indent: str = "") -> Iterator[Row]:
    for member in members:
        yield f"{indent}{member['name']}{' *' if member['required'] else ''}", member["form"], member["meaning"]
        yield from _nested(member, indent + _INDENT)


def _nested(member: Json, indent: str) -> Iterator[Row]:
    yield from _rows(member.get("members", []), indent)
    for each in member.get("types", ()):
        yield f"{indent}{each['type']}:", "", each["meaning"]
        yield from _rows(each["members"], indent + _INDENT)


def _states(states: list[Json]) -> Iterator[Row]:
    for each in states:
        marks = [mark for mark, holds in (("first", each["initial"]), ("live", each["live"])) if holds]
        marks += ["final"] if each["final"] else []
        rows = [(move["to"], " ".join(move["asks"])) for move in each["moves"]] or [("", "")]
        for number, (to, asks) in enumerate(rows):
            yield (each["state"], ", ".join(marks), to, asks) if number == 0 else ("", "", to, asks)
        yield from (("", "", "", f"It {told}.") for told in each["by_itself"])


def _table(columns: Row, rows: list[Row]) -> "RenderableType":
    from services.cli.tables import table

    return table(columns, rows)
