"""What all peers are told about a run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """``sizes`` are links of a graph; ``links`` are as many as there are to carry, ``entities`` to bring."""

    rounds: int
    seconds: float
    sizes: list[int]
    database: str
    links: int
    entities: int
