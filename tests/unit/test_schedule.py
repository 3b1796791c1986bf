"""Planned instants against a walk through every minute, and looks at any moments: each slot once, in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.domain.schedule import (
    BATCH,
    LATE,
    MOST_MISSED,
    Occurrence,
    Outcome,
    Policies,
    Schedule,
    Slot,
    State,
    Timing,
    begins,
    jitter,
    look,
    slots,
)
from agents.timing.cron import walls

MINUTE = dt.timedelta(minutes=1)
CHANGES = {  # the minute of UTC in which the clocks of a zone change
    "Europe/Berlin": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),  # by half an hour
    "America/Santiago": ("2026-04-05T03:00", "2026-09-06T04:00"),  # at midnight
    "Pacific/Apia": ("2011-12-30T10:00", "2012-03-31T14:00"),  # a whole day left out
}
PLACES = [(zone, dt.datetime.fromisoformat(at + "+00:00")) for zone, both in CHANGES.items() for at in both]


def test_the_places_are_where_the_clocks_change() -> None:
    for zone, at in PLACES:
        before, after = ((at - step).astimezone(ZoneInfo(zone)).utcoffset() for step in (MINUTE, dt.timedelta()))
        assert before != after, (zone, at)


# ---- another way to the same instants ----


def numbers(field: str, low: int, high: int) -> set[int]:
    """What a field of a cron expression allows, read by hand."""
    found = set[int]()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        found |= set(range(int(first), int(last or first) + 1, int(step or 1)))
    return found


def matches(cron: str, wall: dt.datetime) -> bool:
    minute, hour, day, month, weekday = cron.split()
    days = wall.day in numbers(day, 1, 31)
    weekdays = wall.isoweekday() % 7 in {each % 7 for each in numbers(weekday, 0, 7)}
    either = days or weekdays if "*" not in (day[0], weekday[0]) else days and weekdays
    return (
        wall.minute in numbers(minute, 0, 59)
        and wall.hour in numbers(hour, 0, 23)
        and wall.month in numbers(month, 1, 12)
        and either
    )


def walked(cron: str, zone: str, after: dt.datetime, until: dt.datetime) -> list[Slot]:
    """The planned instants by looking at each minute: walls that come twice at their first, those left out late."""
    place, shown, due = ZoneInfo(zone), set[dt.datetime](), set[dt.datetime]()
    at = after.replace(second=0, microsecond=0) - dt.timedelta(days=2)
    before = at.astimezone(place).replace(tzinfo=None)
    while (at := at + MINUTE) <= until:
        wall = at.astimezone(place).replace(tzinfo=None)
        if wall not in shown and matches(cron, wall):
            due.add(at)
        shown.add(wall)
        left_out, later = before + MINUTE, at
        while left_out < wall:
            if matches(cron, left_out):
                due.add(later)
            left_out, later = left_out + MINUTE, later + MINUTE
        before = wall
    return [
        Slot(at.astimezone(place).replace(tzinfo=None).isoformat(), at) for at in sorted(due) if after < at <= until
    ]


def planned(cron: str, zone: str, after: dt.datetime, until: dt.datetime) -> list[Slot]:
    found = slots(Timing("cron", zone, cron=cron), after, walls)
    return list(takewhile(lambda slot: slot.at <= until, found))


def field(low: int, high: int) -> st.SearchStrategy[str]:
    one = st.integers(low, high)
    span = st.tuples(one, one).map(lambda both: f"{min(both)}-{max(both)}")
    step = st.integers(2, max(2, high // 2)).map(lambda size: f"*/{size}")
    return st.one_of(
        st.just("*"), one.map(str), span, step, st.lists(one.map(str), min_size=2, max_size=3).map(",".join)
    )


minutes = st.one_of(st.sampled_from(["0", "15", "30", "45", "*/30", "*/15", "0,30"]), field(0, 59))
hours = st.one_of(st.sampled_from(["0", "1", "2", "3", "23", "0-3", "*"]), field(0, 23))
crons = st.tuples(minutes, hours, field(1, 31), st.just("*"), field(0, 7)).map(" ".join) | st.tuples(
    minutes, hours
).map(lambda both: f"{both[0]} {both[1]} * * *")


@settings(max_examples=120, deadline=None)
@given(crons, st.sampled_from(PLACES), st.integers(-1500, 90), st.integers(0, 59))
@example("30 2 * * *", PLACES[0], -60, 0)
@example("15 2 * * *", PLACES[5], 1, 1)
@example("30 0 * * *", PLACES[7], 5, 0)
@example("30 0 30 12 *", PLACES[8], -600, 0)
@example("* * * * *", PLACES[1], 30, 30)
def test_planned_instants_are_those_of_a_walk_through_every_minute(
    cron: str, place: tuple[str, dt.datetime], minute: int, second: int
) -> None:
    zone, change = place
    after = change + dt.timedelta(minutes=minute, seconds=second)
    until = change + dt.timedelta(days=1, hours=6)
    assert planned(cron, zone, after, until) == walked(cron, zone, after, until)


@settings(max_examples=60, deadline=None)
@given(crons, st.datetimes(dt.datetime(2026, 4, 8), dt.datetime(2026, 9, 1)), st.sampled_from(["UTC", *CHANGES]))
def test_where_no_clock_changes_they_are_those_of_cronsim(cron: str, start: dt.datetime, zone: str) -> None:
    after = start.replace(tzinfo=dt.UTC)
    other = CronSim(cron, after.astimezone(ZoneInfo(zone)))
    wanted = [at.astimezone(dt.UTC) for at in takewhile(lambda at: at < after + dt.timedelta(days=3), other)]
    assert [slot.at for slot in planned(cron, zone, after, after + dt.timedelta(days=3, microseconds=-1))] == wanted


# ---- looks at any moments ----

START = dt.datetime(2026, 10, 24, 12, 0, 7, tzinfo=dt.UTC)  # a day before Berlin's clocks go back
TIMINGS = (
    Timing("cron", "Europe/Berlin", cron="*/20 * * * *"),
    Timing("cron", "Europe/Berlin", cron="30 2 * * *"),
    Timing("cron", "Australia/Lord_Howe", cron="15,45 1-3 * * *"),
    Timing("interval", "Europe/Berlin", every_s=420, start=START),
    Timing("once", "Europe/Berlin", at=dt.datetime(2026, 10, 25, 2, 30)),
)
policies = st.builds(
    Policies,
    missed=st.sampled_from(["skip", "once", "all"]),
    missed_most=st.integers(1, MOST_MISSED),
    jitter_s=st.sampled_from([0, 60]),
)
# Seconds from one look to the next; a clock that is set back looks at a time that has been.
steps = st.lists(
    st.one_of(st.integers(1, 100), st.integers(101, 90_000), st.integers(-600, -1)), min_size=1, max_size=12
)


def schedule(timing: Timing, seen: dt.datetime = START, **policies: Any) -> Schedule:
    return Schedule("s1", "U1", "T1", "C1", "mission", "general", timing, seen, seen, Policies(**policies))


def times(steps: list[int]) -> Iterator[dt.datetime]:
    now = START
    for step in steps:
        yield (now := now + dt.timedelta(seconds=step))


def whole(given: Schedule, now: dt.datetime) -> tuple[Schedule, list[Occurrence]]:
    """As the clock looks: again while more is due."""
    found = list[Occurrence]()
    while True:
        seen = look(given, now, walls)
        given, found = seen.schedule, found + list(seen.occurrences)
        if seen.next_at is None or seen.next_at > now:
            return given, found


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TIMINGS), policies, steps, st.data())
def test_looks_at_any_moments_give_each_slot_one_outcome_in_order(
    timing: Timing, policies: Policies, steps: list[int], data: st.DataObject
) -> None:
    one = replace(schedule(timing), policies=policies)
    found, latest = list[Occurrence](), START
    for now in times(steps):
        if data.draw(st.booleans(), "paused or resumed") and one.state in (State.ACTIVE, State.PAUSED):
            one = replace(one, state=State.PAUSED if one.state is State.ACTIVE else State.ACTIVE)
        one, new = whole(one, now)
        found, latest = found + new, max(latest, now)
    wanted = takewhile(lambda slot: slot.at <= latest, slots(timing, START, walls))
    assert [(each.wall, each.at) for each in found] == [(slot.wall, slot.at) for slot in wanted]
    assert all(earlier.at < later.at for earlier, later in pairwise(found))
    for each in found:
        assert each.outcome in (Outcome.PLANNED, Outcome.SKIPPED)
        assert bool(each.reason) == (each.outcome is Outcome.SKIPPED)
        assert each.start_at >= each.at


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TIMINGS), policies, steps)
def test_one_that_is_started_anew_before_each_look_and_one_that_looks_twice_find_the_same(
    timing: Timing, policies: Policies, steps: list[int]
) -> None:
    """The schedule is all that is kept: what a process knew besides makes no difference."""
    one = other = replace(schedule(timing), policies=policies)
    for now in times(steps):
        one, found = whole(one, now)
        other, same = whole(replace(other), now)
        assert found == same
        assert whole(other, now) == (other, []), "a second look at the same moment finds nothing"


@pytest.mark.parametrize(("count", "made_good"), [(1, 1), (3, 3), (50, 50), (51, 50), (2020, 50), (5000, 50)])
def test_of_any_number_of_missed_slots_the_newest_are_made_good_whatever_parts_they_are_recorded_in(
    count: int, made_good: int
) -> None:
    minutely = Timing("interval", "UTC", every_s=60, start=START)
    now = START + count * MINUTE + LATE + dt.timedelta(seconds=1)
    _, found = whole(schedule(minutely, missed="all", missed_most=MOST_MISSED), now)
    missed = [each for each in found if now - each.at > LATE]
    assert len(missed) == count
    kept = [each for each in missed if each.outcome is Outcome.PLANNED]
    assert kept == missed[count - made_good :]
    assert len(found) > BATCH or count < BATCH, "the long ones are recorded in several parts"


# ---- ends ----


@pytest.mark.parametrize("timing", TIMINGS, ids=lambda each: each.kind)
@pytest.mark.parametrize("missed", ["skip", "once", "all"])
def test_nothing_comes_after_the_end(timing: Timing, missed: str) -> None:
    far = START + dt.timedelta(days=30)
    until, found = whole(schedule(timing, missed=missed, until=dt.date(2026, 10, 25)), far)
    assert until.state is State.ENDED
    assert found
    assert max(each.at.astimezone(ZoneInfo(timing.zone)).date() for each in found) <= dt.date(2026, 10, 25)
    assert whole(until, far + dt.timedelta(days=1))[1] == []


def test_the_last_run_of_a_count_is_the_last_occurrence() -> None:
    one, ran = schedule(TIMINGS[3], count=3), list[str]()
    for number in range(1, 9):
        one, found = whole(one, START + number * dt.timedelta(seconds=420))
        ran += [each.wall for each in found]
    assert (len(ran), one.state, one.begun) == (3, State.ENDED, 3)


def test_a_leap_day_that_was_missed_is_made_good_once() -> None:
    leap = Timing("cron", "Europe/Berlin", cron="0 9 29 2 *")
    start, back = dt.datetime(2027, 3, 1, tzinfo=dt.UTC), dt.datetime(2028, 3, 5, tzinfo=dt.UTC)
    one, found = whole(schedule(leap, start, missed="once"), back)
    assert [(each.wall, each.outcome) for each in found] == [("2028-02-29T09:00:00", Outcome.PLANNED)]
    assert look(one, back, walls).next_at == dt.datetime(2032, 2, 29, 8, tzinfo=dt.UTC)


# ---- what was planned and not begun ----


@pytest.mark.parametrize(
    ("missed", "newer", "late", "outcome"),
    [
        ("skip", False, LATE, Outcome.FIRING),
        ("skip", False, LATE + MINUTE, Outcome.SKIPPED),
        ("once", False, LATE + MINUTE, Outcome.FIRING),
        ("once", True, LATE + MINUTE, Outcome.SKIPPED),
        ("once", True, LATE, Outcome.FIRING),
        ("all", True, LATE + MINUTE, Outcome.FIRING),
    ],
)
def test_one_on_record_that_nobody_began_in_time_was_missed_like_any_other(
    missed: str, newer: bool, late: dt.timedelta, outcome: Outcome
) -> None:
    """The program ended between the slot and the moment at which jitter let it begin."""
    one = schedule(TIMINGS[3], missed=missed, jitter_s=60)
    (found,) = look(one, START + dt.timedelta(seconds=420), walls).occurrences
    assert found.start_at == found.at + jitter(one, found.wall)
    after, reason = begins(one, found, under_way=False, now=found.start_at + late, newer=newer)
    assert after is outcome
    assert ("was not running" in reason) == (outcome is Outcome.SKIPPED)
    asked = replace(found, by="U1")
    assert begins(one, asked, under_way=False, now=found.start_at + late, newer=newer)[0] is Outcome.FIRING
