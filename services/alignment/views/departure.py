"""What is left open where somebody goes: seats, letters, what they own, sign and provide; and who could follow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.alignment.queries.hops import Step, Walk, into, out
from services.alignment.queries.nodes import brief, briefs, nodes, records
from services.alignment.queries.people import owned
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from shared.clock import rfc3339
from shared.live import live

Json = dict[str, Any]
MOST, _FIRST, _MOST_PARTIES, _MOST_STEPS = 100, 5, 500, 2000


async def departure(moment: Moment, row: Any) -> Json:
    """Of a party."""
    seats = await _Leaving(moment, row.ref).seats()
    signs, more_signs = await _near(moment, [row.ref], *into("represents"))
    sold, more_sold = await _near(moment, [row.ref], *into("agreed_with"))
    given, more_given = await _near(moment, [row.ref], *out("provides"))
    owns, owns_more = await owned(moment, [row.ref], MOST)
    return {
        "party": brief(moment, row),
        "seats": seats,
        "owns": owns,
        "owns_more": owns_more,
        "signs": [step.node for step in signs][:MOST],
        "contracts": [step.node for step in (*sold, *given)][:MOST],
        "hidden": more_signs + more_sold + more_given,
    }


async def _near(moment: Moment, refs: Iterable[str], way: Any, given: Any) -> tuple[list[Step], int]:
    hop = await Walk(moment, way, given).hop(sorted(refs), _MOST_STEPS)
    return hop.steps, sum(hop.hidden.values())


@dataclass
class _Leaving:
    moment: Moment
    ref: str

    async def seats(self) -> list[Json]:
        mine, _ = await _near(self.moment, [self.ref], *into("assigns"))
        held = await self._held({step.far for step in mine if step.node["live"]})
        held = dict([*held.items()][:MOST])
        roles = {each["role"] for each in held.values()}
        fellows = await self._held_with(roles)
        requires = {row.ref: row.data.get("required_skills") or [] for row in await records(self.moment, roles)}
        parties = await self._parties()
        ends = {ref for each in held.values() for ref in (each["role"], each["scope"]) if ref}
        known = await briefs(self.moment, {*held, *ends})
        letters = await self._letters(roles)
        told = []
        for ref, each in held.items():
            others = [one for one in fellows if one["role"] == each["role"] and one["party"] != self.ref]
            alone = not any(one["scope"] == each["scope"] for one in others)
            lost = [letter for letter in letters.get(each["role"], ()) if letter["scope"] in (each["scope"], None)]
            wanted, holders = requires.get(each["role"], []), {one["party"] for one in others}
            told.append(
                {
                    "assignment": known[ref],
                    "role": known[each["role"]],
                    "scope": known[each["scope"]] if each["scope"] else None,
                    "alone": alone,
                    "letters": [{n: one[n] for n in ("activity", "letter")} for one in lost] if alone else [],
                    "candidates": self._candidates(parties, wanted, holders),
                }
            )
        return told

    async def _held(self, assignments: set[str]) -> dict[str, Json]:
        """By assignment: who holds which role where."""
        return {row.ref: _seat(row.data) for row in await records(self.moment, assignments)}

    async def _held_with(self, roles: set[str]) -> list[Json]:
        """All that hold one of these roles."""
        steps, _ = await _near(self.moment, roles, *into("assigned_as"))
        return [*(await self._held({step.far for step in steps if step.node["live"]})).values()]

    async def _letters(self, roles: set[str]) -> dict[str, list[Json]]:
        """By role, the activities that have it as the accountable one, or as the only one that does them."""
        steps, _ = await _near(self.moment, roles, *into("accountable", "responsible"))
        data = {row.ref: row.data for row in await records(self.moment, {step.far for step in steps})}
        found: dict[str, list[Json]] = {}
        for step in sorted(steps, key=lambda step: (step.near, step.far)):
            state = data[step.far]
            doing = [each for each in state.get("raci") or () if each["letter"] == "R"]
            letter = "A" if step.row.type == "accountable" else "R"
            if letter == "A" or len(doing) == 1:
                scope = f"process/{state['process_id']}" if state.get("process_id") else None
                found.setdefault(step.near, []).append({"activity": step.node, "letter": letter, "scope": scope})
        return found

    async def _parties(self) -> list[Any]:
        some, _ = await nodes(self.moment, {"kind": "party"}, _MOST_PARTIES, None)
        refs = {ref_of(each) for each in some if each["live"] and each["type"] in (None, "person")} - {self.ref}
        return [row for row in await records(self.moment, refs) if live(row, self.moment.at)]

    def _candidates(self, parties: Iterable[Any], wanted: list[Json], holders: set[str]) -> list[Json]:
        found = []
        for row in parties:
            has = [each["name"] for each in wanted if self._has(row.data, each)]
            lacks = [each["name"] for each in wanted if each["name"] not in has]
            if has or row.ref in holders:
                found.append((len(lacks), row.ref not in holders, row.name or "", row, has, lacks))
        found.sort(key=lambda each: (*each[:3], each[3].ref))
        return [
            {"party": brief(self.moment, row), "has": has, "lacks": lacks, "holds": row.ref in holders}
            for *_, row, has, lacks in found[:_FIRST]
        ]

    def _has(self, party: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        """As rule O14 asks it: by name without case, at that level, with a proof that holds."""
        at = rfc3339(self.moment.at)
        return any(
            each["name"].casefold() == wanted["name"].casefold()
            and (wanted.get("level") is None or (each.get("level") or 0) >= wanted["level"])
            and (each.get("valid_to") is None or each["valid_to"] > at)
            for each in party.get("skills") or ()
        )


def _seat(state: Mapping[str, Any]) -> Json:
    scope = state.get("scope")
    return {
        "party": f"party/{state['party_id']}",
        "role": f"role/{state['role_id']}",
        "scope": f"{scope['kind']}/{scope['id']}" if scope else None,
    }
