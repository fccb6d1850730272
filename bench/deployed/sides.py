"""The two that are compared: the platform as four processes, and the floor as two."""

import os
import subprocess
import sys
from pathlib import Path

from bench.client import Answer, Client
from bench.deployed.world import FLOOR, OURS, World, connect, plain
from bench.floors import outbox, projector
from bench.load import Target
from bench.process import Process, Processes
from shared.config import ISSUER_KEY, KEYS, PROOF_KEY, SERVICE_KEY, SERVICES, TRUSTED_KEYS
from shared.http import auth
from shared.keys import make_keys
from tests.backends.server import free_port

_LONGEST_WAIT = "30"


class Platform(Processes):
    """``databases`` is a URL template with ``{service}``. Each service is its own process; starts none by itself."""

    topic = OURS

    def __init__(self, home: Path, world: World, databases: str) -> None:
        super().__init__()
        self.home, self.world, self.databases = home, world, databases
        self.ports = {service: free_port() for service in SERVICES}
        make_keys(home / KEYS)
        self.headers = {"Authorization": f"Bearer {auth.mint(home / KEYS / ISSUER_KEY, 'bench')}"}
        gateway = free_port()
        self._settings = {
            "PLUMBLINE_DATABASE_URL": databases,
            "PLUMBLINE_BUS_URL": f"kafka://{world.kafka}",
            "PLUMBLINE_TRUSTED_KEYS_FILE": str(home / KEYS / TRUSTED_KEYS),
            "PLUMBLINE_PROOF_KEY_FILE": str(home / KEYS / PROOF_KEY),
            "PLUMBLINE_SERVICE_KEY_FILE": str(home / KEYS / SERVICE_KEY),
            "PLUMBLINE_SERVICE_URL": f"http://127.0.0.1:{gateway}",
            "PLUMBLINE_WAIT_SECONDS": _LONGEST_WAIT,
        }
        migrate = [sys.executable, "-m", "services", "migrate"]
        subprocess.run(migrate, env={**os.environ, **self._settings}, check=True)
        targets = [f"{service}={port}" for service, port in self.ports.items()]
        arguments = ["-m", "bench.deployed.gateway", str(gateway), *targets]
        self.add("gateway", Process(arguments, gateway, "/", home / "gateway.log")).wait_ready()

    def spawn(self, service: str) -> Process:
        port, environment = self.ports[service], self._settings | {"PLUMBLINE_PORT": str(self.ports[service])}
        arguments = ["-m", "services", "serve", service]
        log = self.home / f"{service}.log"
        return self.add(service, Process(arguments, port, f"/{service}/readyz", log, environment))

    def start_all(self) -> None:
        """One after the other, so that each has the machine to itself while it starts."""
        for service in SERVICES:
            self.spawn(service).wait_ready()

    @property
    def writer(self) -> Process:
        return self["strategy"]

    def client(self, service: str) -> Client:
        return Client(self.ports[service], self.headers)

    def target(self) -> Target:
        def seen(answer: Answer) -> str:
            return f"/alignment/v1/nodes/tactic/{answer.id}?wait_for={answer.headers['plumbline-event']}"

        return Target(self.client("strategy"), "/strategy/v1/tactics", self.client("alignment"), seen)


class Floor(Processes):
    """The writer on one database with the relay in its process, the view on another."""

    topic = FLOOR

    def __init__(self, home: Path, world: World, databases: str) -> None:
        super().__init__()
        self.home, self.world = home, world
        self.ports = {name: free_port() for name in ("writer", "view")}
        self.owner, self.view = (plain(databases.replace("{service}", name)) for name in ("strategy", "alignment"))

    async def start_all(self) -> None:
        await self.create_tables()
        self.spawn_writer().wait_ready()
        self.spawn_view().wait_ready()

    async def create_tables(self) -> None:
        for url, tables in ((self.owner, outbox.TABLES), (self.view, projector.TABLES)):
            connection = await connect(url)
            await connection.execute(tables)
            await connection.close()

    def spawn_writer(self, *, relay: bool = True) -> Process:
        bus = [self.world.kafka, FLOOR] if relay else []
        return self._spawn("writer", [self.owner, *bus])

    def spawn_orm(self) -> Process:
        """In the place of the writer."""
        return self.add("writer", self._process("orm", self.ports["writer"], [self.owner]))

    def spawn_view(self, topic: str = FLOOR) -> Process:
        return self._spawn("view", [self.view, self.world.kafka, topic])

    def _spawn(self, name: str, more: list[str]) -> Process:
        return self.add(name, self._process(name, self.ports[name], more))

    def _process(self, module: str, port: int, more: list[str]) -> Process:
        arguments = ["-m", f"bench.floors.{module}", str(port), *more]
        return Process(arguments, port, "/ready", self.home / f"floor-{module}.log")

    @property
    def writer(self) -> Process:
        return self["writer"]

    def target(self) -> Target:
        writer, reader = Client(self.ports["writer"]), Client(self.ports["view"])
        return Target(writer, "/tactics", reader, lambda answer: f"/nodes/tactic/{answer.id}")


Side = Platform | Floor
