"""What owners are called, and who is behind a sign-in."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.web.names import named, node_of
from services.web.visit import Visit
from shared.client import path_of
from shared.contracts import NODE_KINDS
from shared.contracts.views.nodes import Node
from shared.http.pagination import MAX_LIMIT
from shared.refused import ClientError, Json


@dataclass(frozen=True)
class People:
    """Parties and roles by ``kind/id``, and parties by the sign-in that is theirs."""

    of_ref: Mapping[str, Node]
    of_subject: Mapping[str, Node]


async def people(visit: Visit) -> People:
    """As they are now: the first of each kind; whoever is not among them is shown by their sign-in, and so is everybody
    as long as their service does not answer."""
    kinds = ("party", "role", "stakeholder")
    parties, roles, stakeholders = await asyncio.gather(*(_first(visit, kind) for kind in kinds))
    of_ref = {node.ref: node for each in (*parties, *roles) for node in [node_of(each)]}
    sign_ins = {each["subject"]: f"party/{each['party_id']}" for each in stakeholders if each["subject"]}
    sign_ins |= {each["subject"]: f"party/{each['id']}" for each in parties if each["subject"]}
    return People(of_ref, {subject: of_ref[ref] for subject, ref in sign_ins.items() if ref in of_ref})


async def _first(visit: Visit, kind: str) -> list[Json]:
    try:
        items: list[Json] = (await visit.client.get_json(path_of(NODE_KINDS[kind]), limit=MAX_LIMIT))["items"]
    except ClientError:
        return []
    return items


async def with_owners(visit: Visit, some: People, refs: Iterable[str | None]) -> People:
    """Those, and who is behind these ``kind/id``, however far down the list they are."""
    missing = {ref for ref in refs if ref} - some.of_ref.keys()
    found = (await named(visit, missing)).values()
    return replace(some, of_ref={**some.of_ref, **{each.ref: each for each in found}})
