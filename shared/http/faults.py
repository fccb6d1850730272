"""A validation error of a body or a parameter, told without what the caller sent."""

from pydantic_core import ErrorDetails

from shared.errors import Fault

_LONGEST_NAME, _MOST_STEPS = 50, 40


def fault(detail: ErrorDetails) -> Fault:
    path = "".join(f"/{_escape(part)}" for part in detail["loc"][:_MOST_STEPS])
    return Fault(pointer=path, code=detail["type"].replace("_", "-"), detail=_sentence(detail))


def _escape(part: object) -> str:
    """A step of a JSON pointer. A member's name is the caller's: of a long one no more than tells it from others."""
    return str(part)[:_LONGEST_NAME].replace("~", "~0").replace("/", "~1").encode("utf-8", "replace").decode()


def _sentence(detail: ErrorDetails) -> str:
    if detail["type"] == "union_tag_invalid":  # its message repeats what was sent
        return f"Must be one of {detail['ctx']['expected_tags']}."
    message = detail["msg"].removeprefix("Value error, ")
    return message[:1].upper() + message[1:]
