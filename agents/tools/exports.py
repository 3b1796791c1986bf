"""Deliverables as files: CSV, calendar (RFC 5545) and workbook, from rows alone."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from agents.tools.tables import number

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # a spreadsheet runs a cell that starts so
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
CELL = 32_767  # characters that a cell of a workbook can hold
CUT = " … (longer than a cell can hold; the CSV has it whole)"
LINE = 75  # octets of a calendar line, line end not counted


def to_csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """The table as CSV in UTF-8.

    It starts with a byte order mark: without one Excel reads the file in the machine's old code page and breaks every
    accent, and other readers skip it. A cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_inert(cell) for cell in row] for row in (columns, *rows))
    return text.getvalue().encode("utf-8-sig")


def _inert(cell: str) -> str:
    cell = UNWRITABLE.sub("", cell)
    starts = cell.lstrip().startswith(FORMULA) or cell.startswith(("\t", "\r", "\n"))
    return f"'{cell}" if starts and not _signed_number(cell) else cell


def _signed_number(cell: str) -> bool:
    """-12.5, +3%, -1e3: numbers, not formulas."""
    text = cell.strip()
    return (
        number(text) is not None or re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text, re.ASCII) is not None
    )


def to_ics(events: Sequence[tuple[date, str, str]], calendar_name: str, uid_prefix: str, now: datetime) -> bytes:
    """All-day events (day, summary, description) as an iCalendar file.

    An event's UID is made of `uid_prefix`, its day and its place on that day: importing a new version mends the events
    that are there instead of adding others.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Baton//Baton//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{_escaped(calendar_name)}")
    seen: Counter[date] = Counter()
    for day, summary, description in events:
        lines += _event(_uid(uid_prefix, day, seen), stamp, day, summary, description)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(uid: str, stamp: str, day: date, summary: str, description: str) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{stamp}", f"DTSTART;VALUE=DATE:{_basic(day)}"]
    if day < date.max:
        lines.append(f"DTEND;VALUE=DATE:{_basic(day + timedelta(days=1))}")
    lines.append(f"SUMMARY:{_escaped(summary)}")
    if description:
        lines.append(f"DESCRIPTION:{_escaped(description)}")
    return [*lines, "TRANSP:TRANSPARENT", "END:VEVENT"]


def _basic(day: date) -> str:
    return day.isoformat().replace("-", "")


def _uid(prefix: str, day: date, seen: Counter[date]) -> str:
    seen[day] += 1
    return f"{re.sub(r'[^A-Za-z0-9._-]', '-', prefix)}-{day.isoformat()}-{seen[day]}@baton"


def _escaped(text: str) -> str:
    """TEXT of RFC 5545: backslash, semicolon, comma and line ends escaped, controls left out."""
    text = UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return text.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """The line with its end, cut so that no piece is longer than 75 octets and no character is cut in two."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"


def to_xlsx(columns: Sequence[str], rows: Sequence[Sequence[str]], sheet: str) -> bytes:
    """The table as a workbook: numbers as numbers, everything else as text, never as a formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    page = book.worksheets[0]
    page.title = re.sub(r"[\[\]:*?/\\]", " ", UNWRITABLE.sub("", sheet)).strip("' ")[:31] or "Table"
    for down, row in enumerate((columns, *rows), start=1):
        for across, text in enumerate(row, start=1):
            value, cell_type = _workbook_value(text)
            cell = page.cell(down, across, value)
            cell.data_type = cell_type
            if down == 1:
                cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _workbook_value(text: str) -> tuple[str | float, str]:
    """Plain numbers become numbers; dates, percentages and amounts of money stay as they are written."""
    text = UNWRITABLE.sub("", text)
    plain_number = re.fullmatch(r"-?\d{1,15}(\.\d{1,10})?", text, re.ASCII) and not re.match(r"-?0\d", text)
    if plain_number:
        return float(text), "n"
    return (text if len(text) <= CELL else text[: CELL - len(CUT)] + CUT), "s"
