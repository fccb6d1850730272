"""What events tell of who did what, and pages of them without a gap or a double."""

from itertools import count
from typing import Any

import pytest

from services.web.acts import act, chosen, newest

_NUMBERS = count(1)
ID = "7d4f0000-0000-4000-8000-000000000001"


def event(kind: str, action: str, at: int, state: dict[str, Any], changed: tuple[str, ...] = (), **more: Any) -> Any:
    return {
        "subject": f"{kind}/{ID}", "type": f"plumbline.some.{kind}.{action}", "position": next(_NUMBERS),
        "time": f"2026-01-02T03:04:{at:02}.000000Z", "actor": "ana", "means": "page",
        "data": {"state": state, "changed": list(changed)}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            event("service", "changed", 1, {"name": "Claims", "state": "draft"}, ("name", "owner_id")),
            ("changed", "Claims", f"/entity/service/{ID}", ["name", "owner"], None, "on the page"),
        ),
        (
            event(
                "service", "transitioned", 1, {"name": "Claims", "state": "in_design", "state_reason": "Now."},
                ("state",), means="clock",
            ),
            ("in design", "Claims", f"/entity/service/{ID}", [], "Now.", "at its date"),
        ),
        (
            event("service", "changed", 1, {"name": "C", "state": "draft", "state_reason": "Of before."}, ("name",)),
            ("changed", "C", f"/entity/service/{ID}", ["name"], None, "on the page"),
        ),
        (
            event("service", "deleted", 1, {"name": "Claims", "state": "draft", "state_reason": "Twice."}, means=None),
            ("deleted", "Claims", None, [], None, ""),
        ),
        (
            event("link", "created", 1, {"type": "depends_on", "source": {"kind": "service", "id": "s"}}),
            ("made", "depends on", "/entity/service/s", [], None, "on the page"),
        ),
        (
            event("setting", "created", 1, {"name": "Setting", "rule": "V06"}),
            ("made", "Setting", "/rules/V06", [], None, "on the page"),
        ),
        (
            event("audit", "refused", 1, {"place": "/new/service", "right": "catalog:write"}),
            ("was refused", "/new/service", None, [], None, "on the page"),
        ),
        (
            event("audit", "rebuilt", 1, {"subject": "generation 4", "reason": "A try."}, means="of a later release"),
            ("had the view built anew", "generation 4", None, [], "A try.", ""),
        ),
    ],
)  # fmt: skip
def test_an_event_is_told_as_an_act(given: Any, told: tuple[Any, ...]) -> None:
    found = act("some", given)
    assert found is not None
    assert (found.done, found.what, found.address, found.members, found.reason, found.by_which) == told
    assert found.lacking == given["data"]["state"].get("right")


def test_what_is_worked_out_was_done_by_nobody() -> None:
    assert act("alignment", event("finding", "opened", 1, {"state": "open"})) is None
    assert act("alignment", event("score", "changed", 1, {})) is None


def test_pages_of_all_services_have_each_event_once_and_the_newest_first() -> None:
    """Decided by hand: two services whose events alternate, and one that has none."""
    told = {
        "one": [event("tactic", "created", at, {"name": f"one {at}"}, position=n) for n, at in enumerate((1, 3, 5), 1)],
        "two": [event("service", "created", at, {"name": f"two {at}"}, position=n) for n, at in enumerate((2, 4), 1)],
        "none": [],
    }
    before, pages = dict.fromkeys(told, 100), []
    while before:
        looked = newest(told, before, 2)
        pages.append([each.what for each in looked.acts])
        before = dict(looked.before)
    assert pages == [["one 5", "two 4"], ["one 3", "two 2"], ["one 1"]]


def test_some_can_be_chosen() -> None:
    some = [act("s", event("service", "created", 1, {"name": who}, actor=who, means=by)) for who, by in
            (("ana", "page"), ("ben", "import"))]  # fmt: skip
    found = [each for each in some if each]
    assert [each.by for each in chosen(found, "ana", "", "")] == ["ana"]
    assert [each.by for each in chosen(found, "", "import", "")] == ["ben"]
    assert [each.by for each in chosen(found, "", "", "tactic")] == []
    assert [each.by for each in chosen(found, "", "", "service")] == ["ana", "ben"]
