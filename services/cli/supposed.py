"""Files as the steps of a scenario: steps as they are, and bundles as what ``apply`` would make of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.cli.endpoint import Unusable

if TYPE_CHECKING:
    from shared.client import Client
    from shared.interchange.records import Record

Json = dict[str, Any]


async def steps(client: "Client", files: list[Path]) -> list[Json]:
    """Raises Unusable for what is neither a bundle nor has steps, naming what is wrong with it."""
    if len(files) == 1 and (found := _steps(files[0])) is not None:
        return found
    return await _of_bundle(client, files)


def _steps(file: Path) -> list[Json] | None:
    """None where it is no file with steps."""
    from shared.interchange.yaml_documents import MAX_BYTES, documents

    if not file.is_file():
        return None
    with file.open("rb") as opened:
        raw = opened.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise Unusable(f"{file} is larger than {MAX_BYTES} bytes.")
    try:
        found = [*documents(raw)]
    except ValueError as error:
        raise Unusable(f"{file}: {error}") from None
    value = found[0] if len(found) == 1 else None
    if isinstance(value, dict) and isinstance(value.get("steps"), list):
        return list(value["steps"])
    if isinstance(value, dict) and "kind" not in value:
        form = "steps:\n- action: retire\n  ref: service/claims"
        raise Unusable(f"{file} has no list of steps, such as\n{form}\nand is no bundle, which has kind, key and spec.")
    return None


async def _of_bundle(client: "Client", files: list[Path]) -> list[Json]:
    from shared.interchange import bundle, bundle_files
    from shared.interchange.faults import BadBundle

    try:
        documents, unread = bundle_files.gather(files)
        batch = await bundle.to_batch(client, documents, unread=unread)
    except BadBundle as error:
        raise Unusable(str(error)) from None
    new: list[Record] = []
    changed: list[Json] = []
    for record in (record for layer in batch.layers for record in layer):
        state = await _there(client, record)
        if state is None:
            new.append(record)
        else:
            changed += _changes(record, state)
    return await _made(client, new) + changed


async def _there(client: "Client", record: "Record") -> Json | None:
    from shared.client import NotFound

    try:
        return await client.get(record.kind, record.id)
    except NotFound:
        return None


def _changes(record: "Record", state: Json) -> list[Json]:
    from shared.interchange import merge

    difference = merge.compare(record, state)
    ref = f"{record.kind.name}/{record.id}"
    steps: list[Json] = []
    if difference.fields and difference.patch:
        steps.append({"action": "set", "ref": ref, "members": difference.patch})
    if difference.to is not None:
        steps.append({"action": "move", "ref": ref, "to": difference.to})
    return steps


async def _made(client: "Client", records: "list[Record]") -> list[Json]:
    """What is new, as its owner would make it. Raises Unusable with what an owner refuses."""
    from shared.client import Refused
    from shared.interchange import merge

    made: list[Json] = []
    for service in dict.fromkeys(record.kind.service for record in records):
        some = [record for record in records if record.kind.service == service]
        lines = [{"kind": each.kind.name, "id": each.id, "body": merge.body(each)} for each in some]
        for record, answer in zip(some, await client.bulk(service, lines, preview=True), strict=True):
            if answer["status"] >= 300:
                raise Unusable(f"{record.label}: {Refused(answer['status'], answer['problem'])}")
            made.append({"action": "put", "state": answer["state"]})
    return made
