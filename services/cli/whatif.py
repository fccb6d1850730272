"""``whatif``: what some changes would do, before anybody makes them; kept with a name, and compared."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import refs, supposed
from services.cli.endpoint import Unusable
from services.cli.refs import AsOf
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from shared.contracts.views.departure import Departure, Seat
    from shared.contracts.views.scenario import Ceasing, Outcome

Json = dict[str, Any]
_SEVERAL = "may be repeated"
_SCENARIO = "scenario/"
_SUCH = {"retire": "service/claims", "leave": "party/ana"}
_NOTHING = (
    "Nothing is to be changed: name a FILE (a bundle, or YAML with steps), retire KIND/KEY, leave party/KEY or a kept "
    "scenario/KEY."
)
_UNSIGNED = (
    "Nothing that it changes can be signed: an increment holds strategy, not services or roles. With --plan it holds a "
    "plan that says what becomes of these."
)


@command
async def whatif(
    session: Session,
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHAT]...",
            help="retire KIND/KEY, leave party/KEY, a kept scenario/KEY, or files: bundles, or YAML with steps.",
            show_default=False,
        ),
    ] = None,
    retire: Annotated[list[str] | None, typer.Option(help=f"KIND/KEY that is retired; {_SEVERAL}.")] = None,
    leave: Annotated[list[str] | None, typer.Option(help=f"party/KEY who leaves; {_SEVERAL}.")] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="Look at it on this day, with all that has begun and ended by then.")
    ] = None,
    keep: Annotated[str | None, typer.Option("--keep", metavar="NAME", help="Keep it as a scenario.")] = None,
    against: Annotated[
        str | None, typer.Option("--against", help="Compare it with this kept scenario, as scenario/KEY.")
    ] = None,
    bundle: Annotated[bool, typer.Option("--bundle", help="Write it as a bundle that apply takes.")] = False,
    increment: Annotated[
        str | None, typer.Option("--increment", metavar="NAME", help="Draft an increment of what it changes.")
    ] = None,
    plan: Annotated[
        str | None, typer.Option("--plan", metavar="NAME", help="Draft a plan of it, which --increment then holds.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """What changes would do: findings that open and close, the score before and after, and who is hit."""
    steps, at = await _steps(session, what or [])
    steps += [{"action": "retire", "ref": ref} for ref in retire or ()]
    steps += [{"action": "leave", "ref": ref} for ref in leave or ()]
    if not steps:
        raise Unusable(_NOTHING)
    day = refs.valid(on) or at
    if bundle:
        await _as_bundle(session, steps)
    elif plan:
        from services.cli import drafting

        await drafting.draft(session, plan, increment, steps, day)
    elif increment:
        await _as_increment(session, increment, steps)
    elif keep:
        from shared.contracts.alignment import SCENARIO

        kept = await session.client.post(SCENARIO, {"name": keep, "steps": steps, "at": day})
        session.show(kept, lambda: _kept(kept))
    else:
        times = {"as_of": await refs.moment(session.client, as_of), "valid_at": day}
        await _told(session, steps, {name: moment for name, moment in times.items() if moment}, against)


async def _steps(session: Session, what: list[str]) -> tuple[list[Json], str | None]:
    """The steps that the words mean, and the day of a kept scenario."""
    if not what:
        return [], None
    first, *others = what
    if first in ("retire", "leave"):
        if not others:
            raise Unusable(
                f"Name what is meant: plumbline whatif {first} {'KIND/KEY' if first == 'retire' else 'party/KEY'}"
            )
        return [{"action": first, "ref": ref} for ref in others], None
    if first.startswith(_SCENARIO) and not others:
        found = await refs.named(session.client, first)
        return list(found["steps"]), found["at"]
    return await supposed.steps(session.client, [Path(each) for each in what]), None


async def _told(session: Session, steps: list[Json], times: Json, against: str | None) -> None:
    from rich.console import Group

    from shared.contracts.views.departure import Departure
    from shared.contracts.views.scenario import Outcome

    told = await session.client.send("POST", "/alignment/v1/scenarios", {"steps": steps} | times, safe=True)
    answer = Outcome.model_validate(told)
    if against:
        other, _ = await _steps(session, [against])
        with_other = await session.client.send("POST", "/alignment/v1/scenarios", {"steps": other} | times, safe=True)
        second = Outcome.model_validate(with_other)
        session.show({"one": told, "other": with_other}, lambda: _compared(answer, second))
        return
    gone = []
    for ref in (step["ref"] for step in steps if step["action"] == "leave"):
        path = (await refs.path(session.client, ref)).removeprefix("party/")
        gone.append(await session.client.get_json(f"/alignment/v1/departures/{path}", **times))
    models = [Departure.model_validate(each) for each in gone]
    document = told | ({"departures": gone} if gone else {})
    session.show(document, lambda: Group(_outcome(answer), *(part for each in models for part in _departure(each))))


async def _as_bundle(session: Session, steps: list[Json]) -> None:
    from services.cli import steps as made
    from shared.interchange.yaml_documents import text

    documents = await made.documents(session.client, steps)
    if documents is None:
        raise Unusable("A bundle says what is there: it cannot say what ends, retires or leaves. Make that by `move`.")
    if session.json:
        session.show(documents, lambda: "")
    else:
        typer.echo("".join(map(text, documents)), nl=False)


async def _as_increment(session: Session, name: str, steps: list[Json]) -> None:
    """Of what can be signed."""
    from services.cli.tables import cell, counted
    from shared.contracts import NODE_KINDS

    paths = [
        await refs.path(session.client, step["ref"]) for step in steps if "ref" in step and step["action"] != "end"
    ]
    paths += [f"{step['state']['kind']}/{step['state']['id']}" for step in steps if step["action"] == "put"]
    pairs = [path.split("/") for path in dict.fromkeys(paths)]
    items = [{"kind": kind, "id": id} for kind, id in pairs if kind in NODE_KINDS and NODE_KINDS[kind].signed_as]
    if not items:
        raise Unusable(_UNSIGNED)
    draft = await session.client.post("increment", {"name": name, "items": items})
    session.show(draft, lambda: cell(f"increment/{draft['key']} is drafted with {counted(len(items), 'item')}."))


def _kept(kept: Json) -> "RenderableType":
    from services.cli.tables import cell

    return cell(f"scenario/{kept['key']} is kept. Ask again: plumbline whatif scenario/{kept['key']}")


def _compared(one: "Outcome", other: "Outcome") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import ref, table

    names = [name for name, value in one.after.dimensions.items() if value != other.after.dimensions.get(name)]
    rows = [("index", one.before.index, one.after.index, other.after.index)]
    rows += [(n, one.before.dimensions.get(n), one.after.dimensions[n], other.after.dimensions.get(n)) for n in names]
    parts: list[RenderableType] = [table(("score", "now", "this", "the other"), rows)]
    found = []
    for how in ("opened", "closed"):
        mine_, other_ = ({each.id: each for each in getattr(side, how)} for side in (one, other))
        for whose, mine, theirs in (("this", mine_, other_), ("the other", other_, mine_)):
            found += [(whose, how, f.rule, ref(f.subject), f.title) for id, f in mine.items() if id not in theirs]
    if found:
        parts.append(table(("only", "", "rule", "subject", "finding"), found))
    return Group(*parts)


def _departure(answer: "Departure") -> "list[RenderableType]":
    """What is left open, where anything is."""
    from services.cli.tables import ref, table

    parts: list[RenderableType] = []
    if answer.seats:
        parts.append(table(("role", "in", "left open", "could follow"), map(_seat, answer.seats)))
    others = [("owns", answer.owns), ("signs as", answer.signs), ("party to", answer.contracts)]
    rows = [(what, ref(each), each.name) for what, nodes in others for each in nodes]
    if rows:
        parts.append(table((ref(answer.party), "", ""), rows))
    return parts


def _seat(seat: "Seat") -> tuple[Any, ...]:
    from services.cli.tables import ref

    left = ", ".join(f"{each.letter} of {ref(each.activity)}" for each in seat.letters)
    follow = [
        f"{ref(each.party)}{' (lacks ' + ', '.join(each.lacks) + ')' if each.lacks else ''}" for each in seat.candidates
    ]
    open_ = left or ("nobody else holds it" if seat.alone else "others hold it")
    return ref(seat.role), ref(seat.scope) if seat.scope else "", open_, ", ".join(follow) or "nobody has the skills"


def _outcome(answer: "Outcome") -> "RenderableType":
    from rich.console import Group

    from services.cli.tables import cell, counted, ref, table

    moved = [
        (each.ref if each.node is None else ref(each.node), each.was or "new", each.becomes)
        for each in answer.suppositions
    ]
    before, after = answer.before, answer.after
    rows = [("index", before.index, after.index)]
    rows += [
        (name, value, after.dimensions.get(name))
        for name, value in before.dimensions.items()
        if value != after.dimensions.get(name)
    ]
    parts: list[RenderableType] = [
        table(("would change", "from", "to"), moved),
        cell(f"{counted(len(answer.opened), 'finding')} would open, {len(answer.closed)} would close."),
    ]
    findings = [("opens", each) for each in answer.opened] + [("closes", each) for each in answer.closed]
    if findings:
        told = [(how, f.severity, f.rule, ref(f.subject), f.title) for how, f in findings]
        parts.append(table(("", "severity", "rule", "subject", "finding"), told))
    if answer.hidden:
        parts.append(cell(f"{answer.hidden} more are not shown."))
    parts.append(table(("score", "before", "after"), rows))
    hit = [row for each in answer.ceasing for row in _hit(each)]
    if hit:
        parts.append(table(("when this goes", "", "is hit, or to be asked"), hit))
    return Group(*parts)


def _hit(each: "Ceasing") -> list[tuple[Any, ...]]:
    from services.cli.tables import ref

    subject = ref(each.subject)
    groups = [("customers", hit.node, f" ({hit.size} people)" if hit.size else "") for hit in each.customers]
    rows = [*groups, *(("contract", hit.node, "") for hit in each.contracts)]
    rows += [("ask", asked.node, "") for asked in each.to_ask]
    told = [(subject, what, f"{ref(node)}{more}") for what, node, more in rows]
    return told + ([(subject, "", f"{each.hidden} relations were not followed")] if each.hidden else [])
