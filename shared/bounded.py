"""Files of nobody knows whom: no more is read of them than may be in them."""

from pathlib import Path

_LARGEST_SECRET = 1024 * 1024
"""A ring keeps the public half of every key that it ever had; it is far smaller."""


def read_bounded(path: Path, most: int) -> bytes:
    """The content of a file. Raises ValueError for a larger one, without having read it whole, and OSError."""
    with path.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ValueError(f"is larger than {_readable(most)}")
    return content


def read_secret(path: Path) -> bytes:
    """A file with keys or a password. Raises ValueError for one that is larger than any of these, and OSError."""
    return read_bounded(path, _LARGEST_SECRET)


def _readable(number: int) -> str:
    size, unit = (number // 1024**2, "MiB") if number >= 1024**2 else (number // 1024, "KiB")
    return f"{size} {unit}" if size else f"{number} bytes"
