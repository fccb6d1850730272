"""Grids as documents: a process with its activities, the roles over the columns, and who holds them."""

from typing import Any

from shared.contracts import NODE_KINDS, Kind
from shared.contracts.naming import from_name, slug
from shared.interchange.bundle_files import Document
from shared.interchange.formats.format import Documents, File, Unreadable
from shared.interchange.formats.raci.grid import Grid, Row
from shared.interchange.formats.tables.columns import Column
from shared.interchange.formats.tables.names import Names, key_of
from shared.interchange.formats.tables.row import Row as Place

_PROCESS, _ROLE, _PARTY = "process", "role", "party"
_LONGEST = 120


def documents(file: File, grids: list[Grid]) -> Documents:
    """Each grid goes into the process that ``into`` names, or into one called as its title; raises Unreadable."""
    if file.into and len(grids) > 1:
        raise Unreadable(f"{file.name} has {len(grids)} grids, and --into names one process.")
    found = Documents(only_new=frozenset({"name", "order"}), completed={"raci": ("role_id", "letter")})
    made: dict[str, Document] = {}
    for grid in grids:
        _Reading(file, grid, found, made).run()
    found.documents = [*made.values()]
    return found


class _Reading:
    """One grid; what it names is found by its name or key on the server, and made where it is not there."""

    def __init__(self, file: File, grid: Grid, found: Documents, made: dict[str, Document]) -> None:
        self.file, self.grid, self.found, self.made = file, grid, found, made
        self.names = Names()

    def run(self) -> None:
        process = self._process()
        roles = [self._named(_ROLE, key_of(_ROLE, role), self.grid.names.get(role, role)) for role in self.grid.roles]
        for order, row in enumerate(self.grid.rows, 1):
            self._activity(process, roles, row, order)
        for role, holders in zip(roles, self.grid.holders, strict=True):
            for holder in holders:
                self._assignment(process, role, self._named(_PARTY, key_of(_PARTY, holder), holder))

    def _process(self) -> str:
        if not self.file.into:
            return self._named(_PROCESS, from_name(NODE_KINDS[_PROCESS], self.grid.title), self.grid.title)
        try:
            ref = self.names.resolve(self.file.into, Column((), "reference", "into", kinds=(_PROCESS,)))
        except ValueError as error:
            raise Unreadable(f"--into {error}, such as process/incident-management.") from None
        self.found.by_name |= self.names.guessed
        return ref

    def _named(self, kind: str, key: str, name: str) -> str:
        """Something of that name, which is made where it is not there."""
        ref = f"{kind}/{key}"
        self.found.by_name[ref] = name
        return self._make(NODE_KINDS[kind], key, {"name": name}, 1)

    def _make(self, kind: Kind, key: str, spec: dict[str, Any], number: int) -> str:
        ref = f"{kind.name}/{key}"
        self.made.setdefault(ref, Document(Place.at(self.grid.place, number, {}), kind, key, spec, []))
        return ref

    def _activity(self, process: str, roles: list[str], row: Row, order: int) -> None:
        raci = [
            {"role_id": role, "letter": letter}
            for role, cell in zip(roles, row.letters, strict=True)
            for letter in cell
        ]
        spec: dict[str, Any] = {"name": row.activity, "process_id": process, "order": order, "raci": raci}
        if row.category:
            spec["custom"] = {"category": row.category}
        key = f"{process.partition('/')[2]}-{slug(row.activity) or row.number}"[:_LONGEST]
        ref = self._make(NODE_KINDS["activity"], key, spec, row.number)
        self.found.by_name[ref] = row.activity
        self.found.within[ref] = ("process_id", process)

    def _assignment(self, process: str, role: str, party: str) -> None:
        words = "-".join(ref.partition("/")[2] for ref in (role, party, process))
        spec = {"name": "Role assignment", "party_id": party, "role_id": role, "scope": process}
        ref = self._make(NODE_KINDS["role_assignment"], words[:_LONGEST].rstrip("-"), spec, 2)
        self.found.alike[ref] = ("party_id", "role_id", "scope")
