"""PDF, Word and Excel as text, within limits of size and time. All of it is slow: call it in a thread.

Each raises `Unreadable`, and, like every parser of foreign files, almost anything else when the file is broken.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from agents.ports import Unreadable

MAX_PAGES = 2000
MAX_CELLS = 1_000_000
MAX_PARTS = 5000  # files within a DOCX or XLSX
MAX_UNPACKED = 60_000_000  # bytes of XML within a DOCX or XLSX
SECONDS = 30.0  # of one file


def zipped(content: bytes, name: str) -> str:
    """What a ZIP file really is: docx or xlsx. Raises Unreadable for anything else and for what only looks small."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise Unreadable(f"{name} is a broken ZIP, Word or Excel file; save it anew.") from error
    with archive:
        return _office_kind(archive, name)


def _office_kind(archive: zipfile.ZipFile, name: str) -> str:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    kind = "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else ""
    if not kind:
        what = "a PowerPoint file" if "ppt/presentation.xml" in names else "a ZIP archive"
        raise Unreadable(f"{name} is {what}; only text, Markdown, CSV, HTML, PDF, DOCX and XLSX can be read.")
    parts = [entry for entry in entries if entry.filename.lower().endswith((".xml", ".rels"))]
    if len(entries) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Unreadable(f"{name} unpacks to more than can be read; give a part of it.")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable(f"{name} is locked with a password; give an unlocked copy.")
    for part in parts:
        if _defines_entities(archive, part):
            raise Unreadable(f"{name} holds definitions that Word and Excel never write; it was not opened.")
    return kind


def _defines_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """A document type could swell to gigabytes or name other files; Office files never have one."""
    return b"<!DOCTYPE" in archive.read(part).replace(b"\0", b"").upper()


def pdf(content: bytes, name: str, most: int) -> str:
    """The text of the pages, each under a line with its number."""
    return _pdf(content, name, _Clock(name), most)


def docx(content: bytes, name: str, most: int) -> str:
    """Headings, paragraphs and tables in their order, as Markdown."""
    return _joined(_docx(content), name, most)


def xlsx(content: bytes, name: str, most: int) -> str:
    """The values of all sheets, a line for each row, cells parted by bars."""
    return _joined(_xlsx(content, name), name, most)


class _Clock:
    """Ends a parse that takes too long; looked at between pages and rows, the finest grain that a thread allows."""

    def __init__(self, name: str) -> None:
        self._name, self._end = name, time.monotonic() + SECONDS

    def look(self) -> None:
        if time.monotonic() > self._end:
            raise Unreadable(f"{self._name} took longer than {SECONDS:g} seconds to read; give a part of it.")


def _joined(lines: Iterable[str], name: str, most: int) -> str:
    clock, found, size = _Clock(name), list[str](), 0
    for line in lines:
        clock.look()
        size += len(line) + 1
        if size > most:
            raise Unreadable(f"{name} holds more than {most:,} characters; give a part of it.")
        found.append(line)
    return "\n".join(found)


def _pdf(content: bytes, name: str, clock: _Clock, most: int) -> str:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PdfReadError

    reader = PdfReader(io.BytesIO(content), strict=False)
    try:
        if reader.is_encrypted and not reader.decrypt(""):
            raise PdfReadError
    except (PdfReadError, DependencyError, NotImplementedError) as error:
        raise Unreadable(f"{name} is locked with a password; give an unlocked copy.") from error
    if len(reader.pages) > MAX_PAGES:
        raise Unreadable(f"{name} has {len(reader.pages)} pages, more than {MAX_PAGES}; give a part of it.")
    texts = [page.extract_text() for page in _timed(reader.pages, clock)]
    if not any(text.strip() for text in texts):
        raise Unreadable(f"{name} has no text, only pictures of pages; give a version with text.")
    return _joined((f"[page {n}]\n\n{text.strip()}\n" for n, text in enumerate(texts, start=1)), name, most)


def _timed(pages: Iterable[Any], clock: _Clock) -> Iterator[Any]:
    for page in pages:
        clock.look()
        yield page


def _docx(content: bytes) -> Iterator[str]:
    from docx import Document
    from docx.table import Table

    for block in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, Table):
            yield from _table(block)
        elif block.text.strip():
            yield f"{_heading(block)}{block.text.strip()}\n"


def _heading(paragraph: Any) -> str:
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    level = style.removeprefix("Heading ")
    if style.startswith("Heading ") and level.isdecimal():
        return "#" * min(int(level), 6) + " "
    return "# " if style == "Title" else "- " if style.startswith("List") else ""


def _table(table: Any) -> Iterator[str]:
    """A Word table as Markdown. A cell that spans several columns is told once."""
    for at, row in enumerate(table.rows):
        cells = list({cell._tc: " ".join(cell.text.split()) for cell in row.cells}.values())
        yield _row(cells)
        if at == 0:
            yield _row(["---"] * len(cells))
    yield ""


def _xlsx(content: bytes, name: str) -> Iterator[str]:
    """Stored values; where a formula was saved without its value, the formula."""
    from openpyxl import load_workbook

    values = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    formulas = load_workbook(io.BytesIO(content), read_only=True)
    try:
        for sheet, other in zip(values.worksheets, formulas.worksheets, strict=True):
            yield f"## Sheet: {sheet.title}\n"
            yield from _rows(sheet, other, name)
            yield ""
    finally:
        values.close()
        formulas.close()


def _rows(sheet: Any, formulas: Any, name: str) -> Iterator[str]:
    sheet.reset_dimensions()  # what a file says of its size may be wrong
    formulas.reset_dimensions()
    count = 0
    for row, other in zip(sheet.iter_rows(values_only=True), formulas.iter_rows(values_only=True), strict=True):
        count += max(len(row), 1)
        if count > MAX_CELLS:
            raise Unreadable(f"{name} has more than {MAX_CELLS:,} cells in a sheet; give a part of it.")
        cells = [_value(formula if value is None else value) for value, formula in zip(row, other, strict=True)]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield _row(cells)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _value(value: object) -> str:
    """A cell as people write it: whole numbers without a point, days without a time."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if not (value.hour or value.minute or value.second):
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return " ".join(str(value).split())
