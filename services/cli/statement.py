"""The text that is signed, as people read it: what an increment says, and how its items differ from what was signed."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from services.cli.tables import plain

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
        lines.append(f"  It supersedes increment/{increment['supersedes_id']}.")
    signers = ", ".join(f"{each.get('name')} ({each.get('subject')})" for each in increment["sign_offs"])
    lines += [f"  Asked: {plain(signers)}"] if signers else []
    lines += await differences(client, compared.items, new="not signed before")
    return "\n".join([*lines, f"  Hash of the package: {compared.package_hash}"])


def _paragraph(text: str | None) -> list[str]:
    return [f"  | {plain(line)}" for line in (text or "").splitlines()]


async def differences(client: "Client", items: "Iterable[DriftItem | ComparedItem]", new: str = "") -> list[str]:
    """Item by item the members and links that differ, with both values."""
    names = _Names(client)
    lines: list[str] = []
    for item in items:
        versions = f"version {item.version}" if item.version else "deleted"
        signed = f"signed as version {item.signed_version}" if item.signed_version else new
        lines.append(f"{item.kind}: {plain(item.name)}, {versions}, {signed}")
        lines += [_member(each) for each in item.changes]
        lines += [f"  + {await names.link(each)}" for each in item.links.added]
        lines += [f"  - {await names.link(each)}" for each in item.links.ended]
        for link in item.links.changed:
            lines.append(f"  ~ {await names.link(link)}")
            lines += [f"  {_member(each)}" for each in link.changes]
    return lines


def _member(change: "MemberChange") -> str:
    before, after = _value(change.signed), _value(change.now)
    return f"  {change.member}: {after}" if change.signed is None else f"  {change.member}: {before} -> {after}"


def _value(value: Any) -> str:
    return plain(value if isinstance(value, str) else "nothing" if value is None else json.dumps(value))


class _Names:
    """What links lead to, by name as far as that is known here."""

    def __init__(self, client: "Client") -> None:
        self.client = client
        self.known: dict[str, str] = {}

    async def link(self, link: "FrozenLink | LinkChange") -> str:
        ref = str(link.target)
        if ref not in self.known and len(self.known) < _MOST_NAMES:
            self.known[ref] = await self._asked(link.target.kind, str(link.target.id))
        return f"{link.type} {plain(self.known.get(ref, ref))}"

    async def _asked(self, kind: str, id: str) -> str:
        from shared.client import Refused

        try:
            state = await self.client.get(kind, id)
        except Refused:
            return f"{kind}/{id}"
        return f"{kind}/{state['key']} {state['name']}"
