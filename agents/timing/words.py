"""When a mission comes back, in words for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from agents.domain.schedule import Schedule, Slot, Timing, slots
from agents.timing import cron

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NAMES = {name[:3].upper(): place for place, name in enumerate(DAYS)} | {str(n): (n - 1) % 7 for n in range(8)}
ORDINALS = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth"}
UNITS = (("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60))


def timing(given: Timing) -> str:
    """For example: at 09:00 on every weekday, Europe/Berlin."""
    return f"{when(given)}, {given.zone}"


def when(given: Timing) -> str:
    """The same without the zone."""
    match given.kind:
        case "once":
            assert given.at
            return f"once, on {day(given.at)} {given.at.year} at {given.at:%H:%M}"
        case "interval":
            return f"every {distance(given.every_s)}"
        case "cron":
            return _cron(given.cron)


def distance(seconds: int) -> str:
    """For example: 2 hours, or day."""
    name, size = next((name, size) for name, size in (*UNITS, ("second", 1)) if seconds % size == 0)
    count = seconds // size
    return name if count == 1 else f"{count} {name}s"


def day(at: datetime) -> str:
    """For example: Tue 24 Nov."""
    return f"{at:%a} {at.day} {at:%b}"


def next_few(schedule: Schedule, count: int = 3) -> list[Slot]:
    """The next planned instants that are not on record, none after its end."""
    until = schedule.policies.until
    zone = ZoneInfo(schedule.timing.zone)
    found = islice(slots(schedule.timing, schedule.seen, cron.walls), count)
    return [slot for slot in found if until is None or slot.at.astimezone(zone).date() <= until]


def instants(found: Iterable[Slot], zone: str, *, clock: bool = False) -> str:
    """For example: Tue 24 Nov, Wed 25 Nov; with the time of day where it differs or is asked for."""
    local = [slot.at.astimezone(ZoneInfo(zone)) for slot in found]
    several = clock or len({(at.hour, at.minute) for at in local}) > 1
    return ", ".join(f"{day(at)} {at:%H:%M}" if several else day(at) for at in local)


def _cron(expression: str) -> str:
    minute, hour, date, month, week = expression.split()
    if not (minute.isdecimal() and re.fullmatch(r"\d+(,\d+)*", hour)):
        return cron.explained(expression)
    clock = " and ".join(f"{int(each):02}:{int(minute):02}" for each in hour.split(","))
    days = _days(date, month, week)
    return f"at {clock} on {days}" if days else cron.explained(expression)


def _days(date: str, month: str, week: str) -> str:
    """Which days, for the forms that people use; empty for the others."""
    if month != "*" or (date != "*" and week != "*"):
        return ""
    if date != "*":
        last = "the last day of every month" if date == "L" else ""
        return f"day {date} of every month" if date.isdecimal() else last
    if nth := re.fullmatch(r"(\w+)#([1-5])", week):
        return f"the {ORDINALS[nth[2]]} {DAYS[NAMES[nth[1]]]} of every month"
    if week in ("*", "1-5", "MON-FRI"):
        return "every day" if week == "*" else "every weekday"
    named = week.split(",")
    if set(named) in ({"0", "6"}, {"6", "7"}, {"SAT", "SUN"}):
        return "every Saturday and Sunday"
    return "every " + " and ".join(DAYS[NAMES[one]] for one in named) if set(named) <= set(NAMES) else ""
