import json
from pathlib import Path
from typing import Any

import pytest

from services.cli import endpoint
from services.cli.endpoint import Endpoint, Unusable, locate
from shared import auth
from shared.auth import Authenticator
from shared.config import KEYS, TRUSTED_KEYS
from shared.keys import make_keys


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:4711"}))
    make_keys(tmp_path / KEYS)
    return tmp_path


@pytest.fixture(autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without a platform in it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(folder)
    return folder


def subject(home: Path, token: str) -> str:
    return Authenticator(home / KEYS / TRUSTED_KEYS).caller(f"Bearer {token}").subject


def test_without_anything_it_is_the_usual_port() -> None:
    assert locate(None, None, None) == Endpoint("http://127.0.0.1:8000", "")


def test_what_is_said_outright_wins(home: Path) -> None:
    assert locate("http://there", "t", home) == Endpoint("http://there", "t")


def test_a_home_gives_server_and_token(home: Path) -> None:
    found = locate(None, None, home)
    assert found.server == "http://127.0.0.1:4711"
    assert subject(home, found.token) == endpoint.user()


def test_the_usual_home_is_found(home: Path, elsewhere: Path) -> None:
    home.rename(elsewhere / "data")
    assert locate(None, "t", None) == Endpoint("http://127.0.0.1:4711", "t")


def test_the_usual_homes_key_signs_for_no_other_server(home: Path, elsewhere: Path) -> None:
    home.rename(elsewhere / "data")
    assert locate("http://there", None, None) == Endpoint("http://there", "")


def test_a_home_where_nothing_runs_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="Nothing seems to run"):
        locate(None, None, tmp_path)
    with pytest.raises(Unusable, match="There is no key"):
        locate("http://there", None, tmp_path)


def test_token_prints_a_token_and_nothing_else(run: Any, home: Path) -> None:
    result = run("token", "--home", home, "--subject", "anna", "--scope", "strategy:read")
    caller = Authenticator(home / KEYS / TRUSTED_KEYS).caller("Bearer " + result.stdout.removesuffix("\n"))
    assert (caller.subject, caller.scopes) == ("anna", frozenset({"strategy:read"}))


def test_token_has_all_scopes_unless_told(run: Any, home: Path) -> None:
    caller = Authenticator(home / KEYS / TRUSTED_KEYS).caller(f"Bearer {run('token', '--home', home).stdout.strip()}")
    assert caller.scopes == set(auth.ALL_SCOPES)


def test_token_refuses_what_it_cannot_sign(run: Any, home: Path, elsewhere: Path) -> None:
    unknown, missing = run("token", "--home", home, "--scope", "moon:walk"), run("token", "--home", elsewhere)
    assert (unknown.exit_code, missing.exit_code) == (2, 2)
    assert "moon:walk" in unknown.stderr
    assert (unknown.stdout, missing.stdout) == ("", "")
