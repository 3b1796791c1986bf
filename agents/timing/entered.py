"""When, as a person enters it in a form or on the command line: cron, one time, a distance, or another time of day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from agents.domain.schedule import LEAST_EVERY, Timing, slots
from agents.timing import cron

SECONDS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
DISTANCE = re.compile(r"every\s+(?:(\d{1,5})\s+)?(minute|hour|day|week)s?", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:\s*h)?")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}")
HINT = "A cron expression (0 9 * * 1-5), a time (2026-11-30 09:00), a distance (every 2 hours), or only another 09:30."


class BadTiming(ValueError):
    """It says no time; the message is one sentence with what to do."""


def zone(name: str) -> str:
    """The IANA name of a zone in its own spelling. Raises BadTiming."""
    known = {each.casefold(): each for each in available_timezones()}
    meant = name[:60].strip().casefold().replace(" ", "_")
    if found := known.get(meant):
        return found
    near = _nearest(meant, known)
    hint = f"did you mean {near}?" if near else "give a name such as Europe/Berlin or America/New_York."
    raise BadTiming(f"“{name[:60]}” is not a time zone: {hint}")


def _nearest(meant: str, known: Mapping[str, str]) -> str | None:
    """The zone whose name or place is most like it, if one is. Not Etc/GMT+2: it means two hours behind."""
    named = {each: each for each in known if "/" in each and not each.startswith("etc/")}
    for names in ({each.rpartition("/")[2]: each for each in sorted(named)}, named):
        if found := get_close_matches(meant, names, n=1, cutoff=0.75):
            return known[names[found[0]]]
    return None


def timing(text: str, zone_name: str, now: datetime, before: Timing | None = None) -> Timing:
    """What the person means; a time of day alone changes that of `before`. Raises BadTiming."""
    name, words = zone(zone_name), " ".join(text.split())
    if (clock := CLOCK.fullmatch(words)) and before:
        return _at_another_time(before, int(clock[1]), int(clock[2]), name, now)
    if found := DISTANCE.fullmatch(words):
        every = int(found[1] or 1) * SECONDS[found[2].lower()]
        if timedelta(seconds=every) < LEAST_EVERY:
            raise BadTiming("The least distance is one minute: give a larger number.")
        return Timing("interval", name, every_s=every, start=now)
    if MOMENT.fullmatch(words):
        return _once(words, name, now)
    try:
        return checked(Timing("cron", name, cron=cron.check(words)), now)
    except cron.BadCron as error:
        raise BadTiming(str(error)) from None


def written(given: Timing) -> str:
    """As a person would enter it."""
    if given.kind == "once":
        assert given.at
        return f"{given.at:%Y-%m-%d %H:%M}"
    if given.kind == "cron":
        return given.cron
    name, size = next((name, size) for name, size in reversed(SECONDS.items()) if given.every_s % size == 0)
    count = given.every_s // size
    return f"every {count} {name}s" if count != 1 else f"every {name}"


def checked(given: Timing, now: datetime) -> Timing:
    """The timing, if it comes round at least once. Raises BadTiming."""
    if not list(islice(slots(given, now, cron.walls), 1)):
        raise BadTiming("That time has passed: give one that is still to come.")
    return given


def _once(words: str, name: str, now: datetime) -> Timing:
    try:
        at = datetime.fromisoformat(words.replace("T", " ").replace(" ", "T0", 1) if _short(words) else words)
    except ValueError:
        raise BadTiming(f"“{words}” is not a date and a time: write it as 2026-11-30 09:00.") from None
    return checked(Timing("once", name, at=at), now)


def _short(words: str) -> bool:
    return len(words) == len("2026-11-30 9:00")


def _at_another_time(before: Timing, hour: int, minute: int, name: str, now: datetime) -> Timing:
    if hour > 23 or minute > 59:
        raise BadTiming(f"{hour}:{minute:02} is not a time of day: give 00:00 to 23:59.")
    if before.kind == "once" and before.at:
        return checked(replace(before, at=before.at.replace(hour=hour, minute=minute), zone=name), now)
    if before.kind == "cron":
        return replace(before, cron=f"{minute} {hour} {before.cron.split(' ', 2)[2]}", zone=name)
    local = now.astimezone(ZoneInfo(name)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return replace(before, start=local.astimezone(UTC), zone=name)
