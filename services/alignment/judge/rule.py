"""What a rule is: data, and one check over a piece of the graph."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import Any, Literal

from services.alignment.judge.checks import Check
from services.alignment.judge.conditions import Given, Not
from services.alignment.judge.graph import Node
from services.alignment.judge.meaning import PLANNED


class Severity(IntEnum):
    """Its weight in a score is ``WEIGHTS[severity]``."""

    info = 0
    low = 1
    medium = 2
    high = 3
    critical = 4


WEIGHTS = {Severity.info: 0, Severity.low: 1, Severity.medium: 2, Severity.high: 4, Severity.critical: 8}

VITAL = 5
"""The criticality of what must not fail."""
_WORSE = {each: Severity(min(each + (each > Severity.info), Severity.critical)) for each in Severity}


@dataclass(frozen=True)
class Rule:
    """Whom it looks at: live things of ``kinds`` and ``types``; with ``states``, those in one of them instead; with
    ``stated``, whatever validity says, those in a live state; with ``planned`` those that are not live yet. ``where``
    narrows them to some values of a member, and
    ``reads`` are the members of the subject that ``graver`` reads.

    ``population`` is what its coverage counts: nodes, or the relations that they declare. ``graver`` says when a
    subject makes it graver, and how grave. ``shown`` is False for what is only counted: where chains are incomplete
    (``passing``: the rule whose findings say who fails, in place of its own). ``asked`` is the rule whose findings say
    who is left out, since it has nothing that this one could be about; ``among`` the one whose findings say who is
    asked.

    ``given`` is the condition under which a subject is asked at all: it makes such a rule by itself, which is only
    counted. Its rows are those of whom nothing is asked; where most are left out (``few``), those who are asked.

    ``limits`` are the numbers that it goes by; its check may be made of them, and its words name them in braces.

    ``lacks`` names what a design or an offering lacks where the rule finds something, as the views of coverage call it;
    of several the ``part`` of the evidence says which.

    ``sentence`` is what a finding says about its subject, which is called ``{it}``.

    The examples are graphs whose first node is the subject:
    ``kind:name state type +member=value, ...; name relation name``, where a name with its kind in front is unseen.
    ``mended`` is what the remedy adds to the failing one.
    """

    id: str
    severity: Severity
    dimension: str
    title: str
    says: str
    remedy: str
    asks: Check | Callable[[Mapping[str, int]], Check]
    kinds: frozenset[str]
    types: frozenset[str | None] | None = None
    states: frozenset[str] | None = None
    stated: bool = False
    planned: bool = False
    where: tuple[str, frozenset[Any]] | None = None
    reads: tuple[str, ...] = ()
    population: Literal["nodes", "edges", "links"] = "nodes"
    graver: Callable[[Node], Severity | None] | None = None
    shown: bool = True
    passing: str | None = None
    asked: str | None = None
    among: str | None = None
    given: Check | None = None
    few: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    passes: str = ""
    fails: str = ""
    mended: str = ""
    source: str = ""
    sentence: str = ""

    @cached_property
    def check(self) -> Check:
        check = self.asks(self.limits) if callable(self.asks) else self.asks
        return Given(self.given, check) if self.given is not None else check

    @cached_property
    def plain(self) -> bool:
        """Whether it looks at whatever is live of its kinds."""
        narrow = self.types is not None or self.where is not None or self.states is not None
        return not (narrow or self.stated or self.planned or self.population != "nodes")

    @property
    def condition(self) -> str:
        """When it finds something."""
        return self.says.format(**self.limits) if self.limits else self.says

    def about(self, name: str) -> str:
        """What a finding says about its subject, which is called so."""
        return self.sentence.format(it=name, **self.limits) if self.sentence else f"{name}: {self.title}."

    def with_counted(self, source: str) -> Iterator["Rule"]:
        """The rule, and the one that is only counted which says whom it asks."""
        rule = replace(self, source=self.source or source)
        if self.given is None:
            yield rule
            return
        counted = replace(
            rule, id=f"{self.id}{'p' if self.few else 'n'}", severity=Severity.info,
            title=f"Asked by {self.id}" if self.few else f"Not asked by {self.id}",
            says=f"{self.id} asks {'it' if self.few else 'nothing of it'}.", remedy="Nothing is to be done.",
            asks=Not(self.given) if self.few else self.given, given=None, graver=None, reads=(), shown=False,
            passing=None, lacks=(), limits={}, mended="",
        )  # fmt: skip
        yield replace(rule, among=counted.id) if self.few else replace(rule, asked=counted.id)
        yield counted

    @cached_property
    def blames_top(self) -> bool:
        """Whether a finding stands for what rests on its subject as well: it says that a chain ends there."""
        return self.shown and (self.check.footprint.top or bool(self.check.footprint.closures))

    def lacking(self, evidence: Mapping[str, Any]) -> str:
        """Which of ``lacks`` a finding is about."""
        part = evidence.get("part")
        return part if part in self.lacks else self.lacks[0]

    def severity_of(self, node: Node) -> Severity:
        """What is vital makes it worse by a step."""
        severity = (self.graver and self.graver(node)) or self.severity
        return _WORSE[severity] if node.criticality == VITAL else severity

    def looks_at(self, node: Node, *, valid: bool) -> bool:
        """Whether it is about this node, which is valid at the moment or not."""
        if not node.seen or node.kind not in self.kinds or (self.types is not None and node.type not in self.types):
            return False
        if self.where is not None and node.get(self.where[0]) not in self.where[1]:
            return False
        if self.population == "edges":
            return True  # what has been deleted may still be pointed from
        if node.deleted:
            return False
        if self.population == "links":
            return True
        if self.states is not None:
            return node.state in self.states and valid
        if self.planned:
            return node.state in PLANNED[node.kind]
        return node.has_live_state if self.stated else node.live
