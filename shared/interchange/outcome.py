"""What became of everything that a file held, one outcome for each record."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from shared.interchange.found import FOLLOWING
from shared.interchange.records import Batch, Record, Refusal

Fields = dict[str, tuple[Any, Any]]
Action = Literal["created", "changed", "unchanged", "retyped", "returned", "refused", "pruned", "released"]
WRITTEN = ("created", "changed", "unchanged", "retyped", "returned")
"""What may become of a record that was taken in: the last two are new entities, in place of one of another kind and of
one that was retired when the source had it no more."""


class Outcome(NamedTuple):
    """What became of one record; ``fields`` and ``kept`` are ``name: (there, source's)``. One that is as it is may be
    ``noted`` as of this source too, which is a version of its own."""

    record: Record
    action: Action
    fields: Fields = {}
    kept: Fields = {}
    reason: str = ""
    noted: bool = False


class Leaving(NamedTuple):
    """What the source has no more and is still there; ``resting`` names what would lose something without it."""

    record: Record
    resting: list[str]


def _both(first: Outcome, second: Outcome) -> Outcome:
    """What became of a record that was written in two steps."""
    worst = next((each for each in (second, first) if each.action == "refused"), None)
    action = "changed" if (first.action, second.action) == ("unchanged", "changed") else first.action
    return worst or Outcome(second.record, action, first.fields | second.fields, first.kept | second.kept, first.reason)


@dataclass
class Report:
    """What became of everything that a source held. ``left`` stays until it is pruned, and where the source is
    ``nameless`` it may be another one's; ``doubles`` were made although something of their kind and name is there from
    elsewhere; ``drifting`` says what is no longer as it was signed."""

    read: int
    dry_run: bool
    unnamed: Counter[str]
    unmapped: Counter[str]
    duplicates: Counter[str]
    refused: list[Refusal]
    names: dict[str, str] = field(default_factory=dict)
    joined: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    fallen: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    outcomes: list[Outcome] = field(default_factory=list)
    left: list[Leaving] = field(default_factory=list)
    nameless: bool = False
    doubles: list[Record] = field(default_factory=list)
    drifting: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, batch: Batch, *, dry_run: bool) -> "Report":
        """The report of a file as it was read, before anything of it is brought in."""
        return cls(
            batch.read, dry_run, batch.unnamed, batch.unmapped, batch.duplicates, [*batch.refused], batch.names,
            batch.joined, +batch.beside, batch.fallen, batch.notes, batch.left_out,
        )  # fmt: skip

    def count(self, action: str) -> int:
        return sum(outcome.action == action for outcome in self.outcomes)

    def add(self, outcomes: list[Outcome]) -> None:
        """What became of records, those that were refused told as refusals as well. One that was written in two steps,
        since what it refers to refers to it, counts once: what the second has come to is part of the first."""
        places = {outcome.record.id: place for place, outcome in enumerate(self.outcomes) if outcome.record.partial}
        for outcome in outcomes:
            place = places.get(outcome.record.id)
            if place is None:
                self.outcomes.append(outcome)
            else:
                self.outcomes[place] = _both(self.outcomes[place], outcome)
        self.refused += [
            Refusal(outcome.record.label, outcome.record.origin.type or outcome.record.kind.name, outcome.reason)
            for outcome in outcomes
            if outcome.action == "refused"
        ]

    @property
    def drafts(self) -> Counter[str]:
        """By kind, what begins in a state that is not live, since nothing says which it is in."""
        begun = [each.record for each in self.outcomes if each.action == "created" and not each.record.kind.is_link]
        unsaid = [each.kind for each in begun if "state" not in each.members and each.kind.name not in FOLLOWING]
        return Counter(kind.name for kind in unsaid if not kind.is_live(kind.lifecycle.initial))

    @property
    def noted(self) -> int:
        """How many are as they are, and only noted as of this source."""
        return sum(outcome.noted for outcome in self.outcomes)

    @property
    def kept(self) -> list[tuple[Record, Fields]]:
        """Values that somebody else has changed since the source wrote them, and that therefore stay."""
        return [(outcome.record, outcome.kept) for outcome in self.outcomes if outcome.kept]

    @property
    def staying(self) -> int:
        """How many were to retire or to end, and may not: refused, and nothing that was read."""
        return sum(outcome.action == "refused" and not outcome.record.members for outcome in self.outcomes)

    @property
    def came_to(self) -> dict[str, int]:
        """What became of what was read and of what came beside it: of each of these one count, and of no other."""
        counted = {
            "unmapped": self.unmapped.total(),
            "duplicates": self.duplicates.total(),
            "refused": len(self.refused) - self.staying,
            "joined": self.joined.total(),
        }
        written = {action: self.count(action) for action in WRITTEN}
        always = {name: written.pop(name) for name in ("created", "changed", "unchanged")}
        return always | counted | written

    @property
    def accounted(self) -> bool:
        """Whether each thing that was read, and each that came beside, was written, found as it is, or counted with a
        reason."""
        return self.read + self.beside.total() == sum(self.came_to.values())
