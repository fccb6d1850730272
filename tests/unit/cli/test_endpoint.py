"""A token goes to the server that it was made for, and never to one that a file in the working folder names."""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import time_machine

from services.cli import endpoint
from services.cli.endpoint import Endpoint, Unusable, locate
from shared import clock
from shared.config import ISSUER_KEY, KEYS, TRUSTED_KEYS
from shared.errors import Unauthorized
from shared.http.auth import Authenticator
from shared.keys import make_keys
from shared.scopes import ALL_SCOPES
from tests.backends.server import free_port

HERE = "http://127.0.0.1:4711"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Of a platform that runs."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "server.json").write_text(json.dumps({"url": HERE}))
    make_keys(home / KEYS)
    with (home / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield home


@pytest.fixture(autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without a platform in it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(folder)
    return folder


def subject(home: Path, found: Endpoint) -> str:
    assert callable(found.token)
    return Authenticator(home / KEYS / TRUSTED_KEYS).caller(f"Bearer {found.token()}").subject


def test_without_anything_it_is_the_usual_port() -> None:
    assert locate(None, None, None) == Endpoint("http://127.0.0.1:8000", "")


def test_what_is_said_outright_wins(home: Path) -> None:
    assert locate("http://there", "t", home) == Endpoint("http://there", "t")


@pytest.mark.parametrize("server", [None, HERE, f"{HERE}/"])
def test_a_home_gives_server_and_token(home: Path, server: str | None) -> None:
    found = locate(server, None, home)
    assert found.server == HERE
    assert subject(home, found) == endpoint.user()


def test_the_usual_home_is_found(home: Path, elsewhere: Path) -> None:
    home.rename(elsewhere / "data")
    found = locate(None, None, None)
    assert (found.server, subject(elsewhere / "data", found)) == (HERE, endpoint.user())


@pytest.mark.parametrize("named", [True, False])
def test_a_token_that_is_given_goes_where_no_file_says(home: Path, elsewhere: Path, named: bool) -> None:
    home.rename(elsewhere / "data")
    with pytest.raises(Unusable, match="--server"):
        locate(None, "t", elsewhere / "data" if named else None)
    assert locate("http://there", "t", None) == Endpoint("http://there", "t")


def test_the_usual_homes_key_signs_for_no_other_server(home: Path, elsewhere: Path) -> None:
    home.rename(elsewhere / "data")
    assert locate("http://there", None, None) == Endpoint("http://there", "")


@pytest.mark.parametrize(
    "server", ["http://there", "http://127.0.0.1:4712", "https://127.0.0.1:4711", "http://localhost:4711", "x", "http:"]
)
def test_a_homes_key_signs_for_no_other_server_when_it_is_named_either(home: Path, server: str) -> None:
    with pytest.raises(Unusable):
        locate(server, None, home)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1:8000",
        "http://example.org",
        "https://127.0.0.1:8000",
        "http://127.0.0.1.example.org:8000",
        "http://127.0.0.1:8000@example.org",
        "http://user@127.0.0.1:8000",
        "http://127.0.0.2:8000",
        "http://2130706433:8000",
        "http://127.0.0.1:99999",
        "http://[::1",
        "//127.0.0.1:8000",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_home_names_a_server_on_this_machine_or_none(home: Path, url: str) -> None:
    (home / "server.json").write_text(json.dumps({"url": url}))
    with pytest.raises(Unusable):
        locate(None, None, home)


def test_a_home_can_serve_on_any_loopback_name(home: Path) -> None:
    for url in ("http://localhost:1", "http://[::1]:1"):
        (home / "server.json").write_text(json.dumps({"url": url}))
        assert locate(None, None, home).server == url


@pytest.mark.parametrize("raw", ["", "{", "[]", '"x"', '{"url": null}', '{"URL": "http://127.0.0.1"}', "\x00"])
def test_a_broken_file_names_no_server(home: Path, raw: str) -> None:
    (home / "server.json").write_text(raw)
    with pytest.raises(Unusable):
        locate(None, None, home)


WRITABLE: dict[str, Callable[[Path], None]] = {
    "the folder by the group": lambda home: home.chmod(0o770),
    "the folder by all": lambda home: home.chmod(0o707),
    "the file by the group": lambda home: (home / "server.json").chmod(0o660),
    "the file by all": lambda home: (home / "server.json").chmod(0o606),
}


@pytest.mark.parametrize("change", WRITABLE.values(), ids=WRITABLE)
def test_what_others_can_write_says_nothing(home: Path, change: Callable[[Path], None]) -> None:
    change(home)
    with pytest.raises(Unusable, match="not yours alone"):
        locate(None, None, home)


def test_what_belongs_to_somebody_else_says_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1000)
    monkeypatch.setattr(endpoint, "_ROOT", -1)
    with pytest.raises(Unusable, match="not yours alone"):
        locate(None, None, home)


@pytest.mark.parametrize("name", ["server.json", KEYS, f"{KEYS}/{ISSUER_KEY.as_posix()}"])
def test_a_link_leads_to_no_other_home(home: Path, elsewhere: Path, name: str) -> None:
    """As a folder that was downloaded could have one: to the keys of the real home, beside a server of its own."""
    (home / name).rename(elsewhere / "real")
    (home / name).symlink_to(elsewhere / "real")
    with pytest.raises(Unusable, match="leads out"):
        locate(None, None, home)


def test_after_the_end_of_the_platform_nobody_gets_a_token(home: Path) -> None:
    """It was killed, so its file is still there; whoever has the port now is somebody else."""
    (home / "lock").unlink()
    with pytest.raises(Unusable, match="Nothing seems to run"):
        locate(None, None, home)
    (home / "lock").touch()
    with pytest.raises(Unusable, match="Nothing seems to run"):
        locate(None, None, home)


def test_a_home_where_nothing_runs_is_named_and_is_a_server_that_is_away(tmp_path: Path, run: Any) -> None:
    """Also one that was never made: it is no mistake of whoever asks that it was not started yet."""
    for home in (tmp_path, tmp_path / "none"):
        for server in (None, "http://there"):
            with pytest.raises(Unusable, match=f"Nothing seems to run in {home}:"):
                locate(server, None, home)
        assert run("status", "--home", str(home)).exit_code == 5


def test_a_token_for_a_command_lives_minutes_and_is_followed_by_another(home: Path) -> None:
    found = locate(None, None, home)
    assert callable(found.token)
    first = found.token()
    assert found.token() == first
    checker = Authenticator(home / KEYS / TRUSTED_KEYS)
    with time_machine.travel(clock.now().timestamp() + 11 * 60), pytest.raises(Unauthorized):
        checker.caller(f"Bearer {first}")


def test_token_prints_a_token_and_nothing_else(run: Any, home: Path) -> None:
    result = run("token", "--home", home, "--subject", "anna", "--scope", "strategy:read")
    caller = Authenticator(home / KEYS / TRUSTED_KEYS).caller("Bearer " + result.stdout.removesuffix("\n"))
    assert (caller.subject, caller.scopes) == ("anna", frozenset({"strategy:read"}))


def test_token_has_all_scopes_unless_told(run: Any, home: Path) -> None:
    caller = Authenticator(home / KEYS / TRUSTED_KEYS).caller(f"Bearer {run('token', '--home', home).stdout.strip()}")
    assert caller.scopes == set(ALL_SCOPES)


def test_token_refuses_what_it_cannot_sign(run: Any, home: Path, elsewhere: Path) -> None:
    unknown, missing = run("token", "--home", home, "--scope", "moon:walk"), run("token", "--home", elsewhere)
    assert (unknown.exit_code, missing.exit_code) == (2, 2)
    assert "moon:walk" in unknown.stderr
    assert (unknown.stdout, missing.stdout) == ("", "")


class Listener:
    """Somebody who would like to have a token: answers all with a redirect to ``to``, and keeps what was sent."""

    def __init__(self, to: str = "") -> None:
        self.heard: list[dict[str, str]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listener.heard.append({name.lower(): value for name, value in self.headers.items()})
                self.send_response(302 if to else 404)
                self.send_header("Location", to)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> "Listener":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def test_a_token_follows_no_redirect(run: Any) -> None:
    with Listener() as thief, Listener(f"{thief.url}/alignment/v1/status") as server:
        told = run("status", "--server", server.url, "--token", "secret")
        assert told.exit_code != 0
        assert server.heard[0]["authorization"] == "Bearer secret"
        assert thief.heard == []


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_what_stays_on_this_machine_passes_no_proxy(run: Any, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with Listener() as proxy:
        monkeypatch.setenv(variable, proxy.url)
        nobody = f"http://127.0.0.1:{free_port()}"
        assert run("status", "--server", nobody, "--token", "secret").exit_code == 5
        assert proxy.heard == []
        run("status", "--server", "http://plumbline.example.org", "--token", "t")
        assert len(proxy.heard) >= 1, "what goes elsewhere does"


def test_a_folder_that_was_downloaded_gets_no_token(run: Any, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a server of its own in the file; the token of the environment is for another."""
    (elsewhere / "data").mkdir()
    make_keys(elsewhere / "data" / KEYS)
    with Listener() as thief:
        (elsewhere / "data" / "server.json").write_text(json.dumps({"url": thief.url}))
        (elsewhere / "data" / "lock").touch()
        for options, code in (([], 5), (["--token", "secret"], 2), (["--home", "data", "--token", "secret"], 2)):
            assert run("status", *options).exit_code == code
        assert thief.heard == []
