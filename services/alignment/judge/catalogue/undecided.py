"""Rules of practice that nothing can decide from what is recorded, and why: they are listed beside the others."""

from typing import NamedTuple


class Undecided(NamedTuple):
    """``why`` says what is missing."""

    id: str
    title: str
    why: str


_MEASURED = (
    "Measurements are kept by strategy beside their KPI and are no part of the view: nothing here knows the last one."
)
_GATE = "It asks about a retirement that has been requested and not made: a gate asks it, with the impact."

UNDECIDED = (
    Undecided(
        "V14", "IT for the sake of IT",
        "V18 and V04 name the top of such a chain: the same fact would be said twice.",
    ),
    Undecided(
        "V17", "Only one sort of customer",
        "The scope of a strategy is text: nothing says which groups lie in it.",
    ),
    Undecided("D04", "Reference to a wrong kind", "The contracts refuse it: no event can say it."),
    Undecided("R14", "Receiver without a letter", "A hand-off names activities, and not the role that receives."),
    Undecided(
        "X11", "Changed since it was designed",
        "A design package does not say which version of its service it designed.",
    ),
    Undecided("C08", "Target that is not measured", _MEASURED),
    Undecided("K02", "KPI that is silent", _MEASURED),
    Undecided("K04", "Target missed again and again", _MEASURED),
    Undecided(
        "S05", "Stakeholder who was not asked",
        "What a stakeholder may decide is text: nothing says who has to be asked for what.",
    ),
    Undecided("L05", "Retirement with dependents", _GATE),
    Undecided("Y01", "Circle of decomposition", "The owner of each relation of decomposition refuses it."),
)  # fmt: skip
