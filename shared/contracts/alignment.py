"""What alignment records itself: it stays when the view is built anew."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Kind, Name, OwnerRef, Ref, Short, State, Text, Timed
from shared.contracts.instant import Ending, Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.rule_packs import PackRules, Prefix
from shared.contracts.scalars import Limits, SetSeverity
from shared.contracts.views.scenario import Step


class Baseline(State):
    """A moment with a name, to compare others with: the day on which a strategy was signed, or a quarter ended.
    ``at`` is the moment of its making when left out."""

    kind: Literal["baseline"] = "baseline"
    at: Instant | None = None
    """The moment that it names; the moment of its making when left out."""


class Act(State):
    """What somebody does about a finding."""

    finding_id: UUID
    """The finding that it is about."""
    ended_at: Instant | None = None
    """When it was ended; null while it holds."""


class Waiver(Act):
    """A finding that somebody has decided to live with for a time, and why. It stays open and is shown with its waiver;
    the score with waivers counts it as passing."""

    kind: Literal["waiver"] = "waiver"
    name: Name = "Waiver"
    """What people call it."""
    reason: Text
    """Why it can be lived with."""
    valid_to: Ending
    """When it ends by itself, at most a year ahead."""


class Acknowledgement(Act):
    """Somebody has seen a finding and says who acts on it. Of one finding one is active at a time."""

    kind: Literal["acknowledgement"] = "acknowledgement"
    name: Name = "Acknowledgement"
    """What people call it."""
    owner: OwnerRef | None = None
    """Who is to act on it: a party or a role."""
    due: Ending | None = None
    """Until when it is to be mended."""


class Comment(Act):
    """A remark about a finding."""

    kind: Literal["comment"] = "comment"
    name: Name = "Comment"
    """What people call it."""
    text: Text
    """The remark."""


class Setting(State):
    """What an organisation has decided about a rule of the catalogue: that it is off, how grave its findings are, or
    the numbers that it goes by. It counts from ``effective_at`` on; what was found before stays. Of one rule one is
    active at a time."""

    kind: Literal["setting"] = "setting"
    name: Name = "Setting"
    """What people call it."""
    rule: Short
    """Id of the rule, such as `V06`."""
    off: bool = False
    """Whether the rule finds nothing."""
    severity: SetSeverity | None = None
    """How grave its findings are, in place of what the catalogue says; null for that."""
    limits: Limits = {}
    """Numbers in place of those that the rule goes by, by their names, such as `days`."""
    reason: Text
    """Why it is decided so."""
    effective_at: Instant | None = None
    """From when on it counts: a second after it was made or changed."""


class KeptScenario(State):
    """Changes that are thought of, kept with a name: what would come of them can be asked again, and compared."""

    kind: Literal["scenario"] = "scenario"
    steps: Annotated[list[Step], Field(min_length=1, max_length=200)]
    """The changes, in their order, as `POST /scenarios` takes them."""
    at: Instant | None = None
    """When their effect is looked at; null for the moment of asking."""


class Campaign(State):
    """A list of things that their owners are to look at until a day. Whoever records a review of one since the campaign
    began has attested it."""

    kind: Literal["campaign"] = "campaign"
    items: Annotated[list[Ref], Field(min_length=1, max_length=500)]
    """What is to be attested."""
    due: Ending
    """Until when."""


class RulePack(State):
    """Rules that an organisation has written itself. They are judged with those of the catalogue, for all of the past:
    where a pack is made, changed or retired, the view is built anew beside the running one."""

    kind: Literal["rule_pack"] = "rule_pack"
    prefix: Prefix
    """What the ids of its rules begin with; no other active pack has it."""
    source: Short | None = None
    """Whose practice it is; null for the name of the pack."""
    rules: PackRules
    """Its rules."""


BASELINE = Kind(
    "alignment", Baseline, Lifecycle.parse("active* -> retired!"), immutable=frozenset({"at"}), in_view=False
)


def _act(model: type[Act], lifecycle: str, *immutable: str, timed: tuple[Timed, ...] = ()) -> Kind:
    """It begins where it is made, and what it says of a finding stays."""
    return Kind(
        "alignment",
        model,
        Lifecycle.parse(lifecycle),
        immutable=frozenset({"finding_id", *immutable}),
        kept=frozenset({"ended_at"}),
        timed=timed,
        in_view=False,
    )


VALIDITY = frozenset({"valid_from", "valid_to"})
"""Members that nobody can give where it counts from its making until it is withdrawn."""
# longer, or for another reason, is another decision: a waiver of its own
_EXPIRES = (Timed("active", "expired", "valid_to"),)
WAIVER = _act(Waiver, "active* -> withdrawn!; active -> expired!", "reason", "valid_from", "valid_to", timed=_EXPIRES)
ACKNOWLEDGEMENT = _act(Acknowledgement, "active* -> closed!")
COMMENT = _act(Comment, "active* -> withdrawn!", "text")
ACTS = (WAIVER, ACKNOWLEDGEMENT, COMMENT)
SETTING = Kind(
    "alignment",
    Setting,
    Lifecycle.parse("active* -> withdrawn!"),
    immutable=frozenset({"rule"}),
    kept=frozenset({"effective_at", *VALIDITY}),
    in_view=False,
)
SCENARIO = Kind(
    "alignment", KeptScenario, Lifecycle.parse("active* -> retired!"), plural="kept_scenarios", in_view=False
)
# what is added later would not be asked for as long as the others
CAMPAIGN = Kind(
    "alignment", Campaign, Lifecycle.parse("open* -> closed!"), immutable=frozenset({"items"}), in_view=False
)
RULE_PACK = Kind(
    "alignment",
    RulePack,
    Lifecycle.parse("active* -> retired!"),
    immutable=frozenset({"prefix"}),
    kept=VALIDITY,
    in_view=False,
)
KINDS = (BASELINE, *ACTS, SETTING, SCENARIO, CAMPAIGN, RULE_PACK)
