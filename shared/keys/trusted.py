"""The public keys that tokens are checked with: a JSON Web Key Set (RFC 7517), and what each of its keys may say."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from shared.bounded import read_secret
from shared.keys import files
from shared.keys.jwk import PublicKey
from shared.keys.ring import Grant
from shared.scopes import broad


class TokenKey(PublicKey):
    """``iss`` is the issuer that signs with it; ``sub`` and ``scope``, where they are, the most that it may claim."""

    iss: str
    sub: str | None = None
    scope: str | None = None

    @classmethod
    def of(cls, key: PublicKey, grant: Grant) -> "TokenKey":
        scope = None if grant.scopes is None else " ".join(grant.scopes)
        return cls(**key.model_dump(), iss=grant.issuer, sub=grant.subject, scope=scope)

    def covers(self, issuer: str, subject: str, scopes: Iterable[str]) -> bool:
        if issuer != self.iss or self.sub not in (None, subject):
            return False
        return self.scope is None or {broad(scope) for scope in scopes} <= set(self.scope.split())


class TrustedSet(BaseModel):
    """``audience`` is the platform that all its tokens are for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    audience: str
    keys: tuple[TokenKey, ...]

    @model_validator(mode="after")
    def _distinct(self) -> "TrustedSet":
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise ValueError("two keys have the same kid")
        return self

    def text(self) -> str:
        return self.model_dump_json(exclude_none=True, indent=2) + "\n"


class TrustedKeys:
    """The set in a file, as it is now: keys are added and taken away while a process runs."""

    def __init__(self, path: Path) -> None:
        self._file = files.Watched(path, TrustedSet.model_validate_json)

    def current(self) -> TrustedSet:
        """Raises OSError or ValueError if there never was a set."""
        return self._file.get()

    def find(self, kid: str) -> TokenKey | None:
        """The key of this name; one that is not known is looked for anew, but not more than once a second."""
        return _named(self._file.get(), kid) or _named(self._file.get(urgent=True), kid)


def _named(keys: TrustedSet, kid: str) -> TokenKey | None:
    return next((key for key in keys.keys if key.kid == kid), None)


def load_trusted(path: Path) -> TrustedSet:
    """Raises OSError or ValueError."""
    return TrustedSet.model_validate_json(read_secret(path))
