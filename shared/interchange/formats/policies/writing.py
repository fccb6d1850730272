"""Policies as rows: what is read back changes nothing."""

from collections import Counter

from shared.interchange.formats import losing
from shared.interchange.formats.format import Written
from shared.interchange.formats.policies.reading import CONSULTED, INSTRUMENT, REFERENCE, SPELLINGS
from shared.interchange.formats.tables import xlsx_file
from shared.interchange.formats.tables.sheet import Line, Sheet
from shared.interchange.inventory import Inventory, State

_CARRIED = ("type", "statement", "owner", "custom")


def write(held: Inventory) -> Written:
    """A row for each requirement that is a part of an instrument, and for an instrument without any."""
    kept = [(kind, state) for kind, state in held.entities if not kind.lifecycle.is_terminal(state["state"])]
    known = {f"{kind.name}/{state['id']}": state for kind, state in kept}
    instruments, contributors, lost = dict[str, str](), dict[str, list[str]](), Counter[str]()
    for link in held.links:
        source, target = (f"{link[end]['kind']}/{link[end]['id']}" for end in ("source", "target"))
        if link["state"] != "active" or source not in known or target not in known:
            continue
        if _is_of(link, "part_of", "policy") and known[source]["type"] == "requirement":
            instruments[source] = target
        elif _is_of(link, "relates_to", "party") and link["rationale"] == CONSULTED:
            contributors.setdefault(source, []).append(known[target]["name"])
        else:
            lost[f"link {link['type']}"] += 1
    policies = {ref: state for ref, state in known.items() if ref.startswith("policy/")}
    alone = policies.keys() - instruments.keys() - {*instruments.values()}
    rows = [
        _row(policies[whole], policies[ref], known, contributors.get(ref, []))
        for ref, whole in sorted(instruments.items(), key=lambda each: (known[each[1]]["key"], known[each[0]]["key"]))
    ]
    rows += [_row(policies[ref], None, known, []) for ref in sorted(alone, key=lambda ref: str(policies[ref]["key"]))]
    lost += losing.of(Inventory([each for each in kept if each[0].name != "party"]), {"policy": _CARRIED})
    lost["policy.statement"] += sum(bool(policies[ref]["statement"]) for ref in {*alone, *instruments.values()})
    header = [spelt[0] for spelt in SPELLINGS.values()]
    sheet = Sheet("policies", "policies", header, [Line(number, row) for number, row in enumerate(rows, 2)])
    return Written({"policies.xlsx": xlsx_file.write([(sheet, ())])} if rows else {}, +lost)


def _is_of(link: State, type: str, kind: str) -> bool:
    return bool((link["source"]["kind"], link["type"], link["target"]["kind"]) == ("policy", type, kind))


def _row(instrument: State, requirement: State | None, known: dict[str, State], contributors: list[str]) -> list[str]:
    type = (instrument.get("custom") or {}).get(INSTRUMENT) or instrument["type"] or ""
    if requirement is None:
        return [str(type), instrument["name"], "", "", "", ""]
    reference = (requirement.get("custom") or {}).get(REFERENCE, "")
    owner = requirement["owner"] and known.get(f"{requirement['owner']['kind']}/{requirement['owner']['id']}")
    text = requirement["statement"] or requirement["name"]
    named = owner["name"] if owner else ""
    return [str(type), instrument["name"], str(reference), text, named, " + ".join(sorted(contributors))]
