"""Pages as a browser gets them that is signed in by its cookie, and by nothing else."""

from typing import Any

import httpx
from lxml import html

from tests.platform import Platform


def visitor(platform: Platform, *scopes: str) -> httpx.AsyncClient:
    """With a token of these scopes in the cookie; without any, nobody has signed in."""
    cookies = {"plumbline_token": platform.token("reader", *scopes)} if scopes else {}
    return httpx.AsyncClient(transport=platform.http._transport, base_url="http://plumbline", cookies=cookies)


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
