"""Chains that lead up lead by the right levels, to what is still there."""

from collections.abc import Iterator

from services.alignment.judge.catalogue.words import ARTIFACTS, STATUS, live, over, paths, saying
from services.alignment.judge.checks import AnyOf, Evidence, Joined, Looks
from services.alignment.judge.footprint import Reading, into, out
from services.alignment.judge.graph import Node
from services.alignment.judge.meaning import LEADING
from services.alignment.judge.rule import Rule, Severity
from shared.contracts import NODE_KINDS
from shared.contracts.relations import UP

SOURCE = "ITIL 2011 strategy management: strategy, tactics, operations, each level justified by the one above"
_LEVELS = {"strategic": 0, "tactical": 1, "operational": 2}
_DOCUMENTS = frozenset({"procedure", "work_instruction"})
_OBJECTIVE = frozenset({"objective"})
_PARENT = (out("decomposes"),)
_LEVEL = saying("level", kinds=("objective",))
_LAST = {
    kind.name: frozenset(s for s in kind.lifecycle.states if not kind.lifecycle.moves[s])
    for kind in NODE_KINDS.values()
}


def _has_ended(node: Node) -> bool:
    return node.seen and node.state in _LAST[node.kind]


_ENDED = Reading(_has_ended)
_RESTING = (ARTIFACTS | {"objective", "tactic", "operation", "capability", "service"}) & LEADING
_ABOVE = tuple(step for step in (out(*UP["source"]), into(*UP["target"])) if step.types)
_SERVING = into("serves", "realizes")


def _level(node: Node) -> int | None:
    return _LEVELS.get(node.get("level") or "")


def _inverted(node: Node) -> Iterator[Evidence]:
    for each in over(node, "decomposes"):
        mine, its = _level(node), _level(each)
        if each.kind == "objective" and mine is not None and its is not None and its > mine:
            yield {"part": each.ref, "above": each.ref, "level": each.get("level")}


def _skipping(node: Node) -> Iterator[Evidence]:
    """An operational objective straight below a strategic one, or below a strategy."""
    for each in over(node, "decomposes"):
        if node.get("level") == "operational" and (each.kind == "strategy" or each.get("level") == "strategic"):
            yield {"part": each.ref, "above": each.ref}


def _lost(node: Node) -> Iterator[Evidence]:
    """What was above it has ended, and nothing else is."""
    if not any(edge.active and edge.upper.live for edge in node.above):
        ended = {edge.upper.ref for edge in node.above if edge.active and _has_ended(edge.upper)}
        if ended:
            yield {"ended": sorted(ended)[:10]}


RULES = (
    Rule(
        "V05", Severity.medium, "trace", "Document of nothing",
        "A live procedure guides no live activity, or a live work instruction belongs to no live procedure.",
        "Attach it to what it is about, or retire it.",
        AnyOf((
            Joined("guides -> activity", (out("guides"),), live("activity")),
            Joined("part_of -> procedure", (out("part_of"),), live("procedure")),
        )), _DOCUMENTS,
        sentence="Nothing that is done rests on {it}.",
        passes="procedure:p published, activity:a operational; p guides a",
        fails="procedure:p published, activity:a operational",
        mended="; p guides a",
    ),
    Rule(
        "V09", Severity.medium, "trace", "Outcome that no service brings",
        "No live service serves or realizes an agreed outcome, itself or by a process, capability or objective.",
        "It is demand: name the service that is to bring it, or put it into the portfolio.",
        AnyOf((
            Joined("served_by <- service", (_SERVING,), live("service")),
            Joined("served_by <- service, by another", (_SERVING, _SERVING), live("service")),
        )), frozenset({"outcome"}), source="ITIL 4: services enable outcomes that customers want",
        sentence="No service brings about {it}.",
        passes="outcome:o agreed, service:s operational; s serves o",
        fails="outcome:o agreed, service:s operational",
        mended="; s serves o",
    ),
    Rule(
        "V11", Severity.low, "trace", "Level that was left out",
        "A live operational objective decomposes a strategy or a strategic objective: the tactical level is missing.",
        "Add the objective between the two, or accept it with a reason.",
        Looks(_skipping, ("level",), (*paths(STATUS, _PARENT), *paths(_LEVEL, _PARENT))), _OBJECTIVE,
        given=Joined("a parent", _PARENT, live("objective", "strategy")),
        sentence="{it} hangs on strategy with no tactic between.",
        passes="objective:o in_force +level=tactical, objective:p in_force +level=strategic; o decomposes p",
        fails="objective:o in_force +level=operational, objective:p in_force +level=strategic; o decomposes p",
        mended="objective:o in_force +level=tactical",
    ),
    Rule(
        "V13", Severity.high, "trace", "Reason that has ended",
        "Everything above a live thing has ended.",
        "Attach it to the successor of what was above it, or retire it too.",
        Looks(_lost, paths=paths(STATUS, *((step,) for step in _ABOVE))), _RESTING,
        given=AnyOf(tuple(Joined("anything above that has ended", (step,), _ENDED) for step in _ABOVE)), few=True,
        sentence="Everything that {it} was for has ended.",
        passes="tactic:t in_force, objective:o in_force, objective:p retired; t decomposes o, t decomposes p",
        fails="tactic:t in_force, objective:o in_force, objective:p retired; t decomposes p",
        mended="; t decomposes o",
    ),
    Rule(
        "V15", Severity.medium, "trace", "Parent of a lower level",
        "A live objective decomposes one of a lower level.",
        "Turn the two round, or correct the level.",
        Looks(_inverted, ("level",), (*paths(STATUS, _PARENT), *paths(_LEVEL, _PARENT))), _OBJECTIVE, asked="V11n",
        sentence="{it} is part of something of a lower level.",
        passes="objective:o in_force +level=tactical, objective:p in_force +level=strategic; o decomposes p",
        fails="objective:o in_force +level=strategic, objective:p in_force +level=tactical; o decomposes p",
        mended="objective:o in_force +level=operational",
    ),
    Rule(
        "V16", Severity.info, "trace", "For everything",
        "A live thing is linked to more than {objectives} live objectives.",
        "Keep those that would be hurt if it were gone.",
        lambda limit: Joined(
            "few objectives", (out("realizes", "decomposes", "justified_by"),), live("objective"), least=0,
            most=limit["objectives"],
        ), _RESTING, limits={"objectives": 5},
        sentence="{it} is for more than {objectives} objectives at once.",
        passes="tactic:t in_force, objective:o in_force; t decomposes o",
        fails="tactic:t in_force, " + ", ".join(f"objective:o{n} in_force" for n in range(6)) + "; "
              + ", ".join(f"t decomposes o{n}" for n in range(6)),
        mended="; t decomposes o5 ended",
    ),
)  # fmt: skip
