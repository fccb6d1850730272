"""What a source brought, where the owners hold too much to be looked through: as the view knows it, by its name."""

from shared.client import Client, ClientError, NotFound, Refused
from shared.contracts import NODE_KINDS
from shared.interchange.endings import is_over
from shared.interchange.holdings import Held, Holdings
from shared.interchange.records import Batch

MOST = 200
"""Entities that a file says nothing of, of which each is asked for."""
_NEVER_HEARD_OF = 422
"""What the view answers of a source of which nothing came."""
_ALONE = (
    "Since the server holds more than {most:,} entities and links, only entities were looked for that have left it, as "
    "far as the view has them, without what rests on them. "
)
_FULL = "More than {most:,} have left it. "
_NOT = "Whether something has left it was not looked at, since the server holds more than {most:,} entities and links. "
_HOW = "With --prune everything is looked at, also in a dry run."


async def unsaid_of(client: Client, batch: Batch, name: str, most: int) -> tuple[Holdings, str]:
    """Entities of a source that a file of it does not speak of, as their owners have them now, and a sentence on what
    that leaves out."""
    said = {(record.kind.name, record.id) for layer in batch.layers for record in layer}
    found = dict[str, Held]()
    try:
        async for node in client.items("/alignment/v1/nodes", source=name):
            kind = NODE_KINDS[node["kind"]]
            if (kind.name, node["id"]) in said or node["deleted"] or is_over(kind, node["state"]):
                continue
            if len(found) == MOST:
                return Holdings(found), _FULL.format(most=MOST) + _ALONE.format(most=most) + _HOW
            try:
                found[f"{kind.name}/{node['id']}"] = kind, await client.get(kind, node["id"])
            except NotFound:
                continue
    except ClientError as error:
        nothing = isinstance(error, Refused) and error.status == _NEVER_HEARD_OF
        return Holdings(), "" if nothing else _NOT.format(most=most) + _HOW
    return Holdings(found), _ALONE.format(most=most) + _HOW
