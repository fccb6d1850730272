"""A final answer for a past moment is the same for ever: whatever happens later, and after a rebuild."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import OWNERS
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.alignment.test_fold import Historian
from tests.service.api import eventually
from tests.service.conftest import BACKENDS

ROUNDS, STEPS = 3, 20
LISTS = ("nodes", "findings", "score", "cascade", "coverage/design", "coverage/offerings", "load")
ABOUT = ("nodes", "trace", "why", "impact")
Answers = dict[str, Any]


async def ask(platform: Platform, path: str, moment: str) -> Any:
    """The answer without how far the view is: that moves on."""
    mark = "&" if "?" in path else "?"
    status, document = await platform.answer("GET", f"/alignment/v1/{path}{mark}as_of={moment}")
    assert status in (200, 404, 410), (path, document)
    return status, {name: value for name, value in document.items() if name != "watermark"}


async def final_moment(platform: Platform) -> str:
    """A moment that every watermark has passed."""
    moment = str(max((await platform.client.get_json("/alignment/v1/status"))["watermark"].values()))
    async with asyncio.timeout(20):
        while True:
            marks = (await platform.client.get_json("/alignment/v1/status"))["watermark"]
            if all(marks.get(service, "") >= moment for service in OWNERS):
                return moment
            await asyncio.sleep(0.05)


async def everything(platform: Platform, historian: Historian, moment: str, earlier: str | None) -> Answers:
    paths = [f"{name}?limit=200" if name not in ("score", "cascade") else name for name in LISTS]
    paths += [f"{view}/{kind}/{id}" for id, kind in historian.kind_of.items() for view in ABOUT]
    paths += [f"raci/{id}" for id, kind in historian.kind_of.items() if kind == "process"]
    answers = {path: await ask(platform, path, moment) for path in paths}
    if earlier:
        path = f"diff?from={earlier}&to={moment}&limit=200"
        answers[path] = (await platform.answer("GET", f"/alignment/v1/{path}"))[1]["items"]
    return answers


async def rebuilt(platform: Platform) -> None:
    before = (await platform.client.get_json("/alignment/v1/status"))["generation"]
    await platform.client.send("POST", "/alignment/v1/rebuilds")

    async def switched() -> bool:
        return bool((await platform.client.get_json("/alignment/v1/status"))["generation"] > before)

    assert await eventually(switched)


@pytest.mark.long
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", [1])
async def test_what_is_final_never_changes(
    seed: int, backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async with chosen(backend, request) as database, running(settings_for(tmp_path, **database)) as platform:
        await _live_through(platform, seed)


async def _live_through(platform: Platform, seed: int) -> None:
    historian = Historian(platform, seed)
    told: dict[str, Answers] = {}
    earlier = None
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            await historian.step()
        await platform.caught_up()
        moment = await final_moment(platform)
        told[moment] = await everything(platform, historian, moment, earlier)
        assert not any(answer[1]["provisional"] for path, answer in told[moment].items() if _is_final(path, answer))
        earlier = moment
    assert len({str(answers["findings?limit=200"]) for answers in told.values()}) > 1, "something has changed"
    for again in ("later", "after a rebuild"):
        earlier = None
        for moment, answers in told.items():
            now = await everything(platform, historian, moment, earlier)
            for path, answer in answers.items():
                assert now[path] == answer, (again, moment, path)
            earlier = moment
        if again == "later":
            await rebuilt(platform)


def _is_final(path: str, answer: Any) -> bool:
    return not path.startswith("diff") and answer[0] == 200
