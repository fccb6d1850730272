"""How things of strategy stand beside what was signed of them."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from services.web.signing.asking import OPEN
from services.web.visit import Visit
from shared import typed
from shared.client import path_of
from shared.contracts import NODE_KINDS
from shared.contracts.answers.sign_off import Drift
from shared.contracts.strategy.signing import Increment
from shared.http.pagination import MAX_LIMIT

_KIND = NODE_KINDS["increment"]
_HELD = ("signed", "attested")
MOST = 30
"""Signed increments that are looked into, the newest ones."""


@dataclass(frozen=True)
class Mark:
    """``how``: ``signed``, ``changed`` since then, or ``asked``, where ``waits`` decisions are missing."""

    how: Literal["signed", "changed", "asked"]
    increment: Increment
    waits: int = 0


async def marks(visit: Visit, refs: Collection[str]) -> dict[str, Mark]:
    """Of these ``kind/id``, in the present. What was never put up for signature has none."""
    page = await visit.client.get_json(path_of(_KIND), sort="-updated_at", limit=MAX_LIMIT)
    found = [typed.of(Increment, path_of(_KIND), each).value for each in page["items"]]
    shown = {str(item) for each in found if each.state in OPEN for item in each.items}
    held = [*last([each for each in found if each.state in _HELD], set(refs) - shown)][:MOST]
    drifts = await asyncio.gather(*(visit.whole(Drift, f"{path_of(_KIND, str(each.id))}/drift") for each in held))
    drifted = {
        (each.id, f"{item.kind}/{item.id}")
        for each, drift in zip(held, drifts, strict=True)
        for item in drift.items
        if item.drifted
    }
    return marked([*(each for each in found if each.state in OPEN), *held], drifted)


def last(signed: Iterable[Increment], refs: Set[str]) -> Iterator[Increment]:
    """Of increments, the newest first, those under which any of these was signed last."""
    left = set(refs)
    for each in signed:
        mine = left & {str(item) for item in each.items}
        if mine:
            left -= mine
            yield each


def marked(increments: Sequence[Increment], drifted: Iterable[tuple[object, str]]) -> dict[str, Mark]:
    """What is asked about now goes before what was signed, and the newest before what is older."""
    gone = set(drifted)
    made: dict[str, Mark] = {}
    for each in increments:
        waits = sum(asked.decision == "requested" for asked in each.sign_offs)
        for item in each.items:
            if each.state in OPEN:
                mark = Mark("asked", each, waits)
            else:
                mark = Mark("changed" if (each.id, str(item)) in gone else "signed", each)
            made.setdefault(str(item), mark)
    return made


def hows(made: Mapping[str, Mark]) -> dict[str, str]:
    return {ref: mark.how for ref, mark in made.items()}
