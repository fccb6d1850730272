"""People sign in by a provider (OpenID Connect): the way there and back, and everything that must not sign in."""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
import time_machine
from joserfc import jwt
from sqlalchemy import select

from services.web.models import SESSION
from shared import clock
from shared.storage.db import Database
from tests import provider as fake
from tests.platform import Platform, running, settings_for
from tests.provider import Answer, Provider, new_key
from tests.service.web.browsing import code, filled, press, shown, stranger

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def there() -> Iterator[Provider]:
    with fake.providing() as provider:
        yield provider


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(there: Provider, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    home = tmp_path_factory.mktemp("sso")
    async with running(settings_for(home / "home", **fake.settings_of(there, home))) as platform:
        await platform.caught_up()
        yield platform


@pytest.fixture(autouse=True)
def honest(there: Provider) -> None:
    there.forget()
    there.keys[:] = [there.keys[-1]]


def somebody(platform: Platform) -> httpx.AsyncClient:
    return stranger(platform, "https://plumbline")


async def leave(browser: httpx.AsyncClient, there: Provider) -> dict[str, str]:
    """Follows *Sign in with ...* as far as the provider; returns what that was asked."""
    answer = await browser.get("/signin/oidc")
    assert answer.status_code == 303, answer.text
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    there.nonce = asked["nonce"]
    return asked


async def come_back(browser: httpx.AsyncClient, asked: dict[str, str], **other: Any) -> httpx.Response:
    said = {"code": "c0de", "state": asked["state"], **other}
    return await browser.get("/signin/callback", params={name: each for name, each in said.items() if each is not None})


async def signed_in(browser: httpx.AsyncClient, there: Provider) -> httpx.Response:
    return await come_back(browser, await leave(browser, there))


async def stays_out(browser: httpx.AsyncClient, answer: httpx.Response, status: int = 401) -> str:
    assert answer.status_code == status, answer.text
    assert "__Host-plumbline-session" not in browser.cookies
    await shown(browser, "/", 401)
    return answer.text


async def kept(platform: Platform, subject: str) -> Any:
    """The one session of a subject."""
    database = Database(platform.settings.database("web"))
    async with database.read() as connection:
        row = (await connection.execute(select(SESSION).where(SESSION.c.subject == subject))).one()
    await database.close()
    return row


async def test_the_page_offers_the_provider_and_codes_work_on(platform: Platform, there: Provider) -> None:
    page = await shown(somebody(platform), "/", 401)
    [link] = page.xpath("//main//a[@href='/signin/oidc']")
    assert link.text_content() == f"Sign in with {urlsplit(there.issuer).netloc}"
    operator = somebody(platform)
    assert (await press(operator, code(platform))).status_code == 303
    await shown(operator, "/")


async def test_the_way_there_is_the_code_flow_with_pkce(platform: Platform, there: Provider) -> None:
    browser = somebody(platform)
    browser.headers["Host"] = "evil.example"
    answer = await browser.get("/signin/oidc")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert answer.headers["location"].startswith(f"{there.issuer}/authorize?")
    assert (
        asked.items()
        >= {
            "response_type": "code",
            "client_id": "plumbline",
            "redirect_uri": "https://plumbline/signin/callback",
            "scope": "openid profile groups",
            "code_challenge_method": "S256",
        }.items()
    )
    [cookie] = answer.headers.get_list("set-cookie")
    name, *attributes = (part.strip() for part in cookie.split(";"))
    assert name.startswith("__Host-plumbline-way=")
    assert {each.lower() for each in attributes} == {"httponly", "max-age=600", "path=/", "samesite=lax", "secure"}
    secret = name.partition("=")[2]
    assert len({secret, asked["state"], asked["nonce"], asked["code_challenge"]}) == 4
    again = await leave(somebody(platform), there)
    assert all(again[each] != asked[each] for each in ("state", "nonce", "code_challenge"))


async def test_who_comes_back_is_signed_in_with_what_their_groups_may_do(platform: Platform, there: Provider) -> None:
    there.claims = {"sub": "Ada <b>", "groups": ["architects", "board", "strangers"]}
    browser = somebody(platform)
    asked = await leave(browser, there)
    answer = await come_back(browser, asked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = await shown(browser, "/")
    assert "signed in as Ada <b>" in page.text_content()
    row = await kept(platform, "Ada <b>")
    assert row.subject == "Ada <b>"
    assert set(row.scopes.split()) == {
        "alignment:read", "catalog:read", "catalog:write", "roles:read", "strategy:approve", "strategy:read",
        "strategy:write",
    }  # fmt: skip
    assert row.ends_at - row.began_at == timedelta(hours=12)
    [form] = [form for path, form, _ in there.asked if path == "/token"]
    verifier = form.pop("code_verifier")
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert challenge == asked["code_challenge"]
    assert form == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": "https://plumbline/signin/callback",
        "client_id": "plumbline",
    }
    assert "__Host-plumbline-way" not in browser.cookies


async def test_a_session_ends_when_the_provider_wants_it_to(platform: Platform, there: Provider) -> None:
    until = int(clock.now().timestamp()) + 900
    there.claims = {"sub": "soon", "session_expiry": until}
    browser = somebody(platform)
    assert (await signed_in(browser, there)).status_code == 303
    assert int((await kept(platform, "soon")).ends_at.timestamp()) == until
    with time_machine.travel(clock.now() + timedelta(seconds=901)):
        await shown(browser, "/", 401)


async def test_whoever_is_in_no_group_is_told_so(platform: Platform, there: Provider) -> None:
    for groups in (["strangers"], [], None, {"readers": 1}, [1, ["readers"]]):
        there.claims = {"groups": groups}
        browser = somebody(platform)
        text = await stays_out(browser, await signed_in(browser, there), 403)
        assert "none of your groups" in text
        assert "ada" in text


async def test_an_answer_works_once_and_in_the_browser_that_began(platform: Platform, there: Provider) -> None:
    browser, other, third = somebody(platform), somebody(platform), somebody(platform)
    asked = await leave(browser, there)
    way = browser.cookies["__Host-plumbline-way"]
    await leave(other, there)
    for stolen in (other, third):
        assert "another browser" in await stays_out(stolen, await come_back(stolen, asked))
    for state in (None, "", "x", asked["state"][:-1], "ä"):
        await stays_out(browser, await come_back(browser, asked, state=state))
    assert "/token" not in there.paths(), "a code was asked for that belongs to another browser"
    there.nonce = asked["nonce"]
    assert (await come_back(browser, asked)).status_code == 303
    copy = somebody(platform)
    copy.cookies.set("__Host-plumbline-way", way)
    assert "has been used" in await stays_out(copy, await come_back(copy, asked))


async def test_the_code_of_another_sign_in_is_not_taken(platform: Platform, there: Provider) -> None:
    """Whoever puts their own code into the answer of somebody else has a token with another nonce."""
    attacker, victim = somebody(platform), somebody(platform)
    theirs = (await leave(attacker, there))["nonce"]
    asked = await leave(victim, there)
    there.nonce = theirs
    await stays_out(victim, await come_back(victim, asked))


async def test_what_another_provider_says_is_not_taken(platform: Platform, there: Provider) -> None:
    browser = somebody(platform)
    asked = await leave(browser, there)
    await stays_out(browser, await come_back(browser, asked, iss="https://evil.example"))
    assert "/token" not in there.paths()
    asked = await leave(browser, there)
    assert (await come_back(browser, asked, iss=there.issuer)).status_code == 303


async def test_what_the_provider_refuses_is_said_and_its_words_are_not(platform: Platform, there: Provider) -> None:
    for odd in ({"error": "access_denied", "code": None}, {"code": None}, {"error": "<script>x"}, {"code": ["a", "b"]}):
        browser = somebody(platform)
        text = await stays_out(browser, await come_back(browser, await leave(browser, there), **odd))
        assert "cannot be used" in text
        assert "script>x" not in text


NOW = 1_800_000_000
WRONG: dict[str, dict[str, Any]] = {
    "of another issuer": {"iss": "https://evil.example"},
    "of the issuer with a slash": {"iss": "{issuer}/"},
    "for another client": {"aud": "other"},
    "for another client too, without azp": {"aud": ["plumbline", "other"]},
    "for another client's azp": {"aud": ["plumbline", "other"], "azp": "other"},
    "with another azp": {"azp": "other"},
    "for nobody": {"aud": []},
    "that has expired": {"exp": NOW - 31},
    "without an end": {"exp": None},
    "with an end that is text": {"exp": "9999999999"},
    "of the future": {"iat": NOW + 60},
    "not yet": {"nbf": NOW + 60},
    "of long ago": {"iat": NOW - 700},
    "without a date": {"iat": None},
    "of another nonce": {"nonce": "other"},
    "without a nonce": {"nonce": None},
    "of nobody": {"sub": None},
    "of an empty subject": {"sub": ""},
    "of a subject of two lines": {"sub": "ada\nbob"},
    "of a subject that is a number": {"sub": 1},
    "of a subject that is too long": {"sub": "a" * 201},
    "of a session that is over": {"session_expiry": NOW - 1},
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_token_is_not_taken(platform: Platform, there: Provider, what: str) -> None:
    browser = somebody(platform)
    with time_machine.travel(clock.now().fromtimestamp(NOW, clock.now().tzinfo), tick=False):
        asked = await leave(browser, there)
        there.claims = {
            name: each.format(issuer=there.issuer) if isinstance(each, str) else each
            for name, each in WRONG[what].items()
        }
        await stays_out(browser, await come_back(browser, asked))


async def test_the_least_that_is_right_is_taken(platform: Platform, there: Provider) -> None:
    """So that what is refused above is refused for what is wrong in it."""
    for claims in (
        {"aud": ["plumbline"]},
        {"aud": ["plumbline", "other"], "azp": "plumbline"},
        {"exp": NOW - 29, "iat": NOW - 600},
        {"iat": NOW + 29, "groups": "readers"},
    ):
        browser = somebody(platform)
        with time_machine.travel(clock.now().fromtimestamp(NOW, clock.now().tzinfo), tick=False):
            asked = await leave(browser, there)
            there.claims = claims
            assert (await come_back(browser, asked)).status_code == 303, claims


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = (json.dumps(each).encode() for each in ({**header, "alg": "none"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in parts), ""])


async def test_a_token_that_is_not_signed_by_the_provider_is_not_taken(platform: Platform, there: Provider) -> None:
    own, strange = there.keys[-1], new_key("first")

    def by_hmac(header: dict[str, Any], claims: dict[str, Any]) -> str:
        """With what everybody knows as if it were a secret."""
        first, second, _ = unsigned(header, claims).split(".")
        first = base64.urlsafe_b64encode(json.dumps({**header, "alg": "HS256"}).encode()).rstrip(b"=").decode()
        made = hmac.new(own.as_pem(private=False), f"{first}.{second}".encode(), sha256).digest()
        return f"{first}.{second}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"

    def altered(header: dict[str, Any], claims: dict[str, Any]) -> str:
        first, _, last = jwt.encode(header, claims, own, algorithms=["ES256"]).split(".")
        return f"{first}.{unsigned(header, {**claims, 'sub': 'root'}).split('.')[1]}.{last}"

    def by(key: Any) -> Any:
        return lambda header, claims: jwt.encode(header, claims, key, algorithms=[header["alg"]])

    ways = {
        "none": unsigned,
        "hmac": by_hmac,
        "altered": altered,
        "key of another": by(strange),
        "text": lambda *_: "no.token.atall",
        "five parts": lambda *_: "a.b.c.d.e",
        "huge": lambda *_: "a" * 40_000,
    }
    for what, sign in ways.items():
        browser = somebody(platform)
        asked = await leave(browser, there)
        there.sign = sign
        answer = await come_back(browser, asked)
        assert answer.status_code == 401, what
        await stays_out(browser, answer)
    there.sign = None
    for header in (
        {"kid": "unknown"},
        {"typ": "at+jwt"},
        {"crit": ["exp"]},
        {"jwk": strange.as_dict(private=False), "kid": "x"},
    ):
        browser = somebody(platform)
        asked = await leave(browser, there)
        there.header = header
        if "crit" in header:
            there.sign = lambda given, claims: unsigned(given, claims)[:-1] + ".AAAA"
        await stays_out(browser, await come_back(browser, asked))
        there.sign = None


async def test_a_provider_that_is_away_is_said_to_be(platform: Platform, there: Provider) -> None:
    for path, answer in (
        ("/token", Answer(b"", 500)),
        ("/token", Answer(b'{"error": "invalid_client"}', 401)),
        ("/token", Answer(b"<html>", 200)),
        ("/token", Answer(b"", 302, {"Location": f"{there.issuer}/elsewhere"})),
        ("/token", Answer(b'{"id_token": "' + b"a" * 2_000_000 + b'"}', 200)),
    ):
        browser = somebody(platform)
        asked = await leave(browser, there)
        there.instead = {path: answer}
        text = await stays_out(browser, await come_back(browser, asked), 503)
        assert "does not answer" in text
        there.instead = {}
    assert "/elsewhere" not in there.paths()
    asked = await leave(browser, there)
    there.instead = {"/token": Answer(b'{"error": "invalid_grant"}', 400)}
    await stays_out(browser, await come_back(browser, asked), 401)


async def test_signing_out_ends_the_session_here_and_asks_for_it_there(platform: Platform, there: Provider) -> None:
    browser = somebody(platform)
    there.claims = {"sub": "leaving"}
    assert (await signed_in(browser, there)).status_code == 303
    token = (await kept(platform, "leaving")).id_token
    copy = somebody(platform)
    copy.cookies.set("__Host-plumbline-session", browser.cookies["__Host-plumbline-session"])
    await shown(copy, "/")
    out = await browser.post("/signout", data=filled(await shown(browser, "/"), "//form[@action='/signout']"))
    assert out.status_code == 200
    seconds, address = out.headers["refresh"].split(";url=")
    assert seconds == "0"
    assert address.partition("?")[0] == f"{there.issuer}/end"
    assert parse_qs(urlsplit(address).query) == {
        "client_id": ["plumbline"],
        "id_token_hint": [token],
        "post_logout_redirect_uri": ["https://plumbline/"],
    }
    await shown(copy, "/", 401)
    assert "__Host-plumbline-session" not in browser.cookies


async def test_nobody_else_signs_a_browser_out(platform: Platform, there: Provider) -> None:
    browser = somebody(platform)
    await signed_in(browser, there)
    assert (await browser.post("/signout", data={"form": "x"})).status_code == 403
    await shown(browser, "/")


async def test_without_an_issuer_there_is_no_such_way(sampled: Platform) -> None:
    nobody = stranger(sampled)
    page = await shown(nobody, "/signin", 401)
    assert not page.xpath("//a[@href='/signin/oidc']")
    assert (await nobody.get("/signin/oidc")).status_code == 401
    assert (await nobody.get("/signin/callback?code=a&state=b")).status_code == 401


async def test_sessions_end_with_the_configuration_by_which_they_began(there: Provider, platform: Platform) -> None:
    browser = somebody(platform)
    await signed_in(browser, there)
    groups = platform.settings.home / "other.yaml"
    groups.write_text("groups: [{group: readers, role: editor}]")
    for other in ({"groups_file": groups}, {"oidc_client_id": "another"}, {"oidc_issuer": f"{there.issuer}/"}):
        settings = platform.settings.model_copy(update=other)
        async with running(settings) as anew:
            again = somebody(anew)
            again.cookies.set("__Host-plumbline-session", browser.cookies["__Host-plumbline-session"])
            await shown(again, "/", 401)
    await shown(browser, "/")
