"""The whole platform behind a real socket, in the test's own process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services import assembly
from services.cli.run import Server, server_config, serving
from shared import auth
from tests.platform import settings_for


@asynccontextmanager
async def serving_at(home: Path, **more: str) -> AsyncIterator[list[str]]:
    """Its address, and a token."""
    settings = settings_for(home, port=0, sweep_seconds=1, **more)
    await assembly.migrate(settings)
    server = Server(server_config(assembly.platform(settings), settings))
    async with serving(server, settings) as address:
        yield [address, auth.mint(settings.key_path, "tester")]
