"""The linkage views of the sample organisation, compared with what a short reference makes of the owners' own lists."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.client import path_of
from shared.contracts import LINKS, NODE_KINDS
from shared.contracts.design import FOUR_PS
from shared.contracts.relations import RELATIONS
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service import sample
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
State = dict[str, Any]
DESIGNED = ("designed", "developed", "built", "tested", "released", "operational")
DRIFTING: list[tuple[str, dict[str, Any]]] = [
    ("tactic", {"state": "proposed"}),
    ("tactic", {"state": "proposed"}),
    ("objective", {}),
    ("stakeholder", {"subject": "boss", "signs": True}),
]


class Held:
    """Everything that the owners hold: states by ``kind/id``, and the relations that links and fields make."""

    def __init__(self, states: dict[str, State], links: list[State]) -> None:
        self.states = states
        self.edges = [(link["type"], _ref(link["source"]), _ref(link["target"])) for link in links]
        for ref, state in states.items():
            for reference in NODE_KINDS[state["kind"]].references:
                for _, kind, id in reference.targets(state):
                    begin = ref
                    if reference.start:
                        member, of = reference.start
                        begin = f"{of}/{state[member]}"
                    ends = (begin, f"{kind}/{id}")
                    self.edges.append((reference.relation, *(reversed(ends) if reference.swapped else ends)))

    def of(self, kind: str) -> list[State]:
        return sorted((each for each in self.states.values() if each["kind"] == kind), key=lambda each: each["key"])

    def into(self, target: str, *types: str) -> list[str]:
        return [source for type, source, end in self.edges if end == target and type in types]

    def over(self, ref: str) -> bool:
        """In a state from which none leads to a live one."""
        state = self.states[ref]
        lifecycle = NODE_KINDS[state["kind"]].lifecycle
        return not any(lifecycle.way(state["state"], to) is not None for to in lifecycle.live)

    def live(self, ref: str) -> bool:
        state = self.states.get(ref)
        return state is not None and NODE_KINDS[state["kind"]].is_live(state["state"])


def _ref(pair: State) -> str:
    return f"{pair['kind']}/{pair['id']}"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    home: Path = tmp_path_factory.mktemp("views")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        yield await sample.load(platform)


@pytest_asyncio.fixture(loop_scope="module")
async def held(platform: Platform) -> Held:
    """As it is now: some of the tests change it, and they come in any order."""
    states = {
        _ref(state): state for kind in NODE_KINDS.values() if kind.in_view async for state in platform.client.list(kind)
    }
    links = [link for kind in LINKS.values() async for link in platform.client.list(kind)]
    return Held(states, [link for link in links if link["state"] == "active" and fits(link)])


def fits(link: State) -> bool:
    return RELATIONS[link["type"]].allows(link["source"]["kind"], link["target"]["kind"])


async def view(platform: Platform, path: str, **params: Any) -> Any:
    answer = await platform.http.get(f"/alignment/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def every(platform: Platform, path: str) -> list[State]:
    return [item async for item in platform.client.items(f"/alignment/v1/{path}", limit=7)]


def refs(nodes: list[State]) -> list[str]:
    return [_ref(node) for node in nodes]


async def test_design_covers_what_the_packages_say(platform: Platform, held: Held) -> None:
    items = await every(platform, "coverage/design")
    services = [each["key"] for each in held.of("service") if not held.over(_ref(each))]
    assert [each["service"]["key"] for each in items] == services
    for item in items:
        packages = [p for p in held.of("design_package") if p["service_id"] == item["service"]["id"]]
        packages = [p for p in packages if p["state"] != "outdated"]
        elements = (
            max(packages, key=lambda p: (p["state"] == "accepted", p["created_at"]))["elements"] if packages else []
        )
        for p in FOUR_PS:
            named = [_ref(each["ref"]) for each in elements if each["type"] == p and each["ref"]]
            named = [
                ref for ref in named if held.live(ref) or (not held.live(_ref(item["service"])) and not held.over(ref))
            ]
            excused = [each["reason"] for each in elements if each["type"] == p and each["not_applicable"]]
            is_judged = item["service"]["state"] in DESIGNED
            lacks = is_judged and not excused and not any(map(held.live, named))
            status = "missing" if lacks else "covered" if named else "not_applicable" if excused else "open"
            assert (item[p]["status"], refs(item[p]["nodes"])) == (status, named), (item["service"]["key"], p)
    statuses = Counter(item[p]["status"] for item in items for p in FOUR_PS)
    assert min(statuses[each] for each in ("covered", "not_applicable", "missing")) > 0, "the sample shows all three"


async def test_offerings_are_shown_with_their_components_and_groups(platform: Platform, held: Held) -> None:
    items = await every(platform, "coverage/offerings")
    there = [each for each in held.of("service_offering") if not held.over(_ref(each))]
    assert [each["offering"]["key"] for each in items] == [each["key"] for each in there]
    for item, offering in zip(items, there, strict=True):
        shown = [*item["goods"], *item["access"], *item["action"]]
        assert sorted(map(str, shown)) == sorted(map(str, offering["components"]))
        assert set(refs(item["consumer_groups"])) == {f"consumer_group/{id}" for id in offering["consumer_group_ids"]}
        assert {each["rule"] for each in item["missing"]} <= {"F01", "F02", "F04", "F05", "F06", "F07", "F11"}
        is_empty = ("F01" in {each["rule"] for each in item["missing"]}, "component" in item["open"])
        assert is_empty == (
            (offering["state"] == "launched" and not offering["components"]),
            (offering["state"] != "launched" and not offering["components"]),
        )


async def test_the_matrix_of_each_process_has_its_activities_and_letters(platform: Platform, held: Held) -> None:
    for process in held.of("process"):
        matrix = await view(platform, f"raci/{process['id']}")
        activities = [a for a in held.of("activity") if a["process_id"] == process["id"] and a["state"] != "retired"]
        assert {row["activity"]["id"] for row in matrix["rows"]} == {a["id"] for a in activities}
        orders = [held.states[_ref(row["activity"])]["order"] or 0 for row in matrix["rows"]]
        assert orders == sorted(orders)
        for row in matrix["rows"]:
            raci = held.states[_ref(row["activity"])]["raci"]
            shown = [(cell["role"], letter) for cell in row["cells"] for letter in cell["letters"]]
            assert sorted(shown) == sorted((each["role_id"], each["letter"]) for each in raci)
            letters = Counter(each["letter"] for each in raci)
            wrong = {
                "R01": letters["A"] == 0,
                "R02": letters["A"] > 1,
                "R03": letters["R"] == 0,
                "R04": letters["R"] > 3,
            }
            if held.live(_ref(row["activity"])):
                assert {each["rule"] for each in row["violations"]} & wrong.keys() == {
                    rule for rule, is_wrong in wrong.items() if is_wrong
                }
        for column in matrix["roles"]:
            holds = [a for a in held.of("role_assignment") if a["role_id"] == column["role"]["id"]]
            here = [a for a in holds if a["scope"] in (None, {"kind": "process", "id": process["id"]})]
            parties = {f"party/{a['party_id']}" for a in here if a["state"] == "active"}
            assert set(refs(column["parties"])) == parties


async def test_the_load_of_a_party_is_what_its_roles_bring(platform: Platform, held: Held) -> None:
    items = await every(platform, "load")
    assert [each["party"]["key"] for each in items] == [
        each["key"] for each in held.of("party") if held.live(_ref(each))
    ]
    for item in items:
        active = [
            a for a in held.of("role_assignment") if a["party_id"] == item["party"]["id"] and a["state"] == "active"
        ]
        total: Counter[str] = Counter()
        for activity in held.of("activity"):
            process = {"kind": "process", "id": activity["process_id"]}
            roles = {a["role_id"] for a in active if a["scope"] in (None, process)} if held.live(_ref(activity)) else ()
            total.update(each["letter"] for each in activity["raci"] if each["role_id"] in roles)
        roles = {a["role_id"] for a in active}
        assert (item["roles"], item["letters"]) == (len(roles), {letter: total[letter] for letter in "RACI"})
    assert any(sum(each["letters"].values()) for each in items)


def at_risk(held: Held, root: str) -> dict[str, int]:
    """How far away is what loses something with the root: from part to whole, and to the parts of the root alone."""
    distances, frontier = {root: 0}, [(root, True, 0)]
    seen = {(root, True)}
    while frontier:
        at, is_part, length = frontier.pop(0)
        for type, source, target in held.edges:
            carries = RELATIONS[type].at_risk(source.partition("/")[0])
            for far, near, end in ((source, target, "source"), (target, source, "target")):
                down = type == "part_of" and end == "source"
                onward = (far, down)
                if near != at or end not in carries or (down and not is_part) or onward in seen or not held.live(far):
                    continue
                seen.add(onward)
                distances.setdefault(far, length + 1)
                frontier.append((*onward, length + 1))
    return distances


@pytest.mark.parametrize("kind", ["product", "partner", "service", "party", "objective", "process", "role"])
async def test_impact_comes_as_far_as_risk_is_carried(platform: Platform, held: Held, kind: str) -> None:
    for state in held.of(kind)[:4]:
        root = _ref(state)
        answer = await view(platform, f"impact/{root}", limit=500)
        expected = {ref: far for ref, far in at_risk(held, root).items() if far <= 10}
        shown = {_ref(item["node"]): item["distance"] for item in answer["at_risk"]}
        assert shown == {ref: far for ref, far in expected.items() if ref != root}
        for item in (*answer["at_risk"], *answer["to_review"]):
            ends = {end for step in item["path"] for end in (step["source"], step["target"])}
            assert {root, _ref(item["node"])} <= ends
            assert len(item["path"]) == item["distance"]
        for member, of in (("contracts", "contract"), ("customers", "consumer_group")):
            assert answer[member] == [item for item in answer["at_risk"] if item["node"]["kind"] == of]
        hit = {ref for ref in expected if ref.startswith("activity/")}
        hit |= {s for p in expected if p.startswith("process/") for s in held.into(p, "part_of")}
        hit = {ref for ref in hit if ref.startswith("activity/") and held.live(ref)}
        roles = {f"role/{r['role_id']}" for ref in hit for r in held.states[ref]["raci"] if r["letter"] in "AC"}
        owners = {_ref(held.states[ref]["owner"]) for ref in expected if held.states[ref]["owner"]}
        assert {_ref(each["node"]) for each in answer["to_ask"]} == {ref for ref in roles | owners if held.live(ref)}


async def test_what_is_cut_from_an_impact_is_counted(platform: Platform, held: Held) -> None:
    root = max(map(_ref, held.of("product")), key=lambda ref: len(at_risk(held, ref)))
    whole = await view(platform, f"impact/{root}", limit=500)
    answer = await view(platform, f"impact/{root}", depth=1, limit=1)
    assert len(answer["at_risk"]) == 1
    assert answer["hidden"] > whole["hidden"] == 0


def in_tree(tree: State) -> list[State]:
    return [tree["node"], *(node for below in tree["below"] for node in in_tree(below))]


async def test_the_cascade_holds_everything_once_and_names_the_holes(platform: Platform, held: Held) -> None:
    answer = await view(platform, "cascade")
    shown = Counter(_ref(node) for tree in answer["items"] for node in in_tree(tree))
    kinds = ("strategy", "objective", "tactic", "operation")
    assert shown.keys() == {ref for ref, state in held.states.items() if state["kind"] in kinds and not held.over(ref)}
    holes = {(hole["rule"], hole["node"]["key"]) for hole in answer["holes"]}
    for tactic in held.of("tactic"):
        ref = _ref(tactic)
        leads = [e for t, s, e in held.edges if s == ref and t in ("decomposes", "realizes") and held.live(e)]
        assert (("V02", tactic["key"]) in holes) == (not leads and held.live(ref))
    found = [item async for item in platform.client.items("/alignment/v1/findings") if item["rule"].startswith("V")]
    about = [item for item in found if item["subject"]["kind"] in kinds]
    assert {hole["id"] for hole in answer["holes"]} == {item["id"] for item in about} != set()
    for hole in answer["holes"]:
        [item] = [item for item in about if item["id"] == hole["id"]]
        assert {name: hole[name] for name in ("rule", "title", "severity")}.items() <= item.items()
        assert _ref(hole["node"]) == _ref(item["subject"])
    assert answer["items"][0]["node"]["type"] == "business"


async def test_why_names_who_signed(platform: Platform, held: Held) -> None:
    signed = [each for each in held.of("increment") if each["state"] in ("signed", "attested")]
    covered = {_ref(item): each for each in signed for item in each["items"]}
    seen: set[bool] = set()
    for service in held.of("service"):
        for path in (await view(platform, f"why/service/{service['id']}"))["paths"]:
            expected = [_ref(step["node"]) for step in path["steps"] if _ref(step["node"]) in covered]
            assert [_ref(each["node"]) for each in path["signed_by"]] == expected
            for each in path["signed_by"]:
                increment = covered[_ref(each["node"])]
                assert each["increment"]["key"] == increment["key"]
                attested = increment["state"] == "attested"
                assert (each["attested"], each["version"], each["drifted"]) == (attested, 1, False)
                assert [who["id"] for who in each["by"]] == ([] if attested else increment["signers"])
                seen |= {attested}
    assert seen == {True, False}


async def test_a_signature_says_what_has_drifted_since(tmp_path: Path) -> None:
    """A member or a justifying link that is another one now, in every answer that names who signed."""
    async with running(settings_for(tmp_path)) as platform:
        client = platform.client
        made = [await client.post(kind, {"name": kind, **more}) for kind, more in DRIFTING]
        tactic, other, objective, boss = made
        items = [{"kind": each["kind"], "id": each["id"]} for each in (tactic, other)]
        increment = await client.post("increment", {"name": "Both", "items": items, "signers": [boss["id"]]})
        await client.transition("increment", increment["id"], 1, "submitted")
        async with platform.acting("boss", "strategy:approve") as signer:
            path = f"{path_of(NODE_KINDS['increment'], increment['id'])}/sign-offs"
            await signer.send("POST", path, {"decision": "approved"})

        async def standing(state: dict[str, Any]) -> tuple[Any, ...]:
            await platform.caught_up()
            [told] = (await view(platform, f"nodes/tactic/{state['id']}"))["signed_by"]
            [who] = told["by"]
            return told["increment"]["key"], who["name"], who["subject"], told["version"], told["drifted"]

        assert await standing(tactic) == await standing(other) == ("both", "stakeholder", "boss", 1, False)
        link = {"type": "realizes", "source": items[0], "target": {"kind": "objective", "id": objective["id"]}}
        await client.post(LINKS["strategy"], link)
        assert (await standing(tactic))[-1] is True
        assert (await standing(other))[-1] is False
        now = await client.get("tactic", other["id"])
        await client.patch("tactic", other["id"], now["version"], {"budget": 7.0})
        assert (await standing(other))[-1] is True
        await client.patch("tactic", other["id"], now["version"] + 1, {"budget": None})
        assert (await standing(other))[-1] is False, "it is again what was signed"


@pytest.mark.parametrize("path", ["cascade", "coverage/design", "coverage/offerings", "load"])
async def test_before_anything_was_there_every_view_was_empty(platform: Platform, path: str) -> None:
    assert (await view(platform, path, as_of="2020-01-01T00:00:00Z"))["items"] == []


async def test_of_what_was_not_there_yet_the_moment_is_told(platform: Platform, held: Held) -> None:
    service = held.of("service")[0]
    path = f"/alignment/v1/nodes/service/{service['id']}?as_of=2020-01-01T00:00:00Z"
    status, document = await platform.answer("GET", path)
    assert (status, document["detail"]) == (404, "There was no service with this id or key at that moment.")


async def test_a_past_moment_is_answered_as_it_was(platform: Platform, held: Held) -> None:
    process = next(each for each in held.of("process") if held.into(_ref(each), "part_of"))
    then = (await view(platform, "status"))["watermark"]["roles"]
    before = await view(platform, f"raci/{process['id']}", as_of=then)
    activity = next(a for a in held.of("activity") if a["process_id"] == process["id"])
    kind = NODE_KINDS["activity"]
    changed = await platform.client.patch(kind, activity["id"], activity["version"], {"raci": []})
    await platform.caught_up()
    now = await view(platform, f"raci/{process['id']}")
    after = await view(platform, f"raci/{process['id']}", as_of=then)
    assert after["rows"] == before["rows"] != now["rows"]
    await platform.client.patch(kind, activity["id"], changed["version"], {"raci": activity["raci"]})
    await platform.caught_up()


async def changes_of(platform: Platform, kind: Any, id: str) -> list[State]:
    path = f"/{kind.service}/v1/{kind.collection}/{id}/history"
    return [version async for version in platform.client.items(path)]


async def test_a_diff_is_what_the_histories_say_of_the_time_between(platform: Platform, held: Held) -> None:
    tactic = next(each for each in held.of("tactic"))
    kind, links = NODE_KINDS["tactic"], LINKS["strategy"]
    tactic = await platform.client.patch(kind, tactic["id"], tactic["version"], {"budget": 0.5})
    await platform.caught_up()
    since = (await changes_of(platform, kind, tactic["id"]))[-1]["at"]
    edited = await platform.client.patch(kind, tactic["id"], tactic["version"], {"budget": 1.5})
    made = await platform.client.post("tactic", {"name": "Made in between", "state": "in_force"})
    cut, *_ = [link async for link in platform.client.list(links, state="active")]
    await platform.client.transition(links, cut["id"], cut["version"], "ended", "It was wrong.")
    gone = await platform.client.post("tactic", {"name": "Gone again"})
    await platform.client.delete("tactic", gone["id"], gone["version"], "A mistake.")
    await platform.caught_up()
    until = (await changes_of(platform, kind, gone["id"]))[-1]["at"]
    later = await platform.client.patch(kind, tactic["id"], edited["version"], {"budget": 2.5})
    await platform.caught_up()

    items: list[State] = []
    cursor = None
    while True:
        page = await view(
            platform, "diff", **{"from": since, "to": until, "limit": 2} | ({"cursor": cursor} if cursor else {})
        )
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    told = [(item["action"], (item["node"] or item["link"])["id"], item["by"]) for item in items]
    assert told == [
        ("changed", tactic["id"], "tester"),
        ("created", made["id"], "tester"),
        ("changed", cut["id"], "tester"),
        ("created", gone["id"], "tester"),
        ("deleted", gone["id"], "tester"),
    ]
    versions = [(kind, tactic["id"]), (kind, made["id"]), (links, cut["id"]), (kind, gone["id"])]
    events = {v["event"] for each in versions for v in await changes_of(platform, *each) if since < v["at"] <= until}
    assert {item["event"] for item in items} == events
    assert items[0]["changes"] == [{"member": "budget", "from": tactic["budget"], "to": 1.5}]
    assert {"member": "state", "from": "active", "to": "ended"} in items[2]["changes"]
    link = items[2]["link"]
    assert (items[2]["reason"], link["type"]) == ("It was wrong.", cut["type"])
    ends = {end: {name: link[end][name] for name in ("kind", "id")} for end in ("source", "target")}
    assert ends == {end: cut[end] for end in ends}
    assert link["source"]["name"]
    assert [item["reason"] for item in (items[0], items[4])] == [None, "A mistake."]
    opened = {(each["rule"], each["subject"]["id"]) for each in page["findings"]["opened"]}
    assert ("V02", made["id"]) in opened, "a tactic in force that nobody asked for"
    assert page["score"]["from"] == (await view(platform, "score", as_of=since))["index"]
    assert page["score"]["to"] == (await view(platform, "score", as_of=until))["index"]
    back = await view(platform, "diff", **{"from": until})
    assert [item["changes"][0]["to"] for item in back["items"]] == [later["budget"]]


async def test_a_diff_is_between_two_moments_in_their_order(platform: Platform) -> None:
    for params in ({}, {"from": "x"}, {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}):
        answer = await platform.http.get("/alignment/v1/diff", params=params)
        assert answer.status_code == 422
