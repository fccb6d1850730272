"""What the platform is compared with besides floors: what one would otherwise take for the same work.

Every peer is a module, or a package where it needs more files, with a ``TITLE`` and a function ``measure`` that gives
rounds. A peer that this machine cannot run is left out with the reason.
"""

from importlib import import_module

from bench.peers.run import Run
from bench.table import Round
from tests.backends.server import Missing

PEERS = ("memory", "faststream", "debezium", "backstage")

__all__ = ["PEERS", "Missing", "Run", "measure"]


def measure(peer: str, run: Run) -> tuple[str, list[Round]]:
    """What the comparison is called, and its rounds. Raises Missing."""
    try:
        module = import_module(f"bench.peers.{peer}")
    except ModuleNotFoundError as error:
        raise Missing(f"there is no Python package {error.name}; make peers installs it") from error
    return module.TITLE, module.measure(run)
