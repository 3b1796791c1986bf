"""Dates that code does: calendars, sums of days, weekdays. ISO 8601 in and out."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from agents.ports import ToolContext, ToolResult
from agents.tools.captured import one_line
from agents.tools.faults import ToolFault
from agents.tools.tables import markdown

MAX_DAYS = 400  # rows of one calendar
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BEYOND = "That date lies beyond the years 1 to 9999."

Day = Annotated[str, Field(max_length=40, description="YYYY-MM-DD, or today, tomorrow, or a weekday: the next one.")]


async def calendar(
    context: ToolContext,
    start: Day,
    days: Annotated[int, Field(ge=1, le=MAX_DAYS, description="How many rows.")],
    weekdays_only: Annotated[
        bool, Field(description="Leave out Saturdays and Sundays; there are still `days` rows.")
    ] = False,
    columns: Annotated[
        list[Annotated[str, Field(max_length=80)]],
        Field(max_length=12, description="Names of further columns, left empty for you to fill."),
    ] = [],  # noqa: B006 - a schema's default, never changed
) -> ToolResult:
    """Gives a calendar as a table: consecutive dates, each with its weekday and ISO week."""
    rows = _rows(parse(start, context.today), days, weekdays_only)
    head = ["Date", "Weekday", "Week", *(one_line(name, 80) for name in columns)]
    cells = [[day.isoformat(), weekday_name(day), iso_week(day), *("" for _ in columns)] for day in rows]
    said = f"{days} {'weekdays' if weekdays_only else 'days'} from {cells[0][0]} to {cells[-1][0]}."
    return ToolResult(f"{said}\n\n{markdown(head, cells)}", f"calendar: {said}")


def _rows(first: date, count: int, weekdays_only: bool) -> list[date]:
    rows: list[date] = []
    day = first
    while len(rows) < count:
        if not weekdays_only or day.weekday() < 5:
            rows.append(day)
        day = add(day, 1)
    return rows


async def date_add(
    context: ToolContext,
    start: Day,
    amount: Annotated[int, Field(ge=-100_000, le=100_000, description="How many; negative goes back.")],
    unit: Literal["days", "weekdays", "weeks", "months", "years"] = "days",
) -> ToolResult:
    """Gives the date that lies so many days, weekdays, weeks, months or years after a date."""
    first = parse(start, context.today)
    found = {
        "days": lambda: add(first, amount),
        "weeks": lambda: add(first, 7 * amount),
        "weekdays": lambda: _add_weekdays(first, amount),
        "months": lambda: _add_months(first, amount),
        "years": lambda: _add_months(first, 12 * amount),
    }[unit]()
    return _said("date_add", f"{named(first)} {amount:+d} {unit} is {named(found)}.")


async def date_difference(context: ToolContext, start: Day, end: Day) -> ToolResult:
    """Counts the days, weeks and weekdays between two dates."""
    first, last = parse(start, context.today), parse(end, context.today)
    count = (last - first).days
    weeks = f"{abs(count) // 7} weeks and {abs(count) % 7} days"
    text = f"From {named(first)} to {named(last)} there are {count} days: {weeks}, {_weekdays(first, last)} weekdays."
    return _said("date_difference", f"{text} The first day is not counted.")


async def weekday(context: ToolContext, day: Day) -> ToolResult:
    """Names the weekday and the ISO week of a date."""
    return _said("weekday", f"{named(parse(day, context.today))}.")


def parse(text: str, today: date) -> date:
    """The date meant. Raises ToolFault."""
    word = text.strip().lower().removeprefix("next ")
    if word in ("today", "tomorrow", "yesterday"):
        return add(today, {"today": 0, "tomorrow": 1, "yesterday": -1}[word])
    if word in DAYS:
        return add(today, (DAYS.index(word) - today.weekday() - 1) % 7 + 1)
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", word, re.ASCII):
            raise ValueError(word)
        return date.fromisoformat(word)
    except ValueError as error:
        raise ToolFault(f"{one_line(text, 40)!r} is not a date; write it as YYYY-MM-DD.") from error


def add(day: date, days: int) -> date:
    """The day so many days later. Raises ToolFault beyond the years 1 to 9999."""
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise ToolFault(BEYOND) from error


def _add_weekdays(day: date, amount: int) -> date:
    """Whole weeks at once, the rest day by day."""
    step = 1 if amount >= 0 else -1
    weeks, rest = divmod(abs(amount), 5)
    while day.weekday() >= 5 and amount:  # from a weekend one first goes to the last weekday behind
        day = add(day, -step)
    day = add(day, step * 7 * weeks)
    while rest:
        day = add(day, step)
        rest -= day.weekday() < 5
    return day


def _add_months(day: date, months: int) -> date:
    """The same day of the month, or the month's last day where there is none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ToolFault(BEYOND)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _weekdays(first: date, last: date) -> int:
    """Weekdays after the first day up to and with the last; negative backwards."""
    if last < first:
        return -_weekdays(last, first)
    weeks, rest = divmod((last - first).days, 7)
    return weeks * 5 + sum((first.weekday() + step) % 7 < 5 for step in range(1, rest + 1))


def named(day: date) -> str:
    """A date with its weekday and week, e.g. `2026-03-02 (Monday, 2026-W10)`."""
    return f"{day.isoformat()} ({weekday_name(day)}, {iso_week(day)})"


def weekday_name(day: date) -> str:
    return DAYS[day.weekday()].capitalize()


def iso_week(day: date) -> str:
    """The ISO week with its year, e.g. `2026-W10`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def _said(name: str, text: str) -> ToolResult:
    return ToolResult(text, f"{name}: {text}")
