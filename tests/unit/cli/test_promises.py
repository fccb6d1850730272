import json
from typing import Any

from tests.unit.cli.test_queries import CREW, DECK, FRAME, crew, node
from tests.unit.fake_owner import FakeOwner

__all__ = ["crew"]


def target(value: float, **more: Any) -> dict[str, Any]:
    told = {"metric": "availability", "comparator": ">=", "value": value, "unit": "percent"}
    return {**told, "window": None, "hours": None, "kpi_id": None, **more}


def line(id: str, key: str, by: str, value: float | None, arithmetic: str, *parts: Any, **more: Any) -> dict[str, Any]:
    told = {"node": node(id, key), "by": by, "value": value, "arithmetic": arithmetic, "target": None}
    return {**told, "parts": [*parts], **more}


def test_promises_are_trees_with_their_arithmetic(run: Any, owner: FakeOwner) -> None:
    agreed = line(DECK, "mooring", "agreement", 99.5, "99.5 %", target=target(99.5, window="month", hours="8-18"))
    whole = line(CREW, "ferry", "serial", 98.5, "99.5 % x 99 % = 98.5 %", agreed)
    numbers = {"unit": "percent", "promised": 99.9, "sustained": 98.5, "weakest": node(DECK, "mooring")}
    nothing = dict.fromkeys(("unit", "promised", "sustained", "weakest", "reckoning"))
    owner.extra[f"/alignment/v1/promises/{CREW}"] = {
        "contract": node(CREW, "sla"),
        "promises": [
            {"target": target(99.9), "verdict": "broken", **numbers, "reckoning": whole},
            {"target": target(98), "verdict": "kept", **numbers, "weakest": None, "reckoning": whole},
            {"target": target(3, unit="smiles"), "verdict": "not_comparable", **nothing},
            {"target": target(97), "verdict": "unknown", **nothing, "unit": "percent", "promised": 97.0},
        ],
        "hidden": 2,
        "left_out": {},
        **FRAME,
    }
    told = run("promises", CREW).stdout
    assert "availability >= 99.9 percent: cannot be kept: 98.5 % at best, least by party/mooring Mooring" in told
    assert "party/ferry Ferry: 99.5 % x 99 % = 98.5 %" in told
    assert "party/mooring Mooring (availability >= 99.5 percent a month 8-18): 99.5 %" in told
    assert "availability >= 98 percent: can be kept: 98.5 %\n" in told
    assert "availability >= 3 smiles: its unit, comparator or hours cannot be reckoned with" in told
    assert "availability >= 97 percent: nothing underneath promises anything about it" in told
    assert "and 2 relations not followed" in told
    assert json.loads(run("promises", f"contract/{CREW}", "--json").stdout)["hidden"] == 2
