"""What the views answer, as the models that the API publishes."""

from collections.abc import Mapping
from typing import Any, TypeVar

from services.alignment.queries.nodes import frame
from services.alignment.queries.snapshot import Moment
from shared.contracts.views.frame import View

V = TypeVar("V", bound=View)


def answered(moment: Moment, model: type[V], answer: Mapping[str, Any]) -> V:
    """The answer of a view with what every one of this moment carries."""
    return model.model_validate({**frame(moment), **answer})
