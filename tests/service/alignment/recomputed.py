"""Findings and score, recomputed from every event that has arrived, and from nothing that the view keeps."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.alignment.judge.catalogue import RULES, SHOWN
from services.alignment.judge.rule import WEIGHTS, Rule
from services.alignment.judge.settings import Setting
from shared.contracts import NODE_KINDS
from tests.service.alignment.oracle import Oracle, Wrong
from tests.service.alignment.oracles.facts import planned
from tests.service.alignment.setting import in_force

State = dict[str, Any]
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:plumbline:finding")
_AGES = [timedelta(days=days) for days in (14, 90, 180, 365)]
_AWAY = [timedelta(days=days) for days in (-90, -60, 0, 30, 91, 182, 365)]
"""How far from an instant that something holds a rule may ask about it."""
_LEFT_TO = {id for rule in RULES.values() for id in (rule.asked, rule.among, rule.passing)}
Found = dict[str, tuple[str, str, int]]
"""Rule, subject and severity by the finding's id."""


class Findings:
    """What is wrong, looked at anew at every instant at which anything was recorded or began or ceased to hold.

    Of what came up and went in less than ``settle`` nothing is left. ``settings`` are off or another severity, of rules
    that nothing but what is vital makes graver.
    """

    def __init__(
        self,
        events: Iterable[State],
        until: datetime,
        settle: timedelta = timedelta(0),
        settings: Sequence[Setting] = (),
    ) -> None:
        self.settle, self.until, self.settings = settle, until, settings
        self.versions: dict[str, list[tuple[datetime, State, bool]]] = defaultdict(list)
        for event in sorted(events, key=lambda event: event["time"]):
            kind, id, _ = event["id"].split(":")
            if kind == "link" or NODE_KINDS[kind].in_view:
                at, deleted = datetime.fromisoformat(event["time"]), bool(event["data"].get("deleted"))
                self.versions[f"{kind}/{id}"].append((at, event["data"]["state"], deleted))
        turns = {instant for ref in self.versions for instant in self._turns(ref)}
        self.instants = sorted(at for at in turns | {each.at for each in settings} if at <= until)
        self._at: dict[datetime, Found] = {}
        self._oracles: dict[datetime, Oracle] = {}

    def _turns(self, ref: str) -> Iterator[datetime]:
        for at, state, _ in self.versions[ref]:
            yield at
            for name in ("valid_from", "valid_to"):
                if state.get(name):
                    yield datetime.fromisoformat(state[name])
            if not ref.startswith("link/"):
                yield from (at + age for age in _AGES)
                yield from (held + away for held in _held(state) for away in _AWAY)

    def oracle(self, moment: datetime) -> Oracle:
        if moment not in self._oracles:
            states, gone, since = {}, set(), {}
            for ref, versions in self.versions.items():
                known = [each for each in versions if each[0] <= moment]
                if not known:
                    continue
                states[ref] = known[-1][1]
                if known[-1][2]:
                    gone.add(ref)
                if (begun := live_since(ref, known)) is not None:
                    since[ref] = begun
            self._oracles[moment] = Oracle(states, gone, since, moment)
        return self._oracles[moment]

    def everything(self, moment: datetime) -> Found:
        """With what is only counted, and what leaves no trace."""
        if moment not in self._at:
            self._at[moment] = self._set(self.oracle(moment), moment)
        return self._at[moment]

    def _set(self, oracle: Oracle, moment: datetime) -> Found:
        """As rules are set: what is off is only counted, if some other rule leaves to it whom it asks."""
        found, now = {}, in_force(self.settings, moment)
        for (rule, subject, part), severity in oracle.wrong().items():
            wanted = severity
            if severity >= 0 and rule in now:
                vital = oracle.all[subject].get("criticality") == 5
                if (as_set := now[rule].severity) is not None:
                    wanted = min(as_set + (vital and as_set > 0), 4)
                if now[rule].off:
                    wanted = -1
            if wanted == severity or wanted >= 0 or rule in _LEFT_TO:
                found[rule, subject, part] = wanted
        return named(found)

    def at(self, moment: datetime) -> Found:
        """What is shown."""
        found = {id: each for id, each in self.everything(moment).items() if each[2] >= 0}
        if not self.settle:
            return found
        return {id: each for id, each in found.items() if self._lasts(id, moment)}

    def _lasts(self, id: str, moment: datetime) -> bool:
        later = [instant for instant in self.instants if instant > moment]
        end = next((instant for instant in later if self._shown(id, instant) is not self._shown(id, moment)), None)
        return end is None or end - self.since(id, moment) >= self.settle

    def since(self, id: str, moment: datetime) -> datetime:
        """The first of the instants before the moment from which on it was always there."""
        first = moment
        for instant in reversed([each for each in self.instants if each <= moment]):
            if self._shown(id, instant) is not self._shown(id, moment):
                break
            first = instant
        return first

    def _shown(self, id: str, moment: datetime) -> bool | None:
        """None where it is not there at all."""
        found = self.everything(moment).get(id)
        return None if found is None else found[2] >= 0

    def rules(self, moment: datetime) -> list[Rule]:
        """Those that are not off, as grave as they are set."""
        now = in_force(self.settings, moment)
        severities = {rule: each.severity for rule, each in now.items() if each.severity is not None}
        some = [rule for rule in SHOWN.values() if rule.id not in now or not now[rule.id].off]
        return [replace(rule, severity=severities.get(rule.id, rule.severity)) for rule in some]

    def score(self, moment: datetime) -> tuple[dict[str, tuple[int, int, int]], Fraction | None]:
        """By rule: subjects, weight of those it is about, and of those that pass; and the index, if nothing caps it."""
        oracle, now = self.oracle(moment), self.everything(moment)
        if self.settle:
            now = {id: each for id, each in now.items() if self._lasts(id, moment)}
        there = self.rules(moment)
        rules = {rule.id: _passing(rule, oracle, now) for rule in there}
        means = []
        for dimension in dict.fromkeys(rule.dimension for rule in there):
            group = [r for r in there if r.dimension == dimension and rules[r.id][1]]
            if weight := sum(WEIGHTS[r.severity] for r in group):
                parts = [WEIGHTS[r.severity] * Fraction(100 * rules[r.id][2], rules[r.id][1]) for r in group]
                means.append(sum(parts, Fraction(0)) / weight)
        return rules, sum(means, Fraction(0)) / len(means) if means else None


def _held(state: State) -> Iterator[datetime]:
    """The instants that something holds beside its validity."""
    found = [(state.get("review") or {}).get("next_due"), (state.get("period") or {}).get("end")]
    found += [state.get(name) for name in ("end_of_support", "valid_to")]
    found += [each["valid_to"] for each in state.get("skills", ())]
    found += [each["review_due"] for each in state.get("elements", ())]
    yield from (datetime.fromisoformat(text) for text in found if text)


def named(found: Wrong) -> Found:
    """By the ids that findings have."""
    return {
        str(uuid5(_NAMESPACE, f"{rule} {subject} {part or ' '}")): (rule, subject, severity)
        for (rule, subject, part), severity in found.items()
    }


def live_since(ref: str, known: list[tuple[datetime, State, bool]]) -> datetime | None:
    kind = None if ref.startswith("link/") else NODE_KINDS[ref.partition("/")[0]]
    begun = None
    for at, state, deleted in known:
        live = kind is not None and not deleted and kind.is_live(state["state"])
        if kind is not None and kind.name == "increment":
            live = state["state"] in ("submitted", "partly_signed")
        begun = (begun or at) if live else None
    return begun


def _passing(rule: Rule, oracle: Oracle, now: Found) -> tuple[int, int, int]:
    weight = {ref: state.get("criticality") or 3 for ref, state in oracle.there.items()}
    if rule.population != "nodes":
        count = sum(line.is_link or rule.population == "edges" for line in _in_force(oracle))
        failing = sum(name == rule.id for name, _, _ in now.values())
        return count, 3 * count, 3 * (count - min(count, failing))
    asked = [ref for ref, state in oracle.there.items() if _about(rule, oracle, ref, state)]
    if rule.among:
        asked = [subject for name, subject, _ in now.values() if name == rule.among]
    left_out = {subject for name, subject, _ in now.values() if name == rule.asked}
    about = [ref for ref in asked if ref not in left_out]
    failing_now = [subject for name, subject, _ in now.values() if name == (rule.passing or rule.id)]
    whole = sum(weight[ref] for ref in about)
    fails = sum(weight[ref] for ref in failing_now)
    return len(about), whole, whole - max(0, min(whole, fails))


def _about(rule: Rule, oracle: Oracle, ref: str, state: State) -> bool:
    if state["kind"] not in rule.kinds or (rule.types is not None and state.get("type") not in rule.types):
        return False
    if rule.planned:
        return oracle.valid(state) and planned(state["kind"], state["state"])
    return ref in oracle.live if rule.states is None else oracle.valid(state) and state["state"] in rule.states


def _in_force(oracle: Oracle) -> list[Any]:
    """Whatever validity says: a link that is active, and what fields say."""
    return [
        line for ref, state in oracle.states.items() if ref not in oracle.gone for line in oracle.declared(ref, state)
    ]
