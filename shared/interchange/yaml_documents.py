"""YAML of people and of nobody knows whom: plain data, bounded, with nothing that repeats, refers or runs.

Read as YAML 1.2 has it (the core schema): ``NO``, ``on`` and ``1:30`` are texts. What older readers take for something
else, and every number, knows how it is written, so that a member that is a text has it as it stands there.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 40
MAX_VALUES = 50_000
"""Names and values in one document."""
_TAG = "tag:yaml.org,2002:"
_READ_DIFFERENTLY = f"{_TAG}read-differently"
_PLAIN = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
)
"""What is no text without quotes."""
_OTHER_READERS = (
    (r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF", "yYnNoO"),
    (r"[-+]?0[0-9_]+(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?", "-+0"),
    (r"[-+]?0[xob][0-9a-fA-F_]+", "-+0"),
    (r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", "-+0123456789"),
    (r"[-+]?(?:[0-9]+_[0-9_]*(?:\.[0-9_]*)?|[0-9]+\.[0-9]*_[0-9_]*)", "-+0123456789"),
)
"""What is a truth, a number or a text by who reads it: YAML 1.1 has sixties, octals and a country that is false."""


class Unclear(str):
    """A text without quotes that other readers take for a number or a truth."""

    __slots__ = ()

    @property
    def advice(self) -> str:
        """What to write where a number or a truth is meant."""
        if self.lower() in ("yes", "no", "on", "off"):
            return f"write {str(self.lower() in ('yes', 'on')).lower()} or '{self}'"
        digits = self.replace("_", "")
        for base, form in ((16, r"[-+]?0x.+"), (8, r"[-+]?0o.+"), (2, r"[-+]?0b.+"), (10, r"[-+]?[0-9]+")):
            if re.fullmatch(form, digits):
                return f"write {int(digits, base)} or '{self}'"
        if re.fullmatch(r"[-+]?[0-9]+\.[0-9]*", digits):
            return f"write {float(digits)} or '{self}'"
        return f"write the number out, or '{self}'"


class Whole(int):
    """A whole number that knows how it is ``written``."""

    written: str


class Decimal(float):
    """A number that knows how it is ``written``."""

    written: str


@dataclass
class Parsed:
    """A document. ``lines`` has the line of each value by its pointer, and ``faults`` are ``(pointer, message)``. One
    that is not YAML has no value, but it may be known what it is ``named``, as ``kind/key``."""

    value: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    named: str = ""


class NotYaml(ValueError):
    """What cannot be read at all, and where: counted from 1, or nowhere in particular."""

    def __init__(self, problem: str, line: int = 0, column: int = 0) -> None:
        self.problem, self.line, self.column = problem, line, column
        super().__init__(f"line {line}, column {column}: {problem}" if line else problem)


class _Loader(yaml.CSafeLoader):
    """Finds out what plain scalars are, and nothing more."""

    yaml_implicit_resolvers = dict[str, list[tuple[str, re.Pattern[str]]]]()


for _name, _pattern, _first in _PLAIN:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern})\Z"), [*_first])
for _pattern, _first in _OTHER_READERS:
    _Loader.add_implicit_resolver(_READ_DIFFERENTLY, re.compile(rf"(?:{_pattern})\Z"), [*_first])


class _Dumper(yaml.CSafeDumper):
    """Plain data without aliases, and text of several lines as people write it. In quotes is what our reader or an
    older one would take for something else."""

    yaml_implicit_resolvers = {
        first: [
            *_Loader.yaml_implicit_resolvers.get(first, ()),
            *yaml.CSafeDumper.yaml_implicit_resolvers.get(first, ()),
        ]
        for first in {*_Loader.yaml_implicit_resolvers, *yaml.CSafeDumper.yaml_implicit_resolvers}
    }

    def ignore_aliases(self, _: Any) -> bool:
        return True


def _represent(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)


_Dumper.add_representer(str, _represent)


def text(document: Any) -> str:
    """A document as it can be read back, with the line that parts it from the one before."""
    return yaml.dump(document, Dumper=_Dumper, explicit_start=True, sort_keys=False, allow_unicode=True, width=120)


def documents(text: bytes) -> Iterator[Any]:
    """The value of each document that is not empty; raises ValueError, which names the line where it can."""
    for each in parsed(text):
        for pointer, message in each.faults:
            raise ValueError(f"line {each.lines[pointer]}: {message}")
        yield plain(each.value)


def plain(value: Any) -> Any:
    """Without how it is written."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, Unclear):
        return str(value)
    if isinstance(value, Whole):
        return int(value)
    return float(value) if isinstance(value, Decimal) else value


def parsed(text: bytes) -> Iterator[Parsed]:
    """Each document that is not empty, with what is wrong in it; raises NotYaml for what cannot be read at all."""
    if len(text) > MAX_BYTES:
        raise NotYaml(f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
    try:
        _check_events(text)
        for node in yaml.compose_all(text, _Loader):
            document = Parsed()
            document.value = _value(node, "", document)
            if document.value is not None or document.faults:
                yield document
    except yaml.MarkedYAMLError as error:
        raise _at(error, error.problem) from None
    except yaml.YAMLError as error:
        raise NotYaml(f"is not YAML: {' '.join(str(error).split())}") from None


def _value(node: yaml.Node | None, pointer: str, document: Parsed) -> Any:
    if node is None:
        return None
    document.lines.setdefault(pointer, node.start_mark.line + 1)  # a member's is that of its name
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        return _mapping(node, pointer, document)
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        return [_value(item, f"{pointer}/{index}", document) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
        try:
            return _SCALARS[node.tag](node.value)
        except ValueError:
            document.faults.append((pointer, f"{node.value[:50]!r} is not what its tag says"))
            return None
    document.faults.append((pointer, f"is not plain data ({node.tag[:50]}): write text, numbers, lists and mappings"))
    return None


def _mapping(node: yaml.MappingNode, pointer: str, document: Parsed) -> dict[str, Any]:
    """Names are texts: what stands there, in quotes or without."""
    found: dict[str, Any] = {}
    for key, value in node.value:
        below = f"{pointer}/{key.value}" if isinstance(key, yaml.ScalarNode) else pointer
        document.lines[below] = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            document.faults.append((pointer, "a member's name must be text"))
        elif key.value in found:
            document.faults.append((below, f"{key.value!r} stands here twice"))
        else:
            found[key.value] = _value(value, below, document)
    return found


def _whole(text: str) -> Whole:
    number = Whole(text)
    number.written = text
    return number


def _decimal(text: str) -> Decimal | float:
    if text.lower().endswith((".inf", ".nan")):
        return float(text.lower().replace(".", ""))
    number = Decimal(text)
    number.written = text
    return number


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


_SCALARS: dict[str, Callable[[str], Any]] = {
    f"{_TAG}str": str, f"{_TAG}null": lambda _: None, f"{_TAG}bool": _truth, f"{_TAG}int": _whole,
    f"{_TAG}float": _decimal, _READ_DIFFERENTLY: Unclear,
}  # fmt: skip


def _check_events(text: bytes) -> None:
    """Before anything is built: aliases make small files large, and deep ones break the builder's recursion."""
    depth = count = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _at(event, "an alias: write the value out")
        count = 0 if isinstance(event, yaml.DocumentStartEvent) else count + isinstance(event, yaml.NodeEvent)
        if count > MAX_VALUES:
            raise _at(event, f"a document of more than {MAX_VALUES:,} names and values")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _at(event, f"nested deeper than {MAX_DEPTH}")


def _at(place: Any, problem: str | None) -> NotYaml:
    mark = getattr(place, "start_mark", None) or getattr(place, "problem_mark", None)
    return NotYaml(str(problem), mark.line + 1, mark.column + 1) if mark else NotYaml(str(problem))
