"""The sample organisation, as a newcomer gets it."""

from services.cli import sample
from tests.platform import Platform

SAMPLE = sample.SAMPLE


async def load(platform: Platform) -> Platform:
    """The view covers it in the end."""
    assert not (await sample.load(platform.client, platform.acting)).refused
    await platform.caught_up()
    return platform
