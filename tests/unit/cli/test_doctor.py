"""``doctor``: each thing that may be wrong is found, with what to do next."""

import base64
import json
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli import doctor
from shared import clock
from shared.config import RELEASE

SERVER = ("--server", "http://127.0.0.1:9")


def token(**said: Any) -> str:
    payload = json.dumps({"sub": "somebody", "exp": clock.now().timestamp() + 3600} | said).encode()
    return f"h.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.s"


class Platform:
    """A server that is as a test says."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self.away: set[str] = set()
        self.unready: set[str] = set()
        self.refused: set[str] = set()
        self.waiting = 0
        self.status: dict[str, Any] = {
            "release": RELEASE, "lag_seconds": {"strategy": 0.2}, "dead_letters": 0,
        }  # fmt: skip

    def answer(self, request: httpx.Request) -> httpx.Response:
        service, name = request.url.path.split("/")[1], request.url.path.rpartition("/")[2]
        if service in self.away:
            raise httpx.ConnectError("Connection refused")
        date = {"Date": format_datetime(clock.now() + self.ahead, usegmt=True)}
        if service in self.unready:
            return httpx.Response(503, json={"detail": "The database cannot be reached."}, headers=date)
        if name in self.refused:
            return httpx.Response(401, json={"detail": "The token has ended."}, headers=date)
        if name == "metrics":
            return httpx.Response(200, text=f'plumbline_unpublished_changes{{service="{service}"}} {self.waiting}\n')
        return httpx.Response(200, json=self.status if name == "status" else {"status": "ready"}, headers=date)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    found = Platform()
    transport = httpx.MockTransport(found.answer)
    monkeypatch.setattr(doctor, "opened", lambda *_: httpx.AsyncClient(base_url="http://it", transport=transport))
    return found


def looked(run: Any, *options: str) -> tuple[int, dict[str, dict[str, str]]]:
    result = run("doctor", "--json", *(options or (*SERVER, "--token", token())))
    return result.exit_code, {each["what"]: each for each in json.loads(result.stdout)}


def test_when_all_is_well_nothing_is_to_be_done(run: Any, platform: Platform) -> None:
    code, found = looked(run)
    assert (code, {each["state"] for each in found.values() if each["what"] != "disk"}) == (0, {"ok"})
    assert {
        "client",
        "server",
        "token",
        "strategy",
        "catalog",
        "roles",
        "alignment",
        "clock",
        "release",
        "view",
        "bus",
    } <= {*found}
    assert [each["next"] for each in found.values() if each["what"] != "disk"] == [""] * len({*found} - {"disk"})
    assert "and its database answer" in run("doctor", *SERVER, "--token", token()).stdout


@pytest.mark.parametrize(
    ("changes", "what", "state", "code", "says"),
    [
        ({"away": {"roles"}}, "roles", "unreachable", 5, "cannot be reached: Connection refused"),
        ({"unready": {"catalog"}}, "catalog", "wrong", 1, "The database cannot be reached."),
        ({"ahead": timedelta(minutes=5)}, "clock", "wrong", 1, "ahead of this machine's"),
        ({"ahead": timedelta(minutes=-5)}, "clock", "wrong", 1, "behind this machine's"),
        ({"refused": {"status"}}, "view", "wrong", 1, "The token has ended."),
        ({"refused": {"metrics"}}, "bus", "look", 0, "may not ask"),
        ({"waiting": 7}, "bus", "look", 0, "7 events of strategy"),
        (
            {"status": {"lag_seconds": {"roles": 700.0}, "dead_letters": 0, "release": "9"}},
            "view",
            "look",
            0,
            "700.0 s",
        ),
        ({"status": {"lag_seconds": {}, "dead_letters": 0, "release": "9"}}, "release", "look", 0, "the server is 9"),
        ({"status": {"lag_seconds": {}, "dead_letters": 3}}, "events", "look", 0, "3 could not be read"),
    ],
)
def test_what_is_wrong_is_found_with_the_next_step(
    run: Any, platform: Platform, changes: dict[str, Any], what: str, state: str, code: int, says: str
) -> None:
    for name, value in changes.items():
        setattr(platform, name, value)
    exit_code, found = looked(run)
    assert (exit_code, found[what]["state"], says in found[what]["told"]) == (code, state, True), found[what]
    assert found[what]["next"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((), "there is none"),
        (("--token", "nonsense"), "no token that this can read"),
        (("--token", token(exp=0)), "it ended"),
    ],
)
def test_a_token_is_looked_at(run: Any, platform: Platform, given: tuple[str, ...], says: str) -> None:
    code, found = looked(run, *SERVER, *given)
    assert (code, found["token"]["state"], says in found["token"]["told"]) == (1, "wrong", True)
    assert not any("nonsense" in each["told"] for each in found.values())


def test_a_home_in_which_nothing_runs_is_told_with_its_disk(run: Any, tmp_path: Path) -> None:
    code, found = looked(run, "--home", str(tmp_path))
    assert (code, found["server"]["state"], "plumbline up" in found["server"]["next"]) == (5, "unreachable", True)
    assert "GiB are free" in found["disk"]["told"]


def test_no_token_is_shown(run: Any, platform: Platform) -> None:
    given = token()
    for form in ((), ("--json",)):
        result = run("doctor", *SERVER, "--token", given, *form)
        assert given not in result.stdout + result.stderr
