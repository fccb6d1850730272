"""A platform of its own for files that are no part of the project."""

import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services import assembly
from services.cli.server import Server, server_config, serving
from shared.client import Client
from shared.config import KEYS, Settings
from shared.contracts import LINKS, NODE_KINDS
from shared.http import auth
from shared.keys import make_keys
from shared.telemetry import configure_logging


@asynccontextmanager
async def platform() -> AsyncIterator[Client]:
    """A client of an empty one, until the block ends."""
    configure_logging("WARNING")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), port=0, embedded=True)
        make_keys(settings.home / KEYS)
        await assembly.migrate(settings)
        server = Server(server_config(assembly.platform(settings), settings))
        async with (
            serving(server, settings) as url,
            Client(url, auth.mint(settings.issuer_key_path, "tester")) as client,
        ):
            yield client


async def count(client: Client) -> Counter[str]:
    """Entities by kind and links by relation; whatever there is none of is left out."""
    found = Counter({name: len([each async for each in client.list(kind)]) for name, kind in NODE_KINDS.items()})
    return +found + Counter([link["type"] for kind in LINKS.values() async for link in client.list(kind)])


def equal(what: str, found: object, expected: object) -> None:
    """Print what was found; ends the script where it is not what was expected."""
    if found != expected:
        raise SystemExit(f"{what}: {found}, not {expected}")
    print(f"{what}: {found}")
