"""What a finding asks to be filled in: members of what it is about, or of something new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.web.visit import Visit
from shared.contracts.merging import merge_patch
from shared.contracts.relations import RELATIONS, allowed_relations
from shared.contracts.views.findings import WeighedFinding
from shared.contracts.views.remedy import OpenMember, RemedyView
from shared.contracts.views.scenario import Set
from shared.refused import Refused


@dataclass(frozen=True)
class Remedied:
    """The finding, the merge patch that mends it, and members that somebody has to decide on."""

    finding: WeighedFinding
    says: str
    members: Mapping[str, Any]
    open: Sequence[OpenMember]

    def applied(self, state: Mapping[str, Any]) -> dict[str, Any]:
        merged: dict[str, Any] = merge_patch(dict(state), dict(self.members))
        return merged


async def remedied(visit: Visit, finding: str, ref: str) -> Remedied | None:
    """Of what is there: the first way to mend it that changes its members. None where there is none, or the finding is
    gone."""
    view = await _remedy(visit, finding)
    for option in view.options if view else ():
        for steps in (option.steps, *(each.steps for each in option.candidates[:1])):
            members = _set(steps, ref, view) if view else {}
            if members and view:
                return Remedied(view.finding, option.says, members, option.members)
        if view and option.members and option.new is None and _is(option.of or view.finding.subject.ref, ref, view):
            return Remedied(view.finding, option.says, {}, option.members)
    return None


async def begun(visit: Visit, finding: str, kind: str) -> Remedied | None:
    """Of something new of a kind: all that a way to mend it says of it, which may be nothing."""
    view = await _remedy(visit, finding)
    if view is None:
        return None
    option = next((each for each in view.options if each.new and each.new.get("kind") == kind), None)
    if option is None:
        return Remedied(view.finding, view.finding.remedy.replace("`", ""), {}, ())
    return Remedied(view.finding, option.says, option.new or {}, option.members)


def joining(kind: str, subject: str) -> tuple[str, bool] | None:
    """The relation by which something new of a kind fills a hole at a subject of another, and whether the new one is
    its source: whichever decomposes the other, else what runs beside it, else the one that is there for its sake."""
    here, there = allowed_relations(kind, subject), allowed_relations(subject, kind)
    up = (name for name in here if RELATIONS[name].justified(kind) == "source")
    ways = [("decomposes", True)] if "decomposes" in here else [("decomposes", False)] if "decomposes" in there else []
    ways += [("parallels", True)] if "parallels" in here else []
    return next(iter([*ways, *((name, True) for name in up)]), None)


async def _remedy(visit: Visit, finding: str) -> RemedyView | None:
    try:
        return await visit.now(RemedyView, f"/alignment/v1/findings/{finding}/remedy")
    except Refused:
        return None


def _set(steps: Sequence[Any], ref: str, view: RemedyView) -> dict[str, Any]:
    return {name: value for step in steps if isinstance(step, Set) and _is(step.ref, ref, view)
            for name, value in step.members.items()}  # fmt: skip


def _is(name: str, ref: str, view: RemedyView) -> bool:
    """Whether a name, by id or by key, is of the thing with this ``kind/id``."""
    subject = view.finding.subject
    return name == ref or (subject.ref == ref and name == f"{subject.kind}/{subject.key}")
