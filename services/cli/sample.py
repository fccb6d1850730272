"""The sample organisation: its bundles, and the signatures that its own signers give when it is loaded."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.client import Client, path_of
from shared.contracts import NODE_KINDS
from shared.interchange import bundle, bundle_files
from shared.interchange.outcome import Report
from shared.interchange.sync import sync

SAMPLE = Path(__file__).with_name("organisation")
SOMEBODY = "ingrid.castellan"
"""One of its people, who owns much of it."""
_SIGNATURES = "signatures.toml"
_INCREMENT = NODE_KINDS["increment"]
As = Callable[[str, str], Client]
"""A client of a subject with a scope: whoever loads the sample has the issuer's key, or could sign for nobody."""


async def load(client: Client, acting: As, folder: Path = SAMPLE) -> Report:
    """Everything in the folder, with its signatures. Raises what a client raises."""
    report = await sync(client, await bundle.to_batch(client, bundle_files.read([folder])))
    for asked in tomllib.loads((folder / _SIGNATURES).read_text(encoding="utf-8"))["increment"]:
        await _sign(client, acting, asked)
    return report


async def _sign(client: Client, acting: As, asked: dict[str, Any]) -> None:
    """Submitted by whoever prepared it, and signed by each signer under a sign-in of their own; as far as it has not
    been done."""
    there = await client.find(_INCREMENT, asked["key"])
    if there is None:
        return
    if there["state"] == _INCREMENT.lifecycle.initial:
        async with acting(asked["submitted_by"], "strategy:write") as author:
            there = await author.transition(_INCREMENT, there["id"], there["version"], "submitted", asked["reason"])
    path = f"{path_of(_INCREMENT, there['id'])}/sign-offs"
    for each in there["sign_offs"]:
        comment = asked["signatures"].get(each["subject"])
        if comment is not None and each["decision"] == "requested":
            async with acting(each["subject"], "strategy:approve") as signer:
                await signer.send("POST", path, {"decision": "approved", "comment": comment})
