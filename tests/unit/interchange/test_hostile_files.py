"""Files of nobody knows whom: whatever stands in them, they are read or refused in words, by every format."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import yaml

from shared.contracts import NODE_KINDS
from shared.interchange import formats
from shared.interchange.faults import BadBundle
from shared.interchange.formats import FORMATS, File, Unreadable
from shared.interchange.formats.tables import writing
from tests.unit.interchange import test_backstage, test_raci, test_stratml, test_tmf

_STRANGE: list[Any] = [
    None, 0, -1.5, True, "", " ", "x" * 30_000, "a/b", "x:y/z", "\x00", "ä\u202e", [], {}, [[]], [None], [{}],
    {"a": {}},
    {"id": None}, {"id": {}}, {"id": 7}, [{"id": []}], {"name": []}, {"value": []}, "2026-99-99", 10**30,
]  # fmt: skip
ROUNDS = 100


def paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a document."""
    if above:
        yield above
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in items:
        yield from paths(each, (*above, name))


def changed(document: Any, chance: random.Random) -> Any:
    """A document with up to three things of another kind in it."""
    made = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        *above, last = chance.choice([*paths(made)])
        holder = made
        for step in above:
            holder = holder[step]
        if isinstance(holder, list) and chance.random() < 0.2:
            holder.append(chance.choice(_STRANGE))
        else:
            holder[last] = copy.deepcopy(chance.choice(_STRANGE))
    return made


def scrambled(content: bytes, chance: random.Random) -> bytes:
    """A file with a piece cut out, doubled, or of other bytes."""
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice((1, 3, 20, 200)))
    middle = chance.choice((b"", content[start:end] * 2, chance.randbytes(end - start)))
    return content[:start] + middle + content[end:]


def read(content: bytes, format: str, **said: Any) -> None:
    """Whatever else is raised fails the test."""
    with suppress(Unreadable, BadBundle):
        formats.read(File("a", content, **said), format)


CATALOG = [each for each in yaml.safe_load_all(test_backstage.CATALOG) if each]
DOCUMENTS: dict[str, tuple[Any, Callable[[Any], str], dict[str, Any]]] = {
    "tmf": (test_tmf.EVERYTHING, json.dumps, {}),
    "backstage": (CATALOG, yaml.safe_dump_all, {}),
    "json": ([{"n": "a", "o": ["b"], "t": {"c": 1}}, {"n": "d"}], json.dumps,
             {"kind": "service", "columns": {"n": "name", "o": "owner:party+", "t": "custom.t"}}),
}  # fmt: skip


@pytest.mark.parametrize("format", DOCUMENTS)
def test_documents_may_hold_anything_anywhere(format: str) -> None:
    document, write, said = DOCUMENTS[format]
    chance = random.Random(format)
    for _ in range(ROUNDS):
        read(write(changed(document, chance)).encode("utf-8", "surrogatepass"), format, **said)


FILES: dict[str, tuple[bytes, dict[str, Any]]] = {
    "tmf": (json.dumps(test_tmf.EVERYTHING).encode(), {}),
    "backstage": (test_backstage.CATALOG.encode(), {}),
    "stratml": (test_stratml.PLAN.encode(), {}),
    "raci": (test_raci.GRID.encode(), {}),
    "csv": (b"Key,Name,Type,Owner,Tags\na,A,business,party/x,\"b;c\"\nd,D,,role/y,\n", {"kind": "service"}),
    "xlsx": (writing.template(NODE_KINDS["service_offering"], xlsx=True), {}),
    "json": (b'[{"name": "a", "type": "business"}]', {"kind": "service"}),
}  # fmt: skip


@pytest.mark.parametrize("format", FILES)
def test_files_may_be_broken_anywhere(format: str) -> None:
    content, said = FILES[format]
    chance = random.Random(format)
    for _ in range(ROUNDS):
        read(scrambled(content, chance), format, **said)


@pytest.mark.parametrize("format", [each.name for each in FORMATS])
def test_no_format_is_at_a_loss_with_a_file_of_another(format: str) -> None:
    for content, _ in FILES.values():
        read(content, format)
        formats.named(format).knows(content[:50])


@pytest.mark.parametrize("format", FILES)
def test_each_is_found_by_what_it_holds(format: str) -> None:
    assert formats.recognise(File("a", FILES[format][0])).name == format
