"""A decision about services from a scenario to what has become of them: planned, signed, carried out, by command."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from shared.config import Settings
from tests.system import processes
from tests.system.test_sign_off_commands import Person, Town

BUNDLE = r"""
{kind: strategy, key: grow, spec: {name: Grow, type: business, state: in_force, state_reason: found}}
---
{kind: strategy, key: it, spec: {name: IT, type: it}}
---
{kind: objective, key: faster, spec: {name: Faster, state: in_force, state_reason: found},
 links: [{type: decomposes, to: strategy/grow}]}
---
{kind: outcome, key: paid, spec: {name: Paid in a day, type: external, state: agreed, state_reason: found},
 links: [{type: realizes, to: objective/faster}]}
---
{kind: service, key: portal, spec: {name: "Old\n  portal", state: operational, state_reason: found, criticality: 2},
 links: [{type: serves, to: outcome/paid}]}
---
{kind: service, key: claims, spec: {name: Claims, state: operational, state_reason: found, criticality: 3}}
---
{kind: stakeholder, key: chair, spec: {name: Chair, subject: ann, signs: true}}
"""
STEPS = """
steps:
- {action: link, type: serves, source: service/claims, target: outcome/paid}
- {action: set, ref: service/claims, members: {criticality: 5}}
- {action: move, ref: strategy/it, to: proposed}
- {action: end, ref: LINK}
- {action: retire, ref: service/portal}
"""
SUPPORTS = "{kind: strategy, key: it, links: [{type: supports, to: strategy/grow}]}"

OTHER_STEPS = """
kind: plan
key: the-portal-goes
spec:
  name: The portal goes
  steps:
  - {action: retire, ref: service/claims, on: 2999-01-01}
  - {action: set, ref: service/claims, members: {criticality: 4}}
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with processes.embedded(folder / "home") as (url, _):
        yield Town(url, Settings(home=folder / "home").issuer_key_path, folder)


def wrote(town: Town, text: str) -> str:
    path = town.folder / "written.yaml"
    path.write_text(text)
    return str(path)


def rules(clerk: Person, subject: str) -> set[str]:
    return {each["rule"] for each in clerk.json("findings", "--subject", subject, "--each")}


def became(document: Any) -> list[str]:
    return [each["became"] for each in document["steps"]]


def state(clerk: Person, ref: str) -> str:
    return str(clerk.json("get", *ref.split("/"))["state"])


def signed(town: Town, name: str) -> str:
    """The plan ``the-portal-goes`` under an increment; what the signer was shown."""
    clerk, chair = town.person("clerk"), town.person("ann", "strategy:read", "strategy:approve", "catalog:read")
    key = clerk.json("propose", name, "--item", "plan/the-portal-goes", "--signer", "chair")["key"]
    clerk.run("submit", key)
    return chair.run("sign", key, "--yes").stderr


def test_from_a_scenario_to_what_becomes_of_services(town: Town) -> None:
    clerk = town.person("clerk")
    clerk.run("apply", "-f", wrote(town, BUNDLE))
    clerk.json("whatif", wrote(town, STEPS.replace("LINK", _link_of(clerk))), "--keep", "Without it")
    told = clerk.run("whatif", "scenario/without-it", "--plan", "The portal goes")
    assert "plan/the-portal-goes is drafted with 5 steps." in told.stdout
    assert "is not signed" in clerk.run("apply", "--plan", "the-portal-goes", expect=4).stderr
    clerk.run("move", "plan/the-portal-goes", "proposed")

    shown = signed(town, "Portal")
    for number, sentence in enumerate(
        (
            "link service/claims Claims serves outcome/paid Paid in a day",
            "set of service/claims Claims: criticality to 5",
            "move strategy/it IT to proposed",
            "end service/portal Old\N{REPLACEMENT CHARACTER}  portal serves outcome/paid Paid in a day",
            "retire service/portal Old\N{REPLACEMENT CHARACTER}  portal",
        ),
        1,
    ):
        assert f"\n    {number}. {sentence}\n" in shown
    assert "V08" in rules(clerk, "service/claims")

    dry = clerk.json("apply", "--plan", "the-portal-goes", "--dry-run")
    assert became(dry) == ["would be made"] * 5
    assert (dry["increment"], dry["steps"][0]["closes"]) == ("increment/portal", ["V08"])
    assert state(clerk, "service/portal") == "operational"

    broken = clerk.run("apply", "--plan", "the-portal-goes", expect=1)
    assert "It supports no strategy" in broken.stdout
    assert "Once that is there, draft may become proposed." in broken.stdout
    assert "2 made, 1 refused, 2 not tried" in broken.stderr
    assert "1. link service/claims Claims serves outcome/paid Paid in a day: -V08" in broken.stderr
    assert state(clerk, "service/portal") == "operational"

    clerk.run("apply", "-f", wrote(town, SUPPORTS))
    again = clerk.json("apply", "--plan", "plan/the-portal-goes")
    assert became(again) == ["done already", "done already", "made", "made", "made"]
    assert state(clerk, "service/portal") == "retired"
    assert clerk.json("get", "service", "claims")["criticality"] == 5
    assert "signed under increment/portal" in clerk.json("get", "service", "portal")["state_reason"]
    assert "V08" not in rules(clerk, "service/claims")
    assert rules(clerk, "service/portal") == set()
    version = clerk.json("get", "service", "claims")["version"]
    assert became(clerk.json("apply", "--plan", "the-portal-goes")) == ["done already"] * 5
    assert clerk.json("get", "service", "claims")["version"] == version
    check_drift(town, clerk)


def check_drift(town: Town, clerk: Person) -> None:
    """What was changed since is carried out once it is signed anew; what is to come waits for its day."""
    clerk.run("apply", "-f", wrote(town, OTHER_STEPS))
    refused = clerk.run("apply", "--plan", "the-portal-goes", expect=4).stderr
    assert "not what was signed under increment/portal: steps changed since" in refused
    assert "+ retire service/claims Claims, not before 2999-01-01" in clerk.run("drift", "portal", expect=1).stdout
    assert "- retire service/portal Old" in clerk.run("drift", "portal", expect=1).stdout
    told = clerk.run("diff", "--from", "2020-01-01").stdout
    assert "+ retire service/claims Claims, not before 2999-01-01" in told
    dry = clerk.json("apply", "--plan", "the-portal-goes", "--unsigned", "--dry-run")
    assert (became(dry), dry["increment"]) == (["not yet", "would be made"], None)

    signed(town, "Claims")
    later = clerk.json("apply", "--plan", "the-portal-goes")
    assert became(later) == ["not yet", "made"]
    assert (later["increment"], later["steps"][0]["problem"]) == ("increment/claims", "from 2999-01-01 on")
    assert state(clerk, "service/claims") == "operational"


def _link_of(clerk: Person) -> str:
    headers = {"Authorization": f"Bearer {clerk.token}"}
    found = httpx.get(f"{clerk.url}/catalog/v1/links", params={"type": "serves"}, headers=headers).json()["items"]
    return f"link/{found[0]['id']}"
