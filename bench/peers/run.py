"""What all peers are told about a run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """``sizes`` are links of a graph, ``databases`` where it lies; ``links`` are as many as there are to carry,
    ``entities`` to bring."""

    rounds: int
    seconds: float
    sizes: list[int]
    databases: list[str]
    links: int
    entities: int
