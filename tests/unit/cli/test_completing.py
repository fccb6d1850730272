"""What a shell offers: commands, kinds, states, members, and keys where a server is quick to say."""

from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from services.cli import completing
from services.cli.main import COMMANDS, app

SERVER = {"PLUMBLINE_SERVER": "http://127.0.0.1:9", "PLUMBLINE_TOKEN": "t", "PLUMBLINE_HOME": ""}


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The words that bash is offered for a line; the server has two services."""

    class Here(httpx.MockTransport):
        def __init__(self) -> None:
            super().__init__(lambda _: httpx.Response(200, json={"items": [{"key": "pay"}, {"key": "meals"}]}))

    monkeypatch.setattr(httpx, "HTTPTransport", Here)

    def ask(line: str) -> list[str]:
        words = line.split(" ")
        told = {"_PLUMBLINE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        result = CliRunner(env={**SERVER, **told}).invoke(app, [], prog_name="plumbline")
        return result.stdout.split()

    return ask


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("plumbline expl", ["explain"]),
        ("plumbline explain service_", ["service_offering"]),
        ("plumbline explain contract.it", ["contract.items"]),
        ("plumbline new strategy_", ["strategy_element"]),
        ("plumbline export --format arch", ["archimate"]),
        ("plumbline import m.xml --format arch", ["archimate", "archi"]),
        ("plumbline get design", ["design_package"]),
        ("plumbline get service p", ["pay"]),
        ("plumbline why servic", ["service/", "service_offering/"]),
        ("plumbline why service/", ["service/pay", "service/meals"]),
        ("plumbline move service/pay oper", ["operational"]),
        ("plumbline get nothing x", []),
    ],
)
def test_words_are_offered(offered: Any, line: str, words: list[str]) -> None:
    assert offered(line) == words


def test_every_command_is_offered(offered: Any) -> None:
    assert {*offered("plumbline ")} >= {*COMMANDS}


@pytest.mark.parametrize(
    "answer", [httpx.Response(401, json={}), httpx.Response(200, text="no"), httpx.ConnectError("x")]
)
def test_without_an_answer_nothing_is_offered(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    def answered(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, content=answer.content)

    monkeypatch.setattr(httpx, "HTTPTransport", lambda: httpx.MockTransport(answered))

    class Context:
        params = {"server": "http://127.0.0.1:9", "token": "t", "home": None, "kind": "service"}

    assert completing.keys(Context(), "") == []  # type: ignore[arg-type]  # as much of a context as is looked at


def test_a_shell_can_be_given_the_script(run: Any) -> None:
    told = run("--help").stdout
    assert "--install-completion" in told
    assert "--show-completion" in told
