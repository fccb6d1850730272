"""Judges what a change touches, instant by instant, and says which findings open, change and are resolved. Pure.

A finding is opened by what was recorded at its instant, or by an instant that was due. One that is resolved sooner than
``settle`` after it came up leaves no trace: an import makes thousands of those, and nobody wants them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from services.alignment.judge.checks import Evidence
from services.alignment.judge.ends import every
from services.alignment.judge.findings import COUNTED, Changes, Finding, Open, about, stored
from services.alignment.judge.graph import Edge, Graph, Node
from services.alignment.judge.plan import Plan, each_edge
from services.alignment.judge.standing import Standing, Version
from shared.clock import after


class Judge:
    """``until`` is the newest instant that has been judged: what was recorded before it is late."""

    def __init__(self, plan: Plan, *, journaled: bool = True, settle: timedelta = timedelta(0)) -> None:
        self.plan = plan
        self.standing = Standing(plan, journaled=journaled)
        self.settle = settle
        self.until: datetime | None = None
        self.changes = Changes()
        self._opened: list[Open] = []
        self._numbers = {rule.id: plan.spells.bases[number] for number, rule in enumerate(plan.rules)}
        self._committed_until: datetime | None = None
        self.judged = 0
        """How many looks at a subject by a rule there were."""

    @property
    def graph(self) -> Graph:
        return self.standing.graph

    # -- going on in time

    def take(self, versions: Sequence[Version]) -> None:
        """Apply and judge what was recorded, in the order of recording and none of it late. What was recorded at one
        instant is applied whole, and then judged once."""
        place = 0
        while place < len(versions):
            instant = versions[place].recorded_at
            self.turn(instant)
            self.standing.turn_to(instant)
            while place < len(versions) and versions[place].recorded_at == instant:
                self.standing.take(versions[place])
                place += 1
            self._judge(instant)

    def at(self, instant: datetime, tell: Callable[[Standing], None]) -> None:
        self.turn(instant)
        self.standing.turn_to(instant)
        tell(self.standing)
        self._judge(instant)

    def judge_all(self, subjects: Iterable[str], instant: datetime) -> None:
        """Judge some subjects by all rules, whatever has touched them."""
        for ref in (wanted := set(subjects)):
            node = self.graph.nodes.get(ref)
            if node is not None:
                self.standing.touched[node].update(self.plan.own.get(node.kind, ()))
        self.standing.edges.update((edge, None) for edge in self.graph.links.values() if edge.holder.ref in wanted)
        self._judge(instant)

    def turn(self, until: datetime) -> None:
        """Judge what is due before an instant."""
        while (due := self.standing.next_due) is not None and due < until:
            self.standing.turn_to(due)
            self._judge(due)

    def turn_to(self, until: datetime) -> None:
        """Judge what is due up to and at an instant."""
        self.turn(until)
        self.standing.turn_to(until)
        self._judge(until)

    def apply_late(self, versions: Iterable[Version], subjects: Iterable[str], found: Iterable[Finding]) -> None:
        """The present of what was recorded earlier, and what was found of all that it can touch by a look into the
        past."""
        assert self.until is not None
        self.standing.turn_to(self.until)
        for version in versions:
            self.standing.take(version)
        self.standing.forget()
        for ref in subjects:
            node = self.graph.nodes.get(ref)
            if node is not None:
                self._forget_open(node)
        self.adopt(found)

    def _forget_open(self, node: Node) -> None:
        edges = [edge for edge in every(node.out) if edge.is_link]
        things: list[Node | Edge] = [node, *edges, *node.held]
        for thing in things:
            if thing.open:
                self.graph.change(thing)
                thing.open = None

    def adopt(self, found: Iterable[Finding]) -> None:
        """Take over findings that are open and have their rows."""
        alike: dict[str, Evidence] = {}
        for finding in found:
            number = self._numbers.get(finding.rule)
            thing, part = about(self.graph, finding)
            if number is not None and thing is not None:
                evidence = alike.setdefault(repr(finding.evidence), finding.evidence)
                known = finding._replace(rule=self.plan.rules[number].id, subject=thing.subject, evidence=evidence)
                self._put(thing, (number, part), stored(known, part))
                if number in self.plan.whole.values() and isinstance(thing, Node):
                    self.standing.seen_before(number, thing, part, evidence)

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Nobody is touched by what is loaded, and nothing of it is taken back; where chains lead is found in the end,
        from nothing."""
        self.standing.loading, self.graph.journaled, journaled = True, False, self.graph.journaled
        yield
        self.standing.lead_all()
        self.standing.loading, self.graph.journaled = False, journaled
        self.committed()

    # -- judging

    def _judge(self, instant: datetime) -> None:
        standing = self.standing
        standing.look_around_circles()
        if standing.touched:
            for node, rules in standing.touched.items():
                self._judge_node(node, rules, instant)
            standing.touched.clear()
        if standing.edges:
            for edge in standing.edges:
                self._judge_edge(edge, instant)
            standing.edges.clear()
        if self.until is None or instant > self.until:
            self.until = instant

    def _judge_node(self, node: Node, rules: Collection[int], instant: datetime) -> None:
        standing, asks, live = self.standing, self.plan.asks, node.live
        now: dict[tuple[int, str], tuple[int, Evidence]] = {}
        rules = self.plan.spells.known(rules)
        self.judged += len(rules)
        for base, number in self.plan.spells.at(rules, instant):
            rule, is_plain, wait, look = asks[number]
            if not (live if is_plain else rule.looks_at(node, valid=node.valid)):
                continue
            if wait and ((begun := standing.begun(node)) is None or after(begun, wait) > instant):
                continue
            for evidence in look(node, standing):
                part = evidence.get("part", "")
                now[base, part] = (int(rule.severity_of(node)) if rule.shown else COUNTED, evidence)
        if now or node.open:
            self._compare(node, node.ref, rules, now, instant)

    def _judge_edge(self, edge: Edge, instant: datetime) -> None:
        now: dict[tuple[int, str], tuple[int, Evidence]] = {}
        holder, rules = edge.holder, self.plan.spells.known(self.plan.edges)
        for base, number in self.plan.spells.at(rules, instant):
            rule = self.plan.rules[number]
            self.judged += 1
            if rule.looks_at(holder, valid=holder.valid):
                for evidence in each_edge(rule).of(edge):
                    severity = int(rule.severity_of(holder)) if rule.shown else COUNTED
                    now[base, f"{edge.name} {evidence.pop('end', '')}"] = (severity, evidence)
        if now or edge.open:
            self._compare(edge, holder.ref, rules, now, instant)

    def _compare(
        self,
        thing: Node | Edge,
        subject: str,
        rules: Collection[int],
        now: dict[tuple[int, str], tuple[int, Evidence]],
        instant: datetime,
    ) -> None:
        before = thing.open
        if before:
            for key in [key for key in before if key[0] in rules and not before[key].goes_on(now.get(key))]:
                self._resolve(thing, key, before[key], instant)
        for key, (severity, evidence) in now.items():
            known = before.get(key) if before else None
            if known is None:
                rule = self.plan.rules[key[0]].id
                fresh = Open(rule, subject, key[1], instant, instant, severity, evidence)
            elif known.severity != severity or known.evidence != evidence:
                self._end(known, instant)
                fresh = Open(known.rule, subject, key[1], instant, known.since, severity, evidence)
                fresh.before = None if known.stored else known
            else:
                continue
            self._put(thing, key, fresh)
            self._opened.append(fresh)

    def _put(self, thing: Node | Edge, key: tuple[int, str], open_: Open | None) -> None:
        self.graph.change(thing)
        if thing.open is None:
            thing.open = {}
        if open_ is not None:
            thing.open[key] = open_
            return
        del thing.open[key]
        if not thing.open:
            thing.open = None

    def _end(self, known: Open, instant: datetime) -> None:
        if known.stored:
            self.changes.ended[known.id, known.opened_at] = instant
        else:
            known.resolved_at = instant

    def _resolve(self, thing: Node | Edge, key: tuple[int, str], known: Open, instant: datetime) -> None:
        self._put(thing, key, None)
        if instant - known.since < self.settle:
            if known.drop():
                self.changes.dropped.add((known.id, known.since))
        else:
            self._end(known, instant)

    # -- one batch

    def flush(self) -> Changes:
        """What is to be written, in the transaction that the batch is applied in."""
        done, self.changes = self.changes, Changes()
        for each in self._opened:
            if not each.dropped:
                done.made.append(each.finding)
            each.stored, each.before = True, None
        self._opened.clear()
        return done

    def committed(self) -> None:
        """The batch stays."""
        self.graph.accept()
        self.standing.accept()
        self._committed_until = self.until

    def roll_back(self) -> None:
        """As it was before the batch."""
        self.graph.roll_back()
        self.standing.take_back()
        self.standing.forget()
        self.changes = Changes()
        self._opened.clear()
        self.until = self._committed_until
