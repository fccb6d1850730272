"""Processes are governed, and made of activities that hand over what they make."""

from services.alignment.judge.catalogue import flow
from services.alignment.judge.catalogue.words import STATUS, live, paths, saying
from services.alignment.judge.checks import AnyOf, Joined, Looks, Says
from services.alignment.judge.conditions import Has
from services.alignment.judge.footprint import Path, into, out
from services.alignment.judge.rule import Rule, Severity

SOURCE = "ITIL 2011 service design, elements of a process: policy, owner, activities, procedures, inputs and outputs"
_FLOW = "BPMN 2.0: every path leads from a start event to an end event"
_PROCESS = frozenset({"process"})
_ACTIVITY = frozenset({"activity"})
_OPERATIONAL = frozenset({"operational"})
_PARTS = saying("order", "is_end", kinds=("activity",))
_DRAWN = Joined("an activity before another", (into("part_of"), out("precedes")), live("activity"))
_USED = AnyOf((
    Joined("a service, design or operation that uses it", (into("designed_with"),), live("design_package")),
    Joined("serves or realizes -> service", (out("serves", "realizes"),), live("service", "operation")),
    Joined("justified_by -> operation", (out("justified_by"),), live("operation")),
))  # fmt: skip
_HANDED = (
    Path((out("relates_to"),), STATUS),
    Path((out("relates_to"), out("precedes")), STATUS),
)

RULES = (
    Rule(
        "P01", Severity.high, "process", "Process without a policy",
        "An operational process has no active `governs` from a live policy.",
        "Its owner writes down first the one rule that people argue about, and adds `governs` from that policy.",
        Joined("governed_by -> policy", (into("governs"),), live("policy")), _PROCESS, states=_OPERATIONAL,
        sentence="No policy governs {it}.",
        passes="process:p operational, policy:q published; q governs p",
        fails="process:p operational, policy:q published",
        mended="; q governs p",
    ),
    Rule(
        "P02", Severity.high, "process", "Policy that governs nothing",
        "A live policy has no active `governs` to a live process, service or project.",
        "Attach it by `governs` to what it rules, or withdraw it.",
        Joined("governs -> process, service, project", (out("governs"),), live("process", "service", "project")),
        frozenset({"policy"}),
        sentence="{it} governs nothing.",
        passes="policy:q published, process:p operational; q governs p",
        fails="policy:q published, process:p operational",
        mended="; q governs p",
    ),
    Rule(
        "P03", Severity.high, "process", "Process without activities",
        "A live process has no live activity.",
        "Write down what is done, then how, then in which steps.",
        Joined("has_part -> activity", (into("part_of"),), live("activity")), _PROCESS,
        sentence="{it} has no activities.",
        passes="process:p operational, activity:a operational; a part_of p",
        fails="process:p operational, activity:a operational",
        mended="; a part_of p",
    ),
    Rule(
        "P04", Severity.medium, "process", "Activity without a procedure",
        "No live procedure guides a live activity.",
        "Write down how it is done, or name it in the procedure that says so.",
        Joined("guided_by -> procedure", (into("guides"),), live("procedure")), _ACTIVITY,
        sentence="No procedure says how {it} is done.",
        passes="activity:a operational, procedure:p published; p guides a",
        fails="activity:a operational, procedure:p published",
        mended="; p guides a",
    ),
    Rule(
        "P05", Severity.medium, "process", "Activity without its work instruction",
        "A live activity needs a work instruction, and no live one belongs to a procedure that guides it.",
        "Write the work instruction of its procedure, or say that none is needed.",
        Joined("a work instruction", (into("guides"), into("part_of")), live("work_instruction")), _ACTIVITY,
        given=Has("need", lambda node: node.get("needs_instruction"), ("needs_instruction",)), few=True,
        sentence="{it} needs a work instruction, and has none.",
        passes="activity:a operational +needs_instruction, procedure:p published, work_instruction:w published; "
               "p guides a, w part_of p",
        fails="activity:a operational +needs_instruction, procedure:p published, work_instruction:w published; "
              "p guides a",
        mended="; w part_of p",
    ),
    Rule(
        "P06", Severity.medium, "process", "Activity that delivers nothing",
        "A live activity makes no live deliverable and hands none over.",
        "Name what it leaves behind: a record, a decision, a thing.",
        AnyOf((
            Joined("produces -> deliverable", (into("produced_by"),), live("deliverable")),
            Joined("hands_over -> deliverable", (out("hands_over"),), live("deliverable")),
        )), _ACTIVITY,
        sentence="{it} delivers nothing.",
        passes="activity:a operational, deliverable:d active; d produced_by a",
        fails="activity:a operational, deliverable:d active",
        mended="; d produced_by a",
    ),
    Rule(
        "P07", Severity.medium, "process", "Hand-off that is not settled",
        "A live hand-off names no deliverable, says nothing of acceptance, or leads to no live activity.",
        "Name what goes over, to whom, and what makes it acceptable.",
        Looks(flow.unsettled, ("deliverable_id", "acceptance", "to_activity_id"), _HANDED), frozenset({"handoff"}),
        sentence="{it} does not settle what is handed over, or to what.",
        passes="handoff:h active +deliverable_id +acceptance +to_activity_id=b, activity:a operational, "
               "activity:b operational; h relates_to a, a precedes b",
        fails="handoff:h active +deliverable_id +to_activity_id=b, activity:a operational, activity:b operational; "
              "h relates_to a, a precedes b",
        mended="handoff:h active +deliverable_id +acceptance +to_activity_id=b",
    ),
    Rule(
        "P08", Severity.medium, "process", "Deliverable that nobody makes or needs",
        "No live activity makes a live deliverable; or none needs it, no control has it as evidence, and no process "
        "has it among its outputs.",
        "Name the activity that makes it and the one that needs it, add it to the outputs of its process, or retire "
        "it.",
        Looks(flow.loose, ("name", "key"), (
            *paths(STATUS, (out("produced_by", "consumed_by"),), (into("hands_over", "evidenced_by"),)),
            *paths(saying("outputs", kinds=("process",)), (out("produced_by"), out("part_of"))),
        )), frozenset({"deliverable"}),
        sentence="{it} is made by nobody, or needed by nobody.",
        passes="deliverable:d active, activity:a operational, activity:b operational; d produced_by a, d consumed_by b",
        fails="deliverable:d active, activity:a operational, activity:b operational; d produced_by a",
        mended="; d consumed_by b",
    ),
    Rule(
        "P09", Severity.medium, "process", "Activity that no path leads to or on from",
        "In a live process whose flow is drawn, no path and no order leads from its start to a live activity, or its "
        "flow stops "
        "at one "
        "that is no end.",
        "Draw the path to the activity and on to an end, or say that the process ends with it.",
        Looks(flow.astray, paths=paths(_PARTS, (into("part_of"),), (into("part_of"), out("precedes")))), _PROCESS,
        given=_DRAWN, few=True, source=_FLOW,
        sentence="The flow of {it} does not hold together.",
        passes="process:p operational, activity:a operational +order=1, activity:b operational +is_end; a part_of p, "
               "b part_of p, a precedes b",
        fails="process:p operational, activity:a operational +order=1, activity:b operational +is_end, "
              "activity:c operational; a part_of p, b part_of p, c part_of p, a precedes b",
        mended="; a precedes c, c precedes b",
    ),
    Rule(
        "P10", Severity.medium, "process", "Loop without an exit",
        "Live activities of a process lead to each other in a circle that has no way out and no end.",
        "Draw the way out, or say with which of them the process ends.",
        Looks(flow.loops, paths=paths(_PARTS, (into("part_of"),), (into("part_of"), out("precedes")))), _PROCESS,
        asked=None, among="P09p", source=_FLOW,
        sentence="{it} can go round in a circle for ever.",
        passes="process:p operational, activity:a operational, activity:b operational; a part_of p, b part_of p, "
               "a precedes b",
        fails="process:p operational, activity:a operational, activity:b operational, activity:c operational; "
              "a part_of p, b part_of p, c part_of p, a precedes b, b precedes a",
        mended="; b precedes c",
    ),
    Rule(
        "P11", Severity.low, "process", "Process that does not say what it is",
        "A live process says nothing about its purpose, its trigger, its inputs or its outputs.",
        "Fill in what is missing.",
        Says("purpose", ("trigger", "inputs", "outputs")), _PROCESS,
        sentence="{it} does not say what it is for, what starts it, or what goes in and out.",
        passes="process:p operational +purpose +trigger +inputs +outputs",
        fails="process:p operational +trigger +inputs +outputs", mended=" +purpose",
    ),
    Rule(
        "P12", Severity.medium, "process", "Process that nothing uses",
        "No live service, design of a service or operation uses an operational process.",
        "Ask which service would break without it: design that with it, or retire it.",
        _USED, _PROCESS, states=_OPERATIONAL,
        sentence="Nothing uses {it}.",
        passes="process:p operational, service:s operational; p realizes s",
        fails="process:p operational, service:s operational",
        mended="; p realizes s",
    ),
)  # fmt: skip
