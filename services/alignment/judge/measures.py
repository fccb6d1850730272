"""What is promised, made comparable: shares and times, over windows, within hours. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unicodedata import normalize

WEEK = 7 * 24 * 60.0
Spans = tuple[tuple[float, float], ...]
"""Minutes of a week from Monday 0:00 on, in order and apart."""
ALWAYS: Spans = ((0.0, WEEK),)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = rf"({'|'.join(_DAYS)})[a-z]*"
_HOURS = re.compile(
    rf"(?:{_DAY}(?:\s*(?:-|to)\s*{_DAY})?\s+)?(\d{{1,2}})(?::(\d\d))?\s*(?:-|to)\s*(\d{{1,2}})(?::(\d\d))?"
)
_ALWAYS = frozenset({"24x7", "24/7", "24x7x365", "always", "around the clock", "round the clock", "any time"})
_MINUTES = {
    "second": 1 / 60, "sec": 1 / 60, "s": 1 / 60, "minute": 1.0, "min": 1.0, "hour": 60.0, "hr": 60.0, "h": 60.0,
    "day": 1440.0, "d": 1440.0, "week": WEEK, "w": WEEK, "millisecond": 1 / 60_000, "ms": 1 / 60_000,
}  # fmt: skip
_WINDOWS = {"hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.0, "quarter": 2190.0, "year": 8760.0}
_WINDOW = re.compile(
    r"(?:per |a |each |every |calendar |rolling )*(\d+ )?(hour|day|dai|week|month|quarter|year|annual)"
)
_SPELT = {"dai": "day", "annual": "year"}
_PERCENT = frozenset({"%", "percent", "per cent", "pct"})
_AVAILABLE = re.compile(r"availab|uptime")


@dataclass(frozen=True)
class Measure:
    """A target that can be reckoned with: a share of 1 that is at least ``value``, or so many minutes at most.
    ``window`` is in hours, None where it is not said."""

    topic: str
    is_share: bool
    value: float
    window: float | None
    hours: Spans

    def keeps(self, sustained: float) -> bool:
        """Whether what is sustained is as good as this."""
        return sustained >= self.value - _EVEN if self.is_share else sustained <= self.value + _EVEN


_EVEN = 1e-9
_LONGEST = 1e9
"""Minutes, which is two thousand years: further on nothing adds up exactly."""


def measure(target: Mapping[str, Any]) -> Measure | None:
    """None where unit, comparator or hours cannot be reckoned with."""
    unit, comparator = _plain(target.get("unit")), target.get("comparator")
    hours, value = spans(target.get("hours")), float(target["value"])
    if hours is None:
        return None
    topic, window = topic_of(target), window_of(target.get("window"))
    if unit in _PERCENT and comparator in (">=", ">", "=") and 0 <= value <= 100:
        return Measure(topic, True, value / 100, window, hours)
    minutes = _MINUTES.get(unit) or _MINUTES.get(unit.removesuffix("s"))
    if minutes is not None and comparator in ("<=", "<", "=") and 0 <= value * minutes <= _LONGEST:
        return Measure(topic, False, value * minutes, window, hours)
    return None


def topic_of(target: Mapping[str, Any]) -> str:
    """What is measured: promises about the same are compared."""
    text = _plain(target.get("metric"))
    return "availability" if _AVAILABLE.search(text) else text


def _plain(text: object) -> str:
    return " ".join(normalize("NFKC", str(text or "")).casefold().replace("\N{EN DASH}", "-").split())


def window_of(text: str | None) -> float | None:
    """In hours; None for what is no span of time."""
    found = _WINDOW.match(_plain(text))
    hours = _WINDOWS[_SPELT.get(found[2], found[2])] * int(found[1] or 1) if found else 0
    return hours or None


@lru_cache(maxsize=1024)
def spans(text: str | None) -> Spans | None:
    """Of a week; None for what cannot be read. What says nothing holds always."""
    plain = _plain(text)
    if not plain or plain in _ALWAYS:
        return ALWAYS
    found: list[tuple[float, float]] = []
    for part in re.split(r"\s*[,;]\s*", plain):
        told = _HOURS.fullmatch(part)
        if told is None or int(told[3]) > 24 or int(told[5]) > 24:
            return None
        found += _spans(told)
    return _joined(found)


def _spans(told: re.Match[str]) -> Iterator[tuple[float, float]]:
    first = _DAYS.index(told[1]) if told[1] else 0
    last = _DAYS.index(told[2]) if told[2] else first if told[1] else 6
    begins, ends = (60.0 * int(told[at]) + int(told[at + 1] or 0) for at in (3, 5))
    ends += 24 * 60 if ends <= begins else 0
    for day in range(first, last + 1 if last >= first else last + 8):
        start = day % 7 * 24 * 60.0
        yield start + begins, start + ends


def _joined(found: list[tuple[float, float]]) -> Spans:
    """In order, within the week, without overlap."""
    wrapped = [(a, min(b, WEEK)) for a, b in found if a < WEEK] + [(0.0, b - WEEK) for _, b in found if b > WEEK]
    joined: list[tuple[float, float]] = []
    for begins, ends in sorted(wrapped):
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        else:
            joined.append((begins, ends))
    return tuple(joined)


# -- what one promise is worth to another one


def worth(under: Measure, asked: Measure) -> float:
    """What somebody can rely on who has to promise the same over a window and within hours of their own."""
    if under.is_share:
        return _within(under.value, under.window, asked.window) * _overlap(under.hours, asked.hours)
    return _elapsed(under.value, under.hours, asked.hours)


def _within(share: float, window: float | None, asked: float | None) -> float:
    """What may be missed over a long window may all be missed within a short one."""
    if window is None or asked is None or asked >= window:
        return share
    return max(0.0, 1 - (1 - share) * window / asked)


def _overlap(under: Spans, asked: Spans) -> float:
    """The share of the hours asked for in which anything is promised."""
    both = sum(max(0.0, min(b, d) - max(a, c)) for a, b in under for c, d in asked)
    return both / _open(asked, WEEK)


@lru_cache(maxsize=4096)
def _elapsed(minutes: float, under: Spans, asked: Spans) -> float:
    """How many minutes of the hours asked for pass at worst until so many of the other hours have. It is worst from
    where hours begin or end on, or from where it is over at such a place."""
    if under == asked or (under == ALWAYS and asked == ALWAYS):
        return minutes
    edges = {at for spans_ in (under, asked) for span in spans_ for at in span}
    starts = edges | {
        _reached(_open(under, at + 2 * WEEK) - minutes % _open(under, WEEK), under) % WEEK for at in edges
    }
    inside = [at for at in starts if any(a <= at <= b for a, b in asked)]
    return max(_open(asked, _reached(_open(under, at) + minutes, under)) - _open(asked, at) for at in inside)


def _open(spans_: Spans, until: float) -> float:
    """Minutes of these hours from the beginning of a week until a minute, in this week or a later one."""
    weeks, rest = divmod(until, WEEK)
    each = sum(b - a for a, b in spans_)
    return weeks * each + sum(max(0.0, min(b, rest) - a) for a, b in spans_)


def _reached(minutes: float, spans_: Spans) -> float:
    """The first minute until which so many minutes of these hours have passed."""
    each = sum(b - a for a, b in spans_)
    weeks, rest = divmod(minutes, each)
    if rest == 0:
        weeks, rest = weeks - 1, each
    for a, b in spans_:
        if rest <= b - a:
            return weeks * WEEK + a + rest
        rest -= b - a
    return (weeks + 1) * WEEK
