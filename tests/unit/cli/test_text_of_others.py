"""Whatever others wrote is shown on the line that is ours: it makes none of its own, and commands no terminal."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import typer
from rich.console import Console

from services.cli import session, sign_off, tables
from services.cli.session import Output, Session
from services.cli.spoken import spoken
from shared.client import Conflict, Failing
from shared.contracts.views.nodes import Node

HOSTILE = "Eve\n  approved, signed in as maeve\r\x1b[2K\x9b2J\u202e\u2028[bold]x[/]\v\f\x85"

WIDE = "a" * 200  # as its title, which would be broken otherwise


def output(as_json: bool = False) -> tuple[Output, StringIO, StringIO]:
    out, err = StringIO(), StringIO()
    consoles = (Console(file=each, width=300, force_terminal=True, color_system=None) for each in (out, err))
    return Output(as_json, *consoles), out, err


def shown(render: Callable[[], Any]) -> str:
    made, out, _ = output()
    made.show({}, render)
    return out.getvalue()


def harmless(text: str, lines: int) -> bool:
    """As many lines as are ours, by anybody's idea of a line, and nothing but what is seen."""
    return len(text.splitlines()) == lines and text.replace("\n", "").isprintable()


def node() -> Node:
    members: Any = {"kind": "tactic", "id": "1", "key": "t", "name": HOSTILE, "live": False, "why_not_live": HOSTILE}
    return Node.model_construct(**members)


@pytest.mark.parametrize(
    ("render", "lines"),
    [
        (lambda: tables.table(("a", HOSTILE), [(HOSTILE, 1), (2, HOSTILE)]), 3),
        (lambda: tables.table((WIDE,), [(1,)], title=HOSTILE), 3),
        (lambda: tables.cell(HOSTILE), 1),
        (lambda: tables.lines([HOSTILE, HOSTILE]), 2),
        (lambda: tables.cell(tables.label(node())), 1),
        (lambda: tables.left_out({HOSTILE: 2})[0], 1),
        (lambda: f"{tables.plain(HOSTILE)}\nand ours", 2),
        (lambda: spoken({"a": [HOSTILE]}, {}), 1),
    ],
    ids=["cells", "title", "cell", "lines", "label", "left out", "text", "spoken"],
)
def test_it_prints_no_line_of_its_own(render: Callable[[], Any], lines: int) -> None:
    assert harmless(shown(render), lines)


def test_it_is_no_markup() -> None:
    assert "[bold]x[/]" in shown(lambda: tables.plain(HOSTILE))
    assert "[/x]" in shown(lambda: "[/x]")
    assert "[/x]" in shown(lambda: tables.table((WIDE,), [(1,)], title="[/x]"))


def test_what_is_said_beside_the_data_moves_no_cursor() -> None:
    made, _, err = output()
    made.say(f"Asked: {tables.plain(HOSTILE)}\nours")
    assert harmless(err.getvalue(), 2)


def test_who_signed_is_a_line_for_each(owner: Any) -> None:
    """What ``sign``, ``submit``, ``reject`` and ``delegate`` print afterwards."""
    made, out, err = output()
    each = {"stakeholder_id": "1", "name": HOSTILE, "subject": HOSTILE, "decision": "approved", "at": None}
    increment = {"key": "i", "state": "signed", "sign_offs": [each, each]}
    sign_off._show(Session(False, made.out, made.err, owner.client()), increment)
    assert harmless(out.getvalue(), 3)
    assert harmless(err.getvalue(), 1)


@pytest.mark.parametrize(
    "error", [Conflict(409, {"detail": HOSTILE}), Failing(HOSTILE), Conflict(409, {"errors": [{"detail": HOSTILE}]})]
)
def test_what_a_server_refuses_with_is_one_line(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        session._exit(error)
    first, *next_step = capsys.readouterr().err.splitlines()
    assert "Eve" in first
    assert harmless(first, 1)
    assert all(line.startswith("Is it running") for line in next_step)


def test_json_is_the_same_document_and_can_only_be_shown() -> None:
    data = {"name": HOSTILE, "smile": "\N{GRINNING FACE}é", "tag": "\U000e0041"}
    for indent in (None, 2):
        text = tables.document(data, indent)
        assert json.loads(text) == data
        assert text.replace("\n", "").isprintable()
        assert "\N{GRINNING FACE}é" in text
