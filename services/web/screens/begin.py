"""The shortest way to a first answer: what to record first, and how far that is."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from services.web.pages import Pages, Screen, router
from services.web.visit import Visit
from shared.contracts.views.nodes import NodePage


@dataclass(frozen=True)
class FirstStep:
    """Something of a kind that a first answer needs."""

    kind: str
    title: str
    text: str
    type: str | None = None
    done: bool = False


_STEPS = (
    FirstStep("strategy", "One business strategy", "Its name, owner and horizon. The four Ps may follow.", "business"),
    FirstStep("outcome", "One outcome", "What a customer wants, and which customer."),
    FirstStep("objective", "An objective under the strategy", "How much, until when."),
    FirstStep("service", "One service that serves the outcome", "And who owns it."),
    FirstStep("service_offering", "Its offering", "What the customer keeps, may use, and may ask for."),
    FirstStep("stakeholder", "Who signs", "A stakeholder for each side."),
)


async def first_steps(visit: Visit) -> list[FirstStep]:
    """Each with whether it is done."""
    answers = await asyncio.gather(
        *(visit.view(NodePage, "/nodes", kind=each.kind, type=each.type, limit=1) for each in _STEPS)
    )
    return [
        FirstStep(step.kind, step.title, step.text, step.type, bool(answer.items))
        for step, answer in zip(_STEPS, answers, strict=True)
    ]


async def screen(visit: Visit) -> Screen:
    return Screen("begin", {"steps": await first_steps(visit)}, [("Begin", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/begin")
    async def begin(request: Request) -> Response:
        return await pages.show(request, None, screen)

    return served
