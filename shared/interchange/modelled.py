"""A YAML file with one document of a model: what is wrong with it, each with its file, line and member."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared.contracts.refusals import sentence
from shared.interchange.faults import BadBundle, Place
from shared.interchange.yaml_documents import MAX_BYTES, NotYaml, parsed, plain

M = TypeVar("M", bound=BaseModel)


def read(path: Path, model: type[M]) -> tuple[M, Place]:
    """The document, and where its values stand. Raises BadBundle, or OSError for a file that cannot be read."""
    with path.open("rb") as opened:
        raw = opened.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise BadBundle([f"{path}: is larger than {MAX_BYTES} bytes"])
    try:
        found = [each for each in parsed(raw) if each.value is not None or each.faults]
    except NotYaml as error:
        raise BadBundle([f"{path}: {error}"]) from None
    if len(found) != 1:
        raise BadBundle([f"{path}: must hold one document, and holds {len(found)}"])
    [only] = found
    place = Place(str(path), 1, lines=only.lines)
    if only.faults:
        raise BadBundle(place.fault(*each) for each in only.faults)
    try:
        return model.model_validate(plain(only.value), strict=False), place
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise BadBundle(place.fault(_pointer(each["loc"]), sentence(model, each)) for each in details) from None


def _pointer(where: tuple[int | str, ...]) -> str:
    return "".join(f"/{each}" for each in where)
