"""Gates that rest on a kind which a later release brings: closed, and saying so."""

from collections.abc import Iterator
from typing import Any

from shared.errors import Fault
from shared.resource.owner import Facts, Rule


def needs(kind: str, what: str) -> Rule:
    """A line that nothing can meet before ``kind`` exists; until then what exists is registered as found."""

    def rule(_: Any, __: Facts) -> Iterator[Fault]:
        detail = f"It needs {what}; {kind} is not kept here yet, so register it as found (scope register)."
        yield Fault(pointer="/to", code=f"{kind.replace('_', '-')}-missing", detail=detail)

    return rule
