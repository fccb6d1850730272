"""What reaches far does not hold up the loop: judging it, be it one event, and reckoning with what was found."""

import gc
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from services import assembly
from services.alignment.follow import projector
from services.alignment.judge.judging import Judge
from services.alignment.queries import resting
from services.alignment.view.projection import Projected
from services.alignment.views import closing, findings, groups, score, sheet
from tests.platform import settings_for
from tests.service.alignment.served import Server
from tests.service.alignment.worded import Worded

NEAR = 10


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(projector, "_NEAR", NEAR)
    configured = settings_for(tmp_path, settle_seconds=0)
    await assembly.migrate(configured, "alignment")
    made = Server(configured)
    await made.begin()
    yield made
    await made.close()


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each batch whether it was judged on the loop."""
    found, in_turn = list[bool](), projector._judged

    def noted(generation: int, judge: Judge, fresh: Sequence[Projected]) -> Any:
        found.append(threading.current_thread() is threading.main_thread())
        return in_turn(generation, judge, fresh)

    monkeypatch.setattr(projector, "_judged", noted)
    return found


CHAIN = "; " + ", ".join(f"s{number} depends_on s{number + 1}" for number in range(NEAR + 2))
HUB = "; " + ", ".join(f"h relates_to s{number}" for number in range(NEAR + 2))
SERVICES = ", ".join(f"service:s{number} operational" for number in range(NEAR + 3))


@pytest.mark.parametrize(
    ("around", "event", "on_the_loop"),
    [
        (CHAIN, "service:s0 retired", False),
        (CHAIN, "service:s9 retired", True),
        (CHAIN, "; s0 depends_on h", True),
        (CHAIN, "; h depends_on s0", False),
        (HUB, "service:h retired", False),
        (HUB, "service:s1 retired", True),
        (HUB, "; h relates_to s11 ended", True),
    ],
)
async def test_one_event(server: Server, places: list[bool], around: str, event: str, on_the_loop: bool) -> None:
    worded = Worded(server.world)
    await server.arrive(worded.add(f"{SERVICES}, service:h operational"))
    for each in worded.add(around):
        await server.arrive([each])
    places.clear()
    await server.arrive(worded.add(event))
    assert places == [on_the_loop]


RECKONING = (
    (findings, "told"), (sheet.Sheet, "__init__"), (sheet.Sheet, "gain"), (closing.Closings, "_gain"),
    (resting.Resting, "_walked"), (groups, "_tops"), (groups, "_reckoned"), (groups, "_told"), (score, "_fixes"),
)  # fmt: skip
"""What thousands of findings take long in."""


@pytest.fixture
def reckoned(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, bool]]:
    """What was reckoned, and whether on the loop."""
    found = set[tuple[str, bool]]()

    def watch(of: Any, name: str) -> None:
        made = getattr(of, name)

        def noted(*args: Any, **options: Any) -> Any:
            found.add((name, threading.current_thread() is threading.main_thread()))
            return made(*args, **options)

        monkeypatch.setattr(of, name, noted)

    for each in RECKONING:
        watch(*each)
    return found


SCORE = {"told", "__init__", "gain", "_gain", "_walked", "_tops", "_reckoned", "_fixes"}
GROUPS = SCORE - {"_fixes"} | {"_told"}
LIST = {"told", "__init__", "gain", "_gain", "_walked"}


@pytest.mark.parametrize(
    ("path", "asked", "expected"),
    [
        ("score", {}, SCORE),
        ("score", {"valid_at": "2036-01-01"}, SCORE),
        ("score/trend", {}, {"__init__"}),
        ("findings", {}, LIST),
        ("findings/groups", {}, GROUPS),
        ("findings/groups", {"sort": "gain"}, GROUPS),
        ("diff", {"from": "2020-01-01"}, {"told", "__init__", "_walked"}),
        ("forecast", {"until": "2036-01-01"}, {"told"}),
    ],
)
async def test_a_view_of_many_findings(
    server: Server, reckoned: set[tuple[str, bool]], path: str, asked: dict[str, str], expected: set[str]
) -> None:
    """A finding that stands for what rests on its subject, and one that opens by itself."""
    worded = Worded(server.world)
    await server.arrive(worded.add("product:p in_use, service:s operational; s depends_on p"))
    await server.arrive(worded.add("process:q operational, party:x active; s owned_by x, p owned_by x"))
    await server.get(path, **asked)
    assert reckoned == {(name, False) for name in expected}


async def test_what_is_asked_of_a_day_to_come_leaves_nothing_behind(server: Server) -> None:
    """Statements that were made for one request stayed by the hundred, and whoever collected garbage looked at them."""
    worded = Worded(server.world)
    await server.arrive(worded.add("process:q operational, party:x active; q owned_by x"))

    async def things(times: int) -> int:
        for _ in range(times):
            await server.get("findings/groups", valid_at="2036-01-01")
        gc.collect()
        return len(gc.get_objects())

    before = await things(30)
    assert await things(20) - before < 8_000, "they were 22,000 more where hundreds of statements stayed"
