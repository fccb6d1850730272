"""Each fault: what it is called, where it is planted, what stands there instead, and the tests that have to fail."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """``old`` stands in the file just once."""

    name: str
    file: str
    old: str
    new: str
    tests: str


_CARRYING = "tests/unit/cli/test_carrying.py"
_AHEAD = "tests/service/alignment/test_ahead.py -k sqlite"
_INTAKE = "services/alignment/follow/intake.py"
_TRUST = "services/alignment/follow/trust.py"
_PROJECTOR = "services/alignment/follow/projector.py"
_STORING = "services/alignment/follow/storing.py"
_ENGINE = "tests/service/alignment/test_engine.py"
_REBUILD = "services/alignment/follow/rebuild.py"
_VIEW = "services/alignment/view/generations.py"
_LEADER = "shared/changes/leader.py"
_FOLLOWING = "tests/service/alignment/test_following.py"
_MACHINE = "tests/service/alignment/test_machine.py"
_SETTINGS = "tests/service/alignment/test_setting_histories.py -k sqlite"
_FORGED = "tests/service/alignment/test_forged.py"
_UNREADABLE = "tests/service/alignment/test_unreadable.py"
_LEADING = "tests/service/test_leader.py"
_ATTACKS = "tests/service/test_sign_off_attacks.py -k sqlite"

_PAGE_ACCESS = "tests/service/web/test_sign_in.py"
_AUTH = "tests/unit/test_auth.py"

_ANSWERS = "tests/service/test_answers.py"
_DOCUMENTS = "tests/architecture/test_documents.py"

_LIVE_VIEWS = "tests/service/alignment/test_live_views.py -k sqlite"
_IMPACT = "tests/service/alignment/test_impact.py -k sqlite"
_FORECAST = "tests/service/alignment/test_forecast.py -k sqlite"
_TO_COME = "tests/service/alignment/test_days_to_come.py -k sqlite"
_PROMISES = "tests/unit/alignment/test_promises.py tests/service/alignment/test_promises.py"
_WHOLE = "tests/unit/alignment/test_whole.py tests/unit/alignment/test_rules.py tests/unit/alignment/test_histories.py"
_RULES = "tests/unit/alignment/test_histories.py tests/unit/alignment/test_rules.py"
_HUBS = "tests/unit/alignment/test_hubs.py"
_GATES = "tests/unit/test_owner_gates.py"
_FILES = "tests/unit/interchange"

MUTANTS = (
    Mutant(
        "holes-of-other-rules",
        "services/alignment/views/cascade.py",
        '_HOLES = "trace"',
        '_HOLES = "ownership"',
        _LIVE_VIEWS,
    ),
    Mutant(
        "expired-design-counts-in-the-rule",
        "services/alignment/judge/catalogue/packages.py",
        "and each.valid and",
        "and",
        _LIVE_VIEWS,
    ),
    Mutant(
        "design-to-come-counts-in-the-view",
        "services/alignment/views/coverage.py",
        "live.validity(row, moment.at) is None and ",
        "",
        _LIVE_VIEWS,
    ),
    Mutant(
        "what-is-open-is-missing",
        "services/alignment/views/coverage.py",
        'else "not_applicable" if reasons else "open"',
        'else "not_applicable" if reasons else "missing"',
        _LIVE_VIEWS,
    ),
    Mutant(
        "fingerprint-by-the-order-of-a-set",
        "services/alignment/judge/fingerprint.py",
        "*sorted(map(str, rule.where[1]))",
        "str(rule.where[1])",
        "tests/service/alignment/test_rules_change.py -k every_process",
    ),
    Mutant(
        "an assignment counts outside its scope",
        "services/alignment/queries/holdings.py",
        "return not self.scopes or not self.scopes.isdisjoint(scopes)",
        "return True",
        _IMPACT,
    ),
    Mutant(
        "what has expired is live",
        "shared/live.py",
        "return EXPIRED if row.valid_to is not None and row.valid_to <= at else None",
        "return None",
        f"tests/unit/test_live.py {_LIVE_VIEWS}",
    ),
    Mutant(
        "risk goes down to parts after a climb",
        "services/alignment/views/impact.py",
        'return type == "part_of" and OTHER[side] == "source"',
        "return False",
        _IMPACT,
    ),
    Mutant(
        "a link that does not fit carries risk",
        "shared/live.py",
        "if not fits(edge):",
        "if not edge.type:",
        _IMPACT,
    ),
    Mutant(
        "relations begin and end unforeseen",
        "services/alignment/judge/history_statements.py",
        "return (_turning(RECORD, RECORD.c.ref), *ends)",
        "return (_turning(RECORD, RECORD.c.ref),)",
        _FORECAST,
    ),
    Mutant(
        "nobody is foreseen to grow old",
        "services/alignment/judge/forecast.py",
        "aged = await history.ageing(*span) - subjects",
        "aged = set[str]()",
        _FORECAST,
    ),
    Mutant(
        "the clocks of owners are forgotten in a forecast",
        "services/alignment/judge/replay.py",
        "moved = scheduled(there.values(), times.asked_at, times.valid_at)",
        "moved = scheduled((), times.asked_at, times.valid_at)",
        _FORECAST,
    ),
    Mutant(
        "what is shown of a day to come is in the state of today",
        "services/alignment/queries/snapshot.py",
        "foreseen(query) if self.is_foreseen else query",
        "query",
        _FORECAST,
    ),
    Mutant(
        "what is left out on a day to come is counted by the states of today",
        "services/alignment/queries/counts.py",
        "if moment.is_foreseen and",
        "if moment.past and moment.is_foreseen and",
        _FORECAST,
    ),
    Mutant(
        "what its owner has refused to move is moved on a day to come",
        "services/alignment/queries/clocks.py",
        "and_(instant > ASKED_AT, instant <= AT)",
        "instant <= AT",
        _TO_COME,
    ),
    Mutant(
        "an age begins before the validity",
        "services/alignment/judge/awaiting.py",
        "return since and max(since, node.valid_from or since)",
        "return since",
        "tests/unit/alignment/test_judging.py",
    ),
    Mutant(
        "what will be mended is foreseen as wrong",
        "services/alignment/views/valid_time.py",
        "if not changed.gone:",
        "if changed.gone:",
        _FORECAST,
    ),
    Mutant(
        "a remedy that closes nothing is offered",
        "services/alignment/views/proof.py",
        "tried = not rule.check.footprint.whole and is_open(NOTHING)",
        "tried = False",
        "tests/service/alignment/test_remedy.py -k not_offered",
    ),
    Mutant(
        "whoever owns anything above has the move",
        "services/alignment/views/moves.py",
        "return [*theirs, *(ref for ref in some if whose.get(ref) in owners)]",
        "return [*theirs, *some]",
        "tests/service/alignment/test_me.py -k nearest",
    ),
    Mutant(
        "a deputy stands in everywhere",
        "services/alignment/views/move.py",
        "for each in standing_in[owner] if each.scope == ref or owner == each.role]",
        "for each in standing_in[owner]]",
        "tests/service/alignment/test_move.py -k elsewhere",
    ),
    Mutant(
        "a policy that has expired governs",
        "services/roles/rules.py",
        'all(is_over(facts.get("policy", link.source.id), at) for link in links)',
        'all(facts.get("policy", link.source.id) is None for link in links)',
        _GATES,
    ),
    Mutant(
        "a party that has left holds the seat of an owner",
        "services/roles/rules.py",
        "return assignment, role, party",
        "return assignment, role, assignment",
        _GATES,
    ),
    Mutant(
        "an answer with a member that its model lacks",
        "services/alignment/routes/status.py",
        '"dead_letters": await',
        '"letters": 0, "dead_letters": await',
        _ANSWERS,
    ),
    Mutant(
        "an answer without a member that its model has",
        "services/strategy/signature_log.py",
        '"path": path, "head": newest}',
        '"path": path}',
        _ANSWERS,
    ),
    Mutant(
        "a view whose answer is not described",
        "services/alignment/routes/linkage_views.py",
        "responses=answering(Cascade),",
        "",
        _DOCUMENTS,
    ),
    Mutant(
        "a key says whatever it likes",
        "shared/http/auth.py",
        "not key.covers(claims.iss, claims.sub, scopes)",
        "False",
        _AUTH,
    ),
    Mutant("a header with more in it", "shared/http/tokens.py", 'extra="forbid"', 'extra="ignore"', _AUTH),
    Mutant(
        "a code that works twice",
        "services/web/sessions.py",
        "values(id=spent, ends_at=ends + _SKEW)",
        "values(id=secret, ends_at=ends + _SKEW)",
        _PAGE_ACCESS,
    ),
    Mutant(
        "a session that outlives its end",
        "services/web/sessions.py",
        ", SESSION.c.ends_at > clock.now())",
        ")",
        _PAGE_ACCESS,
    ),
    Mutant(
        "a form without its cookie",
        "services/web/signing_in.py",
        "if not held or not hmac",
        "if held and not hmac",
        _PAGE_ACCESS,
    ),
    Mutant(
        "a token goes where a file says",
        "services/cli/endpoint.py",
        "        if not server:\n",
        "        if False:\n",
        "tests/unit/cli/test_endpoint.py",
    ),
    Mutant(
        "offset in a second transaction",
        _INTAKE,
        """            work.add(generations.moved(generation, batches, log_id))
            await projector.apply""",
        """            work.add(generations.moved(generation, batches, log_id))
        async with self._writer.transaction(generation) as work:
            await projector.apply""",
        _FOLLOWING,
    ),
    Mutant("offset without compare", _VIEW, "log, b.start, b.next) for", "log, 2**62, b.next) for", _FOLLOWING),
    Mutant(
        "offset of another log",
        _VIEW,
        """log, b.start, b.next) for b in batches]
    place = ("generation", "topic", "partition", "log", "next")""",
        """b.start, b.next) for b in batches]
    place = ("generation", "topic", "partition", "next")""",
        _FOLLOWING,
    ),
    Mutant(
        "a batch of somebody else is not noticed",
        "services/alignment/follow/work.py",
        'return [Update(GENERATION, ("number", "batch"), ("batch", *values), [row], must=True)]',
        'return [Update(GENERATION, ("number",), ("batch", *values), [(row[0], *row[2:])])]',
        _FOLLOWING,
    ),
    Mutant(
        "late is judged as in turn",
        _PROJECTOR,
        "(judge.until is None or event.recorded_at > judge.until) and event.order > newest",
        "event.order > newest",
        _ENGINE,
    ),
    Mutant(
        "what comes late is taken for the newest",
        _STORING,
        "begins[next] if next else FOREVER for this, next in zip(order, [*order[1:], None], strict=True)",
        "FOREVER if this not in past else begins[next] if next else FOREVER\n"
        "            for this, next in zip(order, [*order[1:], None], strict=True)",
        _MACHINE,
    ),
    Mutant(
        "a member is missing in a footprint",
        "services/alignment/judge/catalogue/trace.py",
        '_EXECUTED), frozenset({"objective"}), where=("level", _STRATEGIC),',
        '_EXECUTED), frozenset({"objective"}), where=("levels", _STRATEGIC),',
        _ENGINE,
    ),
    Mutant(
        "a footprint is too small",
        "services/alignment/judge/catalogue/seats.py",
        'IN_SEAT = (SEAT, (*SEAT, out("assigned_as")), (*SEAT, out("assigns")))',
        'IN_SEAT = (SEAT, (*SEAT, out("assigns")))',
        "tests/unit/alignment/test_judging.py",
    ),
    Mutant(
        "an instant comes when it stands there, not days before",
        "services/alignment/judge/clocks.py",
        "        days = self.days + (self.later(thing) if self.later else 0)\n",
        "        days = self.later(thing) if self.later else 0\n",
        _RULES,
    ),
    Mutant(
        "what a member says now is not awaited",
        "services/alignment/judge/standing.py",
        "        self._await(node, *self._instants(node).difference(watched, (valid_from, valid_to)))\n",
        "",
        _RULES,
    ),
    Mutant(
        "another end of a validity touches nobody",
        "services/alignment/judge/standing.py",
        "            self._await(node, valid_from, valid_to)\n            self._own(node)\n",
        "            self._await(node, valid_from, valid_to)\n",
        _RULES,
    ),
    Mutant(
        "zero says nothing",
        "services/alignment/judge/standing.py",
        "or (value == 0 and value is not False)",
        "or value is True",
        _RULES,
    ),
    Mutant(
        "how long an increment waits is forgotten",
        "services/alignment/judge/meaning.py",
        "    return live if states is None else state in states",
        "    return live",
        _RULES,
    ),
    Mutant(
        "kinds at the other end are not looked up backward",
        "services/alignment/judge/meaning.py",
        "        found[type, False][target].add(source)\n",
        "",
        _RULES,
    ),
    Mutant(
        "an end of support is not read of a product",
        "services/alignment/judge/catalogue/packages.py",
        "WITH_PRODUCTS = (*WITH, Path(DESIGNED, _SUPPORTED))",
        "WITH_PRODUCTS = WITH",
        _RULES,
    ),
    Mutant(
        "skills are not read of who holds a role",
        "services/alignment/judge/catalogue/assignments.py",
        '            Path((out("assigns"),), owners.SKILLED),\n',
        "",
        _RULES,
    ),
    Mutant(
        "a flow is not looked at beyond its first step",
        "services/alignment/judge/catalogue/process.py",
        'Looks(flow.loops, paths=paths(_PARTS, (into("part_of"),), (into("part_of"), out("precedes"))))',
        'Looks(flow.loops, paths=paths(_PARTS, (into("part_of"),)))',
        _RULES,
    ),
    Mutant(
        "contracts of what a service depends on are not looked at",
        "services/alignment/judge/catalogue/agreements.py",
        '        (out("depends_on"), into("covers")),\n',
        "",
        _RULES,
    ),
    Mutant(
        "signers are not read",
        "services/alignment/judge/catalogue/signatures.py",
        ', Path((into("covers"), out("signed_by")), _SIDE))',
        ",)",
        _RULES,
    ),
    Mutant(
        "who is asked is not counted",
        "services/alignment/judge/conditions.py",
        "return self.check.evidence(node, present) if is_empty(self.condition.evidence(node, present)) else ()\n",
        "return self.check.evidence(node, present)\n",
        _RULES,
    ),
    Mutant(
        "a support leans on itself",
        "services/alignment/judge/closures.py",
        "        while node.live and node not in doubted:\n",
        "        while node.live:\n",
        "tests/unit/alignment/test_closures.py",
    ),
    Mutant(
        "an undo forgets adjacency",
        "services/alignment/judge/graph.py",
        "        self.undo_by(disconnect, edge)\n",
        "",
        _ENGINE,
    ),
    Mutant(
        "an undo forgets members",
        "services/alignment/judge/journal.py",
        "            if self.journaled:\n                self._undo.append(thing.put_aside())",
        "            if not self.journaled:\n                self._undo.append(thing.put_aside())",
        _ENGINE,
    ),
    Mutant(
        "a hub misses what joins it",
        "services/alignment/judge/turning.py",
        "        self.hubs.joined(edge)\n",
        "",
        _HUBS,
    ),
    Mutant(
        "a hub misses what turns beside it",
        "services/alignment/judge/turning.py",
        "        self.hubs.turned(node)\n",
        "",
        _HUBS,
    ),
    Mutant(
        "a hub keeps what is taken back",
        "services/alignment/judge/touching.py",
        "        self.hubs.forget()\n",
        "",
        _HUBS,
    ),
    Mutant(
        "equal instants are judged apart",
        "services/alignment/judge/judging.py",
        "                self.standing.take(versions[place])\n                place += 1\n",
        "                self.standing.take(versions[place])\n                place += 1\n"
        "                self._judge(instant)\n",
        "tests/unit/alignment/test_judging.py",
    ),
    Mutant(
        "a due instant is lost",
        "services/alignment/judge/awaiting.py",
        "            if instant is not None and instant > now:\n",
        "            if instant is not None and instant > now and not isinstance(thing, Edge):\n",
        _ENGINE,
    ),
    Mutant(
        "the fingerprint is ignored",
        "services/alignment/follow/follower.py",
        "!= FINGERPRINT",
        "is None",
        "tests/service/alignment/test_rules_change.py",
    ),
    Mutant(
        "a short spell is kept",
        "services/alignment/judge/judging.py",
        "        if instant - known.since < self.settle:\n",
        "        if instant - known.since < timedelta(0):\n",
        _MACHINE,
    ),
    Mutant(
        "delete without tombstone",
        "services/alignment/view/projection.py",
        "record = _record(kind, event, state, deleted=deleted)",
        "record = None if deleted else _record(kind, event, state, deleted=deleted)",
        f"{_FOLLOWING} tests/unit/alignment/test_projection.py",
    ),
    Mutant(
        "foreign key on edges",
        _STORING,
        "[[*stamp, *_of_edge(edge)] for edge in event.edges]",
        '[[*stamp, *_of_edge(edge)] for edge in event.edges if edge["up"]]',
        _MACHINE,
    ),
    Mutant(
        "findings of the touched alone",
        _PROJECTOR,
        "    subjects = await history.reached(refs)",
        '    subjects = {ref for ref in refs if not ref.startswith("link/")}',
        _ENGINE,
    ),
    Mutant(
        "findings from the change on, not from when it was made",
        _PROJECTOR,
        "    start = since - judge.settle - _TICK",
        "    start = judge.until - judge.settle - _TICK",
        _ENGINE,
    ),
    Mutant(
        "latest reset",
        "shared/bus/kafka/__init__.py",
        '"auto_offset_reset": "none"',
        '"auto_offset_reset": "latest"',
        "tests/contract/test_bus.py -k says_that_a_position",
    ),
    Mutant(
        "rebuild in place",
        _REBUILD,
        "        async for made in merged(",
        "        async with self.database.write() as connection:\n"
        "            await generations.switch(connection, generation, ends, log_id)\n"
        "        async for made in merged(",
        _FOLLOWING,
    ),
    Mutant(
        "rebuild without the last page",
        _REBUILD,
        "page.next_after < page.head.position:",
        "page.next_after < page.head.position - 1:",
        _MACHINE,
    ),
    Mutant(
        "epoch ignored",
        "services/alignment/view/projection.py",
        "return self.event.epoch, self.event.version",
        "return 1, self.event.version",
        _FOLLOWING,
    ),
    Mutant(
        "position of the newest, holes or not",
        "services/alignment/follow/progress.py",
        "while reached + 1 in mine or reached + 1 in waiting:",
        "while reached < max(mine):",
        "tests/service/alignment/test_rebuild.py",
    ),
    Mutant(
        "id cursor",
        _LEADER,
        "query = select(table.c.sequence).where(table.c.position.is_(None))",
        "highest = select(func.coalesce(func.max(table.c.sequence), 0)).where(table.c.position.is_not(None))\n"
        "        query = select(table.c.sequence).where(table.c.sequence > highest.scalar_subquery())",
        _LEADING,
    ),
    Mutant(
        "mark before send",
        _LEADER,
        "        began = clock.nanoseconds()\n        await self.bus.publish(",
        "        began = clock.nanoseconds()\n        await self._mark(facts)\n        await self.bus.publish(",
        _LEADING,
    ),
    Mutant(
        "no version check",
        "shared/resource/preconditions.py",
        "if self.if_match not in (None, ANY) and entity_tag(version) not in (self.if_match or ()):",
        "if self.if_match == ():",
        "tests/service/test_races.py tests/service/test_put.py",
    ),
    Mutant(
        "source not compared",
        _TRUST,
        '        "source": f"/{service}",\n',
        "",
        "tests/unit/alignment/test_trust.py",
    ),
    Mutant(
        "the key of a record is not compared",
        _TRUST,
        'if key != f"{id.kind}:{id.id}".encode():',
        "if key is None:",
        "tests/unit/alignment/test_trust.py",
    ),
    Mutant(
        "a forged version wins",
        _INTAKE,
        "        await self.write(generation, rows, [*dead, *letters.values()], batches, log_id)",
        "        events = [claim.event for mine in found.values() for claim in mine]\n"
        "        await self._commit(generation, events, dead, batches, log_id)",
        _FORGED,
    ),
    Mutant("a forgery goes by in silence", _TRUST, "or same(claim.content, content):", "or content:", _FORGED),
    Mutant(
        "what differs from the view is forged, without asking the owner",
        _INTAKE,
        "await confirming.decided(self._owners, service, claim)",
        "False",
        _FORGED,
    ),
    Mutant("times to come", _TRUST, "return at <= now + SKEW", "return True", _FORGED),
    Mutant(
        "an event is stored that cannot be written",
        _TRUST,
        "    orjson.dumps(data)  #",
        "    #",
        f"tests/unit/alignment/test_trust.py {_UNREADABLE}",
    ),
    Mutant(
        "one row stops the others",
        "services/alignment/follow/isolation.py",
        "if not items or not is_of_an_item(error):",
        "if items:",
        f"tests/unit/alignment/test_isolation.py {_UNREADABLE}",
    ),
    Mutant(
        "a page with a row that cannot be read is lost whole",
        "services/alignment/follow/changes.py",
        "        if limit > 1:\n",
        "        if limit > 1000:\n",
        _UNREADABLE,
    ),
    Mutant(
        "what the view has and its owner has not is not missed",
        "services/alignment/follow/reconciling.py",
        "        for ref, epoch, version in stored:\n",
        "        for ref, epoch, version in ():\n",
        "tests/service/alignment/test_reconciling.py",
    ),
    Mutant(
        "who is asked may become somebody else",
        "services/strategy/rules.py",
        '            "stakeholder": (subject_can_be_read, subject_is_unique, signing.subject_is_settled),\n',
        '            "stakeholder": (subject_can_be_read, subject_is_unique),\n',
        _ATTACKS,
    ),
    Mutant(
        "an author signs",
        "services/strategy/signing.py",
        "    if who.subject in authors:\n",
        "    if who.subject in ():\n",
        _ATTACKS,
    ),
    Mutant(
        "who signs is ordinary data",
        "shared/resource/sign_ins.py",
        "    if not unit.caller.may(scope):\n",
        "    if not unit.caller.may(scope.replace('appoint', 'write')):\n",
        _ATTACKS,
    ),
    Mutant(
        "the reason of an item is not signed with it",
        "shared/contracts/content.py",
        '{"content": said, "links": links}',
        '{"content": said, "links": []}',
        f"{_ATTACKS} tests/unit/test_signing.py",
    ),
    Mutant(
        "one person signs twice",
        "services/strategy/sign_offs.py",
        "who.id == each.stakeholder_id or who.subject in (each.subject, each.by)",
        "who.id == each.stakeholder_id",
        _ATTACKS,
    ),
    Mutant(
        "register moves what exists",
        "shared/resource/commands.py",
        "    _check_same_state(kind, old, new)\n",
        "",
        "tests/service/test_registration.py",
    ),
    Mutant(
        "a proof trusts the key that it brings",
        "shared/proof.py",
        " - set(trusted):\n",
        " - set(trusted) - {key}:\n",
        "tests/unit/test_proof.py",
    ),
    Mutant(
        "a proof may say more than was signed",
        "shared/proof.py",
        "value.keys() != set(members)",
        "not set(members) <= value.keys()",
        "tests/unit/test_proof.py",
    ),
    Mutant(
        "a log may have been cut off",
        "services/cli/signature_log.py",
        "        if self.kept and self.kept.size > self.size:\n",
        "        if self.kept and self.kept.size < 0:\n",
        "tests/unit/cli/test_verify.py",
    ),
    Mutant(
        "a statement that writes is stopped as a query is",
        "shared/storage/sqlite.py",
        '    if statement.startswith("SELECT"):\n',
        "    if statement:\n",
        "tests/service/test_sqlite.py",
    ),
    Mutant(
        "the rows of a stopped query that had come are left out",
        "shared/storage/sqlite.py",
        "    if fn != execute:\n",
        "    if fn is None:\n",
        "tests/service/test_sqlite.py",
    ),
    Mutant(
        "a key of one step is a key of all",
        "shared/resource/routes.py",
        'if id else ""\n',
        'if not id else ""\n',
        "tests/service/test_idempotency.py",
    ),
    Mutant(
        "drafts take the room of signatures",
        "services/alignment/views/signatures.py",
        ", RECORD.c.state.in_(_COUNTED))",
        ")",
        "tests/service/alignment/test_signed_by.py",
    ),
    Mutant(
        "an item is compared with its first signature",
        "services/strategy/packages.py",
        "_NEWEST = [column.desc() for column in _WHEN]",
        "_NEWEST = [column.asc() for column in _WHEN]",
        "tests/service/test_sign_off_attacks.py",
    ),
    Mutant(
        "a source takes back what another says",
        "shared/interchange/merge.py",
        "if old != empty and not any(leaf in other and other[leaf] == value for other in of_others):",
        "if old != empty:",
        _FILES,
    ),
    Mutant(
        "a source takes back what somebody changed",
        "shared/interchange/merge.py",
        "if old != value and old != empty:\n            difference.kept",
        "if False:\n            difference.kept",
        _FILES,
    ),
    Mutant(
        "pruned though another source has it",
        "shared/interchange/prune.py",
        'return any(entry not in own and not entry.get("left_at") for entry in state["provenance"])',
        "return False",
        _FILES,
    ),
    Mutant(
        "what was let go comes back to a final state",
        "shared/interchange/identity.py",
        "elif same or holders:\n            record = replace(record, id=unused(record.origin, self.used))",
        "elif False:\n            record = replace(record, id=unused(record.origin, self.used))",
        _FILES,
    ),
    Mutant(
        "a text that looks like a number",
        "shared/interchange/as_written.py",
        "return value.written",
        "return plain(value)",
        _FILES,
    ),
    Mutant(
        "a copied element is the first one as well",
        "shared/interchange/formats/archimate/ours.py",
        "if said and said.id not in taken:",
        "if said:",
        _FILES,
    ),
    Mutant(
        "illegal relationships leave",
        "shared/interchange/formats/archimate/phrasing.py",
        "if is_legal(type_, *ends):",
        "if True:",
        _FILES,
    ),
    Mutant(
        "a large present is given a minute",
        "services/alignment/follow/writer.py",
        "        await take_time(connection)\n",
        "",
        "tests/service/alignment/test_patience.py",
    ),
    Mutant(
        "what can take its place adds up its outages",
        "services/alignment/judge/promises.py",
        "            return 1 - prod(1 - each for each in known) if share else min(known)\n",
        "            return prod(known) if share else min(known)\n",
        _PROMISES,
    ),
    Mutant(
        "what is needed twice counts twice",
        "services/alignment/judge/promises.py",
        "        self.known.add(thing)\n",
        "",
        _PROMISES,
    ),
    Mutant(
        "an agreement about something else sustains a promise",
        "services/alignment/judge/promises.py",
        "if told and (told.topic, told.is_share) == (self.asked.topic, self.asked.is_share):",
        "if told and told.is_share == self.asked.is_share:",
        _PROMISES,
    ),
    Mutant(
        "a contract sustains itself",
        "services/alignment/judge/promises.py",
        " and net.type(e) in UNDER and e != self.contract)",
        " and net.type(e) in UNDER)",
        _PROMISES,
    ),
    Mutant(
        "everything below what is too deep is told as well",
        "services/alignment/judge/catalogue/looks.py",
        "        if level == most + 1:\n",
        "        if level > most:\n",
        _WHOLE,
    ),
    Mutant(
        "the first of two of one name is told as well",
        "services/alignment/judge/catalogue/looks.py",
        "    for first, *others in alike.values():\n        for node in others:\n",
        "    for first, *others in alike.values():\n        for node in [first, *others] if others else []:\n",
        _WHOLE,
    ),
    Mutant(
        "a doubted relation justifies as well as any",
        "services/alignment/judge/catalogue/looks.py",
        "if e.active and e.lower.live and e.origin not in doubted)",
        "if e.active and e.lower.live)",
        _WHOLE,
    ),
    Mutant(
        "a finding that came up again is told as changed",
        "services/alignment/announcing/telling.py",
        """before["state"] == "resolved" or before["opened_at"] != now["opened_at"]:""",
        """before["opened_at"] != now["opened_at"]:""",
        "tests/service/alignment/test_announced.py",
    ),
    Mutant(
        "what has not lasted is told",
        "services/alignment/announcing/announcer.py",
        "min(before(covered, self._settle), due - _TICK)",
        "min(covered, due - _TICK)",
        "tests/service/alignment/test_announced.py",
    ),
    Mutant(
        "findings of packs are told with the words of the catalogue",
        "services/alignment/announcing/announcer.py",
        "            rules = (await self._known.settings(connection, place.generation)).at(until)\n",
        "            rules = (await self._known.settings(connection, None)).at(until)\n",
        "tests/service/alignment/test_packs.py -k sqlite",
    ),
    Mutant(
        "the past is told by the rules of today",
        _PROJECTOR,
        "replay(judge.plan, piece,",
        "replay(type(judge.plan)(**{**vars(judge.plan), 'spells': type(judge.plan.spells)(judge.plan.spells.bases)}), "
        "piece,",
        _SETTINGS,
    ),
    Mutant(
        "a setting counts from the beginning of its day",
        "services/alignment/judge/spells.py",
        "reversed(some) if at <= instant)",
        "reversed(some) if at.date() <= instant.date())",
        "tests/unit/alignment/test_settings.py",
    ),
    Mutant(
        "nothing turns where a setting begins to count",
        "services/alignment/judge/awaiting.py",
        "(at, next(self._number), None) for at in plan.spells.turns",
        "(at, next(self._number), None) for at in plan.spells.turns[:0]",
        "tests/unit/alignment/test_settings.py",
    ),
    Mutant(
        "what is off weighs as before",
        "services/alignment/judge/in_force.py",
        "for id, rule in self.all.items() if rule.shown}",
        "for id, rule in self.all.items() if RULES.get(id, rule).shown}",
        "tests/service/alignment/test_settings.py -k sqlite",
    ),
    Mutant(
        "what is off leaves nobody to others",
        "services/alignment/judge/settings.py",
        "None if each.off and rule.id not in needed else",
        "None if each.off else",
        "tests/unit/alignment/test_settings.py",
    ),
    Mutant(
        "what was off goes on where it had been",
        "services/alignment/judge/findings.py",
        "return now is not None and (self.severity == COUNTED) is (now[0] == COUNTED)",
        "return now is not None",
        "tests/unit/alignment/test_settings.py",
    ),
    Mutant(
        "a setting that comes too late is let pass",
        "services/alignment/follow/writer.py",
        "late = await generations.judged_with(connection, generation) != settings.mark(judge.until)",
        "late = await generations.judged_with(connection, generation) is None",
        _SETTINGS,
    ),
    Mutant(
        "what has been set is read once",
        "services/alignment/judge/known.py",
        "if number != self._number:",
        "if not self._number and number:",
        _SETTINGS,
    ),
    Mutant(
        "a batch that is judged ahead of one that fails",
        "services/alignment/follow/writer.py",
        "if folded and folded.judge is held.judge:",
        "if folded:",
        _AHEAD,
    ),
    Mutant(
        "what was judged ahead is said to have been written",
        "services/alignment/follow/work.py",
        "return self._folded.until if self._folded else self.judge.until",
        "return self.judge.until",
        _AHEAD,
    ),
    Mutant(
        "a batch is judged only when the one before it is written",
        _REBUILD,
        "if len(under_way) == _AT_ONCE:",
        "if under_way:",
        _AHEAD,
    ),
    Mutant(
        "what lies between may be of the kinds at the end alone",
        "services/alignment/judge/plan.py",
        "far = through(path.steps[place + 1 :], ends)",
        "far = ends",
        "tests/unit/alignment/test_followed.py tests/unit/alignment/test_histories.py",
    ),
    Mutant(
        "a plan whose increment was superseded passes for signed",
        "services/cli/carrying.py",
        'if last.increment.state != "signed":',
        "if False:",
        _CARRYING,
    ),
    Mutant(
        "a plan that has drifted passes for signed",
        "services/cli/carrying.py",
        "if last.drifted or ",
        "if ",
        _CARRYING,
    ),
    Mutant(
        "what comes after a refused step is done all the same",
        "services/cli/carrying.py",
        "over = over or (came.became == REFUSED and not dry_run)",
        "over = False",
        _CARRYING,
    ),
    Mutant(
        "a gate is asked of a view that has not what was written before",
        "services/cli/gate.py",
        "wait_for=event",
        "wait_for=None",
        _CARRYING,
    ),
    Mutant(
        "a step may set what its service keeps",
        "services/strategy/plans.py",
        "fixed = SERVER_FIELDS | _BY_TRANSITION | kind.kept | kind.immutable",
        "fixed = SERVER_FIELDS | _BY_TRANSITION",
        "tests/unit/test_plan_steps.py",
    ),
)
