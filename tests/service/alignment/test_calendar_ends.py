"""Moments at both ends of the calendar: every view answers, or refuses what is none."""

import json

import pytest

from tests.service.api import Api, State, one_loop
from tests.service.web.browsing import shown, visitor
from tests.unit.hostile import MOMENTS

pytestmark = one_loop
ENDS = ("0001-01-01", "9998-12-31", "20260401")
"""Both, and digits that are no date."""
PAGES = ["", "search", "entity/{tactic}", "findings", "cascade", "coverage", "raci", "raci/{process}", "changes"]


async def made(api: Api) -> dict[str, str]:
    """What the views are about."""
    tactic, process = await api.make("tactic"), await api.make("process")
    await api.platform.caught_up()
    return {"tactic": f"tactic/{tactic['id']}", "process": process["id"]}


def takes_a_moment(parameter: State) -> bool:
    return "date-time" in json.dumps(parameter["schema"]) or parameter["name"] in ("from", "to")


async def test_every_moment_is_read_as_one_or_refused(api: Api) -> None:
    await api.platform.caught_up()
    for moment, is_one in MOMENTS.items():
        for axis in ("as_of", "valid_at"):
            answer = await api.send("GET", "/alignment/v1/nodes", params={axis: moment})
            assert answer.status_code == (200 if is_one else 422), (axis, moment, answer.text)


async def test_every_view_at_both_ends(api: Api) -> None:
    there = await made(api)
    contract = await api.make("contract")
    named = {"kind": "tactic", "id": there["tactic"].partition("/")[2], "process_id": there["process"]}
    named |= {"contract_id": contract["id"]}
    await api.platform.caught_up()
    document = (await api.send("GET", "/alignment/openapi.json")).json()
    asked = [
        (path.format(**named), parameter["name"])
        for path, operations in document["paths"].items()
        for parameter in operations.get("get", {}).get("parameters", ())
        if parameter["in"] == "query" and takes_a_moment(parameter)
    ]
    assert len(asked) > 40
    for path, name in asked:
        for moment in ENDS:
            answer = await api.send("GET", path, params={name: moment})
            assert answer.status_code in ((200, 404, 422) if MOMENTS[moment] else (422,)), (path, name, answer.text)


async def test_every_difference_between_moments(api: Api) -> None:
    await api.platform.caught_up()
    now = "2026-01-01T00:00:00Z"
    for moment, is_one in MOMENTS.items():
        for between in ({"from": moment}, {"from": moment, "to": now}, {"from": now, "to": moment}):
            answer = await api.send("GET", "/alignment/v1/diff", params=between)
            ordered = between.get("from", "") < between.get("to", "9999")
            assert answer.status_code == (200 if is_one and ordered else 422), (between, answer.text)


async def test_every_list_since_every_moment(api: Api) -> None:
    for moment, is_one in MOMENTS.items():
        for collection in ("strategy/v1/tactics", "roles/v1/links"):
            answer = await api.send("GET", f"/{collection}", params={"updated_since": moment})
            assert answer.status_code == (200 if is_one else 422), (moment, answer.text)


@pytest.mark.parametrize("moment", [moment for moment, is_one in MOMENTS.items() if is_one])
async def test_what_is_valid_at_the_ends_is_shown(api: Api, moment: str) -> None:
    for member in ("valid_from", "valid_to"):
        answer = await api.send("POST", "/strategy/v1/tactics", json={"name": f"{member} {moment}", member: moment})
        assert answer.status_code == 201, answer.text
        await api.platform.caught_up()
        for view in ("nodes", "why", "impact"):
            shown = await api.send("GET", f"/alignment/v1/{view}/tactic/{answer.json()['id']}")
            assert shown.status_code == 200, shown.text


async def test_every_page_at_every_moment(api: Api) -> None:
    there = await made(api)
    browser = await visitor(api.platform)
    for moment, is_one in MOMENTS.items():
        for page in PAGES:
            for name in ("as_of", *(["from", "to"] if page == "changes" else [])):
                answer = await browser.get(f"/{page.format(**there)}", params={name: moment})
                # what there is has a page only since it was recorded
                known = (200, 400, 404) if "{" in page else (200, 400)
                assert answer.status_code in (known if is_one else (400,)), (page, name, moment, answer.text)


async def test_what_is_due_at_the_ends_spoils_no_page(api: Api) -> None:
    """Nor that of everybody else, in which it stands beside others."""
    browser = await visitor(api.platform)
    made = [
        await api.make("increment", due=moment) for moment in ("0001-01-01T00:00:00Z", "9998-12-31T23:59:59.999999Z")
    ]
    await api.platform.caught_up()
    for path in ("/increments", *(f"/increments/{each['key']}" for each in made)):
        await shown(browser, path)
