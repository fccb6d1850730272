"""Rules that an organisation writes itself: data in the algebra that the catalogue is made of."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.base import Key, KindName, Model, Short, Text
from shared.contracts.scalars import Limits, SetSeverity

Prefix = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,14}$"), Field(examples=["ACME"])]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,14}-[0-9]{2,4}$")]
StepText = Annotated[str, StringConstraints(pattern=r"^(out|in)( [a-z_]+)+$")]
Number = Annotated[int, Field(ge=0, le=10_000)] | Short
"""A number, or the name of one of the limits."""
Some = Annotated[list[Short], Field(min_length=1, max_length=50)]
Kinds = Annotated[list[KindName], Field(min_length=1, max_length=50)]


class Ends(Model):
    """Which things count where steps lead to: live ones, or in one of some states."""

    kinds: Kinds
    """Kinds."""
    types: Some | None = None
    """Types; null for any."""
    states: Some | None = None
    """States, whatever validity says; null for live ones."""


class JoinedCheck(Model):
    """Steps over relations lead to enough things, and not to too many."""

    steps: Annotated[list[StepText], Field(min_length=1, max_length=4)]
    """The way: `out` or `in`, and the relations over which it goes, such as `in assigned_in`."""
    to: Ends
    """What counts there."""
    at_least: Number = 1
    """How many there must be."""
    at_most: Number | None = None
    """How many there may be; null for any."""


class HasCheck(Model):
    """A member has one of some values, or none of them."""

    member: Short
    """Name of the member."""
    one_of: Annotated[list[str | int | bool], Field(min_length=1, max_length=50)]
    """The values."""


class AfterCheck(Model):
    """Something is asked once the subject has been live for some days."""

    days: Number
    """For how long."""
    check: "Check"
    """What is asked then."""


class BeforeCheck(Model):
    """An instant that the subject holds is still more than some days away; or it holds none."""

    member: Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\[\])?(\.[a-z_]+)?$")]
    """Where it stands, such as `valid_to`, `review.next_due` or `skills[].valid_to`."""
    days: Number = 0
    """How many days before it."""


class Check(Model):
    """What has to hold: exactly one of its members."""

    says: Some | None = None
    """Members that have to say something."""
    has: HasCheck | None = None
    """A member has one of some values."""
    joined: JoinedCheck | None = None
    """Steps lead to enough things, and not to too many."""
    leads_up_to: Literal["outcome", "business_strategy", "goal"] | None = None
    """A chain of live things that justify each other leads up to one; a goal is either of the others."""
    anything_above: Literal[True] | None = None
    """Anything live is above it."""
    before: BeforeCheck | None = None
    """An instant that it holds is still far enough away."""
    after: AfterCheck | None = None
    """Something is asked once it has been live for some days."""
    any_of: Annotated[list["Check"], Field(min_length=2, max_length=10)] | None = None
    """One of several holds."""
    all_of: Annotated[list["Check"], Field(min_length=2, max_length=10)] | None = None
    """Each of several holds."""
    none_of: Annotated[list["Check"], Field(min_length=1, max_length=10)] | None = None
    """None of several holds."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len(list(self.parts())) != 1:
            raise ValueError(f"holds exactly one of {', '.join(type(self).model_fields)}")
        return self

    def parts(self) -> Iterator[tuple[str, object]]:
        """The one member that is given."""
        yield from ((name, value) for name, value in self if value is not None)


AfterCheck.model_rebuild(force=True)  # there is no Check yet where its own is written


class Condition(Check):
    """Of whom something is asked: exactly one of its members."""


class PackRule(Model):
    """A rule: whom it is about, what has to hold, and how it is told."""

    id: RuleId
    """Its id, with a prefix of the organisation's own, such as `ACME-01`."""
    severity: SetSeverity
    """How grave its findings are; on what is vital they are one degree graver."""
    dimension: Literal[
        "trace", "integrity", "ownership", "raci", "process", "sign_off", "design", "offering", "contract",
        "measurement", "freshness", "structure",
    ]  # fmt: skip
    """Dimension of the score that it counts in."""
    title: Short
    """What its findings are called."""
    says: Text
    """When there is one; limits stand in braces, as `{days}`."""
    remedy: Text
    """What mends it."""
    kinds: Kinds
    """Kinds that it is about: live things of them."""
    types: Some | None = None
    """Types of these; null for any."""
    states: Some | None = None
    """States in which it is about them, in place of the live ones; null for those."""
    limits: Limits = {}
    """Numbers that its check goes by, by their names."""
    given: Condition | None = None
    """Nothing is asked of those of whom this does not hold."""
    check: Check
    """What has to hold."""
    passes: Text
    """An example in which it finds nothing, its subject first (docs/rules.md)."""
    fails: Text
    """One in which it finds something."""
    mended: Text | None = None
    """What is added to that one by the remedy."""


EXAMPLE = {
    "id": "ACME-01", "severity": "medium", "dimension": "process", "title": "Process without a trigger",
    "says": "A live process does not say what triggers it.", "remedy": "Write what triggers it.", "kinds": ["process"],
    "check": {"says": ["trigger"]}, "passes": "process:p operational +trigger", "fails": "process:p operational",
    "mended": " +trigger",
}  # fmt: skip
PackRules = Annotated[list[PackRule], Field(min_length=1, max_length=100, examples=[[EXAMPLE]])]


class PackFile(Model):
    """A file of rules."""

    pack: Key
    """Key of the pack."""
    prefix: Prefix
    """What the ids of its rules begin with."""
    name: Short
    """What people call it."""
    source: Short | None = None
    """Whose practice it is; null for the name."""
    rules: PackRules
    """Its rules."""
