"""Rules that an organisation has set: from which instant on which of the numbered ones is in force. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from services.alignment.judge.rule import Rule
from shared.clock import FIRST

ByRule = Mapping[str, Sequence[tuple[datetime, Rule | None]]]
"""By id what takes the place of a rule from an instant on, in order; None for nothing."""


@dataclass(frozen=True, eq=False)
class Spells:
    """``bases`` says of each number under which one its rule stands in the catalogue, which findings go by; ``of`` by
    that one, of rules that are not always the same, from when on which number is in force, or none."""

    bases: Sequence[int]
    of: Mapping[int, Sequence[tuple[datetime, int | None]]] = field(default_factory=dict)

    @cached_property
    def turns(self) -> tuple[datetime, ...]:
        """The instants at which any begins."""
        return tuple(sorted({at for some in self.of.values() for at, _ in some[1:]}))

    def turning(self, instant: datetime) -> set[int]:
        """The bases of the rules that are other ones from this instant on."""
        return {base for base, some in self.of.items() if any(at == instant for at, _ in some)}

    def known(self, numbers: Collection[int]) -> Collection[int]:
        """The bases of some rules, each once."""
        return {self.bases[number] for number in numbers} if self.of else numbers

    def at(self, bases: Collection[int], instant: datetime) -> Iterable[tuple[int, int]]:
        """Each base with the number that is in force, if there is one."""
        return self._at(bases, instant) if self.of else zip(bases, bases, strict=True)

    def _at(self, bases: Collection[int], instant: datetime) -> Iterator[tuple[int, int]]:
        for base in bases:
            some = self.of.get(base)
            number = base if some is None else next(number for at, number in reversed(some) if at <= instant)
            if number is not None:
                yield base, number


def numbered(rules: Sequence[Rule], others: ByRule) -> tuple[list[Rule], Spells]:
    """All rules, those of the catalogue first, and when each is in force."""
    every, bases, of = [*rules], [*range(len(rules))], {}
    for base, rule in enumerate(rules):
        if others.get(rule.id):
            known = {base: rule}
            spells: list[tuple[datetime, int | None]] = [(FIRST, base)]
            for at, other in others[rule.id]:
                number = next((number for number, each in known.items() if each == other), None)
                if other is not None and number is None:
                    number = len(every)
                    known[number] = other
                    every.append(other)
                    bases.append(base)
                spells.append((at, number))
            of[base] = spells
    return every, Spells(bases, of)
