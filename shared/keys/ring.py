"""The keys of one purpose in one file: the pair that signs now, and the public halves of those that signed before."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shared import clock
from shared.bounded import read_secret
from shared.config import Misconfigured
from shared.keys import files
from shared.keys.jwk import PrivateKey, PublicKey, generate


class RingUnreadable(Misconfigured):
    """A file with a private key is missing or is none; the message says which."""


class Grant(BaseModel):
    """What a key may say in tokens: for which platform, as which issuer, of one subject alone, of so many scopes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    audience: str
    issuer: str
    subject: str | None = None
    scopes: tuple[str, ...] | None = None


class Ring(BaseModel):
    """A ring without a ``grant`` signs no tokens."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    grant: Grant | None = None
    current: PrivateKey
    former: tuple[PublicKey, ...] = ()

    def published(self) -> list[PublicKey]:
        """Every public key of the ring, the newest first."""
        return [self.current.public(), *self.former]

    def rotated(self, now: int, ends: int | None) -> "Ring":
        """With a new pair. What the one before has signed counts until it ``ends``, or from now on not at all. Neither
        do tokens of older ones then: one that was replaced before it was known to have leaked may be the one that has.
        Proofs of older ones stay."""
        if ends is None:
            former = () if self.grant else self.former
        else:
            former = (self.current.public().model_copy(update={"exp": ends}), *self.former)
        return self.model_copy(update={"current": generate(now), "former": former})

    def text(self) -> str:
        return self.model_dump_json(exclude_none=True, indent=2) + "\n"


def make_ring(path: Path, grant: Grant | None = None, former: tuple[PublicKey, ...] = ()) -> bool:
    """A ring with a new pair, readable by its owner alone; an existing one stays. Says whether it was made."""
    if path.exists():
        return False
    return files.create(path, Ring(grant=grant, current=generate(now_seconds()), former=former).text())


def load_ring(path: Path) -> Ring:
    """Raises RingUnreadable."""
    try:
        return Ring.model_validate_json(read_secret(path))
    except (OSError, ValueError) as error:
        raise RingUnreadable(f"{path} has no private key that can be used ({type(error).__name__}).") from None


class KeyFile:
    """A ring that a process signs with; a rotation is noticed while it runs."""

    def __init__(self, path: Path) -> None:
        self._file = files.Watched(path, Ring.model_validate_json)

    def ring(self) -> Ring:
        """Raises RingUnreadable if there never was one."""
        try:
            return self._file.get()
        except (OSError, ValueError) as error:
            name = type(error).__name__
            raise RingUnreadable(f"{self._file.path} has no private key that can be used ({name}).") from None


def now_seconds() -> int:
    return int(clock.now().timestamp())
