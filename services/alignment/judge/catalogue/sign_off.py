"""What is in force was signed, by those who may, in pieces that can be read."""

from functools import partial

from services.alignment.judge.catalogue import looks, signatures
from services.alignment.judge.catalogue.words import paths
from services.alignment.judge.checks import Joined, Looks
from services.alignment.judge.conditions import After, Has
from services.alignment.judge.footprint import Path, into, out
from services.alignment.judge.rule import Rule, Severity
from services.alignment.judge.whole import Whole
from shared.contracts import NODE_KINDS

SOURCE = "ITIL 2011 strategy management: increments small enough for senior management to sign"
_FOUR_PS = "ITIL 2011 service strategy, the four Ps: perspective, position, plan, pattern (Mintzberg)"
_STEERED = frozenset(kind.name for kind in NODE_KINDS.values() if kind.signed_as == "approved")
_SIGNABLE = frozenset(kind.name for kind in NODE_KINDS.values() if kind.signed_as)
_INCREMENT = frozenset({"increment"})
_OPEN = frozenset({"submitted", "partly_signed"})
_UNSIGNED = _OPEN | {"draft"}
_SIGNED = frozenset({"signed"})
_HOLDS = (into("covers"),)
_IS_SIGNED = Joined("covered_by -> increment that is signed", _HOLDS, signatures.SIGNED)
_DECIDED = Has("a decision", lambda node: bool(list(signatures.decided(node))), ("sign_offs",))
_NEVER = Has("a decision", lambda _: False)

RULES = (
    Rule(
        "S01", Severity.high, "sign_off", "In force without a signature",
        "Something of strategy is in force, and is in no increment that was signed here or attested.",
        "Put it into an increment of at most 25 items, and ask its signers.",
        _IS_SIGNED, _STEERED, states=frozenset({"in_force"}),
        sentence="{it} is in force, and nobody has signed it.",
        passes="objective:o in_force, increment:i attested; i covers o",
        fails="objective:o in_force, increment:i submitted; i covers o",
        mended="increment:i signed",
    ),
    Rule(
        "S02", Severity.high, "sign_off", "Changed since it was signed",
        "What is live says something else, or is there for something else, than when it was signed.",
        "Look at what differs with `plumbline drift`. Put it into a new increment, or take the change back.",
        Whole(looks.changed_since), _SIGNABLE, few=True, given=_IS_SIGNED,
        sentence="{it} has changed since it was signed.",
        passes="objective:o in_force, increment:i signed; i covers o",
        fails="objective:o in_force, increment:i signed; i covers o changed",
        mended="increment:j signed; j covers o",
    ),
    Rule(
        "S03", Severity.medium, "sign_off", "Increment that waits for a decision",
        "An increment has been waiting for its signatures for more than {days} days.",
        "Remind the signers, then cut it smaller or delegate.",
        lambda limit: After(limit["days"], _NEVER), _INCREMENT, states=_OPEN, limits={"days": 14},
        sentence="{it} has waited for a decision for more than {days} days.",
        passes="increment:i signed", fails="increment:i submitted", mended="increment:i signed",
    ),
    Rule(
        "S04", Severity.medium, "sign_off", "Decision of somebody who may not",
        "An increment was approved by a stakeholder who does not sign, was not valid then, or had become inactive "
        "before.",
        "Ask somebody who may sign, in a new increment.",
        Looks(signatures.without_authority, ("sign_offs",), (Path((out("signed_by"),), signatures.SIGNER),)),
        _INCREMENT, states=_OPEN | _SIGNED, given=_DECIDED, few=True,
        sentence="{it} was decided by somebody who may not.",
        passes="increment:i signed +sign_offs=[stakeholder_id:k/decision:approved/at:2026-03-01], "
               "stakeholder:k active +signs; i signed_by k",
        fails="increment:i signed +sign_offs=[stakeholder_id:k/decision:approved/at:2026-03-01], "
              "stakeholder:k active; i signed_by k",
        mended="stakeholder:k active +signs",
    ),
    Rule(
        "S06", Severity.medium, "sign_off", "IT strategy that only IT signed",
        "No stakeholder of the business approved an increment that holds a live strategy of type it or it_service.",
        "Ask a signer of the business as well: IT depends wholly on the business.",
        Looks(signatures.it_alone, paths=signatures.APPROVED), frozenset({"strategy"}), frozenset({"it", "it_service"}),
        given=Joined("a signed increment", _HOLDS, signatures.DECIDED), few=True,
        sentence="Nobody of the business has signed {it}.",
        passes="strategy:s in_force it, increment:i signed +sign_offs=[stakeholder_id:k/decision:approved], "
               "stakeholder:k active +side=business; i covers s, i signed_by k",
        fails="strategy:s in_force it, increment:i signed +sign_offs=[stakeholder_id:k/decision:approved], "
              "stakeholder:k active +side=it; i covers s, i signed_by k",
        mended="stakeholder:k active +side=business",
    ),
    Rule(
        "S07", Severity.medium, "sign_off", "Strategy without its four Ps",
        "A live strategy has no live perspective, position, plan or pattern.",
        "Write what is missing: the vision, how one differs, how goals are reached, what one does again and again.",
        Looks(signatures.four_ps, paths=paths(signatures.ELEMENT, (into("part_of"),))), frozenset({"strategy"}),
        source=_FOUR_PS,
        sentence="{it} does not say all four Ps: perspective, position, plan and pattern.",
        passes="strategy:s in_force business, strategy_element:a in_force perspective, strategy_element:b in_force "
               "position, "
               "strategy_element:c in_force plan, strategy_element:d in_force pattern; a part_of s, b part_of s, "
               "c part_of s, d part_of s",
        fails="strategy:s in_force business, strategy_element:a in_force perspective, strategy_element:b in_force "
              "position, "
              "strategy_element:c in_force plan, strategy_element:d in_force pattern; a part_of s, b part_of s, "
              "c part_of s",
        mended="; d part_of s",
    ),
    Rule(
        "S08", Severity.low, "sign_off", "Pattern without evidence",
        "A live pattern names fewer than {decisions} decisions that show it.",
        "Name the decisions that were taken that way: once is no pattern.",
        lambda limit: Has(
            "evidence_refs", lambda node: len(node.get("evidence_refs") or ()) >= limit["decisions"], ("evidence_refs",)
        ),
        frozenset({"strategy_element"}), frozenset({"pattern"}), limits={"decisions": 2}, source=_FOUR_PS,
        sentence="Fewer than {decisions} decisions show {it}.",
        passes="strategy_element:e in_force pattern +evidence_refs=[system:minutes/id:a|system:minutes/id:b]",
        fails="strategy_element:e in_force pattern +evidence_refs=[system:minutes/id:a]",
        mended="strategy_element:e in_force pattern +evidence_refs=[system:minutes/id:a|system:minutes/id:b]",
    ),
    Rule(
        "S09", Severity.medium, "sign_off", "Increment that nobody can read",
        "An increment that is not signed yet has more than {items} items, or items of more than {levels} levels of "
        "strategy, objectives, tactics and operations.",
        "Cut it: sign what is above first, and what is below in another one.",
        lambda limit: Looks(partial(signatures.too_large, limit=limit), ("items",)), _INCREMENT, states=_UNSIGNED,
        limits={"items": 25, "levels": 3},
        sentence="{it} is too large to be read and signed as one.",
        passes="increment:i submitted +items=[kind:tactic/id:a|kind:objective/id:b]",
        fails="increment:i submitted "
              "+items=[kind:tactic/id:a|kind:objective/id:b|kind:strategy/id:c|kind:operation/id:d]",
        mended="increment:i submitted +items=[kind:tactic/id:a|kind:objective/id:b]",
    ),
    Rule(
        "S12", Severity.medium, "sign_off", "Signed by its author alone",
        "Whoever approved a signed increment wrote every item in it.",
        "Ask a second signer.",
        Looks(signatures.by_its_author, ("sign_offs",), (Path((out("covers"),), signatures.WRITTEN),)), _INCREMENT,
        states=_SIGNED, given=_DECIDED, few=True, source="Segregation of duties (COBIT DSS06.03; ISO/IEC 27002, 5.3)",
        sentence="{it} was signed by its author alone.",
        passes="increment:i signed +sign_offs=[stakeholder_id:k/decision:approved/by:ann], "
               "objective:o in_force +created_by=bob; i covers o",
        fails="increment:i signed +sign_offs=[stakeholder_id:k/decision:approved/by:ann], "
              "objective:o in_force +created_by=ann; i covers o",
        mended="increment:i signed +sign_offs=[stakeholder_id:k/decision:approved/by:ann|"
               "stakeholder_id:l/decision:approved/by:bob]",
    ),
)  # fmt: skip
