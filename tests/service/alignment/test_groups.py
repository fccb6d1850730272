"""Findings by what brought them about: on organisations whose groups were decided by hand."""

from collections import Counter
from typing import Any

from services.alignment.views import groups
from tests.service.alignment.served import Server
from tests.service.alignment.test_gains import add, begun

Json = dict[str, Any]
DOZEN = range(12)


def vacuum(number: int, owner: str = "bx", more: str = "") -> str:
    return f"process:p{number} operational +purpose {more}; p{number} owned_by {owner}, bq governs p{number}"


async def grouped(server: Server, **asked: Any) -> list[Json]:
    """All groups, one a page."""
    found: list[Json] = []
    cursor: Json = {}
    while True:
        answer = await server.get("findings/groups", limit=1, **asked, **cursor)
        assert not answer["more"]
        found += answer["items"]
        if answer["next_cursor"] is None:
            return found
        cursor = {"cursor": answer["next_cursor"]}


def told(group: Json) -> tuple[str, str | None, int]:
    cause = group["cause"]
    return cause["by"], cause["source"] or (cause["node"] and cause["node"]["key"]), group["findings"]


async def of_rule(server: Server, rule: str) -> list[tuple[str, str | None, int]]:
    return [told(group) for group in await grouped(server, rule=rule)]


async def test_a_dozen_of_two_owners_are_two_groups(server: Server) -> None:
    worded = await begun(server, "party:by active")
    for number in DOZEN:
        await add(server, worded, vacuum(number, "bx" if number < 8 else "by"))
    assert await of_rule(server, "V04") == [("owner", "bx", 8), ("owner", "by", 4)]
    large, small = await grouped(server, rule="V04")
    assert len(large["first"]) == 5
    assert large["owner"] == large["first"][0]["subject"]["owner"] != small["owner"]
    assert large["affects"] == {"things": 0, "at_least": False}
    # of 14 artifacts 12 lead nowhere; the dimension is (4 V04 + 4 V08 + 2 V09 + 2 V12) / 12, one of ten
    assert (large["gain"]["dimension"], large["gain"]["index"]) == (19.04, 1.9)
    assert (large["first"][0]["gain"]["dimension"], small["gain"]["dimension"]) == (2.38, 9.52)


async def test_closing_all_of_a_group_gains_what_was_promised(server: Server) -> None:
    worded = await begun(server)
    for number in DOZEN:
        await add(server, worded, vacuum(number))
    [group] = [each for each in await grouped(server) if each["rule"] == "V04"]
    before = await server.get("score")
    await add(server, worded, f"; {', '.join(f'p{number} justified_by bo' for number in DOZEN)}")
    after = await server.get("score")
    trace = [next(d["numerator"] for d in each["dimensions"] if d["dimension"] == "trace") for each in (before, after)]
    assert group["gain"]["dimension"] == 28.57 == int(10_000 * (trace[1] - trace[0]) / 12) / 100
    assert not [each for each in await grouped(server) if each["rule"] == "V04"]


async def test_however_many_owners_there_are_a_remedy_is_not_told_a_dozen_times(server: Server) -> None:
    worded = await begun(server)
    for number in DOZEN:
        more = f"{vacuum(number)}".replace(" owned_by bx", f" owned_by o{number}")
        await add(server, worded, f"party:o{number} active, {more}")
    found = await of_rule(server, "V04")
    assert len(found) == groups.MOST_OF_RULE + 1
    assert sorted(by for by, *_ in found) == ["owner"] * groups.MOST_OF_RULE + ["rule"]
    assert sum(number for *_, number in found) == len(DOZEN)


async def test_what_was_imported_together_is_told_together(server: Server) -> None:
    worded = await begun(server)
    for number in range(3):
        await add(server, worded, vacuum(number, more="+provenance"))
    await add(server, worded, vacuum(3))
    assert await of_rule(server, "V04") == [("source", "archimate:model", 3), ("owner", "bx", 1)]


async def test_what_one_chain_brings_about_is_told_at_its_top(server: Server) -> None:
    """Of strategies both break the rule, and closing that of the upper one closes both."""
    await begun(
        server,
        "strategy:i in_force it, strategy:s in_force it_service, strategy:r in_force it, objective:o in_force, "
        "service:m operational business, service:n operational business; s supports i, m realizes o, n realizes o",
    )
    assert sorted(await of_rule(server, "V01")) == [("rule", None, 1), ("top", "i", 2)]
    [chain] = [each for each in await grouped(server, rule="V01") if each["cause"]["by"] == "top"]
    assert [each["subject"]["key"] for each in chain["first"]] == ["i", "s"]
    assert chain["gain"] == chain["first"][0]["gain"] != chain["first"][1]["gain"]
    assert chain["affects"] == {"things": 1, "at_least": False}
    by_rule = {each["rule"]: each for each in await grouped(server) if each["cause"]["by"] == "top"}
    assert told(by_rule["V08"]) == ("top", "o", 2)
    assert by_rule["V08"]["cause"]["node"]["kind"] == "objective"
    assert told(by_rule["V18"]) == ("top", "o", 1)


async def test_the_gravest_come_first_and_every_finding_is_in_one_group(server: Server) -> None:
    worded = await begun(server, "service:x operational, activity:y operational, product:z retired; x depends_on z")
    for number in DOZEN:
        await add(server, worded, vacuum(number))
    found = await grouped(server)
    grades = [("info", "low", "medium", "high", "critical").index(group["severity"]) for group in found]
    assert grades == sorted(grades, reverse=True)
    assert len({(group["rule"], *map(str, group["cause"].values())) for group in found}) == len(found)
    listed = (await server.get("findings", limit=200))["items"]
    assert sum(group["findings"] for group in found) == len(listed)
    high = await grouped(server, severity="high")
    assert sum(group["findings"] for group in high) == sum(item["severity"] == "high" for item in listed)


async def test_findings_beyond_the_worst_are_said_to_be_there(server: Server, monkeypatch: Any) -> None:
    worded = await begun(server)
    for number in range(3):
        await add(server, worded, vacuum(number))
    monkeypatch.setattr(groups, "MOST_LOOKED_AT", 2)
    answer = await server.get("findings/groups")
    listed = (await server.get("findings"))["items"]
    assert answer["more"]
    assert {group["rule"]: group["findings"] for group in answer["items"]} == (
        total := Counter(item["rule"] for item in listed)
    )
    assert sum(group["findings"] for group in answer["items"]) == len(listed)
    worst = Counter(item["rule"] for item in listed[:2])
    unseen = {group["rule"]: group["unseen"] for group in answer["items"] if group["rule"] in worst}
    assert unseen == {rule: total[rule] - seen for rule, seen in worst.items()}
    assert not any(group["unseen"] for group in answer["items"] if group["rule"] not in worst), "of these the worst 50"
    filtered = await server.get("findings/groups", severity="high")
    assert (filtered["more"], {group["unseen"] for group in filtered["items"]}) == (True, {0})
    assert (await server.http.get("/alignment/v1/findings/groups?cursor=x")).status_code == 422
