"""A provider of sign-ins that says whatever a test wants, at an address of this machine."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, OKPKey, RSAKey

CLIENT = "plumbline"
GROUPS = """groups:
- {group: readers, role: viewer}
- {group: architects, role: editor, services: [strategy, catalog]}
- {group: board, role: approver, services: [strategy]}
"""
Key = OKPKey | ECKey | RSAKey


def new_key(kid: str = "first", alg: str = "ES256") -> Key:
    parameters: KeyParameters = {"kid": kid, "use": "sig", "alg": alg}
    if alg in ("RS256", "PS256"):
        return RSAKey.generate_key(2048, parameters)
    return ECKey.generate_key("P-256", parameters) if alg == "ES256" else OKPKey.generate_key("Ed25519", parameters)


@dataclass
class Answer:
    """What is sent, in so many pieces with a pause before each."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0


@dataclass
class Provider:
    """``said`` replaces members of the discovery document, ``claims`` those of the next tokens; a member that is None
    is left out. ``instead`` has whole answers by their path."""

    issuer: str
    keys: list[Key] = field(default_factory=lambda: [new_key()])
    said: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    instead: dict[str, Answer] = field(default_factory=dict)
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    published: list[dict[str, Any]] | None = None
    nonce: str = ""
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    """Path, form and headers of each request."""

    def forget(self) -> None:
        """Honest again."""
        self.said, self.claims, self.header, self.instead, self.sign, self.published = {}, {}, {}, {}, None, None
        self.asked.clear()

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def answer(self, path: str) -> Answer:
        if path in self.instead:
            return self.instead[path]
        known = {"/.well-known/openid-configuration": self._document, "/jwks": self._keys, "/token": self._token}
        return Answer(json.dumps(known[path]()).encode()) if path in known else Answer(b"", 404)

    def _document(self) -> dict[str, Any]:
        about = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/end",
            "scopes_supported": ["openid", "profile", "groups"],
            "code_challenge_methods_supported": ["S256"],
        }
        return _without_none(about | self.said)

    def _keys(self) -> dict[str, Any]:
        return {"keys": self.published or [key.as_dict(private=False) for key in self.keys]}

    def _token(self) -> dict[str, Any]:
        return {"access_token": "of-no-use", "token_type": "Bearer", "id_token": self.token()}

    def token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "ada", "aud": CLIENT, "nonce": self.nonce, "iat": now, "exp": now + 300}
        claims = _without_none(claims | {"groups": ["readers"]} | self.claims)
        key = self.keys[-1]
        header = _without_none({"alg": key.get("alg"), "kid": key.kid} | self.header)
        if self.sign:
            return self.sign(header, claims)
        return jwt.encode(header, claims, key, algorithms=[str(header["alg"])])


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._serve({name: values[-1] for name, values in parse_qs(raw).items()})

    def _serve(self, form: dict[str, str]) -> None:
        path = urlsplit(self.path).path
        self.provider.asked.append((path, form, dict(self.headers)))
        answer = self.provider.answer(path)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for piece in (
                [answer.body] if not answer.pause else [answer.body[n : n + 1] for n in range(len(answer.body))]
            ):
                time.sleep(answer.pause)
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:
            pass  # who asked has had enough

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def providing() -> Iterator[Provider]:
    """Until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = type("Handler", (_Handler,), {"provider": provider})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settings_of(provider: Provider, folder: Path, **more: Any) -> dict[str, Any]:
    """The settings of a platform whose people sign in there."""
    groups = folder / "groups.yaml"
    groups.write_text(GROUPS)
    given = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "public_url": "https://plumbline"}
    return {**given, "groups_file": groups, **more}
