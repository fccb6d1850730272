"""The gate of pipelines in the forms that their tools read."""

import json
from typing import Any
from xml.etree import ElementTree

from tests.unit.cli.test_acting import listing
from tests.unit.cli.test_queries import finding
from tests.unit.fake_owner import FakeOwner

PATH = "/alignment/v1/findings"


def bad(owner: FakeOwner) -> None:
    """One of each severity; the server narrows by what is asked for."""
    found = {
        "critical": finding("V01", "critical", title="<No> business & reason"),
        "high": finding("V02", "high"),
        "medium": finding("V07", "medium"),
    }
    owner.extra[PATH] = lambda request: listing(*filter(None, [found.get(request.url.params["severity"])]))


def test_junit_has_a_failed_case_for_each(run: Any, owner: FakeOwner) -> None:
    bad(owner)
    result = run("check", "--max-severity", "medium", "--format", "junit")
    suite = ElementTree.fromstring(result.stdout)
    assert (result.exit_code, suite.get("tests"), suite.get("failures")) == (1, "2", "2")
    told = [(case.get("classname"), case.get("name"), case[0].get("type")) for case in suite]
    assert told == [
        ("V01", "party/crew: <No> business & reason", "critical"),
        ("V02", "party/crew: Title V02", "high"),
    ]
    assert "Mend it." in str(suite[0][0].text)


def test_junit_of_nothing_is_a_case_that_passed(run: Any, owner: FakeOwner) -> None:
    owner.extra[PATH] = listing()
    result = run("check", "--format", "junit")
    suite = ElementTree.fromstring(result.stdout)
    assert (result.exit_code, suite.get("tests"), suite.get("failures"), len(suite[0])) == (0, "1", "0", 0)


def test_sarif_has_rules_and_results_at_logical_locations(run: Any, owner: FakeOwner) -> None:
    bad(owner)
    result = run("check", "--max-severity", "low", "--format", "sarif")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["version"]) == (1, "2.1.0")
    [of] = told["runs"]
    assert [rule["id"] for rule in of["tool"]["driver"]["rules"]] == ["V01", "V02", "V07"]
    assert [(each["ruleId"], each["ruleIndex"], each["level"]) for each in of["results"]] == [
        ("V01", 0, "error"), ("V02", 1, "error"), ("V07", 2, "warning"),
    ]  # fmt: skip
    assert of["results"][0]["locations"][0]["logicalLocations"][0] == {
        "fullyQualifiedName": "party/crew",
        "kind": "party",
    }
