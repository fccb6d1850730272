"""Where a service stands in the portfolio: the phase that each of its states belongs to, and what CSDM calls it."""

from typing import NamedTuple


class Standing(NamedTuple):
    """A phase of the service portfolio, and CSDM's pair of life cycle stage and life cycle stage status."""

    phase: str
    stage: str
    status: str


_EVALUATED = Standing("pipeline", "Ideation", "Under evaluation")
_DESIGNED = Standing("catalogue", "Design", "Design")
_DEPLOYED = Standing("catalogue", "Deploy", "Test")

PORTFOLIO = {
    **dict.fromkeys(("requirements", "defined", "analysed", "approved"), _EVALUATED),
    "chartered": Standing("pipeline", "Design", "Chartered"),
    **dict.fromkeys(("designed", "developed"), _DESIGNED),
    **dict.fromkeys(("built", "tested", "released"), _DEPLOYED),
    "operational": Standing("catalogue", "Operational", "In use"),
    "retired": Standing("retired", "End of life", "Retired"),
}
"""By state; the pairs are coarser than the states."""

PHASES = {
    phase: frozenset(state for state, standing in PORTFOLIO.items() if standing.phase == phase)
    for phase in ("pipeline", "catalogue", "retired")
}
