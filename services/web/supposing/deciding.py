"""A scenario becomes a decision: a plan with its steps, and the increment in which that is signed."""

from contextlib import suppress
from typing import Any

from services.web.pages import Form
from shared.client import Client
from shared.clock import rfc3339
from shared.contracts.alignment import KeptScenario
from shared.contracts.scalars import looks_like_an_id
from shared.planning import NotPlannable, plan_steps
from shared.refused import NotFound, Refused

__all__ = ["NotPlannable", "decision"]
Json = dict[str, Any]


async def decision(client: Client, scenario: KeptScenario, form: Form) -> Json:
    """The draft of an increment that holds the plan, which is proposed. Raises NotPlannable, and Refused: then neither
    is there."""

    async def path(ref: str) -> str:
        kind, _, key = ref.partition("/")
        found = None if looks_like_an_id(key) else await client.find(kind, key)
        if found is None and not looks_like_an_id(key):
            raise NotFound(404, {"detail": f"There is no {ref} any more."})
        return f"{kind}/{found['id']}" if found else ref

    steps = [each.model_dump(mode="json") for each in scenario.steps]
    planned = await plan_steps(client, steps, path, rfc3339(scenario.at) if scenario.at else None)
    plan = await client.post("plan", {"name": form.get("name") or scenario.name, "steps": planned})
    body: Json = {"name": plan["name"], "items": [{"kind": "plan", "id": plan["id"]}], "signers": form.every("signers")}
    body |= {"due": form.get("due")} if form.get("due") else {}
    made = [plan]
    try:
        made.append(await client.post("increment", body))
        await client.transition("plan", plan["id"], plan["version"], "proposed", None)
    except Refused:
        for each in reversed(made):  # still drafts: what holds the other goes first
            with suppress(Refused):
                await client.delete(each["kind"], each["id"], each["version"], "No decision came of it.")
        raise
    return made[-1]
