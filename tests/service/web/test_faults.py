"""What was saved last is waited for once a page; and what fails, or is asked in a wrong way, is said on a page."""

from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute

from services.web import visit
from services.web.main import SCREENS
from shared import typed
from shared.client import Client, Unreachable
from tests.service.web.browsing import shown

pytestmark = pytest.mark.asyncio(loop_scope="session")
BEHIND = "What was saved last is not in it yet."


async def test_a_page_waits_once_and_says_that_it_is_behind(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []
    read = typed.read

    async def noted(client: Any, model: Any, path: str, **parameters: Any) -> Any:
        waits.extend([path] if "wait_for" in parameters else [])
        return await read(client, model, path, **parameters)

    monkeypatch.setattr("shared.typed.read", noted)
    monkeypatch.setattr(visit, "_LONGEST_WAIT", 0.1)
    page = await shown(browser, f"/raci/burst-response?wait_for=service:{uuid4()}:1.99")
    assert BEHIND in page.text_content()
    assert len(waits) == 1


@pytest.mark.parametrize("event", ["x", "service:notuuid:1.1", f"service:{uuid4()}:1.{'9' * 20}"], ids=len)
async def test_what_is_no_event_is_not_waited_for(browser: httpx.AsyncClient, event: str) -> None:
    page = await shown(browser, f"/coverage?wait_for={event}")
    assert BEHIND not in page.text_content()


async def test_no_form_leads_to_another_host(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(httpx.URL("http://plumbline").copy_with(raw_path=b"//evil.example/x"))
    assert answer.status_code == 404
    assert 'action="//' not in answer.text


async def test_what_fails_is_said_on_a_page_with_an_id_to_quote(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("shared.typed.read", broken)
    answer = await browser.get("/coverage", headers={"Correlation-Id": "abc-123"})
    assert answer.status_code == 500
    assert "Quote abc-123" in answer.text
    assert "ZeroDivisionError" not in answer.text


async def test_another_method_is_answered_by_a_page(browser: httpx.AsyncClient) -> None:
    answer = await browser.delete("/coverage")
    assert answer.status_code == 405
    assert "<h1>Not possible</h1>" in answer.text


async def test_whatever_a_form_is_sent_to_can_be_asked_as_well() -> None:
    """Whoever signs in again is led there, if their browser does not say on which page the form was."""
    pages: Any = Mock(single_sign_on=None)
    every = [each for screen in SCREENS for each in screen.routes(pages).routes if isinstance(each, APIRoute)]
    asked = {each.path for each in every if "GET" in (each.methods or ()) and not _demanded(each)}
    sent = {each.path for each in every if "POST" in (each.methods or ())}
    assert sent - asked == {"/signout", "/theme"}, "which take no session"


def _demanded(route: APIRoute) -> list[str]:
    return [each.name for each in route.dependant.query_params if each.field_info.is_required()]


@pytest.mark.parametrize("said", ["Your+decision+is+recorded.", "%3Cb%3Esaved%3C%2Fb%3E", "__class__", ""])
async def test_an_address_says_nothing_in_words_of_its_own(browser: httpx.AsyncClient, said: str) -> None:
    page = await shown(browser, f"/rules?said={said}")
    assert not page.xpath("//*[contains(@class, 'toast')]")
    assert (await shown(browser, "/rules?said=saved")).xpath("//*[contains(@class, 'toast')]")


async def test_names_may_be_missing_while_their_service_does_not_answer(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Client.get_json

    async def away(client: Client, path: str, **parameters: Any) -> Any:
        if path.startswith("/roles/"):
            raise Unreachable("It does not answer.")
        return await asked(client, path, **parameters)

    monkeypatch.setattr(Client, "get_json", away)
    for path in ("/", "/findings", "/changes", "/search?q=map"):
        await shown(browser, path)
