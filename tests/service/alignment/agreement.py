"""What the answers of alignment say of each other: each relation between two views is one property."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from copy import deepcopy
from typing import Any

from shared import clock
from shared.contracts.design import FOUR_PS
from shared.contracts.relations import RELATIONS
from tests.service.alignment.served import Server

Json = dict[str, Any]
ALL = {"limit": 200}
CASCADED = ("strategy", "objective", "tactic", "operation")
ARTIFACTS = ("plan", "project", "policy", "process", "procedure", "work_instruction")
NAMED_BUT_WRONG = ("X05", "X06", "X07", "X08")
"""What a design names and what is wrong with that: it lacks nothing."""
DESIGNED = ("designed", "developed", "built", "tested", "released", "operational")
FAR = {"depth": 10, "limit": 500}


def ref(node: Json) -> str:
    return f"{node['kind']}/{node['id']}"


def kind(of: str) -> str:
    return of.partition("/")[0]


def in_trees(trees: list[Json]) -> Iterator[Json]:
    for tree in trees:
        yield tree["node"]
        yield from in_trees(tree["below"])


def is_goal(node: Json) -> bool:
    return bool(node["kind"] == "outcome" or (node["kind"] == "strategy" and node["type"] == "business"))


def needs_the_other_side(state: Json) -> bool:
    return bool(state["side"] == "it" or (state["side"] == "business" and state["it_dependent"]))


def seen(value: Any) -> set[str]:
    """All nodes in an answer."""
    if isinstance(value, list):
        return set().union(*map(seen, value))
    if not isinstance(value, dict):
        return set()
    mine = {ref(value)} if {"why_not_live", "kind"} <= value.keys() else set()
    return mine.union(*map(seen, value.values()))


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
        processes = [node for node in self.nodes if kind(node) == "process"]
        self.raci = {p: await self.get(f"raci/{p.partition('/')[2]}") for p in processes}
        self.entity = {node: await self.get(f"nodes/{node}") for node in self.nodes}
        self.impact = {node: await self.get(f"impact/{node}", **FAR) for node in self.nodes}
        self.why = {node: await self.get(f"why/{node}") for node in self.nodes}
        self.up = {node: await self.get(f"trace/{node}", **FAR) for node in self.nodes}
        self.down = {node: await self.get(f"trace/{node}", direction="down", **FAR) for node in self.nodes}
        self.with_all = {path: await self.get(path, include="all", **given) for path, given in self.with_less()}

    def with_less(self) -> Iterator[tuple[str, Json]]:
        """What leaves something out, as far as it is asked for with everything as well."""
        yield "cascade", {}
        yield from ((path, ALL) for path in ("coverage/design", "coverage/offerings", "load"))
        yield from ((f"raci/{process.partition('/')[2]}", {}) for process in self.raci)
        for node in [*self.nodes][::6]:
            yield f"trace/{node}", FAR
            yield f"impact/{node}", FAR
            yield f"why/{node}", {}

    def answer(self, path: str) -> Json:
        """The same without what is not live."""
        view, _, rest = path.partition("/")
        whole = {
            "cascade": self.cascade,
            "load": self.load,
            "coverage": {"design": self.design}.get(rest, self.offerings),
        }
        of_one = {"raci": self.raci, "trace": self.up, "impact": self.impact, "why": self.why}
        found: Json = whole[view] if view in whole else of_one[view][f"process/{rest}" if view == "raci" else rest]
        return found

    def number(self, *kinds: str) -> int:
        return sum(kind(node) in kinds for node in self.nodes)

    def live(self, of: str) -> bool:
        return of in self.nodes and bool(self.nodes[of]["live"])

    # -- views among each other

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

        of_one = (self.raci, self.impact, self.why, self.up, self.down, self.entity)
        for answer in (self.cascade, self.design, self.offerings, self.load, *of_one, self.with_all):
            walk(answer)
        assert all(node["live"] == (node["why_not_live"] is None) for node in self.nodes.values())

    def what_is_left_out_makes_up_the_rest(self) -> None:
        shown = {ref(node) for node in in_trees(self.cascade["items"])}
        answers = ((len(shown), self.cascade, CASCADED), (len(self.design["items"]), self.design, ("service",)))
        offered = len(self.offerings["items"]), self.offerings, ("service_offering",)
        for number, answer, kinds in (*answers, offered):
            assert number + sum(answer["left_out"].values()) == self.number(*kinds), kinds
        assert len(self.load["items"]) == sum(self.live(node) for node in self.nodes if kind(node) == "party")

    def lists_show_with_all_what_they_leave_out(self) -> None:
        """Each thing once, and by the same word."""
        cascades = [[*in_trees(answer["items"])] for answer in (self.cascade, self.with_all["cascade"])]
        listed = [(*cascades, self.cascade["left_out"])]
        for path, member in (("design", "service"), ("offerings", "offering")):
            answers = (self.answer(f"coverage/{path}"), self.with_all[f"coverage/{path}"])
            shown, everything = ([each[member] for each in answer["items"]] for answer in answers)
            listed.append((shown, everything, answers[0]["left_out"]))
        for shown, everything, left_out in listed:
            more = {ref(node): node["why_not_live"] for node in everything if ref(node) not in {*map(ref, shown)}}
            assert Counter(more.values()) == left_out

    def nothing_is_left_out_without_a_word(self) -> None:
        """With everything there is what is there without it; where there is more, something was left out."""
        for path, answer in self.with_all.items():
            less = self.answer(path)
            shown, everything = seen(less), seen(answer)
            assert shown <= everything, path
            # of a package or an offering, what it names is shown or not, and the list counts itself alone
            assert less["left_out"] or shown == everything or "coverage" in path, path
            assert answer["left_out"] == {}, path

    def up_is_the_reverse_of_down(self) -> None:
        for lower, answer in self.up.items():
            for node in answer["nodes"]:
                if self.live(lower):
                    assert lower in {ref(each) for each in self.down[ref(node)]["nodes"]}, (lower, ref(node))

    def a_trace_goes_by_the_relations_of_the_entity(self) -> None:
        for root, answer in self.up.items():
            entity = self.entity[root]
            said = {
                (each["origin"], each["type"], each["source"], each["target"]) for each in entity["out"] + entity["in"]
            }
            for each in answer["edges"]:
                if root in (each["source"], each["target"]):
                    assert (each["origin"], each["type"], each["source"], each["target"]) in said

    def reasons_are_on_the_way_up(self) -> None:
        for root, answer in self.why.items():
            above = {ref(node) for node in self.up[root]["nodes"]}
            for path in answer["paths"]:
                assert {ref(step["node"]) for step in path["steps"]} <= above
                assert path["live"]
                assert path["complete"] == is_goal(path["steps"][-1]["node"])
                assert path["reaches"] == ref(path["steps"][-1]["node"])

    def signatures_are_those_of_the_entity(self) -> None:
        for answer in self.why.values():
            for path in answer["paths"]:
                told = [{k: v for k, v in each.items() if k != "node"} for each in path["signed_by"]]
                assert told == [each for step in path["steps"] for each in self.signed_by(ref(step["node"]))]

    def signed_by(self, node: str) -> list[Json]:
        return list(self.entity[node]["signed_by"])

    def impact_is_live(self) -> None:
        for answer in self.impact.values():
            for row in (*answer["customers"], *answer["contracts"]):
                assert self.live(ref(row["node"]))
                assert row in answer["at_risk"]
            for row in (*answer["at_risk"], *answer["to_review"]):
                assert all(step["live"] for step in row["path"])

    def what_is_at_risk_first_is_related_so(self) -> None:
        """One step away is what a relation of the entity puts at risk by its row in the table."""
        for root, answer in self.impact.items():
            expected = set[str]()
            for end, edges in (("target", self.entity[root]["out"]), ("source", self.entity[root]["in"])):
                for edge in edges:
                    if edge["live"] and end in RELATIONS[edge["type"]].at_risk(kind(edge["source"])):
                        expected.add(edge[end])
            first = {ref(row["node"]) for row in answer["at_risk"] if row["distance"] == 1}
            assert {each for each in first if self.live(each)} == set(filter(self.live, expected - {root})), root

    def who_owns_is_asked(self) -> None:
        for root, answer in self.impact.items():
            asked = {ref(each["node"]): set(map(ref, each["owns"])) for each in answer["to_ask"]}
            hit = [self.nodes[root], *(row["node"] for row in answer["at_risk"])]
            owned: dict[str, set[str]] = defaultdict(set)
            for node in hit:
                if node["owner"] and self.live(node["owner"]):
                    owned[node["owner"]].add(ref(node))
            assert {who: owns for who, owns in asked.items() if owns} == owned

    def who_holds_a_role_there_is_the_same(self) -> None:
        """Who is asked about a process is who holds a letter in its matrix; and what a party carries is what stands in
        the matrices of the processes where it holds a role."""
        carried: dict[str, Counter[str]] = defaultdict(Counter)
        for process, matrix in self.raci.items():
            holders = {ref(column["role"]): set(map(ref, column["parties"])) for column in matrix["roles"]}
            rows = {ref(row["activity"]) for row in matrix["rows"]}
            for asked in self.impact[process]["to_ask"]:
                if asked["letters"] and not asked["owns"] and {ref(a) for a in asked["activities"]} <= rows:
                    assert set(map(ref, asked["holders"])) == holders[ref(asked["node"])]
            for row in matrix["rows"]:
                for cell in row["cells"] if row["activity"]["live"] else ():
                    for party in holders[f"role/{cell['role']}"]:
                        carried[party].update(cell["letters"])
        for item in self.load["items"]:
            assert item["letters"] == {letter: carried[ref(item["party"])][letter] for letter in "RACI"}


class Judged(Views):
    """Beside the findings and the score."""

    async def read(self) -> None:
        await super().read()
        self.findings = await self.list_of("findings")
        self.score = await self.get("score")

    def copy(self) -> "Judged":
        """The same answers, to be changed."""
        made = Judged(self.server, None)
        vars(made).update(deepcopy({name: each for name, each in vars(self).items() if name != "server"}))
        return made

    async def list_of(self, path: str) -> list[Json]:
        found: list[Json] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.get(path, **ALL, **cursor)
            found += page["items"]
            if not page["next_cursor"]:
                return found
            cursor = {"cursor": page["next_cursor"]}

    def found(self, family: str, subjects: set[str], but: Collection[str] = ()) -> Counter[tuple[str, str]]:
        """Findings of a family of rules about some things, by id and subject."""
        of_family = [each for each in self.findings if each["rule"][0] == family and each["rule"] not in but]
        about = ((each["id"], ref(each["subject"])) for each in of_family)
        return Counter((id, subject) for id, subject in about if subject in subjects)

    def rule(self, id: str) -> Json:
        [found] = [each for each in self.score["rules"] if each["rule"] == id]
        return dict(found)

    def weight(self, of: str) -> int:
        return self.nodes[of]["criticality"] or 3

    # -- views and what is found

    def holes_are_findings(self) -> None:
        told = Counter((hole["id"], ref(hole["node"])) for hole in self.cascade["holes"])
        assert told == self.found("V", {ref(node) for node in in_trees(self.cascade["items"])})

    def violations_are_findings(self) -> None:
        for matrix in self.raci.values():
            rows = {ref(row["activity"]): row["violations"] for row in matrix["rows"]}
            rows[ref(matrix["process"])] = matrix["violations"]
            told = Counter((each["id"], activity) for activity, wrong in rows.items() for each in wrong)
            assert told == self.found("R", set(rows))

    def what_a_design_lacks_are_findings(self) -> None:
        for item in self.design["items"]:
            service = item["service"]
            lacks = [item[p]["finding"] for p in FOUR_PS if item[p]["finding"]]
            assert Counter((each["id"], ref(service)) for each in lacks) == self.found(
                "X", {ref(service)}, NAMED_BUT_WRONG
            )
            for p in FOUR_PS:
                assert (item[p]["status"] == "missing") == (item[p]["finding"] is not None)
                is_judged = service["state"] in DESIGNED and self.is_valid(ref(service))
                assert not (is_judged and item[p]["status"] == "open"), (ref(service), p)

    def what_an_offering_lacks_are_findings(self) -> None:
        for item in self.offerings["items"]:
            offering = ref(item["offering"])
            told = Counter((each["id"], offering) for each in item["missing"])
            assert told == self.found("F", {offering}, ("F10",))
            lacks = {each["what"] for each in item["missing"]}
            assert not ("consumer_group" in lacks and item["consumer_groups"])
            assert not ("component" in lacks and [*item["goods"], *item["access"], *item["action"]])
            if self.live(offering):
                assert not {"component", "consumer_group"} & {*item["open"]}, "a rule asks for it by now"

    def entities_have_their_findings(self) -> None:
        by_subject: dict[str, list[str]] = defaultdict(list)
        for each in self.findings:
            by_subject[ref(each["subject"])].append(each["id"])
        for node, answer in self.entity.items():
            assert sorted(each["id"] for each in answer["findings"]) == sorted(by_subject[node])
            justifying = [each["id"] for each in answer["findings"] if each["rule"][0] == "V"]
            assert sorted(each["id"] for each in self.why[node]["findings"]) == sorted(justifying)

    def whose_move_it_is_is_the_owner(self) -> None:
        for each in self.findings:
            if ref(each["subject"]) in self.nodes:
                assert each["owner"] == self.nodes[ref(each["subject"])]["owner"]

    def completeness_is_what_the_score_counts(self) -> None:
        """V04, V08 and V18 count complete chains: whoever has one by ``why``, and nobody else."""
        subjects = {
            "V04": [node for node in self.nodes if self.live(node) and kind(node) in ARTIFACTS],
            "V08": [node for node in self.nodes if self.in_portfolio(node)],
        }
        for rule, about in subjects.items():
            scored = self.rule(rule)
            assert scored["subjects"] == len(about), rule
            assert scored["passing"] == sum(self.weight(node) for node in about if self.is_complete(node)), rule

    def in_portfolio(self, node: str) -> bool:
        in_state = self.nodes[node]["state"] in ("approved", "chartered", *DESIGNED)
        return kind(node) == "service" and in_state and self.is_valid(node)

    def is_valid(self, node: str) -> bool:
        """By what the entity says."""
        data, now = self.entity[node]["state_data"], self.times.get("valid_at") or clock.rfc3339(clock.now())
        return (data["valid_from"] or now) <= now < (data["valid_to"] or "9999")

    def is_complete(self, node: str) -> bool:
        """A business service has to lead to an outcome."""
        goals = (
            ("outcome",)
            if (kind(node), self.nodes[node]["type"]) == ("service", "business")
            else ("outcome", "strategy")
        )
        return any(path["complete"] and kind(path["reaches"]) in goals for path in self.why[node]["paths"])

    def whom_the_score_counts_is_whom_a_rule_is_about(self) -> None:
        said = {node: answer["state_data"] for node, answer in self.entity.items() if self.live(node)}
        about = {
            "V02": [node for node in said if kind(node) == "tactic"],
            "V06": [n for n, its in said.items() if kind(n) == "objective" and its["level"] in (None, "strategic")],
            "V10": [n for n, its in said.items() if kind(n) in ("tactic", "operation") and needs_the_other_side(its)],
            "F01": [node for node in said if kind(node) == "service_offering"],
        }
        assert {rule: self.rule(rule)["subjects"] for rule in about} == {r: len(nodes) for r, nodes in about.items()}

    def who_is_justified_is_not_blamed(self) -> None:
        for rule in ("V04", "V08", "V18"):
            for each in self.findings:
                if each["rule"] == rule:
                    assert not self.is_complete(ref(each["subject"])), (rule, ref(each["subject"]))

    def who_leads_nowhere_is_blamed(self) -> None:
        blamed = {ref(each["subject"]) for each in self.findings if each["rule"] == "V04"}
        for node in self.nodes:
            if self.live(node) and kind(node) in ARTIFACTS and not self.why[node]["paths"]:
                assert node in blamed, node

    def what_fails_is_what_is_found(self) -> None:
        """Where a rule counts things by its own findings."""
        for scored in self.score["rules"]:
            if scored["rule"][0] in "DV":
                continue
            about = [ref(each["subject"]) for each in self.findings if each["rule"] == scored["rule"]]
            assert scored["applicable"] - scored["passing"] == min(
                scored["applicable"], sum(map(self.weight, about))
            ), scored["rule"]

    def what_is_affected_rests_on_it(self) -> None:
        for each in self.findings:
            if each["affects"]:
                top = ref(each["subject"])
                below, waiting = {top}, [top] if self.live(top) else []
                while waiting:
                    fresh = self.resting(waiting.pop()) - below
                    below |= fresh
                    waiting += fresh
                assert each["affects"] == {"things": len(below) - 1, "at_least": False}, top

    def resting(self, upper: str) -> set[str]:
        """What a relation of the entity justifies by it, that is live and no goal itself."""
        entity = self.entity[upper]
        edges = [each for each in entity["out"] + entity["in"] if each["live"] and each["justified"]]
        found = {each[each["justified"]] for each in edges} - {upper}
        return {each for each in found if self.live(each) and not is_goal(self.nodes[each])}


AGREE: tuple[Callable[[Judged], None], ...] = (
    Views.every_node_says_the_same_of_itself,
    Views.what_is_left_out_makes_up_the_rest,
    Views.lists_show_with_all_what_they_leave_out,
    Views.nothing_is_left_out_without_a_word,
    Views.up_is_the_reverse_of_down,
    Views.a_trace_goes_by_the_relations_of_the_entity,
    Views.reasons_are_on_the_way_up,
    Views.signatures_are_those_of_the_entity,
    Views.impact_is_live,
    Views.what_is_at_risk_first_is_related_so,
    Views.who_owns_is_asked,
    Views.who_holds_a_role_there_is_the_same,
    Judged.holes_are_findings,
    Judged.violations_are_findings,
    Judged.what_a_design_lacks_are_findings,
    Judged.what_an_offering_lacks_are_findings,
    Judged.entities_have_their_findings,
    Judged.whose_move_it_is_is_the_owner,
    Judged.completeness_is_what_the_score_counts,
    Judged.whom_the_score_counts_is_whom_a_rule_is_about,
    Judged.who_is_justified_is_not_blamed,
    Judged.who_leads_nowhere_is_blamed,
    Judged.what_fails_is_what_is_found,
    Judged.what_is_affected_rests_on_it,
)
