"""A filter with a value that nothing can have is refused, with those that there are and the one that was meant."""

import pytest

from shared.contracts import LINKS, NODE_KINDS, Kind
from tests.service.api import Api, every_kind, one_loop

pytestmark = one_loop


async def refused(api: Api, path: str, **params: str) -> tuple[str, str, str]:
    answer = await api.send("GET", path, params=params)
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    return error["pointer"], error["code"], error["detail"]


@every_kind
async def test_every_state_is_asked_for_and_no_other(api: Api, kind: Kind) -> None:
    for state in kind.lifecycle.states:
        assert (await api.send("GET", api.path(kind), params={"state": state, "limit": 1})).status_code == 200
    pointer, code, detail = await refused(api, api.path(kind), state="nowhere-at-all")
    assert (pointer, code) == ("?state", "unknown-value")
    assert all(state in detail for state in kind.lifecycle.states)


@pytest.mark.parametrize(
    ("kind", "name", "value", "says"),
    [
        (NODE_KINDS["service"], "state", "operatonal", "; did you mean operational?"),
        (
            NODE_KINDS["service"],
            "type",
            "bussiness",
            "Must be one of business, application, technology, supporting; did",
        ),
        (NODE_KINDS["service"], "phase", "catalog", "did you mean catalogue?"),
        (NODE_KINDS["service"], "owner_kind", "service", "Must be one of party, role"),
        (NODE_KINDS["contract"], "type", "SLA", "did you mean sla?"),
        (NODE_KINDS["role_assignment"], "scope_kind", "team", "Must be one of process, service"),
        (LINKS["catalog"], "type", "realises", "did you mean realizes?"),
        (LINKS["catalog"], "source_kind", "servce", "did you mean service?"),
        (LINKS["catalog"], "state", "live", "Must be one of active, ended"),
    ],
)
async def test_so_has_every_choice(api: Api, kind: Kind, name: str, value: str, says: str) -> None:
    pointer, code, detail = await refused(api, api.path(kind), **{name: value})
    assert (pointer, code, says in detail) == (f"?{name}", "unknown-value", True)


async def test_a_parameter_that_there_is_not_names_those_that_there_are(api: Api) -> None:
    pointer, code, detail = await refused(api, "/catalog/v1/services", owner="x")
    assert (pointer, code) == ("?owner", "extra-forbidden")
    assert "owner_id" in detail


@pytest.mark.parametrize(
    ("path", "params", "says"),
    [
        ("nodes", {"state": "operatonal"}, "did you mean operational?"),
        ("nodes", {"kind": "contract", "state": "operational"}, "Must be one of draft, in_process, approved, active"),
        ("nodes", {"kind": "contract", "type": "SLA"}, "Must be one of sla, ola, uc; did you mean sla?"),
        ("nodes", {"kind": "project", "type": "large"}, "A project has no types."),
        ("nodes", {"kind": "servce"}, "did you mean service?"),
        ("nodes", {"knd": "service"}, "did you mean kind?"),
        ("findings", {"rule": "V8"}, "Must be one of V01, "),
        ("findings", {"severity": "worst"}, "Must be one of info, low, medium, high, critical"),
    ],
)
async def test_views_refuse_alike(api: Api, path: str, params: dict[str, str], says: str) -> None:
    _, _, detail = await refused(api, f"/alignment/v1/{path}", **params)
    assert says in detail


@pytest.mark.parametrize(
    ("kind", "body", "pointer", "says"),
    [
        ("service", {"naem": "x", "name": "x"}, "/naem", "There is no such member; did you mean name?"),
        ("service", {"name": "x", "type": "bussiness"}, "/type", "did you mean business?"),
        ("service_offering", {"name": "x", "components": [{"type": "good", "item": "x"}]}, "/components/0", "goods?"),
        (
            "service_offering",
            {"name": "x", "components": [{"type": "action", "triger": "x", "trigger": "x"}]},
            "/components/0/triger",
            "did you mean trigger?",
        ),
        ("activity", {"name": "x", "raci": [{"letter": "A"}], "process_id": "x"}, "/raci/0/role_id", "Is missing"),
        ("service", {"name": "x", "owner": {"kind": "role_", "id": "x"}}, "/owner/kind", "did you mean role?"),
    ],
)  # fmt: skip
async def test_a_body_is_refused_by_the_callers_names(
    api: Api, kind: str, body: dict[str, object], pointer: str, says: str
) -> None:
    answer = await api.send("POST", api.path(NODE_KINDS[kind]), json=body)
    told = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert (answer.status_code, says in told[pointer]) == (422, True), told
