"""What came from one model, and nothing else: its findings, its score, and a name that nothing came from."""

from collections import Counter
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest

from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.api import Api
from tests.service.conftest import BACKENDS

VIEW = "/alignment/v1"


def of(model: str, **more: Any) -> dict[str, Any]:
    entry = {"source": "archimate:BusinessProcess", "id": "x", "type": "BusinessProcess", "model": model}
    return {"provenance": [entry], "state": "operational", **more}


async def organised(platform: Platform) -> None:
    """Of the model ea two processes and a link, of crm a process, a service, and a link between the two models."""
    api = Api(platform)
    described = {"purpose": "It decides claims.", "trigger": "A claim", "inputs": ["Claim"], "outputs": ["Decision"]}
    vital = await api.make("process", **of("ea", criticality=5, **described))
    silent = await api.make("process", **of("ea", criticality=2))
    sales = await api.make("process", **of("crm"))
    service = await api.make("service", **of("crm"))
    for type_, source, target, model in (
        ("precedes", vital, silent, "ea"), ("realizes", sales, service, "crm"), ("precedes", sales, vital, "crm"),
    ):  # fmt: skip
        assert (await api.link(type_, source, target, **of(model, state="active"))).status_code == 201
    await platform.caught_up()


async def score(platform: Platform, **asked: str) -> dict[str, Any]:
    answer = await platform.http.get(f"{VIEW}/score", params=asked)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def rules(told: dict[str, Any]) -> dict[str, tuple[int, float, float]]:
    return {each["rule"]: (each["subjects"], each["applicable"], each["passing"]) for each in told["rules"]}


@pytest.mark.parametrize("backend", BACKENDS)
async def test_the_score_of_a_model_is_that_of_what_came_from_it(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Purposes by hand: ea has 5 of the weights 5 and 2, crm none of the usual weight 3."""
    async with chosen(backend, request) as given, running(settings_for(tmp_path, **given)) as platform:
        await organised(platform)
        whole, ea, crm = await score(platform), await score(platform, source="ea"), await score(platform, source="crm")
        assert (rules(ea)["P11"], rules(crm)["P11"], rules(whole)["P11"]) == ((2, 7, 5), (1, 3, 0), (3, 10, 5))
        [purposes] = [each for each in ea["rules"] if each["rule"] == "P11"]
        assert (purposes["coverage"], ea["source"], whole["source"]) == (71.4, "ea", None)
        added = {name: tuple(map(sum, zip(rules(ea)[name], rules(crm)[name], strict=True))) for name in rules(whole)}
        assert added == rules(whole), "each thing came from one of the two"
        later = await score(platform, source="ea", valid_at="2031-01-01")
        assert rules(later)["P11"] == (2, 7, 5), "as far as is known"


async def test_what_to_mend_first_is_of_the_model(tmp_path: Path) -> None:
    """What closing gains is counted among what came from it alone: of ea all purposes, which is 100 - 71.4 of P11."""
    async with running(settings_for(tmp_path)) as platform:
        await organised(platform)
        found = [each async for each in platform.client.items(f"{VIEW}/findings", source="ea")]
        told = await score(platform, source="ea")
        subjects = {each["subject"]["id"] for each in found}
        assert {each["subject"]["id"] for each in told["fixes"]} <= subjects
        assert Counter(each["rule"] for each in found)["P11"] == 1
        [dimension] = [each for each in told["dimensions"] if each["dimension"] == "process"]
        gains = [each["gain"]["dimension"] for each in told["fixes"] if each["rule"] == "P11"]
        share = Fraction(2, 7) / Fraction(dimension["denominator"])
        assert gains == [floor(10_000 * share) / 100]


async def test_a_name_that_nothing_came_from_is_refused(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as platform:
        http = platform.http
        await platform.caught_up()
        empty = await http.get(f"{VIEW}/score", params={"source": "ea"})
        assert empty.json()["errors"][0]["detail"].endswith("of that name; there are none")
        await organised(platform)
        for path in ("score", "findings", "findings/groups", "nodes"):
            answer = await http.get(f"{VIEW}/{path}", params={"source": "erm"})
            assert answer.status_code == 422, path
            [error] = answer.json()["errors"]
            assert (error["pointer"], error["code"]) == ("?source", "unknown-value")
            assert "there are crm, ea; did you mean crm?" in error["detail"]
