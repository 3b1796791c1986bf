"""What becomes of missed slots: each policy, after 1, 3 and 50 of them, through both clock changes, and 29 February."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from agents.domain.schedule import Missed, Outcome, Policies, Schedule, Timing, look, slots
from agents.timing import cron
from bench import paper

POLICIES: tuple[Missed, ...] = ("skip", "once", "all")
PASSED = (1, 3, 50)
DISTANCE = 7_200  # seconds, for a case without a cron expression
CASES = (  # when the absence begins: a day before the clocks change, or well before a leap day
    ("Berlin, forward", "Europe/Berlin", "30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC)),
    ("Berlin, back", "Europe/Berlin", "30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC)),
    ("New York, forward", "America/New_York", "30 2 * * *", datetime(2026, 3, 7, 12, tzinfo=UTC)),
    ("New York, back", "America/New_York", "30 1 * * *", datetime(2026, 10, 31, 12, tzinfo=UTC)),
    ("Lord Howe, forward", "Australia/Lord_Howe", "15 2 * * *", datetime(2026, 10, 3, 4, tzinfo=UTC)),
    ("Lord Howe, back", "Australia/Lord_Howe", "45 1 * * *", datetime(2026, 4, 4, 4, tzinfo=UTC)),
    ("29 February", "UTC", "0 9 29 2 *", datetime(2027, 1, 1, tzinfo=UTC)),
    ("every 2 hours", "Europe/Berlin", "", datetime(2026, 3, 28, 12, tzinfo=UTC)),
)


def main() -> int:
    rows = [_row(*case, missed, passed) for case in CASES for passed in PASSED for missed in POLICIES]
    heads = ("case", "missed", "policy", "slots", "outcome rows", "run", "skipped", "looked at again")
    paper.table("Missed slots and what became of them", heads, rows)
    good = all(row[1] == row[3] == row[4] == row[5] + row[6] and row[7] == 0 for row in rows)
    print(f"  each slot exactly one outcome: {'yes' if good else 'NO'}")
    return 0 if good else 1


def _row(name: str, zone: str, expression: str, begin: datetime, missed: Missed, passed: int) -> tuple[Any, ...]:
    distance = Timing("interval", zone, every_s=DISTANCE, start=begin)
    timing = Timing("cron", zone, cron=expression) if expression else distance
    one = Schedule("s", "U", "T", "C", "x", "general", timing, begin, begin, Policies(missed=missed))
    found = look(one, _after(one, passed), cron.walls)
    again = look(found.schedule, _after(one, passed), cron.walls).occurrences
    outcomes = Counter(each.outcome for each in found.occurrences)
    names = len({each.wall for each in found.occurrences})
    made, left = outcomes[Outcome.PLANNED], outcomes[Outcome.SKIPPED]
    return name, passed, missed, names, len(found.occurrences), made, left, len(again)


def _after(one: Schedule, passed: int) -> datetime:
    """An hour after so many slots have passed."""
    return list(islice(slots(one.timing, one.seen, cron.walls), passed))[-1].at + timedelta(hours=1)


if __name__ == "__main__":
    sys.exit(main())
