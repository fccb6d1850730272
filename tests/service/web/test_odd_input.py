"""What nobody means to type is said at its field, and what was typed beside it comes back."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.contracts import NODE_KINDS
from shared.scopes import ALL_SCOPES
from tests.platform import Platform
from tests.service.web.browsing import posted, sent, shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
FORM = "//main//form"
OBJECTIVE = NODE_KINDS["objective"]
LONG = "9" * 5000


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def editor(sampled: Platform) -> httpx.AsyncClient:
    return await visitor(sampled, *(each for each in ALL_SCOPES if each.endswith((":write", ":register"))))


@pytest_asyncio.fixture(loop_scope="session")
async def made(sampled: Platform) -> dict[str, Any]:
    made = await sampled.client.post("objective", {"name": "History of claims"})
    await sampled.caught_up()
    return made


def values(page: Any, name: str) -> list[str]:
    return [str(each) for each in page.xpath(f"//*[@id='f-{name}']/@value")]


async def test_the_reason_that_was_typed_stays(
    sampled: Platform, editor: httpx.AsyncClient, made: dict[str, Any]
) -> None:
    path = f"/entity/objective/{made['key']}/edit"
    page = await shown(editor, path)
    for act, status, typed in (("check", 200, {}), ("save", 422, {"priority": "9"}), ("tags.add", 200, {})):
        again = await posted(editor, page, FORM, path, status, act=act, reason="The board.", **typed)
        assert values(again, "reason") == ["The board."], act
    await sampled.client.patch(OBJECTIVE, made["id"], 1, {"priority": 2})
    merged = await posted(editor, page, FORM, path, 412, act="save", reason="The board.", description="New.")
    assert values(merged, "reason") == ["The board."]


async def test_one_field_is_saved_and_no_other(
    sampled: Platform, editor: httpx.AsyncClient, made: dict[str, Any]
) -> None:
    """Texts with line breaks and blanks that no browser sends as they are."""
    odd = {"name": "Hear\nfirst", "description": "Fewer.\r\nToday 17.  "}
    state = await sampled.client.patch(OBJECTIVE, made["id"], 1, odd)
    path = f"/entity/objective/{made['key']}/edit"
    fields = sent((await shown(editor, path)).xpath(FORM)[0], {"priority": "3"}, "save")
    answer = await editor.post(path, data=fields | {"name": [fields["name"][0].replace("\r\n", "")]})
    assert answer.status_code == 303
    now = await sampled.client.get("objective", made["id"])
    assert (now["priority"], now["version"]) == (3, state["version"] + 1)
    assert {name: now[name] for name in odd} == {name: state[name] for name in odd}


@pytest.mark.parametrize("owner", ["x" * 501, "a\x00b", f"party/{'x' * 501}"])
async def test_a_name_that_nothing_can_have_names_nothing(
    editor: httpx.AsyncClient, made: dict[str, Any], owner: str
) -> None:
    path = f"/entity/objective/{made['key']}/edit"
    page = await posted(editor, await shown(editor, path), FORM, path, 422, act="save", owner=owner, reason="Why.")
    assert page.xpath("//*[@id='refused']//a/@href") == ["#f-owner"]
    assert values(page, "reason") == ["Why."]
    supposed = await shown(editor, f"/scenarios/new?{httpx.QueryParams({'retire': owner})}")
    assert "There is nothing called" in " ".join(supposed.xpath("//main")[0].itertext())


async def test_a_version_that_nothing_has_is_none(editor: httpx.AsyncClient, made: dict[str, Any]) -> None:
    path = f"/entity/objective/{made['key']}"
    page = await shown(editor, f"{path}/edit")
    await posted(editor, page, FORM, f"{path}/edit", 303, act="save", version=LONG, description="New.")
    await posted(editor, page, FORM, f"{path}/history", 422, version="1", to=LONG)
    await posted(editor, page, FORM, f"{path}/edit", 404, act="save", version="9" * 9)
    for act in (f"tags.remove.{LONG}", f"step.up.{LONG}"):
        await posted(editor, page, FORM, f"{path}/edit", 200, act=act)


@pytest.mark.parametrize("custom", ["a: 1e400", 'a: "\\ud800"', f"a: {'[' * 5000}", f"a: {LONG}"])
async def test_an_odd_value_is_kept_as_a_text(
    sampled: Platform, editor: httpx.AsyncClient, made: dict[str, Any], custom: str
) -> None:
    path = f"/entity/objective/{made['key']}/edit"
    await posted(editor, await shown(editor, path), FORM, path, 303, act="save", custom=custom)
    assert (await sampled.client.get("objective", made["id"]))["custom"] == {"a": custom[3:]}


@pytest.mark.parametrize("confidence", ["9" * 400, "much", "1,000", "101"])
async def test_how_certain_a_relation_is_is_a_number(
    editor: httpx.AsyncClient, made: dict[str, Any], confidence: str
) -> None:
    path = f"/entity/objective/{made['key']}/relations"
    form, page = "//section[@id='add']//form", await shown(editor, path)
    typed = {"type": "decomposes", "to": "strategy/resilient-water-2030", "confidence": confidence}
    wrong = await posted(editor, page, form, path, 422, **typed, rationale="Cheaper.")
    assert wrong.xpath("//*[@aria-invalid]/@id") == ["f-confidence"]
    assert "Cheaper." in wrong.xpath("string(//*[@id='add'])") or values(wrong, "rationale") == ["Cheaper."]


async def test_a_version_is_seen_as_it_was_then(editor: httpx.AsyncClient, made: dict[str, Any]) -> None:
    """Of what has the word for it in its key."""
    assert made["key"].startswith("history")
    page = await shown(editor, f"/entity/objective/{made['key']}/history")
    [link] = page.xpath("//a[. = 'See it as it was then']/@href")
    assert link.startswith(f"/entity/objective/{made['key']}?as_of=")


async def test_what_a_review_found_comes_back(
    sampled: Platform, editor: httpx.AsyncClient, made: dict[str, Any]
) -> None:
    path = f"/entity/objective/{made['key']}"
    page = await shown(editor, path)
    await sampled.client.patch(OBJECTIVE, made["id"], 1, {"priority": 2})
    await sampled.caught_up()
    form = f"//main//form[@action='{path}/review']"
    again = await posted(editor, page, form, f"{path}/review", 412, comment="All well.")
    assert values(again, "comment") == ["All well."]
    assert "The review has not been recorded." in again.xpath("string(//main)")
    assert (await editor.get(f"{path}/review")).headers["location"] == path
    await posted(editor, again, form, f"{path}/review", 303)
