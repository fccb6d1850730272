"""What is offered, to whom, and under which terms. Source: ITIL 4 service offerings (goods, access to resources,
service actions); CSDM for which services have offerings."""

from collections.abc import Iterator

from services.alignment.judge.catalogue.words import OFFERED, that
from services.alignment.judge.checks import Evidence, Joined, Looks, Says
from services.alignment.judge.footprint import Path, Reading, into, out
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity

_OFFERING = frozenset({"service_offering"})
_LAUNCHED = frozenset({"launched"})
_STATUS = Reading(lambda node: (node.seen, node.live))
_NAMED_AT_ALL = that(lambda _: True, "consumer_group")


def _is_offered(node: Node) -> bool:
    return not node.deleted and node.state in OFFERED and node.valid


def _of_technology(node: Node) -> Severity | None:
    return Severity.medium if node.type == "technology" else None


def _for_nobody(node: Node) -> Iterator[Evidence]:
    if not any(True for _ in node.over(["offers"], forward=True)):
        yield {"part": "service", "missing": "service"}
    groups = list(node.over(["targets"], forward=True))
    if groups and not any(each.live for each in groups):
        yield {"part": "consumer_group", "not_live": sorted(each.ref for each in groups)[:_NAMED]}


_NAMED = 10

RULES = (
    Rule(
        "F01", Severity.critical, "offering", "Empty offering",
        "A launched offering has no goods, no access to resources and no service action.",
        "Ask three questions, and add the components: what do they keep, what may they use, what do we do for them?",
        Says("components"), _OFFERING, states=_LAUNCHED, lacks=("component",),
        passes="service_offering:o launched +components", fails="service_offering:o launched", mended=" +components",
    ),
    Rule(
        "F02", Severity.high, "offering", "Offering for nobody",
        "A launched offering names no consumer group.",
        "Name who it is for.",
        Joined("targets -> consumer_group", (out("targets"),), _NAMED_AT_ALL), _OFFERING, states=_LAUNCHED,
        lacks=("consumer_group",),
        passes="service_offering:o launched, consumer_group:g active; o targets g",
        fails="service_offering:o launched, consumer_group:g active",
        mended="; o targets g",
    ),
    Rule(
        "F03", Severity.high, "offering", "Service without an offering",
        "No valid offering from in_study to launched names an operational business or technology service.",
        "Make the first offering.",
        Joined("offers <- service_offering", (into("offers"),), that(_is_offered, "service_offering")),
        frozenset({"service"}), frozenset({None, "business", "technology"}), states=frozenset({"operational"}),
        graver=_of_technology,
        passes="service:s operational business, service_offering:o in_study; o offers s",
        fails="service:s operational business, service_offering:o retired, service_offering:p in_study; o offers s",
        mended="; p offers s",
    ),
    Rule(
        "F11", Severity.high, "offering", "Offering without a service or with closed groups",
        "A launched offering names no service, or only consumer groups that are closed.",
        "Name the service that it offers and a group that is active, or retire it.",
        Looks(_for_nobody, paths=(Path((out("offers"),), _STATUS), Path((out("targets"),), _STATUS))), _OFFERING,
        states=_LAUNCHED, lacks=("service", "consumer_group"),
        passes="service_offering:o launched, service:s operational; o offers s",
        fails="service_offering:o launched, service:s operational",
        mended="; o offers s",
    ),
)  # fmt: skip
