"""What alignment is asked and does not know is refused, instead of answered with everything."""

from pathlib import Path

import pytest

from tests.platform import running, settings_for


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/alignment/v1/nodes?colour=red", "?colour"),
        ("/alignment/v1/findings?sevrity=high", "?sevrity"),
        ("/alignment/v1/score?colour=red", "?colour"),
        ("/alignment/v1/status?colour=red", "?colour"),
        ("/alignment/v1/findings?rule=X99", "?rule"),
        ("/alignment/v1/trace/tactic/7d4f0000-0000-4000-8000-000000000001?types=nosuch", "?types"),
    ],
)
async def test_it_is_refused_by_name(tmp_path: Path, path: str, pointer: str) -> None:
    async with running(settings_for(tmp_path)) as platform:
        await platform.caught_up()  # which rules there are is a matter of the view
        answer = await platform.http.get(path)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
