"""What is shown before anybody signs is all that is signed."""

from typing import Any, cast
from uuid import UUID

from services.cli import sign_off
from shared.client import Client
from shared.contracts.answers.sign_off import Comparison


class Paged:
    """A server whose answer has room for one item."""

    async def get_json(self, _: str, after: int = 0) -> Any:
        item = {
            "kind": "tactic", "id": str(UUID(int=after)), "name": f"Tactic {after}", "version": 1, "hash": "h",
            "signed_version": None, "changes": [], "links": {"added": [], "ended": [], "changed": []},
        }  # fmt: skip
        return {"package_hash": "p", "items": [item], "hidden": 2, "next_after": after + 1 if after < 2 else None}


async def test_every_page_of_what_is_signed_is_read() -> None:
    told = await sign_off._more(cast(Client, Paged()), {"id": "i"}, "comparison", Comparison)
    assert [item.name for item in told.value.items] == ["Tactic 0", "Tactic 1", "Tactic 2"]
    assert (told.value.hidden, told.document["next_after"]) == (0, None)
