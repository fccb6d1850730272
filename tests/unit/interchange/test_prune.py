import pytest

from shared.contracts import KINDS
from shared.contracts.base import Kind
from shared.interchange.endings import is_over, way_out

NODES = [kind for kinds in KINDS.values() for kind in kinds if not kind.is_link]


@pytest.mark.parametrize(
    ("kind", "state", "way"),
    [
        ("service", "operational", ["retired"]),
        ("objective", "in_force", ["retired"]),
        ("objective", "approved", ["withdrawn"]),
        ("contract", "active", ["terminated"]),
        ("project", "in_progress", ["cancelled"]),
        ("party", "active", ["leaving", "left"]),
        ("process", "operational", ["under_review", "retired"]),
        ("service_offering", "launched", ["retired"]),
    ],
)
def test_the_way_out_is_short_and_claims_no_success(kind: str, state: str, way: list[str]) -> None:
    [found] = [each for each in NODES if each.name == kind]
    assert way_out(found.lifecycle, state) == way


@pytest.mark.parametrize("kind", NODES, ids=lambda kind: kind.name)
def test_every_kind_has_a_way_out_of_every_live_state(kind: Kind) -> None:
    for state in kind.lifecycle.live:
        end = way_out(kind.lifecycle, state)[-1]
        assert is_over(kind, end)
        assert end not in {"completed", "achieved", "missed", "expired", "obsolete"}
