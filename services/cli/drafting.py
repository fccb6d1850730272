"""A scenario as a plan of strategy, so that an increment can hold what it decides."""

from collections.abc import Iterable
from typing import Any

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.session import Session

Json = dict[str, Any]


async def draft(session: Session, name: str, increment: str | None, steps: Iterable[Json], on: str | None) -> None:
    """Make a plan of the steps of a scenario, and where it is named the increment that holds it."""
    from services.cli.tables import cell, counted
    from shared.planning import NotPlannable, plan_steps

    async def path(ref: str) -> str:
        return await refs.path(session.client, ref)

    try:
        said = await plan_steps(session.client, steps, path, on)
    except NotPlannable as error:
        raise Unusable(f"{error} See: plumbline apply --help") from None
    plan = await session.client.post("plan", {"name": name, "steps": said})
    ref = f"plan/{plan['key']}"
    drafts, told = {"plan": plan}, f"{ref} is drafted with {counted(len(said), 'step')}."
    if increment:
        items = [{"kind": "plan", "id": plan["id"]}]
        made = drafts["increment"] = await session.client.post("increment", {"name": increment, "items": items})
        told += f" increment/{made['key']} holds it."
    session.show(drafts if increment else plan, lambda: cell(told))
    session.say(f"Next: plumbline move {ref} proposed. Once it is signed: plumbline apply --plan {plan['key']}")
