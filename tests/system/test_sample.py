"""The sample organisation has exactly the gaps that its README tells of, and travels whole as an export."""

import re
from pathlib import Path

from shared.interchange import bundle, bundle_files
from shared.interchange.export import Export, export
from shared.interchange.sync import sync
from shared.interchange.yaml_documents import text
from tests.platform import running, settings_for
from tests.service import sample
from tests.service.sample import SAMPLE


async def test_findings_are_the_known_gaps_and_an_export_arrives_whole(tmp_path: Path) -> None:
    told = re.findall(r"^\| ([A-Z]\d\d) \| `?(\w+/[\w.-]+)`? \|", _known_gaps(), re.MULTILINE)
    assert told
    async with running(settings_for(tmp_path)) as platform:
        await sample.load(platform)
        signed = await platform.client.find("increment", "dependable-first-slice")
        assert signed
        assert (signed["state"], [each["by"] for each in signed["sign_offs"]]) == (
            "signed",
            ["maeve.stroud", "tobias.oyelaran"],
        )
        page = await platform.client.get_json("/alignment/v1/findings", limit=200)
        found = [(f["rule"], f"{f['subject']['kind']}/{f['subject']['key']}") for f in page["items"]]
        assert sorted(found) == sorted(told)

        again = await sync(platform.client, await bundle.to_batch(platform.client, bundle_files.read([SAMPLE])))
        assert again.count("unchanged") == len(again.outcomes)

        first = tmp_path / "first.yaml"
        _write(first, await export(platform.client))
        back = await sync(platform.client, await bundle.to_batch(platform.client, bundle_files.read([first])))
        assert back.count("unchanged") == len(back.outcomes) == len(again.outcomes)
    async with running(settings_for(tmp_path / "elsewhere")) as other:
        arrived = await sync(other.client, await bundle.to_batch(other.client, bundle_files.read([first])))
        assert arrived.count("created") == len(arrived.outcomes) == len(again.outcomes)
        second = tmp_path / "second.yaml"
        _write(second, await export(other.client))
        assert second.read_text() == first.read_text()


def _known_gaps() -> str:
    """Without those that come with time."""
    return (SAMPLE / "README.md").read_text().split("## The year before")[0]


def _write(file: Path, made: Export) -> None:
    file.write_text("".join(text(each) for documents in made.documents.values() for each in documents))
