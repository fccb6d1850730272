"""Forms as a browser fills and sends them, by whoever has signed in."""

from typing import Any

import httpx
from lxml import html

from shared.http.sign_in import mint_code
from shared.keys import load_ring
from tests.platform import Platform
from tests.service.web.browsing import press, shown, stranger

Fields = list[tuple[str, str]]


async def someone(platform: Platform, subject: str, *scopes: str) -> httpx.AsyncClient:
    """A browser in which this subject has signed in, with these scopes besides those of a reader."""
    browser = stranger(platform)
    code = mint_code(load_ring(platform.settings.issuer_key_path), subject, scopes)
    assert (await press(browser, code)).status_code == 303
    return browser


def words(part: Any) -> str:
    """What is read there, with single spaces."""
    return " ".join(" ".join(part.itertext()).split())


def parsed(answer: httpx.Response) -> Any:
    return html.document_fromstring(answer.text)


def fields(form: Any) -> Fields:
    """What a browser sends of a form that nobody has touched, without its buttons."""
    found: Fields = []
    for each in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
        name = each.get("name")
        if each.tag == "select":
            chosen = each.xpath("option[@selected]") or each.xpath("option")[:1]
            found += [(name, option.get("value") or "") for option in chosen]
        elif each.tag == "textarea":
            found.append((name, (each.text or "").removeprefix("\n")))
        elif each.get("type") not in ("radio", "checkbox") or each.get("checked") is not None:
            found.append((name, each.get("value") or ""))
    return found


def typed(given: Fields, **values: Any) -> dict[str, list[str]]:
    """Those fields with what somebody types; None takes one away."""
    data: dict[str, list[str]] = {}
    for name, value in given:
        data.setdefault(name, []).append(value)
    for name, value in values.items():
        data[name] = [] if value is None else value if isinstance(value, list) else [value]
    return {name: value for name, value in data.items() if value}


async def post(browser: httpx.AsyncClient, path: str, do: str, **values: Any) -> httpx.Response:
    """Fills the form of the page at a path that does this, and sends it."""
    page = await shown(browser, path)
    [form] = page.xpath(f"//form[.//input[@name='do'][@value='{do}']]")
    return await browser.post(path.partition("?")[0], data=typed(fields(form), **values))
