"""What a view leaves out because it is not live, counted by why."""

from collections import Counter
from collections.abc import Collection


class LeftOut:
    """What is not live, by reference; and, where there is too much of it to be read, how much."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.counted: Counter[str] = Counter()

    def add(self, ref: str, why: str) -> None:
        self.words.setdefault(ref, why)

    def told(self, shown: Collection[str] = ()) -> dict[str, int]:
        """How much of it is not shown, by why."""
        words = self.counted + Counter(word for ref, word in self.words.items() if ref not in shown)
        return dict(sorted(words.items()))
