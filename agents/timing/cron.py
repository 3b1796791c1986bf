"""The one importer of cronsim. It sees wall times only: zones and clock changes are the domain's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from cronsim import CronSim, CronSimError

FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
FAULTS = {
    "Bad minute": "its minute (first field) must be 0 to 59",
    "Bad hour": "its hour (second field) must be 0 to 23",
    "Bad day-of-month": "its day of the month (third field) must be 1 to 31, in a month that has such a day",
    "Bad month": "its month (fourth field) must be 1 to 12 or JAN to DEC",
    "Bad day-of-week": "its day of the week (fifth field) must be 0 to 7 or SUN to SAT",
}
EXAMPLE = "for example 0 9 * * 1-5 for 09:00 on every weekday"


class BadCron(ValueError):
    """The expression means nothing; the message is one sentence with what to do."""

    def __init__(self, expression: str, why: str) -> None:
        super().__init__(f"“{expression[:80]}” is not a cron expression: {why}; {EXAMPLE}.")


def walls(expression: str, after: datetime) -> Iterator[datetime]:
    """The wall times (naive) after that one. Ends when there are none within fifty years, or no calendar any more."""
    assert after.tzinfo is None, "wall times have no zone"
    with suppress(OverflowError):
        yield from CronSim(expression, after)


def check(expression: str) -> str:
    """The expression in one spelling. Raises BadCron."""
    parts = expression.upper().split()
    if len(parts) != len(FIELDS):
        raise BadCron(expression, f"it has {len(parts)} fields, not five ({', '.join(FIELDS)})")
    tidy = " ".join(parts)
    try:
        first = next(CronSim(tidy, datetime(2024, 1, 1)), None)
    except (CronSimError, ValueError, IndexError) as error:
        raise BadCron(expression, FAULTS.get(str(error), "one of its fields cannot be read")) from None
    if first is None:
        raise BadCron(expression, "no such day exists")
    return tidy


def explained(expression: str) -> str:
    """The expression in words, for the middle of a sentence."""
    said = CronSim(expression, datetime(2024, 1, 1)).explain()
    return said[:1].lower() + said[1:]
