"""What each change brought about: findings that came up with it, and findings that it resolved."""

from typing import Any

from services.alignment.views import brought
from tests.service.alignment.served import Server
from tests.service.alignment.test_gains import add, begun
from tests.service.alignment.test_groups import vacuum

Json = dict[str, Any]


SINCE: Json = {"from": "2000-01-01T00:00:00Z", "limit": 200}


async def changes(server: Server) -> list[Json]:
    items: list[Json] = (await server.get("diff", **SINCE))["items"]
    return items


def named(found: list[Json]) -> set[tuple[str, str]]:
    return {(each["rule"], f"{each['subject']['kind']}/{each['subject']['key']}") for each in found}


async def test_a_change_says_which_findings_it_opened_and_resolved(server: Server) -> None:
    worded = await begun(server)
    await add(server, worded, vacuum(1))
    came = len(await changes(server))
    await add(server, worded, "; p1 justified_by bo")
    [link] = (await changes(server))[came:]
    assert link["link"]["type"] == "justified_by"
    assert ("V04", "process/p1") in named(link["findings"]["resolved"])
    assert link["findings"]["more"] == 0
    [process] = [each for each in await changes(server) if each["node"] and each["node"]["key"] == "p1"]
    assert ("V04", "process/p1") in named(process["findings"]["opened"])
    await add(server, worded, "; p1 justified_by bo ended")
    *_, ended = await changes(server)
    assert ("V04", "process/p1") in named(ended["findings"]["opened"]), "it came up again"
    assert ("V04", "process/p1") not in named(ended["findings"]["resolved"])


async def test_every_finding_is_told_by_one_change_or_by_time_alone(server: Server) -> None:
    """What is open now was opened by the changes, less what they resolved; but for what nobody did, as an offering that
    was taken by nobody in half a year."""
    worded = await begun(server)
    for number in range(3):
        await add(server, worded, vacuum(number))
    await add(server, worded, "; p0 justified_by bo")
    items = await changes(server)
    opened = [each["id"] for item in items for each in item["findings"]["opened"]]
    resolved = [each["id"] for item in items for each in item["findings"]["resolved"]]
    for id in resolved:
        opened.remove(id)
    listed = (await server.get("findings", limit=200))["items"]
    by_time = [each["rule"] for each in listed if each["since"] not in {item["at"] for item in items}]
    assert by_time == ["F10"]
    assert sorted(opened) == sorted(each["id"] for each in listed if each["rule"] not in by_time)


async def test_what_only_grows_graver_neither_comes_up_nor_is_resolved(server: Server) -> None:
    worded = await begun(server)
    await add(server, worded, vacuum(1))
    await add(server, worded, "process:p1 operational +purpose 5")
    [found] = [e for e in (await server.get("findings", rule="V04"))["items"] if e["subject"]["key"] == "p1"]
    *_, vital = await changes(server)
    assert (found["severity"], vital["node"]["criticality"]) == ("critical", 5)
    assert "V04" not in {each["rule"] for name in ("opened", "resolved") for each in vital["findings"][name]}


async def test_of_many_the_worst_are_named_and_the_others_counted(server: Server, monkeypatch: Any) -> None:
    """Of each change, whatever others brought about: O01 is graver than whatever a process breaks."""
    worded = await begun(server)
    await add(server, worded, "service:vital operational 5")
    await add(server, worded, vacuum(1))

    async def done(key: str) -> Json:
        [change] = [each for each in await changes(server) if each["node"] and each["node"]["key"] == key]
        return dict(change["findings"])

    whole = {key: await done(key) for key in ("vital", "p1")}
    assert ("O01", "service/vital") in named(whole["vital"]["opened"])
    assert ("V04", "process/p1") in named(whole["p1"]["opened"])
    assert min(len(each["opened"]) for each in whole.values()) > 1
    monkeypatch.setattr(brought, "MOST_OF_ONE", 1)
    for key, each in whole.items():
        assert await done(key) == {
            "opened": each["opened"][:1],
            "resolved": [],
            "more": len(each["opened"]) - 1,
            "at_least": False,
        }


async def test_a_page_ends_before_more_than_is_looked_at(server: Server, monkeypatch: Any) -> None:
    """Only what a change brings about that is too much by itself is not told whole."""
    worded = await begun(server)
    for number in range(3):
        await add(server, worded, vacuum(number))
    await add(server, worded, "; p0 justified_by bo")
    whole = await changes(server)
    numbers = {len(each["findings"]["opened"]) for each in whole}
    most = sorted(numbers)[-2]
    assert 0 < most < max(numbers)
    monkeypatch.setattr(brought, "LOOKED_AT", most)
    paged, page = list[Json](), await server.get("diff", **SINCE)
    assert len(page["items"]) < len(whole), "more than is looked at"
    while True:
        paged += page["items"]
        if page["next_cursor"] is None:
            break
        page = await server.get("diff", **SINCE, cursor=page["next_cursor"])
    assert [each["event"] for each in paged] == [each["event"] for each in whole]
    assert {part["findings"]["at_least"] for part in paged} == {True, False}
    for part, each in zip(paged, whole, strict=True):
        found, some = each["findings"]["opened"], part["findings"]["opened"]
        if part["findings"]["at_least"]:
            assert 0 < len(some) <= most
            assert [one for one in found if one in some] == some, "worst first"
        else:
            assert len(found) <= most
            assert part == each
