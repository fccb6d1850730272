"""What the deployed platform is to reach, as ratios to a floor that was measured in the same round."""

from bench.deployed import bulk
from bench.deployed.serving import RATES
from bench.table import Goal, at_least, at_most, below
from shared.config import SERVICES

# the median of Backstage's catalog backend for an entity with ten relations, on PostgreSQL and a machine like this
BACKSTAGE_GET_MS = 1.3

GOALS: dict[str, Goal] = {
    **{f"commit to view p50 ms at {rate}/s": at_most(1.5) for rate in RATES},
    **{f"commit to view p99 ms at {rate}/s": at_most(2) for rate in RATES},
    "CPU ms/write (bare write)": at_most(2),
    "relayed events/s": at_least(0.7),
    "projected events/s": at_least(0.6),
    "rebuild s": at_most(1.5),
    "rebuild s (upserts)": at_most(1),
    f"GET an entity with {bulk.RELATIONS} relations, p50 ms": below(BACKSTAGE_GET_MS),
    **{f"start s, {name}": at_most(2) for name in SERVICES},
    **{f"resident MiB, {name}": at_most(2) for name in SERVICES},
}
