"""Objectives and KPIs. Source: ITIL 2011, critical success factors and key performance indicators."""

from services.alignment.judge.catalogue.words import live
from services.alignment.judge.checks import AnyOf, Joined, Says
from services.alignment.judge.footprint import into, out
from services.alignment.judge.rule import Rule, Severity

_KPI = live("kpi")
_PARTS = into("part_of")

RULES = (
    Rule(
        "K01", Severity.medium, "measurement", "Objective without a KPI",
        "No active KPI measures a live objective, itself or by one of its critical success factors.",
        "Add one measure of the outcome before any measure of activity.",
        AnyOf((Joined("measured_by -> kpi", (out("measured_by"),), _KPI), Joined("kpi", (_PARTS, _PARTS), _KPI))),
        frozenset({"objective"}),
        passes="objective:o in_force, csf:c active, kpi:k active; c part_of o, k part_of c",
        fails="objective:o in_force, kpi:k active",
        mended="; o measured_by k",
    ),
    Rule(
        "K03", Severity.medium, "measurement", "KPI without a target",
        "An active KPI names no target.",
        "Complete it: unit, direction, baseline and target.",
        Says("target"), frozenset({"kpi"}),
        passes="kpi:k active +target", fails="kpi:k active", mended=" +target",
    ),
)  # fmt: skip
