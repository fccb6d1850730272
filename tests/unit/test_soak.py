"""What the soak takes for growth."""

import pytest

from bench.soak.memory import Sample, slope


@pytest.mark.parametrize(
    ("mib", "a_minute"),
    [
        ([100, 100, 100, 100, 100, 100], 0),
        ([100, 150, 200, 200, 200, 200], 0),
        ([0, 0, 200, 210, 220, 230], 120),
        ([0, 0, 230, 220, 210, 200], -120),
        ([100], 0),
    ],
)
def test_it_is_what_comes_after_the_caches_are_full(mib: list[int], a_minute: float) -> None:
    samples = [Sample(5.0 * number, each) for number, each in enumerate(mib)]
    assert slope(samples) == pytest.approx(a_minute)
