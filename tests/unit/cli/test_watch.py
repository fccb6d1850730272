"""``watch``: what happens is told line by line, and the next time it goes on from there."""

import json
import os
import signal
from typing import Any

import httpx
import pytest

from services.cli import following, watch
from shared import client
from tests.unit.fake_owner import FakeOwner

AT = "2026-03-01T00:00:00Z"


def event(position: int, action: str = "changed", **state: Any) -> dict[str, Any]:
    said = {"state": {"key": "pay", "name": "Pay", "state": "operational"} | state, "changed": ["name"]}
    return {
        "position": position, "subject": "service/x", "type": f"plumbline.catalog.service.{action}", "time": AT,
        "actor": "ann", "data": said,
    }  # fmt: skip


@pytest.fixture
def recorded(owner: FakeOwner, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the catalog has recorded; the others have nothing."""
    monkeypatch.setattr(watch, "PAUSE", 0)
    events: list[dict[str, Any]] = [event(1), event(2)]

    def page(service: str) -> Any:
        def answer(request: httpx.Request) -> dict[str, Any]:
            after, limit = (int(request.url.params[name]) for name in ("after", "limit"))
            mine = [each for each in events if service == "catalog" and each["position"] > after][:limit]
            head = {"position": events[-1]["position"] if service == "catalog" else 0}
            return {"items": mine, "next_after": mine[-1]["position"] if mine else after, "head": head}

        return answer

    for service in ("strategy", "catalog", "roles"):
        owner.extra[f"/{service}/v1/changes"] = page(service)
    return events


def test_from_a_position_on_everything_is_told(run: Any, recorded: list[dict[str, Any]]) -> None:
    recorded += [event(3, "transitioned"), event(4, "created"), event(5, "deleted")]
    result = run("watch", "--after", "catalog=1", "--once")
    assert result.stdout.splitlines() == [
        f"{AT} changed service/pay Pay (name) by ann",
        f"{AT} transitioned to operational service/pay Pay by ann",
        f"{AT} created service/pay Pay by ann",
        f"{AT} deleted service/pay Pay by ann",
    ]
    place = "--after catalog=5 --after strategy=0 --after roles=0"
    assert f"To go on from here: plumbline watch changes {place}" in " ".join(result.stderr.split())


def test_without_a_position_only_what_is_new_is_told_until_it_is_interrupted(
    run: Any, owner: FakeOwner, recorded: list[dict[str, Any]]
) -> None:
    looks: list[int] = []
    page = owner.extra["/catalog/v1/changes"]

    def answer(request: httpx.Request) -> Any:
        looks.append(1)
        if len(looks) == 2:
            recorded.append(event(3))
        if len(looks) == 4:
            os.kill(os.getpid(), signal.SIGINT)
        return page(request)

    owner.extra["/catalog/v1/changes"] = answer
    result = run("watch", "--json")
    assert (result.exit_code, [json.loads(line)["position"] for line in result.stdout.splitlines()]) == (0, [3])
    assert "--after catalog=3" in result.stderr


def test_findings_are_followed_from_moment_to_moment(run: Any, owner: FakeOwner) -> None:
    node = {"kind": "service", "key": "pay", "id": "x"}
    found = {"rule": "V08", "severity": "high", "title": "Service without a purpose", "subject": node}
    asked: list[dict[str, str]] = []

    def diff(request: httpx.Request) -> dict[str, Any]:
        asked.append(dict(request.url.params))
        return {"findings": {"opened": [found], "resolved": [], "more_opened": True, "more_resolved": False}}

    owner.extra["/alignment/v1/status"] = {"watermark": {"strategy": AT, "catalog": "2026-03-02T00:00:00Z"}}
    owner.extra["/alignment/v1/diff"] = diff
    result = run("watch", "findings", "--after", "2026-02-01", "--once")
    assert result.stdout.splitlines() == [f"{AT} opened high V08 service/pay: Service without a purpose"]
    assert asked == [{"from": "2026-02-01T00:00:00.000000Z", "to": AT, "limit": "1"}]
    assert f"plumbline watch findings --after {AT}" in result.stderr
    assert "More opened at once than are told" in result.stderr
    nothing = run("watch", "findings", "--once")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "Without --after there is nothing yet. What there is now: plumbline findings" in nothing.stderr


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_platform_that_is_away_is_told_once_and_waited_for(
    run: Any, owner: FakeOwner, recorded: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Both the streams and the pages fail until the fourth look; what was recorded meanwhile comes then."""
    monkeypatch.setattr(following, "PATIENCE", 0)
    monkeypatch.setattr(client, "_PAUSE", 0)
    looks: list[str] = []
    page = owner.extra["/catalog/v1/changes"]

    def answer(request: httpx.Request) -> Any:
        looks.append("")
        if len(looks) == 1:  # where it begins
            return page(request)
        if len(looks) <= 1 + 4 * 4:  # each look tries four times
            return None
        recorded.append(event(3))
        os.kill(os.getpid(), signal.SIGINT)
        return page(request)

    owner.extra["/catalog/v1/changes"] = answer
    plain = owner.answer
    monkeypatch.setattr(owner, "answer", lambda request: _failing(plain(request), status))
    result = run("watch", "--json")
    assert (result.exit_code, [json.loads(line)["position"] for line in result.stdout.splitlines()]) == (0, [3])
    assert [result.stderr.count(told) for told in ("until it answers", "The platform is back.")] == [1, 1]
    assert "--after catalog=3" in result.stderr


def _failing(answer: httpx.Response, status: int) -> httpx.Response:
    return httpx.Response(status, headers={"Retry-After": "0"}) if not answer.content else answer


@pytest.mark.parametrize(("status", "code"), [(502, 5), (503, 5), (401, 2), (403, 2)])
@pytest.mark.parametrize("once", [(), ("--once",)])
def test_it_ends_where_waiting_is_not_asked_for_or_leads_nowhere(
    run: Any, owner: FakeOwner, recorded: Any, monkeypatch: pytest.MonkeyPatch,
    status: int, code: int, once: tuple[str, ...],
) -> None:  # fmt: skip
    """With ``--once``, and at the first look of all; and where it is refused, at any time."""
    monkeypatch.setattr(client, "_PAUSE", 0)
    page, looks = owner.extra["/catalog/v1/changes"], list[str]()
    begins = bool(once) or code == 2

    def answer(request: httpx.Request) -> Any:
        looks.append("")
        return page(request) if begins and len(looks) == 1 else None

    owner.extra["/catalog/v1/changes"] = answer
    plain = owner.answer
    monkeypatch.setattr(owner, "answer", lambda request: _failing(plain(request), status))
    result = run("watch", *once)
    assert result.exit_code == code
    assert ("To go on from here" in result.stderr) == begins


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--after", "catalogue=1"), "did you mean catalog?"),
        (("--after", "catalog=x"), "is no SERVICE=POSITION"),
        (("findings", "--after", "2026-01-01", "--after", "2026-01-02"), "from one moment on"),
        (("weather",), "Invalid value"),
        (("--after", "catalog=3", "--once"), "the newest change of catalog is 2"),
    ],
)
def test_what_cannot_be_followed_is_a_usage_error(
    run: Any, recorded: Any, arguments: tuple[str, ...], says: str
) -> None:
    result = run("watch", *arguments)
    assert (result.exit_code, says in result.stderr) == (2, True)
