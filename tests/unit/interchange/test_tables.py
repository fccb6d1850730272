"""Tables out and in: what goes out comes back as it was, and what is wrong is told by sheet, row and column."""

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from shared.contracts import NODE_KINDS
from shared.interchange import formats, inventory
from shared.interchange.export import documents as exported
from shared.interchange.faults import BadBundle
from shared.interchange.formats import File, Unreadable
from shared.interchange.formats.format import Documents, Faulty
from shared.interchange.formats.tables import heads, values, writing, xlsx_file
from shared.interchange.formats.tables.columns import Column, layout, spellings
from shared.interchange.incoming import to_batch
from shared.interchange.outcome import Report
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner
from tests.unit.interchange import filled

TEXT = Column(("x",), "text", "X")


async def bring(owner: FakeOwner, *files: File, format: str | None = None) -> Report:
    first, *others = files
    async with owner.client() as client:
        report = await sync(client, await to_batch(client, replace(first, beside=tuple(others)), format))
    assert report.accounted
    return report


def read(text: str, name: str = "service.csv", **said: Any) -> Documents:
    found = formats.read(File(name, text.encode(), **said), "csv")
    assert isinstance(found, Documents)
    return found


def faults(text: str, name: str = "service.csv", **said: Any) -> list[str]:
    with pytest.raises(Faulty) as told:
        read(text, name, **said)
    return told.value.faults


async def held(owner: FakeOwner) -> inventory.Inventory:
    async with owner.client() as client:
        return await inventory.read(client)


def said(held: inventory.Inventory) -> list[dict[str, Any]]:
    """What an export says of everything, but for where it came from."""
    told = [document for documents in exported(held).documents.values() for document in documents]
    links = [[_plain(link) for link in document.get("links", ())] for document in told]
    return [{**_plain(document), "links": each} for document, each in zip(told, links, strict=True)]


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "provenance"}


@pytest.mark.parametrize("format", ["csv", "xlsx"])
async def test_every_member_of_every_kind_comes_back(full: FakeOwner, format: str) -> None:
    before = await held(full)
    made = formats.writer(format)(before)
    assert not made.lost
    files = [File(name, content) for name, content in made.files.items()]
    again = await bring(full, *files, format=format)
    assert (again.count("unchanged"), again.read) == (2 * len(NODE_KINDS) + 2, again.count("unchanged"))
    elsewhere = FakeOwner()
    await bring(elsewhere, *files, format=format)
    assert said(await held(elsewhere)) == said(before)
    assert elsewhere.states.keys() == full.states.keys()


def test_no_two_columns_of_a_kind_are_called_alike() -> None:
    for kind in NODE_KINDS.values():
        for columns in (layout(kind).columns, *(part.columns for part in layout(kind).parts)):
            names = [name for column in columns for name in set(spellings(column, kind))]
            assert len(names) == len(set(names)), kind.name


@pytest.mark.parametrize("heading", ["Process owner", "Owner", "process_owner", " OWNER ", "process-owner"])
def test_columns_are_found_as_people_write_them(heading: str) -> None:
    [document] = read(f"Name,{heading}\nPay,role/boss\n", "Processes.csv").documents
    assert (document.ref, document.spec) == ("process/pay", {"name": "Pay", "owner": "role/boss"})


def test_a_table_says_its_kind_by_its_name_a_column_or_from_outside() -> None:
    assert read("name,type\nPay,business\n", "Services.csv").documents[0].ref == "service/pay"
    assert read("name,type\nPay,business\n", "x.csv", kind="service").documents[0].ref == "service/pay"
    several = read("Kind,Name\nservice,Pay\nRole,Boss\n", "x.csv").documents
    assert [each.ref for each in several] == ["service/pay", "role/boss"]
    with pytest.raises(Unreadable, match="x names no kind: say it with --kind"):
        read("name,type\nPay,business\n", "x.csv")
    with pytest.raises(Unreadable, match="no kind servise; did you mean service"):
        read("name,type\nPay,business\n", kind="servise")
    assert faults("Kind,Name\nservise,Pay\n", "x.csv") == [
        "x.csv, row 2, column Kind: 'servise' is no kind; did you mean service?"
    ]


@pytest.mark.parametrize(
    "content",
    [
        "Name;Owner\nPay;Ärger\n".encode("utf-8-sig"),
        "Name\tOwner\nPay\tÄrger\n".encode("utf-16"),
        "Name;Owner\r\nPay;Ärger\r\n".encode("cp1252"),
        "sep=|\nName|Owner\nPay|Ärger\n".encode(),
        '\n"Name","Owner, if any"\n"Pay","Ärger"\n'.replace("Owner, if any", "Owner").encode(),
    ],
)
def test_encoding_and_delimiter_are_found(content: bytes) -> None:
    found = formats.read(File("service.csv", content, columns={"Name": "name", "Owner": "description"}))
    assert isinstance(found, Documents)
    assert found.documents[0].spec == {"name": "Pay", "description": "Ärger"}


def test_everything_that_is_wrong_is_told_at_once_with_what_is_allowed() -> None:
    wrong = "Name,Type,Criticality,Ownr,Owner,Valid from\nPay,Bussiness,much,,Someone,tomorrow\n"
    told = faults(wrong)
    assert told[0].startswith(
        "service.csv, row 1, column Ownr: there is no such member; did you mean Owner? There are: Key, Name"
    )
    assert told[1:] == [
        "service.csv, row 2, column Type: must be one of business, application, technology, supporting, and is "
        "'Bussiness'; did you mean business?",
        "service.csv, row 2, column Criticality: must be a whole number, such as 12, and is 'much'",
        "service.csv, row 2, column Owner: 'Someone' names no row here, and may be of several kinds: "
        "write party/key or role/key",
        "service.csv, row 2, column Valid from: must be a day or a moment, such as 2026-01-31 or "
        "2026-01-31T12:00:00Z, and is 'tomorrow'",
    ]


async def test_what_the_contract_refuses_is_told_by_row_and_column() -> None:
    owner = FakeOwner()
    grades = File("service.csv", b"Name,How vital\nPay,9\n", columns={"Name": "name", "How vital": "criticality"})
    with pytest.raises(BadBundle, match=r"service\.csv, row 2, column How vital: must be at most 5"):
        await bring(owner, grades)
    parts = File("service_offering.csv", b"Key,Name\no,Offer\n")
    below = File("service_offering.components.csv", b"Service offering,Type,Item\no,goods,Phone\no,access,\n")
    with pytest.raises(BadBundle, match=r"components\.csv, row 3, resource: is missing"):
        await bring(owner, parts, below)
    with pytest.raises(BadBundle, match=r"service\.csv, row 2, column Owner: party/nobody is neither"):
        await bring(owner, File("service.csv", b"Name,Owner\nPay,party/nobody\n"))


def test_a_part_needs_its_whole_and_a_link_its_ends() -> None:
    assert faults("Service offering,Type\nnone,goods\n", "service_offering.components.csv") == [
        "service_offering.components.csv, row 2, column Service offering: must be the service_offering that it is of, "
        "which has a row of its own; service_offering/none has none"
    ]
    assert faults("Source,Relation,Target\nrole/a,,process/b\n", "links.csv") == [
        "links.csv, row 2, column Relation: must be given"
    ]


def test_rows_of_one_thing_add_to_its_lists_and_may_not_differ() -> None:
    found = read("Name,Tags,Steps\nCall,a,one\nCall,b,two\n", "procedure.csv")
    [document] = found.documents
    assert found.notes == ["1 rows add to what an earlier one describes, 1 of them to procedure/call"]
    assert document.spec == {"name": "Call", "tags": ["a", "b"], "steps": ["one", "two"]}
    assert faults("Key,Name,Type\np,Pay,business\np,Pay,technology\n") == [
        "service.csv, row 3, column Type: service/p has another value in row 2"
    ]


def test_a_name_of_several_kinds_says_which() -> None:
    both = "Kind,Key,Name,Owner\nparty,a,Purser,\nrole,b,Purser,\nservice,c,Pay,purser\n"
    assert faults(both, "x.csv") == [
        "x.csv, row 4, column Owner: 'purser' stands here as several kinds: write party/key or role/key"
    ]


def test_names_are_looked_up_among_the_rows_first() -> None:
    text = "Key,Name,Parent\ntop,Board,\nhr,Human Resources,board\nx,Board,HUMAN resources\ny,Y,hr\n"
    told = faults(text, "party.csv")
    assert told == ["party.csv, row 3, column Parent: 2 have the name 'board': write the key, one of top, x"]
    documents = read(text.replace("x,Board", "x,Bored"), "party.csv").documents
    assert [each.spec.get("parent_id") for each in documents] == [None, "party/top", "party/hr", "party/hr"]


async def test_a_name_is_that_of_one_thing_on_the_server() -> None:
    owner = FakeOwner()
    await bring(owner, File("role.csv", b"Key,Name\nthe-boss,Head of IT\n"))
    report = await bring(owner, File("process.csv", b"Name,Owner\nPay,role/Head of IT\n"))
    assert report.count("created") == 1
    again = await bring(
        owner, File("role.csv", b"Name,Seats\nhead of it,2\n", columns={"Name": "name", "Seats": "seats"})
    )
    assert [outcome.action for outcome in again.outcomes] == ["changed"]


async def test_what_has_no_state_is_registered_as_found_and_stays_where_it_was_moved() -> None:
    owner = FakeOwner()
    table = File("service.csv", b"Name,Utility\nPay,Pays\n")
    await bring(owner, table)
    service = owner.by_name("Pay")
    assert service["state"] == "operational"
    assert (await bring(owner, table)).count("unchanged") == 1
    owner.edit("service", service["id"], state="retired")
    assert (await bring(owner, table)).refused == []
    owner.edit("service", service["id"], provenance=[], state="designed")
    assert (await bring(owner, table)).refused == []
    assert owner.by_name("Pay")["state"] == "designed"


async def test_columns_of_others_are_mapped_and_what_is_left_is_counted() -> None:
    owner = FakeOwner()
    rows = b'[{"t": "Pay", "org": ["HM Court", "Home Office"], "x": 1, "n": {"a": [1]}}, {"t": "*** name ***", "x": 2}]'
    columns = {"t": "name", "org": "owner:party+", "n": "custom.n"}
    report = await bring(owner, File("list.json", rows, kind="service", columns=columns))
    assert report.count("created") == 2 + 1 + 1
    assert (report.read, report.beside) == (2, {"links": 1, "only named": 2})
    assert owner.by_name("Pay")["owner"]["id"] == owner.by_name("HM Court")["id"]
    [also] = [state for (kind, _), state in owner.states.items() if kind == "link"]
    assert (also["type"], also["target"]["id"]) == ("relates_to", owner.by_name("Home Office")["id"])
    assert also["rationale"] == "Named as owner besides the first."
    assert owner.by_name("Pay")["custom"] == {"n": {"a": [1]}}
    assert report.left_out == {"column x": 2, "placeholder in name": 1}
    assert [refusal.reason for refusal in report.refused] == ["has neither a key nor a name"]


@pytest.mark.parametrize("heading", ["Name", "name", '"Name"', "\ufeffName"])
async def test_a_table_may_have_one_column_of_names(heading: str) -> None:
    owner = FakeOwner()
    report = await bring(owner, File("service.csv", f"{heading}\nPay\nMail\n".encode()))
    assert (report.count("created"), report.refused) == (2, [])


def test_lines_of_something_else_are_no_table() -> None:
    with pytest.raises(Unreadable, match="in no format that can be read"):
        formats.read(File("notes.csv", b"Notes\nBuy milk\n"))


def test_a_relation_is_a_column() -> None:
    documents = read(
        "from,to\nCRM,SPM\nCRM,SLM\n", kind="process", columns={"from": "key", "to": "precedes:process"}
    ).documents
    assert [(each.ref, each.spec, each.links) for each in documents] == [
        ("process/crm", {}, [{"type": "precedes", "to": "process/spm"}]),
        ("process/crm", {}, [{"type": "precedes", "to": "process/slm"}]),
    ]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"nme": "name"}, "There is no column nme; did you mean name"),
        ({"name": "nam"}, "there is no member nam; did you mean name"),
        ({"name": "owner:servce"}, "owner names party or role, and not servce"),
    ],
)
def test_columns_that_cannot_be_mapped_are_told(columns: dict[str, str], says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read("name,x\nPay,1\n", columns=columns)


def test_relations_of_a_kind_are_those_that_may_begin_there() -> None:
    assert "governs" in {column.path[0] for column in heads.relations_of(NODE_KINDS["policy"])}
    assert "governs" not in {column.path[0] for column in heads.relations_of(NODE_KINDS["service"])}


@pytest.mark.parametrize("text", filled.TRAPS)
def test_no_cell_of_ours_is_a_formula_and_each_comes_back(text: str) -> None:
    harmless = values.harmless(text)
    assert not harmless.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert values.unquoted(harmless) == text == values.unquoted(values.kept(text))
    many = replace(TEXT, many=True)
    assert values.parse(many, values.written(many, [text, " b "]), str.format) == [text, " b "]


@pytest.mark.parametrize(
    ("type", "cell", "value"),
    [
        ("number", "12,5", 12.5), ("number", "1e3", 1000.0), ("number", 7.0, 7), ("integer", 7.0, 7),
        ("integer", "-3", -3), ("boolean", "Yes", True), ("boolean", "x", True), ("boolean", False, False),
        ("text", 7.0, "7"), ("text", True, "true"),
        ("date", "2026-01-31", "2026-01-31"), ("instant", "2026-01-31", "2026-01-31"), ("any", "007", "007"),
        ("any", "7", 7), ("any", '"7"', "7"), ("any", 2.5, 2.5),
        ("instant", datetime.fromisoformat("2026-01-31"), "2026-01-31"),
        ("instant", datetime.fromisoformat("2026-01-31T12:30"), "2026-01-31T12:30:00Z"),
        ("date", date(2026, 1, 31), "2026-01-31"),
        ("text", datetime.fromisoformat("2026-01-31"), "2026-01-31"), ("any", date(2026, 1, 31), "2026-01-31"),
    ],
)  # fmt: skip
def test_cells_are_what_people_mean(type: Any, cell: Any, value: Any) -> None:
    assert values.parse(replace(TEXT, type=type), cell, str.format) == value


@pytest.mark.parametrize(
    ("type", "cell", "says"),
    [
        ("number", "1,234", "read in different ways: write 1234 or 1.234"), ("number", "nan", "must be a number"),
        ("integer", "1.5", "whole number"), ("boolean", "maybe", "yes or no"),
        ("date", "31.01.2026", "such as 2026-01-31"), ("text", ["a"], "single value"),
        ("integer", True, "whole number"),
    ],
)  # fmt: skip
def test_cells_that_mean_nothing_say_what_is_allowed(type: Any, cell: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        values.parse(replace(TEXT, type=type), cell, str.format)


def workbook(**parts: str) -> bytes:
    """A workbook with these parts instead of its own."""
    made = xlsx_file.write([])
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(writing.template(NODE_KINDS["driver"], xlsx=True) or made)) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, parts.get("sheet", "") if name.endswith("sheet1.xml") and parts else old.read(name))
    return out.getvalue()


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (
            '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>',
            "has 1,048,576 rows or more, of 1 columns",
        ),
        (
            "<row r='1'><c t='n' r = 'XFD1'><v>1</v></c></row>",
            "of 16,384 columns; a table has at most 100,000 rows, 500",
        ),
        ('<row r="90000"><c r="SF90000"><v>1</v></c></row>', "has 90,000 rows or more, of 500 columns"),
    ],
)
def test_a_sheet_is_refused_by_its_size_before_room_is_made_for_it(cells: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        formats.read(File("a.xlsx", workbook(sheet=SHEET.format(cells))))


def test_a_bomb_is_counted_while_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "MAX_UNPACKED", 1024 * 1024)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 5 * 1024 * 1024)
    lying = out.getvalue().replace((5 * 1024 * 1024).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    for content in (out.getvalue(), lying):
        with pytest.raises(Unreadable, match="unpacks to more than 1 MiB"):
            formats.read(File("a.xlsx", content))


@pytest.mark.parametrize("content", [b"PK\x03\x04xl/", b"PK", workbook(sheet="<a")])
def test_a_broken_workbook_is_told(content: bytes) -> None:
    with pytest.raises(Unreadable, match=r"a\.xlsx"):
        formats.read(File("a.xlsx", content), "xlsx")


def test_a_formula_is_read_as_what_was_shown_and_dates_as_dates() -> None:
    head = '<row r="1"><c t="inlineStr"><is><t>Name</t></is></c><c t="inlineStr"><is><t>Description</t></is></c></row>'
    row = '<row r="2"><c t="inlineStr"><is><t>Law</t></is></c><c t="str"><f>1+1</f><v>two</v></c></row>'
    found = formats.read(File("a.xlsx", workbook(sheet=SHEET.format(head + row))))
    assert isinstance(found, Documents)
    assert found.documents[0].spec == {"name": "Law", "description": "two"}


def test_a_template_offers_choices_and_explains_its_columns() -> None:
    content = writing.template(NODE_KINDS["service"], xlsx=True)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("service").to_python()
    assert rows[0][:4] == ["Key", "Name", "Type", "State"]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheet, notes = packed.read("xl/worksheets/sheet1.xml"), packed.read("xl/comments1.xml")
    assert b'<formula1>"business,application,technology,supporting"</formula1>' in sheet
    assert b"The key or the name of: party, role." in notes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n" + "1,2\n" * 100_001, "100,001 rows or more"),
        (",".join("a" * 501) + "\n", "of 501 columns"),
        ('name,type\n"Pay', "row 2"),
    ],
)
def test_a_table_of_text_is_bounded(text: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read(text)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'[{"a": 1, "a": 2}]', "has 'a' twice"), (b'[{"a": NaN}]', "NaN is no number"),
        (b'[{"a": 1}, 2]', "item 2: must be an object"),
        (b"[" * 100, "nested deeper"), (b'[{"a": 1},]', "line 1, column 1[01]"), (b'{"a": 1}', "no array of objects"),
        (b'"' + b'\\"' * 100_000, "is no JSON"),
    ],
)  # fmt: skip
def test_json_that_is_no_table_is_told(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        formats.read(File("a.json", content, kind="service"), "json")


def test_files_together_are_for_tables() -> None:
    ferry = Path(__file__).with_name("ferry.xml").read_bytes()
    with pytest.raises(Unreadable, match="To be read together with others is not for files of the format archimate"):
        formats.read(File("a.xml", ferry, beside=(File("b.xml", ferry),)))
