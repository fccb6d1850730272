"""The rules of ``promtool check metrics``, which cannot be had as a package."""

import re
from collections.abc import Iterable, Iterator

from prometheus_client import Metric
from prometheus_client.samples import Sample

_NOT_BASE = {"milliseconds", "ms", "minutes", "hours", "kilobytes", "megabytes", "percent"}
_OF_HISTOGRAMS = ("bucket", "count", "sum")
_RESERVED_LABELS = ("job", "instance", "quantile")


def problems(families: Iterable[Metric]) -> list[str]:
    """One sentence for each breach."""
    found: list[str] = []
    for family in families:
        found += [f"{family.name}: {problem}" for problem in (*_named(family), *_typed(family))]
        for sample in family.samples:
            found += [f"{sample.name}: {problem}" for problem in _sampled(family.type, sample)]
    return found


def _named(family: Metric) -> Iterator[str]:
    words = family.name.split("_")
    if not family.documentation:
        yield "no help text"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", family.name):
        yield "not in snake case"
    if family.type in words or words[-1] in ("created", "info"):
        yield "the name tells a type"
    if units := _NOT_BASE.intersection(words):
        yield f"not in a base unit: {units}"


def _typed(family: Metric) -> Iterator[str]:
    last = family.name.split("_")[-1]
    if family.type == "unknown":
        yield "no type"
    if family.type != "counter" and last == "total":
        yield "only a counter ends in _total"
    if family.type != "histogram" and last in _OF_HISTOGRAMS:
        yield "reserved for histograms"


def _sampled(type: str, sample: Sample) -> Iterator[str]:
    if type == "counter" and not sample.name.endswith("_total"):
        yield "a counter ends in _total"
    reserved = [label for label in sample.labels if label.startswith("__") or label in _RESERVED_LABELS]
    if reserved or ("le" in sample.labels and type != "histogram"):
        yield f"reserved labels: {reserved or 'le'}"
