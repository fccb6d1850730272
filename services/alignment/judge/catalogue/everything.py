"""What only a look at everything at once can find: duplicates, circles, depth, single points, and uneven loads."""

from services.alignment.judge.catalogue import keeping, looks
from services.alignment.judge.catalogue.words import COMPLETE, live
from services.alignment.judge.checks import Joined
from services.alignment.judge.conditions import Has
from services.alignment.judge.footprint import into, out
from services.alignment.judge.meaning import LEADING
from services.alignment.judge.rule import Rule, Severity
from services.alignment.judge.whole import Whole
from shared.contracts import NODE_KINDS

SOURCE = "Data quality: uniqueness (DAMA DMBOK); ServiceNow CMDB Health: duplicates"
_SHAPE = "Graph theory: strongly connected components, dominators; TM Forum and ITIL dependency analysis"
_ALL = frozenset(NODE_KINDS)
_NAMED = _ALL - {"role_assignment", "handoff", "measurement", "increment", "design_package"}
"""Kinds whose names tell one from another: the others are named after what they join."""
_PARENT = (out(*looks.INTO_PARTS),)
_TARGET = "+service_level_targets=[metric:availability/comparator:>=/value:{value}/unit:percent]"
_PROMISE = (
    "contract:c active sla " + _TARGET.format(value=99.9) + ", service:s operational, product:p in_use, "
    "contract:u active ola " + _TARGET.format(value="{under}") + "; c covers s, s depends_on p, u covers s"
)
_BETTER = " " + _TARGET.format(value=99)


RULES = (
    Rule(
        "C03", Severity.high, "offering", "Promise that nothing can keep",
        "A live SLA or OLA promises more than the agreements and dependencies underneath can sustain: shares of what "
        "is needed together multiply, times add up, and windows and hours count.",
        "Relax the promise, tighten the weakest agreement underneath, or add what can take its place: `plumbline "
        "promises` says which.",
        Whole(keeping.broken), frozenset({"contract"}), frozenset({"sla", "ola"}), few=True,
        given=Has("targets", lambda node: node.get("service_level_targets"), ("service_level_targets",)),
        source="ITIL 2011 service level management: OLAs and underpinning contracts; reliability block diagrams (IEC "
               "61078)",
        sentence="{it} promises more than what is underneath can keep.",
        passes=_PROMISE.format(under=99.95), fails=_PROMISE.format(under=99.5), mended=_BETTER,
    ),
    Rule(
        "D06", Severity.low, "integrity", "Two of one name",
        "Two live things of one kind and type, which are a part of the same, have the same name.",
        "Merge them: keep one, let it supersede the other, and retire that. Where they are two things, name the "
        "difference.",
        Whole(looks.repeated), _NAMED,
        sentence="{it} has the same name as another one.",
        passes="service:t operational +name=Payroll, service:s operational +name=Mail",
        fails="service:t operational +name=MAIL, service:s operational +name=Mail",
        mended="service:t retired +name=MAIL",
    ),
    Rule(
        "D07", Severity.medium, "integrity", "Two of one external id",
        "Two live things of one kind name the same id in the same other system.",
        "Merge them: keep one, let it supersede the other, and retire that. Where they are two things, mend the id.",
        Whole(looks.same_elsewhere), _ALL, few=True,
        given=Has("an external id", lambda node: node.get("external_refs"), ("external_refs",)),
        sentence="{it} has the same external id as another one.",
        passes="service:t operational +external_refs=[system:cmdb/id:2], "
               "service:s operational +external_refs=[system:cmdb/id:1]",
        fails="service:t operational +external_refs=[system:cmdb/id:1], "
              "service:s operational +external_refs=[system:cmdb/id:1]",
        mended="service:t retired +external_refs=[system:cmdb/id:1]",
    ),
    Rule(
        "O16", Severity.medium, "ownership", "Owner with far more than others",
        "Among {owners} or more parties that answer for anything, what a live one answers for weighs more than the "
        "mean and {deviations} standard deviations: {letter} for each A, {place} for each process or service.",
        "Split it by groups of processes, or raise a manager to owner: can accountability be pushed down?",
        lambda limit: Whole(lambda all_: looks.burdened(all_, limit)), frozenset({"party"}),
        limits={"owners": 8, "deviations": 2, "letter": 2, "place": 3}, few=True,
        given=Joined("something that it owns", (into("owned_by"),), live("process", "service")),
        source="Jacka and Keller, Business Process Mapping: can accountability be pushed down?",
        sentence="{it} answers for far more than others do.",
        passes="party:x active, process:p operational; p owned_by x",
        fails="party:x active, " + ", ".join(f"party:y{n} active, process:q{n} operational" for n in range(9))
              + ", " + ", ".join(f"service:s{n} operational" for n in range(5)) + "; "
              + ", ".join(f"q{n} owned_by y{n}" for n in range(9)) + ", "
              + ", ".join(f"s{n} owned_by x" for n in range(5)),
        mended="; s0 owned_by x ended, s1 owned_by x ended, s2 owned_by x ended, s3 owned_by x ended",
    ),
    Rule(
        "S11", Severity.low, "sign_off", "Trade-off without a word",
        "A live objective influences another one against it, and the link does not say how the two are weighed.",
        "Write into the rationale of the link which of the two gives way, and when.",
        Whole(looks.against), frozenset({"objective"}), few=True,
        given=Joined("influences -> objective", (out("influences"),), live("objective")),
        source="Goal modelling (i*, KAOS): conflicts are resolved or recorded",
        sentence="{it} works against another objective, and nobody says how the two are weighed.",
        passes="objective:o in_force, objective:n in_force; o influences n because",
        fails="objective:o in_force, objective:n in_force; o influences n against",
        mended="; o influences n ended",
    ),
    Rule(
        "V12", Severity.medium, "trace", "Justified only on paper",
        "What is live leads to an outcome or a business strategy by relations alone of which one on each way has a "
        "confidence of less than {percent} in a hundred.",
        "Find out whether it is so, and raise the confidence; or draw the relation that holds.",
        lambda limit: Whole(lambda all_: looks.on_paper(all_, limit["percent"])), LEADING & _ALL - {"outcome"},
        limits={"percent": 50}, few=True, given=COMPLETE,
        source="Attested data (CSDM 5): a relation is as good as what is known of it",
        sentence="Every reason for {it} has a step that is less than {percent} % sure.",
        passes="process:p operational, outcome:u agreed; p serves u ~0.6",
        fails="process:p operational, outcome:u agreed; p serves u ~0.4",
        mended=", outcome:v agreed; p serves v",
    ),
    Rule(
        "Y02", Severity.high, "structure", "Circle of dependencies",
        "Live services, products or offerings depend on each other in a circle: none of them can be brought up first.",
        "End the dependency that is the youngest or the weakest.",
        Whole(looks.circles), looks.DEPENDENT, asked="L01n", source=_SHAPE,
        sentence="{it} depends on itself, by way of others.",
        passes="service:r operational, service:s operational; r depends_on s",
        fails="service:r operational, service:s operational; r depends_on s, s depends_on r",
        mended="; s depends_on r ended",
    ),
    Rule(
        "Y03", Severity.low, "structure", "Too deep",
        "A live thing is more than {levels} levels down, by what it is a part of or decomposes.",
        "Take out the levels that nobody decides at.",
        lambda limit: Whole(lambda all_: looks.deep(all_, limit["levels"])), _ALL,
        limits={"levels": 7}, few=True, given=Joined("something above", _PARENT, live()),
        source="Work breakdown structures (PMI); span and layers of control",
        sentence="{it} is more than {levels} levels down.",
        passes="capability:c in_force, capability:d in_force; c part_of d",
        fails="capability:c in_force, " + ", ".join(f"capability:d{n} in_force" for n in range(7))
              + "; c part_of d0, " + ", ".join(f"d{n} part_of d{n + 1}" for n in range(6)),
        mended="; c part_of d0 ended, c part_of d1",
    ),
    Rule(
        "Y06", Severity.medium, "structure", "Single point of justification",
        "More than {percent} in a hundred of what is live, and {least} things or more, lead to an outcome or a "
        "business strategy through this one alone.",
        "Give what rests on it a second reason where it has one, and the point itself a deputy owner.",
        lambda limit: Whole(lambda all_: looks.single_points(all_, limit)), LEADING & _ALL - {"outcome"},
        limits={"percent": 10, "least": 10}, few=True,
        given=Joined("something that rests on it", (into("decomposes", "realizes", "serves", "justified_by"),), live()),
        source=_SHAPE,
        sentence="Too much is justified by {it} alone.",
        passes="objective:o in_force, outcome:u agreed, process:p operational; o serves u, p justified_by o",
        fails="objective:o in_force, outcome:u agreed, " + ", ".join(f"process:p{n} operational" for n in range(10))
              + "; o serves u, " + ", ".join(f"p{n} justified_by o" for n in range(10)),
        mended="; p0 serves u",
    ),
)  # fmt: skip
