"""The engine of ``apply`` and ``import``: reads what is there, then writes what the source may write, and reports."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from shared.client import Client, Conflict, Json, NotFound, PreconditionFailed, Refused, Unauthorized
from shared.contracts import Kind
from shared.interchange import merge, preview, succession
from shared.interchange.outcome import Action, Fields, Outcome, Report
from shared.interchange.parts import parted
from shared.interchange.preview import Asked, Preview
from shared.interchange.records import Batch, Malformed, Predecessor, Record
from shared.interchange.together import each

A_REQUEST, A_REQUEST_SIZE = 200, 1_000_000

_UNASKED = "{number} rest on more than is looked at in a dry run: whether they would be refused is not known."

_CORRECTED = " If that state was registered wrongly, a correction mends it (POST .../corrections)."

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Called with the number of records that are done, and of all."""


async def sync(client: Client, batch: Batch, *, dry_run: bool = False, progress: Progress | None = None) -> Report:
    """Bring a batch in, layer after layer. With ``dry_run`` everything is read and compared, owners say what they would
    refuse, and nothing is written.

    A record that the server refuses is reported and the rest goes on; raises Unreachable and Unauthorized, which
    would meet every record alike. What was written until then stays: the next run finds it unchanged.
    """
    report = Report.of(batch, dry_run=dry_run)
    engine = _Engine(client, batch.known, batch.instead, dry_run, progress or _silent, sum(map(len, batch.layers)))
    for layer in batch.layers:
        report.add(await engine.layer(layer))
    if engine.unasked:
        report.notes.append(_UNASKED.format(number=engine.unasked))
    return report


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass
class _Engine:
    client: Client
    known: Mapping[str, Json | None]
    instead: Mapping[str, Predecessor]
    dry_run: bool
    progress: Progress
    total: int
    done: int = 0
    unasked: int = 0

    def __post_init__(self) -> None:
        self.preview = Preview(self.client)

    async def layer(self, records: list[Record]) -> list[Outcome]:
        """What is new is created in bulk, and what is there is compared and changed by itself."""
        known = await each(records, self._known)
        fresh = [record for record, current in zip(records, known, strict=True) if current is None]
        there = [(record, current) for record, current in zip(records, known, strict=True) if current is not None]
        outcomes = [outcome for some in _requests(fresh, lambda record: record) for outcome in await self._create(some)]
        if self.dry_run:
            outcomes += [outcome for some in _requests(there, _of_there) for outcome in await self._foresee(some)]
        else:
            outcomes += await each(there, lambda both: self._update(*both))
        by_id = {outcome.record.id: outcome for outcome in outcomes}
        return [by_id[record.id] for record in records]

    async def _known(self, record: Record) -> Json | None:
        """What is there, without asking again: a write carries the version it rests on, so that a wrong guess is
        noticed, and the owner that is asked what it would say notices as well."""
        return self.known[record.id] if record.id in self.known else await self._read(record)

    async def _read(self, record: Record) -> Json | None:
        try:
            return await self.client.get(record.kind, record.id)
        except NotFound:
            return None

    async def _create(self, records: list[Record]) -> list[Outcome]:
        """Records of one service; what somebody else was quicker with counts as it is there."""
        service = records[0].kind.service
        answers: Sequence[Json | None]
        try:
            lines = [await self._line(record) for record in records]
            answers = await self._answers(service, lines)
        except Unauthorized:
            raise
        except Refused as error:
            return [self._told(Outcome(record, "refused", reason=str(error))) for record in records]
        return [await self._created(record, answer) for record, answer in zip(records, answers, strict=True)]

    async def _answers(self, service: str, lines: list[Json]) -> Sequence[Json | None]:
        if not self.dry_run:
            return await self.client.bulk(service, lines)
        found = await self.preview.answers(service, [preview.new(line) for line in lines])
        return [answers[0] if answers else None for answers in found]

    async def _foresee(self, there: Sequence[tuple[Record, Json]]) -> list[Outcome]:
        """What the owner would say to changes of what is there."""
        outcomes, asked = dict[str, Outcome](), dict[str, Asked]()
        for record, current in there:
            try:
                difference = _difference(record, current)
            except (Malformed, Stays) as error:
                outcomes[record.id] = Outcome(record, "refused", reason=str(error))
                continue
            outcomes[record.id] = _compared(record, difference)
            if difference.patch or difference.to is not None:
                asked[record.id] = preview.changed(record.kind, current, difference)
        try:
            answers = await self.preview.answers(there[0][0].kind.service, [*asked.values()]) if asked else []
        except Unauthorized:
            raise
        except Refused as error:
            answers = [[{"status": error.status, "problem": error.problem}]] * len(asked)
        for (id, change), told in zip(asked.items(), answers, strict=True):
            outcomes[id] = self._foreseen(outcomes[id], change, told)
        return [self._told(outcomes[record.id]) for record, _ in there]

    def _foreseen(self, outcome: Outcome, asked: Asked, answers: list[Json] | None) -> Outcome:
        if answers is None:
            self.unasked += 1
            return outcome
        refused = next((number for number, answer in enumerate(answers) if "problem" in answer), None)
        if refused is None or answers[refused]["status"] == 412:  # where somebody was quicker, what they wrote counts
            return outcome
        error = Refused(answers[refused]["status"], answers[refused]["problem"])
        if refused < len(asked.lines) and "transition" in asked.lines[refused] and error.status == 409:
            return Outcome(outcome.record, "refused", reason=_stays(asked.body["state"], error, others=refused > 0))
        return Outcome(outcome.record, "refused", reason=str(error))

    async def _created(self, record: Record, answer: Json | None) -> Outcome:
        if (answer is None or answer["status"] in (200, 412, 428)) and (current := await self._read(record)):
            return await self._update(record, current)
        if answer is None:
            self.unasked += 1
        if answer is None or answer["status"] == 201:
            return self._told(self._new(record))
        return self._told(Outcome(record, "refused", reason=str(Refused(answer["status"], answer["problem"]))))

    def _new(self, record: Record) -> Outcome:
        """What a record that was not there counts as."""
        fields: Fields = {name: (None, value) for name, value in record.members.items()}
        old = self.instead.get(record.id)
        if old is None:
            return Outcome(record, "created", fields)
        if old.why == "re-ended":
            return Outcome(record, "changed", {"joins": (old.label, record.label)})
        return Outcome(record, old.why, fields, reason=old.label)

    async def _line(self, record: Record) -> Json:
        body, old = merge.body(record), self.instead.get(record.id)
        if old and self.dry_run:
            body.pop("key", None)  # it would get that of the old one
        elif old and not record.kind.is_link and (key := await succession.key_for(self.client, record, old)):
            body["key"] = key
        return {"kind": record.kind.name, "id": record.id, "body": body}

    async def _update(self, record: Record, current: Json) -> Outcome:
        if self.dry_run:
            [outcome] = await self._foresee([(record, current)])
            return outcome
        try:
            try:
                return self._told(await self._change(record, current))
            except PreconditionFailed:  # somebody was quicker: what they wrote counts
                return self._told(await self._change(record, await self.client.get(record.kind, record.id)))
        except Unauthorized:
            raise
        except (Refused, Malformed, Stays) as error:
            return self._told(Outcome(record, "refused", reason=str(error)))

    async def _change(self, record: Record, current: Json) -> Outcome:
        difference = _difference(record, current)
        await self._write(record, current, difference)
        return _compared(record, difference)

    async def _write(self, record: Record, current: Json, difference: merge.Difference) -> None:
        kind, id, state = record.kind, record.id, current
        if difference.patch:
            state = await self.client.patch(kind, id, state["version"], difference.patch)
        if difference.to is None:
            return
        try:
            state = await self.client.transition(kind, id, state["version"], difference.to, difference.reason)
        except Conflict as error:
            raise Stays(_stays(state["state"], error, others=bool(difference.patch))) from None
        await self.client.patch(kind, id, state["version"], difference.settle)

    def _told(self, outcome: Outcome) -> Outcome:
        self.done += 1
        self.progress(self.done, self.total)
        return outcome


class Stays(Exception):
    """What is there cannot be moved to the state that the source has for it; the message says which way is allowed."""


def _stays(state: str, error: Refused, *, others: bool) -> str:
    return f"It stays {state}. {error}{' Its other members are written.' if others else ''}"


def _difference(record: Record, current: Json) -> merge.Difference:
    """What a record changes; raises Malformed and Stays."""
    difference = merge.compare(record, current)
    if difference.to is not None:
        _check_move(record.kind, current["state"], difference.to)
    return difference


def _compared(record: Record, difference: merge.Difference) -> Outcome:
    action: Action = "changed" if difference.fields else "unchanged"
    noted = bool(difference.patch) and not difference.fields
    return Outcome(record, action, difference.fields, difference.kept, noted=noted)


def _check_move(kind: Kind, state: str, to: str) -> None:
    """A source moves what is there by one transition, whose gate the server judges. Raises Stays."""
    lifecycle = kind.lifecycle
    if to in lifecycle.moves[state]:
        return
    if way := lifecycle.way(state, to):
        told = f"It is {state} and does not become {to} at once: the way is {' -> '.join((state, *way))}."
        raise Stays(f"{told} Move it step by step.")
    if lifecycle.is_terminal(state):
        told = f"It is {state}, which is final: a comeback is a new one that supersedes it."
    else:
        told = f"It is {state} and does not become {to}: no way leads there from {state}."
    raise Stays(told + (_CORRECTED if kind.registered is None else ""))


def _of_there(both: tuple[Record, Json]) -> Record:
    return both[0]


def _requests(items: list[T], record: Callable[[T], Record]) -> Iterator[list[T]]:
    """What one request holds: records of one service, few enough to be taken and to see them come in."""
    by_service = sorted(items, key=lambda item: record(item).kind.service)
    for _, some in groupby(by_service, key=lambda item: record(item).kind.service):
        yield from parted(some, lambda item: len(str(record(item).members)), A_REQUEST_SIZE, A_REQUEST)
