"""What a service refused, told at the fields of a form."""

from collections.abc import Mapping

from shared.refused import PreconditionFailed, Refused

Error = tuple[str | None, str]
"""The name of a field, if it is about one, and what is wrong."""
Errors = list[Error]
_STATUSES = (400, 403, 409, 412, 422)
CHANGED = "Somebody has changed it since you opened this page. What is shown now is what is there: look again."


def told(error: Refused, fields: Mapping[str, str]) -> Errors:
    """Each thing that is wrong, with the name of its field if there is one; ``fields`` by the pointer's first step.
    Raises the error again where it is not about what was typed."""
    if error.status not in _STATUSES:
        raise error
    if isinstance(error, PreconditionFailed):
        return [(None, CHANGED)]
    faults = [*(error.problem.get("missing") or ()), *error.errors]
    found = [(_field(str(each.get("pointer")), fields), str(each.get("detail"))) for each in faults]
    return [*dict.fromkeys(found)] or [(None, error.detail)]


def _field(pointer: str, fields: Mapping[str, str]) -> str | None:
    return fields.get(pointer.strip("/").partition("/")[0])
