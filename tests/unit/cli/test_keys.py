"""``keys``, ``token`` and ``serve`` as an operator uses them: what is made, what is refused, and what is said."""

import fcntl
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from services.cli.private import make_home, make_keys_of
from shared.config import ISSUER_KEY, KEYS, PROOF_KEY, SERVICE_KEY, TRUSTED_KEYS
from shared.errors import Unauthorized
from shared.http.auth import Authenticator
from shared.http.sign_in import SignInCodes
from shared.keys import load_ring, load_trusted
from shared.scopes import READING

FORMER = {"kty": "oct", "k": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "use": "sig", "alg": "HS256"}


def said_by(folder: Path, token: str) -> tuple[str, set[str]]:
    caller = Authenticator(folder / TRUSTED_KEYS).caller(f"Bearer {token.strip()}")
    return caller.subject, set(caller.scopes)


def test_keys_are_made_once_each_for_its_holder(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = run("keys", folder)
    assert made.exit_code == 0
    assert {Path(line).relative_to(folder).as_posix() for line in made.stdout.split()} == {
        "issuer/token-key.json",
        "alignment/token-key.json",
        "metrics/token-key.json",
        "strategy/proof-key.json",
        "web/token-key.json",
    }
    before = {path: path.read_text() for path in folder.rglob("*.json")}
    assert run("keys", folder).stdout == ""
    assert {path: path.read_text() for path in folder.rglob("*.json")} == before
    assert {path.stat().st_mode & 0o777 for path in before if path.parent.name != "public"} == {0o600}


def test_a_key_is_rotated_by_name(run: Any, tmp_path: Path) -> None:
    run("keys", tmp_path)
    old = run("token", "--key", tmp_path / ISSUER_KEY, "--subject", "ada").stdout
    told = run("keys", tmp_path, "--rotate", "issuer")
    assert told.stdout.strip() == load_ring(tmp_path / ISSUER_KEY).current.kid
    new = run("token", "--key", tmp_path / ISSUER_KEY, "--subject", "bob").stdout
    assert (said_by(tmp_path, old)[0], said_by(tmp_path, new)[0]) == ("ada", "bob")


def test_an_unknown_key_is_named(run: Any, tmp_path: Path) -> None:
    told = run("keys", tmp_path, "--rotate", "moon")
    assert (told.exit_code, "moon" in told.stderr) == (2, True)
    assert run("keys", tmp_path, "--rotate", "issuer").exit_code == 2, "there is none yet"


def test_a_token_says_what_its_key_is_limited_to(run: Any, tmp_path: Path) -> None:
    run("keys", tmp_path)
    told = run("token", "--key", tmp_path / "metrics" / "token-key.json").stdout
    metrics = {f"{service}:metrics" for service in ("strategy", "catalog", "roles", "alignment", "web")}
    assert said_by(tmp_path, told) == ("prometheus", metrics)


@pytest.mark.parametrize("options", [["--hours", "25"], ["--hours", "0"], ["--scope", "moon:walk"]], ids=str)
def test_a_token_that_would_be_refused_is_not_made(run: Any, tmp_path: Path, options: list[str]) -> None:
    run("keys", tmp_path)
    told = run("token", "--key", tmp_path / ISSUER_KEY, *options)
    assert (told.exit_code, told.stdout) == (2, "")


def test_a_key_that_is_not_there_or_signs_no_tokens_is_a_usage_error(run: Any, tmp_path: Path) -> None:
    run("keys", tmp_path)
    for path in ("none.json", PROOF_KEY, TRUSTED_KEYS):
        told = run("token", "--key", tmp_path / path, "--subject", "x")
        assert (told.exit_code, told.stdout) == (2, "")


@pytest.mark.parametrize("command", ["token", "sign-in", "keys"])
def test_of_a_key_file_only_so_much_is_read(run: Any, tmp_path: Path, command: str) -> None:
    """Of a device that never ends, and of a file that is larger than any ring, though it is one."""
    large = tmp_path / "large"
    for path in (Path("/dev/zero"), large):
        folder = tmp_path / f"keys-{path.name}"
        run("keys", folder)
        large.write_text((folder / ISSUER_KEY).read_text() + " " * 1024**2)
        (folder / ISSUER_KEY).unlink()
        (folder / ISSUER_KEY).symlink_to(path)
        result = run(command, folder, "--rotate", "issuer") if command == "keys" else run(command, "--key", path)
        assert (result.exit_code, "no private key that can be used" in result.stderr) == (2, True), result.stderr


def test_a_token_is_kept_fresh_in_a_file(tmp_path: Path, run: Any) -> None:
    run("keys", tmp_path)
    file = tmp_path / "metrics_token"
    words = ["token", "--key", tmp_path / "metrics" / "token-key.json", "--hours", "0.01", "--renew", file]
    running = subprocess.Popen([sys.executable, "-m", "services", *map(str, words)])
    try:
        seen: set[str] = set()
        while len(seen) < 2 and running.poll() is None:
            if file.exists():
                seen.add(file.read_text())
            time.sleep(0.05)
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()
    assert {said_by(tmp_path, token)[0] for token in seen} == {"prometheus"}
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_address_to_sign_in_has_a_code_and_no_token(run: Any, tmp_path: Path) -> None:
    make_keys_of(tmp_path)
    (tmp_path / "server.json").write_text('{"url": "http://127.0.0.1:4711"}')
    with (tmp_path / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as the process does that serves
        told = run("sign-in", "--home", tmp_path, "--subject", "ada", "--scope", "strategy:approve").stdout.strip()
    address, _, code = told.partition("/signin?code=")
    assert address == "http://127.0.0.1:4711"
    asked = SignInCodes(tmp_path / KEYS / TRUSTED_KEYS).opened(code)
    assert (asked.caller.subject, set(asked.caller.scopes)) == ("ada", {*READING, "strategy:approve"})
    with pytest.raises(Unauthorized):
        said_by(tmp_path / KEYS, code)


def test_a_code_for_everything_is_short_and_gives_what_people_can_do(run: Any, tmp_path: Path) -> None:
    make_keys_of(tmp_path)
    key = tmp_path / KEYS / ISSUER_KEY
    some, every = (
        run("sign-in", "--key", key, "--subject", "ada", "--scope", scope).stdout.strip().partition("code=")[2]
        for scope in ("strategy:approve", "*")
    )
    assert len(every) < len(some)
    caller = SignInCodes(tmp_path / KEYS / TRUSTED_KEYS).opened(every).caller
    services = ("strategy", "catalog", "roles", "alignment")
    may = ("read", "write", "register", "approve", "appoint", "correct", "admin")
    assert caller.scopes == {f"{service}:{each}" for service in services for each in may}


def test_the_address_is_where_it_is_said_to_be(run: Any, tmp_path: Path) -> None:
    make_keys_of(tmp_path)
    key = tmp_path / KEYS / ISSUER_KEY
    told = run("sign-in", "--key", key, "--server", "https://plumbline.example.org/").stdout
    assert told.startswith("https://plumbline.example.org/signin?code=ey")
    assert run("sign-in", "--key", key).stdout.startswith("http://127.0.0.1:8000/signin?code=ey")


def test_nobody_is_signed_in_without_a_key_or_with_strange_scopes(run: Any, tmp_path: Path) -> None:
    make_keys_of(tmp_path)
    key = tmp_path / KEYS / ISSUER_KEY
    for options in (["--home", tmp_path], ["--key", tmp_path / "none"], ["--key", key, "--scope", "moon:walk"]):
        told = run("sign-in", *options)
        assert (told.exit_code, told.stdout) == (2, "")


def test_a_service_names_the_keys_that_it_lacks(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = run("serve", "catalog")
    assert (told.exit_code, "PLUMBLINE_TRUSTED_KEYS_FILE" in told.stderr) == (2, True)
    run("keys", tmp_path / "data" / KEYS)
    for service, path in (("strategy", PROOF_KEY), ("alignment", SERVICE_KEY)):
        secret = load_ring(tmp_path / "data" / KEYS / path).current.d
        (tmp_path / "data" / KEYS / path).write_text(json.dumps({"current": {"d": secret}}))
        told = run("serve", service)
        assert told.exit_code == 2
        assert path.name in told.stderr
        assert secret not in told.stderr


def test_an_upgraded_home_says_once_what_becomes_of_tokens_and_proofs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_home(tmp_path / "home")
    (tmp_path / "home" / "key.json").write_text(json.dumps(FORMER))
    make_keys_of(tmp_path / "home")
    told = capsys.readouterr().err
    assert "Tokens made before are refused" in told
    assert "Delete it" in told
    assert FORMER["k"] not in told
    derived = load_ring(tmp_path / "home" / KEYS / PROOF_KEY).former
    assert [key.derived for key in derived] == [True]
    make_keys_of(tmp_path / "home")
    assert capsys.readouterr().err == ""


def test_a_new_home_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_home(tmp_path / "home")
    make_keys_of(tmp_path / "home")
    assert capsys.readouterr().err == ""
    assert load_trusted(tmp_path / "home" / KEYS / TRUSTED_KEYS).keys


def test_a_home_is_its_owners_alone_also_one_from_before(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_home(home)
    assert home.stat().st_mode & 0o777 == 0o700
    for name in ("lock", "strategy.sqlite"):
        (home / name).touch()
        (home / name).chmod(0o644)
    home.chmod(0o755)
    make_home(home)
    assert [home.stat().st_mode & 0o777, (home / "strategy.sqlite").stat().st_mode & 0o777] == [0o700, 0o600]


def test_everything_that_a_platform_writes_is_its_owners_alone_and_once_prints_no_code(tmp_path: Path) -> None:
    home = tmp_path / "home"
    words = ["up", "--once", "--no-sample", "--home", home, "--port", "0"]
    done = subprocess.run([sys.executable, "-m", "services", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^Plumbline runs at http://127\.0\.0\.1:\d+$", done.stdout, re.MULTILINE)
    modes = {path.relative_to(home).as_posix(): path.stat().st_mode & 0o777 for path in (home, *home.rglob("*"))}
    folders = {name: mode for name, mode in modes.items() if (home / name).is_dir()}
    assert {"strategy.sqlite", "alignment.sqlite", "events.sqlite"} <= modes.keys()
    assert set(folders.values()) == {0o700}, folders
    assert {name for name, mode in modes.items() if mode & 0o077 and name not in folders} <= {
        "keys/public/token-keys.json"
    }
    assert "server.json" not in modes, "nothing runs there any more"


def test_a_folder_that_serves_something_else_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    tmp_path.chmod(0o755)
    make_home(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755
