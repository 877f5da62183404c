"""Files of every kind and state: read as what they are, or refused with a sentence."""

import io
import time
import zipfile
from datetime import date

import pytest
import xlsxwriter

from portal.imports.display import file_wording
from portal.imports.models import Verdict
from portal.imports.read_in import rows_of
from portal.imports.reading import bounds, kinds, reader, table
from portal.imports.reading.faults import UnusableFileError
from portal.sandbox import world

A, B, C = (world.hub_id(n) for n in range(3))


def workbook(rows: list[list[object]], **how: object) -> bytes:
    """A workbook as XlsxWriter makes it: `merge` ranges, `more` sheets, `formula` cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Hubs")
        as_date = book.add_format({"num_format": "yyyy-mm-dd"})
        for line, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(line, column, cell, as_date)
                else:
                    sheet.write(line, column, cell)
        for where, text in how.get("merge", {}).items():
            sheet.merge_range(where, text)
        for where, (formula, value) in how.get("formula", {}).items():
            sheet.write_formula(where, formula, None, value)
        for where in how.get("far", ()):
            sheet.write(where, "far away")
        for name in how.get("more", ()):
            book.add_worksheet(name).write("A1", "something")
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The workbook with these parts in place of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
    return out.getvalue()


def read(data: bytes | str) -> list[tuple[int, str, str, str, str]]:
    """Return line, hub id, site, place and verdict of each row."""
    found = table.read(data.encode() if isinstance(data, str) else data)
    rows = rows_of(found)
    return [(r.line, str(r.hub_id or ""), r.site_text, r.place, r.verdict) for r in rows]


def refused(data: bytes | str) -> list[str]:
    """Return what people are told of a file that cannot be used."""
    with pytest.raises(UnusableFileError) as caught:
        _look_and_read(data.encode() if isinstance(data, str) else data)
    return [file_wording.sentence(problem) for problem in caught.value.problems]


def _look_and_read(data: bytes) -> None:
    kinds.look_at_head(data)
    table.read(data)


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_whatever_separates_the_cells_they_are_told_apart(sign):
    lines = [f"Hub id{sign}Site{sign}Place", f"{A}{sign}Mill Court{sign}Flat 1"]
    assert read("\r\n".join(lines)) == [(2, A, "Mill Court", "Flat 1", "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1253", "utf-16"])
def test_greek_is_read_whoever_wrote_it(encoding):
    text = f"Κωδικός hub;Χώρος;Θέση\n{A};Οδός Ερμού;Διαμέρισμα 3\n"
    assert read(text.encode(encoding)) == [(2, A, "Οδός Ερμού", "Διαμέρισμα 3", "")]


def test_quotes_hold_separators_and_line_ends_and_lines_are_counted_as_people_see_them():
    text = f'hub;place\n{A};"Flat 1; riser\nleft, ""top"""\n\n{B};Flat 2\n'
    assert read(text) == [(2, A, "", 'Flat 1; riser left, "top"', ""), (5, B, "", "Flat 2", "")]


def test_what_is_pasted_needs_no_headings_where_it_is_clear():
    assert read(f"{A}\n{B}\n") == [(1, A, "", "", ""), (2, B, "", "", "")]
    assert read(f"Flat 1\t{A}\nFlat 2\t{B}") == [(1, A, "", "Flat 1", ""), (2, B, "", "Flat 2", "")]
    assert refused(f"{A};Mill Court;Flat 1\n")[0].startswith("The columns have no names.")


def test_a_row_with_a_fault_says_which_and_keeps_what_was_written():
    rows = read(
        "hub;site;place\n"
        f"{A};;{'x' * 81}\n"
        "12345;;\n"
        f"{A} {B};;\n"
        f"{C};;\n"
        f"{C.upper()};;\n"
        f"{B};;;one too many\n"
    )
    assert [row[-1] for row in rows] == [
        Verdict.PLACE_TOO_LONG,
        Verdict.NOT_AN_ID,
        Verdict.SEVERAL_IDS,
        Verdict.NONE,
        Verdict.TWICE,
        Verdict.TOO_MANY_CELLS,
    ]
    assert rows[0][3] == "x" * 81


@pytest.mark.parametrize(
    ("headings", "sentences"),
    [
        ("Hub id;Palce", ["The column “Palce” is not known. Did you mean “place”?"]),
        ("Id;Hue", ["The column “Hue” is not known. Take it away, or give it a known name."]),
        ("Hub;Κτήριο;id", ["The column “Κτήριο” is not known. Did you mean “κτίριο”?",
                           "The column “id” is there twice. Take one of them away."]),
        ("Site;Place", ["There is no column with hub ids. Call it “Hub id”."]),
    ],
)  # fmt: skip
def test_columns_that_are_misspelt_missing_or_doubled_are_named(headings, sentences):
    assert refused(f"{headings}\n{A};x;y\n") == sentences


def test_our_own_files_are_read_again_the_name_of_a_site_before_its_id():
    heads = "Hub id;Place;Site;SpKey site id;State;Since;Last seen;Model;Read;Note"
    row = f"{A};Flat 1;Quay;mill-court;Online;;;;;Behind the door"
    assert read(f"{heads}\n{row}") == [(2, A, "Quay", "Flat 1", "")]
    assert read(f"ΚΩΔΙΚΟΣ  HUB;SpKey site id\n{A};mill-court") == [(2, A, "mill-court", "", "")]


@pytest.mark.parametrize(
    ("data", "beginning"),
    [
        (b"", "There is nothing in it."),
        (b" \r\n\t", "There is nothing in it."),
        (b"%PDF-1.7 ...", "This is not a table"),
        (b"\x89PNG\r\n\x1a\n....", "This is not a table"),
        (b"<html><table><tr><td>x", "This is not a table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "This is an old or protected Excel"),
        (b"PK\x03\x04 and then nothing", "This workbook is damaged."),
        (b"hub\n\xff\xfe\0\x81", "This cannot be read as text."),
        (b"hub\n" + b"\0" * 50, "This cannot be read as text."),
        (b"hub;site\n", "There are names of columns, and no row below them."),
        (b"x" * (bounds.FILE_BYTES + 1), "This file is larger than 8 MB."),
        (f'hub;place\n{A};"Flat 1\n{B};Flat 2\n'.encode(), "From line 2 on, the quotation marks"),
        (f'hub;place\n{A};"Flat" 1\n{B};Flat 2\n'.encode(), "From line 2 on, the quotation marks"),
        (b"hub;" + b"c;" * 31 + b"x\n1", "Line 1 has more than 30 columns."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_with_what_to_do(data, beginning):
    assert refused(data)[0].startswith(beginning)


def test_ten_thousand_rows_are_read_and_one_more_is_refused():
    lines = [f"{n:032x}" for n in range(bounds.ROWS)]
    assert len(read("hub\n" + "\n".join(lines))) == bounds.ROWS
    assert refused("hub\n" + "\n".join([*lines, A])) == [
        "There are more than 10,000 rows. Split the file at line 10002."
    ]


def test_a_workbook_is_read_as_people_see_it():
    data = workbook(
        [["Hub id", "Site", "Place"], [A, "Mill Court", 12], [], [B, "Οδός Ερμού", "Flat 2"]],
        more=["Old", "Prices"],
    )
    found = table.read(data)
    assert read(data) == [(2, A, "Mill Court", "12", ""), (4, B, "Οδός Ερμού", "Flat 2", "")]
    assert (found.sheet, found.other_sheets) == ("Hubs", 2)


def test_what_excel_made_of_cells_is_said_of_each_row():
    data = workbook(
        [["Hub id", "Place"], [date(2026, 4, 3), "x"], [1.2345e30, "x"], [A, date(2026, 4, 3)]]
        + [["", ""]] * 3,
        formula={
            "A5": (f'="{B}"', B),
            "A6": ('=CONCAT("a","b")', ""),
            "B5": ("=1+1", 2),
        },
        merge={"A8:A9": C},
    )
    assert [(line, verdict) for line, *_rest, verdict in read(data)] == [
        (2, Verdict.DATE),
        (3, Verdict.NUMBER),
        (4, Verdict.DATE),
        (5, Verdict.NONE),
        (6, Verdict.FORMULA),
        (8, Verdict.MERGED),
    ]


@pytest.mark.parametrize("cell", ["AZ2", "XFD2", "XFD1048576"])
def test_a_cell_in_a_far_corner_is_named(cell):
    data = workbook([["Hub id"], [A]], far=[cell])
    assert refused(data)[0].startswith(f"Something stands far from the table, in cell {cell}.")


def test_a_row_at_the_far_end_is_a_row_like_any():
    data = workbook([["Hub id"], [A]], far=["A1048576"])
    assert read(data)[1] == (1048576, "", "", "", Verdict.NOT_AN_ID)


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    plain = workbook([["Hub id"], [A]])
    huge = repacked(plain, **{"xl/sharedStrings.xml": b" " * (bounds.UNPACKED_BYTES + 1)})
    assert len(huge) < 100_000
    assert refused(huge)[0].startswith("This workbook unpacks to more than is read here.")


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>"),
        ("xl/worksheets/sheet1.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>'),
        ("xl/workbook.xml", b"no xml at all"),
        ("xl/sharedStrings.xml", "<?xml version='1.0' encoding='utf-16'?><sst/>".encode("utf-16")),
    ],
)
def test_a_workbook_that_is_damaged_or_declares_things_is_refused(part, content):
    data = repacked(workbook([["Hub id"], [A]]), **{part: content})
    assert refused(data)[0].startswith("This workbook is damaged.")


def test_a_workbook_that_lies_about_what_it_unpacks_to_is_refused():
    plain = workbook([["Hub id"], [A]])
    huge = repacked(plain, **{"xl/sharedStrings.xml": b" " * (bounds.UNPACKED_BYTES + 1)})
    assert refused(huge.replace((bounds.UNPACKED_BYTES + 1).to_bytes(4, "little"), b"\x63\0\0\0"))[
        0
    ].startswith("This workbook is damaged.")


def test_each_row_may_have_its_merged_cells_and_more_of_them_are_refused(monkeypatch):
    monkeypatch.setattr(bounds, "MERGED_RANGES", 5)
    plain = workbook([["Hub id", "Place", "Note"], *([f"{n:032x}", "x", "y"] for n in range(6))])

    def merged(number: int) -> bytes:
        ranges = "".join(f'<mergeCell ref="B{n + 2}:C{n + 2}"/>' for n in range(number))
        with zipfile.ZipFile(io.BytesIO(plain)) as package:
            xml = package.read("xl/worksheets/sheet1.xml").decode()
        xml = xml.replace("<pageMargins", f"<mergeCells>{ranges}</mergeCells><pageMargins")
        return repacked(plain, **{"xl/worksheets/sheet1.xml": xml.encode()})

    assert [row[-1] for row in read(merged(5))] == [*[Verdict.MERGED] * 5, ""]
    assert refused(merged(6))[0].startswith("Reading this file takes too long.")


def test_another_office_file_under_the_name_of_a_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    assert refused(out.getvalue())[0].startswith("This is not an Excel workbook")


def with_merged_cells(number: int) -> bytes:
    """A workbook whose every range is a part of every row."""
    plain = workbook([["Hub id"], *([f"{n:032x}"] for n in range(bounds.ROWS))])
    with zipfile.ZipFile(io.BytesIO(plain)) as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()
    ranges = '<mergeCell ref="A1:C1048576"/>' * number
    xml = xml.replace("<pageMargins", f"<mergeCells>{ranges}</mergeCells><pageMargins")
    return repacked(plain, **{"xl/worksheets/sheet1.xml": xml.encode()})


def with_shared_strings(number: int) -> bytes:
    strings = b"<sst>" + b"<si/>" * number + b"</sst>"
    return repacked(workbook([["Hub id"], [A]]), **{"xl/sharedStrings.xml": strings})


@pytest.mark.parametrize(
    "made", [lambda: with_merged_cells(20_000), lambda: with_shared_strings(6_000_000)]
)
def test_a_workbook_made_to_be_slow_or_large_is_given_up_and_costs_who_reads_nothing(
    made, monkeypatch
):
    monkeypatch.setattr(bounds, "READ_SECONDS", 1)
    data, began = made(), time.process_time()
    assert len(data) < 400_000
    with pytest.raises(UnusableFileError) as caught:
        reader.read_table(data)

    assert file_wording.sentence(caught.value.problems[0]).startswith("Reading this file takes too")
    assert time.process_time() - began < 0.5


def test_cells_that_share_a_long_text_do_not_make_a_small_file_large():
    long = workbook([["Hub id", "Note"], *([f"{n:032x}", "x" * 30_000] for n in range(90))])
    assert len(reader.read_table(long).lines[0].cells[1]) == bounds.LONGEST_CELL + 1


def test_a_file_read_apart_is_read_as_it_is_here():
    data = workbook(
        [["Hub id", "Site"], [A, "Οδός Ερμού"], [date(2026, 4, 3), "x"], [1.5, "y"]], more=["Old"]
    )
    for each in (data, f"Hub id;Site\n{A};Χώρος\n".encode(), A.encode()):
        assert reader.read_table(each) == table.read(each)
    with pytest.raises(UnusableFileError) as caught:
        reader.read_table(f"Id;Hue\n{A};x\n".encode())
    assert [problem.text for problem in caught.value.problems] == ["Hue"]


def test_a_list_of_contents_without_end_is_not_looked_through():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for n in range(bounds.PACKED_FILES + 1):
            package.writestr(f"{n}", "")
    assert refused(out.getvalue())[0].startswith("This workbook unpacks to more than is read here.")


def test_formulas_are_looked_for_in_the_sheet_that_is_read():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        hidden, shown = book.add_worksheet("Old"), book.add_worksheet("Hubs")
        hidden.hide()
        shown.activate()
        shown.set_first_sheet()
        hidden.write_formula("A2", "=1+1", None, "")
        shown.write_column("A1", ["Hub id", A])
        shown.write_formula("A3", '=CONCAT("a","b")', None, "")
    found = [(line, verdict) for line, *_rest, verdict in read(out.getvalue())]
    assert found == [(2, Verdict.NONE), (3, Verdict.FORMULA)]
