"""``settings``: what an organisation sets of rules, from a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from services.cli.endpoint import Unusable
from services.cli.session import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.client import Client
    from shared.contracts.setting_files import SettingOfRule
    from shared.contracts.views.catalogue import RuleView
    from shared.interchange.faults import Place

Json = dict[str, Any]
_RULES = "/alignment/v1/rules"
_GONE = "No longer in the file of settings."
_SAME = "unchanged"


class _Step(NamedTuple):
    """What is to be done about a rule; ``before`` is the setting that is active."""

    rule: str
    does: str
    before: Json | None = None
    body: Json | None = None


@command
async def settings(
    session: Session,
    file: Annotated[
        Path | None, typer.Argument(help="YAML with `settings`; without it, what is set is listed.", show_default=False)
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Withdraw the settings that FILE does not name.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be changed.")] = False,
) -> None:
    """Set rules as a file says: off, how grave, or the numbers they go by. All of it is checked before any is sent."""
    from services.cli.tables import cell, counted, table

    if file is None:
        if prune or dry_run:
            raise Unusable("--prune and --dry-run are about a FILE of settings.")
        await _list(session)
        return
    steps = await _steps(session.client, file, prune=prune)
    if not dry_run:
        for each in steps:
            await _take(session.client, each)
    told = [(each.rule, each.does) for each in steps]
    number = sum(each.does != _SAME for each in steps)
    done = "would be changed" if dry_run else "changed: it counts from a second later on" if number else "changed"
    document = {"dry_run": dry_run, "rules": [{"rule": rule, "action": does} for rule, does in told]}
    if told and not session.json:
        session.out.print(table(("rule", "setting"), told))
    session.show(document, lambda: cell(f"{counted(number, 'setting')} {done}."))


async def _list(session: Session) -> None:
    from services.cli.tables import table
    from shared import typed
    from shared.contracts.views.catalogue import RuleList

    items = (await typed.read(session.client, RuleList, _RULES)).document["items"]
    set_ = [each["setting"] | {"rule": each["id"]} for each in items if each["setting"]]
    rows = [(each["rule"], _said(each), each["since"][:10], each["by"], each["reason"]) for each in set_]
    session.show({"items": set_}, lambda: table(("rule", "set to", "since", "by", "why"), rows))


def _said(setting: Json) -> str:
    said = ["off"] if setting["off"] else []
    said += [setting["severity"]] if setting["severity"] else []
    return ", ".join([*said, *(f"{name}: {number}" for name, number in setting["limits"].items())])


async def _steps(client: "Client", file: Path, *, prune: bool) -> list[_Step]:
    from shared import typed
    from shared.contracts.alignment import SETTING
    from shared.contracts.setting_files import SettingFile
    from shared.contracts.views.catalogue import RuleList
    from shared.interchange.faults import BadBundle
    from shared.interchange.modelled import read

    try:
        wanted, place = read(file, SettingFile)
        rules = (await typed.read(client, RuleList, _RULES)).value.items
        if faults := [*_faults(wanted.settings, {each.id: each for each in rules}, place)]:
            raise BadBundle(faults)
    except BadBundle as error:
        raise Unusable(str(error)) from None
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from None
    there = {each["rule"]: each async for each in client.list(SETTING, state="active")}
    steps = [_step(each, there.pop(each.rule, None)) for each in wanted.settings]
    return steps + ([_Step(rule, "withdraw", state) for rule, state in there.items()] if prune else [])


def _faults(settings: "list[SettingOfRule]", rules: "dict[str, RuleView]", place: "Place") -> "Iterator[str]":
    from shared.contracts.refusals import one_of

    first: dict[str, int] = {}
    for number, each in enumerate(settings):
        at = f"/settings/{number}"
        if each.rule not in rules:
            yield place.fault(f"{at}/rule", f"must be {one_of(each.rule, rules)}")
            continue
        if each.rule in first:
            yield place.fault(f"{at}/rule", f"is set before, by /settings/{first[each.rule]}")
        first.setdefault(each.rule, number)
        known = rules[each.rule].limits
        for name in each.limits.keys() - known.keys():
            allowed = f"must be {one_of(name, known)}" if known else f"the rule {each.rule} goes by no numbers"
            yield place.fault(f"{at}/limits/{name}", allowed)


def _step(wanted: "SettingOfRule", before: Json | None) -> _Step:
    body = wanted.model_dump(mode="json", exclude={"rule"})
    if before is None:
        return _Step(wanted.rule, "set", None, {**body, "rule": wanted.rule})
    if all(before[name] == value for name, value in body.items()):
        return _Step(wanted.rule, _SAME, before)
    # what is left out of a merge stays: limits that are set no longer are taken out by name
    body["limits"] = {**dict.fromkeys(before["limits"]), **body["limits"]}
    return _Step(wanted.rule, "change", before, body)


async def _take(client: "Client", step: _Step) -> None:
    from shared.contracts.alignment import SETTING

    if step.body is not None and step.before is None:
        await client.post(SETTING, step.body)
    elif step.body is not None and step.before is not None:
        await client.patch(SETTING, step.before["id"], step.before["version"], step.body)
    elif step.does == "withdraw" and step.before is not None:
        await client.transition(SETTING, step.before["id"], step.before["version"], "withdrawn", _GONE)
