"""How to take a batch back: a transaction that fails leaves the memory as it was. Pure."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

Undo = Callable[[], object]


class Thing(Protocol):
    """Something with members that change; ``batch`` is the one in which it was made, or last put aside."""

    batch: int

    def put_aside(self) -> Undo:
        """How to put its members back as they are, and its batch."""
        ...


class Journal:
    """How to undo what was changed since the last ``accept``; ``batch`` counts those. Unless it is ``journaled``
    nothing is put aside."""

    def __init__(self, *, journaled: bool = True) -> None:
        self.batch = 1
        self.journaled = journaled
        self._undo: list[Undo] = []

    def change(self, thing: Thing) -> None:
        """Before its members are changed: once in a batch they are put aside. What the batch has made needs no such
        thing."""
        if thing.batch != self.batch:
            if self.journaled:
                self._undo.append(thing.put_aside())
            thing.batch = self.batch

    def undo_by(self, function: Callable[..., object], *arguments: object) -> None:
        """Remember how to take back what has just been done."""
        if self.journaled:
            self._undo.append(partial(function, *arguments))

    def accept(self) -> None:
        """What has been done stays."""
        self._undo.clear()
        self.batch += 1

    def roll_back(self) -> None:
        """As it was when the last was accepted."""
        while self._undo:
            self._undo.pop()()
