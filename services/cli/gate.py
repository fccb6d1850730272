"""What comes of changes that are made one after the other, each asked before it is made."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.client import Client
    from shared.contracts.views.scenario import Outcome

Json = dict[str, Any]
Rules = dict[str, str]
"""The rule of each finding, by the id of that."""


@dataclass
class Gate:
    """What comes of one step after another: of what is made the view is asked again, and what is not made is supposed
    together with what comes after it."""

    client: "Client"
    supposes: bool
    _supposed: list[Json] = field(default_factory=list)
    _opened: Rules = field(default_factory=dict)
    _closed: Rules = field(default_factory=dict)

    async def foretell(self, change: Json) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The rules of the findings that come and that go with it. Raises Refused."""
        outcome = await self._asked([*self._supposed, change])
        opened, closed = ({each.id: each.rule for each in some} for some in (outcome.opened, outcome.closed))
        come = _without(opened, self._opened) + _without(self._closed, closed)
        gone = _without(closed, self._closed) + _without(self._opened, opened)
        if self.supposes:
            self._supposed.append(change)
            self._opened, self._closed = opened, closed
        return come, gone

    async def _asked(self, steps: list[Json]) -> "Outcome":
        from shared import typed
        from shared.contracts.views.scenario import Outcome

        path, event = "/alignment/v1/scenarios", self.client.event
        told = await self.client.send("POST", path, {"steps": steps}, safe=True, wait_for=event)
        return typed.of(Outcome, path, told).value


def _without(some: Rules, others: Rules) -> tuple[str, ...]:
    return tuple(rule for id, rule in some.items() if id not in others)
