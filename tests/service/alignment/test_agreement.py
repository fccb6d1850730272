"""No two views of a random organisation contradict each other, nor do they the findings and the score."""

from collections import Counter, defaultdict
from random import Random
from typing import Any

import pytest

from tests.service.alignment.served import Server
from tests.service.alignment.world import LINK_REFS, REFS

Json = dict[str, Any]
SEEDS = range(4)
WRITES, ALL = 90, {"limit": 200}
CASCADED = ("strategy", "objective", "tactic", "operation")


def ref(node: Json) -> str:
    return f"{node['kind']}/{node['id']}"


class Views:
    """All answers about one organisation, at one valid time."""

    def __init__(self, server: Server, valid_at: str | None) -> None:
        self.server = server
        self.times = {"valid_at": valid_at} if valid_at else {}

    async def get(self, path: str, **params: Any) -> Any:
        return await self.server.get(path, **self.times, **params)

    async def read(self) -> None:
        self.nodes = {ref(node): node for node in (await self.get("nodes", **ALL))["items"]}
        self.cascade = await self.get("cascade")
        self.design = await self.get("coverage/design", **ALL)
        self.offerings = await self.get("coverage/offerings", **ALL)
        self.load = await self.get("load", **ALL)
        of_kind: dict[str, list[str]] = defaultdict(list)
        for node in self.nodes:
            of_kind[node.partition("/")[0]].append(node)
        self.raci = {p: await self.get(f"raci/{p.partition('/')[2]}") for p in of_kind["process"]}
        self.impact = {node: await self.get(f"impact/{node}", limit=500) for node in self.nodes}
        self.why = {node: await self.get(f"why/{node}") for node in self.nodes}
        self.up = {node: await self.get(f"trace/{node}", depth=10, limit=500) for node in self.nodes}
        self.down = {
            node: await self.get(f"trace/{node}", direction="down", depth=10, limit=500) for node in self.nodes
        }

    def number(self, *kinds: str) -> int:
        return sum(node.partition("/")[0] in kinds for node in self.nodes)

    def check(self) -> None:
        self.every_node_says_the_same_of_itself()
        self.what_is_left_out_makes_up_the_rest()
        self.up_is_the_reverse_of_down()
        self.reasons_are_on_the_way_up()
        self.impact_is_live()
        self.people_are_the_same()

    def every_node_says_the_same_of_itself(self) -> None:
        def walk(value: Any) -> None:
            if isinstance(value, dict):
                if "why_not_live" in value and "kind" in value and (mine := self.nodes.get(ref(value))):
                    assert {**mine, **value}.items() >= mine.items()
                for inner in value.values():
                    walk(inner)
            elif isinstance(value, list):
                for inner in value:
                    walk(inner)

        for answer in (self.cascade, self.design, self.offerings, self.load, self.raci, self.impact, self.why, self.up):
            walk(answer)
        assert all(node["live"] == (node["why_not_live"] is None) for node in self.nodes.values())

    def what_is_left_out_makes_up_the_rest(self) -> None:
        shown: set[str] = set()

        def walk(tree: Json) -> None:
            shown.add(ref(tree["node"]))
            for each in tree["below"]:
                walk(each)

        for tree in self.cascade["items"]:
            walk(tree)
        answers = ((len(shown), self.cascade, CASCADED), (len(self.design["items"]), self.design, ("service",)))
        offered = len(self.offerings["items"]), self.offerings, ("service_offering",)
        for number, answer, kinds in (*answers, offered):
            assert number + sum(answer["left_out"].values()) == self.number(*kinds), kinds
        live = sum(node["live"] for node in self.nodes.values() if node["kind"] == "party")
        assert len(self.load["items"]) == live

    def up_is_the_reverse_of_down(self) -> None:
        for lower, answer in self.up.items():
            for node in answer["nodes"]:
                if self.nodes[lower]["live"]:
                    assert lower in {ref(each) for each in self.down[ref(node)]["nodes"]}, (lower, ref(node))

    def reasons_are_on_the_way_up(self) -> None:
        for root, answer in self.why.items():
            above = {ref(node) for node in self.up[root]["nodes"]}
            for path in answer["paths"]:
                assert {ref(step["node"]) for step in path["steps"]} <= above
                assert path["live"]
                last = path["steps"][-1]["node"]
                assert path["complete"] == (last["kind"] == "outcome" or last["type"] == "business")

    def impact_is_live(self) -> None:
        for answer in self.impact.values():
            for row in (*answer["customers"], *answer["contracts"]):
                assert self.nodes[ref(row["node"])]["live"]
                assert row in answer["at_risk"]
            for row in (*answer["at_risk"], *answer["to_review"]):
                assert all(step["live"] for step in row["path"])

    def people_are_the_same(self) -> None:
        """Who is asked about a process is who holds a letter in its matrix; and what a party carries is what stands in
        the matrices of the processes where it holds a role."""
        carried: dict[str, Counter[str]] = defaultdict(Counter)
        for process, matrix in self.raci.items():
            holders = {ref(column["role"]): set(map(ref, column["parties"])) for column in matrix["roles"]}
            for asked in self.impact[process]["to_ask"]:
                if (
                    asked["letters"]
                    and not asked["owns"]
                    and {ref(a) for a in asked["activities"]} <= self.rows(process)
                ):
                    assert set(map(ref, asked["holders"])) == holders[ref(asked["node"])]
            for row in matrix["rows"]:
                for cell in row["cells"] if row["activity"]["live"] else ():
                    for party in holders[f"role/{cell['role']}"]:
                        carried[party].update(cell["letters"])
        for item in self.load["items"]:
            assert item["letters"] == {letter: carried[ref(item["party"])][letter] for letter in "RACI"}

    def rows(self, process: str) -> set[str]:
        return {ref(row["activity"]) for row in self.raci[process]["rows"]}


async def findings_agree(server: Server, views: Views) -> None:
    found = defaultdict(set)
    for item in (await server.get("findings", **ALL))["items"]:
        found[item["rule"]].add(ref(item["subject"]))
    parentless = {ref(hole["node"]) for hole in views.cascade["holes"] if hole["rule"] == "V02"}
    assert parentless == found["V02"]
    for rule in ("V01", "V04", "V08"):
        for subject in found[rule]:
            assert not any(path["complete"] and rule != "V08" for path in views.why[subject]["paths"]), (rule, subject)
    rules = {each["rule"]: each for each in (await server.get("score"))["rules"]}
    live = Counter(node["kind"] for node in views.nodes.values() if node["live"])
    assert rules["V02"]["subjects"] == live["tactic"]
    assert rules["F01"]["subjects"] == live["service_offering"]


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_two_views_contradict_each_other(server: Server, seed: int) -> None:
    dice = Random(seed)
    for _ in range(WRITES):
        if dice.random() < 0.4:
            server.world.link(dice.choice(LINK_REFS), dice)
        else:
            server.world.write(dice.choice(REFS), dice)
        if dice.random() < 0.1:
            server.world.delete(dice.choice(REFS))
    await server.arrive(server.world.events)
    for valid_at in (None, "2026-01-01T00:10:00Z"):
        views = Views(server, valid_at)
        await views.read()
        views.check()
        if valid_at is None:
            await findings_agree(server, views)
