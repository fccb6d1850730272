"""The one-shot jobs of a deployment: safe to run again, and clear when something is missing."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from shared.bus import PARTITIONS
from shared.config import APPLICATIONS, SERVICES


def test_topics_are_made_once(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "events.sqlite"
    monkeypatch.setenv("PLUMBLINE_BUS_URL", f"log://{log}")
    assert [run("topics").exit_code for _ in range(2)] == [0, 0]
    made = sqlite3.connect(log)
    rows = made.execute("select name, partitions from topic order by name").fetchall()
    made.close()
    assert rows == sorted((f"plumbline.{service}.v1", PARTITIONS) for service in SERVICES)


def test_a_bus_that_is_away_is_said_with_its_own_exit_code(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    monkeypatch.setenv("PLUMBLINE_BUS_URL", f"log://{tmp_path / 'folder'}")
    told = run("topics")
    assert told.exit_code == 5
    assert "event log" in told.stderr


def test_databases_are_found_by_files(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for service in APPLICATIONS:
        (tmp_path / service).mkdir()
        (tmp_path / service / "url").write_text(f"sqlite+aiosqlite:///{tmp_path}/{service}.db\n")
    monkeypatch.setenv("PLUMBLINE_DATABASE_URL_FILE", f"{tmp_path}/{{service}}/url")
    assert run("migrate").exit_code == 0
    assert sorted(path.stem for path in tmp_path.glob("*.db")) == sorted(APPLICATIONS)


def test_an_unknown_service_is_named(run: Any) -> None:
    told = run("migrate", "catalogue")
    assert (told.exit_code, "catalogue" in told.stderr) == (2, True)


def test_a_missing_file_with_the_database_is_named(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMBLINE_DATABASE_URL_FILE", f"{tmp_path}/{{service}}/url")
    told = run("migrate")
    assert told.exit_code == 2
    assert f"{tmp_path}/strategy/url" in told.stderr


def test_the_setting_of_the_former_key_is_refused_with_what_takes_its_place(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUMBLINE_KEY_FILE", str(tmp_path / "key.json"))
    for command in (["migrate"], ["serve", "strategy"]):
        told = run(*command)
        assert told.exit_code == 2
        assert "PLUMBLINE_TRUSTED_KEYS_FILE" in told.stderr
