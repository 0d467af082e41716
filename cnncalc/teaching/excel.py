"""Excel's files (.xlsx), read by openpyxl, which the extra `xlsx` installs."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import Any

from cnncalc.teaching.files import Unreadable, read_data
from cnncalc.teaching.responses import MOST_COLUMNS, MOST_STUDENTS

LARGEST = 2**23
LARGEST_UNPACKED = 2**25
MOST_ELEMENTS = 300_000  # of XML, in all parts: empty ones are packed to nothing, and take as long as full ones
MOST_SHEETS = 100


def read_excel(path: str) -> list[list[str]]:
    """The rows of the first sheet that holds any, as text; raises Unreadable."""
    data = read_data(path, LARGEST)
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise Unreadable("is an Excel file: `pip install 'cnncalc[xlsx]'` reads it, or save it as CSV") from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST_UNPACKED:
                raise Unreadable(f"is too large unpacked (limit: {LARGEST_UNPACKED // 2**20} MB)")
            parts = [packed.read(one) for one in packed.infolist() if one.filename.endswith((".xml", ".rels"))]
        if sum(part.count(b"<") - part.count(b"</") for part in parts) > MOST_ELEMENTS:
            raise Unreadable(f"has too many cells (limit: {MOST_ELEMENTS:,} elements): save it as CSV")
        if sum(part.count(b"sheetId") for part in parts) > MOST_SHEETS:
            raise Unreadable(f"has too many sheets (limit: {MOST_SHEETS})")
        del parts
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it does not keep when it writes: it only reads
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = sheet.iter_rows(max_row=MOST_STUDENTS + 2, max_col=MOST_COLUMNS + 1, values_only=True)
            found = [[_text(cell) for cell in row] for row in rows]
            if any(any(row) for row in found):
                return found
    except Unreadable:
        raise
    except Exception as error:  # a broken file breaks openpyxl in as many ways as it has parts
        raise Unreadable(f"is no Excel file that can be read ({type(error).__name__})") from None
    raise Unreadable("is empty")


def _text(cell: Any) -> str:
    """A cell as people see it; a whole number without the `.0` that Excel keeps."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)
