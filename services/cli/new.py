"""``new``: a document of a bundle with every member that a kind has, what may be written there in comments."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import completing
from services.cli.endpoint import Unusable
from services.cli.session import Output, offline

if TYPE_CHECKING:
    from shared.contracts import Kind
    from shared.contracts.members import Member

_COMMENTS_AT = 44
_VALUES = {
    "text": "text", "true or false": "true", "whole number": "1", "number": "1", "date": "2026-01-31",
    "date or time": "2026-01-31", "id": "7d4f0000-0000-4000-8000-000000000001", "anything": "text",
    "mapping of names to anything": "{}",
}  # fmt: skip
_KEY = "a-key"
Line = tuple[str, str]
"""What is written, and what it means."""


@offline
def new(
    output: Output,
    kind: Annotated[
        str, typer.Argument(help="A kind, such as service or service_offering.", autocompletion=completing.kinds)
    ],
    key: Annotated[str | None, typer.Option(help="Its key; one is made up otherwise.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name, which is otherwise left to be filled in.")] = None,
) -> None:
    """Print a document of a bundle with every member in it, to be filled in and applied."""
    from services.cli import refs
    from shared.contracts import NODE_KINDS

    found = refs.kind_of(kind)
    if found.name not in NODE_KINDS:
        raise Unusable(f"A {found.name} is not for bundles to say; there are {', '.join(NODE_KINDS)}.")
    text = "\n".join(_document(found, _checked(key) or f"my-{found.name.replace('_', '-')}", name)) + "\n"
    if output.json:
        output.show({"kind": found.name, "document": text}, lambda: "")
    else:
        typer.echo(text, nl=False)


def _checked(key: str | None) -> str | None:
    from pydantic import TypeAdapter, ValidationError

    from shared.contracts.base import Key

    try:
        return None if key is None else TypeAdapter[str](Key).validate_python(key)
    except ValidationError:
        raise Unusable(f"{key} is no key: small letters, digits, dots, hyphens and underscores.") from None


def _document(kind: "Kind", key: str, name: str | None) -> Iterator[str]:
    from shared.contracts import told
    from shared.interchange.yaml_documents import text

    meaning = " ".join((kind.model.__doc__ or "").partition("\n\n")[0].split())
    yield f"# {kind.one[:1].upper()}{kind.one[1:]}: {meaning}"
    yield "# Fill in what is there, take the # away before what else you want to say, and plumbline apply -f it."
    yield f"# More of each member: plumbline explain {kind.name}.MEMBER"
    yield from _lines([(f"kind: {kind.name}", ""), (f"key: {_plain(text(key))}", "unique among those of the kind")], "")
    yield "spec:"
    for each in told.said(kind).values():
        if each.name == "name":
            value = _plain(text(name)) if name else '""'
            yield from _lines([(f"name: {value}", f"{_needed(each)}{each.meaning}")], "  ")
        else:
            lines = [*_member(kind, each.name, each)]
            yield from _lines(lines, "  " if each.required else "  # ")
    if kind.in_view:
        yield from _lines([*_links(kind)], "# ")


def _plain(document: str) -> str:
    return document.removeprefix("---").strip().removesuffix("\n...")


def _lines(lines: list[Line], before: str) -> Iterator[str]:
    for written, meaning in lines:
        line = f"{before}{written}"
        yield f"{line:<{_COMMENTS_AT}}  # {meaning}" if meaning else line


def _needed(member: "Member") -> str:
    return "Required. " if member.required else ""


def _member(kind: "Kind", path: str, member: "Member") -> Iterator[Line]:
    from shared.contracts import told

    choices = f"{member.told}. " if len(member.choices) > 1 else ""
    meaning = f"{_needed(member)}{choices[:1].upper()}{choices[1:]}{member.meaning}"
    if told.is_reference(kind, path):
        kinds = told.references(kind)[path] or ("service",)
        value = f"{kinds[0]}/{_KEY}"
        other = f" Or {' or '.join(f'{each}/key' for each in kinds[1:5])}." if len(kinds) > 1 else ""
        yield f"{member.name}: {f'[{value}]' if member.many else value}", f"{meaning}{other}"
    elif member.models:
        yield f"{member.name}:", meaning
        yield from _nested(kind, path, member)
    else:
        value = _value(member)
        yield f"{member.name}: {f'[{value}]' if member.many else value}", meaning


def _value(member: "Member") -> str:
    if member.choices:
        first = member.choices[0]
        return first if isinstance(first, str) and first.isidentifier() else json.dumps(first)
    return _VALUES[member.word]


def _nested(kind: "Kind", path: str, member: "Member") -> Iterator[Line]:
    """Below its name, of several types one after the other."""
    from shared.contracts.members import members

    for model in member.models:
        first = True
        for name, each in members(model).items():
            for written, meaning in _member(kind, f"{path}.{name}", each):
                dash = "- " if member.many and first else "  "
                yield f"{'  ' if member.many else ''}{dash}{written}", meaning
                first = False


def _links(kind: "Kind") -> Iterator[Line]:
    from shared.contracts import told

    relations: list[dict[str, Any]] = told.described(kind, {})["relations_from"]
    yield "links:", "Relations that begin here."
    kinds = relations[0]["kinds"]
    other = kinds[0] if kinds[0] != "any kind" else "service"
    yield f"  - type: {relations[0]['type']}", f"One of {', '.join(each['type'] for each in relations)}."
    yield f"    to: {other}/{_KEY}", f"plumbline explain {kind.name} says which kinds each may lead to."
    yield "    rationale: text", "Why."
