"""Each view at one moment beside what the reference says of it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from math import floor
from typing import Any

from services.alignment.judge.settings import Setting
from shared import clock
from shared.clock import rfc3339
from shared.contracts.design import FOUR_PS
from tests.service.alignment.expected import Expected
from tests.service.alignment.recomputed import Findings
from tests.service.alignment.reference import Relation

Json = dict[str, Any]
Get = Callable[..., Awaitable[Any]]
EVERYTHING = {"limit": 200}
TOPS = ("V01", "V04", "V08", "V18")


def ref(node: Json) -> str:
    return f"{node['kind']}/{node['id']}"


def refs(nodes: list[Json]) -> list[str]:
    return [ref(node) for node in nodes]


def ends(edge: Json) -> tuple[str, str, str, str]:
    return edge["origin"], edge["type"], edge["source"], edge["target"]


def of(relation: Relation) -> tuple[str, str, str, str]:
    return relation.origin, relation.type, relation.source, relation.target


def _begin(edge: Json, direction: str) -> str:
    """Up is from what is justified, else from the source."""
    lower, upper = ("target", "source") if edge["justified"] == "target" else ("source", "target")
    return str(edge[lower if direction == "up" else upper])


class Comparison:
    """``get`` asks alignment, about the present where there is no moment; ``events`` are those that have arrived, and
    ``settings`` what has been set of rules."""

    def __init__(
        self,
        get: Get,
        events: list[Json],
        moment: datetime | None,
        settle: timedelta = timedelta(0),
        settings: Sequence[Setting] = (),
    ) -> None:
        self.ask, self.at = get, moment or clock.now()
        self.as_of = {"as_of": rfc3339(moment)} if moment else {}
        self.events = events
        self.reference = Expected(events, self.at)
        self.findings = Findings(events, clock.now(), settle, settings)

    async def get(self, path: str, **params: Any) -> Any:
        return await self.ask(path, **self.as_of, **params)

    async def of_lists(self) -> None:
        await self.nodes()
        await self.wrong()
        await self.score()
        await self.cascade()
        await self.coverage()
        await self.load()
        await self.diff()

    async def nodes(self) -> None:
        items = (await self.get("nodes", **EVERYTHING))["items"]
        there = self.reference.nodes
        assert refs(items) == sorted(there, key=lambda r: (there[r]["kind"], there[r]["key"], r))
        for item in items:
            self.brief(item)

    def brief(self, node: Json) -> None:
        """A node in any answer."""
        state = self.reference.states.get(ref(node))
        assert ("unseen" in node) == (state is None)
        if state:
            told = {name: state.get(name) for name in ("id", "kind", "key", "name", "type", "state", "version")}
            assert told.items() <= node.items()
            assert node["deleted"] == (ref(node) in self.reference.gone)
        assert node["live"] == self.reference.live(ref(node))

    async def wrong(self) -> None:
        items = (await self.get("findings", **EVERYTHING))["items"]
        expected = self.findings.at(self.at)
        told = {(item["rule"], ref(item["subject"]), item["id"]) for item in items}
        assert told == {(rule, subject, id) for id, (rule, subject, _) in expected.items()}
        for item in items:
            rule, subject, severity = expected[item["id"]]
            assert (item["rule"], ref(item["subject"])) == (rule, subject)
            assert item["severity"] == ("info", "low", "medium", "high", "critical")[severity]
            assert item["since"] == rfc3339(self.findings.since(item["id"], self.at)), item
            number = len(self.reference.resting(subject)) if rule in TOPS else None
            assert item["affects"] == (None if number is None else {"things": number, "at_least": False}), item

    async def score(self) -> None:
        answer = await self.get("score")
        rules, index = self.findings.score(self.at)
        assert {told["rule"] for told in answer["rules"]} == rules.keys()
        for told in answer["rules"]:
            expected = rules[told["rule"]]
            assert (told["subjects"], told["applicable"], told["passing"]) == expected, told
        assert answer["index"] == (59.0 if answer["capped"] else None if index is None else floor(10 * index) / 10)

    async def cascade(self) -> None:
        answer = await self.get("cascade")
        unfolded: Counter[str] = Counter()

        def walk(tree: Json) -> None:
            below = self.reference.below(ref(tree["node"]))
            if tree["below"]:
                unfolded[ref(tree["node"])] += 1
                assert set(refs([each["node"] for each in tree["below"]])) == below
                assert tree["hidden"] == 0
            else:
                assert tree["hidden"] in (0, len(below))
            shown.add(ref(tree["node"]))
            for each in tree["below"]:
                walk(each)

        shown: set[str] = set()
        for tree in answer["items"]:
            walk(tree)
        kinds = ("strategy", "objective", "tactic", "operation")
        everything = {each for kind in kinds for each in self.reference.standing(kind)}
        assert shown == everything
        assert unfolded == Counter({each for each in everything if self.reference.below(each)})
        told = [(each["id"], each["rule"], ref(each["node"])) for each in answer["holes"]]
        assert sorted(told) == sorted(self.found("V", everything))

    def found(self, family: str, subjects: Iterable[str]) -> list[tuple[str, str, str]]:
        """What the rules of a family find about some things: id, rule and subject."""
        among, found = set(subjects), self.findings.at(self.at)
        return [
            (id, rule, subject) for id, (rule, subject, _) in found.items() if rule[0] == family and subject in among
        ]

    async def coverage(self) -> None:
        items = (await self.get("coverage/design", **EVERYTHING))["items"]
        assert refs([item["service"] for item in items]) == self.reference.standing("service")
        for item in items:
            service = ref(item["service"])
            lacks = {f"X0{number}": item[p]["finding"] for number, p in enumerate(FOUR_PS, 1)}
            told = [(each["id"], rule, service) for rule, each in lacks.items() if each and each["rule"] == rule]
            assert sorted(told) == sorted(each for each in self.found("X", [service]) if each[1] in lacks)
            for p, lack in zip(FOUR_PS, lacks.values(), strict=True):
                assert item[p]["status"] == ("missing" if lack else self.reference.covered(service, p))
        items = (await self.get("coverage/offerings", **EVERYTHING))["items"]
        assert refs([item["offering"] for item in items]) == self.reference.standing("service_offering")
        for item in items:
            state = self.reference.nodes[ref(item["offering"])]
            shown = [*item["goods"], *item["access"], *item["action"]]
            assert sorted(map(str, shown)) == sorted(map(str, state["components"]))
            offering = ref(item["offering"])
            has = {"service": set(refs(item["services"])), "consumer_group": set(refs(item["consumer_groups"]))}
            named = {"service": "offers", "consumer_group": "targets"}
            assert has == {what: self.reference.named(offering, type) for what, type in named.items()}
            wrong = [(each["id"], each["rule"], offering) for each in item["missing"]]
            found = [each for each in self.found("F", [offering]) if each[1] != "F10"]  # nobody takes it: no lack
            assert sorted(wrong) == sorted(found)
            there = {what for what, found in {**has, "component": state["components"]}.items() if found}
            assert {*item["open"]} == {*has, "component"} - there - {each["what"] for each in item["missing"]}

    async def load(self) -> None:
        items = (await self.get("load", **EVERYTHING))["items"]
        assert refs([item["party"] for item in items]) == list(filter(self.reference.live, self.reference.of("party")))
        for item in items:
            roles, letters = self.reference.carried(ref(item["party"]))
            assert (item["roles"], item["letters"]) == (roles, {letter: letters[letter] for letter in "RACI"})

    async def diff(self) -> None:
        times = sorted(event["time"] for event in self.events if datetime.fromisoformat(event["time"]) < self.at)
        if not times:
            return
        start = times[len(times) // 2]
        answer = await self.ask("diff", **{"from": start, "to": rfc3339(self.at)}, **EVERYTHING)
        between = [event for event in self.events if start < event["time"] <= rfc3339(self.at)]
        between.sort(key=lambda event: event["time"])
        assert [item["event"] for item in answer["items"]] == [event["id"] for event in between]
        for item, event in zip(answer["items"], between, strict=True):
            deleted = event["data"].get("deleted", False)
            assert (item["action"] == "deleted") == deleted
        before, after = self.findings.at(datetime.fromisoformat(start)).keys(), self.findings.at(self.at).keys()
        told = answer["findings"]
        assert {each["id"] for each in told["opened"]} == after - before
        assert {each["id"] for each in told["resolved"]} == before - after

    async def of_node(self, root: str) -> None:
        if root not in self.reference.nodes:
            return
        await self.entity(root)
        for direction in ("up", "down"):
            await self.trace(root, direction)
        await self.why(root)
        await self.impact(root)
        if root.startswith("process/"):
            await self.raci(root)

    async def entity(self, root: str) -> None:
        node = await self.get(f"nodes/{root}")
        self.brief(node)
        for name, around in (("out", self.reference.out(root)), ("in", self.reference.into(root))):
            assert sorted(ends(each) for each in node[name]) == sorted(map(of, around))
            lives = {of(each): self.reference.holds(each) for each in around}
            for each in node[name]:
                self.brief(each["node"])
                assert each["live"] == lives[ends(each)]
        expected = {id for id, (_, subject, _) in self.findings.at(self.at).items() if subject == root}
        assert {each["id"] for each in node["findings"]} == expected

    async def trace(self, root: str, direction: str) -> None:
        far = self.reference.traced(root, direction)
        whole = await self.get(f"trace/{root}", direction=direction, depth=10, limit=500)
        assert {ref(node): node["depth"] for node in whole["nodes"]} == {r: hop for r, hop in far.items() if hop <= 10}
        followed = {r: self.reference.steps(r, direction) for r in far}
        assert {ends(each) for each in whole["edges"]} == {of(e) for r in far if far[r] < 10 for e, _ in followed[r]}
        cut = await self.get(f"trace/{root}", direction=direction, depth=2, limit=3)
        shown = Counter(_begin(each, direction) for each in cut["edges"])
        for node in cut["nodes"]:
            assert shown[ref(node)] + node["hidden"] == len(followed[ref(node)])
        assert cut["hidden"] == sum(node["hidden"] for node in cut["nodes"])

    async def why(self, root: str) -> None:
        for include, is_live in (({}, True), ({"include": "all"}, False)):
            answer = await self.get(f"why/{root}", **include)
            complete = self.reference.ways_up(root, live=is_live)
            partial = self.reference.ways_short(root)
            expected = {tuple(map(of, way)): way for way in (*complete, *partial)}
            assert len(answer["paths"]) + answer["hidden"] == len(expected)
            ranks = []
            for path in answer["paths"]:
                self.path(path, expected[tuple(ends(step["edge"]) for step in path["steps"])])
                ranks.append((not path["live"], not path["complete"], -path["weakest"], path["length"]))
            assert ranks == sorted(ranks)

    def path(self, path: Json, way: tuple[Relation, ...]) -> None:
        uppers = [step.up[1] for step in way if step.up]
        live = all(self.reference.holds(step) for step in way) and all(map(self.reference.live, uppers))
        weakest = min(1.0 if step.confidence is None else step.confidence for step in way)
        assert (path["live"], path["weakest"], path["length"]) == (live, weakest, len(way))
        assert (path["reaches"], path["complete"]) == (uppers[-1], self.reference.is_goal(uppers[-1]))
        told = [(ref(s["node"]), s["increment"]["id"], [who["id"] for who in s["by"]]) for s in path["signed_by"]]
        assert told == [(upper, *each) for upper in uppers for each in self.reference.signed(upper)]

    async def impact(self, root: str) -> None:
        answer = await self.get(f"impact/{root}", depth=10, limit=500)
        far = {r: hop for r, hop in self.reference.hit(root).items() if 0 < hop <= 10}
        shown = {ref(item["node"]): item["distance"] for item in answer["at_risk"]}
        assert shown.items() <= far.items()
        assert {r for r in far if self.reference.live(r)} <= shown.keys(), "what is offered no longer may be left out"
        asked = self.reference.asked({root, *shown})
        assert {ref(each["node"]) for each in answer["to_ask"]} == asked.keys()
        for each in answer["to_ask"]:
            owns, activities, holders = (set(refs(each[name])) for name in ("owns", "activities", "holders"))
            assert (owns, set(each["letters"]), activities, holders) == asked[ref(each["node"])]

    async def raci(self, process: str) -> None:
        answer = await self.get(f"raci/{process.partition('/')[2]}")
        matrix = self.reference.matrix(process)
        assert {ref(row["activity"]) for row in answer["rows"]} == matrix.keys()
        for row in answer["rows"]:
            letters = matrix[ref(row["activity"])]
            shown = {(cell["role"], letter) for cell in row["cells"] for letter in cell["letters"]}
            assert shown == {(role.partition("/")[2], letter) for role, letter in letters}
            wrong = [(each["id"], each["rule"], ref(row["activity"])) for each in row["violations"]]
            assert sorted(wrong) == sorted(self.found("R", [ref(row["activity"])]))
        wrong = [(each["id"], each["rule"], process) for each in answer["violations"]]
        assert sorted(wrong) == sorted(self.found("R", [process]))
        for column in answer["roles"]:
            assert set(refs(column["parties"])) == self.reference.holders(ref(column["role"]), {process})
