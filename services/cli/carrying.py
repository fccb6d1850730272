"""``apply --plan``: what a signed plan decides on is done, step by step; what is done already is passed over."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import orjson

from services.cli import refs
from services.cli.gate import Gate
from services.cli.move import advice
from services.cli.planned import day
from services.cli.session import Session

if TYPE_CHECKING:
    from shared.client import Client
    from shared.contracts import Kind
    from shared.contracts.answers.sign_off import SignedUnder

Json = dict[str, Any]
DONE, LATER, MADE, WOULD, REFUSED, LEFT = (
    "done already", "not yet", "made", "would be made", "refused", "not tried",
)  # fmt: skip


@dataclass
class Step:
    """What became of a step, and the findings that its gate foretold."""

    number: int
    says: str
    became: str
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Undone:
    """A step that is still to be done, as one of a scenario; or why no way leads there."""

    change: Json
    problem: str = ""


async def carry_out(session: Session, key: str, *, dry_run: bool, unsigned: bool) -> bool:
    """Whether no step was refused. Raises Conflict for a plan that is not signed, but where it may be ``unsigned``."""
    from services.cli.tables import table
    from shared.contracts import NODE_KINDS

    plan = await refs.entity(session.client, NODE_KINDS["plan"], key.removeprefix("plan/"))
    under = await _signed_under(session.client, plan, unsigned=unsigned)
    steps = [each async for each in _steps(session, plan, under, dry_run=dry_run)]
    rows = [(each.number, each.says, each.became, _findings(each), each.problem) for each in steps]
    document = {"plan": plan, "increment": under, "steps": [asdict(each) for each in steps]}
    session.show(document, lambda: table(("step", "what", "became", "findings", "why"), rows))
    counts = {
        became: sum(each.became == became for each in steps) for became in (MADE, WOULD, DONE, LATER, REFUSED, LEFT)
    }
    session.say(", ".join(f"{count} {became}" for became, count in counts.items() if count) or "It has no steps.")
    return not counts[REFUSED]


async def _signed_under(client: "Client", plan: Json, *, unsigned: bool) -> str | None:
    """The increment under which it holds, as ``increment/key``; None for one that is not signed."""
    from shared import typed
    from shared.client import Conflict, path_of
    from shared.contracts import NODE_KINDS
    from shared.contracts.answers.sign_off import Signatures

    kind = NODE_KINDS["plan"]
    told = (await typed.read(client, Signatures, f"{path_of(kind, plan['id'])}/signatures")).value
    last = told.items[0] if told.items else None
    why = _why_not(kind, plan, last)
    if why and not unsigned:
        detail = f"{why} To do what it says all the same: plumbline apply --plan {plan['key']} --unsigned"
        raise Conflict(409, {"detail": detail})
    return None if last is None or why else f"increment/{last.increment.key}"


def _why_not(kind: "Kind", plan: Json, last: "SignedUnder | None") -> str:
    """What keeps it from being carried out as signed, if anything does."""
    ref = f"plan/{plan['key']}"
    if last is None:
        return f"{ref} is not signed: it is carried out once an increment that holds it is."
    held = f"increment/{last.increment.key}"
    if last.increment.state != "signed":
        return f"{held}, under which {ref} was signed, is {last.increment.state}."
    if last.drifted or last.version != plan["version"]:
        members = ", ".join(each.member for each in last.changes) or "its links"
        more = f"plumbline drift {last.increment.key}"
        return f"{ref} is not what was signed under {held}: {members} changed since ({more})."
    return "" if kind.is_live(plan["state"]) else f"{ref} is {plan['state']}: what it decided on holds no more."


async def _steps(session: Session, plan: Json, under: str | None, *, dry_run: bool) -> AsyncIterator[Step]:
    """In their order. What is refused ends the run, as what comes after may rest on it; a dry one goes on."""
    from services.cli.statement import Names

    reason = f"plan/{plan['key']}, signed under {under}." if under else f"plan/{plan['key']}, which is not signed."
    said = await Names(session.client).steps(plan["steps"])
    gate, over = Gate(session.client, supposes=dry_run), False
    for number, (step, says) in enumerate(zip(plan["steps"], said, strict=True), 1):
        came = await _one(session, gate, Step(number, says, LEFT), step, reason, over=over)
        over = over or (came.became == REFUSED and not dry_run)
        yield came


async def _one(session: Session, gate: Gate, came: Step, step: Json, reason: str, *, over: bool) -> Step:
    from shared import clock
    from shared.client import Refused
    from shared.contracts import instant
    from shared.interchange.making import make

    try:
        undone = await _undone(session.client, step)
        if undone is None:
            came.became = DONE
        elif step["on"] and instant.moment(step["on"]) > clock.now():
            came.became, came.problem = LATER, f"from {day(step['on'])} on"
        elif undone.problem:
            came.became, came.problem = REFUSED, undone.problem
        elif not over:
            came.opens, came.closes = await gate.foretell(undone.change)
            session.say(f"{came.number}. {came.says}: {_findings(came) or 'no finding comes or goes'}")
            came.became = WOULD if gate.supposes else MADE
            if not gate.supposes:
                async for _ in make(session.client, [undone.change], reason):
                    pass
    except Refused as error:
        came.became, came.problem = REFUSED, await _told(session.client, step, error)
    return came


def _findings(step: Step) -> str:
    from services.cli.tables import came_and_went

    return " ".join(came_and_went(step.opens, step.closes))


async def _undone(client: "Client", step: Json) -> Undone | None:
    """None for a step that is done."""
    ref = f"{step['ref']['kind']}/{step['ref']['id']}"
    if step["action"] in ("link", "end"):
        return await _of_link(client, step, ref)
    kind, state = refs.kind_of(step["ref"]["kind"]), await refs.named(client, ref)
    if step["action"] == "set":
        done = _is_set(kind, state, step["members"])
        return None if done else Undone({"action": "set", "ref": ref, "members": step["members"]})
    aim = _aim(kind, state["state"], step)
    if aim == state["state"]:
        return None
    way = kind.lifecycle.way(state["state"], aim)
    return Undone({"action": "move", "ref": ref, "to": aim}, advice(kind, state["state"], aim) if way is None else "")


def _aim(kind: "Kind", state: str, step: Json) -> str:
    """The state that it is to come to: of what retires, the nearest end."""
    from shared.interchange.endings import is_over, way_out

    if step["action"] == "move":
        return str(step["state"])
    return state if is_over(kind, state) else way_out(kind.lifecycle, state)[-1]  # every lifecycle has an end


async def _of_link(client: "Client", step: Json, source: str) -> Undone | None:
    """One link at most of a type joins the same two: one that is active is what the step made, or is to end."""
    from shared.contracts import KIND_OWNERS, LINKS

    asked = {"type": step["type"], "source_id": step["ref"]["id"], "target_id": step["to"]["id"], "state": "active"}
    found = [each async for each in client.list(LINKS[KIND_OWNERS[step["ref"]["kind"]]], **asked)]
    there = next((each for each in found if (each["source"], each["target"]) == (step["ref"], step["to"])), None)
    if step["action"] == "end":
        return Undone({"action": "end", "ref": f"link/{there['id']}"}) if there else None
    target = f"{step['to']['kind']}/{step['to']['id']}"
    return None if there else Undone({"action": "link", "type": step["type"], "source": source, "target": target})


def _is_set(kind: "Kind", state: Json, members: Json) -> bool:
    """Whether its members are so already, in the form in which they are kept."""
    from pydantic import ValidationError

    from shared.contracts.merging import merge_patch

    try:
        merged = kind.model.model_validate_json(orjson.dumps(merge_patch(state, members)), extra="ignore")
    except ValidationError:
        return False
    wanted = merged.model_dump(mode="json")
    return all(wanted.get(name) == state.get(name) for name in members)


async def _told(client: "Client", step: Json, error: Exception) -> str:
    """Why, and of a transition which way is allowed."""
    from shared.client import Conflict

    if step["action"] not in ("move", "retire") or not isinstance(error, Conflict):
        return str(error)
    ref = step["ref"]
    kind, state = refs.kind_of(ref["kind"]), await refs.named(client, f"{ref['kind']}/{ref['id']}")
    return f"{error} {advice(kind, state['state'], _aim(kind, state['state'], step))}"
