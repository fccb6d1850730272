"""What a file that went out from here could not say: it has not left the file because it is not in it."""

from collections.abc import Mapping
from typing import Any

from shared.contracts import Kind
from shared.interchange import formats
from shared.interchange.formats import File, Unreadable
from shared.interchange.holdings import Held, Holdings, ends_of
from shared.interchange.inventory import Inventory
from shared.interchange.records import Batch


def sayable(left: list[Held], batch: Batch, holdings: Holdings) -> list[Held]:
    """What left a file and would stand in it, were everything written in its format now."""
    if not left or not batch.left_here or batch.origin is None:
        return left
    said = _said(holdings, batch.origin.format)
    return [(kind, state) for kind, state in left if _called(kind, state) in said]


def _said(holdings: Holdings, format: str) -> set[object]:
    held = Inventory([*holdings.entities.values()], [link for _, link in holdings.links])
    found = set[object]()
    for name, content in formats.writer(format)(held).files.items():
        try:
            read = formats.read(File(name, content), format)
        except Unreadable:  # nothing stands in it
            continue
        if isinstance(read, Batch):
            found |= {_called(each.kind, {"id": each.id, **each.members}) for layer in read.layers for each in layer}
    return found


def _called(kind: Kind, state: Mapping[str, Any]) -> object:
    """A link is what it joins, whatever its id."""
    return ends_of(state) if kind.is_link else (kind.name, state["id"])
