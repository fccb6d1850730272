"""People sign in by a provider that is certified for OpenID Connect, in a browser, and sign out of both."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests import backends
from tests.backends import browser
from tests.backends.fetched import modules_of, program
from tests.backends.server import Missing
from tests.system import processes
from tests.system.browsing import heading, violations

pytestmark = pytest.mark.asyncio(loop_scope="module")
FOLDER = Path(__file__).parents[1] / "oidc"
GROUPS = "groups: [{group: /architects, role: editor, services: [strategy]}]"


class Addresses(NamedTuple):
    page: str
    provider: str


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    try:
        node, modules = program("node"), modules_of("oidc-provider", FOLDER)
    except Missing as reason:
        backends.skip("node", reason)
    home = tmp_path_factory.mktemp("sso")
    (home / "groups.yaml").write_text(GROUPS)
    (home / "secret").write_text("s3cret of plumbline\n")
    here, there = processes.free_port(), processes.free_port()
    page, issuer = f"http://127.0.0.1:{here}", f"http://127.0.0.1:{there}"
    given = {
        "PLUMBLINE_PUBLIC_URL": page,
        "PLUMBLINE_OIDC_ISSUER": issuer,
        "PLUMBLINE_OIDC_CLIENT_ID": "plumbline",
        "PLUMBLINE_OIDC_CLIENT_SECRET_FILE": str(home / "secret"),
        "PLUMBLINE_OIDC_SUBJECT_CLAIM": "preferred_username",
        "PLUMBLINE_GROUPS_FILE": str(home / "groups.yaml"),
    }
    command = [node, str(FOLDER / "serve.mjs"), str(modules), str(there), page, "/architects,/staff"]
    arguments = ["up", "--home", str(home / "home"), "--port", str(here), "--no-sample"]
    with Popen(command, stdout=PIPE, text=True) as provider:
        try:
            assert provider.stdout
            assert provider.stdout.readline() == "ready\n"
            with processes.process(arguments, given, home / "log") as running:
                processes.wait_ready(f"{page}/web/readyz", running, home / "log")
                yield Addresses(page, issuer)
        finally:
            provider.kill()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def launched() -> AsyncIterator[Browser]:
    try:
        executable = browser.executable()
    except Missing as reason:
        backends.skip("browser", reason)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=executable, args=browser.OPTIONS)
        yield launched
        await launched.close()


async def sign_in(page: Page, addresses: Addresses, name: str) -> None:
    await page.goto(f"{addresses.page}/findings")
    assert not await violations(page)
    await page.get_by_role("link", name=f"Sign in with {addresses.provider.removeprefix('http://')}").click()
    await page.get_by_placeholder("Enter any login").fill(name)
    await page.get_by_placeholder("and password").fill("any")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()


async def test_somebody_signs_in_acts_and_signs_out_of_both(launched: Browser, addresses: Addresses) -> None:
    context = await launched.new_context()
    page = await context.new_page()
    page.set_default_timeout(20_000)
    complaints = list[str]()

    def complain(message: ConsoleMessage) -> None:
        if message.type == "error" and page.url.startswith(addresses.page):
            complaints.append(message.text)

    page.on("console", complain)
    await sign_in(page, addresses, "ada")
    await page.wait_for_url(f"{addresses.page}/findings")  # where they wanted to go
    await page.get_by_role("button", name="ada, your account").click()
    await expect(page.get_by_text("signed in as ada")).to_be_visible()
    cookies = {each["name"]: each for each in await context.cookies(addresses.page)}
    assert cookies["plumbline_session"]["httpOnly"]
    assert "plumbline_way" not in cookies
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("button", name="Yes, sign me out").click()  # of the provider
    await page.wait_for_url(f"{addresses.page}/")
    await expect(heading(page, "Sign in")).to_be_visible()
    await page.get_by_role("link", name="Sign in with").click()
    await expect(page.get_by_placeholder("Enter any login")).to_be_visible()  # it asks anew who it is
    assert not [each for each in complaints if "401" not in each]
    await context.close()


async def test_whoever_gives_up_there_is_back_and_not_signed_in(launched: Browser, addresses: Addresses) -> None:
    context = await launched.new_context()
    page = await context.new_page()
    page.set_default_timeout(20_000)
    await page.goto(addresses.page)
    await page.get_by_role("link", name="Sign in with").click()
    await page.get_by_role("link", name="[ Cancel ]").click()
    await page.wait_for_url(f"{addresses.page}/signin/callback?**")
    await expect(heading(page, "Sign in")).to_be_visible()
    assert not await violations(page)
    await context.close()
