"""What mends a finding, as the steps of a scenario; every way that is offered has been tried, and closes it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.alignment.judge.mends import Assign, Create, Cut, There, Way
from services.alignment.judge.remedies import DECISIONS, ways
from services.alignment.queries.nodes import node
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from services.alignment.views import findings
from services.alignment.views.mending import option
from services.alignment.views.proof import closing
from services.alignment.views.shaped import Shaped
from shared.clock import rfc3339
from shared.contracts import NODE_KINDS
from shared.contracts.members import members
from shared.errors import Conflict

Json = dict[str, Any]
MOST_SHOWN = 20
_MOST_TRIED = 40
"""Candidates that are tried together."""
_MOST_TOGETHER = 20
"""Relations that are ended at once."""
_MOST_ROLES = 3


async def remedy(moment: Moment, id: str, chosen: str | None, grace: timedelta) -> Json:
    """Of an open finding; with ``chosen`` only by what chooses that. Of a moment apart from the tables
    (``Reader.moment``). Raises NotFound, or Conflict of one that is mended."""
    found = await findings.one(moment, id, grace)
    if found["status"] != "open":
        raise Conflict("It is mended already.")
    row = await node(moment, ref_of(found["subject"]))
    mending = _Remedies(moment, row, found, chosen, row.ref)
    options = [each async for each in mending.proved(ways(moment.rules[found["rule"]], found["subject"]["kind"]))]
    decision = None if options else DECISIONS.get(found["rule"], found["remedy"])
    return {"finding": found, "options": options, "decision": decision}


class _Remedies(Shaped):
    """With what is made new, and what is done to others than the subject."""

    async def proved(self, some: tuple[Way, ...]) -> AsyncIterator[Json]:
        for way in some:
            offered = [self._chosen(each) async for each in self._of(way)]
            proved = [each for each in [await self._closing(one) for one in offered] if _is_any(each)]
            if not proved and isinstance(way, Cut) and self.chosen is None:
                proved = [each async for each in self._together(way)]
            for each in proved:
                yield each

    async def _together(self, way: Cut) -> AsyncIterator[Json]:
        """As few relations as are enough."""
        for number in range(2, _MOST_TOGETHER + 1):
            made = await self.cut_together(way, number)
            if made is None:
                return
            if _is_any(proved := await self._closing(made)):
                yield proved
                return

    def _chosen(self, made: Json) -> Json:
        """Where something is chosen, what chooses nothing is left out."""
        return made if self.chosen is None else made | {"steps": [], "members": []}

    async def _closing(self, made: Json) -> Json:
        """Without what would not close the finding."""
        if made["candidates"]:
            return await self._choice(made)
        tried = [made["steps"]] if made["steps"] else []
        if made["new"] is not None and made["members"]:
            tried = [[{"action": "put", "state": made["new"] | {"name": "New"}}]]
        closes = await closing(self.moment, self.found, self.subject, tried)
        if made["members"]:
            return made if all(closes) else made | {"members": []}
        return made if all(closes) else made | {"steps": []}

    async def _choice(self, made: Json) -> Json:
        """Of the nearest candidates those that close it; where none does, of the next ones."""
        candidates, some = made["candidates"], list[Json]()
        while candidates and not some:
            tried, candidates = candidates[:_MOST_TRIED], candidates[_MOST_TRIED:]
            closes = await closing(self.moment, self.found, self.subject, [each["steps"] for each in tried])
            some = [each for each, does in zip(tried, closes, strict=True) if does]
        more = made["more"] + len(some[MOST_SHOWN:]) + len(candidates)
        return made | {"candidates": some[:MOST_SHOWN], "more": more}

    async def _of(self, way: Way) -> AsyncIterator[Json]:
        match way:
            case There():
                async for each in self._there(way):
                    yield each
            case Assign():
                async for each in self._assign(way):
                    yield each
            case Create():
                async for each in self._create(way):
                    yield each
            case _:
                async for each in self.simple(way):
                    yield each

    async def _there(self, way: There) -> AsyncIterator[Json]:
        """What is done at once is chosen by to whom."""
        rows = await self.reached(way.at)
        there = {row.ref: each for row, each in zip(rows, await self.briefly(rows), strict=True)}
        at_once: dict[str, list[Json]] = {}
        for row in rows:
            async for made in replace(self, row=row, _near=await self.near()).simple(way.way):
                if made["steps"] and self.chosen in (None, row.ref):
                    at_once.setdefault(made["says"], []).append({"node": there[row.ref], "steps": made["steps"]})
                elif not made["steps"] and _is_any(made):
                    yield made | {"says": f"{there[row.ref]['name'] or there[row.ref]['key']}: {made['says']}"}
        for says, candidates in at_once.items():
            yield option(says, candidates=candidates)

    async def _assign(self, way: Assign) -> AsyncIterator[Json]:
        if way.type is None:
            roles = await self.briefly(await self.reached(way.role))
        else:
            roles, _ = await replace(self, chosen=None).choices(["role"], frozenset({way.type}))
        places = await self.briefly([r for r in await self.reached(way.place) if r.ref.startswith(_PLACES)])
        parties, more = await self.choices(["party"], None)
        for role in roles[:_MOST_ROLES]:
            for place in places[:_MOST_ROLES]:
                scope = {"kind": place["kind"], "id": place["id"]}
                held = {"role_id": role["id"], "scope": scope}
                candidates = [
                    {
                        "node": each,
                        "steps": [
                            {
                                "action": "put",
                                "state": self._new("role_assignment", "active", held | {"party_id": each["id"]}),
                            }
                        ],
                    }
                    for each in parties
                ]
                yield option(f"Assign a party as {role['name']} in {place['name']}.", candidates=candidates, more=more)

    async def _create(self, way: Create) -> AsyncIterator[Json]:
        held = {}
        for member, at in way.members.items():
            rows = await self.reached(at)
            if not rows:
                return
            held[member] = rows[0].ref.partition("/")[2]
        name = members(NODE_KINDS[way.kind].model)["name"]
        told = {"name": "name", "form": name.told, "meaning": name.meaning, "choices": []}
        says = f"Make {NODE_KINDS[way.kind].one}, and give it a name."
        yield option(says, members=[told], new=self._new(way.kind, way.state, held))

    def _new(self, kind: str, state: str, held: Json) -> Json:
        """Its whole state; the owner gives it another id."""
        id = str(uuid5(NAMESPACE_URL, f"{self.found['id']} {kind} {sorted(map(str, held.items()))}"))
        now = rfc3339(self.moment.at)
        stamp = {"created_at": now, "created_by": "remedy", "updated_at": now, "updated_by": "remedy", "version": 1}
        return {"id": id, "kind": kind, "key": f"new-{id[:8]}", "state": state, **held, **stamp}


_PLACES = ("process/", "service/")


def _is_any(made: Json) -> bool:
    return bool(made["steps"] or made["members"] or made["candidates"])
