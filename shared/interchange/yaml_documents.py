"""YAML of people and of nobody knows whom: plain data, bounded, with nothing that repeats, refers or runs."""

import re
from collections.abc import Hashable, Iterator
from typing import Any

import yaml

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 40
MAX_VALUES = 50_000
"""Names and values in one document."""
_TAG = "tag:yaml.org,2002:"
_AMBIGUOUS = "!ambiguous"
_PLAIN = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
)
"""What is no text without quotes, as YAML 1.2 has it."""
_READ_DIFFERENTLY = (
    (r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF", "yYnNoO"),
    (r"[-+]?0[0-9_]+(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?", "-+0"),
    (r"[-+]?0[xob][0-9a-fA-F_]+", "-+0"),
    (r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", "-+0123456789"),
    (r"[-+]?(?:[0-9]+_[0-9_]*(?:\.[0-9_]*)?|[0-9]+\.[0-9]*_[0-9_]*)", "-+0123456789"),
)
"""What is a truth, a number or a text by who reads it: YAML 1.1 has sixties, octals and a country that is false."""


class _Loader(yaml.CSafeLoader):
    """The safe loader, with nothing taken for what it may not mean: names are text, dates are left to the contract,
    what could be read in two ways is refused, and so is a member that stands there twice."""

    yaml_implicit_resolvers = dict[str, list[tuple[str, re.Pattern[str]]]]()

    def construct_ambiguous(self, node: yaml.ScalarNode) -> Any:
        raise ValueError(_at(node, f"{node.value!r} is read in different ways: quote it, or write the number out"))

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ValueError(_at(key, "a member's name must be text"))
            if key.value in seen:
                raise ValueError(_at(key, f"{key.value!r} stands here twice"))
            seen.add(key.value)
            key.tag = f"{_TAG}str"
        return super().construct_mapping(node, deep)


for _name, _pattern, _first in _PLAIN:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern})\Z"), [*_first])
for _pattern, _first in _READ_DIFFERENTLY:
    _Loader.add_implicit_resolver(_AMBIGUOUS, re.compile(rf"(?:{_pattern})\Z"), [*_first])
_Loader.add_constructor(_AMBIGUOUS, _Loader.construct_ambiguous)


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
    """Each document that is not empty; raises ValueError, which names line and column where it can."""
    if len(text) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
    try:
        _check_events(text)
        yield from (document for document in yaml.load_all(text, _Loader) if document is not None)
    except yaml.MarkedYAMLError as error:
        raise ValueError(_at(error, error.problem)) from None
    except yaml.YAMLError as error:
        raise ValueError(f"is not YAML: {' '.join(str(error).split())}") from None


def _check_events(text: bytes) -> None:
    """Before anything is built: aliases make small files large, and deep ones break the builder's recursion."""
    depth = count = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(_at(event, "an alias: write the value out"))
        count = 0 if isinstance(event, yaml.DocumentStartEvent) else count + isinstance(event, yaml.NodeEvent)
        if count > MAX_VALUES:
            raise ValueError(_at(event, f"a document of more than {MAX_VALUES:,} names and values"))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ValueError(_at(event, f"nested deeper than {MAX_DEPTH}"))


def _at(place: Any, problem: str | None) -> str:
    mark = getattr(place, "start_mark", None) or getattr(place, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else str(problem)
