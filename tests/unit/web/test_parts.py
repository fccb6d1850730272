"""Every part of the page on one page: it is valid, and has nothing that the policy of the page forbids."""

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from lxml import html
from lxml.html import HtmlElement

from services.web.rendering import Place
from shared.contracts import NODE_KINDS
from tests.unit.web.showing import HERE, STATIC, WEB, found, frame, node, read, shown

TEMPLATES = STATIC.parent / "templates"
_MACRO = re.compile(r"{% macro ([a-z]\w*)\(")


@pytest.fixture(scope="module")
def page() -> HtmlElement:
    return read(shown())


def test_every_macro_is_on_it() -> None:
    gallery = "".join(path.read_text() for path in TEMPLATES.parents[2].glob("tests/unit/web/*.html"))
    parts = "".join(path.read_text() for path in TEMPLATES.glob("*.html"))
    macros = [each for path in TEMPLATES.glob("*.html") for each in _MACRO.findall(path.read_text())]
    assert len(macros) > 40
    used = {each for each in macros if re.search(rf"\b{each}\(", gallery)}
    within = {each for each in macros if len(re.findall(rf"\b{each}\(", parts)) > 1}
    assert set(macros) - used - within == set()


def test_nothing_is_styled_or_scripted_in_place(page: HtmlElement) -> None:
    assert found(page, "//*[@style] | //style | //script[not(@src)] | //@*[starts-with(name(), 'on')]") == []
    assert found(page, "//script/@src | //link/@href") == ["/static/style.css", "/static/mark.svg", "/static/page.js"]


def test_each_id_is_there_once_and_each_reference_leads_to_one(page: HtmlElement) -> None:
    ids = Counter(found(page, "//@id"))
    assert [each for each, number in ids.items() if number > 1] == []
    named = [*found(page, "//label/@for"), *found(page, "//@popovertarget"), *found(page, "//input/@list")]
    named += [each for names in found(page, "//@aria-describedby | //@aria-labelledby") for each in names.split()]
    named += [each[1:] for each in found(page, "//a/@href") if each.startswith("#")]
    assert len(named) > 20
    assert set(named) <= set(ids)


def test_each_field_is_named(page: HtmlElement) -> None:
    labelled = {*found(page, "//label/@for")}
    fields = found(page, "//input[not(@type='hidden')] | //select | //textarea")
    assert len(fields) > 15
    assert [
        html.tostring(each)
        for each in fields
        if each.get("id") not in labelled and not each.xpath("ancestor::label") and not each.get("aria-label")
    ] == []


def test_headings_leave_no_level_out(page: HtmlElement) -> None:
    levels = [int(each.tag[1]) for each in found(page, "//main//*[self::h1 or self::h2 or self::h3 or self::h4]")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("kind", NODE_KINDS)
def test_every_kind_has_an_icon_of_its_own(kind: str) -> None:
    paths = WEB.get_template("icons.html").module.__dict__["paths"]
    others = [paths[each] for each in NODE_KINDS if each != kind]
    assert paths[kind] not in others


def test_what_nobody_may_is_not_offered() -> None:
    offered = found(read(shown()), "//*[@id='new']//a/@href")
    assert "/new/service" in offered
    assert "/new/role" not in offered
    stranger = read(shown(frame=frame(visitor=None)))
    assert found(stranger, "//*[@id='new' or @id='account']") == []
    assert found(stranger, "//header//a[@href='/signin']")


def test_a_past_moment_is_told_and_kept_by_every_link_but_the_way_to_now() -> None:
    page = read(shown(Place("/findings", datetime(2026, 10, 14, 18, tzinfo=UTC))))
    assert "You see 14 October 2026, 18:00 UTC." in "".join(found(page, "//main/div[1]//text()"))
    nav = found(page, "//nav[@id='nav']//a/@href")
    assert all(each.endswith("as_of=2026-10-14T18%3A00%3A00.000000Z") for each in nav)
    assert found(page, "//main/div[1]//a/@href") == ["/findings"]
    assert found(page, "//form[@class='filters']/input/@value") == ["2026-10-14T18:00:00.000000Z"]


def test_text_stays_text() -> None:
    parts = WEB.get_template("parts.html").make_module({"place": HERE})
    assert "&lt;b&gt;" in parts.__dict__["e"](node("service", "<b>"))
    assert "<b>" not in parts.__dict__["turn"]("<b>", "<i>")
    assert "<b>" not in parts.__dict__["source"]("- <b>")


def test_the_search_and_the_session_have_their_addresses() -> None:
    page = read(shown())
    forms = {each.get("action"): each.get("method") for each in found(page, "//form[@action]")}
    assert forms["/search"] is None
    assert (forms["/signout"], forms["/theme"]) == ("post", "post")
    assert found(page, "//form[@action='/signout']/input/@value") == ["token"]
