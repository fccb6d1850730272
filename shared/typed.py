"""Answers of the HTTP API as their models. What comes back must be what its contract says; members that a later release
has added are passed over, so that an older client goes on reading."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from shared.client import Client, Json, Unusable

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Answer(Generic[M]):
    """An answer as it came, for programs, and as its model."""

    document: Json
    value: M


async def read(client: Client, model: type[M], path: str, **params: Any) -> Answer[M]:
    """The answer at a path. Raises Unusable for one that is not as its contract says, and what a call raises."""
    return of(model, path, await client.get_json(path, **params))


async def whole(client: Client, model: type[M], path: str) -> Answer[M]:
    """The answer at a path with the items of all its pages; raises as ``read`` does."""
    page = (await read(client, model, path)).document
    found: Json = {**page}
    while page.get("next_after") is not None:
        page = (await read(client, model, path, after=page["next_after"])).document
        found["items"] = [*found["items"], *page["items"]]
        found |= {"hidden": found["hidden"] - len(page["items"]), "next_after": page.get("next_after")}
    return of(model, path, found)


async def items(client: Client, model: type[M], path: str, **params: Any) -> AsyncIterator[Answer[M]]:
    """Every item of a list at a path, page by page; raises as ``read`` does."""
    async for item in client.items(path, **params):
        yield of(model, path, item)


def of(model: type[M], path: str, document: Json) -> Answer[M]:
    """A document as a model; raises Unusable, and names the first member that is not as its contract says."""
    try:
        return Answer(document, model.model_validate(document, extra="ignore"))
    except ValidationError as error:
        where = "/".join(str(step) for step in error.errors()[0]["loc"])
        raise Unusable(f"{path} did not answer as its contract says: see /{where}.") from None
