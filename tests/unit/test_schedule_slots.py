"""Every planned instant gets exactly one outcome: on both days on which the clocks change, and after any absence."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.domain.schedule import (
    Outcome,
    Policies,
    Schedule,
    State,
    Timing,
    begins,
    failed_once_more,
    jitter,
    look,
    next_at,
    slots,
)
from agents.timing.cron import walls

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]


def schedule(timing: Timing, seen: dt.datetime = NOW, **policies: Any) -> Schedule:
    return Schedule("s1", "U1", "T1", "C1", "mission", "general", timing, NOW, seen, Policies(**policies))


def walls_of(zone: str, cron: str, start: dt.datetime, count: int) -> list[str]:
    found = islice(slots(Timing("cron", zone, cron=cron), start, walls), count)
    return [f"{slot.wall} {slot.at:%dT%H:%M}" for slot in found]


# ---- the days on which the clocks change ----


@pytest.mark.parametrize(
    ("zone", "cron", "start", "planned"),
    [
        # forward: 02:30 is not there, so it is as much later as the clocks jump; the days after are as always
        (
            "Europe/Berlin",
            "30 2 * * *",
            at(2026, 3, 28, 12),
            ["2026-03-29T03:30:00 29T01:30", "2026-03-30T02:30:00 30T00:30"],
        ),
        (
            "America/New_York",
            "30 2 * * *",
            at(2026, 3, 7, 12),
            ["2026-03-08T03:30:00 08T07:30", "2026-03-09T02:30:00 09T06:30"],
        ),
        (
            "Australia/Lord_Howe",
            "15 2 * * *",
            at(2026, 10, 3, 4),
            ["2026-10-04T02:45:00 03T15:45", "2026-10-05T02:15:00 04T15:15"],
        ),
        # back: the hour comes twice, the slot once
        (
            "Europe/Berlin",
            "30 2 * * *",
            at(2026, 10, 24, 12),
            ["2026-10-25T02:30:00 25T00:30", "2026-10-26T02:30:00 26T01:30"],
        ),
        (
            "America/New_York",
            "30 1 * * *",
            at(2026, 10, 31, 12),
            ["2026-11-01T01:30:00 01T05:30", "2026-11-02T01:30:00 02T06:30"],
        ),
        (
            "Australia/Lord_Howe",
            "45 1 * * *",
            at(2026, 4, 4, 4),
            ["2026-04-05T01:45:00 04T14:45", "2026-04-06T01:45:00 05T15:15"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_daily_slot_comes_once_when_the_clocks_change(
    zone: str, cron: str, start: dt.datetime, planned: list[str]
) -> None:
    assert walls_of(zone, cron, start, 2) == planned


def test_slots_in_the_hour_that_is_left_out_fall_together_with_those_that_follow() -> None:
    found = walls_of("Europe/Berlin", "*/30 * * * *", at(2026, 3, 29, 0), 4)
    assert found == [
        "2026-03-29T01:30:00 29T00:30",
        "2026-03-29T03:00:00 29T01:00",
        "2026-03-29T03:30:00 29T01:30",
        "2026-03-29T04:00:00 29T02:00",
    ]


def test_who_begins_to_look_within_the_hour_that_comes_twice_fires_nothing_again() -> None:
    assert walls_of("Europe/Berlin", "30 2 * * *", at(2026, 10, 25, 0, 30), 1) == ["2026-10-26T02:30:00 26T01:30"]
    assert walls_of("Europe/Berlin", "30 2 * * *", at(2026, 10, 25, 1, 10), 1) == ["2026-10-26T02:30:00 26T01:30"]


def test_who_begins_to_look_just_after_the_jump_misses_nothing() -> None:
    assert walls_of("Europe/Berlin", "30 2 * * *", at(2026, 3, 29, 1, 5), 1) == ["2026-03-29T03:30:00 29T01:30"]


def test_an_interval_counts_elapsed_time_through_the_change() -> None:
    timing = Timing("interval", "Europe/Berlin", every_s=7200, start=at(2026, 3, 28, 23))
    found = list(islice(slots(timing, at(2026, 3, 28, 23), walls), 3))
    assert [slot.at for slot in found] == [at(2026, 3, 29, 1), at(2026, 3, 29, 3), at(2026, 3, 29, 5)]


def test_the_29th_of_february_comes_in_leap_years() -> None:
    found = walls_of("Europe/Berlin", "0 9 29 2 *", at(2026, 1, 1), 2)
    assert [each[:10] for each in found] == ["2028-02-29", "2032-02-29"]


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    cron=st.sampled_from(["30 2 * * *", "0 * * * *", "*/15 * * * *", "0 9 * * 1-5", "45 1 * * *", "15 0,2,3 * * *"]),
    start=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31)),
    skip=st.integers(0, 20),
)
def test_planned_instants_ascend_have_one_name_each_and_do_not_hang_on_when_one_began_to_look(
    zone: str, cron: str, start: dt.datetime, skip: int
) -> None:
    timing, begun = Timing("cron", zone, cron=cron), start.replace(tzinfo=dt.UTC)
    found = list(islice(slots(timing, begun, walls), 40))
    assert [one.at for one in found] == sorted({one.at for one in found})
    assert len({one.wall for one in found}) == len(found)
    assert list(islice(slots(timing, found[skip].at, walls), 39 - skip)) == found[skip + 1 :]
    for one in found:
        assert one.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat() == one.wall


# ---- slots that passed ----

HOURLY = Timing("interval", "Europe/Berlin", every_s=3600, start=NOW)


@pytest.mark.parametrize("passed", [1, 3, 50])
@pytest.mark.parametrize(
    ("missed", "most", "made_good"),
    [("skip", 3, {1: 0, 3: 0, 50: 0}), ("once", 3, {1: 1, 3: 1, 50: 1}), ("all", 3, {1: 1, 3: 3, 50: 3})],
)
def test_missed_slots_end_by_the_policy_each_with_one_outcome(
    missed: str, most: int, made_good: dict[int, int], passed: int
) -> None:
    now = NOW + dt.timedelta(hours=passed, minutes=30)
    found = look(schedule(HOURLY, missed=missed, missed_most=most), now, walls)
    assert len(found.occurrences) == len({one.wall for one in found.occurrences}) == passed
    kept = [one for one in found.occurrences if one.outcome is Outcome.PLANNED]
    assert len(kept) == made_good[passed]
    assert kept == list(found.occurrences)[passed - len(kept) :]
    left = [one for one in found.occurrences if one.outcome is Outcome.SKIPPED]
    assert len(left) + len(kept) == passed
    assert all("was not running" in one.reason for one in left)
    assert look(found.schedule, now, walls).occurrences == (), "looked at again, nothing comes"
    assert found.next_at == NOW + dt.timedelta(hours=passed + 1)


def test_a_long_absence_is_recorded_in_parts_and_only_the_newest_is_made_good() -> None:
    minutely = schedule(Timing("interval", "UTC", every_s=60, start=NOW), missed="once")
    now, found, rounds = NOW + dt.timedelta(minutes=5000, seconds=200), list[Any](), 0
    while True:
        seen = look(minutely, now, walls)
        minutely, rounds = seen.schedule, rounds + 1
        found += seen.occurrences
        if seen.next_at is None or seen.next_at > now:
            break
    assert rounds > 1
    assert len({one.wall for one in found}) == len(found) == 5003
    assert Counter(one.outcome for one in found)[Outcome.PLANNED] in (1, 2)


def test_a_slot_looked_at_within_two_minutes_was_not_missed() -> None:
    for late, outcome in ((0, Outcome.PLANNED), (119, Outcome.PLANNED), (121, Outcome.SKIPPED)):
        now = NOW + dt.timedelta(hours=1, seconds=late)
        (one,) = look(schedule(HOURLY, missed="skip"), now, walls).occurrences
        assert one.outcome is outcome


def test_a_missed_slot_on_the_day_the_clocks_change_gets_one_outcome() -> None:
    for start, now in ((at(2026, 10, 24, 12), at(2026, 10, 26, 0)), (at(2026, 3, 28, 12), at(2026, 3, 29, 12))):
        timing = Timing("cron", "Europe/Berlin", cron="30 2 * * *")
        assert len(look(schedule(timing, start), now, walls).occurrences) == 1


# ---- ends, pauses, overlap, failures ----


def test_it_ends_after_its_last_day_its_number_of_runs_and_its_one_time() -> None:
    until = look(schedule(HOURLY, until=NOW.date()), NOW + dt.timedelta(days=2), walls)
    assert until.schedule.state is State.ENDED
    assert max(one.at for one in until.occurrences).astimezone(ZoneInfo("Europe/Berlin")).date() == NOW.date()
    count = look(schedule(HOURLY, count=2, missed="all", missed_most=50), NOW + dt.timedelta(hours=9), walls)
    assert (len(count.occurrences), count.schedule.state) == (2, State.ENDED)
    once = schedule(Timing("once", "Europe/Berlin", at=dt.datetime(2026, 11, 24, 9)))
    assert next_at(once, walls) == at(2026, 11, 24, 8)
    after = look(once, at(2026, 11, 24, 8), walls)
    assert ([one.outcome for one in after.occurrences], after.schedule.state) == ([Outcome.PLANNED], State.ENDED)


def test_a_paused_schedule_skips_what_comes_round() -> None:
    paused = replace(schedule(HOURLY), state=State.PAUSED)
    found = look(paused, NOW + dt.timedelta(hours=2), walls)
    assert [one.reason for one in found.occurrences] == ["The schedule was paused."] * 2


@pytest.mark.parametrize(
    ("overlap", "outcome"), [("skip", Outcome.SKIPPED), ("queue", Outcome.WAITING), ("cancel", Outcome.FIRING)]
)
def test_a_run_that_outlives_its_distance_meets_the_next_one_by_the_policy(overlap: str, outcome: Outcome) -> None:
    given = schedule(HOURLY, overlap=overlap)
    (one,) = look(given, NOW + dt.timedelta(hours=1), walls).occurrences
    assert begins(given, one, True, one.at)[0] is outcome
    assert begins(given, one, False, one.at)[0] is Outcome.FIRING


def test_jitter_is_the_same_in_every_process_and_spread_over_the_window() -> None:
    found = [jitter(replace(schedule(HOURLY, jitter_s=60), id=f"s{n}"), "w").total_seconds() for n in range(1000)]
    assert found == [
        jitter(replace(schedule(HOURLY, jitter_s=60), id=f"s{n}"), "w").total_seconds() for n in range(1000)
    ]
    tenths = Counter(int(seconds // 6) for seconds in found)
    assert len(tenths) == 10
    assert min(tenths.values()) > 60


def test_it_pauses_after_so_many_failures_in_a_row_and_only_once() -> None:
    given = schedule(HOURLY, stop_after=2)
    once = failed_once_more(given)
    twice = failed_once_more(once)
    assert (once.state, twice.state, twice.reason) == (State.ACTIVE, State.PAUSED, "2 runs in a row failed.")
    assert failed_once_more(twice).reason == twice.reason
