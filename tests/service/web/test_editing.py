"""Forms in a browser: what is typed is saved, what is wrong is said at its field, and nobody's work is lost."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.client import Client, ClientError, Refused, Unreachable, path_of
from shared.contracts import LINKS, NODE_KINDS
from shared.scopes import ALL_SCOPES
from tests.platform import Platform
from tests.service.web.browsing import posted, sent, shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
FORM = "//main//form"
ID = "7d4f0000-0000-4000-8000-000000000001"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def editor(sampled: Platform) -> httpx.AsyncClient:
    return await visitor(sampled, *(each for each in ALL_SCOPES if each.endswith((":write", ":register"))))


def text(page: Any, path: str = "//main") -> str:
    return " ".join(" ".join(" ".join(each.itertext()).split()) for each in page.xpath(path))


def value(page: Any, name: str) -> str:
    [field] = page.xpath(f"//*[@name='{name}' and not(@type='hidden')]")
    return str(sent(page.xpath(FORM)[0], {})[field.get("name")][0])


async def press(browser: httpx.AsyncClient, page: Any, path: str, button: str, status: int, **typed: str) -> Any:
    return await posted(browser, page, FORM, path, status, act=button, **typed)


@pytest.mark.parametrize("kind", [each for each in NODE_KINDS.values() if each.in_view], ids=lambda each: each.name)
async def test_a_form_that_is_posted_as_it_came_changes_nothing(
    sampled: Platform, editor: httpx.AsyncClient, kind: Any
) -> None:
    """Of the sample, whatever it holds."""
    states = (await sampled.client.get_json(path_of(kind), limit=2))["items"]
    for state in states:
        path = f"/entity/{kind.name}/{state['key']}"
        page = await shown(editor, f"{path}/edit")
        answer = await editor.post(f"{path}/edit", data=sent(page.xpath(FORM)[0], {}, "save"))
        assert answer.headers.get("location", "").startswith(f"{path}?said=unchanged"), text_of(answer)
        assert (await sampled.client.get(kind, state["id"]))["version"] == state["version"]


def text_of(answer: httpx.Response) -> str:
    from lxml import html

    return text(html.document_fromstring(answer.text), "//*[@id='refused'] | //span[@class='err']")


@pytest.mark.parametrize("kind", NODE_KINDS.values(), ids=lambda each: each.name)
async def test_every_kind_has_a_form_for_what_is_new(editor: httpx.AsyncClient, kind: Any) -> None:
    page = await shown(editor, f"/new/{kind.name}")
    names = {each.get("name") for each in page.xpath(f"{FORM}//*[@name]")}
    assert "name" in names
    assert not names & {"id", "version", "created_at", "provenance"}
    labels = {each.get("for") for each in page.xpath("//label[@for]")}
    fields = page.xpath(f"{FORM}//input[not(@type='hidden')][not(@type='radio')] | {FORM}//select | {FORM}//textarea")
    assert {each.get("id") for each in fields} <= labels


async def test_who_has_left_is_not_suggested(sampled: Platform, editor: httpx.AsyncClient) -> None:
    party = await sampled.client.post("party", {"name": "Gus Gone", "type": "person"})
    for version, state in enumerate(("leaving", "left"), 1):
        names = (await shown(editor, "/new/driver")).xpath("//datalist//option/@value")
        assert ("Gus Gone" in names, "Network Operations" in names) == (True, True), state
        await sampled.client.transition("party", party["id"], version, state, "a test")
    names = (await shown(editor, "/new/driver")).xpath("//datalist//option/@value")
    assert ("Gus Gone" in names, "Network Operations" in names) == (False, True)


async def test_something_new_is_made_named_and_linked(sampled: Platform, editor: httpx.AsyncClient) -> None:
    path = "/new/objective?link=decomposes:strategy/resilient-water-2030&level=strategic&due=2027-03-31"
    page = await shown(editor, path)
    assert value(page, "level") == "strategic"
    assert "It will be linked: decomposes Resilient Water 2030" in text(page)
    bad = await press(editor, page, path, "save", 422, name=" ", priority="9")
    assert bad.xpath("//div[@id='refused'][@data-focus]//a/@href") == ["#f-name", "#f-priority"]
    bad = await press(editor, bad, path, "save", 422, name="Never dry", priority="9")
    assert bad.xpath("//div[@id='refused']//a/@href") == ["#f-priority"]
    assert bad.xpath("//*[@id='f-priority']/@aria-invalid") == ["true"]
    assert value(bad, "name") == "Never dry"
    unclear = await press(editor, bad, path, "save", 422, priority="2", owner="Network")
    assert "is not clear: choose what you mean" in text(unclear)
    choices = unclear.xpath("//input[@name='owner-choice']/@value")
    assert "party/network-operations" in choices
    done = await press(editor, unclear, path, "save", 303, **{"owner-choice": "party/network-operations"})
    assert "Created." in text(done, "//body")
    made = await sampled.client.find("objective", "never-dry")
    owner = await sampled.client.find("party", "network-operations")
    assert made
    assert owner
    assert (made["level"], made["due"], made["priority"], made["state"]) == ("strategic", "2027-03-31", 2, "draft")
    assert made["owner"] == {"kind": "party", "id": owner["id"]}
    links = [each async for each in sampled.client.list(LINKS["strategy"], source_id=made["id"])]
    assert [each["type"] for each in links] == ["decomposes"]


@pytest.mark.parametrize("error", [Unreachable("It is down."), Refused(404, {"detail": "It is gone."})])
async def test_what_is_made_is_there_though_it_cannot_be_linked(
    sampled: Platform, editor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, error: ClientError
) -> None:
    path = "/new/objective?link=decomposes:strategy/resilient-water-2030"
    page = await shown(editor, path)
    post = Client.post

    async def refusing(client: Client, kind: Any, body: Any) -> Any:
        if kind == LINKS["strategy"]:
            raise error
        return await post(client, kind, body)

    monkeypatch.setattr(Client, "post", refusing)
    done = await press(editor, page, path, "save", 303, name="Alone at first")
    assert "It is made, but could not be linked." in text(done, "//body")
    made = await sampled.client.find("objective", "alone-at-first")
    assert made
    await sampled.client.delete("objective", made["id"], made["version"], "The test is over.")
    await sampled.caught_up()


async def test_only_what_was_changed_is_saved_with_its_reason(sampled: Platform, editor: httpx.AsyncClient) -> None:
    """A contract by hand: rows added, moved and removed without a script."""
    targets = [{"metric": "up", "comparator": ">=", "value": 99.5, "unit": "percent"}]
    service = await sampled.client.find("service", "customer-portal")
    assert service
    items = [{"service_id": service["id"], "end": "2027-01-01T00:00:00Z"}]
    body = {"name": "Night gold", "type": "ola", "items": items, "service_level_targets": targets, "tags": ["b"]}
    made = await sampled.client.post("contract", {**body, "custom": {"site": "Oslo"}})
    await sampled.caught_up()
    path = f"/entity/contract/{made['key']}/edit"
    page = await shown(editor, path)
    assert (value(page, "items.0.service_id"), value(page, "items.0.end")) == ("Customer portal", "2026-12-31")
    added = await press(editor, page, path, "service_level_targets.add", 200, name="Night and day")
    assert value(added, "name") == "Night and day"
    typed = {"service_level_targets.1.metric": "told", "service_level_targets.1.comparator": "<=",
             "service_level_targets.1.value": "ten"}  # fmt: skip
    wrong = await press(editor, added, path, "save", 422, **typed)
    assert wrong.xpath("//div[@id='refused']//a/@href") == ["#f-service_level_targets.1.value"]
    up = await press(editor, wrong, path, "service_level_targets.up.1", 200, **{"service_level_targets.1.value": "10"})
    assert value(up, "service_level_targets.0.metric") == "told"
    checked = await press(editor, up, path, "check", 200)
    assert "The score goes from" in text(checked)
    done = await press(editor, checked, path, "save", 303, reason="Asked for by the crews.", tags="b\r\na")
    assert "Saved." in text(done, "//body")
    now = await sampled.client.get("contract", made["id"])
    told = {"metric": "told", "comparator": "<=", "value": 10.0}
    assert now["name"] == "Night and day"
    assert [{name: each[name] for name in told} for each in now["service_level_targets"]] == [
        told, {name: targets[0][name] for name in told}
    ]  # fmt: skip
    assert (now["tags"], now["custom"], now["state_reason"]) == (
        ["b", "a"],
        {"site": "Oslo"},
        "Asked for by the crews.",
    )
    changes = (await sampled.client.get_json(f"{path_of(NODE_KINDS['contract'], made['id'])}/history"))["items"][-1]
    assert {each["field"] for each in changes["changes"]} == {"name", "service_level_targets", "tags", "state_reason"}


async def test_two_who_save_at_once_lose_nothing(sampled: Platform, editor: httpx.AsyncClient) -> None:
    kind = NODE_KINDS["objective"]
    before = {"name": "Bills right first time", "description": "Fewer than 4. Today 17.", "due": "2027-03-31"}
    made = await sampled.client.post("objective", {**before, "tags": ["bills"]})
    await sampled.caught_up()
    path = f"/entity/objective/{made['key']}/edit"
    page = await shown(editor, path)
    theirs = {"description": "Fewer than 4. Today 12.", "tags": ["bills", "october"], "priority": 2}
    await sampled.client.patch(kind, made["id"], 1, theirs)
    mine = {"description": "Fewer than 3. Today 17.", "due": "2027-06-30"}
    both = await press(editor, page, path, "save", 412, **mine)
    assert "tester saved this meanwhile." in text(both)
    assert both.xpath("//table[contains(@class, 'merge')]/tbody/tr/th/text()") == ["Description"]
    taken = text(both, "//dl[contains(@class, 'diff')]")
    for said in ("Due 2027-03-31 2027-06-30 yours", "Tags bills bills october theirs", "Priority nothing 2 theirs"):
        assert said in taken, taken
    assert (value(both, "due"), value(both, "priority")) == ("2027-06-30", "2")
    done = await press(editor, both, path, "save", 303, **{"take:description": "theirs"})
    assert "Saved." in text(done, "//body")
    now = await sampled.client.get(kind, made["id"])
    assert (now["description"], now["due"], now["priority"]) == ("Fewer than 4. Today 12.", "2027-06-30", 2)
    assert (now["tags"], now["version"]) == (["bills", "october"], 3)


async def test_a_finding_fills_in_what_mends_it(sampled: Platform, editor: httpx.AsyncClient) -> None:
    """What the remedy of a finding sets of its subject is in the form."""
    found = (await sampled.client.get_json("/alignment/v1/findings", limit=200))["items"]
    tried = 0
    for each in {each["rule"]: each for each in found}.values():
        remedy = await sampled.client.get_json(f"/alignment/v1/findings/{each['id']}/remedy")
        opens = [option for option in remedy["options"] if option["members"] and not option["new"] and not option["of"]]
        subject = each["subject"]
        if not opens or remedy["options"][0] is not opens[0]:
            continue
        page = await shown(editor, f"/entity/{subject['kind']}/{subject['key']}/edit?from={each['id']}")
        assert each["sentence"] in text(page)
        links = page.xpath("//main//a/@href")
        assert all(f"#f-{member['name']}" in links for member in opens[0]["members"])
        tried += 1
        if tried == 3:
            break
    assert tried
    nothing = await shown(editor, f"/entity/service/customer-portal/edit?from={ID}")
    assert value(nothing, "name") == "Customer portal"


async def test_a_hole_is_filled_by_something_new_that_is_linked_to_it(
    sampled: Platform, editor: httpx.AsyncClient
) -> None:
    tactic = await sampled.client.post("tactic", {"name": "Listen at night", "state": "in_force"})
    await sampled.caught_up()
    node = await sampled.client.get_json(f"/alignment/v1/nodes/tactic/{tactic['key']}")
    hole = next(each for each in node["findings"] if each["rule"] == "V02")
    page = await shown(editor, f"/new/objective?from={hole['id']}")
    assert hole["sentence"] in text(page)
    assert "Listen at night" in text(page, "//div[contains(@class, 'note')]")
    await press(editor, page, "/new/objective", "save", 303, name="Hear every drop")
    made = await sampled.client.find("objective", "hear-every-drop")
    assert made
    links = [each async for each in sampled.client.list(LINKS["strategy"], source_id=tactic["id"])]
    assert [(each["type"], each["target"]["id"]) for each in links] == [("decomposes", made["id"])]


async def test_who_may_not_write_gets_no_form(browser: httpx.AsyncClient) -> None:
    for path in ("/entity/service/customer-portal/edit", "/new/service"):
        page = await shown(browser, path, 403)
        assert "takes catalog:write" in text(page)
