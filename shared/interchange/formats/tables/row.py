"""Where in a table something stands, for messages."""

from collections.abc import Mapping

from shared.interchange.faults import Place


class Row(Place):
    """A row, for messages: what a pointer names is told by its column, and what is in a part by the part's row."""

    headings: Mapping[str, str]
    parts: dict[tuple[str, int], str]

    @classmethod
    def at(cls, place: str, number: int, headings: Mapping[str, str]) -> "Row":
        row = cls(place, number)
        row.headings, row.parts = headings, {}
        return row

    def fault(self, pointer: str, message: str) -> str:
        _, *steps = pointer.split("/")
        member, *rest = steps[1:] if steps[:1] == ["spec"] else steps or [""]
        if rest and rest[0].isdigit() and (part := self.parts.get((member, int(rest[0])))):
            return f"{part}, {' '.join(rest[1:])}: {message}"
        if member == "links":
            return f"{self.file}, row {self.document}: {message}"
        path = ".".join((member, *(step for step in rest if not step.isdigit())))
        return f"{self.file}, row {self.document}, column {self.headings.get(path, path)}: {message}"
