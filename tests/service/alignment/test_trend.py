"""How the score has gone: at each point what the score of that moment is."""

from datetime import timedelta
from typing import Any

import pytest

from services.alignment.queries import counts
from shared.clock import rfc3339
from tests.service.alignment.served import Server
from tests.service.alignment.test_gains import add, begun
from tests.service.alignment.world import MINUTE, START
from tests.service.counting import statements

Json = dict[str, Any]
GOING_ON = (
    "process:t operational, process:a operational; a serves t",
    "; t justified_by bo",
    "; a serves outcome:nobody",  # which is no fault while it is pending
    "; t owned_by bx, a owned_by bx, bq governs t, bq governs a",
    "strategy:i in_force it, service:m operational business",
    "activity:n operational, activity:o operational; n part_of t, o part_of a",
)


def at(minutes: float) -> str:
    return rfc3339(START + minutes * MINUTE)


async def history(server: Server) -> float:
    """After how many minutes it ends."""
    worded = await begun(server)
    for text in GOING_ON:
        await add(server, worded, text)
    return (server.world._now() - START) / MINUTE


@pytest.mark.parametrize("kept", [True, False], ids=["from kept counts", "from everything"])
async def test_each_point_is_the_score_of_its_moment(
    server: Server, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = await history(server)
    if kept:
        monkeypatch.setattr(counts, "_ENOUGH", 4)
        async with server.database.write() as connection:
            while await counts.keep(connection, await server.generation(), timedelta(0)):
                pass
    early, whole = [
        await server.get("score/trend", **{"from": at(-3), "to": at(until), "points": 20}) for until in (45, end)
    ]
    assert (whole["from"], whole["to"]) == (at(-3), at(end))
    assert len(early["points"]) == len(whole["points"]) == 20
    seen = set()
    for point in (*early["points"], *whole["points"]):
        score = await server.get("score", as_of=point["at"])
        assert (point["index"], point["capped"], point["known"]) == (
            score["index"], score["capped"], score["known"]["dimensions"],
        )  # fmt: skip
        assert point["dimensions"] == {each["dimension"]: each["raw"] for each in score["dimensions"]}
        seen.add(point["index"])
    assert early["points"][0]["index"] is None, "there was nothing yet"
    assert len(seen) > 5


async def test_what_changed_has_the_scores_of_both_moments(server: Server) -> None:
    """What was pending at the first one, too, although it is no longer at the other."""
    end = await history(server)
    for start in range(2, 30, 3):
        for until in (start + 20, end):
            diff = await server.get("diff", **{"from": at(start), "to": at(until)})
            scores = [(await server.get("score", as_of=at(moment)))["index"] for moment in (start, until)]
            assert [diff["score"]["from"], diff["score"]["to"]] == scores, start


async def test_baselines_are_points_of_their_own(server: Server) -> None:
    end = await history(server)
    for name, minutes in (("Before all of it", -100.0), ("Half way", 20.5), ("Also half way", 20.5)):
        made = await server.http.post("/alignment/v1/baselines", json={"name": name, "at": at(minutes)})
        assert made.status_code == 201, made.text
    answer = await server.get("score/trend", **{"from": at(0), "to": at(end), "points": 3})
    assert [(each["at"], [b["name"] for b in each["baselines"]]) for each in answer["points"] if each["baselines"]] == [
        (at(20.5), ["Also half way", "Half way"])
    ]
    assert len(answer["points"]) == 4
    by_key = await server.get("score/trend", **{"from": "half-way", "to": at(end), "points": 2})
    assert by_key["from"] == at(20.5)


async def test_it_goes_back_to_the_first_change_and_up_to_now(server: Server) -> None:
    await history(server)
    answer = await server.get("score/trend")
    assert len(answer["points"]) == 13
    assert answer["points"][-1]["index"] == (await server.get("score"))["index"]
    assert answer["as_of"] is None


async def test_a_point_costs_a_few_statements(server: Server) -> None:
    end = await history(server)
    asked = []
    for points in (10, 60):
        with statements(server.database) as found:
            answer = await server.http.get(
                "/alignment/v1/score/trend", params={"from": at(0), "to": at(end), "points": points}
            )
        assert answer.status_code == 200
        asked.append(len({(statement, str(given)) for statement, given in found}))
    assert (asked[1] - asked[0]) / 50 <= 4


@pytest.mark.parametrize(
    "asked",
    [
        {"points": "1"}, {"points": "61"}, {"from": "unheard-of"}, {"to": "2999-01-01T00:00:00Z"},
        {"from": "2026-03-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"},
    ],
)  # fmt: skip
async def test_what_is_no_span_is_refused(server: Server, asked: Json) -> None:
    answer = await server.http.get("/alignment/v1/score/trend", params=asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] in {f"?{name}" for name in asked}, answer.text


async def test_a_dimension_says_by_how_much_it_has_risen_in_a_month(server: Server) -> None:
    """From a moment in the middle of what was recorded; and not from one before all of it."""
    end = await history(server)
    month = 30 * 24 * 60
    now = await server.get("score", as_of=at(month + 10))
    then = {each["dimension"]: each["raw"] for each in (await server.get("score", as_of=at(10)))["dimensions"]}
    rises = {each["dimension"]: (each["raw"], each["trend"]) for each in now["dimensions"]}
    for name, (raw, rise) in rises.items():
        if raw is None or then[name] is None:
            assert rise is None
        else:
            assert abs(raw - then[name] - rise) < 0.11, name
    assert any(rise for _, rise in rises.values())
    assert {each["trend"] for each in (await server.get("score", as_of=at(month - 5)))["dimensions"]} == {None}
    assert {each["trend"] for each in (await server.get("score", as_of=at(2 * month + end)))["dimensions"]} <= {0, None}
