"""What is offered, to whom, and under which terms."""

from services.alignment.judge.catalogue import offers
from services.alignment.judge.catalogue.words import STATUS, live, paths, saying, that
from services.alignment.judge.checks import AnyOf, Joined, Looks, Says
from services.alignment.judge.conditions import After
from services.alignment.judge.footprint import into, out
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity

SOURCE = "ITIL 4 service offerings: goods, access to resources, service actions, for a target consumer group"
_CSDM = "CSDM 5: business and technology services have offerings"
_TMF = "TM Forum TMF620 product catalogue and TMF651 agreement"
_OFFERING = frozenset({"service_offering"})
_LAUNCHED = frozenset({"launched"})
_NAMED_AT_ALL = that(lambda _: True, "consumer_group")
_COVERED = (into("covers"),)
_AGREED = Joined("covered_by -> contract", _COVERED, live("contract"))
_PROMISED = Joined("covered_by -> contract with targets", _COVERED, offers.PROMISING)
_SOLD = saying("components", "service_ids", kinds=("service_offering",))


def _of_technology(node: Node) -> Severity | None:
    return Severity.medium if node.type == "technology" else None


RULES = (
    Rule(
        "F01", Severity.critical, "offering", "Empty offering",
        "A launched offering has no goods, no access to resources and no service action.",
        "Ask three questions, and add the components: what do they keep, what may they use, what do we do for them?",
        Says("components"), _OFFERING, states=_LAUNCHED, lacks=("component",),
        sentence="{it} offers nothing.",
        passes="service_offering:o launched +components=[type:goods/item:a]", fails="service_offering:o launched",
        mended=" +components=[type:goods/item:a]",
    ),
    Rule(
        "F02", Severity.high, "offering", "Offering for nobody",
        "A launched offering names no consumer group.",
        "Name who it is for.",
        Joined("targets -> consumer_group", (out("targets"),), _NAMED_AT_ALL), _OFFERING, states=_LAUNCHED,
        lacks=("consumer_group",),
        sentence="{it} is for nobody.",
        passes="service_offering:o launched, consumer_group:g active; o targets g",
        fails="service_offering:o launched, consumer_group:g active",
        mended="; o targets g",
    ),
    Rule(
        "F03", Severity.high, "offering", "Service without an offering",
        "No valid offering from in_study to launched names an operational business or technology service.",
        "Make the first offering.",
        Joined("offers <- service_offering", (into("offers"),), that(offers.is_offered, "service_offering")),
        frozenset({"service"}), frozenset({None, "business", "technology"}), states=frozenset({"operational"}),
        graver=_of_technology, source=_CSDM,
        sentence="Nobody can take {it}: no offering names it.",
        passes="service:s operational business, service_offering:o in_study; o offers s",
        fails="service:s operational business, service_offering:o retired, service_offering:p in_study; o offers s",
        mended="; p offers s",
    ),
    Rule(
        "F04", Severity.high, "offering", "Offering of a service that does not run",
        "A launched offering names a service that is not operational.",
        "Pull the offering, or bring the service forward.",
        Looks(offers.not_running, paths=paths(STATUS, (out("offers"),))), _OFFERING, states=_LAUNCHED,
        given=Joined("a service", (out("offers"),), STATUS), lacks=("operational_service",),
        sentence="{it} is of a service that does not run.",
        passes="service_offering:o launched, service:s operational; o offers s",
        fails="service_offering:o launched, service:s built; o offers s",
        mended="service:s operational",
    ),
    Rule(
        "F05", Severity.high, "offering", "Offering without terms",
        "A launched offering says nothing of the terms of its contract, and no live contract covers it.",
        "Write down the terms, or attach the contract: know what is agreed.",
        AnyOf((Says("terms"), _AGREED)), _OFFERING, states=_LAUNCHED, lacks=("terms",),
        sentence="{it} has no contract terms.",
        passes="service_offering:o launched +terms",
        fails="service_offering:o launched, contract:c active sla",
        mended="; c covers o",
    ),
    Rule(
        "F06", Severity.medium, "offering", "Component without its own term",
        "Access to a resource that a launched offering has names no terms and no limits, or an action no target time.",
        "Say under which terms and up to which limits it may be used, and how soon it is done.",
        Looks(offers.without_term, ("components",)), _OFFERING, states=_LAUNCHED, given=Says("components"),
        lacks=("component_term",),
        sentence="Something in {it} has no terms or no target time.",
        passes="service_offering:o launched +components=[type:access/resource:desk/terms:fair]",
        fails="service_offering:o launched "
              "+components=[type:access/resource:desk|type:action/trigger:call/target_time:2h]",
        mended="service_offering:o launched "
               "+components=[type:access/resource:desk/limits:two|type:action/trigger:call/target_time:2h]",
    ),
    Rule(
        "F07", Severity.medium, "offering", "Offering that promises nothing",
        "A launched offering has no commitment, and no live contract that covers it has a service level target.",
        "Attach one promise that can be measured.",
        AnyOf((Says("commitments"), _PROMISED)), _OFFERING, states=_LAUNCHED, lacks=("commitment",),
        sentence="{it} promises nothing that can be measured.",
        passes="service_offering:o launched +commitments",
        fails="service_offering:o launched, contract:c active sla +service_level_targets",
        mended="; c covers o",
    ),
    Rule(
        "F08", Severity.medium, "offering", "Consumer group that is offered nothing",
        "No live offering targets a live consumer group.",
        "Name what is there for them, or close the group.",
        Joined("targeted_by -> service_offering", (into("targets"),), live("service_offering")),
        frozenset({"consumer_group"}),
        sentence="{it} is offered nothing.",
        passes="consumer_group:g active, service_offering:o launched; o targets g",
        fails="consumer_group:g active, service_offering:o launched",
        mended="; o targets g",
    ),
    Rule(
        "F09", Severity.low, "offering", "Two offerings of the same",
        "Two live offerings of the same services target one consumer group with the same components.",
        "Merge them.",
        Looks(offers.alike, paths=paths(_SOLD, (into("targets"),))), frozenset({"consumer_group"}),
        given=Joined("targeted_by -> service_offering", (into("targets"),), live("service_offering")), few=True,
        source=_TMF,
        sentence="{it} is offered the same twice.",
        passes="consumer_group:g active, service_offering:o launched +components=[type:goods/item:a], "
               "service_offering:p launched +components=[type:goods/item:b]; o targets g, p targets g",
        fails="consumer_group:g active, service_offering:o launched +components=[type:goods/item:a], "
              "service_offering:p launched +components=[type:goods/item:a]; o targets g, p targets g",
        mended="service_offering:p retired +components=[type:goods/item:a]",
    ),
    Rule(
        "F10", Severity.info, "offering", "Offering that nobody takes",
        "No live contract covers an offering that was launched more than {days} days ago.",
        "Sell it, or retire it.",
        lambda limit: After(limit["days"], _AGREED), _OFFERING, limits={"days": 180},
        sentence="Nobody has taken {it} in {days} days.",
        passes="service_offering:o launched, contract:c active; c covers o",
        fails="service_offering:o launched, contract:c active",
        mended="; c covers o",
    ),
    Rule(
        "F11", Severity.high, "offering", "Offering without a service or with closed groups",
        "A launched offering names no service, or only consumer groups that are closed.",
        "Name the service that it offers and a group that is active, or retire it.",
        Looks(offers.for_nobody, paths=paths(STATUS, (out("offers"),), (out("targets"),))), _OFFERING,
        states=_LAUNCHED, lacks=("service", "consumer_group"),
        sentence="{it} names no service, or only groups that are closed.",
        passes="service_offering:o launched, service:s operational; o offers s",
        fails="service_offering:o launched, service:s operational",
        mended="; o offers s",
    ),
)  # fmt: skip
