"""What is wrong with the things that a view shows, put where they stand: the open findings, and nothing else."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.alignment.judge.in_force import InForce
from services.alignment.judge.rule import Rule, Severity
from services.alignment.queries.snapshot import Moment
from services.alignment.views.valid_time import about

Json = dict[str, Any]


async def found_about(
    moment: Moment, subjects: Collection[str], rules: Mapping[str, Rule]
) -> tuple[dict[str, Sequence[Any]], int]:
    """By subject the rows of its open findings of these rules, worst first; and how many more there are."""
    rows, hidden = await about(moment, [*subjects], [*rules])
    by_subject: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_subject[row.subject].append(row)
    return dict(by_subject), hidden


def told(rules: InForce, row: Any) -> Json:
    """A finding where it is shown beside its subject (``shared.contracts.views.nodes.Found``)."""
    severity = Severity(row.severity).name
    return {"id": row.id, "rule": row.rule, "title": rules[row.rule].title, "severity": severity}


def lacking(rules: InForce, row: Any) -> str:
    """What a design or an offering lacks by a finding of a rule that says so."""
    return rules[row.rule].lacking(row.evidence)
