"""What people mean by a name: a key, a name in full, or something to choose from."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.web.forms.reading import Meant
from services.web.names import node_of
from services.web.texts import can_be_asked
from services.web.visit import Visit
from shared.client import path_of
from shared.contracts import NODE_KINDS
from shared.contracts.base import looks_like_an_id, searched
from shared.contracts.views.nodes import Node, NodePage
from shared.http.pagination import MAX_LIMIT
from shared.refused import Refused

_CHOICES = 8
_WHO = frozenset({"party", "role", "stakeholder"})


@dataclass(frozen=True)
class Understood:
    """``refs`` has ``kind/id`` of what is clear, ``choices`` what may be meant by what is not, ``nodes`` what was found
    by its ``kind/id``."""

    refs: dict[Meant, str | None] = field(default_factory=dict)
    choices: dict[Meant, Sequence[Node]] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)


async def understood(visit: Visit, typed: Iterable[Meant], names: Mapping[str, str]) -> Understood:
    """``names`` say what is called how on the page, by ``kind/id``: what was not touched means what it meant."""
    known = {text: ref for ref, text in names.items()}
    found = Understood()
    wanted = [*dict.fromkeys(typed)]
    for each in wanted:
        ref = known.get(each[1])
        if ref and _fits(each[0], ref.partition("/")[0]):
            found.refs[each] = ref
    unknown = [each for each in wanted if each not in found.refs]
    for each, nodes in zip(unknown, await asyncio.gather(*(_looked_up(visit, *each) for each in unknown)), strict=True):
        exact = [node for node in nodes if _is_called(node, each[1])]
        found.refs[each] = exact[0].ref if len(exact) == 1 else None
        found.nodes.update({node.ref: node for node in exact[:1]} if len(exact) == 1 else {})
        found.choices[each] = (exact if len(exact) > 1 else nodes)[:_CHOICES]
    return found


def _fits(kinds: Sequence[str], kind: str) -> bool:
    return kind in kinds if kinds else kind in NODE_KINDS


def _is_called(node: Node, text: str) -> bool:
    words = searched(text)
    return words in (searched(node.name or ""), node.key, node.id, f"{node.kind}/{node.key}", node.ref)


async def _looked_up(visit: Visit, kinds: Sequence[str], text: str) -> list[Node]:
    """What has such an address, else what has it in its name or key."""
    if not can_be_asked(text):
        return []
    kind, slash, name = text.partition("/")
    if slash and kind in NODE_KINDS and _fits(kinds, kind):
        return await _addressed(visit, kind, name.strip())
    if looks_like_an_id(text) and len(kinds) == 1:
        return await _addressed(visit, kinds[0], text)
    asked = [
        visit.now(NodePage, "/alignment/v1/nodes", q=text, kind=kind, limit=MAX_LIMIT) for kind in kinds or (None,)
    ]
    pages = await asyncio.gather(*asked)
    return [node for page in pages for node in page.items if not node.deleted]


async def _addressed(visit: Visit, kind: str, name: str) -> list[Node]:
    """From its owner, who knows what the view has not seen yet."""
    try:
        if looks_like_an_id(name):
            return [node_of(await visit.client.get(kind, name))]
        state = await visit.client.find(kind, name)
    except Refused:
        return []
    return [node_of(state)] if state else []


async def offered(visit: Visit, kinds: Sequence[str]) -> list[Node]:
    """What there is of these kinds, the first of each; nothing where it may be anything."""
    asked = (visit.client.get_json(path_of(NODE_KINDS[kind]), limit=MAX_LIMIT) for kind in kinds)
    return [node_of(state) for page in await asyncio.gather(*asked) for state in page["items"]]


def has_left(node: Node) -> bool:
    """Whether it is somebody, or a role, that is there no longer: nothing new is theirs, though it can be typed."""
    return node.kind in _WHO and NODE_KINDS[node.kind].lifecycle.is_terminal(node.state or "")


def called(nodes: Iterable[Node]) -> dict[str, str]:
    """A text for each by its ``kind/id``, and none for two: the name, and where that is not enough the address."""
    of: dict[str, str] = {}
    taken: dict[str, int] = {}
    listed = [*{node.ref: node for node in nodes}.values()]
    for node in listed:
        taken[node.name or node.id] = taken.get(node.name or node.id, 0) + 1
    for node in listed:
        name = (node.name or node.id).strip()
        of[node.ref] = (
            name if taken[node.name or node.id] == 1 and not {*"\r\n"} & {*name} else f"{node.kind}/{node.key}"
        )
    return of
