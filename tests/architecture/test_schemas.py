"""Frozen schemas of events, one for each kind: what the code says was promised, and a promise is only ever added to."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import RECORDED, freeze
from shared.contracts.events import SCHEMA_VERSION
from shared.http.documentation import event_schemas

NAME = "plumbline.catalog.contract.json"
Schema = dict[str, Any]


def test_the_code_says_what_is_frozen() -> None:
    assert freeze.frozen() == freeze.generated(), "run: python -m shared.contracts.freeze"


def test_no_change_breaks_a_reader() -> None:
    assert list(freeze.broken(freeze.frozen(), freeze.generated())) == []


def test_a_file_is_named_as_its_kind() -> None:
    for name, schema in freeze.frozen().items():
        assert schema["$id"] == f"urn:plumbline:schema:{name.removesuffix('.json')}:{SCHEMA_VERSION}"


@pytest.mark.parametrize(
    ("action", "besides", "required"),
    [
        ("created", {}, []),
        ("transitioned", {}, []),
        ("changed", {"corrected": {"type": "boolean", "default": False}}, []),
        ("deleted", {"deleted": {"const": True}}, ["deleted"]),
    ],
)
def test_the_types_of_a_kind_differ_in_name_and_in_what_marks_them(
    action: str, besides: Schema, required: list[str]
) -> None:
    """Promised as well: a reader finds a correction and a deletion by these."""
    told = {f"plumbline.{kind.service}.{kind.name}.json" for kinds in RECORDED.values() for kind in kinds}
    for name, kind in freeze.frozen().items():
        if name not in told:
            continue  # nobody writes it: it has actions of its own
        type_ = f"{name.removesuffix('.json')}.{action}"
        served = event_schemas(type_.split(".")[1])[type_]
        names = {"$id": f"urn:plumbline:schema:{type_}:{SCHEMA_VERSION}", "title": type_}
        members = {"properties": kind["properties"] | besides, "required": kind["required"] + required}
        assert served == kind | names | members


@pytest.mark.parametrize("name", freeze.frozen())
def test_a_reader_bears_members_that_come_later(name: str) -> None:
    """So that a strict validator with today's schema does not refuse the events of a later release."""
    schema = freeze.frozen()[name]
    parts = [schema, *schema["$defs"].values()]
    assert all(part.get("additionalProperties", True) is not False for part in parts)


def contract(schema: Schema) -> Schema:
    inner: Schema = schema["$defs"]["Contract"]
    return inner


def add(schema: Schema) -> None:
    contract(schema)["properties"]["colour"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}


def widen(schema: Schema) -> None:
    contract(schema)["properties"]["renewal"]["anyOf"][0]["enum"].append("ask")


def demand(schema: Schema) -> None:
    add(schema)
    contract(schema)["required"].append("colour")


def remove(schema: Schema) -> None:
    del contract(schema)["properties"]["renewal"]


def narrow(schema: Schema) -> None:
    contract(schema)["properties"]["renewal"]["anyOf"][0]["enum"].remove("exit")


def retype(schema: Schema) -> None:
    contract(schema)["properties"]["version"] = {"type": "string"}


def rename(schema: Schema) -> None:
    contract(schema)["properties"]["renewing"] = contract(schema)["properties"].pop("renewal")


@pytest.mark.parametrize(
    ("change", "breaks"),
    [(add, False), (widen, False), (demand, True), (remove, True), (narrow, True), (retype, True), (rename, True)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_breaks_a_reader(change: Any, breaks: bool) -> None:
    old = {NAME: freeze.frozen()[NAME]}
    new = deepcopy(old)
    change(new[NAME])
    assert list(freeze.broken(old, new)) == ([NAME] if breaks else [])


def test_a_kind_that_is_no_longer_sent_breaks_its_readers() -> None:
    old = freeze.frozen()
    assert list(freeze.broken(old, {name: schema for name, schema in old.items() if name != NAME})) == [NAME]


def test_a_broken_promise_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze.freeze(tmp_path)
    assert freeze.frozen(tmp_path) == freeze.frozen()
    changed = freeze.generated()
    remove(changed[NAME])
    monkeypatch.setattr(freeze, "generated", lambda: changed)
    with pytest.raises(ValueError, match=NAME):
        freeze.freeze(tmp_path)
    assert freeze.frozen(tmp_path) == freeze.frozen()
