"""What people type into bundles: values by what their members are, and refusals that say what was meant."""

from pathlib import Path

import pytest

from shared.client import Unreachable
from shared.interchange import bundle, bundle_files
from shared.interchange.faults import BadBundle
from shared.interchange.outcome import Report
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner


@pytest.fixture
def owner() -> FakeOwner:
    return FakeOwner()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "b.yaml"


async def apply(owner: FakeOwner, file: Path, text: str) -> Report:
    file.write_text(text)  # noqa: ASYNC240  nothing else runs meanwhile
    documents, unread = bundle_files.gather([file])
    async with owner.client() as client:
        return await sync(client, await bundle.to_batch(client, documents, unread=unread))


async def refused(owner: FakeOwner, file: Path, text: str) -> list[str]:
    with pytest.raises(BadBundle) as caught:
        await apply(owner, file, text)
    assert owner.writes == []
    return [line.removeprefix(f"{file}, ") for line in caught.value.faults]


async def test_a_member_that_is_text_has_what_is_written(owner: FakeOwner, file: Path) -> None:
    await apply(
        owner,
        file,
        "{kind: strategy, key: 2026, spec: {name: 2024, horizon: 1.10, scope: NO, sponsor: 01067, "
        "custom: {country: NO, opens: 08:30, closes: 22:30, postcode: 01067, n: 12, f: 1.10, on: [0x1A, 1_000]}}}",
    )
    [state] = owner.states.values()
    assert (state["key"], state["name"], state["horizon"], state["scope"]) == ("2026", "2024", "1.10", "NO")
    assert state["sponsor"] == "01067"
    assert state["custom"] == {
        "country": "NO", "opens": "08:30", "closes": "22:30", "postcode": "01067", "n": 12, "f": 1.1,
        "on": ["0x1A", "1_000"],
    }  # fmt: skip


async def test_names_of_members_are_told_apart_by_what_is_written(owner: FakeOwner, file: Path) -> None:
    await apply(
        owner, file, "{kind: partner, key: yk, spec: {name: K, custom: {1: a, 0x1: b, yes: c, true: d, on: e}}}"
    )
    [state] = owner.states.values()
    assert state["custom"] == {"1": "a", "0x1": "b", "yes": "c", "true": "d", "on": "e"}
    said = await refused(
        FakeOwner(), file, "{kind: partner, key: yk, spec: {name: K, custom: {a: 1, 'a': 2, \"a\": 3}}}"
    )
    assert said == ["line 1, document 1 (partner/yk), /spec/custom/a: 'a' stands here twice"] * 2


async def test_names_keep_every_visible_character(owner: FakeOwner, file: Path) -> None:
    names = ["受注\u3000管理", "Commande\u00a0: web", "می\u200cخواهم", "👩\u200d💻"]
    text = "\n---\n".join(f'{{kind: partner, key: p{n}, spec: {{name: "{name}"}}}}' for n, name in enumerate(names))
    await apply(owner, file, text)
    assert sorted(state["name"] for state in owner.states.values()) == sorted(names)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (
            "{kind: project, key: a, spec: {name: N, budget: 010000}}",
            "/spec/budget: 010000 is read in different ways: write 10000 or '010000'",
        ),
        (
            "{kind: service, key: a, spec: {name: N, criticality: 0x3}}",
            "/spec/criticality: 0x3 is read in different ways: write 3 or '0x3'",
        ),
        (
            "{kind: service_offering, key: a, spec: {name: N, bundle: yes}}",
            "/spec/bundle: yes is read in different ways: write true or 'yes'",
        ),
        (
            "{kind: contract, key: a, spec: {name: C, service_level_targets: [{metric: m, value: 1:30}]}}",
            "/spec/service_level_targets/0/value: 1:30 is read in different ways: write the number out, or '1:30'",
        ),
        (
            "{kind: service, key: a, spec: {naem: N, name: B}}",
            "/spec/naem: there is no such member; did you mean name?",
        ),
        ("{kind: servise, key: a, spec: {name: N}}", "did you mean service?"),
        (
            "{kind: service, key: a, sepc: {name: N}}",
            "/sepc: is no member of a document, which has kind, key, spec and",
        ),
        ("{kind: service, key: a, name: N}", "/name: is no member of a document: it stands in the spec"),
        ("{kind: service, key: a, spec: {name: N, state: operatonal}}", "; did you mean operational?"),
        (
            "{kind: contract, key: a, spec: {name: N, type: SLA}}",
            "/spec/type: must be one of sla, ola, uc; did you mean sla?",
        ),
        (
            "{kind: service, key: a, spec: {name: N}, links: [{type: realises, to: outcome/b}]}",
            "; did you mean realizes?",
        ),
        (
            "{kind: service, key: a, spec: {name: N}, links: [{type: realizes, to: service/a, rational: r}]}",
            "/links/0/rational: is no member of a link, which has type, to, rationale, confidence, sign, valid_from, "
            "valid_to, state_reason, provenance; did you mean rationale?",
        ),
        (
            "{kind: service_offering, key: a, spec: {name: N, components: [{type: good, item: i}]}}",
            "/spec/components/0: its type must be one of goods, access, action; did you mean goods?",
        ),
        (
            "{kind: service_offering, key: a, spec: {name: N, components: [{type: action, triger: i}]}}",
            "/spec/components/0/triger: there is no such member; did you mean trigger?",
        ),
        (
            "{kind: service, key: abc-def, spec: {name: N, owner: role/abc-def}}\n---\n"
            "{kind: role, key: abc-deg, spec: {name: R}}",
            "/spec/owner: role/abc-def is neither in this bundle nor on the server; did you mean role/abc-deg?",
        ),
        (
            "{kind: service, key: a, spec: {name: N, owner: purser}}\n---\n{kind: role, key: purser, spec: {name: R}}",
            "/spec/owner: must be party/key or role/key; did you mean role/purser?",
        ),
        (
            "{kind: service, key: a, spec: {name: N, owner: rol/x}}",
            "/spec/owner: must be party/key or role/key; did you",
        ),
        ("{kind: service, key: a, spec: {name: N, owner: service/a}}", "/spec/owner: must be party/key or role/key"),
        (
            '{kind: service, key: a, spec: {name: D, valid_from: "20260401"}}',
            "/spec/valid_from: must be a date such as",
        ),
        ("{kind: service, key: a, spec: {name: D, valid_from: 20260401}}", "/spec/valid_from: must be a date such as"),
        (
            "{kind: objective, key: a, spec: {name: D, due: 1767225600}}",
            "/spec/due: must be a date, such as 2026-01-31",
        ),
    ],
)
async def test_a_refusal_says_what_is_allowed_and_what_was_meant(
    owner: FakeOwner, file: Path, document: str, says: str
) -> None:
    assert any(says in line for line in await refused(owner, file, document))


async def test_all_that_is_wrong_is_told_at_once_with_its_line(owner: FakeOwner, file: Path) -> None:
    text = """
kind: service
key: a
spec:
  name: A
  owner: role/nobody
  wings: 2
links:
  - {type: serves, to: outcome/b}
---
kind: outcome
key: b
name: B
---
kind: service
key: c
spec:
  state: flying
"""
    assert await refused(owner, file, text) == [
        "line 6, document 1 (service/a), /spec/owner: role/nobody is neither in this bundle nor on the server",
        "line 7, document 1 (service/a), /spec/wings: there is no such member",
        "line 11, document 2 (outcome/b), /: has neither a spec nor links",
        "line 13, document 2 (outcome/b), /name: is no member of a document: it stands in the spec",
        "line 17, document 3 (service/c), /spec/name: is missing",
        "line 18, document 3 (service/c), /spec/state: must be one of requirements, defined, analysed, approved, "
        "chartered, designed, developed, built, tested, released, operational, retired",
    ]


async def test_what_is_wrong_in_the_files_is_told_without_a_server(file: Path) -> None:
    content = "{kind: role, key: a, spec: {name: A}}\n---\n{kind: role}"
    file.write_text(content)  # noqa: ASYNC240  nothing else runs meanwhile
    documents, unread = bundle_files.gather([file])
    owner = FakeOwner()
    async with owner.client() as client:

        async def away(*_: object, **__: object) -> object:
            raise Unreachable("away")

        client.send = away  # type: ignore[method-assign,assignment]  # a server that is away
        with pytest.raises(BadBundle, match="/key: is missing"):
            await bundle.to_batch(client, documents, unread=unread)


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "---\n---\n", "~", "null"])
def test_a_file_without_a_document_is_refused(file: Path, content: str) -> None:
    file.write_text(content)
    with pytest.raises(BadBundle, match="there is no document in it"):
        bundle_files.read([file])


def test_a_folder_without_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("{kind: role}")
    with pytest.raises(BadBundle, match=r"no file ends in \.yaml or \.yml"):
        bundle_files.read([tmp_path])


async def test_the_first_bundle_of_the_documentation_applies(owner: FakeOwner, file: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "bundles.md").read_text()
    [example] = [block.partition("```")[0] for block in page.split("```yaml\n")[1:]]
    assert (await apply(owner, file, example)).count("created") == 4
    assert owner.by_name("Claims handling")["tags"] == ["insurance", "core"]
