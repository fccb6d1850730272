"""The SQLite file under the embedded event log. Plain blocking code: the log calls it from its one worker thread."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from shared.bus import PARTITIONS, Batch, Entry, Message, Partition, partition_of

_SCHEMA = """
CREATE TABLE identity (value TEXT NOT NULL);
CREATE TABLE topic (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partitions INTEGER NOT NULL);
CREATE TABLE entry (id INTEGER PRIMARY KEY, key BLOB NOT NULL, value BLOB NOT NULL);
CREATE TABLE progress (
    reader TEXT NOT NULL, topic TEXT NOT NULL, number INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (reader, topic, number)
);
"""
# The id of an entry is its partition and its offset in one number, so that the table itself lies in reading order.
_OFFSET_BITS = 40
_BUSY_SECONDS = 5.0


class LogStore:
    """One connection to the file; made with its schema and identity when it is not there yet."""

    def __init__(self, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        self._streams: dict[str, int] = {}
        self._read_up: dict[int, int] = {}
        self._version = 0
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")  # NORMAL may lose the last commits when the power fails
        with self._writing():
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'identity'").fetchone():
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute("INSERT INTO identity VALUES (?)", (str(uuid4()),))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction that waits for its turn at once; a deferred one fails instead of waiting."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def identity(self) -> str:
        return str(self._db.execute("SELECT value FROM identity").fetchone()[0])

    def ensure(self, topics: Sequence[str]) -> None:
        missing = [topic for topic in topics if self._stream(topic) is None]
        if missing:
            with self._writing():
                for topic in missing:
                    self._create(topic)

    def append(self, topic: str, messages: Sequence[Message]) -> None:
        """All or nothing, and on the disk when it returns."""
        with self._writing():
            stream = self._stream(topic) or self._create(topic)
            self._db.executemany("INSERT INTO entry VALUES (?, ?, ?)", self._rows(stream, messages))

    def _rows(self, stream: int, messages: Sequence[Message]) -> Iterator[tuple[int, bytes, bytes]]:
        following: dict[int, int] = {}
        for message in messages:
            number = partition_of(message.key)
            base = _base(stream, number)
            offset = following[number] if number in following else self._end(base)
            self._read_up.pop(base, None)
            following[number] = offset + 1
            yield base + offset, message.key.encode(), message.value

    def read(self, positions: Mapping[Partition, int], limit: int) -> list[Batch]:
        """At most ``limit`` entries in all, from the partitions in the order in which they are given."""
        self._note_others()
        batches = []
        for partition, start in positions.items():
            if limit <= 0:
                break
            if entries := self._entries(partition, start, limit):
                batches.append(Batch(partition, start, entries[-1].offset + 1, entries))
                limit -= len(entries)
        return batches

    def _entries(self, partition: Partition, start: int, limit: int) -> list[Entry]:
        stream = self._stream(partition.topic)
        if stream is None:
            return []
        base = _base(stream, partition.number)
        if self._read_up.get(base) == start:
            return []
        rows = self._db.execute(
            # whoever writes the file may have put a value of any type there
            "SELECT id, CAST(key AS BLOB), CAST(value AS BLOB) FROM entry WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            (base + start, base + (1 << _OFFSET_BITS), limit),
        )
        entries = [Entry(id_ - base, key, value) for id_, key, value in rows]
        if len(entries) < limit:
            self._read_up[base] = entries[-1].offset + 1 if entries else start
        return entries

    def _note_others(self) -> None:
        """Where a partition was read up to its end is remembered, until somebody else changes the file."""
        version = self._db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._version = version
            self._read_up.clear()

    def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        """The offset after the last entry of every partition; 0 for a topic that is not there."""
        ends = {}
        for topic in topics:
            stream = self._stream(topic)
            for number in range(PARTITIONS):
                ends[Partition(topic, number)] = 0 if stream is None else self._end(_base(stream, number))
        return ends

    def note(self, group: str, batches: Sequence[Batch]) -> None:
        """Record a group's progress. It is for people to look at, so it need not survive a power failure."""
        rows = [(group, *batch.partition, batch.next) for batch in batches]
        self._db.execute("PRAGMA synchronous=NORMAL")
        try:
            with self._writing():
                self._db.executemany("INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?)", rows)
        finally:
            self._db.execute("PRAGMA synchronous=FULL")

    def close(self) -> None:
        self._db.close()

    def _end(self, base: int) -> int:
        """Read from the file each time: another process may have appended."""
        bounds = (base, base + (1 << _OFFSET_BITS))
        last = self._db.execute("SELECT max(id) FROM entry WHERE id >= ? AND id < ?", bounds).fetchone()[0]
        return 0 if last is None else int(last) - base + 1

    def _stream(self, topic: str) -> int | None:
        if topic not in self._streams:
            row = self._db.execute("SELECT id, partitions FROM topic WHERE name = ?", (topic,)).fetchone()
            if row is None:
                return None
            if row[1] != PARTITIONS:
                raise ValueError(
                    f"topic {topic} has {row[1]} partitions, not {PARTITIONS}: keys would lose their order"
                )
            self._streams[topic] = int(row[0])
        return self._streams[topic]

    def _create(self, topic: str) -> int:
        self._db.execute("INSERT OR IGNORE INTO topic (name, partitions) VALUES (?, ?)", (topic, PARTITIONS))
        return int(self._db.execute("SELECT id FROM topic WHERE name = ?", (topic,)).fetchone()[0])


def _base(stream: int, number: int) -> int:
    return (stream * PARTITIONS + number) << _OFFSET_BITS
