"""What a provider says of itself, and of its keys, is taken with suspicion."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from services.web.oidc import provider as asking
from services.web.oidc.client import NotUsable, client_of
from services.web.oidc.provider import Away, Provider
from shared.config import Settings
from tests import provider as fake
from tests.provider import Answer, new_key

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def there() -> Iterator[fake.Provider]:
    with fake.providing() as provider:
        yield provider


@pytest.fixture
async def made(there: fake.Provider, tmp_path: Path) -> AsyncIterator[Callable[..., Provider]]:
    found: list[Provider] = []

    def make(**more: Any) -> Provider:
        client = client_of(Settings(**fake.settings_of(there, tmp_path, **more)))
        assert client
        found.append(Provider(client))
        return found[-1]

    yield make
    for each in found:
        await each.close()


async def redeemed(provider: Provider, there: fake.Provider) -> str:
    there.nonce = "n0nce"
    return (await provider.redeem("c0de", "v" * 43, "n0nce"))[1].sub


async def test_many_at_once_ask_once(made: Any, there: fake.Provider) -> None:
    provider = made()
    await asyncio.gather(*(provider.metadata() for _ in range(20)))
    assert there.paths() == [DISCOVERY]


SAID: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://evil.example"},
    "the issuer with a slash": {"issuer": "{issuer}/"},
    "no issuer": {"issuer": None},
    "no keys": {"jwks_uri": None},
    "keys by http elsewhere": {"jwks_uri": "http://127.0.0.1:1/jwks"},
    "keys in the network": {"jwks_uri": "http://169.254.169.254/latest"},
    "keys in a file": {"jwks_uri": "file:///etc/passwd"},
    "a token endpoint by http": {"token_endpoint": "http://issuer.example/token"},
    "a password in an address": {"token_endpoint": "https://ada:pw@issuer.example/token"},
    "a script to sign in": {"authorization_endpoint": "javascript:alert(1)"},
    "a script to sign out": {"end_session_endpoint": "javascript:alert(1)"},
    "a second header": {"end_session_endpoint": "https://issuer.example/\r\nX: y"},
    "a quote": {"end_session_endpoint": 'https://issuer.example/"'},
    "a fragment": {"authorization_endpoint": "https://issuer.example/#x"},
    "no text": {"token_endpoint": ["https://issuer.example/token"]},
    "PKCE by plain alone": {"code_challenge_methods_supported": ["plain"]},
}


@pytest.mark.parametrize("what", SAID)
async def test_a_provider_is_not_asked_that_says(made: Any, there: fake.Provider, what: str) -> None:
    there.said = {
        name: each.format(issuer=there.issuer) if isinstance(each, str) else each for name, each in SAID[what].items()
    }
    with pytest.raises(Away):
        await made().metadata()
    assert there.paths() == [DISCOVERY]


async def test_endpoints_elsewhere_by_https_are_taken(made: Any, there: fake.Provider) -> None:
    there.said = {"token_endpoint": "https://tokens.example/", "code_challenge_methods_supported": None}
    assert (await made().metadata()).token_endpoint == "https://tokens.example/"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"", 302, {"Location": "/jwks"}),
        Answer(b"", 404),
        Answer(b"<html>"),
        Answer(b"[]"),
        Answer(b'{"issuer": "a", "issuer": "b"}'),
        Answer(b"[" * 100_000),
        Answer(b'{"x": "' + b"a" * (asking.MOST_BYTES + 1) + b'"}'),
        Answer(b"not packed", headers={"Content-Encoding": "gzip"}),
    ],
    ids=lambda answer: f"{answer.status} {answer.body[:8]!r} {len(answer.body)}",
)
async def test_what_is_no_document_is_not_read(made: Any, there: fake.Provider, answer: Answer) -> None:
    there.instead = {DISCOVERY: answer}
    with pytest.raises(Away):
        await made().metadata()
    assert there.paths() == [DISCOVERY]


async def test_an_answer_has_to_come_whole_in_time(
    made: Any, there: fake.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_SECONDS", 0.5)
    there.instead = {DISCOVERY: Answer(b'{"issuer": ' + b" " * 100 + b"1}", pause=0.1)}
    began = time.monotonic()
    with pytest.raises(Away):
        await made().metadata()
    assert time.monotonic() - began < 3


async def test_one_that_is_away_is_not_asked_by_everybody(
    made: Any, there: fake.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.instead = {DISCOVERY: Answer(b"", 500)}
    provider = made()
    tried = await asyncio.gather(*(provider.metadata() for _ in range(20)), return_exceptions=True)
    assert all(isinstance(each, Away) for each in tried)
    assert there.paths() == [DISCOVERY]
    there.instead = {}
    monkeypatch.setattr(asking, "_FAILED_SECONDS", 0)
    assert (await provider.metadata()).issuer == there.issuer


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
async def test_these_algorithms_are_taken(made: Any, there: fake.Provider, alg: str) -> None:
    there.keys[:] = [new_key("k", alg)]
    if alg == "EdDSA":
        with pytest.warns(match="EdDSA is deprecated"):  # of the test, which signs by the older name
            assert await redeemed(made(), there) == "ada"
    else:
        assert await redeemed(made(), there) == "ada"


async def test_a_key_that_is_new_is_looked_for_and_not_too_often(
    made: Any, there: fake.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = made()
    assert await redeemed(provider, there) == "ada"
    there.keys.append(new_key("second"))
    for _ in range(3):
        with pytest.raises(NotUsable, match="none of the provider"):
            await redeemed(provider, there)
    assert there.paths().count("/jwks") == 1
    monkeypatch.setattr(asking, "_URGENT_SECONDS", 0)
    assert await redeemed(provider, there) == "ada"
    assert await redeemed(provider, there) == "ada"
    assert there.paths().count("/jwks") == 2


async def test_a_token_without_a_kid_is_of_the_only_key_that_fits(made: Any, there: fake.Provider) -> None:
    there.header = {"kid": None}
    there.keys.insert(0, new_key("rsa", "RS256"))
    assert await redeemed(made(), there) == "ada"
    there.keys.insert(0, new_key("second"))
    with pytest.raises(NotUsable, match="several keys"):
        await redeemed(made(), there)


async def test_keys_that_are_for_something_else_verify_nothing(made: Any, there: fake.Provider) -> None:
    own = there.keys[0].as_dict(private=False)
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "first", "alg": "HS256"}
    for other in (
        {**own, "use": "enc"},
        {**own, "alg": "ES384"},
        {**own, "kid": "another"},
        {**own, "d": "leaked"},
        {**own, "crv": "P-384"},
        {**own, "x": "AAAA"},
        {**own, "x": 1},
        secret,
    ):
        there.published = [other]
        with pytest.raises(NotUsable):
            await redeemed(made(), there)
    there.published = [secret, {"kty": "strange", "kid": "first"}, own]
    assert await redeemed(made(), there) == "ada"


async def test_a_short_key_of_rsa_is_not_taken(made: Any, there: fake.Provider) -> None:
    with pytest.warns():  # of the test, which makes one
        there.keys[:] = [RSAKey.generate_key(1024, {"kid": "short", "alg": "RS256"})]
    with pytest.raises(NotUsable, match="cannot be used"):
        await redeemed(made(), there)


async def test_the_secret_goes_where_the_provider_wants_it(made: Any, there: fake.Provider, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("a secret: 100%\n")
    await redeemed(made(oidc_client_secret_file=file), there)
    there.said = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await redeemed(made(oidc_client_secret_file=file), there)
    first, second = [(form, headers) for path, form, headers in there.asked if path == "/token"]
    assert first[1]["Authorization"] == "Basic cGx1bWJsaW5lOmErc2VjcmV0JTNBKzEwMCUyNQ=="  # plumbline:a+secret%3A+100%25
    assert "client_secret" not in first[0]
    assert "Authorization" not in second[1]
    assert second[0].items() >= {"client_id": "plumbline", "client_secret": "a secret: 100%"}.items()
