"""Those who use the platform as it is meant: they write, read and page, and come back where they are told to."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import Any

import httpx

_TRIES, _PAUSE = 8, 0.1
_PATIENCE = httpx.Timeout(30)
_READS = (
    "/strategy/v1/tactics?limit=50",
    "/strategy/v1/changes?limit=100",
    "/alignment/v1/nodes?kind=tactic&limit=50",
    "/alignment/v1/score",
    "/alignment/v1/findings?limit=50",
    "/alignment/v1/cascade",
    "/alignment/v1/status",
)
_MOST = 200


@dataclass
class Honest:
    """``seconds`` of every request that was answered as it should, and what was wrong with the others."""

    http: httpx.AsyncClient
    dice: Random = field(default_factory=lambda: Random(2))
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    again: int = 0
    tactics: list[dict[str, Any]] = field(default_factory=list)

    async def run(self, seconds: float, clients: int) -> None:
        await asyncio.gather(*(self._over_and_over(seconds) for _ in range(clients)))

    async def _over_and_over(self, seconds: float) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            await self.dice.choice((self._write, self._change, self._read, self._read, self._ask_about_one))()
            await asyncio.sleep(self.dice.uniform(0, 2 * _PAUSE))

    async def _write(self) -> None:
        """So many and no more: memory that follows what there is would hide memory that is lost."""
        if len(self.tactics) >= _MOST:
            await self._change()
            return
        answer = await self._ask(
            "POST", "/strategy/v1/tactics", {201}, json={"name": "Honest", "description": "d" * 500}
        )
        if answer:
            self.tactics.append(answer.json())

    async def _change(self) -> None:
        if self.tactics:
            one = self.dice.choice(self.tactics)
            body = {"description": str(self.dice.random()) * 20}
            headers = {"If-Match": "*"}
            await self._ask("PATCH", f"/strategy/v1/tactics/{one['id']}", {200}, json=body, headers=headers)

    async def _read(self) -> None:
        await self._ask("GET", self.dice.choice(_READS), {200})

    async def _ask_about_one(self) -> None:
        if self.tactics:
            view = self.dice.choice(("why", "trace", "impact", "nodes"))
            # it may not have come to the view yet
            await self._ask("GET", f"/alignment/v1/{view}/tactic/{self.dice.choice(self.tactics)['id']}", {200, 404})

    async def _ask(self, method: str, path: str, right: set[int], **more: Any) -> httpx.Response | None:
        """An answer as it should be. One who is told to come back does so, and one who was hung up on asks again."""
        began, wrong = perf_counter(), ""
        for attempt in range(_TRIES):
            try:
                answer = await self.http.request(method, path, timeout=_PATIENCE, **more)
            except httpx.TransportError as error:
                wrong = type(error).__name__
            else:
                if answer.status_code in right:
                    self.seconds.append(perf_counter() - began)
                    return answer
                wrong = f"{answer.status_code} {answer.text[:200]}"
                if answer.status_code != 503 or "retry-after" not in answer.headers:
                    break
            self.again += 1
            await asyncio.sleep(_PAUSE * 2**attempt)
        self.failures.append(f"{method} {path}: {wrong}")
        return None
