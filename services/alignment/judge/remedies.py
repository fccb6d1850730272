"""What mends the findings of each rule, as data: relations to add or to end, members to fill in, moves.

A rule that is not named here is mended by people alone: they write what is missing, or decide what is to be.
"""

from dataclasses import dataclass

from services.alignment.judge.rule import Rule
from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS


@dataclass(frozen=True)
class Relate:
    """A relation between the subject and something live of one of these kinds, which somebody chooses: from the
    subject, or to it. ``types`` narrow what is chosen from; with ``alike`` it is of the type of the subject."""

    relation: str
    kinds: tuple[str, ...]
    forward: bool = True
    types: frozenset[str] | None = None
    alike: bool = False


@dataclass(frozen=True)
class Cut:
    """The end of one of the subject's relations of these types, which somebody chooses: from it, or to it."""

    relations: tuple[str, ...]
    forward: bool = True


@dataclass(frozen=True)
class CutNamed:
    """The end of the relation that the evidence names."""


@dataclass(frozen=True)
class Say:
    """These members are filled in; without any, those that the evidence names."""

    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class MoveOn:
    """The subject moves to the first live state, or with ``over`` to the end of its lifecycle."""

    over: bool = False


Way = Relate | Cut | CutNamed | Say | MoveOn

_LETTERS = ("responsible", "accountable", "consulted", "informed")
_UPWARD = ("decomposes", "realizes", "serves", "justified_by")
_GOALS = ("objective", "outcome", "strategy", "tactic", "capability", "operation", "process", "service")
_OWNED = Relate("owned_by", ("party", "role"))


def _from(relation: str, *kinds: str) -> Relate:
    return Relate(relation, kinds, forward=False)


def _to(relation: str, *kinds: str, types: str = "") -> Relate:
    return Relate(relation, kinds, types=frozenset(types.split()) or None)


def upward(kind: str) -> tuple[Way, ...]:
    """The relations that justify one of a kind, with what may be above it."""
    ways = []
    for relation in RELATIONS.values():
        end = relation.justified(kind)
        if relation.same_kind or relation.name == "relates_to":
            continue
        if end == "source" and (kinds := tuple(k for k in _GOALS if k != kind and relation.allows(kind, k))):
            ways.append(_to(relation.name, *kinds))
        if relation.up == "target" and (kinds := tuple(k for k in _GOALS if k != kind and relation.allows(k, kind))):
            ways.append(_from(relation.name, *kinds))
    return tuple(ways)


_UP: dict[str, tuple[Way, ...]] = {kind: upward(kind) for kind in NODE_KINDS}
REMEDIES: dict[str, tuple[Way, ...]] = {
    "V01": (_to("supports", "strategy", types="business"),),
    "V02": (_to("decomposes", "objective", "strategy"),),
    "V03": (_to("decomposes", "tactic"),),
    "V04": (_to("justified_by", "objective", "tactic", "operation", "outcome"),),
    "V05": (_to("guides", "activity"), _to("part_of", "procedure")),
    "V06": (_from("decomposes", "tactic"), _from("realizes", "project", "service")),
    "V07": (_from("decomposes", "operation"), _from("realizes", "project")),
    "V08": (_to("serves", "outcome"), _to("serves", "service")),
    "V09": (_from("serves", "service"),),
    "V10": (Relate("parallels", ("tactic",)), Relate("parallels", ("operation",))),
    "V16": (Cut(_UPWARD),),
    "V20": (Cut(("supports",)),),
    "V21": (Relate("targets", ("consumer_group",), alike=True),),
    "D01": (CutNamed(),),
    "D02": (CutNamed(),),
    "D03": (CutNamed(),),
    "O01": (_OWNED,),
    "O02": (_OWNED,),
    "O05": (_OWNED,),
    "O12": (_OWNED,),
    "R01": (_to("accountable", "role"),),
    "R02": (Cut(("accountable",)),),
    "R03": (_to("responsible", "role"),),
    "R04": (Cut(("responsible",)),),
    "R05": (Cut(("consulted",)),),
    "R06": (Cut(("informed",)),),
    "R07": (_to("informed", "role"), _to("consulted", "role")),
    "R08": (Cut(("informed", "consulted")),),
    "R10": (Cut(_LETTERS),),
    "R11": (_from("responsible", "activity"), _from("accountable", "activity")),
    "R12": (Cut(("informed", "consulted"), forward=False),),
    "P01": (_from("governs", "policy"),),
    "P02": (_to("governs", "process", "service", "project"),),
    "P04": (_from("guides", "procedure"),),
    "P06": (_from("produced_by", "deliverable"),),
    "P07": (Say(("acceptance",)),),
    "P08": (_to("consumed_by", "activity"), _to("produced_by", "activity")),
    "P11": (Say(),),
    "P12": (_to("realizes", "service", "operation"),),
    "F02": (_to("targets", "consumer_group"),),
    "F03": (_from("offers", "service_offering"),),
    "F05": (_from("covers", "contract"), Say(("terms",))),
    "F08": (_from("targets", "service_offering"),),
    "F10": (_from("covers", "contract"), MoveOn(over=True)),
    "F11": (_to("offers", "service"),),
    "C05": (Say(("renewal",)),),
    "G02": (Cut(("accountable", "responsible")),),
    "G04": (_from("realizes", "process"), MoveOn(over=True)),
    "G05": (_from("realizes", "control"),),
    "K01": (_to("measured_by", "kpi"),),
    "K03": (Say(),),
    "K05": (_to("measured_by", "kpi"),),
    "K06": (_to("part_of", "csf"), _from("measured_by", "objective", "process", "outcome", "service")),
    "L01": (Cut(("depends_on",)),),
    "L02": (Cut(("depends_on",)),),
    "L04": (MoveOn(over=True),),
    "S07": (_from("part_of", "strategy_element"),),
    "S10": (Cut(_UPWARD),),
    "T03": (MoveOn(over=True), Say(("valid_to",))),
    "T04": (MoveOn(), Say(("valid_from",))),
    "X10": (Cut(("depends_on",), forward=False),),
    "Y05": (Cut(("part_of", "decomposes")),),
}
"""By rule, the usual way first."""


def ways(rule: Rule, kind: str) -> tuple[Way, ...]:
    """What may mend a finding of a rule about one of a kind."""
    if rule.id in ("V13", "V18"):
        return _UP[kind]
    return tuple(each for each in REMEDIES.get(rule.id, ()) if not isinstance(each, Relate) or _fits(each, kind))


def _fits(way: Relate, kind: str) -> bool:
    ends = [(kind, other) if way.forward else (other, kind) for other in way.kinds]
    return any(joins(way.relation, *pair) for pair in ends)


def joins(relation: str, source: str, target: str) -> bool:
    """Whether a relation may join these two kinds, by a link or by a field of the source."""
    fields = (each for each in NODE_KINDS[source].references if each.relation == relation and each.start is None)
    return RELATIONS[relation].allows(source, target) or any(target in each.kinds for each in fields)
