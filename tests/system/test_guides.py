"""Every guide from an empty platform on: its files are written, its commands run, and what they print is what it shows.

``PLUMBLINE_WRITE_DOCS=1`` writes what they print into the guides instead.
"""

import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.system import processes

GUIDES = sorted((Path(__file__).parents[2] / "docs" / "guides").glob("*.md"))
_BLOCK = re.compile(r'```(?P<language>\w+)(?: title="(?P<file>[^"]+)")?\n(?P<text>.*?)```', re.DOTALL)
_COMMAND = re.compile(r"^\$ (?P<line>.*?)(?:  # exits with (?P<code>\d))?$", re.MULTILINE)
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "2026-11-24T09:00:00Z"),
    (re.compile(r"sha256-rfc8785:[0-9a-f]{64}"), f"sha256-rfc8785:{'7f3a' * 16}"),
    (_UUID7, "01a0c8f2-7d31-7c3e-9a52-6f0d3b8e4c17"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:8000"),
)
"""What differs from run to run, and what the guides show instead."""
_PATIENCE_SECONDS = 20


class Reader:
    """Somebody who follows a guide, in a folder of their own."""

    def __init__(self, folder: Path, home: Path, url: str, token: str) -> None:
        self.folder, self.url, self.token = folder, url, token
        scripts = Path(sys.executable).parent
        own = {"PLUMBLINE_HOME": str(home), "COLUMNS": "110", "NO_COLOR": "1"}
        self.environment = {**os.environ, **own, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}

    def follow(self, guide: str) -> str:
        """The guide with what its commands print in this run."""
        return _BLOCK.sub(self._block, guide)

    def _block(self, found: re.Match[str]) -> str:
        if found["file"]:
            (self.folder / found["file"]).write_text(found["text"])
        if found["language"] != "console" or "$ make " in found["text"]:
            return found[0]
        commands = [*_COMMAND.finditer(found["text"])]
        return "```console\n" + "".join(f"{command[0]}\n{self._printed(command)}" for command in commands) + "```"

    def _printed(self, command: re.Match[str]) -> str:
        line = command["line"].replace("http://127.0.0.1:8000", self.url)
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.environment, text=True, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == int(command["code"] or 0), (line, done.returncode, done.stdout)
        self._wait()
        if exported := re.fullmatch(r"export (\w+)=.*", line):
            telling = ["bash", "-c", f'{line}; printf %s "${exported[1]}"']
            told = subprocess.run(telling, env=self.environment, check=True, text=True, stdout=subprocess.PIPE)
            self.environment[exported[1]] = told.stdout
        text = "".join(f"{each.rstrip()}\n" for each in done.stdout.splitlines())
        for pattern, shown in _CHANGING:
            text = pattern.sub(shown, text)
        return text.replace(datetime.now(UTC).date().isoformat(), "2026-11-24")

    def _wait(self) -> None:
        """Until the view has what was written: nobody types as fast as this."""
        with httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}) as client:
            end = time.monotonic() + _PATIENCE_SECONDS
            for service in ("strategy", "catalog", "roles"):
                head = client.get(f"/{service}/v1/changes?limit=1").json()["head"]["position"]
                while client.get("/alignment/v1/status").json()["positions"].get(service, 0) < head:
                    assert time.monotonic() < end
                    time.sleep(0.05)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_works_as_it_is_told(guide: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with processes.embedded(tmp_path / "home") as (url, token):
        followed = Reader(tmp_path / "folder", tmp_path / "home", url, token).follow(guide.read_text())
    if os.environ.get("PLUMBLINE_WRITE_DOCS"):
        guide.write_text(followed)
    assert followed == guide.read_text()


def test_there_is_a_guide_for_each() -> None:
    assert [guide.stem for guide in GUIDES] == [
        "enterprise-architect", "integrator", "process-owner", "service-owner", "signer", "strategy-lead",
    ]  # fmt: skip
