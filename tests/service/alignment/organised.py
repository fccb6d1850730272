"""Small organisations written as bundles, and what the views answer about them by kind/key."""

from collections import Counter
from pathlib import Path
from typing import Any

from shared.interchange import bundle, bundle_files
from shared.interchange.sync import sync
from tests.platform import Platform

Json = dict[str, Any]


class Organisation:
    """``get`` answers a view below ``/alignment/v1``; names are ``kind/key``."""

    def __init__(self, platform: Platform, home: Path) -> None:
        self.platform, self.home = platform, home

    async def apply(self, text: str) -> None:
        """One document a line."""
        file = self.home / "bundle.yaml"
        file.write_text("\n---\n".join(line for line in text.strip().splitlines() if line.strip()))
        report = await sync(
            self.platform.client, await bundle.to_batch(self.platform.client, bundle_files.read([file]))
        )
        assert not report.refused, report.refused
        await self.platform.caught_up()

    async def id(self, name: str) -> str:
        kind, _, key = name.partition("/")
        found = await self.platform.client.find(kind, key)
        assert found, name
        return str(found["id"])

    async def get(self, path: str, **params: Any) -> Json:
        answer = await self.platform.http.get(f"/alignment/v1/{path}", params=params)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def about(self, view: str, name: str, **params: Any) -> Json:
        return await self.get(f"{view}/{name.partition('/')[0]}/{await self.id(name)}", **params)


def lines(text: str) -> str:
    """Documents from lines such as ``process/a operational {type: x}; serves outcome/b, part_of process/c``: a thing in
    a state, its members, and its links."""
    return "\n".join(_document(line) for line in text.strip().splitlines())


def _document(line: str) -> str:
    said, _, links = line.partition(";")
    head, _, members = said.partition("{")
    thing, state = head.split()
    kind, _, key = thing.partition("/")
    spec = ", ".join(filter(None, (f"name: {key}", f"state: {state}", members.strip().removesuffix("}"))))
    ends = (each.split() for each in links.split(",") if each.strip())
    made = ", ".join(f"{{type: {type}, to: {to}}}" for type, to in ends)
    return f"{{kind: {kind}, key: {key}, spec: {{{spec}}}, links: [{made}]}}"


def named(node: Json) -> str:
    return f"{node['kind']}/{node['key'] or node['id']}"


def far(rows: list[Json]) -> dict[str, int]:
    """How far each row is."""
    return {named(row["node"]): row["distance"] for row in rows}


def why(rows: list[Json]) -> Counter[str]:
    """How many rows are not live, by why."""
    return Counter(row["node"]["why_not_live"] for row in rows if not row["node"]["live"])
