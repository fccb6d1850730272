"""YAML of people and of nobody knows whom: plain data, bounded, with nothing that repeats, refers or runs."""

from collections.abc import Hashable, Iterator
from typing import Any

import yaml

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 40
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.CSafeLoader):
    """The safe loader, with dates left as text for the contract to read, and no member that stands there twice."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in rules if tag != _TIMESTAMP]
        for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ValueError(_at(key, "a member's name must be text"))
            if key.value in seen:
                raise ValueError(_at(key, f"{key.value!r} stands here twice"))
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.CSafeDumper):
    """Plain data without aliases, and text of several lines as people write it."""

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
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(_at(event, "an alias: write the value out"))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ValueError(_at(event, f"nested deeper than {MAX_DEPTH}"))


def _at(place: Any, problem: str | None) -> str:
    mark = getattr(place, "start_mark", None) or getattr(place, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else str(problem)
