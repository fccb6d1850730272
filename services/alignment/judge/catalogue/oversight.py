"""AI systems have people who answer for them and watch them; obligations have controls that are carried out."""

from collections.abc import Iterator

from services.alignment.judge.catalogue.charts import holders
from services.alignment.judge.catalogue.freshness import DAYS
from services.alignment.judge.catalogue.words import STATUS, live, over, passed_of, paths, refs, that
from services.alignment.judge.checks import Evidence, Joined, Looks
from services.alignment.judge.clocks import Clock
from services.alignment.judge.conditions import Has
from services.alignment.judge.footprint import Path, Reading, into, out
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity

SOURCE = "EU AI Act (Regulation 2024/1689), articles 14 and 26: human oversight, and the duties of deployers"
_CONTROLS = "OSCAL control and assessment models; DORA (Regulation 2022/2554), article 6; COBIT MEA02"
_AGENTS = frozenset({"party", "product"})
_AGENT = frozenset({"agent"})
_CONTROL = frozenset({"control"})
_LETTERED = (out("responsible", "accountable"), into("assigned_as"))
_PEOPLE = frozenset({None, "person", "team", "org_unit", "supplier"})
_AGES = {cadence: Clock("updated_at", days) for cadence, days in DAYS.items()}
"""When a deliverable is older than a control allows that is to leave evidence so often."""
_EVIDENCE = Reading(
    lambda node: (node.live, *(passed_of(node, age) for age in _AGES.values())),
    frozenset({"deliverable"}), clocks=tuple(_AGES.values()),
)  # fmt: skip
_RUN = that(lambda node: node.live and node.state in ("operational", "under_review"), "process", "activity")


def _left_to_agents(activity: Node) -> Iterator[Evidence]:
    """Where the letters are held in its process; who does a decision with a person beside it does not decide alone."""
    if agents := [each for each in holders(activity, "accountable") if each.type == "agent"]:
        yield {"part": "A", "agents": refs(agents)}
    doing = holders(activity, "responsible")
    if activity.get("decision") and doing and all(each.type == "agent" for each in doing):
        yield {"part": "R", "agents": refs(doing)}


def _stale(control: Node) -> Iterator[Evidence]:
    evidence = over(control, "evidenced_by")
    if all(each.past(_AGES[control.get("cadence")]) for each in evidence):
        yield {"missing": "newer evidence", "cadence": control.get("cadence"), "evidence": refs(evidence)}


RULES = (
    Rule(
        "G01", Severity.critical, "process", "AI system that nobody answers for",
        "No live person is accountable for a live party or product that is an AI system.",
        "Name the person who answers for what it does: `accountable_id`.",
        Joined("accountable -> party (person)", (out("accountable"),), live("party", types=frozenset({"person"}))),
        _AGENTS, _AGENT,
        sentence="No person is accountable for {it}.",
        passes="party:x active agent, party:y active person; x accountable y",
        fails="party:x active agent, party:y active team; x accountable y",
        mended=", party:z active person; x accountable z",
    ),
    Rule(
        "G02", Severity.high, "process", "Left to an AI system",
        "An AI system holds the A of a live activity; or the activity is a decision, and nobody but AI systems holds "
        "its R.",
        "Give the A to a role that a person holds, and a person the R of the decision beside it.",
        Looks(_left_to_agents, ("decision",), paths(
            STATUS, (out("part_of"),), (*_LETTERED, out("assigns")), (*_LETTERED, out("assigned_in")),
        )), frozenset({"activity"}),
        given=Joined("an AI system with a letter", (*_LETTERED, out("assigns")), live("party", types=_AGENT)), few=True,
        sentence="{it} is left to an AI system.",
        passes="activity:a operational, process:p operational, role:r active, role_assignment:h active, "
               "party:x active agent; a part_of p, a responsible r, h assigned_as r, h assigned_in p, h assigns x",
        fails="activity:a operational, process:p operational, role:r active, role_assignment:h active, "
              "party:x active agent; a part_of p, a accountable r, h assigned_as r, h assigned_in p, h assigns x",
        mended="; a accountable r ended",
    ),
    Rule(
        "G03", Severity.high, "process", "High risk that nobody watches",
        "A live AI system of the class of risk high or unacceptable has no live role that watches it, or no live party "
        "other than an AI system holds that role.",
        "Assign somebody to the role that watches it, or lower what it is used for.",
        Joined(
            "overseen_by -> role -> who holds it", (out("overseen_by"), into("assigned_as"), out("assigns")),
            live("party", types=_PEOPLE),
        ), _AGENTS, _AGENT, where=("risk_class", frozenset({"high", "unacceptable"})),
        sentence="Nobody watches {it}, whose risk is high.",
        passes="product:x in_use agent +risk_class=high, role:o active, role_assignment:h active, party:y active; "
               "x overseen_by o, h assigned_as o, h assigns y",
        fails="product:x in_use agent +risk_class=high, role:o active; x overseen_by o",
        mended=", role_assignment:h active, party:y active; h assigned_as o, h assigns y",
    ),
    Rule(
        "G04", Severity.high, "process", "Control that nobody carries out",
        "No operational process, and no activity of one, realizes a live control.",
        "Add `realizes` from the process that carries it out, or retire it.",
        Joined("realized_by -> process, activity", (into("realizes"),), _RUN), _CONTROL, source=_CONTROLS,
        sentence="Nobody carries out {it}.",
        passes="control:c active, process:p operational; p realizes c",
        fails="control:c active, process:p approved; p realizes c",
        mended=", process:q operational; q realizes c",
    ),
    Rule(
        "G05", Severity.high, "process", "Obligation without a control",
        "No live control realizes a live policy that is an obligation.",
        "Write down the control that keeps it: `policy_id`.",
        Joined("realized_by -> control", (into("realizes"),), live("control")),
        frozenset({"policy"}), frozenset({"obligation"}), source=_CONTROLS,
        sentence="No control sees to {it}.",
        passes="policy:q published obligation, control:c active; c realizes q",
        fails="policy:q published obligation, control:c draft; c realizes q",
        mended=", control:d active; d realizes q",
    ),
    Rule(
        "G06", Severity.medium, "process", "Control without newer evidence",
        "A live control has a cadence, and all of its live evidence is older than that; or it has none.",
        "Attach the evidence of the last time that it was carried out: `evidence_ids`.",
        Looks(_stale, ("cadence",), (Path((out("evidenced_by"),), _EVIDENCE),)), _CONTROL,
        given=Has("a cadence", lambda node: node.get("cadence"), ("cadence",)), source=_CONTROLS,
        sentence="{it} has no evidence that is new enough.",
        passes="control:c active +cadence=monthly, deliverable:d active +updated_at=2027-02-01; c evidenced_by d",
        fails="control:c active +cadence=monthly, deliverable:d active +updated_at=2026-12-01; c evidenced_by d",
        mended=", deliverable:e active +updated_at=2027-02-06; c evidenced_by e",
    ),
)  # fmt: skip
