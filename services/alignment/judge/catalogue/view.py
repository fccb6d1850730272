"""What can be wrong with the view itself. No event says it, so these are rules of no fold and no score: they are asked
when the status is."""

from typing import NamedTuple

from services.alignment.judge.rule import Severity

LAG_SECONDS = 60
GAP_SECONDS = 5
WAIVED_PERCENT = 20


class Doubt(NamedTuple):
    """``remedy`` is for whoever runs the platform; of M05 and M06 for whoever waives."""

    id: str
    severity: Severity
    title: str
    condition: str
    remedy: str


OF_THE_VIEW = (
    Doubt(
        "M01", Severity.high, "View that lags behind",
        f"The view lacks what a service recorded more than {LAG_SECONDS} seconds ago, or cannot ask that service.",
        "Look at the service, at the bus and at the log of alignment.",
    ),
    Doubt(
        "M02", Severity.high, "Gap in what was read",
        f"Later changes of a service are there and an earlier one is not, for more than {GAP_SECONDS} seconds.",
        "Wait until the gap is fetched from the service; if it stays, rebuild: `plumbline rebuild`.",
    ),
    Doubt(
        "M03", Severity.high, "View that its owner does not bear out",
        "What a service says now is not what the view has of it; it is being built anew.",
        "Wait for the new generation. If it comes to the same, somebody wrote to a database behind the platform.",
    ),
    Doubt(
        "M04", Severity.medium, "Messages that could not be read",
        "There are dead letters: messages that nobody could read, or that their owner did not confirm.",
        "Read them in the log: a newer release may have written them, or a stranger.",
    ),
    Doubt(
        "M05", Severity.medium, "Waiver that has expired",
        "A waiver has ended by its date, and the finding is open still.",
        "Mend it, or decide again: `plumbline waive`.",
    ),
    Doubt(
        "M06", Severity.info, "Rule that is waived again and again",
        f"More than {WAIVED_PERCENT} in a hundred of the subjects of a rule have a waiver.",
        "The rule is wrong here, or reality is: set its limit or switch it off, or mend the common cause.",
    ),
)  # fmt: skip
