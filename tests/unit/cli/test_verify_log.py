"""``verify --log``: what was removed, cut off or altered in a signature log is noticed, in a file and at a server."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.cli.signature_log import Reading
from shared import merkle, proof
from shared.contracts.content import canonical
from shared.keys import generate
from tests.unit.cli.test_verify import FAILED, HELD, USAGE, check, key_file, nothing_pinned
from tests.unit.fake_owner import FakeOwner
from tests.unit.test_proof import AT, KEY, Document, signed, statement

__all__ = ["nothing_pinned"]
LOG, URL = "/strategy/v1/signature-log", "http://fake"
NOTHING_TELLS = "Nothing tells whether more was entered after them"


def tree(rows: list[Document]) -> dict[merkle.Node, bytes]:
    nodes: dict[merkle.Node, bytes] = {}
    for position, row in enumerate(rows):
        nodes |= merkle.grown(nodes.__getitem__, position, canonical(row["statement"]))
    return nodes


def log(count: int, month: str = "06") -> list[Document]:
    """A log of some statements, each with the head that it made."""
    nodes: dict[merkle.Node, bytes] = {}
    rows = []
    for position in range(count):
        said = statement() | {"at": f"2026-{month}-{position + 1:02}T08:00:00Z"}
        nodes |= merkle.grown(nodes.__getitem__, position, canonical(said))
        head = {"size": position + 1, "root": merkle.root(nodes.__getitem__, position + 1).hex(), "at": AT}
        head["signature"] = proof.signature(KEY, proof.head_statement(head))
        entry = {"position": position, "statement": said, "signature": proof.signature(KEY, said), "head": head}
        rows.append(entry)
    return rows


def proven_in(rows: list[Document]) -> Document:
    """The proof of the last entry of a log."""
    last = rows[-1]
    path = [step.hex() for step in merkle.inclusion(tree(rows).__getitem__, len(rows) - 1, len(rows))]
    place = {"position": len(rows) - 1, "path": path, "head": last["head"]}
    return proof.document(last["statement"], signed()["contents"], last["signature"], place)


def written(folder: Path, rows: list[Document], name: str = "signature-log.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def serve(owner: FakeOwner, rows: list[Document], before: list[Document], newest: Document | None = None) -> None:
    """A server with these entries, two a page. What it keeps beside them, the tree and the heads, is of ``before``."""

    def page(request: Any) -> Any:
        after = int(request.url.params.get("after", 0))
        items = [row for row in rows if row["position"] >= after][:2]
        return {"items": items, "next_after": items[-1]["position"] + 1 if items else after}

    def consistency(request: Any) -> Any:
        first, second = (int(request.url.params[name]) for name in ("first", "second"))
        path = [step.hex() for step in merkle.consistency(tree(before).__getitem__, first, second)]
        return {"first": before[first - 1]["head"], "second": before[second - 1]["head"], "path": path}

    owner.extra |= {LOG: newest or before[-1]["head"], f"{LOG}/entries": page, f"{LOG}/consistency": consistency}


def _removed(rows: list[Document]) -> list[Document]:
    return [*rows[:1], *rows[2:]]


def _first_removed(rows: list[Document]) -> list[Document]:
    return rows[1:]


def _cut(rows: list[Document]) -> list[Document]:
    return rows[:2]


def _altered(rows: list[Document]) -> list[Document]:
    said = rows[1]["statement"] | {"at": "2020-01-01T00:00:00Z"}
    return [rows[0], rows[1] | {"statement": said}, *rows[2:]]


def _signed_again(rows: list[Document]) -> list[Document]:
    """By whoever has the key: the entry itself is whole, and the heads are not those of it."""
    said = rows[1]["statement"] | {"at": "2020-01-01T00:00:00Z"}
    return [rows[0], rows[1] | {"statement": said, "signature": proof.signature(KEY, said)}, *rows[2:]]


def _signature_of_another(rows: list[Document]) -> list[Document]:
    return [rows[0], rows[1] | {"signature": rows[0]["signature"]}, *rows[2:]]


def _twice(rows: list[Document]) -> list[Document]:
    return [rows[0], rows[0], *rows[1:]]


def _later_altered(rows: list[Document]) -> list[Document]:
    """What was entered after the proof was made."""
    return [*rows[:4], rows[4] | {"statement": rows[3]["statement"]}]


def _later_signed_again(rows: list[Document]) -> list[Document]:
    said = rows[4]["statement"] | {"at": "2020-01-01T00:00:00Z"}
    return [*rows[:4], rows[4] | {"statement": said, "signature": proof.signature(KEY, said)}]


def _rewritten(rows: list[Document]) -> list[Document]:
    """A whole new log under the same key: only whoever kept a proof or a head notices."""
    return log(len(rows), month="01")


ALTERATIONS = [
    _removed, _first_removed, _cut, _altered, _signed_again, _signature_of_another, _twice, _later_altered,
    _later_signed_again, _rewritten,
]  # fmt: skip


def test_a_log_in_a_file_holds_and_goes_on_from_a_proof(run: Any, tmp_path: Path) -> None:
    rows = log(5)
    result = check(run, tmp_path, proven_in(rows[:3]), "--key", KEY.kid, "--log", written(tmp_path, rows))
    assert result.exit_code == HELD, result.stderr
    assert "5 entries, none removed or changed, which go on from the 3 of the proof." in result.stdout


@pytest.mark.parametrize("alter", ALTERATIONS)
def test_an_entry_that_was_removed_or_altered_is_noticed(run: Any, tmp_path: Path, alter: Any) -> None:
    rows = log(5)
    path = written(tmp_path, alter(rows))
    result = check(run, tmp_path, proven_in(rows[:3]), "--key", KEY.kid, "--log", path)
    assert (result.exit_code, result.stderr.startswith("Not proven:")) == (FAILED, True)


@pytest.mark.parametrize("kept", [1, 3, 5])
def test_the_log_of_a_server_goes_on_from_a_proof(run: Any, tmp_path: Path, owner: FakeOwner, kept: int) -> None:
    rows = log(5)
    serve(owner, rows, rows)
    result = check(run, tmp_path, proven_in(rows[:kept]), "--key", KEY.kid, "--log", URL)
    assert result.exit_code == HELD, result.stderr
    assert f"5 entries, none removed or changed, which go on from the {kept} of the proof." in result.stdout


@pytest.mark.parametrize("alter", ALTERATIONS)
def test_what_a_server_has_removed_or_altered_is_noticed(
    run: Any, tmp_path: Path, owner: FakeOwner, alter: Any
) -> None:
    """Though its heads and its tree, which it keeps beside the entries, are still those of before."""
    rows = log(5)
    serve(owner, alter(rows), rows)
    result = check(run, tmp_path, proven_in(rows[:3]), "--key", KEY.kid, "--log", URL)
    assert (result.exit_code, result.stderr.startswith("Not proven:")) == (FAILED, True)


def test_a_server_that_has_made_its_log_anew_is_noticed(run: Any, tmp_path: Path, owner: FakeOwner) -> None:
    for made in (log(5, month="01"), log(2)):
        serve(owner, made, made)
        result = check(run, tmp_path, proven_in(log(3)), "--key", KEY.kid, "--log", URL)
        assert (result.exit_code, "by the proof" in result.stderr or "than the proof" in result.stderr) == (
            FAILED,
            True,
        )


def test_a_server_that_has_lost_its_whole_log_is_noticed(run: Any, tmp_path: Path, owner: FakeOwner) -> None:
    result = check(run, tmp_path, proven_in(log(3)), "--key", KEY.kid, "--log", URL)
    assert (result.exit_code, LOG in " ".join(owner.log)) == (USAGE, True), "who does not know the path is no server"
    (tmp_path / "empty").touch()
    result = check(run, tmp_path, proven_in(log(3)), "--key", KEY.kid, "--log", tmp_path / "empty")
    assert (result.exit_code, "had 3 entries by the proof, and has 0" in result.stderr) == (FAILED, True)


def test_a_newest_head_that_is_not_of_the_entries_is_noticed(run: Any, tmp_path: Path, owner: FakeOwner) -> None:
    rows = log(5)
    serve(owner, rows, rows, newest=log(5, month="01")[-1]["head"])
    result = check(run, tmp_path, proven_in(rows[:3]), "--key", KEY.kid, "--log", URL)
    assert (result.exit_code, "not of those in the log" in result.stderr) == (FAILED, True)


def test_what_is_entered_meanwhile_is_not_asked_for(run: Any, tmp_path: Path, owner: FakeOwner) -> None:
    rows = log(5)
    serve(owner, rows, rows, newest=rows[2]["head"])
    result = run("verify", "--log", URL, "--key", KEY.kid)
    assert (result.exit_code, "3 entries, none removed" in result.stdout) == (HELD, True), result.stderr
    assert owner.log.count(f"GET {LOG}/entries") == 2


def test_a_tree_that_no_longer_is_that_of_the_entries_is_noticed(run: Any, tmp_path: Path, owner: FakeOwner) -> None:
    """Whoever does not read every entry would be told something wrong."""
    rows = log(5)
    serve(owner, rows, log(5, month="01"), newest=rows[-1]["head"])
    result = check(run, tmp_path, proven_in(rows[:3]), "--key", KEY.kid, "--log", URL)
    assert (result.exit_code, "does not show that its log goes on" in result.stderr) == (FAILED, True)


@pytest.mark.parametrize(
    "spoilt", [{f"{LOG}/entries": {}}, {f"{LOG}/entries": {"items": []}}, {f"{LOG}/consistency": {}}, {LOG: {}}]
)
def test_a_server_that_tells_half_of_it_proves_nothing(
    run: Any, tmp_path: Path, owner: FakeOwner, spoilt: dict[str, Any]
) -> None:
    rows = log(5)
    serve(owner, rows, rows)
    owner.extra |= spoilt
    result = check(run, tmp_path, proven_in(rows[:3]), "--key", KEY.kid, "--log", URL)
    assert (result.exit_code, result.stderr.startswith("Not proven:")) == (FAILED, True)


def test_of_a_log_alone_nothing_tells_whether_its_end_is_missing(run: Any, tmp_path: Path, owner: FakeOwner) -> None:
    rows = log(5)
    serve(owner, rows, rows)
    for place, number in ((written(tmp_path, rows[:3]), 3), (URL, 5)):
        result = run("verify", "--log", place, "--key", KEY.kid)
        assert result.exit_code == HELD, result.stderr
        assert f"{number} entries, none removed or changed among them. {NOTHING_TELLS}" in result.stdout


def test_a_log_without_entries_is_a_usage_error(run: Any, tmp_path: Path) -> None:
    result = run("verify", "--log", written(tmp_path, []), "--key", KEY.kid)
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert "has no entries" in result.stderr


def test_a_kept_log_is_compared_with_a_server_and_with_another_file(run: Any, tmp_path: Path, owner: FakeOwner) -> None:
    rows = log(5)
    serve(owner, rows, rows)
    kept = written(tmp_path, rows[:3], "kept.jsonl")
    for newer in (URL, written(tmp_path, rows)):
        result = run("verify", "--log", kept, "--log", newer, "--key", KEY.kid)
        assert result.exit_code == HELD, result.stderr
        assert "5 entries, none removed or changed, which go on from the 3 of " in result.stdout
        assert str(kept) in result.stdout


@pytest.mark.parametrize("newer", [log(5, month="01"), log(2)], ids=["rewritten", "cut"])
def test_a_log_that_does_not_go_on_from_the_one_that_was_kept_is_noticed(
    run: Any, tmp_path: Path, owner: FakeOwner, newer: list[Document]
) -> None:
    serve(owner, newer, newer)
    kept = written(tmp_path, log(3), "kept.jsonl")
    for place in (URL, written(tmp_path, newer)):
        result = run("verify", "--log", kept, "--log", place, "--key", KEY.kid)
        assert (result.exit_code, result.stderr.startswith("Not proven:")) == (FAILED, True)


def test_of_the_entries_before_no_more_is_kept_than_the_next_root_rests_on() -> None:
    reading = Reading(None, {KEY.kid: {}})
    for size, row in enumerate(log(20), 1):
        reading.take(row)
        assert len(reading._nodes) == size.bit_count()


def test_a_key_that_has_ended_signs_no_more_heads(run: Any, tmp_path: Path) -> None:
    path = written(tmp_path, log(2))
    ended = key_file(tmp_path, exp=1_000)
    assert "not in use" in run("verify", "--log", path, "--key", ended).stderr
    held = key_file(tmp_path, exp=1_900_000_000)
    assert run("verify", "--log", path, "--key", held).exit_code == HELD


def test_a_log_signed_by_somebody_else_is_not_trusted(run: Any, tmp_path: Path) -> None:
    result = run("verify", "--log", written(tmp_path, log(2)), "--key", generate(0).kid)
    assert (result.exit_code, "unknown key" in result.stderr) == (FAILED, True)
