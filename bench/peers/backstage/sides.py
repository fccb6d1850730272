"""The two that are compared, each with the same landscape: how it gets in, how it is changed, and where it is read."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson

from bench.client import Client
from bench.deployed.sides import Platform
from bench.peers.backstage.catalog import Catalog
from bench.peers.backstage.estate import Estate, id_of
from bench.process import Process
from shared.config import SERVICES

_LINES_AT_ONCE = 2000
_LOOK_SECONDS = 0.005
_REVISION = 1


class Side(Protocol):
    estate: Estate
    reader: Client

    @property
    def processes(self) -> Sequence[Process]: ...

    async def bring(self) -> None:
        """Returns once all of it is visible."""
        ...

    async def change(self, number: int) -> None:
        """Returns once the new description is what a GET answers with."""
        ...

    def path(self, number: int) -> str:
        """Of a service with its relations."""
        ...

    def close(self) -> None: ...


class Ours:
    def __init__(self, platform: Platform, estate: Estate) -> None:
        self.estate, self.processes = estate, [platform[name] for name in SERVICES]
        self.reader = platform.client("alignment")
        self._owners = {name: platform.client(name) for name in estate.lines()}

    async def bring(self) -> None:
        """Each line is one event, so it is known where each owner will be."""
        whole = self.estate.lines()
        ends = {service: await self._head(service) + len(lines) for service, lines in whole.items()}
        for service, lines in whole.items():
            for start in range(0, len(lines), _LINES_AT_ONCE):
                await self._put(service, lines[start : start + _LINES_AT_ONCE])
        while not await self._visible(ends):
            await asyncio.sleep(_LOOK_SECONDS)

    async def _put(self, service: str, lines: Sequence[Any]) -> list[Any]:
        answer = await self._owners[service].post_lines(f"/{service}/v1/bulk", lines)
        told = [orjson.loads(line) for line in answer.demand(200).body.splitlines()]
        if refused := [line for line in told if line["status"] >= 300]:
            raise RuntimeError(f"lines were refused: {refused[0]}")
        return told

    async def _head(self, service: str) -> int:
        answer = await self._owners[service].get(f"/{service}/v1/changes?limit=1")
        return int(orjson.loads(answer.demand(200).body)["head"]["position"])

    async def _visible(self, ends: Mapping[str, int]) -> bool:
        answer = await self.reader.get("/alignment/v1/status")
        positions = orjson.loads(answer.demand(200).body)["positions"]
        return all(positions.get(service, 0) >= end for service, end in ends.items())

    async def change(self, number: int) -> None:
        [told] = await self._put("catalog", [self.estate.service(number, _REVISION)])
        await _shows(self.reader, f"{self.path(number)}?wait_for={told['event']}")

    def path(self, number: int) -> str:
        return f"/alignment/v1/nodes/service/{id_of('service', number)}"

    def close(self) -> None:
        for client in (self.reader, *self._owners.values()):
            client.close()


class Theirs:
    def __init__(self, catalog: Catalog, estate: Estate) -> None:
        self.estate, self.processes, self.reader = estate, [catalog], catalog.api
        self._catalog = catalog

    async def bring(self) -> None:
        entities = self.estate.entities()
        await self._catalog.provide("full", entities)
        await self._catalog.all_visible(len(entities))

    async def change(self, number: int) -> None:
        await self._catalog.provide("delta", [self.estate.component(number, _REVISION)])
        await _shows(self.reader, self.path(number))

    def path(self, number: int) -> str:
        return f"/api/catalog/entities/by-name/component/default/service-{number}"

    def close(self) -> None:
        """Its process has the clients."""


async def _shows(reader: Client, path: str) -> None:
    """Asks until the answer has the change."""
    while f"revision {_REVISION}.".encode() not in (await reader.get(path)).demand(200).body:
        await asyncio.sleep(_LOOK_SECONDS)
