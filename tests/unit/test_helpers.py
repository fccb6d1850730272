"""Small pure helpers of the shared behaviour: keys from names, merge patches, entity tags."""

from typing import Any

import pytest
from starlette.datastructures import Headers

from shared.contracts.base import folded
from shared.contracts.merging import merge_patch
from shared.contracts.naming import slug
from shared.errors import BadRequest, PreconditionFailed, PreconditionRequired
from shared.resource.preconditions import Preconditions


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Order to cash", "order-to-cash"),
        ("  a  --  b  ", "a-b"),
        ("Ärger, déjà vu", "arger-deja-vu"),
        ("ﬁle №5", "file-no5"),
        ("a_b.c", "a-b-c"),
        ("日本", ""),
        ("x" * 500, "x" * 100),
        ("x" * 99 + " y", "x" * 99),
        ("ＦＵＬＬ", "full"),
    ],
)
def test_a_slug(name: str, key: str) -> None:
    assert slug(name) == key


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_rfc_7396(target: Any, patch: Any, result: Any) -> None:
    before = repr(target)
    assert merge_patch(target, patch) == result
    assert repr(target) == before


def given(**lines: list[str]) -> Preconditions:
    """The preconditions of a request with these header lines."""
    raw = [(name.replace("_", "-").encode(), line.encode("latin-1")) for name, each in lines.items() for line in each]
    return Preconditions.of(Headers(raw=raw))


@pytest.mark.parametrize(
    ("lines", "matches"),
    [
        (['"3"'], True),
        (["*"], True),
        ([" * "], True),
        (['"1", "3"'], True),
        (['"1","3"'], True),
        (['"7"', '"3"'], True),
        (['"7"', '"1"'], False),
        (['"7",, "3" ,'], True),
        (['"1,3", "3"'], True),
        (['"1,3"'], False),
        (['W/"3"'], False),
        (['"33"'], False),
        (['""'], False),
        (['"1"'], False),
        (['"\xe4"'], False),
    ],
)
def test_if_match_compares_strongly(lines: list[str], matches: bool) -> None:
    asked = given(if_match=lines)
    asked.demand()
    if matches:
        asked.check(3)
    else:
        with pytest.raises(PreconditionFailed):
            asked.check(3)


@pytest.mark.parametrize("name", ["if_match", "if_none_match"])
@pytest.mark.parametrize(
    "lines",
    [["3"], [""], [","], ["'3'"], ['"3'], ['3"'], ['"1" "3"'], ['"1"', "3"], ["*", '"3"'], ["*, *"], ["w/\"3\""],
     ['W/ "3"'], ['"a b"'], ['"\x01"'], [" " * 5000 + "x"], ['"1",' * 5000 + "x"]],
    ids=lambda lines: repr(lines)[:30],
)  # fmt: skip
def test_what_is_no_list_of_entity_tags_is_refused(name: str, lines: list[str]) -> None:
    with pytest.raises(BadRequest, match="in quotes"):
        given(**{name: lines})


def test_if_match_can_be_demanded() -> None:
    with pytest.raises(PreconditionRequired):
        given().demand()


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        ([], False),
        (['"3"'], True),
        (['W/"3"'], True),
        (["*"], True),
        (['"1", W/"3"'], True),
        (['"1"', '"3"'], True),
        (['"1"'], False),
    ],
)
def test_if_none_match_compares_weakly(lines: list[str], seen: bool) -> None:
    asked = given(if_none_match=lines)
    assert asked.has_seen(3) is seen
    if seen:
        with pytest.raises(PreconditionFailed):
            asked.check(3)
    else:
        asked.check(3)


def test_search_text_has_no_case() -> None:
    assert folded("Straße ΣΊΣΥΦΟΣ", "k-1") == f"strasse {'ΣΊΣΥΦΟΣ'.casefold()} k-1"
