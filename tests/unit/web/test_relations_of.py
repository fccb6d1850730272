"""What may be related to what, by which names; which relation fills a hole; and the way back to an earlier version."""

import pytest

from services.web.editing.remedies import joining
from services.web.relations import choices
from services.web.restoring import restoring
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind
from shared.contracts.relations import RELATIONS

every_kind = pytest.mark.parametrize("kind", NODE_KINDS.values(), ids=lambda kind: kind.name)


@every_kind
def test_each_relation_that_is_offered_is_allowed_and_none_is_offered_twice(kind: Kind) -> None:
    offered = choices(kind)
    for each in offered:
        relation = RELATIONS[each.name.removeprefix("<")]
        for other in each.kinds:
            ends = (other, kind.name) if each.name.startswith("<") else (kind.name, other)
            assert relation.allows(*ends), each
    assert len({each.reads for each in offered}) == len(offered)
    if kind.in_view:
        pairs = [(ends, sign) for ends in NODE_KINDS for sign in ("", "<") if NODE_KINDS[ends].in_view]
        for other, sign in pairs:
            for relation in RELATIONS.values():
                here = (other, kind.name) if sign else (kind.name, other)
                if relation.allows(*here) and not (sign and relation.inverse == relation.name):
                    [found] = [each for each in offered if each.name == f"{sign}{relation.name}"]
                    assert not found.kinds or other in found.kinds


@pytest.mark.parametrize(
    ("kind", "subject", "relation"),
    [
        ("tactic", "strategy", ("decomposes", True)),
        ("operation", "tactic", ("decomposes", True)),
        ("objective", "tactic", ("decomposes", False)),
        ("tactic", "operation", ("decomposes", False)),
        ("tactic", "tactic", ("parallels", True)),
        ("service", "outcome", ("realizes", True)),
        ("consumer_group", "tactic", None),
    ],
)
def test_a_hole_is_filled_by_what_belongs_there(kind: str, subject: str, relation: tuple[str, bool] | None) -> None:
    assert joining(kind, subject) == relation


def test_an_earlier_version_is_said_again_without_where_it_stands() -> None:
    then = {
        "id": "1", "kind": "objective", "version": 1, "state": "draft", "state_reason": "First.", "name": "Hear",
        "due": "2027-03-31", "owner": None, "tags": ["a"], "custom": {"x": 1}, "review": {"last_by": "a"},
        "provenance": [], "updated_by": "a",
    }  # fmt: skip
    now = {
        **then, "version": 4, "state": "proposed", "due": "2027-06-30", "owner": {"kind": "party", "id": "2"},
        "tags": ["a", "b"], "custom": {"x": 2, "y": 3}, "review": {"last_by": "b"}, "updated_by": "b",
    }  # fmt: skip
    patch = {"due": "2027-03-31", "owner": None, "tags": ["a"], "custom": {"x": 1, "y": None}}
    assert restoring(NODE_KINDS["objective"], then, now) == patch
    activity = {"process_id": "1", "what": "Dig"}
    assert restoring(NODE_KINDS["activity"], activity, {"process_id": "2", "what": "Fill"}) == {"what": "Dig"}
