"""A validation error of a body or a parameter, told without what the caller sent."""

from collections.abc import Iterable

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from shared.contracts.members import written
from shared.contracts.refusals import plain, sentence
from shared.errors import Fault

_LONGEST_NAME, _MOST_STEPS, _MEANT = 50, 40, 5


def faults(details: Iterable[ErrorDetails], model: type[BaseModel]) -> list[Fault]:
    """Of a body for the model; the first of them say what is allowed, and what was probably meant, which takes a while
    to find out."""
    return [_fault(detail, model, told=place < _MEANT) for place, detail in enumerate(details)]


def fault(detail: ErrorDetails) -> Fault:
    """Of a value that is no body."""
    return _fault(detail, None, told=False)


def _fault(detail: ErrorDetails, model: type[BaseModel] | None, *, told: bool) -> Fault:
    where = written(model, detail["loc"]) if model else detail["loc"]
    path = "".join(f"/{_escape(part)}" for part in where[:_MOST_STEPS])
    said = sentence(model, detail) if model and told else _sentence(detail)
    return Fault(pointer=path, code=detail["type"].replace("_", "-"), detail=said[:1].upper() + said[1:])


def _escape(part: object) -> str:
    """A step of a JSON pointer. A member's name is the caller's: of a long one no more than tells it from others."""
    return str(part)[:_LONGEST_NAME].replace("~", "~0").replace("/", "~1").encode("utf-8", "replace").decode()


def _sentence(detail: ErrorDetails) -> str:
    if detail["type"] == "union_tag_invalid":  # its message repeats what was sent
        return f"must be one of {detail['ctx']['expected_tags']}"
    return plain(detail)
