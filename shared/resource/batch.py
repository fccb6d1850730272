"""Many writes as one: what their rules look at is read at once, and what they write is written at once.

The commands are those of a single write. A batch stands in for the database where it knows the answer; where it does
not, it raises Unbatched, and the write is made by itself. It holds what its own earlier writes have made of things.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.changes import append
from shared.contracts.base import Kind, Record
from shared.contracts.link import Link
from shared.resource import statements
from shared.resource.tables import to_row

if TYPE_CHECKING:
    from shared.resource.owner import Owner

Ends = tuple[str, str, UUID, str, UUID]
Row = dict[str, Any]


class Unbatched(Exception):
    """This write has to look at something that the batch has not read."""


@dataclass
class Staged:
    """One write: the state before and after, and the row of the change table."""

    kind: Kind
    old: Record | None
    new: Record
    change: Row


@dataclass
class Batch:
    """``states`` has what is there, by ``kind/id``, None for what is not; ``last`` the newest version of what is not
    there any more; ``holders`` who has a key, by kind and key; ``links`` the active ones by type and ends."""

    owner: "Owner"
    states: dict[str, Record | None] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    holders: dict[tuple[str, str], UUID | None] = field(default_factory=dict)
    links: dict[Ends, UUID] = field(default_factory=dict)
    staged: list[Staged] = field(default_factory=list)
    written: list[Staged] = field(default_factory=list)

    def state(self, kind: str, id: Any) -> Record | None:
        try:
            return self.states[f"{kind}/{id}"]
        except KeyError:
            raise Unbatched from None

    def last_version(self, kind: str, id: UUID) -> Any:
        return self.last.get(f"{kind}/{id}")

    def is_new(self, kind: str, id: UUID) -> bool:
        """Whether there never was such a thing: then nothing refers to it."""
        return self.state(kind, id) is None and self.last_version(kind, id) is None

    def holder(self, kind: str, key: str) -> UUID | None:
        try:
            return self.holders[kind, key]
        except KeyError:
            raise Unbatched from None

    def same_link(self, link: Link) -> UUID | None:
        """Another active link of this type between these ends."""
        found = self.links.get(ends_of(link))
        return None if found == link.id else found

    def stage(self, kind: Kind, old: Record | None, new: Record, change: Row) -> None:
        self.staged.append(Staged(kind, old, new, change))

    def settle(self) -> None:
        """The write that was staged holds: those that follow see it."""
        for each in self.staged:
            self.learn(each.kind, each.old, each.new)
        self.written += self.staged
        self.staged = []

    def learn(self, kind: Kind, old: Record | None, new: Record) -> None:
        self.states[f"{kind.name}/{new.id}"] = new
        if isinstance(new, Link):
            self.links.pop(ends_of(new), None)
            if new.state == "active":
                self.links[ends_of(new)] = new.id
            return
        if old is not None:
            self.holders[kind.name, getattr(old, "key", "")] = None
        self.holders[kind.name, getattr(new, "key", "")] = new.id

    def drop(self) -> None:
        """The write that was staged has been refused."""
        self.staged = []

    async def flush(self, connection: AsyncConnection) -> None:
        """Write what holds, a statement for each table; raises IntegrityError when somebody else was quicker."""
        made: defaultdict[str, list[Row]] = defaultdict(list)
        changed: defaultdict[str, list[Row]] = defaultdict(list)
        tables = {each.kind.name: self.owner.table(each.kind) for each in self.written}
        for each in self.written:
            rows = made if each.old is None else changed
            rows[each.kind.name].append(to_row(tables[each.kind.name], each.new))
        for name, rows_ in made.items():
            await connection.execute(tables[name].insert(), rows_)
        for name, rows_ in changed.items():
            await connection.execute(statements.update(tables[name]), [{"of_id": row["id"], **row} for row in rows_])
        if self.written:
            await append(connection, self.owner.changes, [each.change for each in self.written])
        self.written = []


def ends_of(link: Link) -> Ends:
    return link.type, link.source.kind, link.source.id, link.target.kind, link.target.id
