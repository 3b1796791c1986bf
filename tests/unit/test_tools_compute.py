"""What code computes so that models need not: sums, dates and tables."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.domain.mission import Mission, State
from agents.ports import ToolCall, ToolContext
from agents.tools import arithmetic, dates, tables
from agents.tools.arithmetic import evaluate
from agents.tools.faults import ToolFault
from agents.tools.toolbox import ToolKit, tool

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)  # a Monday
MISSION = Mission("m1", "T1", "C1", "1.1", "1.1", "U1", "a mission", "general", State.RUNNING, 1, NOW)
CONTEXT = ToolContext(MISSION, "t1", NOW.date())
BOX = ToolKit(
    [
        tool(f)
        for f in (
            arithmetic.calculate,
            dates.calendar,
            dates.date_add,
            dates.date_difference,
            dates.weekday,
            tables.table,
        )
    ]
)


async def use(name: str, **arguments: Any) -> str:
    return (await BOX.use(BOX.names, ToolCall("1", name, json.dumps(arguments)), CONTEXT)).text


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("0.42 - 0.39", "0.42 - 0.39 = 0.03"),
        ("0.1 + 0.2", "0.1 + 0.2 = 0.3"),
        ("12% of 80", "12% of 80 = 9.6"),
        ("80 * 12%", "80 * 12% = 9.6"),
        ("(50% + 25%) * 200", "(50% + 25%) * 200 = 150"),
        ("12.5%", "12.5% = 0.125"),
        ("10 % 3", "10 % 3 = 1"),
        ("-7 % 3", "-7 % 3 = 2"),
        ("2 ** 10", "2 ** 10 = 1024"),
        ("2 ** -1", "2 ** -1 = 0.5"),
        ("1 / 3", "1 / 3 ≈ 0.333333333333333"),
        ("3 × 4 ÷ 2 − 1", "3 × 4 ÷ 2 − 1 = 5"),
        ("sum(1, 2, 3.5)", "sum(1, 2, 3.5) = 6.5"),
        ("avg([1, 2, 3])", "avg([1, 2, 3]) = 2"),
        ("max(1, 9, 3) - min(4, 2)", "max(1, 9, 3) - min(4, 2) = 7"),
        ("round(2.5) + round(2.345, 2)", "round(2.5) + round(2.345, 2) = 5.35"),
        ("round(1234, -2)", "round(1234, -2) = 1200"),
        ("abs(-3)", "abs(-3) = 3"),
        ("1e3 * 2", "1e3 * 2 = 2000"),
        (
            "12345678901234567890 + 0.000000000001",
            "12345678901234567890 + 0.000000000001 = 12345678901234567890.000000000001",
        ),
        ("9007199254740993.5 + 1", "9007199254740993.5 + 1 = 9007199254740994.5"),
    ],
)
async def test_a_sum_is_done_exactly(expression: str, answer: str) -> None:
    assert await use("calculate", expression=expression) == answer


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("", "is empty"),
        ("1 / 0", "divides by zero"),
        ("1 % 0", "divides by zero"),
        ("0 / 0", "no result"),
        ("9 ** 9 ** 9", "Powers go up to"),
        ("10 ** 1000", "no result that can be written"),
        ("(-8) ** 0.5", "no result"),
        ("1,234.5 + 1", "without thousands separators"),
        ("2 ^ 3", "written with"),
        ("$5 + 1", "without currency signs"),
        ("007 + 1", "plain decimals"),
        ("1_000", "plain decimals"),
        ("3j", "plain decimals"),
        ("1 +", "cannot be read"),
        ("(" * 60 + "1" + ")" * 60, "brackets within brackets"),
        ("sum()", "nothing between its brackets"),
        ("round(1, 2, 3)", "round takes"),
        ("round(1, 99)", "round takes"),
        ("abs(1, 2)", "abs takes one"),
        ("True + 1", "may use"),
        ("'a' * 9", "may use"),
        ("x + 1", "may use"),
        ("1 < 2", "may use"),
        ("__import__('os').system('true')", "may use"),
        ("(lambda: 1)()", "may use"),
        ("[1 for _ in [1]]", "may use"),
        ("pow(2, 3)", "may use"),
        ("sum(1, key=2)", "may use"),
        ("9" * 501, "at most 500"),
        ("2 ** 1000 ** 1", "no result|="),
        ("1e999999999", "no result"),
    ],
)
async def test_what_is_no_sum_is_told_in_one_sentence(expression: str, why: str) -> None:
    answer = await use("calculate", expression=expression)
    if why != "no result|=":
        assert why in answer
    assert "\n" not in answer


@given(st.text(alphabet="0123456789.+-*/%()[], esumavgroundbx^$\\'\"_", max_size=60))
def test_any_text_is_a_number_or_a_sentence(expression: str) -> None:
    try:
        value, _ = evaluate(expression)
    except ToolFault:
        return
    assert isinstance(value, Decimal)
    assert len(arithmetic.plain(value)) < 60


@given(st.lists(st.decimals(-10_000, 10_000, places=3), min_size=1, max_size=20))
def test_sums_agree_with_decimal_arithmetic(values: list[Decimal]) -> None:
    assert evaluate(" + ".join(f"({value})" for value in values)) == (sum(values), True)


async def test_a_calendar_has_every_day_once() -> None:
    text = await use("calendar", start="2028-02-27", days=30, columns=["Theme", "Post"])
    said, table = text.split("\n\n")
    rows = [line.strip("| ").split(" | ") for line in table.split("\n")]
    assert said == "30 days from 2028-02-27 to 2028-03-27."
    assert rows[0] == ["Date", "Weekday", "Week", "Theme", "Post"]
    days = [dt.date.fromisoformat(row[0]) for row in rows[2:]]
    assert days == [dt.date(2028, 2, 27) + dt.timedelta(days=n) for n in range(30)]
    assert rows[4][:3] == ["2028-02-29", "Tuesday", "2028-W09"]


async def test_a_calendar_of_weekdays_skips_weekends_and_keeps_its_length() -> None:
    text = await use("calendar", start="2026-11-27", days=3, weekdays_only=True)
    assert [line[2:12] for line in text.split("\n")[4:]] == ["2026-11-27", "2026-11-30", "2026-12-01"]


@pytest.mark.parametrize(
    ("start", "days", "why"),
    [
        ("2026-02-30", 3, "'2026-02-30' is not a date; write it as YYYY-MM-DD."),
        ("03/04/2026", 3, "is not a date"),
        ("20260304", 3, "is not a date"),
        ("", 3, "is not a date"),
        ("９999-01-01", 3, "is not a date"),
        ("2026-11-23", 0, "greater than or equal to 1"),
        ("2026-11-23", 401, "less than or equal to 400"),
        ("9999-12-30", 5, "beyond the years 1 to 9999"),
    ],
)
async def test_a_calendar_that_cannot_be_is_told(start: str, days: int, why: str) -> None:
    assert why in await use("calendar", start=start, days=days)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        ("2026-11-23", 10, "days", "2026-12-03 (Thursday, 2026-W49)"),
        ("today", -1, "days", "2026-11-22"),
        ("tomorrow", 0, "days", "2026-11-24"),
        ("monday", 0, "days", "2026-11-30"),
        ("next friday", 0, "days", "2026-11-27"),
        ("2026-01-31", 1, "months", "2026-02-28"),
        ("2028-02-29", 1, "years", "2029-02-28"),
        ("2026-03-31", -13, "months", "2025-02-28"),
        ("2026-11-23", 2, "weeks", "2026-12-07"),
        ("2026-11-27", 1, "weekdays", "2026-11-30"),
        ("2026-11-28", 1, "weekdays", "2026-11-30"),
        ("2026-11-29", -1, "weekdays", "2026-11-27"),
        ("2026-11-23", 5, "weekdays", "2026-11-30"),
        ("2026-11-23", -5, "weekdays", "2026-11-16"),
    ],
)
async def test_dates_are_added_as_people_count(start: str, amount: int, unit: str, end: str) -> None:
    assert f" is {end}" in await use("date_add", start=start, amount=amount, unit=unit)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 400))
def test_weekdays_between_two_dates_are_those_that_a_calendar_shows(first: dt.date, length: int) -> None:
    last = first + dt.timedelta(days=length)
    days = [first + dt.timedelta(days=n) for n in range(1, length + 1)]
    count = sum(day.weekday() < 5 for day in days)
    assert dates._weekdays(first, last) == count
    assert dates._weekdays(last, first) == -count
    if last.weekday() < 5 and first.weekday() < 5:
        assert dates._add_weekdays(first, count) == last


async def test_the_days_between_two_dates_are_counted() -> None:
    assert await use("date_difference", start="2026-11-23", end="2026-12-24") == (
        "From 2026-11-23 (Monday, 2026-W48) to 2026-12-24 (Thursday, 2026-W52) there are 31 days:"
        " 4 weeks and 3 days, 23 weekdays. The first day is not counted."
    )
    assert "there are -31 days" in await use("date_difference", start="2026-12-24", end="2026-11-23")
    assert await use("weekday", day="2027-01-01") == "2027-01-01 (Friday, 2026-W53)."
    assert "beyond the years" in await use("date_add", start="9999-01-01", amount=1000, unit="years")


async def test_a_table_is_sorted_and_summed() -> None:
    text = await use(
        "table",
        columns=["Maker", "Pods", "Share"],
        rows=[["Acme", "1,200", "42%"], ["Verda", 300, "8.5%"], ["Bo|b", "2000", "49.5%"]],
        sort_by="-Pods",
        totals=["Pods", "Share"],
    )
    assert text.split("\n") == [
        "| Maker | Pods | Share |",
        "| --- | --- | --- |",
        "| Bo\\|b | 2000 | 49.5% |",
        "| Acme | 1,200 | 42% |",
        "| Verda | 300 | 8.5% |",
        "",
        "Pods: sum 3500, mean 1166.66666666667 of 3",
        "Share: sum 100, mean 33.3333333333333 of 3",
    ]


async def test_words_are_sorted_by_the_alphabet() -> None:
    text = await use("table", columns=["a"], rows=[["pear"], ["Apple"], ["10"], ["fig"]], sort_by="a")
    assert [line[2:-2] for line in text.split("\n")[2:]] == ["10", "Apple", "fig", "pear"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"rows": [["1", "2"], ["1"]]}, "Row 2 has 1 cells, but there are 2 columns; make them equal."),
        ({"rows": [["1", "2"]], "sort_by": "c"}, "There is no column 'c'; there are: a, b."),
        ({"rows": [["1", "x"]], "totals": ["b"]}, "Column 'b' cannot be summed: 'x' is not a number."),
        ({"rows": [["1", ""]], "totals": ["b"]}, "'' is not a number"),
        ({"rows": []}, "rows"),
    ],
)
async def test_a_table_that_does_not_hold_together_is_told(arguments: dict[str, Any], why: str) -> None:
    assert why in await use("table", columns=["a", "b"], **arguments)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.50"),
        ("-$12", "-12"),
        ("− 3%", "-3"),
        ("12.", None),
        ("1,23", None),
        ("3 pods", None),
        ("٣", None),
    ],
)
def test_a_cell_is_a_number_only_when_it_is_one(text: str, value: str | None) -> None:
    assert tables.number(text) == (None if value is None else Decimal(value))
