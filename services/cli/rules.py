"""``rules``: the rule catalogue, for people."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import refs
from services.cli.endpoint import Unusable
from services.cli.refs import AsOf
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.views.catalogue import RuleList, RuleView

_RULES, _TEST = "/alignment/v1/rules", "test"


@command
async def rules(
    session: Session,
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="One rule, such as V04; without it, all.")] = None,
    file: Annotated[
        Path | None, typer.Argument(help="With `test` for RULE: YAML with a pack of rules.", show_default=False)
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="With `test`: also what they would have found from this moment on.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """List the rules and those that nothing here can decide, show one, or `test` those of a file by their examples."""
    from services.cli import packs
    from shared import typed
    from shared.contracts.refusals import one_of
    from shared.contracts.views.catalogue import RuleList

    if rule == _TEST and file is not None:
        await packs.test(session, file, since)
        return
    if rule == _TEST or file is not None or since is not None:
        raise Unusable(f"Rules are tested from a file: plumbline rules {_TEST} FILE [--since MOMENT]")
    at = {} if as_of is None else {"as_of": await refs.moment(session.client, as_of)}
    answer = await typed.read(session.client, RuleList, _RULES, **at)
    if rule is None:
        session.show(answer.document, lambda: _list(answer.value))
        return
    known = {each.id: each for each in answer.value.items}
    if rule not in known:
        why = next((each.why for each in answer.value.undecided if each.id == rule), None)
        raise Unusable(f"The rule {rule} is not decided here. {why}" if why else f"RULE must be {one_of(rule, known)}")
    document = next(each for each in answer.document["items"] if each["id"] == rule)
    session.show(document, lambda: _one(known[rule]))


def _list(answer: "RuleList") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, table

    rows = [(each.id, _how(each), each.dimension, each.title, each.condition) for each in answer.items]
    view = [(each.id, each.severity, "nothing", each.title, each.condition) for each in answer.of_the_view]
    left_out = [(each.id, each.title, each.why) for each in answer.undecided]
    return Group(
        table(("rule", "severity", "counts in", "finding", "when"), [*rows, *view]),
        cell(""),
        table(("not decided", "finding", "why"), left_out),
    )


def _how(rule: "RuleView") -> str:
    """How grave, marked where the organisation has set something."""
    return f"{'off' if rule.off else rule.severity}{' (set)' if rule.setting else ''}"


def _one(rule: "RuleView") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, table

    rows = [
        ("severity", _how(rule)),
        ("counts in", rule.dimension),
        ("when", rule.condition),
        ("remedy", rule.remedy),
        ("looks at", ", ".join(rule.kinds)),
        ("limits", ", ".join(f"{name}: {number}" for name, number in rule.limits.items()) or "none"),
        ("passes", rule.examples.passes),
        ("fails", rule.examples.fails),
        ("source", rule.source),
    ]
    if rule.setting:
        whose = rule.setting
        rows.append(("set", f"by {whose.by}, from {whose.since:%Y-%m-%d %H:%M} on: {whose.reason}"))
        rows.append(("setting", f"setting/{whose.key}"))
    return Group(cell(f"{rule.id}: {rule.title}"), table(("", ""), rows))
