"""Bearer tokens: one key, one algorithm, and nothing that a token says of itself is believed."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey

from shared import auth, clock
from shared.auth import AUDIENCE, Authenticator, Caller
from shared.errors import Forbidden, Unauthorized

CLAIMS: dict[str, Any] = {"iss": AUDIENCE, "aud": AUDIENCE, "sub": "somebody", "scope": "roles:read", "exp": 4102444800}


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "key.json"
    auth.make_key(path)
    return path


@pytest.fixture
def key(key_file: Path) -> OctKey:
    return OctKey.import_key(json.loads(key_file.read_text()))


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def refused(key_file: Path, authorization: str | None) -> bool:
    try:
        Authenticator(key_file).caller(authorization)
    except Unauthorized as error:
        return "WWW-Authenticate" in error.headers
    return False


def test_a_minted_token_says_who_and_what(key_file: Path) -> None:
    token = auth.mint(key_file, "ä person", ["roles:read", "roles:write"])
    caller = Authenticator(key_file).caller(f"Bearer {token}")
    assert caller == Caller("ä person", frozenset({"roles:read", "roles:write"}))


def test_a_caller_may_what_its_scopes_say_and_nothing_else() -> None:
    caller = Caller("x", frozenset({"roles:write"}))
    caller.demand("roles:write")
    for scope in ("roles:read", "roles", "roles:*", "strategy:write", ""):
        with pytest.raises(Forbidden):
            caller.demand(scope)


def test_the_key_is_for_its_owner_alone_and_stays(key_file: Path) -> None:
    before = key_file.read_text()
    auth.make_key(key_file)
    assert key_file.read_text() == before
    assert key_file.stat().st_mode & 0o077 == 0


def test_a_token_ends(key_file: Path) -> None:
    token = auth.mint(key_file, "x", hours=1)
    remembering = Authenticator(key_file)
    with time_machine.travel(clock.now(), tick=False) as time:
        remembering.caller(f"Bearer {token}")
        time.shift(3600 + 29)
        remembering.caller(f"Bearer {token}")
        time.shift(2)
        assert refused(key_file, f"Bearer {token}")
        with pytest.raises(Unauthorized):
            remembering.caller(f"Bearer {token}")


def test_a_token_of_another_key_is_refused(key_file: Path, tmp_path: Path) -> None:
    auth.make_key(tmp_path / "other.json")
    assert refused(key_file, f"Bearer {auth.mint(tmp_path / 'other.json', 'x')}")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "other"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"aud": []},
        {"sub": None},
        {"exp": None},
        {"exp": 1},
        {"exp": "tomorrow"},
        {"exp": True},
        {"sub": ""},
        {"sub": 5},
        {"sub": "a\x00"},
        {"sub": "x" * 201},
        {"nbf": 4102444800},
    ],
    ids=str,
)
def test_claims_that_are_wrong_or_missing(key_file: Path, key: OctKey, change: dict[str, Any]) -> None:
    claims = {name: value for name, value in (CLAIMS | change).items() if value is not None}
    assert refused(key_file, f"Bearer {jwt.encode({'alg': 'HS256'}, claims, key)}")


@pytest.mark.parametrize("scope", [None, "", 5, ["roles:read"]])
def test_strange_scopes_allow_nothing(key_file: Path, key: OctKey, scope: object) -> None:
    claims = CLAIMS | {"scope": scope}
    caller = Authenticator(key_file).caller(f"Bearer {jwt.encode({'alg': 'HS256'}, claims, key)}")
    assert not caller.may("roles:read")


@pytest.mark.parametrize("algorithm", ["none", "None", "HS512", "ES256", "", None, 5, ["HS256"]])
def test_the_algorithm_is_never_the_tokens_choice(key_file: Path, algorithm: object) -> None:
    for signature in ("", part(b"x" * 32)):
        assert refused(key_file, f"Bearer {part({'alg': algorithm})}.{part(CLAIMS)}.{signature}")


def test_right_signatures_by_another_algorithm_are_refused(key_file: Path, key: OctKey) -> None:
    plain = OctKey.import_key({"kty": "oct", "k": key.as_dict(private=True)["k"]})
    assert refused(key_file, f"Bearer {jwt.encode({'alg': 'HS512'}, CLAIMS, plain, algorithms=['HS512'])}")
    curve = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "jwk": curve.as_dict(private=False)}
    assert refused(key_file, f"Bearer {jwt.encode(header, CLAIMS, curve, algorithms=['ES256'])}")


GARBAGE = [
    None,
    "",
    "Bearer",
    "Bearer ",
    "Basic dXNlcjpwYXNz",
    "x",
    "Bearer x",
    "Bearer a.b",
    "Bearer a.b.c",
    "Bearer a.b.c.d.e",
    "Bearer ..",
    "Bearer \x00",
    "Bearer ä.ö.ü",
    "Bearer " + "." * 1000,
    "Bearer " + "a" * 60_000,
    f"Bearer {part([])}.{part({})}.x",
    f"Bearer {part('HS256')}.{part({})}.x",
    f"Bearer {part(None)}.{part({})}.x",
    f"Bearer {part(b'[' * 20_000)}.{part({})}.x",
    f"Bearer {part(b'{' + b'x' * 9)}.{part({})}.x",
    f"Bearer {part({'alg': 'HS256', 'crit': ['x']})}.{part(CLAIMS)}.x",
    f"Bearer {part({'alg': 'HS256', 'b64': False, 'crit': ['b64']})}.{part(CLAIMS)}.x",
    f"Bearer {part({'alg': 'HS256', 'zip': 'DEF'})}.{part(CLAIMS)}.x",
    f"Bearer {part({'alg': 'HS256', 'kid': '../../key.json'})}.{part(CLAIMS)}.x",
]


@pytest.mark.parametrize("authorization", GARBAGE, ids=lambda value: repr(value)[:40])
def test_garbage_is_refused(key_file: Path, authorization: str | None) -> None:
    assert refused(key_file, authorization)


@pytest.mark.parametrize(
    "payload", [[], "x", 5, None, b"{", b"[" * 20_000, b"\xff"], ids=lambda value: repr(value)[:20]
)
def test_claims_are_an_object_even_when_they_are_signed(key_file: Path, key: OctKey, payload: object) -> None:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    assert refused(key_file, f"Bearer {jws.serialize_compact({'alg': 'HS256'}, raw, key)}")


def test_the_scheme_has_no_case(key_file: Path) -> None:
    assert Authenticator(key_file).caller(f"bEARER {auth.mint(key_file, 'x')}").subject == "x"
