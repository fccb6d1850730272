"""Strategic plans and performance reports in StratML, Part 1 and 2 (ISO 17469), matched by local names: namespaces and
prefixes differ from file to file."""

import re
from collections.abc import Iterator
from typing import Any

from shared.interchange.formats import xml
from shared.interchange.formats.format import File, Unreadable
from shared.interchange.formats.taking import LONGEST, Ref, Taking, cut
from shared.interchange.records import Batch

NAME = "stratml"
MAX_BYTES = 20 * 1024 * 1024
MAX_NODES = 300_000
_ROOTS = {"StrategicPlan", "PerformancePlanOrReport"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d+)?")


def knows(content: bytes) -> bool:
    """Whether the root is that of a plan or report, of whatever namespace."""
    return xml.root(content)[1] in _ROOTS


def read(file: File) -> Batch:
    """The plan in a file; raises Unreadable."""
    return _Reading(file, _tree(file.content)).run()


def _tree(content: bytes) -> Any:
    """The root of a file; raises Unreadable for what is none, or too large."""
    xml.refuse_doctype(content)
    root = None
    for _, node, depth in xml.events(content, MAX_NODES):
        root = node if depth == 1 else root
    if root is None or xml.local(root) not in _ROOTS:
        raise Unreadable(f"The root element is none of {', '.join(sorted(_ROOTS))}.")
    return root


class _Reading:
    """One pass over a plan. Ids are made of the identifiers on the way down: in real files these repeat."""

    def __init__(self, file: File, root: Any) -> None:
        self.root = root
        self.core = next(xml.children(root, "StrategicPlanCore"), root)
        self.organization = next(xml.children(self.core, "Organization"), None)
        self.taking = Taking(NAME, self._model(file), file.name)
        self.read = 0
        self.goals: dict[str, Ref] = {}
        self.related: list[tuple[Ref, str, str | None]] = []
        self.used: set[str] = set()

    def _model(self, file: File) -> str:
        nodes = [node for node in (self.organization, self.root) if node is not None]
        told = (xml.child(node, each) for node in nodes for each in ("Identifier", "Name"))
        name = file.source or next(filter(None, told), None)
        if not name:
            raise Unreadable("The plan names neither itself nor its organization: give it a name with --source.")
        return name[:200]

    def run(self) -> Batch:
        owner = self._organization()
        strategy = self._strategy(owner)
        for index, node in enumerate(xml.children(self.core, "Goal"), 1):
            self._objective(node, "Goal", "", index, strategy, None)
        self._relate()
        for node in (self.root, *self.root.iter()):
            if xml.local(node) in ("OtherInformation", "Submitter") and xml.words(node):
                self.taking.batch.left_out[xml.local(node)] += 1
        return self.taking.finish(self.read)

    def _key(self, above: str, node: Any, type: str, index: int) -> str:
        """Path of identifiers, the second of a kind told apart by its place."""
        own = xml.child(node, "Identifier") or xml.child(node, "SequenceIndicator") or xml.child(node, "Name") or index
        key = f"{above}/{type}:{own}"
        key = key if key not in self.used else f"{key}#{index}"
        self.used.add(key)
        return key

    def _organization(self) -> Ref | None:
        node = self.organization
        if node is None:
            return None
        self.read += 1
        custom = {"acronym": cut(xml.child(node, "Acronym"), LONGEST)}
        return self._entity(node, "Organization", "Organization", "party", type="org_unit", custom=_said(custom))

    def _entity(self, node: Any, id: str, type: str, kind: str, /, **members: Any) -> Ref | None:
        told = {"name": xml.child(node, "Name"), "description": cut(xml.child(node, "Description"))}
        return self.taking.entity(id, type, kind, {**told, **members})

    def _strategy(self, owner: Ref | None) -> Ref | None:
        self.read += 1
        days = {name: self._day(name) for name in ("StartDate", "EndDate")}
        source = xml.child(next(xml.children(self.root, "AdministrativeInformation"), self.root), "Source")
        told: dict[str, Any] = {
            "type": "business", "owner": owner and owner.state,
            "mission": self._statement("Mission"), "vision": self._statement("Vision"),
            "valid_from": days["StartDate"], "valid_to": days["EndDate"],
            "horizon": "–".join(dict.fromkeys(day[:4] for day in days.values() if day)),
            "external_refs": [{"system": "StratML", "id": source[:200], "url": source[:2000]}] if source else None,
        }  # fmt: skip
        strategy = self._entity(self.root, "StrategicPlan", xml.local(self.root), "strategy", **told)
        for index, node in enumerate(xml.children(self.core, "Value"), 1):
            self.read += 1
            said = {"type": "perspective", "strategy_id": strategy and strategy.id}
            statement = cut(xml.child(node, "Description"))
            self._entity(
                node, self._key("", node, "Value", index), "Value", "strategy_element", **said, statement=statement
            )
        if self.organization is not None and strategy:
            self._stakeholders(self.organization, strategy)
        return strategy

    def _statement(self, name: str) -> str | None:
        return next((cut(xml.child(node, "Description")) for node in xml.children(self.core, name)), None)

    def _day(self, name: str) -> str | None:
        nodes = (*xml.children(self.root, "AdministrativeInformation"), self.root)
        found = next((day for node in nodes if (day := xml.child(node, name))), None)
        if found and not _DAY.fullmatch(found):
            self.taking.batch.left_out[f"{name} that is no day"] += 1
            return None
        return found

    def _objective(
        self, node: Any, type: str, above: str, index: int, strategy: Ref | None, parent: Ref | None
    ) -> None:
        self.read += 1
        key = self._key(above, node, type, index)
        level = "tactical" if parent else "strategic"
        custom = _said({"sequence": cut(xml.child(node, "SequenceIndicator"))})
        told = {"level": level, "side": "business", "parent_id": parent and parent.id, "custom": custom}
        objective = self._entity(node, key, type, "objective", **told)
        if objective is None:
            return
        if identifier := xml.child(node, "Identifier"):
            self.goals.setdefault(identifier, objective)
        if strategy and not parent:
            self.taking.link(type, "decomposes", objective, strategy)
        self._stakeholders(node, objective)
        self._relationships(node, objective)
        for place, each in enumerate(xml.children(node, "PerformanceIndicator"), 1):
            self._indicator(each, key, place, objective)
        for place, each in enumerate(xml.children(node, "Objective"), 1):
            self._objective(each, "Objective", key, place, strategy, objective)

    def _stakeholders(self, node: Any, about: Ref) -> None:
        """One for each name, however often it stands in a plan."""
        for each in xml.children(node, "Stakeholder"):
            self.read += 1
            name = xml.child(each, "Name")
            if not name:
                told = f"line {each.sourceline}, in {xml.child(node, 'Name') or xml.local(node)}"
                self.taking.refuse(told[:200], "Stakeholder", "has no name")
                continue
            id = f"Stakeholder:{' '.join(name.casefold().split())}"
            stakeholder = self.taking.find(id)
            if stakeholder:
                self.taking.batch.joined["Stakeholder"] += 1
            else:
                stakeholder = self._entity(each, id, "Stakeholder", "stakeholder")
            if stakeholder:
                roles = "; ".join(_roles(each))
                types = {xml.words(of) for role in xml.children(each, "Role") for of in xml.children(role, "RoleType")}
                performs = about.kind == "objective" and "Performer" in types
                self.taking.link("Stakeholder", "influences" if performs else "relates_to", stakeholder, about, roles)

    def _indicator(self, node: Any, above: str, index: int, objective: Ref) -> None:
        self.read += 1
        key = self._key(above, node, "PerformanceIndicator", index)
        targets, actuals = _results(node, "TargetResult"), _results(node, "ActualResult")
        custom = {
            "target_result": "\n".join(_descriptions(targets)), "actual_result": "\n".join(_descriptions(actuals)),
            "value_chain_stage": node.get("ValueChainStage"), "indicator_type": node.get("IndicatorType"),
        }  # fmt: skip
        told = {
            "name": xml.child(node, "MeasurementDimension"), "unit": cut(xml.child(node, "UnitOfMeasurement"), 200),
            "target": next((value for each in targets if (value := _number(each)) is not None), None),
            "custom": _said(custom),
        }  # fmt: skip
        kpi = self._entity(node, key, "PerformanceIndicator", "kpi", **told)
        if kpi is None:
            return
        self.taking.link("PerformanceIndicator", "measured_by", objective, kpi)
        self._relationships(node, kpi)
        for place, each in enumerate(actuals, 1):
            self._actual(each, f"{key}/ActualResult:{place}", kpi)

    def _actual(self, node: Any, id: str, kpi: Ref) -> None:
        value, day = _number(node), xml.child(node, "EndDate") or xml.child(node, "StartDate")
        if value is None:
            return
        if not day or not _DAY.fullmatch(day):
            self.taking.batch.left_out["ActualResult without a day"] += 1
            return
        self.read += 1
        members = {"name": f"{value:g} on {day}", "kpi_id": kpi.id, "value": value, "at": day}
        self.taking.entity(id, "ActualResult", "measurement", members)

    def _relationships(self, node: Any, about: Ref) -> None:
        for each in xml.children(node, "Relationship"):
            if referent := xml.child(each, "ReferentIdentifier"):
                self.related.append((about, referent, xml.child(each, "Description") or xml.child(each, "Name")))

    def _relate(self) -> None:
        for about, referent, why in self.related:
            self.read += 1
            target = self.goals.get(referent)
            if target is None:
                self.taking.batch.unmapped["Relationship to another plan"] += 1
            elif self.taking.link("Relationship", "relates_to", about, target, why):
                self.read -= 1
            else:
                self.taking.batch.duplicates["Relationship"] += 1


def _results(node: Any, name: str) -> list[Any]:
    """Results of an indicator: in Part 2 they stand in instances of a measurement."""
    parts = (node, *xml.children(node, "MeasurementInstance"))
    return [each for part in parts for each in xml.children(part, name)]


def _descriptions(nodes: list[Any]) -> Iterator[str]:
    return (text for node in nodes if (text := xml.child(node, "Description")))


def _said(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}


def _number(node: Any) -> float | None:
    text = (xml.child(node, "NumberOfUnits") or "").replace(",", "")
    return float(text) if _NUMBER.fullmatch(text) else None


def _roles(node: Any) -> Iterator[str]:
    """What a stakeholder is in a place: ``Performer, Beneficiary: Co-Chair``."""
    for each in xml.children(node, "Role"):
        types = ", ".join(filter(None, map(xml.words, xml.children(each, "RoleType"))))
        told = xml.child(each, "Name") or xml.child(each, "Description")
        if types or told:
            yield ": ".join(filter(None, (types, told)))
