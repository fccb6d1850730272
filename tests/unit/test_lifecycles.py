"""The notation of lifecycles, and every kind's table as the domain has it."""

import pytest

from shared.contracts import KINDS, NODE_KINDS, Kind
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.link import LINK_STATES
from shared.contracts.portfolio import PHASES, PORTFOLIO


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("a -> b", {"a": ("b",), "b": ()}),
        ("a -> b -> c", {"a": ("b",), "b": ("c",), "c": ()}),
        ("a <-> b", {"a": ("b",), "b": ("a",)}),
        ("a -> b | c", {"a": ("b", "c"), "b": (), "c": ()}),
        ("a | b -> c", {"a": ("c",), "b": ("c",), "c": ()}),
        ("a -> b; b -> a", {"a": ("b",), "b": ("a",)}),
        ("a -> b; a -> b", {"a": ("b",), "b": ()}),
        ("a -> b <-> c -> d", {"a": ("b",), "b": ("c",), "c": ("b", "d"), "d": ()}),
    ],
)
def test_arrows_are_moves(text: str, moves: dict[str, tuple[str, ...]]) -> None:
    assert Lifecycle.parse(text).moves == moves


def test_marks_say_what_is_live_and_what_is_final() -> None:
    parsed = Lifecycle.parse("a -> b* -> c!; a -> d*")
    assert parsed.live == {"b", "d"}
    assert [state for state in parsed.states if parsed.is_terminal(state)] == ["c", "d"]
    assert parsed.initial == "a"


def test_a_final_state_that_is_left_is_a_contradiction() -> None:
    with pytest.raises(ValueError, match=r"terminal states are left: \['b'\]"):
        Lifecycle.parse("a -> b!; b -> a")


STRATEGIC = {
    "draft": "proposed withdrawn",
    "proposed": "approved draft rejected",
    "approved": "in_force withdrawn",
    "in_force": "superseded retired",
    "superseded": "",
    "retired": "",
    "rejected": "draft",
    "withdrawn": "",
}
PROCESS = {
    "draft": "defined",
    "defined": "approved",
    "approved": "operational",
    "operational": "under_review",
    "under_review": "operational retired",
    "retired": "",
}
WRITTEN = {
    "draft": "review",
    "review": "awaiting_approval draft",
    "awaiting_approval": "published",
    "published": "revision retired",
    "revision": "published retired",
    "retired": "",
}
PIPELINE = [
    "requirements",
    "defined",
    "analysed",
    "approved",
    "chartered",
    "designed",
    "developed",
    "built",
    "tested",
    "released",
]
DOMAIN: dict[str, tuple[dict[str, str], str]] = {
    "strategy": (STRATEGIC, "approved in_force"),
    "tactic": (STRATEGIC, "approved in_force"),
    **dict.fromkeys(("strategy_element", "operation", "capability", "plan"), (STRATEGIC, "approved in_force")),
    **{kind: ({"draft": "active", "active": "closed", "closed": ""}, "active") for kind in ("driver", "assessment")},
    **{
        kind: ({"draft": "active", "active": "paused retired", "paused": "active retired", "retired": ""}, "active")
        for kind in ("csf", "kpi")
    },
    "project": (
        {
            "proposed": "chartered cancelled",
            "chartered": "in_progress cancelled",
            "in_progress": "on_hold completed cancelled",
            "on_hold": "in_progress completed cancelled",
            "completed": "",
            "cancelled": "",
        },
        "chartered in_progress",
    ),
    "measurement": ({"recorded": "withdrawn", "withdrawn": ""}, "recorded"),
    "stakeholder": ({"active": "inactive", "inactive": ""}, "active"),
    "increment": (
        {
            "draft": "submitted attested",
            "attested": "",
            "submitted": "partly_signed signed declined",
            "partly_signed": "signed declined",
            "signed": "superseded",
            "superseded": "",
            "declined": "draft",
        },
        "signed",
    ),
    "objective": (
        STRATEGIC | {"in_force": "superseded retired achieved missed", "achieved": "", "missed": ""},
        "approved in_force",
    ),
    "outcome": (
        {"draft": "agreed retired", "agreed": "realised retired", "realised": "retired", "retired": ""},
        "agreed realised",
    ),
    "service": (
        {state: f"{after} retired" for state, after in zip(PIPELINE, [*PIPELINE[1:], "operational"], strict=True)}
        | {"operational": "retired", "retired": ""},
        "operational",
    ),
    "service_offering": (
        {
            "in_study": "in_design rejected",
            "in_design": "in_study in_test rejected",
            "in_test": "in_design active rejected",
            "active": "in_test launched",
            "launched": "retired",
            "retired": "obsolete",
            "obsolete": "",
            "rejected": "",
        },
        "launched",
    ),
    "consumer_group": ({"active": "closed", "closed": ""}, "active"),
    "contract": (
        {
            "draft": "in_process",
            "in_process": "approved rejected",
            "approved": "active",
            "active": "suspended expired terminated",
            "suspended": "active expired terminated",
            "expired": "",
            "terminated": "",
            "rejected": "",
        },
        "active",
    ),
    "product": (
        {"planned": "in_use", "in_use": "end_of_support", "end_of_support": "retired", "retired": ""},
        "in_use end_of_support",
    ),
    "control": ({"draft": "active", "active": "retired", "retired": ""}, "active"),
    "party": ({"active": "leaving", "leaving": "left", "left": ""}, "active leaving"),
    "role": ({"draft": "active", "active": "retired", "retired": ""}, "active"),
    "process": (PROCESS, "approved operational under_review"),
    "activity": (
        PROCESS | {state: f"{PROCESS[state]} retired" for state in ("draft", "defined", "approved", "operational")},
        "approved operational under_review",
    ),
    "role_assignment": ({"proposed": "active ended", "active": "ended", "ended": ""}, "active"),
    "handoff": ({"active": "ended", "ended": ""}, "active"),
    "deliverable": ({"draft": "active", "active": "retired", "retired": ""}, "active"),
    "design_package": (
        {"draft": "reviewed", "reviewed": "accepted draft", "accepted": "outdated", "outdated": ""},
        "accepted",
    ),
    "partner": (
        {"prospect": "active", "active": "exiting", "exiting": "ended", "ended": ""},
        "active exiting",
    ),
    **{
        kind: ({"draft": "published", "published": "retired", "retired": ""}, "published")
        for kind in ("catalog", "category")
    },
    **dict.fromkeys(("policy", "procedure", "work_instruction"), (WRITTEN, "published revision")),
}


def test_the_domain_tells_every_kind() -> None:
    assert set(DOMAIN) == set(NODE_KINDS)


@pytest.mark.parametrize("name", DOMAIN)
def test_a_kind_lives_as_the_domain_has_it(name: str) -> None:
    moves, live = DOMAIN[name]
    lifecycle = NODE_KINDS[name].lifecycle
    assert {state: set(targets) for state, targets in lifecycle.moves.items()} == {
        state: set(targets.split()) for state, targets in moves.items()
    }
    assert lifecycle.live == set(live.split())
    assert {state for state in moves if lifecycle.is_terminal(state)} == {s for s, after in moves.items() if not after}


def test_links_end_and_come_back() -> None:
    assert LINK_STATES.moves == {"active": ("ended",), "ended": ("active",)}
    assert LINK_STATES.live == {"active"}
    assert all(kinds[-1].lifecycle is LINK_STATES for kinds in KINDS.values())


def test_a_service_stands_somewhere_in_the_portfolio_and_never_goes_back() -> None:
    assert list(PORTFOLIO) == [*PIPELINE, "operational", "retired"]
    phases = [standing.phase for standing in PORTFOLIO.values()]
    assert phases == sorted(phases, key=list(PHASES).index)
    assert [state for phase in PHASES.values() for state in phase if phase is PHASES["retired"]] == ["retired"]


@pytest.mark.parametrize("kind", NODE_KINDS.values(), ids=lambda kind: kind.name)
def test_phases_leave_no_state_out_and_share_none(kind: Kind) -> None:
    states = [state for phase in kind.phases.values() for state in phase]
    assert sorted(states) == (sorted(kind.lifecycle.states) if kind.phases else [])
