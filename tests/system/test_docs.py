"""What README and docs show of the command line and of the views is what comes back with the sample organisation.

``PLUMBLINE_WRITE_DOCS=1`` writes what comes back into the pages instead.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli import sample
from shared.client import Client
from shared.config import Settings
from shared.contracts.alignment import BASELINE
from shared.http.auth import mint
from tests.system import processes

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "views").glob("*.md"))]
READING = {"cascade", "coverage", "findings", "get", "impact", "load", "promises", "raci", "score", "trace", "why"}
_CONSOLE = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
_ASKED = re.compile(r"(?<=```http\n)GET (\S+)\n```\n\n```json\n.*?(?=```)", re.DOTALL)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_DAY, _WIDTH, _MOST = "2026-11-24", 118, 1
BEFORE = "01a00000-0000-7000-8000-000000000001"


@dataclass
class Server:
    """The embedded platform with the sample, in which one thing has changed since a baseline."""

    url: str
    token: str

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PLUMBLINE_SERVER": self.url, "PLUMBLINE_TOKEN": self.token}

    def printed(self, line: str) -> str:
        """What a command prints for a program, where lines are as long as they are."""
        command = [sys.executable, "-m", "services", *line.split()]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        text = "".join(f"{each.rstrip()}\n" for each in (done.stdout + done.stderr).splitlines())
        return _MOMENT.sub(f"{_DAY}T09:00:00Z", text).replace(datetime.now(UTC).date().isoformat(), _DAY)

    def answered(self, path: str) -> str:
        answer = httpx.get(self.url + path, headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == 200, (path, answer.text)
        told = _MOMENT.sub(f"{_DAY}T09:00:00Z", shown(answer.json())) + "\n"
        return told.replace(datetime.now(UTC).date().isoformat(), _DAY)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("docs") / "home"
    with processes.embedded(home, PLUMBLINE_SURVEY_SECONDS="1") as (url, token):
        server = Server(url, token)
        asyncio.run(_load(server, Settings(home=home).issuer_key_path))
        asyncio.run(_change(server))
        yield server


async def _load(server: Server, issuer: Path) -> None:
    def acting(subject: str, scope: str) -> Client:
        return Client(server.url, mint(issuer, subject, [scope]))

    async with Client(server.url, server.token) as client:
        assert not (await sample.load(client, acting)).refused


async def _change(server: Server) -> None:
    async with Client(server.url, server.token) as client:
        await client.put(BASELINE, BEFORE, {"name": "Before the budget"})
        tactic = await client.find("tactic", "second-hosting-site")
        assert tactic
        await client.patch("tactic", tactic["id"], tactic["version"], {"budget": 240_000.0})
        head = (await client.changes("strategy", 0, 1))["head"]["position"]
        async with asyncio.timeout(20):
            while (await client.get_json("/alignment/v1/status"))["positions"]["strategy"] < head:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            while not (await client.get_json("/alignment/v1/findings", rule="S02"))["items"]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


def shown(value: Any, indent: str = "") -> str:
    """JSON with what holds nothing further on one line; of a long list the first, and how many more there are."""
    value = _brief(value)
    line = json.dumps(value, ensure_ascii=False)
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if len(indent) + len(line) <= _WIDTH or not any(isinstance(each, (dict, list)) for each in inside):
        return line
    inner = f"{indent}  "
    if isinstance(value, list):
        parts = [shown(each, inner) for each in value]
        return "[\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}]"
    members = [f"{json.dumps(name)}: {shown(each, inner)}" for name, each in value.items()]
    return "{\n" + ",\n".join(inner + member for member in members) + f"\n{indent}}}"


def _brief(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: dict.fromkeys(each, 0.1) if name == "lag_seconds" else _brief(each) for name, each in value.items()
        }
    if isinstance(value, list) and len(value) > _MOST + 1:
        return [*map(_brief, value[:_MOST]), f"... and {len(value) - _MOST} more"]
    return [_brief(each) for each in value] if isinstance(value, list) else value


def _printed_anew(block: str, printed: Callable[[str], str]) -> str:
    """Its commands with what they print; a block that does more than read stays as it is."""
    commands = re.findall(r"^\$ plumbline (.*)$", block, re.MULTILINE)
    if not commands or any(command.split()[0] not in READING for command in commands) or "$ make" in block:
        return block
    return "\n".join(f"$ plumbline {command}\n{printed(command)}" for command in commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_is_what_comes_back(page: Path, server: Server) -> None:
    text = page.read_text()
    anew = _CONSOLE.sub(lambda block: _printed_anew(block[0], server.printed), text)
    anew = _ASKED.sub(lambda asked: f"GET {asked[1]}\n```\n\n```json\n{server.answered(asked[1])}", anew)
    if os.environ.get("PLUMBLINE_WRITE_DOCS"):
        page.write_text(anew)
    assert anew == page.read_text()


def test_every_view_has_its_page_in_the_list() -> None:
    folder = ROOT / "docs" / "views"
    listed = re.findall(r"\]\((\w[\w-]*\.md)\)", (folder / "README.md").read_text())
    assert sorted(listed) == sorted(page.name for page in folder.glob("*.md") if page.name != "README.md")
    asked = "".join(f" {path}" for page in folder.glob("*.md") for path in _ASKED.findall(page.read_text()))
    routes = re.findall(r"GET (/alignment/v1/[\w/-]+)", (ROOT / "README.md").read_text())
    assert [route for route in routes if f" {route}" not in asked] == []
