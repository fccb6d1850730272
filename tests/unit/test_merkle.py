"""The tree of RFC 9162 beside the vectors of Certificate Transparency and its plain definition; and what is altered."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import merkle
from shared.merkle import Node

# The entries and roots that implementations of Certificate Transparency test themselves with.
ENTRIES = [
    bytes.fromhex(text)
    for text in "- 00 10 2021 3031 40414243 5051525354555657 606162636465666768696a6b6c6d6e6f".replace("-", "").split(
        " "
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tree(entries: list[bytes]) -> dict[Node, bytes]:
    nodes: dict[Node, bytes] = {}
    for size, entry in enumerate(entries):
        nodes |= merkle.grown(nodes.__getitem__, size, entry)
    return nodes


def naive(entries: list[bytes]) -> bytes:
    """The definition of section 2.1.1, word by word."""
    if len(entries) < 2:
        return sha256(b"".join(b"\x00" + entry for entry in entries)).digest()
    left = 1
    while left * 2 < len(entries):
        left *= 2
    return sha256(b"\x01" + naive(entries[:left]) + naive(entries[left:])).digest()


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert merkle.root(tree(ENTRIES).__getitem__, size).hex() == ROOTS[size]


def test_an_audit_path_is_that_of_certificate_transparency() -> None:
    path = merkle.inclusion(tree(ENTRIES).__getitem__, 5, 8)
    assert [step.hex() for step in path] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


sizes = st.integers(1, 40)


@given(size=sizes, data=st.data())
def test_what_is_in_is_proven_and_nothing_else(size: int, data: st.DataObject) -> None:
    entries = [str(number).encode() for number in range(size)]
    get, whole = tree(entries).__getitem__, naive(entries)
    position = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(get, position, size)
    assert merkle.root(get, size) == whole
    assert merkle.includes(merkle.leaf(entries[position]), position, size, path, whole)
    assert not merkle.includes(merkle.leaf(b"another"), position, size, path, whole)
    assert not merkle.includes(merkle.leaf(entries[position]), size, size, path, whole)
    assert not merkle.includes(merkle.leaf(entries[position]), position, size, [*path, whole], whole)
    if path:
        assert not merkle.includes(merkle.leaf(entries[position]), position, size, path[:-1], whole)
        other = data.draw(st.integers(0, size - 1).filter(lambda number: number != position))
        assert not merkle.includes(merkle.leaf(entries[position]), other, size, path, whole)


@given(first=st.integers(0, 40), more=st.integers(0, 40), data=st.data())
def test_what_went_on_is_proven_and_what_was_rewritten_is_not(first: int, more: int, data: st.DataObject) -> None:
    entries = [str(number).encode() for number in range(first + more)]
    get, second = tree(entries).__getitem__, first + more
    path = merkle.consistency(get, first, second)
    before, after = naive(entries[:first]), naive(entries)
    assert merkle.continues(first, before, second, after, path)
    if first:
        altered = data.draw(st.integers(0, first - 1))
        rewritten = [*entries[:altered], b"another", *entries[altered + 1 :]]
        forged = merkle.consistency(tree(rewritten).__getitem__, first, second)
        assert not merkle.continues(first, before, second, naive(rewritten), forged)
        shorter = [*entries[:altered], *entries[altered + 1 :], b"one more"]
        if shorter != entries:
            forged = merkle.consistency(tree(shorter).__getitem__, first, second)
            assert not merkle.continues(first, before, second, naive(shorter), forged)
    assert not merkle.continues(second + 1, before, second, after, path)


@given(size=st.integers(1, 5000), data=st.data())
def test_a_proof_looks_at_few_nodes(size: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, size - 1))
    assert len(merkle.needed(lambda get: merkle.inclusion(get, position, size))) <= 200
    assert len(merkle.needed(lambda get: merkle.root(get, size))) <= size.bit_length()
