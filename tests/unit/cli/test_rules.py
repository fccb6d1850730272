import json
from typing import Any

import httpx
import pytest

from services.alignment.judge.catalogue import SHOWN, UNDECIDED
from services.alignment.judge.catalogue.view import OF_THE_VIEW
from services.alignment.views.findings import describe

ANSWER = {
    "items": [describe(rule) for rule in SHOWN.values()],
    "undecided": [each._asdict() for each in UNDECIDED],
    "of_the_view": [each._asdict() | {"severity": each.severity.name} for each in OF_THE_VIEW],
}


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: Any, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/alignment/v1/rules"
        return httpx.Response(200, json=ANSWER, request=request)

    async def handle(self: Any, request: httpx.Request) -> httpx.Response:
        return answer(self, request)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle)


@pytest.mark.usefixtures("rules")
def test_all_are_listed_and_those_that_nothing_decides(run: Any) -> None:
    told = json.loads(run("rules", "--json").stdout)
    assert [each["id"] for each in told["items"]] == [*SHOWN]
    shown = run("rules").stdout
    assert "Process without a policy" in shown
    assert "K02" in shown
    assert "Waiver that has expired" in shown


@pytest.mark.usefixtures("rules")
def test_one_is_shown_with_its_words(run: Any) -> None:
    shown = " ".join(run("rules", "T02").stdout.split())
    assert "for 365 days" in shown
    assert "days: 365" in shown
    assert json.loads(run("rules", "T02", "--json").stdout)["limits"] == {"days": 365}


@pytest.mark.usefixtures("rules")
def test_what_is_no_rule_is_told_with_what_there_is(run: Any) -> None:
    assert (run("rules", "V99").exit_code, run("rules", "K02").exit_code) == (2, 2)
    assert "Measurements are kept" in run("rules", "K02").stderr
