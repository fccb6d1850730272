"""What the views of signatures, people, coverage and cascade should say, by plain loops over the reference."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.service.alignment.reference import Reference, ref_of

State = dict[str, Any]
LETTERS = {"responsible": "R", "accountable": "A", "consulted": "C", "informed": "I"}


def _owner(state: State) -> str:
    return ref_of(state["owner"])


class Expected(Reference):
    """As ``Reference``, with what needs more than one relation."""

    def signed(self, ref: str) -> list[tuple[str, list[str]]]:
        """The increments under which it was signed, here or elsewhere, and who approved each."""
        held = [
            s
            for r, s in sorted(self.nodes.items())
            if s["kind"] == "increment" and s["state"] in ("signed", "attested")
        ]
        return [
            (each["id"], [who["stakeholder_id"] for who in each["sign_offs"] if who["decision"] == "approved"])
            for each in held
            if ref in {f"{item['kind']}/{item['id']}" for item in each["items"]}
        ]

    def resting(self, top: str) -> set[str]:
        """What lives by it, by itself or by way of others, where no goal lies between."""
        uppers = {ref: {u for _, u in self.onward(ref, live=True)} for ref in filter(self.live, self.nodes)}
        below = lambda at: [ref for ref, over in uppers.items() if at in over and not self.is_goal(ref)]  # noqa: E731
        return self.reached(top, below).keys() - {top}

    def asked(self, hit: Iterable[str]) -> dict[str, tuple[set[str], set[str], set[str], set[str]]]:
        """By role or party: what of this it owns, its letters in activities that are hit, these, and who holds it."""
        hit = set(hit)
        parts = {
            e.source for ref in hit if ref.startswith("process/") for e in self.into(ref, "part_of") if self.holds(e)
        }
        found: dict[str, tuple[set[str], set[str], set[str], set[str]]] = {}
        reasons = [(_owner(self.nodes[ref]), ref, "") for ref in hit if self.nodes[ref]["owner"]]
        for activity in {ref for ref in hit if ref.startswith("activity/")} | set(filter(self.live, parts)):
            if activity.startswith("activity/"):
                lettered = filter(self.holds, self.out(activity, "accountable", "consulted"))
                reasons += [(each.target, activity, LETTERS[each.type]) for each in lettered]
        for who, what, letter in reasons:
            if self.live(who):
                owns, letters, activities, holders = found.setdefault(who, (set(), set(), set(), set()))
                (activities if letter else owns).add(what)
                letters |= {letter} - {""}
                if who.startswith("role/"):
                    holders |= self.holders(who, self.places(what))
        return found

    def places(self, ref: str) -> set[str]:
        """The processes and services that it is or belongs to."""
        belongs = {each.target for each in self.out(ref, "part_of") if self.holds(each)}
        return {place for place in {ref, *belongs} if place.startswith(("process/", "service/"))}

    def assignments(self, relation: str, ref: str) -> list[State]:
        """Those that are live, of a live role to a live party."""
        found = [self.nodes[each.source] for each in self.into(ref, relation) if self.live(each.source)]
        ends = [(a, f"role/{a['role_id']}", f"party/{a['party_id']}") for a in found if a["kind"] == "role_assignment"]
        return [a for a, role, party in ends if self.live(role) and self.live(party)]

    def holders(self, role: str, places: set[str]) -> set[str]:
        held = self.assignments("assigned_as", role)
        return {f"party/{a['party_id']}" for a in held if a["scope"] is None or ref_of(a["scope"]) in places}

    def package(self, service: str) -> State | None:
        """The one that counts, of those that are valid: live, or else the newest that is planned."""
        parts = [each.source for each in self.into(service, "part_of") if self.holds(each)]
        packages = [ref for ref in parts if ref.startswith("design_package/") and not self.over(ref)]
        found = [self.nodes[ref] for ref in packages if self._valid(self.nodes[ref])]
        return max(found, key=lambda p: (self.live(ref_of(p)), p["created_at"], p["id"]), default=None)

    def covered(self, service: str, p: str) -> str:
        """What is said of it, where no rule says that it is missing."""
        package = self.package(service)
        elements = [each for each in package["elements"] if each["type"] == p] if package else []
        named = [ref_of(each["ref"]) for each in elements if each["ref"]]
        covers = self.live if self.live(service) else lambda ref: not self.over(ref)
        if any(map(covers, named)):
            return "covered"
        return "not_applicable" if any(each["not_applicable"] for each in elements) else "open"

    def named(self, offering: str, type: str) -> set[str]:
        """What an offering offers or targets, that is live; of one that is planned, what is planned too."""
        ends = {each.target for each in self.out(offering, type) if self.holds(each)}
        return {end for end in ends if (self.live(end) if self.live(offering) else not self.over(end))}

    def matrix(self, process: str) -> dict[str, Counter[tuple[str, str]]]:
        """By activity: which role has which letter."""
        parts = {e.source for e in self.into(process, "part_of") if e.source.startswith("activity/") and self.holds(e)}
        return {
            ref: Counter((r.target, LETTERS[r.type]) for r in self.out(ref, *LETTERS) if self.holds(r))
            for ref in parts
            if not self.over(ref)
        }

    def carried(self, party: str) -> tuple[int, Counter[str]]:
        """How many roles a party holds, and the letters that those bring in live activities, each once."""
        assignments = self.assignments("assigns", party)
        held = {(f"role/{a['role_id']}", a["scope"] and ref_of(a["scope"])) for a in assignments}
        letters: Counter[str] = Counter()
        for each in filter(self.holds, self.relations):
            if each.type in LETTERS and each.source.startswith("activity/") and self.live(each.source):
                place = f"process/{self.nodes[each.source]['process_id']}"
                letters[LETTERS[each.type]] += bool(held & {(each.target, None), (each.target, place)})
        return len({role for role, _ in held}), letters

    def below(self, ref: str) -> set[str]:
        kinds = ("strategy", "objective", "tactic", "operation")
        found = {each.source for each in self.into(ref, "supports", "decomposes", "realizes") if self.holds(each)}
        return {each for each in found if not self.over(each) and self.nodes[each]["kind"] in kinds}
