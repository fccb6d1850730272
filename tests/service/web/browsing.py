"""Pages as a browser gets them that is signed in by its cookie, and by nothing else."""

from typing import Any

import httpx
from lxml import html

from shared.http.sign_in import mint_code
from shared.keys import load_ring
from tests.platform import Platform


def stranger(platform: Platform, base_url: str = "http://plumbline", **headers: str) -> httpx.AsyncClient:
    """Nobody has signed in with this browser."""
    return httpx.AsyncClient(transport=platform.http._transport, base_url=base_url, headers=headers)


def code(platform: Platform, *scopes: str, subject: str = "reader") -> str:
    return mint_code(load_ring(platform.settings.issuer_key_path), subject, scopes)


async def press(browser: httpx.AsyncClient, code: str) -> httpx.Response:
    """Opens the address with a code and presses the button on the page that comes."""
    return await browser.post("/signin", data=await offered(browser, code))


async def offered(browser: httpx.AsyncClient, code: str) -> dict[str, str]:
    """The fields of the form that the address of a code shows."""
    page = html.document_fromstring((await browser.get("/signin", params={"code": code})).text)
    return filled(page, "//main//form[@action='/signin']")


def filled(page: Any, form: str) -> dict[str, str]:
    """The fields of a form as they are."""
    return {field.get("name"): field.get("value") for field in page.xpath(f"{form}//input")}


async def visitor(platform: Platform, *scopes: str, subject: str = "reader") -> httpx.AsyncClient:
    """Somebody who has signed in, with these scopes besides the one that the page needs."""
    browser = stranger(platform)
    assert (await press(browser, code(platform, *scopes, subject=subject))).status_code == 303
    return browser


async def shown(browser: httpx.AsyncClient, path: str, status: int = 200) -> Any:
    """A page that keeps the rules for all: what a browser may do with it, and what those need who do not see it."""
    answer = await browser.get(path)
    assert answer.status_code == status, (path, answer.text[:500])
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert set(policy.values()) <= {"'self'", "'none'"}
    page = html.document_fromstring(answer.text)
    assert page.get("lang") == "en"
    assert len(page.findall(".//h1")) == 1, path
    assert not page.xpath("//script/text() | //style | //@style | //@*[starts-with(name(), 'on')]"), path
    assert page.xpath("//script/@src") == ["/static/page.js"], path
    ids: Any = page.xpath("//@id")
    assert len(ids) == len(set(ids)), path
    labelled: Any = page.xpath("//label/@for")
    fields: Any = page.xpath("//input[not(@type='hidden')]/@id | //select/@id")
    assert set(fields) <= set(labelled), path
    assert not page.xpath("//th[not(@scope)]"), path
    return page


async def posted(browser: httpx.AsyncClient, page: Any, form: str, path: str, status: int, **typed: str) -> Any:
    """What comes of a form that is filled in and sent as a browser does, and where it leads to, with 303."""
    [first, *_] = page.xpath(form)
    answer = await browser.post(path, data=sent(first, typed))
    assert answer.status_code == status, (path, answer.text[:2000])
    if status == 303:
        return await shown(browser, answer.headers["location"])
    return html.document_fromstring(answer.text)


def sent(form: Any, typed: dict[str, str], button: str = "") -> dict[str, list[str]]:
    """The fields of a form as a browser sends them: as they stand, but for what is typed; with the button, if it has a
    name."""
    fields: dict[str, list[str]] = {}
    for field in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
        if field.get("type") in ("checkbox", "radio") and field.get("checked") is None:
            continue
        if field.tag == "select":
            chosen = field.xpath("option[@selected]/@value") or field.xpath("option/@value")[:1]
            value = chosen[0] if chosen else ""
        else:
            value = field.text_content().removeprefix("\n") if field.tag == "textarea" else field.get("value") or ""
        fields.setdefault(field.get("name"), []).append(value.replace("\n", "\r\n"))
    fields |= {name: [value] for name, value in typed.items()}
    return fields | ({"act": [button]} if button else {})


async def pressed(browser: httpx.AsyncClient, page: Any, name: str, /, **typed: str) -> httpx.Response:
    """What comes of the only button that is called like that, with what is typed into its form."""
    [button] = page.xpath(f"//form//button[normalize-space()='{name}']")
    [form] = button.xpath("ancestor::form")
    fields = sent(form, typed)
    assert typed.keys() <= {each.get("name") for each in form.iter("input", "select", "textarea")}, sorted(fields)
    if button.get("name"):
        fields[button.get("name")] = [button.get("value")]
    return await browser.post(form.get("action"), data=fields)
