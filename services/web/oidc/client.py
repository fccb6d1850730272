"""What the page is at a provider, by its settings. Nothing of it comes from a request: no Host header has a say."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx

from services.web.oidc.groups import Groups, read_groups
from shared.bounded import read_secret
from shared.config import Misconfigured, Settings
from shared.http.auth import Caller

CALLBACK = "/signin/callback"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NEEDS_ISSUER = ("oidc_client_id", "oidc_client_secret_file", "groups_file")
_NEEDED = ("oidc_client_id", "public_url", "groups_file")
_LONGEST_SUBJECT = 200


class NotUsable(Exception):
    """What came back signs nobody in. The text is for the log: it quotes nothing that was received."""


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port. Raises ValueError for what is no address to ask: https, or http on this machine, with a
    host and without user, password and fragment."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        raise ValueError("is no address") from None
    is_plain = parsed.scheme == "http" and parsed.host in _LOOPBACK
    if not parsed.host or not (parsed.scheme == "https" or is_plain):
        raise ValueError("must begin with https://, or with http:// where it is this machine")
    if parsed.userinfo or parsed.fragment or not re.fullmatch(r"[!#-~]+", url):
        raise ValueError("must have no user, password or fragment, and nothing that an address writes in another way")
    return parsed.scheme, parsed.host, parsed.port


@dataclass(frozen=True)
class Client:
    """``public_url`` ends without a slash."""

    issuer: str
    id: str
    secret: str | None = field(repr=False)
    public_url: str
    subject_claim: str
    groups_claim: str
    groups: Groups

    @property
    def host(self) -> str:
        """Of the issuer, as people know it."""
        return httpx.URL(self.issuer).netloc.decode("ascii")

    @property
    def redirect_uri(self) -> str:
        return self.public_url + CALLBACK

    @property
    def mark(self) -> str:
        """Of all that decides whom it signs in and what they may do: sessions of another one have ended."""
        said = (self.issuer, self.id, self.subject_claim, self.groups_claim, self.groups.model_dump_json())
        return f"oidc:{sha256(repr(said).encode()).hexdigest()[:32]}"

    def caller(self, claims: dict[str, Any]) -> Caller:
        """Who signs in, with what their groups may do, which may be nothing. Raises NotUsable."""
        subject = claims.get(self.subject_claim)
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
            raise NotUsable(f"the claim {self.subject_claim} is no subject")
        if self.subject_claim == "email" and claims.get("email_verified") is not True:
            raise NotUsable("the provider has not verified the address of email")
        said = claims.get(self.groups_claim)
        member_of = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        return Caller(subject, self.groups.scopes({each for each in member_of if isinstance(each, str)}))


def client_of(settings: Settings) -> Client | None:
    """None where no issuer is set. Raises Misconfigured, which names the setting."""
    if not settings.oidc_issuer:
        if odd := next((name for name in _NEEDS_ISSUER if getattr(settings, name)), None):
            raise Misconfigured(f"{_variable(odd)} needs PLUMBLINE_OIDC_ISSUER")
        return None
    if missing := [_variable(name) for name in _NEEDED if not getattr(settings, name)]:
        raise Misconfigured(f"PLUMBLINE_OIDC_ISSUER needs {', '.join(missing)}")
    for name in ("oidc_issuer", "public_url"):
        _check_address(name, getattr(settings, name))
    assert settings.groups_file is not None
    return Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        _secret(settings),
        settings.public_url.rstrip("/"),
        settings.oidc_subject_claim,
        settings.oidc_groups_claim,
        read_groups(settings.groups_file),
    )


def _check_address(name: str, url: str) -> None:
    try:
        origin(url)
        if "?" in url or (name == "public_url" and httpx.URL(url).path != "/"):
            raise ValueError("must have no query" if "?" in url else "must have no path: the page is at the root")
    except ValueError as error:
        raise Misconfigured(f"{_variable(name)} {error}, such as https://plumbline.example") from None


def _secret(settings: Settings) -> str | None:
    if (path := settings.oidc_client_secret_file) is None:
        return None
    try:
        secret = read_secret(path).decode().strip()
    except (OSError, ValueError) as error:
        raise Misconfigured(f"PLUMBLINE_OIDC_CLIENT_SECRET_FILE: {path} cannot be read: {error}") from None
    if not secret:
        raise Misconfigured(f"PLUMBLINE_OIDC_CLIENT_SECRET_FILE: there is no secret in {path}")
    return secret


def _variable(name: str) -> str:
    return f"PLUMBLINE_{name.upper()}"
