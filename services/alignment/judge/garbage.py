"""No search for garbage while much is made that is none.

A search looks through everything that was made since the last one, in one step during which nothing else runs: a large
piece of the past takes it most of a second, again and again.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 20_000
_lock = threading.Lock()
_without = 0
"""How many do without a search at present."""


@contextmanager
def unsearched(*, stays: bool = False) -> Iterator[None]:
    """For seconds, not for longer: what others leave behind is not found meanwhile either. If what is made ``stays``,
    and is much, it is never looked through."""
    global _without
    with _lock:
        _without += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _without -= 1
            if stays and gc.get_count()[0] > _MANY:
                gc.freeze()
            if not _without:
                gc.enable()
