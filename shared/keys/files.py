"""Files with keys: written whole or not at all, for their owner alone, and read again when they have changed."""

import contextlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from shared.bounded import read_secret
from shared.telemetry import log

T = TypeVar("T")
_EVERY_SECONDS = 10.0
_URGENT_SECONDS = 1.0


def create(path: Path, content: str, mode: int = 0o600) -> bool:
    """Write a new file; one that is there stays, also when two do this at once. Says whether it was written."""
    with _written(path, content, mode) as scratch:
        try:
            os.link(scratch, path)
        except FileExistsError:
            return False
    return True


def replace(path: Path, content: str, mode: int = 0o600) -> None:
    """Write a file in the place of another, whose mode stays; a reader sees the one or the other whole."""
    with contextlib.suppress(FileNotFoundError):
        mode = stat.S_IMODE(path.stat().st_mode)
    with _written(path, content, mode) as scratch:
        os.replace(scratch, path)


@contextlib.contextmanager
def _written(path: Path, content: str, mode: int) -> Iterator[str]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # readable by its owner alone
    try:
        with os.fdopen(handle, "w") as file:
            file.write(content)
            file.flush()
            os.fchmod(handle, mode)
            os.fsync(handle)
        yield scratch
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(scratch)


class Watched(Generic[T]):
    """What a file says. Changes are looked for now and then; what was read last stays while reading fails."""

    def __init__(self, path: Path, read: Callable[[bytes], T], monotonic: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._read = read
        self._monotonic = monotonic
        self._looked = float("-inf")
        self._seen: tuple[int, ...] = ()
        self._value: T | None = None

    def get(self, *, urgent: bool = False) -> T:
        """Raises OSError or ValueError if the file could never be read. ``urgent``: the answer was not in it so far."""
        now = self._monotonic()
        if self._value is None or now - self._looked >= (_URGENT_SECONDS if urgent else _EVERY_SECONDS):
            self._looked = now
            self._look()
        assert self._value is not None
        return self._value

    def _look(self) -> None:
        try:
            found = self.path.stat()
            seen = (found.st_ino, found.st_mtime_ns, found.st_size)
            if seen != self._seen:
                self._value, self._seen = self._read(read_secret(self.path)), seen
        except (OSError, ValueError) as error:
            if self._value is None:
                raise
            log.warning("keys unreadable, the former stay", file=str(self.path), error=type(error).__name__)
