"""``fix``: what mends a finding, as a bundle; and does it."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import refs
from services.cli.acting import Which, finding_id
from services.cli.endpoint import Unusable
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.views.remedy import RemedyOption, RemedyView

Json = dict[str, Any]
_FINDINGS = "/alignment/v1/findings"


@command
async def fix(
    session: Session,
    which: Which,
    chosen: Annotated[
        list[str] | None,
        typer.Option("--with", help="What is chosen, as KIND/KEY; or MEMBER=VALUE to fill in; may be repeated."),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it.")] = False,
) -> None:
    """What mends a finding: what there is to choose from, or the change as a bundle; with --apply it is made."""
    from services.cli.tables import lines
    from shared import typed
    from shared.contracts.views.remedy import RemedyView
    from shared.interchange.making import make

    id = await finding_id(session.client, which)
    said = [each for each in chosen or () if "=" not in each]
    if len(said) > 1:
        raise Unusable("One thing is chosen: name one KIND/KEY with --with.")
    ref = await refs.path(session.client, said[0]) if said else None
    asked = {"with": ref} if ref else {}
    answer = await typed.read(session.client, RemedyView, f"{_FINDINGS}/{id}/remedy", **asked)
    filled = dict(_member(each) for each in chosen or () if "=" in each)
    made = _made(answer.value, filled)
    if made is None and ref is not None:
        raise Unusable(f"{said[0]} is nothing that mends {which}. What does: plumbline fix {which}")
    if made is None and apply:
        made = _asked(answer.value, which)
    if made is None:
        session.show(answer.document, lambda: _offered(answer.value, which))
        return
    if not apply:
        await _shown(session, made, which)
        return
    done = [told async for told in make(session.client, made, f"It mends {answer.value.finding.rule}.")]
    session.show({"finding": id, "done": done}, lambda: lines(done))


def _made(answer: "RemedyView", filled: Json) -> list[Json] | None:
    """The steps, where there is nothing left to choose."""
    if filled:
        return [_filling(answer, filled)]
    ways = [each.steps for each in answer.options if each.steps]
    ways += [each.candidates[0].steps for each in answer.options if len(each.candidates) == 1 and not each.more]
    several = len(answer.options) != 1 and not (len(ways) == len(answer.options) == 1)
    if not ways or several:
        return None
    return [step.model_dump(mode="json") for step in ways[0]]


def _filling(answer: "RemedyView", filled: Json) -> Json:
    """Members that are filled in, as a step. Raises Unusable for one that the remedy does not name."""
    from shared.contracts.refusals import one_of
    from shared.interchange.making import filled as step

    which = next((option for option in answer.options if filled.keys() <= {each.name for each in option.members}), None)
    known = [member.name for option in answer.options for member in option.members]
    if which is None and (strange := next((name for name in filled if name not in known), None)):
        raise Unusable(f"{strange} is nothing to fill in: it must be {one_of(strange, known)}" if known else _BY_HAND)
    if which is None:
        raise Unusable("These are members of several things: fill in those of one of them.")
    try:
        return step(answer.finding.subject, which, filled)
    except ValueError as error:
        raise Unusable(str(error)) from None


_BY_HAND = "Nothing is to be filled in."


def _member(given: str) -> tuple[str, str]:
    name, _, value = given.partition("=")
    return name, value


def _asked(answer: "RemedyView", which: str) -> list[Json]:
    """Whoever sits there is asked; a program has to say it. Raises Unusable."""
    from services.cli.tables import label, plain

    there = [(option, each) for option in answer.options for each in option.candidates]
    if not there or not sys.stdin.isatty():
        raise Unusable(f"{_needed(answer)} See them: plumbline fix {which}")
    for number, (option, each) in enumerate(there, 1):
        typer.echo(f"{number}. {label(each.node)}: {plain(option.says)}", err=True)
    number = typer.prompt("Which", type=int, err=True)
    if not 0 < number <= len(there):
        raise Unusable(f"It must be a number from 1 to {len(there)}.")
    return [step.model_dump(mode="json") for step in there[number - 1][1].steps]


def _needed(answer: "RemedyView") -> str:
    if any(option.candidates for option in answer.options):
        return "Something has to be chosen: name it with --with KIND/KEY."
    if any(option.members for option in answer.options):
        return "Something has to be filled in: say it with --with MEMBER=VALUE."
    return _by_people(answer)


def _by_people(answer: "RemedyView") -> str:
    return f"Only people can mend it. {answer.decision or answer.finding.remedy}"


async def _shown(session: Session, made: list[Json], which: str) -> None:
    """What would be done, as a bundle where one can say it, and what would come of it."""
    from services.cli import steps
    from shared.contracts.views.scenario import Outcome
    from shared.interchange.yaml_documents import text

    told = await session.client.send("POST", "/alignment/v1/scenarios", {"steps": made}, safe=True)
    outcome = Outcome.model_validate(told)
    documents = await steps.documents(session.client, made)
    if session.json:
        session.show({"steps": made, "bundle": documents, "outcome": told}, lambda: "")
        return
    typer.echo("".join(map(text, documents)) if documents else text({"steps": made}), nl=False)
    closed, opened = (", ".join(sorted({each.rule for each in some})) for some in (outcome.closed, outcome.opened))
    session.say(f"Closes {closed or 'nothing'}; opens {opened or 'nothing'}.")
    score = f"{outcome.before.index} to {outcome.after.index}"
    session.say(f"The index of the score goes from {score}. To do it: plumbline fix {which} ... --apply")


def _offered(answer: "RemedyView", which: str) -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, table

    found = answer.finding
    parts: list[RenderableType] = [cell(f"{found.rule} {found.title}: {found.remedy}")]
    if not answer.options:
        parts.append(cell(_by_people(answer)))
    for option in answer.options:
        parts += [cell(""), cell(option.says), *_choices(option, which, table)]
    return Group(*parts)


def _choices(option: "RemedyOption", which: str, table: Any) -> list["RenderableType"]:
    from services.cli.tables import cell, ref

    if option.members:
        rows = [(each.name, each.form, ", ".join(each.choices), each.meaning) for each in option.members]
        return [table(("--with", "form", "choices", ""), [(f"{name}=", *rest) for name, *rest in rows])]
    if option.candidates:
        found = [(ref(each.node), each.node.name, each.node.state) for each in option.candidates]
        more = [cell(f"and {option.more} more")] if option.more else []
        return [table(("--with", "", ""), found), *more]
    return [cell(f"plumbline fix {which} --apply")]
