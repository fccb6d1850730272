"""One can tell whether it works."""

from services.alignment.judge.catalogue.words import live
from services.alignment.judge.checks import AnyOf, Joined, Says
from services.alignment.judge.footprint import into, out
from services.alignment.judge.rule import Rule, Severity

SOURCE = "ITIL 2011 continual service improvement: objectives and processes have critical success factors and KPIs"
_KPI = frozenset({"kpi"})
_BY_LINK = Joined("measured_by -> kpi", (out("measured_by"),), live("kpi"))

RULES = (
    Rule(
        "K01", Severity.medium, "measurement", "Objective that nothing measures",
        "No live KPI measures a live objective, itself or one of its critical success factors.",
        "Choose one measure of the outcome before any measure of activity.",
        AnyOf((_BY_LINK, Joined("a KPI of a success factor", (into("part_of"), into("part_of")), live("kpi")))),
        frozenset({"objective"}),
        sentence="No KPI measures {it}.",
        passes="objective:o in_force, csf:c active, kpi:k active; c part_of o, k part_of c",
        fails="objective:o in_force, kpi:k active",
        mended="; o measured_by k",
    ),
    Rule(
        "K03", Severity.medium, "measurement", "Incomplete KPI",
        "A live KPI lacks its target, baseline, unit, direction or owner.",
        "Fill in what is missing: from where to where, in which unit, and who answers for it.",
        Says("target", ("baseline", "unit", "direction", "owner")), _KPI,
        sentence="{it} does not say all that a KPI has to say.",
        passes="kpi:k active +target=0 +baseline=5 +unit +direction +owner",
        fails="kpi:k active +baseline=5 +unit +direction +owner", mended=" +target=0",
    ),
    Rule(
        "K05", Severity.low, "measurement", "Process or success factor that nothing measures",
        "No live KPI measures a live process, or belongs to a live critical success factor.",
        "Name the one number that tells whether it works.",
        AnyOf((_BY_LINK, Joined("has_part <- kpi", (into("part_of"),), live("kpi")))), frozenset({"process", "csf"}),
        sentence="No KPI measures {it}.",
        passes="csf:c active, kpi:k active; k part_of c",
        fails="process:p operational, kpi:k active",
        mended="; p measured_by k",
    ),
    Rule(
        "K06", Severity.low, "measurement", "KPI of nothing",
        "A live KPI belongs to no live critical success factor, and measures nothing that is live.",
        "Retire the number, or say what it is for.",
        AnyOf((
            Joined("part_of -> csf", (out("part_of"),), live("csf")),
            Joined("measures <- anything", (into("measured_by"),), live()),
        )), _KPI,
        sentence="{it} measures nothing.",
        passes="kpi:k active, csf:c active; k part_of c",
        fails="kpi:k active, csf:c active",
        mended="; k part_of c",
    ),
)  # fmt: skip
