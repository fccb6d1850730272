"""All keys of an installation in one folder: a subfolder for each holder, so that each can be handed its own alone."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from shared.config import ISSUER_KEY, PROOF_KEY, SERVICE_KEY, TRUSTED_KEYS, WEB_KEY
from shared.contracts.owners import OWNERS
from shared.keys import files
from shared.keys.former import derived_proof_key
from shared.keys.ring import Grant, Ring, load_ring, make_ring, now_seconds
from shared.keys.trusted import TokenKey, TrustedSet, load_trusted
from shared.scopes import METRICS, PEOPLE

LONGEST_TOKEN_SECONDS = 24 * 3600
_GRACE_SECONDS = 300  # clocks differ


@dataclass(frozen=True)
class Purpose:
    """What a private key is for. One with an ``issuer`` signs tokens, at most of this subject and with these scopes."""

    path: Path
    issuer: str | None = None
    subject: str | None = None
    scopes: tuple[str, ...] | None = None

    def grant(self, audience: str) -> Grant | None:
        if self.issuer is None:
            return None
        return Grant(audience=audience, issuer=self.issuer, subject=self.subject, scopes=self.scopes)


_UNNOTICED_SECONDS = 60
"""A service that runs signs with the former pair until it looks again."""
PURPOSES = {
    "issuer": Purpose(ISSUER_KEY, "plumbline"),
    "alignment": Purpose(SERVICE_KEY, "plumbline/alignment", "alignment", tuple(f"{s}:read" for s in OWNERS)),
    "metrics": Purpose(Path("metrics", "token-key.json"), "plumbline/metrics", "prometheus", METRICS),
    "web": Purpose(WEB_KEY, "plumbline/web", scopes=PEOPLE),
    "proof": Purpose(PROOF_KEY),
}
"""By the name that ``plumbline keys --rotate`` has for it."""


def make_keys(folder: Path, former: Path | None = None) -> list[Path]:
    """Make the keys that are missing; existing ones stay. Returns the files that were made.

    ``former`` is the key file of a release before 0.2: the proofs that it signed stay checkable, as derived.
    """
    derived = former and derived_proof_key(former, now_seconds())
    made = []
    for purpose in PURPOSES.values():
        before = (derived,) if derived and purpose.issuer is None else ()
        # asked each time: of two that begin at once, whoever writes the first ring names the installation
        if make_ring(folder / purpose.path, purpose.grant(_audience(folder)), before):
            made.append(folder / purpose.path)
    _publish(folder, _audience(folder))
    return made


def rotate_key(folder: Path, name: str, *, leaked: bool = False) -> Ring:
    """Sign with a new pair from now on. Tokens of those before count until they end, or no longer if one has leaked.

    Raises RingUnreadable. The public half is there before the private one, so that no token comes too early.
    """
    purpose, now = PURPOSES[name], now_seconds()
    overlap = LONGEST_TOKEN_SECONDS if purpose.issuer else _UNNOTICED_SECONDS
    ring = load_ring(folder / purpose.path).rotated(now, None if leaked else now + overlap)
    if ring.grant:
        _publish(folder, ring.grant.audience, {purpose.path: ring})
    files.replace(folder / purpose.path, ring.text())
    return ring


def _audience(folder: Path) -> str:
    """The name of this installation; a new one has one by chance, so that no other takes its tokens."""
    if (folder / TRUSTED_KEYS).exists():
        return load_trusted(folder / TRUSTED_KEYS).audience
    for purpose in PURPOSES.values():
        if (folder / purpose.path).exists() and (grant := load_ring(folder / purpose.path).grant):
            return grant.audience
    return f"plumbline:{secrets.token_hex(8)}"


def _publish(folder: Path, audience: str, changed: dict[Path, Ring] | None = None) -> None:
    """The public halves of the rings here, with the keys of other issuers that an operator has added."""
    paths = [purpose.path for purpose in PURPOSES.values() if purpose.issuer and (folder / purpose.path).exists()]
    rings = [(changed or {}).get(path) or load_ring(folder / path) for path in paths]
    earliest = now_seconds() - _GRACE_SECONDS
    ours = [
        TokenKey.of(key, ring.grant)
        for ring in rings
        if ring.grant
        for key in ring.published()
        if not key.ended(earliest)
    ]
    path, issuers = folder / TRUSTED_KEYS, {key.iss for key in ours}
    there = load_trusted(path) if path.exists() else None
    others = [key for key in there.keys if key.iss not in issuers] if there else []
    wanted = TrustedSet(audience=audience, keys=(*ours, *others))
    if wanted != there:
        files.replace(path, wanted.text(), 0o644)
