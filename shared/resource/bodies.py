"""Request bodies, derived from the published state: everything but what the server gives."""

from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError, create_model
from pydantic.fields import FieldInfo

from shared.contracts.base import SERVER_FIELDS, Key, Kind, Model, Record, Text
from shared.errors import Invalid
from shared.http.faults import faults


@cache
def body_model(kind: Kind) -> type[Model]:
    """Members that a caller may send. ``key`` and ``state`` may be left out: then they are made, or stay."""
    fields: dict[str, Any] = {
        name: (info.annotation, info)
        for name, info in kind.model.model_fields.items()
        if name not in SERVER_FIELDS | kind.kept
    }
    states: Any = Literal.__getitem__(kind.lifecycle.states)
    fields["state"] = (states | None, Field(None, description="Registers an entity as found; needs the register scope"))
    if not kind.is_link:
        fields["key"] = (Key | None, Field(None, description="Made from the name when left out"))
    return create_model(f"{kind.model.__name__}Body", __base__=Model, __doc__=kind.model.__doc__, **fields)


@cache
def patch_model(kind: Kind) -> type[Model]:
    """What a merge patch may say: any of the members of a body, and null for those that may be left out. It is for the
    document alone: a patch is merged, and then the whole is validated."""
    fields: dict[str, Any] = {
        name: (_patched(info), Field(None, description=_MOVES if name == "state" else info.description))
        for name, info in body_model(kind).model_fields.items()
    }
    told = f"Some of the members of {kind.one}, to be merged into it (RFC 7396); null takes one away."
    return create_model(f"{kind.model.__name__}Patch", __base__=Model, __doc__=told, **fields)


def _patched(info: FieldInfo) -> Any:
    allowed: Any = _ANNOTATED[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    return allowed if info.is_required() else allowed | None


_ANNOTATED: Any = Annotated
_MOVES = "As it is: an entity moves by transitions."


@cache
def _adapter(kind: Kind) -> TypeAdapter[Model]:
    return TypeAdapter(body_model(kind))


class TransitionBody(Model):
    """The state to move to, and why."""

    to: str
    """State to move to."""
    reason: Text | None = None
    """Why."""


class CorrectionBody(Model):
    """The state that should have been registered, and why."""

    state: str
    """State that should have been registered."""
    reason: Annotated[Text, StringConstraints(min_length=1)]
    """Why."""


_TRANSITION = TypeAdapter(TransitionBody)


def parse(kind: Kind, raw: bytes) -> dict[str, Any]:
    """The members of a body, validated strictly; raises Invalid with one error per wrong member."""
    return dict(_validated(_adapter(kind), body_model(kind), raw))


def parse_transition(raw: bytes) -> TransitionBody:
    body: TransitionBody = _validated(_TRANSITION, TransitionBody, raw)
    return body


Body = TypeVar("Body", bound=Model)


def validated(model: type[Body], raw: bytes) -> Body:
    """A body of a form of its own, validated strictly; raises Invalid."""
    body: Body = _validated(TypeAdapter(model), model, raw)
    return body


def _validated(adapter: TypeAdapter[Any], model: type[Model], raw: bytes) -> Any:
    try:
        return adapter.validate_json(raw, strict=True)
    except ValidationError as error:
        found = faults(error.errors(include_url=False), model)
        raise Invalid("The body does not fit the contract.", errors=found) from None


def as_body(kind: Kind, state: Record) -> dict[str, Any]:
    """A state as the body that would make it, in JSON terms."""
    names = body_model(kind).model_fields.keys()
    return state.model_dump(mode="json", include=set(names))
