"""Files of Excel that are small and ask for much: refused by what they exceed, before a reader of Excel sees them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from cnncalc.teaching import excel
from cnncalc.teaching.excel import read_excel
from cnncalc.teaching.files import Unreadable

openpyxl = pytest.importorskip("openpyxl")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, STRINGS, STYLES, BOOK = (
    f"xl/{name}.xml" for name in ("worksheets/sheet1", "sharedStrings", "styles", "workbook")
)
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'
ROW = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>1</t></is></c></row>'
LAUGHS = "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))


def sheet(rows: str, before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def whole() -> dict[str, str]:
    """The parts of a workbook of two rows."""
    book = openpyxl.Workbook()
    book.active.append(["name", "1"])
    book.active.append(["Ada", "3"])
    written = io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def packed(folder: Path, **changed: str) -> str:
    """A workbook with some parts as they are named here."""
    parts = whole() | {
        {"sheet": SHEET, "strings": STRINGS, "styles": STYLES, "book": BOOK}[k]: v for k, v in changed.items()
    }
    with zipfile.ZipFile(folder / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return str(folder / "a.xlsx")


MANY = excel.MOST_ELEMENTS
ELEMENTS = f"has too many cells (limit: {MANY:,} elements): save it as CSV"
SHEETS = whole()[BOOK].replace("</sheets>", '<sheet name="a" sheetId="7" xmlns:r="x" r:id="rId1"/>' * 200 + "</sheets>")
CASES = {
    "empty cells": ({"sheet": sheet(f'<row r="1">{"<c/>" * MANY}</row>')}, ELEMENTS),
    "empty rows": ({"sheet": sheet("<row/>" * MANY)}, ELEMENTS),
    "strings": ({"strings": f'<sst xmlns="{MAIN}">{"<si><t/></si>" * MANY}</sst>'}, ELEMENTS),
    "styles": ({"styles": f'<styleSheet xmlns="{MAIN}">{"<numFmt/>" * MANY}</styleSheet>'}, ELEMENTS),
    "sheets": ({"book": SHEETS}, "has too many sheets (limit: 100)"),
    "zeros": ({"sheet": " " * (excel.LARGEST_UNPACKED + 1)}, "is too large unpacked (limit: 32 MB)"),
    "entities of entities": (
        {"sheet": sheet(CELL.format("&j;"), f'<!DOCTYPE l [<!ENTITY a "{"a" * 1000}">{LAUGHS}]>')},
        "is no Excel file that can be read (ValueError)",
    ),
    "an entity that is a file": (
        {"sheet": sheet(CELL.format("&a;"), '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>')},
        "is no Excel file that can be read (ValueError)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_by_what_it_exceeds(case: str, tmp_path: Path) -> None:
    changed, says = CASES[case]
    with pytest.raises(Unreadable) as refused:
        read_excel(packed(tmp_path, **changed))
    assert str(refused.value) == says


def test_a_large_class_is_read(tmp_path: Path) -> None:
    rows = "".join(ROW.format(number) for number in range(1, 2_001))
    assert [row[0] for row in read_excel(packed(tmp_path, sheet=sheet(rows)))] == ["1"] * 2_000
