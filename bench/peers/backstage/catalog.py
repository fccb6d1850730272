"""Backstage's catalog backend as a process, and how it is told and watched."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.client import Client
from bench.deployed.world import connect
from bench.process import Process
from tests.backends import fetched
from tests.backends.server import free_port

_HERE = Path(__file__).parent
_LOOK_SECONDS = 0.05
_PREFIX = "backstage_bench_"
_STATE = """select (select count(*) from refresh_state where processed_entity is null)
+ (select count(*) from stitch_queue) + $1 - (select count(*) from final_entities where final_entity is not null)"""


def packages() -> Path:
    """A folder with all that it takes. Raises Missing."""
    fetched.program("node")
    return fetched.kept("backstage-4.0.0", _fetch)


def _fetch(folder: Path) -> list[str]:
    shutil.copy(_HERE / "package.json", folder)
    return [fetched.program("npm"), "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]


class Catalog(Process):
    """Starts on databases of its own; ``postgres`` is a URL with ``{database}``."""

    def __init__(self, home: Path, postgres: str) -> None:
        self.postgres, port, control = postgres, free_port(), free_port()
        settings = home / "app-config.json"
        settings.write_text(json.dumps(_settings(postgres, port)))
        folder = packages()
        environment = {
            "CONTROL_PORT": str(control),
            "NODE_PATH": str(folder / "node_modules"),
            "NODE_ENV": "production",
        }
        arguments = [str(_HERE / "server.cjs"), "--config", str(settings)]
        log, node = home / "backstage.log", fetched.program("node")
        super().__init__(arguments, control, "/", log, environment, program=node, folder=folder)
        self.api, self._control = Client(port), Client(control)

    async def provide(self, how: str, entities: list[dict[str, Any]]) -> None:
        """``full`` or ``delta``; answers once they were taken, which is before any of them is visible."""
        (await self._control.post(f"/{how}", {"entities": entities})).demand(200)

    async def all_visible(self, count: int) -> None:
        """None is left to be processed or stitched. Asked of its database, since its API does not tell."""
        connection = await connect(self.postgres.format(database=f"{_PREFIX}catalog"))
        while await connection.fetchval(_STATE, count):
            await asyncio.sleep(_LOOK_SECONDS)
        await connection.close()

    def stop(self) -> None:
        self.api.close()
        self._control.close()
        super().stop()


def _settings(postgres: str, port: int) -> dict[str, Any]:
    """Its defaults, but for what it needs to be told, and without a token as the bench has none for it."""
    url, address = urlsplit(postgres), f"http://127.0.0.1:{port}"
    login = {"host": url.hostname, "port": url.port, "user": url.username, "password": url.password}
    return {
        "app": {"baseUrl": address},
        "backend": {
            "baseUrl": address,
            "listen": {"host": "127.0.0.1", "port": port},
            "auth": {"dangerouslyDisableDefaultAuthPolicy": True},
            "database": {"client": "pg", "prefix": _PREFIX, "connection": login},
        },
        "catalog": {"rules": [{"allow": ["Component", "System", "Group"]}]},
    }


async def drop_databases(postgres: str) -> None:
    connection = await connect(postgres.format(database="postgres"))
    for row in await connection.fetch("select datname from pg_database where starts_with(datname, $1)", _PREFIX):
        await connection.execute(f'drop database "{row["datname"]}" with (force)')
    await connection.close()
