"""A list whose filter no index serves looks at so many rows a page; what is there is found all the same."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from sqlalchemy import Table, select

from services.alignment.judge.rule import Severity
from services.alignment.models import FINDING, RECORD
from services.alignment.views import brought, diff
from shared import clock
from shared.http import pagination
from tests.backends.databases import chosen
from tests.service.alignment.large import Large, large
from tests.service.conftest import BACKENDS
from tests.service.counting import looked_at

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.long]

MOST, FIRST = 300, 50
LIMIT = 5
ALL = "limit=100"
"""Of everything there is too much for pages of five."""
OWNER = "party/5d0f2a61-4c0e-4a55-9f0b-6f1f6f6a0001"
AS_OF = {"nodes": 700, "findings": 2000}
"""Positions of events: at such a moment some is there, and much is not yet."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Large]:
    home: Path = tmp_path_factory.mktemp("bounded")
    async with chosen(request.param, request, "alignment") as given, large(home, 2000, given) as found:
        await _rare(found)
        yield found


async def _rare(there: Large) -> None:
    """A few that have what no other has, at the beginning, in the middle and at the end of their kind."""
    organisation = there.organisation
    owner = {"kind": "party", "id": OWNER.partition("/")[2]}
    for number, key in enumerate(("policy-0", "policy-3-", "policy-z")):
        state = organisation.node(organisation.id(-7, number), "policy", key, f"Ein Maßstab {number}")
        await there.add("roles", state | {"state": "awaiting_approval", "type": None, "owner": owner})
    for number, key in enumerate(("tactic-1", "tactic-4", "tactic-9")):
        await there.add(
            "strategy", organisation.node(organisation.id(-8, number), "tactic", key, "T") | {"owner": owner}
        )


@pytest.fixture(autouse=True)
def bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "MOST_LOOKED_AT", MOST)
    monkeypatch.setattr(pagination, "_FIRST_LOOK", FIRST)


async def pages(there: Large, path: str) -> list[list[Any]]:
    """Until there is no cursor any more."""
    path += "" if ALL in path else f"&limit={LIMIT}"
    found, more = [], ""
    while True:
        answer = await there.get(f"{path}{more}")
        found.append(answer["items"])
        if answer["next_cursor"] is None:
            return found
        more = f"&cursor={answer['next_cursor']}"


def moment(there: Large, of: str) -> datetime:
    return there.organisation.time(AS_OF[of])


async def rows(there: Large, table: Table, begins: str, ends: str, as_of: datetime | None) -> list[Any]:
    """All of a table that are there now or were then, without a list."""
    async with there.database.read() as connection:
        found = (await connection.execute(select(table))).all()
    at = as_of or clock.FOREVER.replace(year=9998)
    return [row for row in found if getattr(row, begins) <= at < getattr(row, ends)]


NOBODY = "00000000-0000-7000-8000-000000000000"
NODES: dict[str, Callable[[Any], bool]] = {
    "q=MASSSTAB": lambda row: "massstab" in row.folded,
    "q=unit%202": lambda row: "unit 2" in row.folded,
    "q=never": lambda _: False,
    "state=awaiting_approval": lambda row: row.state == "awaiting_approval",
    "type=business": lambda row: row.type == "business",
    "kind=tactic&q=of%20unit%205": lambda row: row.kind == "tactic" and "of unit 5" in row.folded,
    "kind=policy&state=awaiting_approval&q=1": lambda row: row.state == "awaiting_approval" and "1" in row.folded,
    "kind=service": lambda row: row.kind == "service",
    "key=tactic-4": lambda row: row.key == "tactic-4",
    ALL: lambda _: True,
}
FINDINGS: dict[str, Callable[[Any, Any], bool]] = {
    f"owner={quote(OWNER)}": lambda _, subject: subject.owner == OWNER,
    f"owner=party%2F{NOBODY}": lambda _, __: False,
    "kind=tactic": lambda _, subject: subject.kind == "tactic",
    "kind=policy&rule=V04": lambda finding, subject: subject.kind == "policy" and finding.rule == "V04",
    "severity=high&kind=process": lambda f, subject: (f.severity, subject.kind) == (Severity.high, "process"),
    "rule=P01": lambda finding, _: finding.rule == "P01",
    "severity=high&rule=P01": lambda finding, _: (finding.severity, finding.rule) == (Severity.high, "P01"),
    ALL: lambda _, __: True,
}  # fmt: skip


@pytest.mark.parametrize("past", [False, True], ids=["now", "then"])
@pytest.mark.parametrize("asked", NODES)
async def test_every_node_is_found_once_and_in_order(there: Large, asked: str, past: bool) -> None:
    as_of = moment(there, "nodes") if past else None
    found = await pages(there, f"nodes?{asked}" + (f"&as_of={clock.rfc3339(as_of)}" if as_of else ""))
    all_ = await rows(there, RECORD, "recorded_from", "recorded_to", as_of)
    wanted = sorted((row.kind, row.key, row.ref) for row in all_ if row.kind != "link" and NODES[asked](row))
    assert [f"{node['kind']}/{node['id']}" for page in found for node in page] == [ref for *_, ref in wanted]
    assert all(len(page) <= (100 if asked == ALL else LIMIT) for page in found)


@pytest.mark.parametrize("past", [False, True], ids=["now", "then"])
@pytest.mark.parametrize("asked", FINDINGS)
async def test_every_finding_is_found_once_and_in_order(there: Large, asked: str, past: bool) -> None:
    as_of = moment(there, "findings") if past else None
    found = await pages(there, f"findings?{asked}" + (f"&as_of={clock.rfc3339(as_of)}" if as_of else ""))
    subjects = {row.ref: row for row in await rows(there, RECORD, "recorded_from", "recorded_to", as_of)}
    all_ = await rows(there, FINDING, "opened_at", "resolved_at", as_of)
    shown = [finding for finding in all_ if finding.severity >= 0]
    order = [(f.severity, f.rule, f.subject, f.id) for f in shown if FINDINGS[asked](f, subjects[f.subject])]
    assert [finding["id"] for page in found for finding in page] == [id for *_, id in sorted(order, reverse=True)]


async def test_there_is_something_to_find_and_there_are_empty_pages(there: Large) -> None:
    for path in ("nodes?q=MASSSTAB", f"findings?owner={quote(OWNER)}"):
        found = await pages(there, path)
        assert [] in found[:-1], path
        assert len(list(chain(*found))) >= 3, path
    for of in AS_OF:
        found = await pages(there, f"{of}?{ALL}&as_of={clock.rfc3339(moment(there, of))}")
        now = await pages(there, f"{of}?{ALL}")
        assert 0 < len(list(chain(*found))) < len(list(chain(*now)))


PATHS = [*(f"nodes?{asked}" for asked in NODES), *(f"findings?{asked}" for asked in FINDINGS)]


@pytest.mark.parametrize("past", [False, True], ids=["now", "then"])
@pytest.mark.parametrize("path", PATHS)
async def test_no_statement_reads_more(there: Large, path: str, past: bool) -> None:
    at = f"&as_of={clock.rfc3339(moment(there, path.partition('?')[0]))}" if past else ""
    # what a finding is worth follows from the counts of the score (``test_tally``), whatever the list is
    about = "finding.evidence" if path.startswith("findings") else ""
    read = await looked_at(there.database, lambda: there.get(f"{path.replace(ALL, '')}{at}&limit={LIMIT}"), about)
    assert max(read) <= MOST + 3 * LIMIT, read


async def test_one_that_does_is_seen(there: Large, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "MOST_LOOKED_AT", 100_000)
    monkeypatch.setattr(pagination, "_FIRST_LOOK", 100_000)
    assert max(await looked_at(there.database, lambda: there.get("nodes?q=never"))) > MOST + 3 * LIMIT


async def test_the_findings_of_a_long_time_are_those_of_its_end(there: Large, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"diff?from={clock.rfc3339(there.organisation.time(1))}&limit=1"
    read = max(await looked_at(there.database, lambda: there.get(path), "finding.evidence"))
    whole = (await there.get(path))["findings"]
    monkeypatch.setattr(diff, "_LOOKED_AT", 20)
    assert max(await looked_at(there.database, lambda: there.get(path), "finding.evidence")) < read / 2
    part = (await there.get(path))["findings"]
    assert 0 < len(part["opened"]) <= 20 < len(whole["opened"])
    assert min(each["since"] for each in part["opened"]) > min(each["since"] for each in whole["opened"])
    assert part["more_opened"]


async def test_more_findings_than_a_diff_lists_are_told_of(there: Large, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"diff?from={clock.rfc3339(there.organisation.time(1))}&limit=1"
    monkeypatch.setattr(diff, "_MOST_FINDINGS", 100_000)
    monkeypatch.setattr(diff, "_LOOKED_AT", 100_000)
    whole = (await there.get(path))["findings"]
    number = len(whole["opened"])
    for most, more in ((number, False), (number - 1, True)):
        monkeypatch.setattr(diff, "_MOST_FINDINGS", most)
        part = (await there.get(path))["findings"]
        assert (part["opened"], part["more_opened"]) == (whole["opened"][:most], more)


async def test_without_a_summary_a_diff_is_what_changed(there: Large) -> None:
    path = f"diff?from={clock.rfc3339(there.organisation.time(1))}&limit=5"
    whole, plain = await there.get(path), await there.get(f"{path}&summary=false")
    assert plain["items"] == whole["items"] != []
    assert (plain["findings"], plain["score"], plain["days"]) == (None, None, [])
    assert whole["findings"]["opened"]
    assert whole["days"]


async def test_what_one_change_brought_about_is_bounded(there: Large, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"diff?from={clock.rfc3339(there.organisation.time(1))}&limit=200"
    whole = (await there.get(path))["items"]
    read = max(await looked_at(there.database, lambda: there.get(path), "counts"))
    monkeypatch.setattr(brought, "LOOKED_AT", 20)
    assert max(await looked_at(there.database, lambda: there.get(path), "counts")) < read / 2
    assert len((await there.get(path))["items"]) < len(whole)
