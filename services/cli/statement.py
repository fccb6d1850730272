"""The text that is signed, as people read it: what an increment says, and how its items differ from what was signed."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import ndiff
from typing import TYPE_CHECKING, Any

from services.cli.planned import sentence
from services.cli.tables import plain, value
from shared.contracts import NODE_KINDS

if TYPE_CHECKING:
    from shared.client import Client
    from shared.contracts.answers.sign_off import ComparedItem, Comparison, DriftItem, LinkChange, MemberChange
    from shared.contracts.strategy.signing import FrozenLink

State = dict[str, Any]
_MOST_NAMES = 200


async def statement(client: "Client", increment: State, compared: "Comparison") -> str:
    """Everything that the hash of the package covers."""
    due = f", due {increment['due']}" if increment["due"] else ""
    lines = [f"{plain(increment['name'])} (increment/{increment['key']}), {increment['state']}{due}"]
    lines += _paragraph(increment["description"])
    if increment["supersedes_id"]:
        lines.append(f"  It supersedes {plain(await Names(client).of('increment', increment['supersedes_id']))}.")
    signers = ", ".join(f"{each.get('name')} ({each.get('subject')})" for each in increment["sign_offs"])
    lines += [f"  Asked: {plain(signers)}"] if signers else []
    lines += await differences(client, compared.items, new="not signed before")
    signed = compared.package_hash
    return "\n".join(
        [*lines, f"  Hash of the package: {signed}" if signed else "  It is not submitted: nobody is asked yet."]
    )


def _paragraph(text: str | None) -> list[str]:
    return [f"  | {plain(line)}" for line in (text or "").splitlines()]


async def differences(client: "Client", items: "Iterable[DriftItem | ComparedItem]", new: str = "") -> list[str]:
    """Item by item the members and links that differ, with both values. What is signed are ids: people see what they
    stand for, by key and name."""
    names = Names(client)
    lines: list[str] = []
    for item in items:
        versions = f"version {item.version}" if item.version else "deleted"
        signed = f"signed as version {item.signed_version}" if item.signed_version else new
        lines.append(f"{item.kind}: {plain(item.name)}, {versions}, {signed}")
        for each in item.changes:
            lines += await _member(names, item.kind, each)
        lines += [f"  + {await names.link(each)}" for each in item.links.added]
        lines += [f"  - {await names.link(each)}" for each in item.links.ended]
        for link in item.links.changed:
            lines.append(f"  ~ {await names.link(link)}")
            lines += [f"  {_turn(each)}" for each in link.changes]
    return lines


async def _member(names: "Names", kind: str, change: "MemberChange") -> list[str]:
    if (kind, change.member) != ("plan", "steps"):
        return [_turn(await names.told(kind, change))]
    before, after = [await names.steps(each or ()) for each in (change.signed, change.now)]
    return ["  steps:", *(f"    {line}" for line in turned(before, after))]


def turned(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Sentences with a sign before those that only one side has; where nothing was before, with their numbers."""
    if not before:
        return [f"{number}. {each}" for number, each in enumerate(after, 1)]
    return [line.rstrip() for line in ndiff(before, after) if not line.startswith("?")]


def _turn(change: "MemberChange") -> str:
    before, after = value(change.signed), value(change.now)
    member = plain(change.member)
    return f"  {member}: {after}" if change.signed is None else f"  {member}: {before} -> {after}"


class Names:
    """What is referred to, as ``kind/key name``, by its id; as far as that is known here."""

    def __init__(self, client: "Client") -> None:
        self.client = client
        self.known: dict[str, str] = {}

    async def link(self, link: "FrozenLink | LinkChange") -> str:
        return f"{link.type} {plain(await self.of(link.target.kind, str(link.target.id)))}"

    async def told(self, kind: str, change: "MemberChange") -> "MemberChange":
        """The same with names where the kind has references, and nowhere else."""
        both = [await self._named(kind, {change.member: value}) for value in (change.signed, change.now)]
        signed, now = (each[change.member] for each in both)
        return change.model_copy(update={"signed": signed, "now": now})

    async def steps(self, steps: Iterable[State]) -> list[str]:
        """The steps of a plan as sentences."""
        given = [*steps]
        named = (await self._named("plan", {"steps": given}))["steps"]
        members = [await self._named(step["ref"]["kind"], step["members"]) for step in given]
        return [sentence({**step, "members": each}) for step, each in zip(named, members, strict=True)]

    async def _named(self, kind: str, value: State) -> State:
        told = value
        for reference in NODE_KINDS[kind].references:
            known = {id: await self.of(target, id) for _, target, id in reference.targets(value)}

            def name(each: Any, _: str, known: Mapping[str, str] = known) -> Any:
                return known.get(each["id"] if isinstance(each, dict) else each, each)

            told = reference.replaced(told, name) if known else told
        return told

    async def of(self, kind: str, id: str) -> str:
        if id not in self.known and len(self.known) < _MOST_NAMES:
            self.known[id] = await self._asked(kind, id)
        return self.known.get(id, f"{kind}/{id}")

    async def _asked(self, kind: str, id: str) -> str:
        from shared.client import Refused

        try:
            state = await self.client.get(kind, id)
        except Refused:
            return f"{kind}/{id}"
        return f"{kind}/{state['key']} {state['name']}"
