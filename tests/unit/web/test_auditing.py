"""What the page tells of refusals: each place once an hour, and no more of anybody than some."""

from typing import Any, cast

import pytest

from services.web.auditing import Audit
from services.web.services import Services
from shared.http.auth import Caller


class _Services:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def acting(self, who: Caller) -> Any:
        outer = self

        class Client:
            async def send(self, _: str, path: str, body: dict[str, str]) -> None:
                assert path == "/alignment/v1/audit"
                outer.told.append((who.subject, body["place"]))

        return Client()


async def test_whoever_makes_up_places_fills_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    now, services = [0.0], _Services()
    monkeypatch.setattr("services.web.auditing.time.monotonic", lambda: now[0])
    audit = Audit(cast(Services, services))
    for number in range(200):
        for _ in range(2):
            await audit.refused(Caller("mallory", frozenset()), f"/entity/x/{number}", None)
    assert services.told == [("mallory", f"/entity/x/{number}") for number in range(50)]
    await audit.refused(Caller("other", frozenset()), "/entity/x/1", None)
    now[0] = 3600.0
    await audit.refused(Caller("mallory", frozenset()), "/entity/x/1", None)
    assert services.told[50:] == [("other", "/entity/x/1"), ("mallory", "/entity/x/1")]
