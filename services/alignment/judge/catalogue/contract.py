"""What is agreed can be kept, and is agreed in time."""

from functools import partial

from services.alignment.judge.catalogue import agreements
from services.alignment.judge.catalogue.words import STATUS, paths
from services.alignment.judge.checks import Joined, Looks
from services.alignment.judge.clocks import Clock
from services.alignment.judge.conditions import Has
from services.alignment.judge.footprint import Path, out
from services.alignment.judge.rule import Rule, Severity

SOURCE = "TM Forum TMF651 agreement; ITIL 2011 service level management: SLA, OLA and underpinning contracts"
_CONTRACT = frozenset({"contract"})
_COVERS = (out("covers"),)
_OFFERINGS = (Path(_COVERS, agreements.OFFERED),)
_WITH_OFFERING = Joined("an offering", _COVERS, agreements.IS_OFFERING)


def _undecided(days: int) -> Looks:
    ends = tuple(Clock(path, -days) for path in ("period.end", "valid_to"))
    return Looks(partial(agreements.undecided, ends=ends), ("renewal", "period"), clocks=ends)


RULES = (
    Rule(
        "C01", Severity.critical, "offering", "Contract on what was offered no longer",
        "An item of a live contract begins after the sunset of its offering, or after that was retired.",
        "Void the item, or point it at the offering that took its place.",
        Looks(agreements.begun_too_late, ("items",), _OFFERINGS), _CONTRACT, given=_WITH_OFFERING, few=True,
        sentence="{it} has items of an offering that had ended.",
        passes="contract:c active +items=[offering_id:o/start:2026-02-01], "
               "service_offering:o launched +sunset_at=2030-01-01; c covers o",
        fails="contract:c active +items=[offering_id:o/start:2027-01-01], "
              "service_offering:o retired +sunset_at=2026-06-01; c covers o",
        mended="contract:c active +items=[offering_id:o/start:2025-02-01]",
    ),
    Rule(
        "C02", Severity.high, "offering", "Contract on a retired offering without a way on",
        "A live contract covers a retired offering that names no sunset and no offering to migrate to.",
        "Set the sunset, and the offering that takes its place.",
        Looks(agreements.stranded, paths=_OFFERINGS), _CONTRACT, given=_WITH_OFFERING, few=True,
        sentence="{it} is on a retired offering, with no way on.",
        passes="contract:c active, service_offering:o retired +sunset_at=2030-01-01; c covers o",
        fails="contract:c active, service_offering:o retired; c covers o",
        mended="service_offering:o retired +migration_to_id=p",
    ),
    Rule(
        "C04", Severity.high, "offering", "Promise that nothing underpins",
        "A live SLA covers a service that depends on others or on a partner, and no live OLA or underpinning contract "
        "covers that service or what it depends on, or is provided by the partner.",
        "Write the OLA or the underpinning contract.",
        Looks(agreements.not_underpinned, paths=paths(STATUS, *agreements.WAYS)), _CONTRACT, frozenset({"sla"}),
        given=Joined("something covered", _COVERS, STATUS), few=True,
        sentence="Nothing underpins what {it} promises.",
        passes="contract:c active sla, service:s operational, product:p in_use, contract:u active ola; c covers s, "
               "s depends_on p, u covers s",
        fails="contract:c active sla, service:s operational, product:p in_use, contract:u active ola; c covers s, "
              "s depends_on p",
        mended="; u covers s",
    ),
    Rule(
        "C05", Severity.medium, "offering", "Contract that ends undecided",
        "A live contract ends within {days} days, and nobody has decided whether it is renewed.",
        "Decide: renew, renegotiate or exit.",
        lambda limit: _undecided(limit["days"]), _CONTRACT, limits={"days": 90},
        given=Has("an end", agreements.has_end, ("period",), (Clock("valid_to"),)), few=True,
        sentence="{it} ends within {days} days, and nobody has decided what then.",
        passes="contract:c active +period.end=2026-02-01 +renewal=renew",
        fails="contract:c active +period.end=2026-02-01 +renewal=undecided",
        mended="contract:c active +period.end=2026-02-01 +renewal=exit",
    ),
    Rule(
        "C06", Severity.high, "offering", "Contract that one side has not signed",
        "A live contract names no signatory of the provider, or none of the customer.",
        "Name who signs for each side.",
        Looks(agreements.unsigned, ("signatories",)), _CONTRACT,
        sentence="One side has not signed {it}.",
        passes="contract:c active +signatories=[side:provider/name:a|side:customer/name:b]",
        fails="contract:c active +signatories=[side:provider/name:a]",
        mended="contract:c active +signatories=[side:provider/name:a|side:customer/name:b]",
    ),
    Rule(
        "C07", Severity.high, "offering", "Contract that outlasts its offering",
        "A live contract runs longer than an offering that it covers is valid, or beyond the sunset of that.",
        "Shorten the period, or prolong the offering.",
        Looks(agreements.outlasting, ("period",), _OFFERINGS), _CONTRACT, given=_WITH_OFFERING, few=True,
        sentence="{it} runs longer than its offering.",
        passes="contract:c active +period.end=2029-01-01, service_offering:o launched +sunset_at=2030-01-01; c "
               "covers o",
        fails="contract:c active +period.end=2031-01-01, service_offering:o launched +sunset_at=2030-01-01; c covers o",
        mended="contract:c active +period.end=2029-01-01",
    ),
)  # fmt: skip
