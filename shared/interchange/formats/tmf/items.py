"""What a file of TM Forum holds: single resources, arrays of them, examples of an OpenAPI document, and events."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from shared.interchange.formats.tmf.terms import PRICES, TERMS

Json = Mapping[str, Any]


class Item(NamedTuple):
    """A resource, where it stands, and its type; None for what is none."""

    place: str
    type: str
    body: Json | None


def knows(document: Any) -> bool:
    """Whether the first things in it are resources or events of TM Forum."""
    first = [item for item, _ in zip(items(document), range(20), strict=False)]
    return any(item.type in TERMS or item.type in PRICES for item in first if item.body is not None)


def items(document: Any, place: str = "") -> Iterator[Item]:
    """Each resource, also within events; what is none is told by what it looks like."""
    if isinstance(document, list):
        for number, each in enumerate(document, 1):
            yield from items(each, f"{place}/{number}")
    elif not isinstance(document, dict):
        yield Item(place, "no resource", None)
    elif isinstance(document.get("event"), dict):
        for name, each in document["event"].items():
            yield _resource(each, f"{place}/event/{name}", name[:1].upper() + name[1:])
    elif {"op", "path"} <= document.keys():
        yield Item(place, "JSON patch", None)
    elif examples := _examples(document):
        for name, each in examples.items():
            yield from items(each, f"{place}/{name}")
    else:
        yield _resource(document, place, "")


def _examples(document: Json) -> dict[str, Any]:
    """The values of a mapping of names to examples, as ``components/examples`` of an OpenAPI document has them."""
    inner = document.get("components")
    if isinstance(inner, dict) and isinstance(inner.get("examples"), dict):
        document = inner["examples"]
    found = {name: each["value"] for name, each in document.items() if isinstance(each, dict) and "value" in each}
    return found if found and len(found) == len(document) else {}


def _resource(body: Any, place: str, hint: str) -> Item:
    """A resource by its type, or its base type where the type is somebody's own."""
    if not isinstance(body, dict):
        return Item(place, hint or "no resource", None)
    named = [str(body[name]) for name in ("@type", "@baseType") if isinstance(body.get(name), str)]
    known = next((name for name in (*named, hint) if name in TERMS or name in PRICES), None)
    type = known or next(iter((*named, hint)), "") or "no resource"
    return Item(place, type, body if known and body.get("id") is not None else None)
