"""What a browser and a form make of a text is no change of it."""

import re
from typing import Any

import orjson
import pytest

from services.web.editing.filling import Filled
from services.web.editing.saving import changed
from services.web.forms.fields import fields
from services.web.forms.reading import acted, document, gathered
from services.web.forms.writing import sent, tree
from shared.contracts import NODE_KINDS


def saved(kind: str, state: dict[str, Any], **typed: str) -> dict[str, Any]:
    """The patch of a form in which only this was typed; a browser has no line breaks in a line, and CRLF elsewhere."""
    form = fields(NODE_KINDS[kind], new=False)
    shown = tree(form, state, {})
    tall = {each.name for each in form if each.tall}
    came = [
        (name, ("\r\n" if name in tall else "").join(re.split("\r\n?|\n", value)))
        for name, value in sent(shown | typed)
    ]
    answer = document(form, gathered(form, came), {})
    assert not answer.wrong
    return changed(Filled(NODE_KINDS[kind], form, shown, {}, {}), state, answer)


def test_saving_one_field_leaves_the_others_as_they_are() -> None:
    state = {
        "name": "Hear\nfirst ", "description": " Fewer than 4.\r\nToday 17.  \n", "tags": ["a", "b"],
        "custom": {"site": "Oslo\rNorth", "told\rby": " x "},
    }  # fmt: skip
    assert saved("objective", state) == {}
    assert saved("objective", state, priority="2") == {"priority": 2}
    assert saved("objective", state, description="Fewer\nthan 3.") == {"description": "Fewer\nthan 3."}


@pytest.mark.parametrize("text", ["1e400", '"\\ud800"', "[" * 300 + "]" * 300, "[" * 9000, "9" * 30, "9" * 5000, "NaN"])
def test_what_no_service_can_be_sent_stays_the_text_that_it_is(text: str) -> None:
    form = fields(NODE_KINDS["objective"], new=False)
    typed = tree(form, {}, {}) | {"custom": f"a: {text}"}
    said = document(form, typed, {}).document["custom"]
    assert said == {"a": text}
    assert orjson.loads(orjson.dumps(said)) == said
    assert document(form, tree(form, {"custom": said}, {}), {}).document["custom"] == said


def test_a_name_that_no_service_can_be_sent_stays_as_it_was_typed() -> None:
    form = fields(NODE_KINDS["objective"], new=False)
    typed = tree(form, {}, {}) | {"custom": '"\\ud800": 1'}
    assert document(form, typed, {}).document["custom"] == {'"\\ud800"': 1}


def test_a_row_is_as_far_down_as_rows_are() -> None:
    form = fields(NODE_KINDS["contract"], new=False)
    typed = tree(form, {}, {})
    assert acted(form, typed, f"items.remove.{'9' * 5000}") == typed
