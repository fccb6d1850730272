"""What people do about findings: waive, acknowledge, comment. Alignment records it, so it outlasts the view."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from shared import clock
from shared.clock import rfc3339
from shared.contracts.alignment import ACKNOWLEDGEMENT, WAIVER
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = dict[str, Any]
FINDINGS = "/alignment/v1/findings"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    home = tmp_path_factory.mktemp("acts")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        yield platform


def days(number: float) -> str:
    return rfc3339(clock.now() + timedelta(days=number))


async def unfounded(platform: Platform) -> Json:
    """The finding of a tactic that nobody asked for."""
    made = await platform.client.post("tactic", {"name": f"Tactic {uuid4()}", "state": "in_force"})
    await platform.caught_up()
    [found] = [each async for each in platform.client.items(FINDINGS, subject=f"tactic/{made['id']}", rule="V02")]
    return dict(found)


async def read(platform: Platform, finding: Json, **at: str) -> Json:
    return dict(await platform.client.get_json(f"{FINDINGS}/{finding['id']}", **at))


async def act(platform: Platform, finding: Json, step: str, **body: Any) -> tuple[int, Json]:
    return await platform.answer("POST", f"{FINDINGS}/{finding['id']}/{step}", json=body)


async def refusal(platform: Platform, finding: Json, step: str, **body: Any) -> tuple[int, str, str]:
    status, problem = await act(platform, finding, step, **body)
    return status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]


async def test_a_waived_finding_is_shown_with_who_waived_it_why_and_until_when(platform: Platform) -> None:
    finding, until = await unfounded(platform), days(30)
    assert (finding["waiver"], finding["acknowledgement"], finding["comments"]) == (None, None, 0)
    status, made = await act(platform, finding, "waiver", reason="It ends with the year.", valid_to=until)
    assert (status, made["finding_id"], made["state"]) == (201, finding["id"], "active")
    told = (await read(platform, finding))["waiver"]
    assert told == {
        "id": made["id"],
        "key": made["key"],
        "by": made["created_by"],
        "at": made["created_at"],
        "reason": "It ends with the year.",
        "until": made["valid_to"],
    }
    listed = {item["id"]: item["waiver"] async for item in platform.client.items(FINDINGS, rule="V02")}
    assert listed[finding["id"]] == told
    others = [item["id"] async for item in platform.client.items(FINDINGS, waived=False)]
    mine = [item["id"] async for item in platform.client.items(FINDINGS, waived=True)]
    assert finding["id"] in mine
    assert not set(mine) & set(others)
    node = await platform.client.get_json(f"/alignment/v1/nodes/tactic/{finding['subject']['id']}")
    assert [item["waiver"] for item in node["findings"] if item["id"] == finding["id"]] == [told]


@pytest.mark.parametrize("path", ["waivers", "acknowledgements", "comments"])
async def test_nothing_is_done_about_what_nobody_found(platform: Platform, path: str) -> None:
    """Nor by the collections of the acts, one at a time or many."""
    needed = {"waivers": {"reason": "Why.", "valid_to": days(30)}, "comments": {"text": "Who?"}}
    unknown = str(uuid4())
    body = {"name": "About nothing", "finding_id": unknown, **needed.get(path, {})}
    status, problem = await platform.answer("POST", f"/alignment/v1/{path}", json=body)
    [error] = problem["errors"]
    assert (status, error["pointer"], error["code"]) == (422, "/finding_id", "unknown-reference")
    assert unknown in error["detail"]
    line = {"kind": path.removesuffix("s"), "id": str(uuid4()), "body": body}
    [answer] = await platform.client.bulk("alignment", [line])
    assert (answer["status"], answer["problem"]["errors"][0]["code"]) == (422, "unknown-reference")


async def test_nobody_waives_for_ever_nor_without_a_reason_nor_what_is_not_there(platform: Platform) -> None:
    finding = await unfounded(platform)
    assert await refusal(platform, finding, "waiver", valid_to=days(30)) == (422, "/reason", "missing")
    assert await refusal(platform, finding, "waiver", reason="No end.") == (422, "/valid_to", "missing")
    assert await refusal(platform, finding, "waiver", reason="Too long.", valid_to=days(370)) == (
        422, "/valid_to", "beyond-a-year",
    )  # fmt: skip
    assert await refusal(platform, finding, "waiver", reason="Over.", valid_to=days(-1)) == (
        422, "/valid_to", "invalid-interval",
    )  # fmt: skip
    assert (await act(platform, {"id": str(uuid4())}, "waiver", reason="Of nothing.", valid_to=days(1)))[0] == 404
    assert (await read(platform, finding))["waiver"] is None


async def test_a_waiver_is_never_made_longer_but_followed_by_another(platform: Platform) -> None:
    finding = await unfounded(platform)
    _, made = await act(platform, finding, "waiver", reason="For now.", valid_to=days(10))
    path, later = f"/alignment/v1/waivers/{made['id']}", days(20)
    status, problem = await platform.answer("PATCH", path, json={"valid_to": later}, headers={"If-Match": "*"})
    assert (status, problem["errors"][0]["code"]) == (422, "immutable")
    await act(platform, finding, "waiver", reason="Longer.", valid_to=later)
    assert (await read(platform, finding))["waiver"]["reason"] == "Longer."


async def test_it_holds_from_its_making_to_its_end_at_any_moment_that_is_asked_about(platform: Platform) -> None:
    finding = await unfounded(platform)
    before = rfc3339(clock.now())
    await asyncio.sleep(0.01)
    _, made = await act(platform, finding, "waiver", reason="For now.", valid_to=days(10))
    during = rfc3339(clock.now())
    await asyncio.sleep(0.01)
    await platform.client.transition(WAIVER, made["id"], made["version"], "withdrawn", "It can be mended.")
    assert (await read(platform, finding))["waiver"] is None
    subject = f"tactic/{finding['subject']['id']}"
    assert await _waived(platform, subject=subject, as_of=during) == [True]
    assert await _waived(platform, subject=subject, as_of=before) == [False]
    _, again = await act(platform, finding, "waiver", reason="Again.", valid_to=days(10))
    assert await _waived(platform, subject=subject, valid_at=days(9)) == [True]
    assert await _waived(platform, subject=subject, valid_at=days(11)) == [False]
    assert again["key"] != made["key"]


async def _waived(platform: Platform, **asked: str) -> list[bool]:
    return [each["waiver"] is not None async for each in platform.client.items(FINDINGS, rule="V02", **asked)]


async def test_it_ends_by_itself(platform: Platform) -> None:
    finding = await unfounded(platform)
    ends = clock.now() + timedelta(seconds=1)
    _, made = await act(platform, finding, "waiver", reason="For a second.", valid_to=rfc3339(ends))
    async with asyncio.timeout(30):
        while (told := await platform.client.get(WAIVER, made["id"]))["state"] == "active":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert told["state"] == "expired"
    assert datetime.fromisoformat(told["ended_at"]) >= ends
    assert (await read(platform, finding))["waiver"] is None


async def test_the_score_with_waivers_counts_it_as_passing_and_what_rests_on_it(platform: Platform) -> None:
    strategy = await platform.client.post("strategy", {"name": f"IT {uuid4()}", "type": "it", "state": "in_force"})
    tactic = await platform.client.post("tactic", {"name": f"Tactic {uuid4()}", "state": "in_force"})
    ends = {
        "source": {"kind": "tactic", "id": tactic["id"]},
        "target": {"kind": "strategy", "id": strategy["id"]},
    }
    await platform.answer("POST", "/strategy/v1/links", json={"type": "decomposes", **ends})
    await platform.caught_up()
    before = await platform.client.get_json("/alignment/v1/score")
    [top] = [each async for each in platform.client.items(FINDINGS, subject=f"strategy/{strategy['id']}", rule="V01")]
    assert top["affects"]["things"] == 1
    await act(platform, top, "waiver", reason="The business strategy follows.", valid_to=days(30))
    after = await platform.client.get_json("/alignment/v1/score")
    assert after["waived"] == before["waived"] + 1
    raw = {each["dimension"]: each["raw"] for each in after["dimensions"]}
    assert raw == {each["dimension"]: each["raw"] for each in before["dimensions"]}
    rise = top["gain"]["dimension"]
    one, other = (
        next(each["with_waivers"] for each in score["dimensions"] if each["dimension"] == "trace")
        for score in (before, after)
    )
    assert rise > 0.5
    assert other - one == pytest.approx(rise, abs=0.11)
    assert top["id"] not in {fix["finding"] for fix in after["fixes"]}


async def test_an_acknowledgement_says_who_acts_and_is_one_of_a_finding(platform: Platform) -> None:
    finding = await unfounded(platform)
    ana = await platform.client.post("party", {"name": "Ana", "type": "person"})
    owner = {"kind": "party", "id": ana["id"]}
    status, made = await act(platform, finding, "acknowledgement", owner=owner, description="On it.", due=days(7))
    assert status == 201
    told = (await read(platform, finding))["acknowledgement"]
    assert (told["owner"], told["note"], told["due"]) == (f"party/{ana['id']}", "On it.", made["due"])
    assert await refusal(platform, finding, "acknowledgement") == (422, "/finding_id", "duplicate")
    closed = await platform.client.transition(ACKNOWLEDGEMENT, made["id"], made["version"], "closed", "Handed over.")
    assert closed["ended_at"] == closed["updated_at"]
    assert (await read(platform, finding))["acknowledgement"] is None
    assert (await act(platform, finding, "acknowledgement"))[0] == 201


async def test_nobody_waives_without_a_word(platform: Platform) -> None:
    finding = await unfounded(platform)
    status, problem = await act(platform, finding, "waiver", reason=" ", valid_to=days(1))
    assert (status, [each["code"] for each in problem["errors"]]) == (422, ["reason-missing"])


async def test_comments_stand_beside_the_finding_newest_first(platform: Platform) -> None:
    finding = await unfounded(platform)
    for text in ("Who asked for it?", "The board did."):
        assert (await act(platform, finding, "comments", text=text))[0] == 201
    told = await read(platform, finding)
    assert (told["comments"], [each["text"] for each in told["remarks"]]) == (
        2,
        ["The board did.", "Who asked for it?"],
    )


async def test_sent_again_with_its_key_it_is_done_once(platform: Platform) -> None:
    finding = await unfounded(platform)
    path, body = f"{FINDINGS}/{finding['id']}/comments", {"text": "Once."}
    headers = {"Idempotency-Key": str(uuid4())}
    first, again = [await platform.answer("POST", path, json=body, headers=headers) for _ in range(2)]
    assert (first[0], again[1]["id"]) == (201, first[1]["id"])
    assert (await read(platform, finding))["comments"] == 1


async def test_whoever_only_reads_does_nothing_about_it(platform: Platform) -> None:
    finding = await unfounded(platform)
    reader = {"Authorization": f"Bearer {platform.token('reader', 'alignment:read')}"}
    for step, body in (
        ("waiver", {"reason": "No.", "valid_to": days(1)}),
        ("acknowledgement", {}),
        ("comments", {"text": "No."}),
    ):
        status, problem = await platform.answer("POST", f"{FINDINGS}/{finding['id']}/{step}", json=body, headers=reader)
        assert (status, problem["scope"]) == (403, "alignment:write")


async def test_a_rebuild_keeps_all_of_it(platform: Platform) -> None:
    finding = await unfounded(platform)
    await act(platform, finding, "waiver", reason="It stays.", valid_to=days(30))
    await act(platform, finding, "acknowledgement", description="Seen.")
    await act(platform, finding, "comments", text="Said.")
    before = await read(platform, finding)
    generation = (await platform.client.send("POST", "/alignment/v1/rebuilds", {}))["generation"]
    while (await platform.client.get_json("/alignment/v1/status"))["generation"] != generation:
        pass
    after = await read(platform, finding)
    names = ("id", "waiver", "acknowledgement", "comments", "remarks")
    assert [after[name] for name in names] == [before[name] for name in names]
