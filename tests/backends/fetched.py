"""Programs of others that are fetched once and kept, since they are large."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from tests.backends.server import Missing

_CACHE = Path(os.environ.get("PLUMBLINE_TEST_CACHE") or Path(__file__).parents[2] / ".cache")
_UV = Path(__file__).parents[2] / ".uv" / "bin" / "uv"


def program(name: str) -> str:
    """Where it is; raises Missing."""
    found = shutil.which(name)
    if found is None:
        raise Missing(f"there is no {name}")
    return found


def jars(name: str, pom: Path) -> Path:
    """A directory with all that a POM asks for. Raises Missing."""

    def fetch(folder: Path) -> list[str]:
        copy = ["dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
        return [program("mvn"), "-B", "-q", "-f", str(pom), *copy]

    return kept(name, fetch)


def modules_of(name: str, source: Path) -> Path:
    """A directory of modules: those that ``source`` locks in its ``package-lock.json``. Raises Missing."""

    def fetch(folder: Path) -> list[str]:
        for file in ("package.json", "package-lock.json"):
            (folder / file).write_text((source / file).read_text())
        return [program("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]

    return kept(f"{name}-{_digest(source / 'package-lock.json')}", fetch) / "node_modules"


def packages_of(name: str, lock: Path) -> Path:
    """A directory of Python packages: those of a file in ``requirements/``. Raises Missing."""

    def fetch(folder: Path) -> list[str]:
        install = ["pip", "install", "--quiet", "--python", sys.executable, "--require-hashes", "-r", str(lock)]
        return [str(_UV) if _UV.exists() else program("uv"), *install, "--target", str(folder)]

    return kept(f"{name}-{sys.version_info.major}.{sys.version_info.minor}-{_digest(lock)}", fetch)


def _digest(lock: Path) -> str:
    """Of what a lock says, so that what was fetched by another one is not taken for it."""
    return f"{crc32(lock.read_bytes()):08x}"


def kept(name: str, fetch: Callable[[Path], Sequence[str]]) -> Path:
    """A directory that a command fills; whoever comes first moves it into place as a whole. Raises Missing."""
    folder = _CACHE / name
    if not folder.is_dir():
        fetched = folder.with_name(f"{name}.{os.getpid()}")
        fetched.mkdir(parents=True)
        try:
            _run(fetch(fetched), fetched)
            with suppress(OSError):  # another run was first
                fetched.rename(folder)
        finally:
            shutil.rmtree(fetched, ignore_errors=True)
    return folder


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder)
    except subprocess.CalledProcessError as error:
        raise Missing(f"{folder.name} could not be fetched: {error.output[-300:]}") from error
