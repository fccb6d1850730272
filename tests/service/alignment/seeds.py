"""Random histories to play: several on SQLite, and the first of them on PostgreSQL as well."""

import os

import pytest

_MORE = int(os.environ.get("PLUMBLINE_FUZZ_EXAMPLES") or 0)


def seeds(number: int) -> pytest.MarkDecorator:
    """Of ``server`` and ``seed``: what the databases do differently shows in one history. ``PLUMBLINE_FUZZ_EXAMPLES``
    says how many are played on both."""
    cases = [("sqlite", seed) for seed in range(_MORE or number)]
    on_both = [pytest.param("postgres", seed, marks=pytest.mark.postgres) for seed in range(_MORE or 1)]
    return pytest.mark.parametrize(("server", "seed"), [*cases, *on_both], indirect=["server"])
