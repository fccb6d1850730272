"""Small ArchiMate models as the exchange format has them, written as lines, and the whole way of an import."""

from shared.interchange import formats
from shared.interchange.bring import bring
from shared.interchange.outcome import Report
from shared.interchange.records import Batch
from tests.unit.fake_owner import FakeOwner

HEAD = (
    '<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="{}"><name>m</name>'
)


def exchange(elements: str, relations: str = "", identifier: str = "id-m") -> bytes:
    """``a BusinessProcess Pick`` for an element and ``r Triggering a b`` for a relation, a line each; what follows
    ``|`` in the line of an element are its children, in that of a relation its attributes."""
    items = []
    for line in filter(None, elements.split("\n")):
        told, _, children = line.partition(" | ")
        id, type_, name = (*told.split(" ", 2), "")[:3]
        items.append(f'<element identifier="{id}" xsi:type="{type_}"><name>{name}</name>{children}</element>')
    links = []
    for line in filter(None, relations.split("\n")):
        told, _, attributes = line.partition(" | ")
        id, type_, source, target = told.split(" ")
        ends = f'source="{source}" target="{target}"'
        links.append(f'<relationship identifier="{id}" xsi:type="{type_}" {ends} {attributes}/>')
    definitions = "".join(
        f'<propertyDefinition identifier="d-{name}" type="string"><name>{name}</name></propertyDefinition>'
        for name in ("Port", "City")
    )
    return (
        f"{HEAD.format(identifier)}<elements>{''.join(items)}</elements>"
        f"<relationships>{''.join(links)}</relationships>"
        f"<propertyDefinitions>{definitions}</propertyDefinitions></model>"
    ).encode()


def batch(content: bytes, source: str | None = None) -> Batch:
    found = formats.read(formats.File("m.xml", content, source))
    assert isinstance(found, Batch)
    return found


async def import_(owner: FakeOwner, content: bytes, *, prunes: bool = False, match: bool = False) -> Report:
    """A dry run and then the real one, which must tell the same."""
    async with owner.client() as client:
        foreseen = await bring(client, batch(content), prunes=prunes, match=match, dry_run=True)
        report = await bring(client, batch(content), prunes=prunes, match=match)
    assert counts(foreseen) == counts(report)
    assert report.accounted
    return report


def counts(report: Report) -> dict[str, int]:
    """What became of the records, and what was counted; nothing that is 0."""
    actions = ("created", "changed", "unchanged", "retyped", "returned", "pruned", "released")
    told = {action: report.count(action) for action in actions}
    told |= {"kept": len(report.kept), "left": len(report.left), "refused": len(report.refused)}
    told |= {"unmapped": report.unmapped.total(), "duplicates": report.duplicates.total()}
    told |= {"joined": report.joined.total(), "doubles": len(report.doubles)}
    return {name: count for name, count in told.items() if count}


def live(owner: FakeOwner) -> set[str]:
    """What is live, as ``kind name`` and as ``name type name``."""
    states = owner.states.values()
    names = {state["id"]: state["name"] for state in states if state["kind"] != "link"}
    over = {"retired", "ended", "left", "withdrawn"}
    entities = {f"{s['kind']} {s['name']}" for s in states if s["kind"] != "link" and s["state"] not in over}
    links = (s for s in states if s["kind"] == "link" and s["state"] == "active" and s["type"] != "supersedes")
    return entities | {f"{names[s['source']['id']]} {s['type']} {names[s['target']['id']]}" for s in links}
