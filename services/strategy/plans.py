"""What makes the steps of a plan fit to be decided on: pure functions."""

from collections.abc import Iterator, Mapping

import orjson
from pydantic import ValidationError

from shared.contracts import NODE_KINDS
from shared.contracts.base import SERVER_FIELDS
from shared.contracts.refusals import one_of
from shared.contracts.relations import RELATIONS
from shared.contracts.strategy.execution import Plan, PlanStep
from shared.errors import Fault
from shared.http.faults import faults
from shared.rules import Facts

SAYS: Mapping[str, frozenset[str]] = {
    "retire": frozenset(),
    "move": frozenset({"state"}),
    "link": frozenset({"type", "to"}),
    "end": frozenset({"type", "to"}),
    "set": frozenset({"members"}),
}
"""What a step says by its action, besides what it is about and from when on."""
_ALL = sorted(frozenset().union(*SAYS.values()))
_BY_TRANSITION = frozenset({"state", "state_reason"})


def steps_fit(new: Plan, facts: Facts) -> Iterator[Fault]:
    """Each step says what its action needs, in words that the kind knows. What was written once stays as it is."""
    if facts.old is not None and facts.old.steps == new.steps:
        return
    for index, step in enumerate(new.steps):
        for fault in _faults(step):
            yield {**fault, "pointer": f"/steps/{index}{fault['pointer']}"}


def _faults(step: PlanStep) -> Iterator[Fault]:
    needed = SAYS[step.action]
    for name in _ALL:
        said = bool(getattr(step, name))
        if name in needed and not said:
            yield Fault(pointer=f"/{name}", code="missing", detail=f"A step that does {step.action} says its {name}.")
        elif said and name not in needed:
            detail = f"A step that does {step.action} has no {name}: leave it out."
            yield Fault(pointer=f"/{name}", code="extra-forbidden", detail=detail)
    if step.type and step.type not in RELATIONS:
        detail = f"Must be {one_of(step.type, RELATIONS)}"
        yield Fault(pointer="/type", code="unknown-relation", detail=detail)
    states = NODE_KINDS[step.ref.kind].lifecycle.states
    if step.state and step.state not in states:
        yield Fault(pointer="/state", code="unknown-state", detail=f"Must be {one_of(step.state, states)}")
    yield from _members(step)


def _members(step: PlanStep) -> Iterator[Fault]:
    """Members are those of the kind, with values that it takes; whether they fit those beside them its owner says."""
    kind = NODE_KINDS[step.ref.kind]
    fixed = SERVER_FIELDS | _BY_TRANSITION | kind.kept | kind.immutable
    for name in sorted(fixed & step.members.keys()):
        detail = f"A step sets no {name}."
        yield Fault(pointer=f"/members/{name}", code="extra-forbidden", detail=detail)
    given = {name: value for name, value in step.members.items() if name not in fixed and value is not None}
    try:
        kind.model.model_validate_json(orjson.dumps(given), strict=True)
    except ValidationError as error:
        wrong = [each for each in error.errors(include_url=False) if each["type"] != "missing"]
        for fault in faults(wrong, kind.model):
            yield {**fault, "pointer": f"/members{fault['pointer']}"}
