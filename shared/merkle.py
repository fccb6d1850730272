"""A Merkle tree that only grows, by RFC 9162: what was entered, and proofs that it is in there and was not changed.

Hashes are SHA-256, 32 bytes. The tree is kept as its complete subtrees: ``(level, position)`` names the one over the
``2 ** level`` entries from ``position * 2 ** level`` on, and every other hash is put together from these.
"""

import re
from collections.abc import Callable, Sequence
from hashlib import sha256

Node = tuple[int, int]
Get = Callable[[Node], bytes]
"""The hash of a complete subtree."""
_WRITTEN = re.compile("[0-9a-f]{64}")


def read(text: str) -> bytes:
    """A hash from the only form in which it is written: 64 hexadecimal digits in lower case. Raises ValueError."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError("no hash in lower-case hexadecimal digits")
    return bytes.fromhex(text)


def leaf(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def _parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def grown(get: Get, size: int, entry: bytes) -> dict[Node, bytes]:
    """The complete subtrees that come about when an entry is added to a tree of ``size`` entries."""
    level, position = 0, size
    made = {(0, size): leaf(entry)}
    while position % 2:
        below = made[level, position]
        level, position = level + 1, position // 2
        made[level, position] = _parent(get((level - 1, 2 * position)), below)
    return made


def root(get: Get, size: int) -> bytes:
    """The hash of the whole tree of the first ``size`` entries."""
    return _hash(get, 0, size) if size else sha256(b"").digest()


def inclusion(get: Get, position: int, size: int) -> list[bytes]:
    """The proof that an entry is in the tree of the first ``size`` (section 2.1.3.1)."""
    return _path(get, position, 0, size)


def consistency(get: Get, first: int, second: int) -> list[bytes]:
    """The proof that the tree of the first ``second`` entries goes on that of the first ``first`` (2.1.4.1)."""
    return _subproof(get, first, 0, second, True) if first else []


def needed(use: Callable[[Get], object]) -> set[Node]:
    """The complete subtrees that a computation looks at, so that they can be read at once."""
    seen: set[Node] = set()

    def get(node: Node) -> bytes:
        seen.add(node)
        return b""

    use(get)
    return seen


def _hash(get: Get, start: int, size: int) -> bytes:
    if size & (size - 1) == 0:
        return get((size.bit_length() - 1, start // size))
    left = _split(size)
    return _parent(_hash(get, start, left), _hash(get, start + left, size - left))


def _split(size: int) -> int:
    """The largest power of two below."""
    return 1 << (size - 1).bit_length() - 1


def _path(get: Get, position: int, start: int, size: int) -> list[bytes]:
    if size == 1:
        return []
    left = _split(size)
    if position < left:
        return [*_path(get, position, start, left), _hash(get, start + left, size - left)]
    return [*_path(get, position - left, start + left, size - left), _hash(get, start, left)]


def _subproof(get: Get, first: int, start: int, size: int, whole: bool) -> list[bytes]:
    if first == size:
        return [] if whole else [_hash(get, start, size)]
    left = _split(size)
    if first <= left:
        return [*_subproof(get, first, start, left, whole), _hash(get, start + left, size - left)]
    return [*_subproof(get, first - left, start + left, size - left, False), _hash(get, start, left)]


def includes(of_leaf: bytes, position: int, size: int, path: Sequence[bytes], of_root: bytes) -> bool:
    """Whether a proof of inclusion holds (section 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    here, last, found = position, size - 1, of_leaf
    for step in path:
        if last == 0:
            return False
        if here % 2 or here == last:
            found = _parent(step, found)
            while here % 2 == 0 and here:
                here, last = here >> 1, last >> 1
        else:
            found = _parent(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == of_root


def continues(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a proof of consistency holds (section 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        return not path and (first == 0 or first_root == second_root)
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not steps:
        return False
    here, last = first - 1, second - 1
    while here % 2:
        here, last = here >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here % 2 or here == last:
            before, after = _parent(step, before), _parent(step, after)
            while here % 2 == 0 and here:
                here, last = here >> 1, last >> 1
        else:
            after = _parent(after, step)
        here, last = here >> 1, last >> 1
    return last == 0 and before == first_root and after == second_root
