"""The token that alignment reads the owners with: its own, for an hour, and renewed by itself."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from services.alignment.follow.owners import ServiceToken
from shared import clock
from shared.config import SERVICE_KEY, TRUSTED_KEYS
from shared.http.auth import Authenticator
from shared.keys import KeyFile, files, make_keys, rotate_key

READING = {"strategy:read", "catalog:read", "roles:read"}


@pytest.fixture
def token(tmp_path: Path) -> ServiceToken:
    make_keys(tmp_path)
    return ServiceToken(KeyFile(tmp_path / SERVICE_KEY))


def test_it_reads_the_owners_and_nothing_else(token: ServiceToken, tmp_path: Path) -> None:
    caller = Authenticator(tmp_path / TRUSTED_KEYS).caller(f"Bearer {token()}")
    assert (caller.subject, set(caller.scopes)) == ("alignment", READING)


def test_it_is_renewed_at_half_of_its_hour(token: ServiceToken, tmp_path: Path) -> None:
    with time_machine.travel(clock.now(), tick=False) as time:
        first = token()
        time.shift(timedelta(minutes=29, seconds=59))
        assert token() == first
        time.shift(timedelta(seconds=1))
        assert token() != first
        Authenticator(tmp_path / TRUSTED_KEYS).caller(f"Bearer {token()}")


def test_it_is_renewed_when_its_key_is(token: ServiceToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_EVERY_SECONDS", 0)
    first = token()
    rotate_key(tmp_path, "alignment", leaked=True)
    second = token()
    assert second != first
    Authenticator(tmp_path / TRUSTED_KEYS).caller(f"Bearer {second}")


def test_it_goes_on_while_its_key_cannot_be_read(
    token: ServiceToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_EVERY_SECONDS", 0)
    token()
    (tmp_path / SERVICE_KEY).unlink()
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        Authenticator(tmp_path / TRUSTED_KEYS).caller(f"Bearer {token()}")
