"""What the soak takes for growth."""

import pytest

from bench.soak.__main__ import report
from bench.soak.honest import Honest
from bench.soak.hostile import Attacker
from bench.soak.memory import Sample, slope


def samples(mib: list[int], every: float) -> list[Sample]:
    return [Sample(every * number, each) for number, each in enumerate(mib)]


@pytest.mark.parametrize(
    ("mib", "a_minute"),
    [
        ([100, 100, 100, 100, 100, 100, 100], 0),
        ([100, 150, 200, 200, 200, 200, 200], 0),
        ([0, 0, 200, 210, 220, 230, 240], 20),
        ([0, 0, 230, 220, 210, 200, 190], -20),
    ],
)
def test_it_is_what_comes_after_the_caches_are_full(mib: list[int], a_minute: float) -> None:
    """A value every half a minute, so that the first minute is warm-up."""
    assert slope(samples(mib, 30)) == pytest.approx(a_minute)


def test_of_a_long_run_the_first_third_is_warm_up() -> None:
    """Ten minutes: it grows for the first three."""
    assert slope(samples([100, 200, 300, 400, 400, 400, 400, 400, 400, 400, 400], 60)) == pytest.approx(0)


@pytest.mark.parametrize("mib", [[], [100], [100, 150, 200, 250, 300], [100, 150, 200, 250, 300, 350, 400, 450]])
def test_a_short_run_tells_nothing(mib: list[int]) -> None:
    """Up to 105 seconds."""
    assert slope(samples(mib, 15)) is None


@pytest.mark.parametrize(
    ("every", "holds", "told"),
    [(5, True, "too short to tell whether it grows"), (60, False, "+50.00 MiB a minute (bound 15.0)")],
)
async def test_what_is_too_short_to_tell_is_not_broken(
    every: float, holds: bool, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twenty seconds, and four minutes, of fifty MiB more at each look."""
    honest = Honest(None)  # type: ignore[arg-type]  # it asks nothing here
    honest.seconds.append(0.1)
    found = report({"used": samples([100, 150, 200, 250, 300], every)}, {"used": honest}, Attacker(0, "", 0), 15.0)
    said = capsys.readouterr()
    assert found is holds
    assert told in said.out
    assert ("BROKEN: grows: used" in said.err) is not holds
