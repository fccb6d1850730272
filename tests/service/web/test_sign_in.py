"""Who sees the page: whoever spends a code, once; from then on a session that the server keeps, and ends."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

import pytest
import pytest_asyncio
import time_machine
from joserfc import jwt
from sqlalchemy import select, text

from services.web.models import SESSION, SPENT_CODE
from shared import clock
from shared.http.auth import mint
from shared.http.sign_in import mint_code
from shared.keys import files, load_ring, make_keys, rotate_key
from shared.storage.db import Database
from tests.platform import Platform, running, settings_for
from tests.service.web.browsing import code, filled, offered, press, shown, stranger, visitor
from tests.traces import recorded_lines

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path_factory.mktemp("access"))) as platform:
        await platform.caught_up()
        yield platform


async def test_without_a_session_nothing_is_shown(platform: Platform) -> None:
    nobody = stranger(platform)
    for path in ("/", "/findings", "/cascade", "/search?q=water", "/signin", "/signin?code=nonsense"):
        page = await shown(nobody, path, 401)
        assert page.findtext(".//h1") == "Sign in"
        assert not page.xpath("//form[@method='post']")


async def test_whoever_signs_in_is_led_to_where_they_wanted_to_go(platform: Platform) -> None:
    browser = stranger(platform)
    await shown(browser, "/findings?rule=V04&q=a%20b", 401)
    await browser.get("/score", headers={"Sec-Fetch-Mode": "cors"})  # asked for by a page, and not by anybody
    answer = await press(browser, code(platform))
    assert (answer.status_code, answer.headers["location"]) == (303, "/findings?rule=V04&q=a%20b")
    assert (await press(browser, code(platform))).headers["location"] == "/", "once"
    for elsewhere in ("//evil.example/", "/\\evil.example", "https://evil.example/", ""):
        browser.cookies.set("plumbline_back", quote(elsewhere, safe=""), "plumbline.local")
        assert (await press(browser, code(platform))).headers["location"] == "/", elsewhere
    long = stranger(platform)
    await shown(long, f"/nonsense?q={'x' * 2000}", 401)
    assert "plumbline_back" not in long.cookies


async def test_whoever_sends_a_form_after_their_session_is_led_back_to_it(platform: Platform) -> None:
    page, form = "/scenarios/new?what=service%2Fa%20b&said=saved&wait_for=x", {"form": "of a session that has ended"}
    for site, led in (
        ("http://plumbline", "/scenarios/new?what=service%2Fa+b"),
        ("https://evil.example", "/scenarios/new?what=service%2Fa+b"),  # to a page of ours
        (None, "/scenarios"),
        ("http://[", "/scenarios"),
    ):
        browser = stranger(platform)
        headers = {"Referer": f"{site}{page}"} if site else {}
        assert (await browser.post("/scenarios", data=form, headers=headers)).status_code == 401
        assert (await press(browser, code(platform))).headers["location"] == led, site
    browser = stranger(platform)
    await browser.post("/scenarios", data=form, headers={"Referer": "https://evil.example//other.example/"})
    assert (await press(browser, code(platform))).headers["location"] == "/"
    policy = (await browser.get("/scenarios")).headers["referrer-policy"]
    assert policy == "same-origin", "or no page would be known"


async def test_a_token_does_not_open_the_page_nor_a_code_the_api(platform: Platform) -> None:
    token, asked = platform.token("reader", "alignment:read"), code(platform)
    nobody = stranger(platform)
    for path in (f"/?token={token}", f"/signin?code={token}"):
        await shown(nobody, path, 401)
    for name in ("plumbline_token", "plumbline_session"):
        nobody.cookies.set(name, token)
    await shown(nobody, "/", 401)
    answer = await platform.http.get("/alignment/v1/score", headers={"Authorization": f"Bearer {asked}"})
    assert answer.status_code == 401


async def test_a_link_that_is_looked_at_spends_nothing_and_the_button_does(platform: Platform) -> None:
    asked = code(platform, subject="Ada <b>")
    for _ in range(3):
        page = await shown(stranger(platform), f"/signin?code={asked}")
        assert "Ada <b>" in page.text_content()
    browser = stranger(platform)
    answer = await press(browser, asked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await browser.get("/")).status_code == 200
    again = await shown(stranger(platform), f"/signin?code={asked}", 401)
    assert "has been used" in again.text_content()


async def test_a_code_ends_after_ten_minutes(platform: Platform) -> None:
    asked, browser = code(platform), stranger(platform)
    with time_machine.travel(clock.now() + timedelta(seconds=600 + 29)):
        given = await offered(browser, asked)
        assert given["code"] == asked
    with time_machine.travel(clock.now() + timedelta(seconds=600 + 31)):
        await shown(browser, f"/signin?code={asked}", 401)
        assert (await browser.post("/signin", data=given)).status_code == 401


async def test_the_cookie_is_for_this_site_and_no_script(platform: Platform) -> None:
    answer = await press(stranger(platform), code(platform))
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith("plumbline_session=")]
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"httponly", "path=/", "samesite=lax"}


def are_for_tls(cookies: list[str]) -> bool:
    wanted = {"secure", "httponly", "path=/"}
    for cookie in cookies:
        said = {part.strip().lower() for part in cookie.split(";")[1:]}
        if not cookie.startswith("__Host-plumbline-") or not wanted <= said or "domain" in cookie.lower():
            return False
    return bool(cookies)


async def test_behind_tls_the_cookie_is_for_tls_alone(platform: Platform) -> None:
    browser = stranger(platform, "https://plumbline")
    answer = await press(browser, code(platform))
    assert are_for_tls(answer.headers.get_list("set-cookie"))
    assert (await browser.get("/")).status_code == 200
    secret = browser.cookies["__Host-plumbline-session"]
    wrong = stranger(platform, "https://plumbline")
    wrong.cookies.set("plumbline_session", secret)
    await shown(wrong, "/", 401)


async def test_the_gateway_says_that_there_is_tls_before_it(platform: Platform) -> None:
    address = f"/signin?code={code(platform)}"
    for said, is_secure in (
        ("https", True),
        ("https, http", True),
        ("http", False),
        ("http, https", False),
        ("", False),
    ):
        answer = await stranger(platform, **{"X-Forwarded-Proto": said}).get(address)
        assert are_for_tls(answer.headers.get_list("set-cookie")) == is_secure, said


async def test_what_the_browser_holds_is_random_and_in_no_table(platform: Platform) -> None:
    first, second = await visitor(platform), await visitor(platform)
    held = [browser.cookies["plumbline_session"] for browser in (first, second)]
    assert len(set(held)) == 2
    assert all(re.fullmatch(r"[\w-]{43}", each) for each in held)
    database = Database(platform.settings.database("web"))
    async with database.read() as connection:
        rows = [str(row) for row in (await connection.execute(select(SESSION))).all()]
    await database.close()
    assert not any(each in row for each in held for row in rows)
    assert any("reader" in row and "alignment:read" in row for row in rows)


async def test_a_session_may_read_and_what_it_was_given(platform: Platform) -> None:
    await visitor(platform, "strategy:approve")
    await visitor(platform)
    database = Database(platform.settings.database("web"))
    async with database.read() as connection:
        rows = await connection.execute(select(SESSION.c.scopes).order_by(SESSION.c.began_at.desc()).limit(2))
    await database.close()
    reading = {"alignment:read", "catalog:read", "roles:read", "strategy:read"}
    assert [set(each.split()) for each in rows.scalars()] == [reading, {*reading, "strategy:approve"}]


async def test_who_may_not_read_the_view_sees_nothing_of_it(platform: Platform) -> None:
    clerk = await visitor(platform)
    database = Database(platform.settings.database("web"))
    async with database.write() as connection:
        await connection.execute(text("update session set scopes = 'roles:read'"))
    await database.close()
    assert "Findings" not in (await shown(clerk, "/findings", 403)).findtext(".//h1")


async def test_signing_out_ends_the_session_where_it_is_kept(platform: Platform) -> None:
    reader, copy = await visitor(platform), stranger(platform)
    copy.cookies.update(reader.cookies)
    assert (await copy.get("/")).status_code == 200
    given = filled(await shown(reader, "/"), "//form[@action='/signout']")
    answer = await reader.post("/signout", data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "plumbline_session" not in reader.cookies
    for browser in (reader, copy):
        assert not (await shown(browser, "/", 401)).xpath("//form[@method='post']")


@pytest.mark.parametrize("data", [{}, {"form": ""}, {"form": "0" * 64}, {"form": "ä"}], ids=str)
async def test_no_other_site_can_sign_somebody_out(platform: Platform, data: dict[str, str]) -> None:
    reader = await visitor(platform)
    assert (await reader.post("/signout", data=data)).status_code in (403, 415)
    assert (await reader.get("/")).status_code == 200
    assert (await reader.get("/signout")).status_code == 405


async def test_the_forms_of_another_session_do_not_count(platform: Platform) -> None:
    reader, other = await visitor(platform), await visitor(platform)
    theirs = filled(await shown(other, "/"), "//form[@action='/signout']")
    assert (await reader.post("/signout", data=theirs)).status_code == 403


async def test_no_other_site_can_sign_a_browser_in(platform: Platform) -> None:
    """A form of theirs, with a code of theirs: it has no cookie of the page that shows the button."""
    asked = code(platform, subject="attacker")
    theirs = await offered(stranger(platform), asked)
    victim = stranger(platform)
    assert (await victim.post("/signin", data=theirs)).status_code == 403
    await victim.get("/signin", params={"code": code(platform)})
    assert (await victim.post("/signin", data=theirs)).status_code == 403
    of_no_cookie = sha256(b"form:").hexdigest()
    for held in ({}, {"plumbline_form": ""}):
        victim = stranger(platform)
        victim.cookies.update(held)
        answer = await victim.post("/signin", data={"code": code(platform, subject="attacker"), "form": of_no_cookie})
        assert answer.status_code == 403
    assert "plumbline_session" not in victim.cookies


async def test_signing_in_again_ends_the_session_before(platform: Platform) -> None:
    browser = await visitor(platform)
    copy = stranger(platform)
    copy.cookies.update(browser.cookies)
    assert (await press(browser, code(platform))).status_code == 303
    assert (await browser.get("/")).status_code == 200
    await shown(copy, "/", 401)


async def test_a_session_ends_after_its_hours_and_is_cleared_away(platform: Platform) -> None:
    await visitor(platform)
    with time_machine.travel(clock.now() + timedelta(hours=11, minutes=59)):
        late = await visitor(platform)
    with time_machine.travel(clock.now() + timedelta(hours=12, minutes=1)):
        assert (await late.get("/")).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=24)):
        await shown(late, "/", 401)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        await visitor(platform)
        database = Database(platform.settings.database("web"))
        async with database.read() as connection:
            left = [len((await connection.execute(select(table))).all()) for table in (SESSION, SPENT_CODE)]
        await database.close()
    assert left == [1, 1]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "application/json"}, b"{}", 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--", 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"code=a&code=b&form=", 400),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"\xff=\xff", 400),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"&".join(b"f%d=" % n for n in range(50)), 400),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"code=" + b"x" * 20_000, 413),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"", 403),
    ],
)
async def test_strange_forms_are_refused(platform: Platform, headers: dict[str, str], body: bytes, status: int) -> None:
    assert (await stranger(platform).post("/signin", content=body, headers=headers)).status_code == status


@pytest.mark.parametrize("cookie", ["", "x", "ä", "x" * 5000, "a\x00b", '"'])
async def test_strange_cookies_are_nobodys(platform: Platform, cookie: str) -> None:
    raw = f"plumbline_session={cookie}; plumbline_form={cookie}".encode()
    for path in ("/", "/signin?code=x"):
        answer = await stranger(platform).get(path, headers=[(b"cookie", raw)])
        assert answer.status_code == 401


async def test_strange_codes_sign_nobody_in(platform: Platform) -> None:
    ring = load_ring(platform.settings.issuer_key_path)
    service = load_ring(platform.settings.service_key_path)
    token = mint(platform.settings.issuer_key_path, "reader")
    for strange in ("", "x", "..", "a.b.c", "ä", "x" * 9000, token, mint_code(service, "reader")):
        assert (await stranger(platform).get("/signin", params={"code": strange})).status_code == 401, strange[:40]
    assert (await stranger(platform).get("/signin", params={"code": mint_code(ring, "a\nb")})).status_code == 401


async def test_a_code_that_lives_too_long_signs_nobody_in(platform: Platform) -> None:
    """By the right key, which is limited in nothing."""
    ring = load_ring(platform.settings.issuer_key_path)
    assert ring.grant
    now = int(clock.now().timestamp())
    said = {"iss": "plumbline", "aud": ring.grant.audience, "sub": "reader", "scope": "alignment:read", "iat": now}
    head = {"alg": "Ed25519", "kid": ring.current.kid, "typ": "plumbline-sign-in+jwt"}

    async def status(**more: object) -> int:
        asked = jwt.encode(head, {**said, **more}, ring.current.key(), algorithms=["Ed25519"])
        return (await stranger(platform).get("/signin", params={"code": asked})).status_code

    assert await status(exp=now + 600, jti="a") == 200
    assert await status(exp=now + 601, jti="b") == 401
    assert await status(exp=now + 600) == 401, "without a name it could not be spent"


async def test_when_the_key_has_leaked_its_sessions_end(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_EVERY_SECONDS", 0)
    home = tmp_path_factory.mktemp("leaked")
    async with running(settings_for(home)) as platform:
        await platform.caught_up()
        kept, ended = stranger(platform), await visitor(platform)
        assert (await ended.get("/")).status_code == 200
        rotate_key(home / "keys", "issuer", leaked=True)
        await press(kept, code(platform))
        assert (await kept.get("/")).status_code == 200
        await shown(ended, "/", 401)
        assert make_keys(home / "keys") == []


async def test_nothing_secret_is_logged(platform: Platform) -> None:
    with recorded_lines() as lines:
        asked, browser = code(platform), stranger(platform)
        await press(browser, asked)
        held = browser.cookies["plumbline_session"]
        await browser.get("/")
        await browser.get("/signin", params={"code": asked})
        await browser.post("/signout", data={"form": "x"})
    text = repr(lines.having())
    assert "/signin" in text
    assert all(secret not in text for secret in (asked, held))


async def test_a_session_outlives_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = settings_for(tmp_path_factory.mktemp("restart"))
    async with running(settings) as platform:
        cookies = (await visitor(platform)).cookies
    async with running(settings) as platform:
        await platform.caught_up()
        again = stranger(platform)
        again.cookies.update(cookies)
        assert (await again.get("/")).status_code == 200


async def test_an_empty_view_has_no_slider_and_no_fault(platform: Platform) -> None:
    reader = await visitor(platform)
    for path in ("/", "/findings", "/cascade", "/coverage", "/raci", "/changes", "/search"):
        assert not (await shown(reader, path)).xpath("//input[@type='range']"), path


async def test_the_script_and_the_style_are_served_as_what_they_are(platform: Platform) -> None:
    for name, kind in (
        ("page.js", "text/javascript"),
        ("drafts.js", "text/javascript"),
        ("style.css", "text/css"),
        ("mark.svg", "image/svg+xml"),
    ):
        answer = await platform.http.get(f"/static/{name}")
        assert answer.headers["content-type"].partition(";")[0] == kind
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_is_not_there_is_said_on_a_page_to_whoever_has_signed_in(platform: Platform) -> None:
    assert (await shown(stranger(platform), "/nonsense", 401)).findtext(".//h1") == "Sign in"
    page = await shown(await visitor(platform), "/nonsense/of/this", 404)
    assert page.findtext(".//h1") == "Not found"
    assert page.xpath("//form[@action='/signout']"), "who is signed in stays so"
    assert (await stranger(platform).get("/web/metrics")).status_code == 401
