"""What is live, and why not: cases decided by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from shared import live

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Node:
    ref: str
    state: str
    live: bool
    deleted: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass
class Edge:
    type: str
    source: str
    target: str
    live: bool = True
    field: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


SERVICE = Node("service/a", "operational", live=True)


@pytest.mark.parametrize(
    ("node", "why", "stage"),
    [
        (SERVICE, None, "live"),
        (None, "unseen", "ended"),
        (Node("service/a", "requirements", live=False), "requirements", "planned"),
        (Node("service/a", "tested", live=False), "tested", "planned"),
        (Node("service/a", "retired", live=False), "retired", "ended"),
        (Node("service/a", "requirements", live=False, deleted=True), "deleted", "ended"),
        (Node("tactic/a", "rejected", live=False), "rejected", "planned"),
        (Node("tactic/a", "withdrawn", live=False), "withdrawn", "ended"),
        (Node("project/a", "on_hold", live=False), "on_hold", "planned"),
        (Node("contract/a", "suspended", live=False), "suspended", "planned"),
        (Node("contract/a", "terminated", live=False), "terminated", "ended"),
        (Node("service_offering/a", "retired", live=False), "retired", "ended"),
        (Node("party/a", "left", live=False), "left", "ended"),
        (Node("service/a", "operational", live=True, valid_from=NOW + DAY), "not yet valid", "planned"),
        (Node("service/a", "operational", live=True, valid_from=NOW), None, "live"),
        (Node("service/a", "operational", live=True, valid_to=NOW + DAY), None, "live"),
        (Node("service/a", "operational", live=True, valid_to=NOW), "expired", "ended"),
        (Node("service/a", "tested", live=False, valid_to=NOW), "tested", "ended"),
        (Node("service/a", "of a later release", live=False), "of a later release", "ended"),
    ],
)
def test_a_node_is_live_or_says_why_not(node: Node | None, why: str | None, stage: str) -> None:
    assert live.why_not_live(node, NOW) == why
    assert live.live(node, NOW) == (why is None)
    assert live.stage(node, NOW) == stage


@pytest.mark.parametrize(
    ("edge", "why"),
    [
        (Edge("depends_on", "service/a", "product/b"), None),
        (Edge("depends_on", "service/a", "product/b", live=False), "ended"),
        (Edge("depends_on", "service/a", "product/b", valid_from=NOW + DAY), "not yet valid"),
        (Edge("depends_on", "service/a", "product/b", valid_to=NOW), "expired"),
        (Edge("depends_on", "process/a", "product/b"), "does not fit"),
        (Edge("depends_on", "process/a", "product/b", field="product_id"), None),
        (Edge("of a later release", "process/a", "product/b"), None),
    ],
)
def test_a_relation_is_active_or_says_why_not(edge: Edge, why: str | None) -> None:
    assert live.why_not_active(edge, NOW) == why
    assert live.active(edge, NOW) == (why is None)


def test_what_a_field_says_holds_while_its_holder_counts() -> None:
    offered = Edge("offers", "service_offering/a", "service/b", field="service_ids[]")
    link = Edge("offers", "service_offering/a", "service/b")
    holders = {
        "launched": Node("service_offering/a", "launched", live=True),
        "retired": Node("service_offering/a", "retired", live=False),
        "obsolete": Node("service_offering/a", "obsolete", live=False),
        "expired": Node("service_offering/a", "launched", live=True, valid_to=NOW),
    }
    counting = {name: live.counts(node, NOW) for name, node in holders.items()}
    assert counting == {"launched": True, "retired": True, "obsolete": False, "expired": False}
    assert live.active(offered, NOW, holder=True)
    assert live.why_not_active(offered, NOW, holder=False) == "ended"
    assert live.active(link, NOW, holder=False)
    assert not live.counts(None, NOW)
