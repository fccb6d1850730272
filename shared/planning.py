"""A scenario as the steps of a plan, so that an increment can hold what it decides."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from shared import typed
from shared.client import Client
from shared.contracts.views.scenario import Outcome
from shared.interchange.making import link

Json = dict[str, Any]
Path = Callable[[str], Awaitable[str]]
"""The ``kind/id`` of a ``kind/key`` or ``kind/id``; raises Refused."""


class NotPlannable(ValueError):
    """A plan cannot say this; the message says what to do instead."""


_NEW = (
    "A plan changes what is there: what is new is brought in first, as proposed or planned, and then the plan says "
    "what becomes of it."
)


async def plan_steps(client: Client, steps: Iterable[Json], path: Path, on: str | None = None) -> list[Json]:
    """In their order, each from the day ``on`` if there is one. Raises NotPlannable, and Refused."""
    given, made = [*steps], list[Json]()
    for number, step in enumerate(given):
        match step["action"]:
            case "put":
                raise NotPlannable(_NEW)
            case "leave":
                made += await _leaving(client, given[: number + 1])
            case "link":
                made.append(_link("link", step["type"], await path(step["source"]), await path(step["target"])))
            case "end":
                _, there = await link(client, step["ref"])
                ends = (f"{there[end]['kind']}/{there[end]['id']}" for end in ("source", "target"))
                made.append(_link("end", there["type"], *ends))
            case action:
                if step["ref"].startswith("link/"):
                    raise NotPlannable(f"A plan makes and ends links, and changes none: {step['ref']}.")
                more = {"state": step["to"]} if action == "move" else {}
                more |= {"members": step["members"]} if action == "set" else {}
                made.append({"action": action, "ref": ref_of(await path(step["ref"])), **more})
    return [each | ({"on": on} if on else {}) for each in made]


async def _leaving(client: Client, steps: Sequence[Json]) -> list[Json]:
    """What the last of these comes to: whoever leaves, and what they hold."""
    path = "/alignment/v1/scenarios"
    outcome = typed.of(Outcome, path, await client.send("POST", path, {"steps": steps}, safe=True)).value
    last = [each for each in outcome.suppositions if each.step == len(steps) - 1]
    return [{"action": "move", "ref": ref_of(each.ref), "state": each.becomes} for each in last]


def _link(action: str, type: str, source: str, target: str) -> Json:
    return {"action": action, "type": type, "ref": ref_of(source), "to": ref_of(target)}


def ref_of(path: str) -> Json:
    """``kind/id`` as a ``{kind, id}``."""
    kind, _, id = path.partition("/")
    return {"kind": kind, "id": id}
