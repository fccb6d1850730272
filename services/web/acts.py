"""Who did what, when and by which means, as the events of the services tell it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.web.filters import words
from shared.contracts import NODE_KINDS
from shared.contracts.alignment import SETTING
from shared.contracts.instant import moment
from shared.contracts.means import MEANS

Json = Mapping[str, Any]
AUDIT = "audit"
_FIRST = 1
"""Position of the first event of a service: none lies before it."""
_FOUND = frozenset({"finding", "score"})
"""What nobody did: it is worked out."""
_DONE = {
    "created": "made", "changed": "changed", "deleted": "deleted", "signed_in": "signed in", "signed_out": "signed out",
    "refused": "was refused", "rebuilt": "had the view built anew", "forgotten": "forgot",
}  # fmt: skip
_AT: Mapping[str, str] = {
    **dict.fromkeys(("waiver", "acknowledgement", "comment"), "/findings/{finding_id}"),
    SETTING.name: "/rules/{rule}",
    "scenario": "/scenarios/{key}",
    "baseline": "/changes",
    "rule_pack": "/rules",
}
"""Where what alignment keeps of its own is seen."""


@dataclass(frozen=True)
class Act:
    """``what`` it was done to, and what of it (``members``); ``lacking`` is the right that somebody did not have."""

    service: str
    position: int
    at: datetime
    by: str
    done: str
    kind: str
    what: str
    address: str | None
    means: str | None
    reason: str | None
    members: Sequence[str] = ()
    lacking: str | None = None

    @property
    def by_which(self) -> str:
        return MEANS.get(self.means or "", "")


def act(service: str, event: Json) -> Act | None:
    """None of what nobody did."""
    kind, _, id = event["subject"].partition("/")
    if kind in _FOUND:
        return None
    action, state = event["type"].rpartition(".")[2], event["data"]["state"]
    changed = event["data"]["changed"]
    done = words(state["state"]) if action == "transitioned" else _DONE.get(action, words(action))
    what, address = (_audited(state), None) if kind == AUDIT else _about(kind, id, state, deleted=action == "deleted")
    reason = state.get("reason") if kind == AUDIT else _reason(state, changed)
    members = [words(name) for name in changed if name not in ("state", "state_reason")] if action == "changed" else []
    lacking = state.get("right") if kind == AUDIT else None
    return Act(
        service, event["position"], moment(event["time"]), event["actor"], done, kind, what, address,
        event.get("means"), reason, members, lacking,
    )  # fmt: skip


def _reason(state: Json, changed: Sequence[str]) -> str | None:
    """The one of this version: that of an earlier one stands in the state as well."""
    return state.get("state_reason") if {"state", "state_reason"} & {*changed} else None


def _audited(state: Json) -> str:
    """What was refused at its place, to which no link leads, since who looks may be refused as well; what else was done
    to."""
    return state.get("place") or state.get("subject") or "the page"


def _about(kind: str, id: str, state: Json, *, deleted: bool) -> tuple[str, str | None]:
    if kind == "link":
        source = state["source"]
        return words(state["type"]), f"/entity/{source['kind']}/{source['id']}"
    known = NODE_KINDS.get(kind)
    if known is not None:
        return state.get("name") or id, f"/entity/{kind}/{id}" if known.in_view and not deleted else None
    return state.get("name") or id, _AT[kind].format_map(state) if kind in _AT else None


@dataclass(frozen=True)
class Looked:
    """Acts, the newest first; ``before`` says by service where the next look begins, and nothing is left where it is
    empty."""

    acts: Sequence[Act]
    before: Mapping[str, int]


def newest(events: Mapping[str, Sequence[Json]], before: Mapping[str, int], most: int) -> Looked:
    """Of the newest events of each service that lie ``before`` its position, the newest of all."""
    some = {
        service: [each for each in given if each["position"] < before[service]] for service, given in events.items()
    }
    every = [(service, each) for service, each_of in some.items() for each in each_of]
    every.sort(key=lambda each: (each[1]["time"], each[1]["position"]), reverse=True)
    looked = every[:most]
    places = {service: before[service] if some[service] else _FIRST for service in before}
    reached = places | {service: each["position"] for service, each in looked}
    acts = [found for service, each in looked if (found := act(service, each))]
    return Looked(acts, reached if any(position > _FIRST for position in reached.values()) else {})


def chosen(acts: Iterable[Act], who: str, means: str, what: str) -> list[Act]:
    """Those of somebody, by some means, or of some kind."""
    return [
        each
        for each in acts
        if (not who or each.by == who) and (not means or each.means == means) and (not what or each.kind == what)
    ]
