"""A report as it is kept: as the command line gives it to programs, with names for the ids in it, and no larger than a
page can be made of. Pure."""

from collections.abc import Iterator
from typing import Any

import orjson

from shared.interchange import telling
from shared.interchange.outcome import Report

_MOST_BYTES = 2_000_000
_LINES = (1000, 200, 20, 0)
"""Of each list, as many as there is room for."""
_COUNTERS = ("drafts", "unnamed", "unmapped", "duplicates", "joined", "related", "left_out")
_MOST_TYPES, _LONGEST_TYPE = 200, 200


def kept(report: Report) -> bytes:
    called = telling.names(report)
    for most in _LINES:
        told = telling.data(report, most)
        for name in _COUNTERS:
            told[name] = _first(told[name])
        ids = {*_texts(told["changes"]), *_texts(told["kept"])}
        told |= {"summary": telling.summary(report), "names": {id: called[id] for id in ids if id in called}}
        raw = orjson.dumps(told)
        if len(raw) <= _MOST_BYTES:
            break
    return raw


def _first(counter: dict[str, int]) -> dict[str, int]:
    """The most frequent; the rest is one."""
    ranked = sorted(counter.items(), key=lambda each: (-each[1], each[0]))
    first = {name[:_LONGEST_TYPE]: number for name, number in ranked[:_MOST_TYPES]}
    rest = sum(number for _, number in ranked[_MOST_TYPES:])
    return first | ({"others": rest} if rest else {})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
