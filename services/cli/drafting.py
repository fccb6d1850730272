"""A scenario as a plan of strategy, so that an increment can hold what it decides."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.session import Session

if TYPE_CHECKING:
    from shared.client import Client

Json = dict[str, Any]
_NEW = (
    "A plan changes what is there: what is new is brought in first, as proposed or planned (plumbline apply -f), and "
    "then the plan says what becomes of it."
)


async def draft(session: Session, name: str, increment: str | None, steps: Iterable[Json], on: str | None) -> None:
    """Make a plan of the steps of a scenario, and where it is named the increment that holds it."""
    from services.cli.tables import cell, counted

    said = [{**each, **({"on": on} if on else {})} for each in await _as_plan(session.client, [*steps])]
    plan = await session.client.post("plan", {"name": name, "steps": said})
    ref = f"plan/{plan['key']}"
    drafts, told = {"plan": plan}, f"{ref} is drafted with {counted(len(said), 'step')}."
    if increment:
        items = [{"kind": "plan", "id": plan["id"]}]
        made = drafts["increment"] = await session.client.post("increment", {"name": increment, "items": items})
        told += f" increment/{made['key']} holds it."
    session.show(drafts if increment else plan, lambda: cell(told))
    session.say(f"Next: plumbline move {ref} proposed. Once it is signed: plumbline apply --plan {plan['key']}")


async def _as_plan(client: "Client", steps: list[Json]) -> list[Json]:
    """Raises Unusable for what a plan cannot say."""
    made: list[Json] = []
    for number, step in enumerate(steps):
        match step["action"]:
            case "put":
                raise Unusable(_NEW)
            case "leave":
                made += await _leaving(client, steps[: number + 1])
            case "link":
                made.append(await _link(client, "link", step["type"], step["source"], step["target"]))
            case "end":
                _, link = await refs.link(client, step["ref"])
                ends = (f"{link[end]['kind']}/{link[end]['id']}" for end in ("source", "target"))
                made.append(await _link(client, "end", link["type"], *ends))
            case action:
                if step["ref"].startswith("link/"):
                    raise Unusable(f"A plan makes and ends links, and changes none: {step['ref']}.")
                more = {"state": step["to"]} if action == "move" else {}
                more |= {"members": step["members"]} if action == "set" else {}
                made.append({"action": action, "ref": await _ref(client, step["ref"]), **more})
    return made


async def _leaving(client: "Client", steps: list[Json]) -> list[Json]:
    """What the last of these comes to: whoever leaves, and what they hold."""
    from shared import typed
    from shared.contracts.views.scenario import Outcome

    path = "/alignment/v1/scenarios"
    outcome = typed.of(Outcome, path, await client.send("POST", path, {"steps": steps}, safe=True)).value
    last = [each for each in outcome.suppositions if each.step == len(steps) - 1]
    return [{"action": "move", "ref": ref_of(each.ref), "state": each.becomes} for each in last]


async def _link(client: "Client", action: str, type: str, source: str, target: str) -> Json:
    return {"action": action, "type": type, "ref": await _ref(client, source), "to": await _ref(client, target)}


async def _ref(client: "Client", ref: str) -> Json:
    return ref_of(await refs.path(client, ref))


def ref_of(path: str) -> Json:
    """``kind/id`` as a ``{kind, id}``."""
    kind, _, id = path.partition("/")
    return {"kind": kind, "id": id}
