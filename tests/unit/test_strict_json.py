"""The reader in front of every body: what it takes is what any strict reader takes, and it fails in one way only."""

import json
from typing import Any

import pytest

from shared.errors import BadRequest
from shared.http import strict_json
from tests.unit.hostile import REFUSED_AS_JSON, REFUSED_BY_CONTRACT, TAKEN


@pytest.mark.parametrize("raw", REFUSED_AS_JSON.values(), ids=REFUSED_AS_JSON)
def test_what_is_no_strict_json_is_refused_without_an_echo(raw: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        strict_json.read(raw)
    assert len(refused.value.detail) < 120
    assert refused.value.detail.isascii()
    assert refused.value.detail.isprintable()
    assert "custom" not in refused.value.detail


RIGHT = {**TAKEN, **REFUSED_BY_CONTRACT}


@pytest.mark.parametrize("raw", RIGHT.values(), ids=RIGHT)
def test_what_is_strict_json_is_read(raw: bytes) -> None:
    assert strict_json.read(raw) == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "type_"), [(b"1", int), (b"1.0", float), (b"1e2", float), (b"true", bool), (b"-0", int)]
)
def test_numbers_keep_their_kind(raw: bytes, type_: type[Any]) -> None:
    assert type(strict_json.read(raw)) is type_


@pytest.mark.parametrize(("open_", "close"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth_is_bounded(open_: bytes, close: bytes) -> None:
    most = strict_json.MAX_DEPTH
    strict_json.read(open_ * (most - 1) + b"[]" + close * (most - 1))
    with pytest.raises(BadRequest, match="nested more than 32 deep"):
        strict_json.read(open_ * most + b"[]" + close * most)
