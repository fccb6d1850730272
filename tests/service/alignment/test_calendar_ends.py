"""Moments at both ends of the calendar: every view answers, or refuses what is none."""

import pytest

from tests.service.api import Api, one_loop
from tests.service.web.browsing import visitor
from tests.unit.hostile import MOMENTS

pytestmark = one_loop
VIEWS = [
    "nodes", "nodes/{tactic}", "trace/{tactic}", "why/{tactic}", "impact/{tactic}", "findings", "score", "cascade",
    "coverage/design", "coverage/offerings", "raci/{process}", "load",
]  # fmt: skip
PAGES = ["", "search", "entity/{tactic}", "findings", "cascade", "coverage", "raci", "raci/{process}", "changes"]
ON_BOTH_AXES = {"nodes", "nodes/{tactic}", "trace/{tactic}", "why/{tactic}", "impact/{tactic}", "findings", "score"}


async def made(api: Api) -> dict[str, str]:
    """What the views are about."""
    tactic, process = await api.make("tactic"), await api.make("process")
    await api.platform.caught_up()
    return {"tactic": f"tactic/{tactic['id']}", "process": process["id"]}


async def test_every_view_at_every_moment(api: Api) -> None:
    there = await made(api)
    for moment, is_one in MOMENTS.items():
        for view in VIEWS:
            for axis in ("as_of", "valid_at") if view in ON_BOTH_AXES else ("as_of",):
                path = f"/alignment/v1/{view.format(**there)}"
                answer = await api.send("GET", path, params={axis: moment})
                assert answer.status_code < 500, (path, moment, answer.text)
                assert (answer.status_code == 422) is not is_one, (path, moment, answer.text)


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
