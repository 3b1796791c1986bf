"""Dates and times of day in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from agents.domain.figures.figure import Day, Figure
from agents.domain.figures.vocabulary import MONTHS

_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_MONTH = rf"(?P<month>{_NAMES})(?![^\W\d_])\.?"  # capitalised: "may" and "march" are also verbs
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_LAST = r"(?:\s?(?:-|to|and|&)\s?(?P<last>\d{1,2})(?:st|nd|rd|th|\.)?)?"
_YEAR = r"(?P<year>[12]\d{3})(?!\d)"

_ISO = re.compile(r"(?<![\d.-])(?P<year>[12]\d{3})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(
    rf"(?<![\w.,]){_DAY}{_LAST}[ \u00a0-]+(?:of[ \u00a0]+)?{_MONTH}(?:,?[ \u00a0-]+(?:of )?{_YEAR})?"
)
_MONTH_FIRST = re.compile(
    rf"(?<!\w){_MONTH}[ \u00a0-]*(?:the )?{_DAY}{_LAST}(?![\d%])(?![.:]\d|,\d{{3}}(?!\d))(?:(?:,?[ \u00a0]+|,){_YEAR})?"
)
_MONTH_ONLY = re.compile(rf"(?<!\w){_MONTH}(?:,?[ \u00a0-]+(?:of )?|'){_YEAR}")
_MONTH_ALONE = re.compile(rf"(?<!\w){_MONTH}")
_NUMERIC = re.compile(r"(?<![\d./])(?P<a>\d{1,2})([./-])(?P<b>\d{1,2})\2(?P<year>\d{4}|\d{2})(?![\d])(?!\2\d)")
_CLOCK = re.compile(r"(?<![\d:.,])(?P<hour>[01]?\d|2[0-4])[:](?P<minute>[0-5]\d)(?!\d|:\d{3})")


def dates(text: str) -> Iterator[Figure]:
    """Dates that name at least a month with a day or a year, the more complete patterns first; they may overlap."""
    for match in _ISO.finditer(text):
        yield from _figure(match, [_day(match["year"], match["month"], match["day"])])
    for match in _NUMERIC.finditer(text):
        year = match["year"] if len(match["year"]) == 4 else f"20{match['year']}"
        yield from _figure(match, [_day(year, match["a"], match["b"]), _day(year, match["b"], match["a"])])
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            yield from _named(match)
    for match in _MONTH_ONLY.finditer(text):
        yield from _figure(match, [Day(int(match["year"]), MONTHS[match["month"]], None)])
    for match in _MONTH_ALONE.finditer(text):  # asserts no figure, but may bear one: "August to October", "2007"
        yield from _figure(match, [Day(None, MONTHS[match["month"]], None)], firm=False)


def times(text: str) -> Iterator[Figure]:
    """Times of day written with a colon."""
    for match in _CLOCK.finditer(text):
        minutes = Decimal(int(match["hour"]) * 60 + int(match["minute"]))
        yield Figure(match[0], match.start(), match.end(), "time", minutes)


def _named(match: re.Match[str]) -> Iterator[Figure]:
    """A date with the month's name; "3-5 March" is two dates with the same place."""
    month = str(MONTHS[match["month"]])
    for day in (match["day"], match["last"]):
        if day is not None:
            yield from _figure(match, [_day(match["year"], month, day)])


def _day(year: str | None, month: str, day: str) -> Day | None:
    number = int(month)
    if not 1 <= number <= 12 or not 1 <= int(day) <= 31:
        return None
    return Day(int(year) if year else None, number, int(day))


def _figure(match: re.Match[str], readings: list[Day | None], *, firm: bool = True) -> Iterator[Figure]:
    days = tuple(dict.fromkeys(day for day in readings if day is not None))
    if days:
        yield Figure(match[0].strip(), match.start(), match.end(), "date", firm=firm, days=days)
