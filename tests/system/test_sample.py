"""The sample organisation has exactly the gaps that its README tells of."""

import re
from pathlib import Path

from shared.interchange import bundle, bundle_files
from shared.interchange.sync import sync
from tests.platform import running, settings_for

SAMPLE = Path(__file__).parents[2] / "examples" / "organisation"


async def test_findings_are_the_known_gaps(tmp_path: Path) -> None:
    told = re.findall(r"^\| ([A-Z]\d\d) \| `?(\w+/[\w.-]+)`? \|", (SAMPLE / "README.md").read_text(), re.MULTILINE)
    assert told
    async with running(settings_for(tmp_path)) as platform:
        report = await sync(platform.client, await bundle.to_batch(platform.client, bundle_files.read([SAMPLE])))
        assert not report.refused
        await platform.caught_up()
        page = await platform.client.get_json("/alignment/v1/findings", limit=200)
        found = [(f["rule"], f"{f['subject']['kind']}/{f['subject']['key']}") for f in page["items"]]
        assert sorted(found) == sorted(told)

        again = await sync(platform.client, await bundle.to_batch(platform.client, bundle_files.read([SAMPLE])))
        assert again.count("unchanged") == len(again.outcomes)
