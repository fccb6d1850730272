import os
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from services.cli.main import app
from tests.unit.fake_owner import FakeOwner

Run = Callable[..., Result]


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> FakeOwner:
    """The server that every command of the test meets."""
    fake = FakeOwner()
    monkeypatch.setattr("services.cli.session.connect", lambda *_: fake.client())
    return fake


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """As it was: some commands set that of the process."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def run() -> Run:
    """Runs ``plumbline`` with these arguments, away from what the machine's environment says."""
    environment = dict.fromkeys(("PLUMBLINE_SERVER", "PLUMBLINE_TOKEN", "PLUMBLINE_HOME"))
    return lambda *arguments: CliRunner(env=environment).invoke(app, [str(argument) for argument in arguments])
