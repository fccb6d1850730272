"""What mends the findings of each rule, as data: relations to add or to end, members to fill in, moves.

A rule that is not named here is mended by people alone: ``DECISIONS`` says what they decide.
"""

from services.alignment.judge.mends import (
    HERE,
    Add,
    Assign,
    At,
    Create,
    Cut,
    CutNamed,
    MoveOn,
    Refer,
    Relate,
    Repoint,
    Say,
    SayOn,
    SetTo,
    There,
    Way,
)
from services.alignment.judge.rule import Rule
from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS

_LETTERS = ("responsible", "accountable", "consulted", "informed")
_UPWARD = ("decomposes", "realizes", "serves", "justified_by")
_GOALS = ("objective", "outcome", "strategy", "tactic", "capability", "operation", "process", "service")
_OWNED = Relate("owned_by", ("party", "role"))


def _from(relation: str, *kinds: str, types: str = "") -> Relate:
    return Relate(relation, kinds, forward=False, types=frozenset(types.split()) or None)


def _to(relation: str, *kinds: str, types: str = "") -> Relate:
    return Relate(relation, kinds, types=frozenset(types.split()) or None)


def _at(path: str = "", *, named: str = "", kinds: str = "", types: str = "") -> At:
    """Each of several words."""
    narrow = (frozenset(some.split()) or None for some in (kinds, types))
    return At(tuple(named.split()), tuple(path.split()), *narrow)


def _person(member: str) -> Refer:
    return Refer(member, "party", frozenset({"person"}))


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
_PACKAGE = _at("<part_of", kinds="design_package")
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
    "P07": (
        Say(("acceptance",), alone=True),
        Refer("deliverable_id", "deliverable"),
        Refer("to_activity_id", "activity", but=("from_activity_id",)),
    ),
    "P08": (_to("consumed_by", "activity"), _to("produced_by", "activity")),
    "P09": (
        There(_at(named="stops_at"), SetTo("is_end", (True,))),
        There(_at(named="unreached stops_at"), _to("precedes", "activity")),
        There(_at(named="unreached"), _from("precedes", "activity")),
    ),
    "P10": (There(_at(named="circle part"), SetTo("is_end", (True,))),),
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
    "V11": (SetTo("level"),),
    "V15": (SetTo("level"), Cut(("decomposes",))),
    "O03": (There(_at("<assigned_in"), MoveOn(over=True)),),
    "O04": (Assign(_at(named="vacant")), _OWNED),
    "O06": (Refer("deputy_id", "party", but=("party_id",)), Say(("valid_to",))),
    "O08": (Assign(HERE, type="process_manager"),),
    "O09": (Assign(_at(">responsible"), _at(">part_of")),),
    "O10": (There(_at("<assigned_in"), Refer("party_id", "party")),),
    "O11": (_person("party_id"),),
    "O13": (There(_at(">serves|realizes >valued_by"), _to("represents", "party")),),
    "O14": (Refer("party_id", "party"), There(_at(">assigns"), Say(("skills",)))),
    "O15": (Assign(HERE, _at("<responsible|accountable >part_of")),),
    "R09": (Assign(_at(named="vacant"), _at(">part_of")), Repoint(("accountable", "responsible"))),
    "R13": (There(_at("<part_of", kinds="activity"), Repoint(("accountable",))),),
    "R15": (Repoint(("responsible",)), There(_at(named="activity"), Repoint(("accountable", "responsible")))),
    "P03": (Create("activity", "operational", {"process_id": HERE}),),
    "P05": (
        Create("work_instruction", "published", {"procedure_id": _at("<guides", kinds="procedure")}),
        SetTo("needs_instruction", (False,)),
    ),
    "G01": (_person("accountable_id"),),
    "G03": (Assign(_at(">overseen_by"), _at("<depends_on", kinds="service")), Refer("oversight_role_id", "role")),
    "G06": (_to("evidenced_by", "deliverable"),),
    "S08": (Say(("evidence_refs",)),),
    "S11": (SayOn("influences", ("against",), ("rationale",)), Cut(("influences",), named=("against",))),
    "X01": (There(_PACKAGE, Add("elements", {"type": "people"}, "role")),),
    "X02": (There(_PACKAGE, Add("elements", {"type": "process"}, "process")),),
    "X03": (There(_PACKAGE, Add("elements", {"type": "product"}, "product")),),
    "X04": (There(_PACKAGE, Add("elements", {"type": "partner"}, "partner")),),
    "X05": (Assign(_at(named="role")),),
    "X06": (There(_at(named="process"), MoveOn("operational")), There(_PACKAGE, Repoint(("designed_with",)))),
    "X07": (_from("covers", "contract", types="uc"), There(_PACKAGE, Repoint(("designed_with",)))),
    "X08": (There(_at(named="product"), Say(("end_of_support",))), There(_PACKAGE, Repoint(("designed_with",)))),
    "F01": (Say(("components",)),),
    "F04": (MoveOn(over=True), There(_at(named="not_live"), MoveOn("operational"))),
    "F06": (Say(("components",)),),
    "F07": (_from("covers", "contract"), Say(("commitments",))),
    "F09": (There(_at(named="offerings"), MoveOn(over=True)),),
    "C01": (Cut(("covers",)), Repoint(("covers",))),
    "C02": (
        There(_at(named="offering"), Refer("migration_to_id", "service_offering")),
        There(_at(named="offering"), Say(("sunset_at",))),
    ),
    "C03": (Say(("service_level_targets",)),),
    "C04": (There(_at(named="service"), _from("covers", "contract", types="ola uc")),),
    "C06": (Say(("signatories",)),),
    "C07": (Say(("period",)), There(_at(named="offering"), Say(("sunset_at",)))),
    "T02": (Say(("review",)),),
    "L03": (Cut(_UPWARD, named=("above",)),),
    "L06": (
        There(_at(named="promised"), MoveOn("operational")),
        _to("delivers", "service", "outcome", "product"),
    ),
    "D06": (There(_at(named="same_as"), MoveOn(over=True, merged=True)), Say(("name",))),
    "D07": (There(_at(named="same_as"), MoveOn(over=True, merged=True)), Say(("external_refs",))),
    "Y02": (Cut(("depends_on",), named=("circle",)),),
    "Y05": (Cut(("part_of", "decomposes")),),
}
"""By rule, the usual way first."""


def ways(rule: Rule, kind: str) -> tuple[Way, ...]:
    """What may mend a finding of a rule about one of a kind."""
    if rule.id in ("V13", "V18"):
        return _UP[kind]
    return tuple(each for each in REMEDIES.get(rule.id, ()) if not isinstance(each, Relate) or _fits(each, kind))


DECISIONS: dict[str, str] = {
    "O07": "Decide which of what this party answers for goes to whom.",
    "O16": "Decide which of what this party answers for goes to whom.",
    "S01": "Decide whether it is to be in force: the signers say so, in an increment that is put to them.",
    "S02": "Decide whether the change stands: then its signers say so, in a new increment, or else it is taken back.",
    "S03": "Decide whether the increment is signed, cut smaller or given up.",
    "S04": "Decide whether the decision stands: somebody who may sign takes it again, in a new increment.",
    "S06": "Decide whether the business stands behind the strategy: one of its signers says so, in an increment.",
    "S09": "Decide what is signed first, and what goes into another increment.",
    "S12": "Decide whether what the author signed stands: a second signer says so, in a new increment.",
    "T01": "Decide whether it is still so as it is written; whoever has looked records it with `plumbline review`.",
    "V12": "Decide whether the relation holds: then its confidence is raised, or else one is drawn that does.",
    "X09": "Decide whether the service still needs nothing of this P, and when that is looked at again.",
    "Y03": "Decide which level can go: one at which nobody decides anything.",
    "Y04": "Decide under which themes what is below is to be grouped.",
    "Y06": "Decide which of what rests on it has a second reason, and who stands in for its owner.",
}
"""What people are to decide, where they alone mend the findings of a rule."""


def _fits(way: Relate, kind: str) -> bool:
    ends = [(kind, other) if way.forward else (other, kind) for other in way.kinds]
    return any(joins(way.relation, *pair) for pair in ends)


def joins(relation: str, source: str, target: str) -> bool:
    """Whether a relation may join these two kinds, by a link or by a field of the source."""
    fields = (each for each in NODE_KINDS[source].references if each.relation == relation and each.start is None)
    return RELATIONS[relation].allows(source, target) or any(target in each.kinds for each in fields)
