"""Who sees the page: whoever brings a token, once, in the address; until they sign out."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.platform import Platform, running, settings_for
from tests.service.alignment.browsing import shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path_factory.mktemp("access"))) as platform:
        await platform.caught_up()
        yield platform


async def test_without_a_token_nothing_is_shown(platform: Platform) -> None:
    stranger = visitor(platform)
    for path in ("/", "/findings", "/cascade", "/search?q=water"):
        page = await shown(stranger, path, 401)
        assert page.findtext(".//h1") == "Sign in"
    wrong = await shown(stranger, "/?token=nonsense", 401)
    assert wrong.findtext(".//h1") == "Sign in"


async def test_who_may_not_read_the_view_sees_nothing_of_it(platform: Platform) -> None:
    clerk = visitor(platform, "roles:read")
    assert "Findings" not in (await shown(clerk, "/findings", 403)).findtext(".//h1")


async def test_the_token_goes_from_the_address_into_a_cookie(platform: Platform) -> None:
    stranger = visitor(platform)
    token = platform.token("reader", "alignment:read")
    answer = await stranger.get("/search", params={"token": token, "q": "water & wine"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=water+%26+wine")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await stranger.get("/search?q=water")).status_code == 200


async def test_signing_out_drops_the_cookie(platform: Platform) -> None:
    reader = visitor(platform)
    await reader.get("/", params={"token": platform.token("reader", "alignment:read")})
    [form] = (await shown(reader, "/")).xpath("//form[@method='post']")
    answer = await reader.post(form.get("action"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert not reader.cookies
    page = await shown(reader, "/", 401)
    assert not page.xpath("//form[@method='post']")


async def test_who_comes_from_elsewhere_without_the_cookie_cannot_sign_another_out(platform: Platform) -> None:
    stranger = visitor(platform)
    answer = await stranger.post("/signout")
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
    assert (await stranger.get("/signout")).status_code == 405


async def test_an_empty_view_has_no_slider_and_no_fault(platform: Platform) -> None:
    reader = visitor(platform, "alignment:read")
    for path in ("/", "/findings", "/cascade", "/coverage", "/raci", "/changes", "/search"):
        assert not (await shown(reader, path)).xpath("//input[@type='range']"), path


async def test_the_script_and_the_style_are_served_as_what_they_are(platform: Platform) -> None:
    for name, kind in (("page.js", "text/javascript"), ("page.css", "text/css"), ("mark.svg", "image/svg+xml")):
        answer = await platform.http.get(f"/static/{name}")
        assert answer.headers["content-type"].partition(";")[0] == kind
        assert answer.headers["x-content-type-options"] == "nosniff"
