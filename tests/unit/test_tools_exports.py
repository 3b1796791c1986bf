"""Deliverables as files: what a spreadsheet and a calendar make of them is what was meant."""

from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.tools.exports import to_csv, to_ics, to_xlsx
from tests.fakes import adversarial

NOW = dt.datetime(2026, 11, 23, 13, 5, 9, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def unfolded(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_a_table_comes_back_from_csv_as_it_went_in() -> None:
    rows = [["2026-12-01", 'He said "yes", twice', "a\nb"], ["Köln ☕", "-12.5%", "+3"], ["-1,200.50", "-1e3", "-$5"]]
    content = to_csv(["Date", "Text", "More"], rows)
    assert content.startswith(b"\xef\xbb\xbfDate,Text,More\r\n")
    assert read_csv(content) == [["Date", "Text", "More"], *rows]


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+SUM(A1)",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        " =1",
        "＝1+1",
        "=",
        "-",
        "- a point",
        "@all",
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_made_inert(cell: str) -> None:
    (row,) = read_csv(to_csv(["x"], [[cell]]))[1:]
    assert row == [f"'{cell}"]
    assert read_csv(to_csv([cell], []))[0] == [f"'{cell}"]


def test_naughty_texts_stay_what_they_are() -> None:
    naughty = [str(row["text"]) for row in adversarial.rows("naughty_strings")]
    rows = read_csv(to_csv(["x"], [[text] for text in naughty]))
    assert len(rows) == len(naughty) + 1
    for (cell,), text in zip(rows[1:], naughty, strict=True):
        kept = "".join(c for c in text if c in "\t\r\n" or (ord(c) >= 32 and c not in "\x7f\ufffe\uffff"))
        assert cell in (kept, f"'{kept}")


def test_a_calendar_file_holds_each_day_as_a_whole_day() -> None:
    events = [
        (dt.date(2026, 12, 31), "Launch; the day, at last", "Post: a\\b\nsecond line"),
        (dt.date(2027, 1, 1), "Rest", ""),
    ]
    assert unfolded(to_ics(events, "Launch, 30 days", "m1/t3", NOW))[:14] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Baton//Baton//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Launch\\, 30 days",
        "BEGIN:VEVENT",
        "UID:m1-t3-2026-12-31-1@baton",
        "DTSTAMP:20261123T120509Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:Launch\\; the day\\, at last",
        "DESCRIPTION:Post: a\\\\b\\nsecond line",
        "TRANSP:TRANSPARENT",
    ]


def test_a_new_version_of_a_calendar_keeps_the_ids_of_its_days() -> None:
    def uids(*events: tuple[dt.date, str, str]) -> list[str]:
        return [line for line in unfolded(to_ics(events, "c", "m1", NOW)) if line.startswith("UID:")]

    day = dt.date(2026, 12, 1)
    first = uids((day, "a", ""), (day, "a", ""), (day, "b", ""))
    assert len(set(first)) == 3
    assert uids((dt.date(2026, 11, 30), "new", ""), (day, "a", ""), (day, "reworded", "x"), (day, "b", ""))[1:] == first


@given(st.lists(st.tuples(st.dates(), st.text(max_size=200), st.text(max_size=300)), max_size=5))
def test_any_text_makes_a_calendar_that_follows_the_rules(events: list[tuple[dt.date, str, str]]) -> None:
    content = to_ics(events, "Name", "m1", NOW)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    lines = unfolded(content)
    content.decode()
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(events)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")


def test_a_workbook_holds_numbers_as_numbers_and_never_a_formula() -> None:
    rows = [["=1+1", "12.5", "007"], ["\x00bad\x1f", "-3", "2026-12-01"], ["x" * 40_000, "", "1e5"]]
    sheet = openpyxl.load_workbook(
        io.BytesIO(to_xlsx(["=A", "n", "t"], rows, "A/B: the [table] with a very long name"))
    ).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[:3] == [["=A", "n", "t"], ["=1+1", 12.5, "007"], ["bad", -3, "2026-12-01"]]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert str(cells[3][0]).endswith("the CSV has it whole)")
