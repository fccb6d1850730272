"""From an event to rows: what no program can read is poison, and what a later release brings is not."""

from copy import deepcopy
from typing import Any

import orjson
import pytest

from services.alignment.view.poison import Poison
from services.alignment.view.projection import Projected, project, read

ID, OTHER = "123e4567-e89b-12d3-a456-426614174000", "00000000-0000-4000-8000-000000000001"
THIRD = "00000000-0000-4000-8000-000000000002"


def event(**state: Any) -> dict[str, Any]:
    """An event of an offering, or of a link if it has a source."""
    kind = "link" if "source" in state else state.get("kind", "service_offering")
    whole = {"id": ID, "kind": kind, "state": "active", "version": 3, "key": "k", "name": "Ä", **state}
    return {
        "id": f"{kind}:{ID}:1.3",
        "source": "/catalog",
        "time": "2026-01-02T03:04:05Z",
        "position": 9,
        "actor": "x",
        "data": {"state": whole, "changed": []},
    }


def link(type: str = "depends_on", **more: Any) -> dict[str, Any]:
    ends = {"source": {"kind": "service", "id": ID}, "target": {"kind": "product", "id": OTHER}}
    made = event(**{"type": type, **ends, **more})
    del made["data"]["state"]["key"], made["data"]["state"]["name"]  # a link has neither
    return made


def changed(path: str, value: Any) -> bytes:
    """The event with one member replaced."""
    broken: Any = deepcopy(event())
    *steps, last = path.split(".")
    inner = broken
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return orjson.dumps(broken)


POISON = {
    "nothing": None,
    "empty": b"",
    "no json": b"{",
    "null": b"null",
    "list": b"[]",
    "text": b'"x"',
    "no members": b"{}",
    "not utf-8": b"\xff",
    "NaN": b'{"position": NaN}',
    "deep": b"[" * 100_000,
    "binary": bytes(range(256)),
    "no id": changed("id", ""),
    "id of a number": changed("id", 5),
    "wrong id": changed("id", f"service_offering:{OTHER}:1.3"),
    "wrong version": changed("id", f"service_offering:{ID}:1.4"),
    "wrong kind": changed("id", f"service:{ID}:1.3"),
    "huge version": changed("id", f"service_offering:{ID}:1.{10**17}"),
    "other owner": changed("source", "/strategy"),
    "no owner": changed("source", "/nobody"),
    "own topic": changed("source", "/alignment"),
    "source 5": changed("source", 5),
    "position 0": changed("position", 0),
    "position -1": changed("position", -1),
    "position text": changed("position", "9"),
    "position true": changed("position", True),
    "huge position": changed("position", 2**60),
    "no time": changed("time", None),
    "time in words": changed("time", "now"),
    "time too early": changed("time", "0001-01-01T00:00:00+10:00"),
    "no data": changed("data", None),
    "data text": changed("data", "x"),
    "no state": changed("data.state", None),
    "state text": changed("data.state", "x"),
    "a state of no text": changed("data.state.state", 5),
    "a state of its own": changed("data.state.state", None),
    "name 5": changed("data.state.name", 5),
    "key 5": changed("data.state.key", 5),
    "owner text": changed("data.state.owner", "x"),
    "owner without id": changed("data.state.owner", {"kind": "party"}),
    "NUL in an id": changed("data.state.service_ids", ["a\x00"]),
    "NUL in a name": changed("data.state.name", "a\x00"),
    "huge criticality": changed("data.state.criticality", 2**60),
    "ids of numbers": changed("data.state.service_ids", [5]),
    "components text": changed("data.state.components", "xyz"),
    "valid when": changed("data.state.valid_from", "soon"),
    "valid at 5": changed("data.state.valid_to", 5),
    "type 5": changed("data.state.type", 5),
    "criticality text": changed("data.state.criticality", "5"),
}


@pytest.mark.parametrize("raw", POISON.values(), ids=POISON)
def test_poison_is_known_as_such(raw: bytes | None) -> None:
    with pytest.raises(Poison) as poison:
        read(raw)
    assert len(str(poison.value)) <= 500


@pytest.mark.parametrize(
    "broken",
    [
        link(type="\x00"),
        link(source={"kind": "unicorn", "id": ID}),
        link(target={"kind": "service"}),
        link(target="service/x"),
        link(confidence="sure"),
        link(rationale=5),
    ],
    ids=range(6),
)
def test_a_link_can_be_poison_too(broken: dict[str, Any]) -> None:
    with pytest.raises(Poison):
        read(orjson.dumps(broken))


def rows(of: dict[str, Any]) -> Projected:
    return read(orjson.dumps(of))


def test_a_record_is_what_lists_and_rules_need() -> None:
    read_ = rows(event(criticality=5, owner={"kind": "role", "id": OTHER}, valid_from="2026-01-01T00:00:00+01:00"))
    record = read_.record or {}
    assert (read_.ref, read_.order, read_.position) == (f"service_offering/{ID}", (1, 3), 9)
    assert record | {"data": 0} == record | {
        "kind": "service_offering",
        "service": "catalog",
        "key": "k",
        "name": "Ä",
        "folded": "ä k",
        "state": "active",
        "live": False,
        "deleted": False,
        "criticality": 5,
        "owner": f"role/{OTHER}",
        "actor": "x",
        "data": 0,
    }
    assert record["valid_from"].isoformat() == "2025-12-31T23:00:00+00:00"


@pytest.mark.parametrize(
    ("state", "live"), [("active", False), ("launched", True), ("retired", False), ("of a later release", False)]
)
def test_live_is_what_the_lifecycle_says(state: str, live: bool) -> None:
    assert (rows(event(state=state)).record or {})["live"] is live


def test_an_unknown_kind_has_no_rows_and_is_no_poison() -> None:
    later = event(kind="of_a_later_release")
    assert (rows(later).record, rows(later).edges) == (None, ())


def test_what_is_no_node_of_its_own_has_no_rows() -> None:
    assert rows(event(kind="measurement") | {"source": "/strategy"}).record is None


def test_a_handoff_makes_edges_between_others() -> None:
    ends = {"from_activity_id": OTHER, "to_activity_id": THIRD, "deliverable_id": None}
    found = rows(event(kind="handoff", **ends) | {"source": "/roles"}).edges
    assert [(e["type"], e["source"], e["target"]) for e in found if e["type"] == "precedes"] == [
        ("precedes", f"activity/{OTHER}", f"activity/{THIRD}")
    ]
    assert {e["holder"] for e in found} == {f"handoff/{ID}"}
    ended = rows(event(kind="handoff", state="ended", **ends) | {"source": "/roles"}).edges
    assert {(e["type"], e["live"]) for e in ended} == {("precedes", False), ("relates_to", True)}


def test_letters_choose_the_relation() -> None:
    raci = [{"role_id": OTHER, "letter": "A"}, {"role_id": THIRD, "letter": "R"}]
    found = rows(event(kind="activity", raci=raci) | {"source": "/roles"}).edges
    assert [(e["type"], e["target"]) for e in found] == [
        ("responsible", f"role/{THIRD}"),
        ("accountable", f"role/{OTHER}"),
    ]


def test_an_unknown_relation_has_no_edge_and_is_no_poison() -> None:
    later = rows(link("of_a_later_release"))
    assert later.record is not None
    assert later.edges == ()


def test_an_unknown_member_is_kept() -> None:
    assert (rows(event(of_a_later_release=[1])).record or {})["data"]["of_a_later_release"] == [1]


def test_what_is_deleted_is_not_live_and_has_no_edges() -> None:
    gone = event(state="launched", service_ids=[OTHER])
    gone["data"]["deleted"] = True
    record = rows(gone).record or {}
    assert (record["deleted"], record["live"], rows(gone).edges) == (True, False, ())


def test_fields_make_edges_once_each() -> None:
    component = {"type": "goods", "item": "box", "product_id": OTHER}
    made = rows(event(service_ids=[OTHER, OTHER], components=[component, component], owner={"kind": "party", "id": ID}))
    own = f"service_offering/{ID}"
    assert [(e["ordinal"], e["type"], e["source"], e["target"]) for e in made.edges] == [
        (1, "owned_by", own, f"party/{ID}"),
        (2, "offers", own, f"service/{OTHER}"),
        (3, "depends_on", own, f"product/{OTHER}"),
    ]
    assert all(e["live"] and e["holder"] == own and e["field"] for e in made.edges)


def test_an_edge_may_run_the_other_way_and_is_still_held_by_its_record() -> None:
    made = event(kind="product", partner_id=OTHER)
    (edge,) = rows(made).edges
    assert (edge["source"], edge["target"], edge["holder"]) == (f"partner/{OTHER}", f"product/{ID}", f"product/{ID}")


@pytest.mark.parametrize(("state", "live"), [("active", True), ("ended", False)])
def test_a_link_is_an_edge_with_its_reason_and_validity(state: str, live: bool) -> None:
    made = rows(link(state=state, rationale="because", confidence=0.5, valid_to="2026-02-01T00:00:00Z"))
    (edge,) = made.edges
    assert (edge["live"], edge["rationale"], edge["confidence"], edge["field"]) == (live, "because", 0.5, None)
    assert (edge["source"], edge["target"], edge["holder"]) == (f"service/{ID}", f"product/{OTHER}", f"service/{ID}")
    assert edge["valid_to"].month == 2


def test_the_order_of_reading_does_not_matter() -> None:
    assert rows(event()) == project(event()) == rows(event())


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NO_TRACE: list[Any] = [None, 5, [], {}, "", "x" * 10_000, TRACE.upper(), f"{TRACE}\n", f"{TRACE}-x", f"01{TRACE[2:]}"]


def test_an_event_tells_its_trace_and_its_correlation() -> None:
    told = project(event() | {"traceparent": TRACE, "correlationid": "order/66"})
    assert (told.traceparent, told.correlation_id) == (TRACE, "order/66")


@pytest.mark.parametrize("given", NO_TRACE)
def test_what_is_no_trace_is_not_there_and_no_poison(given: Any) -> None:
    told = project(event() | {"traceparent": given, "correlationid": given and f"{given} \n"})
    assert (told.traceparent, told.correlation_id) == (None, None)
    assert told.record == project(event()).record
