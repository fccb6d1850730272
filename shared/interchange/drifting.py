"""What files change of that somebody signed: it is theirs to sign again, so it is told."""

from collections.abc import Iterator

from shared.client import Client
from shared.contracts import NODE_KINDS
from shared.contracts.content import JUSTIFYING, NOT_CONTENT
from shared.interchange.outcome import Outcome

_INCREMENT = NODE_KINDS["increment"]


async def drifting(client: Client, outcomes: list[Outcome]) -> list[str]:
    """A line for each signed item that now differs from what was signed, or would; one that was signed several times
    names the increment that was signed last."""
    touched = dict[str, list[str]]()
    for outcome in outcomes:
        for ref, what in _touched(outcome):
            touched.setdefault(ref, []).append(what)
    if not touched:
        return []
    labels = {f"{each.record.kind.name}/{each.record.id}": each.record.label for each in outcomes}
    signed = dict[str, str]()
    async for increment in client.list(_INCREMENT, state="signed", sort="updated_at"):
        signed |= {f"{item['kind']}/{item['id']}": increment["key"] for item in increment["items"]}
    return [
        f"{labels.get(ref, ref)} drifts from what increment/{signed[ref]} signed: {', '.join(what)}"
        for ref, what in touched.items()
        if ref in signed
    ]


def _touched(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """What signatures may cover of what has changed: members of an item, and links that justify it."""
    kind, record = outcome.record.kind, outcome.record
    if kind.service != _INCREMENT.service or outcome.action not in ("created", "changed", "pruned"):
        return
    if kind.is_link:
        if record.members.get("type") in JUSTIFYING:
            source = record.members["source"]
            yield f"{source['kind']}/{source['id']}", f"the link {record.label} is {outcome.action}"
    elif kind.signed_as and outcome.action == "changed":
        names = [name for name in outcome.fields if name not in NOT_CONTENT]
        if names:
            yield f"{kind.name}/{record.id}", ", ".join(names)
