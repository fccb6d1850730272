"""What is written as YAML is read back as it was, whatever people type."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from shared.interchange.yaml_documents import documents, text

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(CHARACTERS)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner))


@given(st.dictionaries(st.text(CHARACTERS, min_size=1), VALUES, min_size=1))
def test_a_document_is_read_as_it_was_written(value: dict[str, object]) -> None:
    [read] = documents(text(value).encode())
    assert orjson.dumps(read) == orjson.dumps(value)  # as JSON: in Python 1, 1.0 and True are equal
