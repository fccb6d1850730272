"""The made-up organisation of the bench is one that the owners could have told of."""

import itertools
from collections import Counter
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bench.organisation import MOST_AT_HUB, Organisation
from bench.shape import LEAVING
from shared.contracts import OWNERS
from shared.contracts.relations import RELATIONS
from shared.http.documentation import event_schemas

LINKS = 1000
Json = dict[str, Any]


@pytest.fixture(scope="module")
def events() -> dict[str, list[Json]]:
    organisation = Organisation(LINKS)
    return {service: [*organisation.events(service)] for service in OWNERS}


def states(events: dict[str, list[Json]]) -> list[Json]:
    return [event["data"]["state"] for service in OWNERS for event in events[service]]


@pytest.mark.parametrize("service", OWNERS)
def test_every_event_keeps_to_its_schema(service: str, events: dict[str, list[Json]]) -> None:
    schemas = event_schemas(service)
    validators = {type_: Draft202012Validator(schemas[type_]) for type_ in {e["type"] for e in events[service]}}
    for event in events[service]:
        validators[event["type"]].validate(event["data"])


def test_links_join_what_is_there_by_relations_that_may(events: dict[str, list[Json]]) -> None:
    there = {(state["kind"], state["id"]) for state in states(events)}
    links = [state for state in states(events) if state["kind"] == "link"]
    assert len(links) == LINKS
    for link in links:
        ends = link["source"], link["target"]
        assert RELATIONS[link["type"]].allows(*(end["kind"] for end in ends))
        assert {(end["kind"], end["id"]) for end in ends} <= there


def test_links_leave_as_in_the_models_that_it_is_shaped_after(events: dict[str, list[Json]]) -> None:
    organisation = Organisation(LINKS)
    leaving = Counter(
        s["source"]["id"] for s in states(events) if s["kind"] == "link" and s["target"]["id"] != organisation.hub
    )
    assert Counter(leaving.values()) == {links: elements * organisation.units for links, elements in LEAVING.items()}


def test_positions_have_no_gap_up_to_the_head(events: dict[str, list[Json]]) -> None:
    for service, head in Organisation(LINKS).heads.items():
        assert [event["position"] for event in events[service]] == [*range(1, head + 1)]


@pytest.mark.parametrize(
    ("links", "hub"), [(1000, 50), (100_000, 5000), (1_000_000, MOST_AT_HUB), (2_000_000, MOST_AT_HUB)]
)
def test_a_twentieth_is_at_the_hub(links: int, hub: int) -> None:
    assert 0 <= Organisation(links).at_hub - hub < 190


async def test_pages_are_what_the_whole_is(events: dict[str, list[Json]]) -> None:
    organisation, paged, after = Organisation(LINKS), list[Json](), 0
    while (page := await organisation.changes("catalog", after, 100))["items"]:
        paged += page["items"]
        after = page["next_after"]
    assert paged == events["catalog"]
    assert page["head"]["position"] == after


def test_a_million_links_need_not_be_held() -> None:
    """The first events of a large one come at once."""
    first = [*itertools.islice(Organisation(1_000_000).events("roles"), 3)]
    assert [event["position"] for event in first] == [1, 2, 3]
