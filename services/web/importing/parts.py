"""What a report says, part by part, as people read it: what is to be looked at comes first. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.web.filters import words
from services.web.importing.asked import worded
from shared.contracts import NODE_KINDS
from shared.interchange.spoken import differing, said

_LONGEST, _FEW = 200, 3
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """``address`` leads to what is there; ``cells`` are what stands in further columns."""

    text: str
    kind: str | None = None
    address: str | None = None
    note: str = ""
    cells: Sequence[str] = ()


@dataclass(frozen=True)
class Part:
    """``number`` is of all, also of those ``beyond``, for which there is no room. With ``columns`` it is a table."""

    name: str
    title: str
    number: int
    lines: Sequence[Line]
    columns: Sequence[str] = ()
    note: str = ""
    beyond: int = 0


_PLAIN = (
    ("pruned", "Retired or ended", "Would be retired or ended", "It left what was imported."),
    ("left", "Not in it any more", "Not in it any more", "It stays as it is. “Retire what left” retires it."),
    ("released", "Not in it any more, and stays", "Not in it any more, and stays", "Another source has it as well."),
    ("retyped", "Of another kind now", "Would be of another kind", "A new one, in the place of the old one."),
    ("returned", "Came back", "Would come back", "A new one, in the place of the one that had left."),
    ("doubles", "Looks like what is there", "Looks like what is there", "“Join what has the same name” joins them."),
)
"""Lists of things: their name, what they are called after a run and after a dry run, and what there is to know."""
_COUNTERS = (
    ("unmapped", "has no place here"),
    ("duplicates", "says what another one says"),
    ("joined", "became a part of others"),
    ("unnamed", "has no name"),
    ("related", "is only related: no relation fits"),
    ("left_out", "was left out of what was taken"),
    ("drafts", "begins as a draft, and does not count yet"),
)


def parts(report: Json) -> list[Part]:
    """Those that have something in them."""
    return [part for part in _parts(report) if part.number]


def numbers(report: Json) -> list[tuple[str, int]]:
    """What was read and what became of it, which adds up; and what was retired besides."""
    came = dict(report["came_to"])
    only = sum(came.pop(name) for name in ("unmapped", "duplicates", "joined"))
    read = report["read"] + sum(report["beside"].values())
    told = {
        "read": read,
        **came,
        "only counted": only,
        "retired": len(report["pruned"]) + report["more"].get("pruned", 0),
    }
    return [(name, number) for name, number in told.items() if number or name in _ALWAYS]


_ALWAYS = ("read", "created", "changed", "unchanged", "refused")


def counted(report: Json) -> list[tuple[str, str, int]]:
    """What is only counted: its type, what became of it, and how often."""
    return [(type, what, number) for name, what in _COUNTERS for type, number in report[name].items()]


def _parts(report: Json) -> Iterator[Part]:
    dry = report["dry_run"]
    refused = [Line(each["label"], cells=(each["type"], worded(each["reason"]))) for each in report["refused"]]
    yield _listed(report, "refused", "Refused", refused, ("What", "Type", "Why"))
    signed = "Would no longer be what was signed" if dry else "No longer what was signed"
    yield _listed(report, "drifting", signed, [*map(Line, report["drifting"])])
    changed = [each for each in report["changes"] if each["action"] == "changed"]
    lines, beyond = [*_members(changed, report)], report["changed"] - len(changed)
    yield Part(
        "changed", _would("Changed", dry), report["changed"], lines, ("What", "Member", "From", "To"), "", beyond
    )
    title, columns = "Stays, since somebody has changed it here", ("What", "Member", "Here", "In the file")
    yield _listed(report, "kept", title, [*_members(report["kept"], report)], columns)
    for name, done, planned, note in _PLAIN:
        lines = [_named(each, new=dry and name in ("retyped", "returned")) for each in report[name]]
        yield _listed(report, name, planned if dry else done, lines, note=note)
    created = [_named(each, new=dry) for each in report["changes"] if each["action"] == "created"]
    beyond = report["created"] - len(created)
    kinds = Counter(words(line.kind) for line in created).most_common()
    note = "" if beyond else ", ".join(f"{kind} {number}" for kind, number in kinds)
    yield Part("created", _would("Created", dry), report["created"], created, (), note, beyond)
    yield _listed(report, "notes", "To know", [Line(worded(each)) for each in report["notes"]])


def _listed(
    report: Json, name: str, title: str, lines: Sequence[Line], columns: Sequence[str] = (), note: str = ""
) -> Part:
    """Of a list of the report."""
    beyond = int(report["more"].get(name, 0))
    return Part(name, title, len(report[name]) + beyond, lines, columns, note, beyond)


def _would(done: str, dry: bool) -> str:
    return f"Would be {done.lower()}" if dry else done


def _members(entries: Sequence[Json], report: Json) -> Iterator[Line]:
    for each in entries:
        named = _named(each)
        for member, values in each["fields"].items():
            told = (_cut(said(value, report["names"])) for value in differing(values["there"], values["source"]))
            yield Line(named.text, named.kind, named.address, cells=(member.replace("_", " "), *told))


def _named(each: Json, *, new: bool = False) -> Line:
    kind = NODE_KINDS.get(each["kind"])
    resting = each.get("resting", ())
    rest = f", and {len(resting) - _FEW} more" if len(resting) > _FEW else ""
    note = f"What rests on it: {', '.join(resting[:_FEW])}{rest}." if resting else ""
    note = f"Instead of {each['instead_of']}." if each.get("instead_of") else note
    address = f"/entity/{each['kind']}/{each['id']}" if kind and kind.in_view and not new else None
    return Line(each["label"], each["kind"], address, note)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
