"""What tests need of others: what is fetched once and kept, and engines that may not answer."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backends import containers, fetched
from tests.backends.server import Missing

WRITES = "open('there', 'w').close()"
FAILS = "import sys; sys.exit('no network')"


def running(code: str) -> Callable[[Path], list[str]]:
    return lambda _: [sys.executable, "-c", code]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(fetched, "_CACHE", tmp_path)
    return tmp_path


def test_what_is_there_is_not_fetched_again(cache: Path) -> None:
    fetched.kept("some", running(WRITES))
    again = fetched.kept("some", running(FAILS))
    assert [path.relative_to(cache) for path in cache.rglob("*")] == [Path("some"), Path("some/there")]
    assert again == cache / "some"


def test_what_is_there_needs_nothing_to_fetch_it_with(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "some").mkdir()
    monkeypatch.setenv("PATH", "")
    assert fetched.jars("some", Path("pom.xml")) == cache / "some"


def test_nothing_is_left_of_what_could_not_be_fetched(cache: Path) -> None:
    with pytest.raises(Missing, match="no network"):
        fetched.kept("some", running(FAILS))
    assert [*cache.iterdir()] == []


def test_a_program_that_is_not_there_is_missing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Missing, match="there is no mvn"):
        fetched.jars("some", Path("pom.xml"))
    assert [*cache.iterdir()] == []


def test_an_engine_that_does_not_answer_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "_ANSWER_SECONDS", 0.1)
    assert containers.fails(sys.executable, "-c", "import time; time.sleep(5)")
