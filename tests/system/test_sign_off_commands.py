"""Sign-off by command, from the next slice to its proof and the signature log, each person with a token of theirs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shared.config import Settings
from shared.http.auth import mint
from shared.scopes import ALL_SCOPES
from tests.system import processes

BUNDLE = r"""
{kind: tactic, key: second-site, spec: {name: Second site, state: proposed, budget: 100}, links:
 [{type: realizes, to: objective/hold, rationale: It holds}]}
---
{kind: objective, key: hold, spec: {name: "Hold on\n  approved by nobody", state: in_force, state_reason: found}}
---
{kind: stakeholder, key: chair, spec: {name: Chair, subject: ann, signs: true}}
---
{kind: stakeholder, key: deputy, spec: {name: Deputy, subject: ben, signs: true}}
"""


@dataclass
class Person:
    """Somebody at a terminal of their own."""

    url: str
    token: str
    folder: Path

    def run(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PLUMBLINE_SERVER": self.url,
            "PLUMBLINE_TOKEN": self.token,
            "XDG_CONFIG_HOME": str(self.folder / "config"),
        }
        command = [sys.executable, "-m", "services", *arguments]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        assert done.returncode == expect, (arguments, done.stdout, done.stderr)
        return done

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)


@dataclass
class Town:
    url: str
    issuer: Path
    folder: Path

    def person(self, subject: str, *scopes: str) -> Person:
        return Person(self.url, mint(self.issuer, subject, scopes or ALL_SCOPES), self.folder)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with processes.embedded(folder / "home") as (url, _):
        made = Town(url, Settings(home=folder / "home").issuer_key_path, folder)
        (folder / "b.yaml").write_text(BUNDLE)
        made.person("clerk").run("apply", "-f", str(folder / "b.yaml"))
        yield made


def test_from_the_next_slice_to_its_proof(town: Town) -> None:
    clerk = town.person("clerk")
    chair, deputy = (town.person(name, "strategy:read", "strategy:approve") for name in ("ann", "ben"))
    assert "tactic/second-site" in clerk.run("propose", "First slice", "--dry-run").stdout
    made = clerk.json("propose", "First slice", "--signer", "chair", "--description", "What we begin with.")
    key = made["key"]
    clerk.run("proof", key, expect=4)
    clerk.run("submit", key, "--reason", "For June.")
    clerk.run("sign", key, "--yes", expect=2)

    shown = chair.run("sign", key, expect=2).stderr
    for told in (
        "First slice",
        "What we begin with.",
        "Chair (ann)",
        "budget: 100",
        "+ realizes objective/hold",
        "sha256",
    ):
        assert told in shown
    assert "\n  approved by nobody" not in shown
    assert "Nobody is there to confirm it" in shown

    chair.run("delegate", key, "--to", "deputy", "--yes")
    deputy.run("reject", f"increment/{key}", "--comment", "Too dear.", "--yes")
    assert clerk.json("get", "increment", key)["state"] == "declined"
    again = clerk.json("propose", "Second slice", "--item", "tactic/second-site", "--signer", "chair")["key"]
    clerk.run("submit", again)
    signed = chair.json("sign", again, "--comment", "Agreed.", "--yes")
    assert (signed["state"], signed["sign_offs"][0]["comment"]) == ("signed", "Agreed.")
    assert clerk.json("get", "tactic", "second-site")["state"] == "approved"

    file = town.folder / "proof.json"
    clerk.run("proof", again, "--to", str(file))
    assert "unknown key" in clerk.run("verify", str(file), expect=1).stderr
    clerk.run("trust")
    told = clerk.run("verify", str(file), "--log", town.url).stdout
    assert "approved, signed in as ann" in told
    assert "The log holds: 1 entries" in told

    assert "Nothing has drifted" in clerk.run("drift", again).stdout
    (town.folder / "more.yaml").write_text("{kind: tactic, key: second-site, spec: {name: Second site, budget: 900}}")
    clerk.run("apply", "-f", str(town.folder / "more.yaml"))
    assert "budget: 100.0 -> 900.0" in clerk.run("drift", again, expect=1).stdout

    later = clerk.json("supersede", again, "--name", "Third slice")["key"]
    clerk.run("submit", later)
    assert "budget: 100.0 -> 900.0" in chair.run("sign", later, "--yes").stderr
    assert clerk.json("get", "increment", again)["state"] == "superseded"
    assert "go on from the 1 of the proof" in clerk.run("verify", str(file), "--log", town.url).stdout
    check_export(clerk, town.folder / "export")


def check_export(clerk: Person, folder: Path) -> None:
    """It has the proofs and the log, which are checked without any server."""
    clerk.run("export", "--to", str(folder))
    proofs = sorted(path.name for path in (folder / "proofs").iterdir())
    assert proofs == ["second-slice.json", "third-slice.json"]
    log = folder / "signature-log.jsonl"
    for name in proofs:
        clerk.run("verify", str(folder / "proofs" / name), "--log", str(log))
    assert "state: attested" in (folder / "increment.yaml").read_text()
    first, second = log.read_text().splitlines()
    for altered in ([second], [first.replace("Second slice", "Another slice"), second]):
        log.write_text("\n".join(altered) + "\n")
        assert "Not proven" in clerk.run("verify", "--log", str(log), expect=1).stderr


def test_what_is_not_there_is_not_found(town: Town) -> None:
    clerk = town.person("clerk")
    for command in ("submit", "sign", "drift", "proof", "supersede"):
        clerk.run(command, "no-such-slice", expect=3)
    clerk.run("propose", "Nothing", "--item", "tactic", expect=2)
