"""The sample organisation, as a newcomer gets it."""

from pathlib import Path

from shared.interchange import bundle, bundle_files
from shared.interchange.sync import sync
from tests.platform import Platform

SAMPLE = Path(__file__).parents[3] / "examples" / "organisation"


async def load(platform: Platform) -> Platform:
    """The view covers it in the end."""
    batch = await bundle.to_batch(platform.client, bundle_files.read([SAMPLE]))
    assert not (await sync(platform.client, batch)).refused
    await platform.caught_up()
    return platform
