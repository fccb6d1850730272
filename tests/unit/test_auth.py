"""Bearer tokens: public keys, one algorithm, and nothing that a token says of itself is believed."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from shared import clock
from shared.config import ISSUER_KEY, SERVICE_KEY, TRUSTED_KEYS
from shared.errors import Forbidden, Unauthorized, Unavailable
from shared.http import auth
from shared.http.auth import Authenticator, Caller
from shared.keys import Ring, TrustedSet, load_ring, load_trusted, make_keys, rotate_key

HOUR = 3600


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_keys(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def ring(folder: Path) -> Ring:
    return load_ring(folder / ISSUER_KEY)


def claims(ring: Ring, **change: Any) -> dict[str, Any]:
    assert ring.grant
    now = int(clock.now().timestamp())
    right = {"iss": "plumbline", "aud": ring.grant.audience, "sub": "somebody", "scope": "roles:read"}
    return {n: v for n, v in ({**right, "iat": now, "exp": now + HOUR} | change).items() if v is not None}


def header(ring: Ring, **change: Any) -> dict[str, Any]:
    right = {"alg": "Ed25519", "kid": ring.current.kid, "typ": "JWT"}
    return {name: value for name, value in (right | change).items() if value is not None}


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(ring: Ring, head: object, body: object) -> str:
    """Signed rightly, whatever it says: by the primitive, as no library would write such a header."""
    text = f"{part(head)}.{part(body)}"
    signature = ring.current.key().get_op_key("sign").sign(text.encode())  # type: ignore[union-attr]
    return f"{text}.{part(signature)}"


def refused(folder: Path, token: str | None, scheme: str = "Bearer ") -> bool:
    try:
        Authenticator(folder / TRUSTED_KEYS).caller(None if token is None else scheme + token)
    except Unauthorized as error:
        return "WWW-Authenticate" in error.headers
    return False


def test_a_minted_token_says_who_and_what(folder: Path) -> None:
    token = auth.mint(folder / ISSUER_KEY, "ä person", ["roles:read", "roles:write"])
    caller = Authenticator(folder / TRUSTED_KEYS).caller(f"Bearer {token}")
    assert caller == Caller("ä person", frozenset({"roles:read", "roles:write"}))


def test_a_token_signed_by_hand_is_what_the_others_differ_from(folder: Path, ring: Ring) -> None:
    assert not refused(folder, signed(ring, header(ring), claims(ring)))


def test_a_caller_may_what_its_scopes_say_and_nothing_else() -> None:
    caller = Caller("x", frozenset({"roles:write"}))
    caller.demand("roles:write")
    for scope in ("roles:read", "roles", "roles:*", "strategy:write", ""):
        with pytest.raises(Forbidden):
            caller.demand(scope)


def test_the_checkers_file_holds_no_secret(folder: Path) -> None:
    text = (folder / TRUSTED_KEYS).read_text()
    for path in (ISSUER_KEY, SERVICE_KEY):
        assert load_ring(folder / path).current.d not in text
    assert all("d" not in key for key in json.loads(text)["keys"])


def test_a_token_ends(folder: Path) -> None:
    token = auth.mint(folder / ISSUER_KEY, "x", hours=1)
    remembering = Authenticator(folder / TRUSTED_KEYS)
    with time_machine.travel(clock.now(), tick=False) as time:
        remembering.caller(f"Bearer {token}")
        time.shift(HOUR + 29)
        remembering.caller(f"Bearer {token}")
        time.shift(2)
        assert refused(folder, token)
        with pytest.raises(Unauthorized):
            remembering.caller(f"Bearer {token}")


def test_no_token_is_minted_that_would_be_refused(folder: Path) -> None:
    for hours in (24.01, 0, -1):
        with pytest.raises(ValueError, match="24 hours"):
            auth.mint(folder / ISSUER_KEY, "x", hours=hours)
    with pytest.raises(ValueError, match="signs no tokens"):
        auth.mint(folder / "strategy" / "proof-key.json", "x")


def test_a_token_of_another_installation_is_refused(folder: Path, tmp_path: Path, ring: Ring) -> None:
    make_keys(tmp_path / "other")
    other = load_ring(tmp_path / "other" / ISSUER_KEY)
    assert refused(folder, auth.mint_with(other, "x"))
    assert refused(folder, signed(other, header(ring), claims(ring))), "under the name of a key that is trusted"
    ours = load_trusted(folder / TRUSTED_KEYS)
    theirs = load_trusted(tmp_path / "other" / TRUSTED_KEYS)
    both = TrustedSet(audience=ours.audience, keys=(*ours.keys, *theirs.keys))
    (folder / TRUSTED_KEYS).write_text(both.text())
    assert refused(folder, auth.mint_with(other, "x")), "its keys are trusted, and the token is for another platform"


def test_a_key_says_no_more_than_it_may(folder: Path) -> None:
    service = load_ring(folder / SERVICE_KEY)
    right = claims(service, iss="plumbline/alignment", sub="alignment", scope="roles:read")
    assert not refused(folder, signed(service, header(service), right))
    for more in (
        {"sub": "anna"},
        {"scope": "roles:read roles:write"},
        {"scope": "alignment:read"},
        {"iss": "plumbline"},
    ):
        assert refused(folder, signed(service, header(service), right | more)), more


LATE = 2**53
WRONG_CLAIMS: list[dict[str, Any]] = [
    {"iss": "other"},
    {"iss": None},
    {"iss": 5},
    {"aud": "other"},
    {"aud": None},
    {"aud": []},
    {"aud": ["other"]},
    {"aud": {"plumbline": 1}},
    {"sub": None},
    {"sub": ""},
    {"sub": 5},
    {"sub": ["x"]},
    {"sub": "a\x00"},
    {"sub": "a\nb"},
    {"sub": "x" * 201},
    {"exp": None},
    {"exp": 1},
    {"exp": "tomorrow"},
    {"exp": True},
    {"exp": LATE},
    {"exp": 10**19},
    {"exp": 10**400},
    {"exp": -(10**400)},
    {"exp": 4102444800},
    {"exp": 4102444800.5},
    {"exp": [4102444800]},
    {"iat": None},
    {"iat": 4102444800},
    {"iat": 0},
    {"iat": 10**400},
    {"iat": "now"},
    {"nbf": 4102444800},
    {"nbf": 10**400},
    {"nbf": "x"},
    {"scope": 5},
    {"scope": ["roles:read"]},
    {"scope": {"roles:read": True}},
    {"scope": "x " * 3000},
    {"more": "x" * 9000},
]


@pytest.mark.parametrize("change", WRONG_CLAIMS, ids=lambda value: str(value)[:40])
def test_claims_that_are_wrong_or_missing(folder: Path, ring: Ring, change: dict[str, Any]) -> None:
    assert refused(folder, signed(ring, header(ring), claims(ring, **change)))


def test_claims_that_nest_or_repeat_are_refused(folder: Path, ring: Ring) -> None:
    text = json.dumps(claims(ring))
    for body in (
        f'{text[:-1]}, "sub": "admin"}}',
        f'{text[:-1]}, "more": {"[" * 40}{"]" * 40}}}',
        f'{text[:-1]}, "more": {"[" * 3000}',
        f'{text[:-1]}, "more": NaN}}',
        f'{text[:-1]}, "more": "\\ud800"}}',
        "[]",
        '"x"',
        "5",
        "null",
        "{",
        "",
    ):
        assert refused(folder, signed(ring, header(ring), body.encode())), body[:60]
    assert refused(folder, signed(ring, header(ring), b"\xff"))


WRONG_HEADERS: list[dict[str, Any]] = [
    {"alg": None},
    {"alg": "none"},
    {"alg": "None"},
    {"alg": "HS256"},
    {"alg": "HS256", "crit": 5},
    {"alg": "EdDSA"},
    {"alg": "ed25519"},
    {"alg": "RS256"},
    {"alg": "ES256"},
    {"alg": "Ed448"},
    {"alg": ""},
    {"alg": 5},
    {"alg": ["Ed25519"]},
    {"alg": {"Ed25519": 1}},
    {"kid": None},
    {"kid": ""},
    {"kid": 5},
    {"kid": ["x"]},
    {"kid": "unknown"},
    {"kid": "../../issuer/token-key.json"},
    {"kid": "x" * 101},
    {"kid": "a\x00"},
    {"typ": None},
    {"typ": "JWS"},
    {"typ": "at+jwt"},
    {"typ": "plumbline-sign-in+jwt"},
    {"typ": 5},
    {"crit": 5},
    {"crit": []},
    {"crit": ["exp"]},
    {"crit": ["b64"], "b64": False},
    {"b64": False},
    {"zip": "DEF"},
    {"jku": "https://example.org/keys"},
    {"x5u": "https://example.org/cert"},
    {"x5c": ["AAAA"]},
    {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}},
    {"enc": "A256GCM"},
    {"cty": "JWT"},
    {"more": {"a": [{"b": 1}]}},
    {"more": 10**400},
]


@pytest.mark.parametrize("change", WRONG_HEADERS, ids=lambda value: str(value)[:40])
def test_headers_that_are_wrong_are_refused_even_when_rightly_signed(
    folder: Path, ring: Ring, change: dict[str, Any]
) -> None:
    assert refused(folder, signed(ring, header(ring, **change), claims(ring)))


def test_headers_that_nest_or_repeat_are_refused(folder: Path, ring: Ring) -> None:
    text = json.dumps(header(ring))
    for raw in (
        f'{text[:-1]}, "alg": "Ed25519"}}',
        f'{text[:-1]}, "more": {"[" * 1500}',
        f'{text[:-1]}, "more": {"[" * 1500}{"]" * 1500}}}',
        "[]",
        '"Ed25519"',
        "null",
        "{" * 5000,
        "",
    ):
        assert refused(folder, signed(ring, raw.encode(), claims(ring))), raw[:60]


def test_no_other_kind_of_key_is_taken_for_the_one_that_is_named(folder: Path, ring: Ring) -> None:
    """Among them the classic: the public key, which everybody knows, as the secret of an HMAC."""
    said = claims(ring)
    public = (folder / TRUSTED_KEYS).read_bytes()
    for secret in (base64.urlsafe_b64decode(ring.current.x + "="), ring.current.x.encode(), public):
        key = OctKey.import_key({"kty": "oct", "k": part(secret)})
        assert refused(folder, jwt.encode(header(ring, alg="HS256"), said, key, algorithms=["HS256"]))
    others: list[tuple[str, Any]] = [("ES256", ECKey.generate_key("P-256")), ("RS256", RSAKey.generate_key(2048))]
    for algorithm, key in others:
        assert refused(folder, jwt.encode(header(ring, alg=algorithm), said, key, algorithms=[algorithm]))


@pytest.mark.parametrize("cut", [0, 1, 40, 85])
def test_a_signature_is_whole(folder: Path, ring: Ring, cut: int) -> None:
    token = signed(ring, header(ring), claims(ring))
    head, _, signature = token.rpartition(".")
    assert refused(folder, f"{head}.{signature[:cut]}")
    assert refused(folder, f"{head}.{part(b'x' * 64)}")


GARBAGE = ["", "x", "a.b", "a.b.c", "a.b.c.d.e", "..", "\x00", "ä.ö.ü", "." * 1000, "a" * 60_000, "....", "=.=.="]


@pytest.mark.parametrize("token", [None, *GARBAGE], ids=lambda value: repr(value)[:40])
def test_garbage_is_refused(folder: Path, token: str | None) -> None:
    assert refused(folder, token)


@pytest.mark.parametrize("scheme", ["Basic ", "", "Bearer", "Token ", " Bearer "])
def test_another_scheme_is_refused(folder: Path, ring: Ring, scheme: str) -> None:
    assert refused(folder, signed(ring, header(ring), claims(ring)), scheme)


def test_the_scheme_has_no_case(folder: Path) -> None:
    token = auth.mint(folder / ISSUER_KEY, "x")
    assert Authenticator(folder / TRUSTED_KEYS).caller(f"bEARER {token}").subject == "x"


def test_what_comes_before_the_signature_costs_no_signature(
    folder: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, and not timed: a header that is wrong is refused before anything is computed."""
    checked: list[str] = []
    verify: Callable[..., Any] = jws.deserialize_compact

    def counted(token: str, *more: Any, **named: Any) -> Any:
        checked.append(token)
        return verify(token, *more, **named)

    monkeypatch.setattr(jws, "deserialize_compact", counted)
    for change in WRONG_HEADERS:
        assert refused(folder, signed(ring, header(ring, **change), claims(ring)))
    assert checked == []
    assert not refused(folder, signed(ring, header(ring), claims(ring)))
    assert len(checked) == 1


class Clock:
    """Seconds that a test moves."""

    def __init__(self, authenticator: Authenticator) -> None:
        self.now = 1000.0
        self.file = authenticator._keys._file
        self.file._monotonic = lambda: self.now
        self.looks = 0
        look = self.file._look

        def counted() -> None:
            self.looks += 1
            look()

        self.file._look = counted  # type: ignore[method-assign]


@pytest.mark.parametrize("name", ["issuer", "alignment"])
def test_a_key_is_rotated_without_a_restart(folder: Path, name: str) -> None:
    path = {"issuer": ISSUER_KEY, "alignment": SERVICE_KEY}[name]
    checker = Authenticator(folder / TRUSTED_KEYS)
    time = Clock(checker)
    old = auth.mint(folder / path, "alignment", ["roles:read"])
    checker.caller(f"Bearer {old}")
    time.now += 2
    rotate_key(folder, name)
    new = auth.mint(folder / path, "alignment", ["roles:read"])
    assert jws.extract_compact(new.encode()).headers()["kid"] != jws.extract_compact(old.encode()).headers()["kid"]
    assert checker.caller(f"Bearer {new}") == checker.caller(f"Bearer {old}")


def test_the_key_before_ends_with_its_longest_token(folder: Path, ring: Ring) -> None:
    with time_machine.travel(clock.now(), tick=False) as time:
        rotate_key(folder, "issuer")
        time.shift(24 * HOUR + 29)
        assert not refused(folder, signed(ring, header(ring), claims(ring)))
        time.shift(2)
        assert refused(folder, signed(ring, header(ring), claims(ring))), "also what is signed with it later"


def test_a_key_that_has_leaked_counts_no_longer(folder: Path) -> None:
    checker = Authenticator(folder / TRUSTED_KEYS)
    time = Clock(checker)
    stolen = load_ring(folder / ISSUER_KEY)
    old = auth.mint_with(stolen, "x")
    checker.caller(f"Bearer {old}")
    rotate_key(folder, "issuer", leaked=True)
    time.now += 11
    for token in (old, auth.mint_with(stolen, "x")):
        with pytest.raises(Unauthorized):
            checker.caller(f"Bearer {token}")
    checker.caller(f"Bearer {auth.mint(folder / ISSUER_KEY, 'x')}")


def test_unknown_keys_make_nobody_read_the_file_again_and_again(folder: Path, ring: Ring) -> None:
    checker = Authenticator(folder / TRUSTED_KEYS)
    time = Clock(checker)
    for number in range(500):
        with pytest.raises(Unauthorized):
            checker.caller(f"Bearer {signed(ring, header(ring, kid=f'k{number}'), claims(ring))}")
    assert time.looks == 1
    time.now += 1
    with pytest.raises(Unauthorized):
        checker.caller(f"Bearer {signed(ring, header(ring, kid='again'), claims(ring))}")
    assert time.looks == 2


def test_the_keys_stay_while_their_file_cannot_be_read(folder: Path) -> None:
    checker = Authenticator(folder / TRUSTED_KEYS)
    time = Clock(checker)
    path, token = folder / TRUSTED_KEYS, auth.mint(folder / ISSUER_KEY, "x")
    right = json.loads(path.read_text())
    checker.caller(f"Bearer {token}")
    twice = json.dumps({**right, "keys": [right["keys"][0], right["keys"][0]]})
    for broken in ("", "{", "[]", '{"audience": "x"}', twice):
        path.write_text(broken)
        time.now += 11
        checker.caller(f"Bearer {token}")
    path.unlink()
    time.now += 11
    checker.caller(f"Bearer {token}")


def test_without_keys_nobody_is_let_in(tmp_path: Path, folder: Path) -> None:
    token = auth.mint(folder / ISSUER_KEY, "x")
    with pytest.raises(Unavailable):
        Authenticator(tmp_path / "none.json").caller(f"Bearer {token}")
    for empty in ("", '{"keys": [], "audience": ""}'):
        (tmp_path / "empty.json").write_text(empty)
        with pytest.raises((Unavailable, Unauthorized)):
            Authenticator(tmp_path / "empty.json").caller(f"Bearer {token}")


def test_what_is_remembered_has_an_end(folder: Path, ring: Ring) -> None:
    checker = Authenticator(folder / TRUSTED_KEYS)
    for number in range(1100):
        checker.caller(f"Bearer {signed(ring, header(ring), claims(ring, sub=f's{number}'))}")
    assert len(checker._known) <= 1000
