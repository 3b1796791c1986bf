"""Schedules as rows, on both databases: every slot gets one outcome, whoever looks, however often."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from agents.domain.schedule import Occurrence, Outcome, Policies, Schedule, State, Timing
from agents.ports import ScheduleCall
from agents.timing import cron
from storage.database import Database
from storage.inbox import Gesture
from storage.schedules import ScheduleRows, UnknownSchedule
from tests.conftest import StillClock

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
NINE = Timing("cron", "Europe/Berlin", cron="0 9 * * 1-5")


def schedule(id: str = "s1", **more: Any) -> Schedule:
    given: dict[str, Any] = {"timing": NINE, "created_at": NOW, "seen": NOW}
    return Schedule(id, "U1", "T1", "C1", "What changed?", "general", **(given | more))


class Desk:
    """The rows on one database, with what was started."""

    def __init__(self, database: Database, clock: StillClock) -> None:
        self.started: list[Any] = []
        self.clock = clock
        self.rows = ScheduleRows(database, lambda _, call: self.started.append(call), clock, cron.walls)

    async def tick(self) -> None:
        while await self.rows.record_due():
            pass
        while await self.rows.begin_due():
            pass

    async def outcomes(self, id: str = "s1") -> list[tuple[str, str]]:
        found = await self.rows.occurrences(id, 1000)
        return [(one.wall, one.outcome) for one in reversed(found)]


async def test_a_schedule_comes_back_as_it_was_stored(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    given = schedule(policies=Policies(until=dt.date(2027, 1, 1), jitter_s=60))
    await desk.rows.accept(None, given)
    assert await desk.rows.schedule("s1") == given
    assert await desk.rows.next_instant() == dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


async def test_a_gesture_makes_one_schedule_however_often_it_is_delivered(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    gesture = Gesture("T1", "mention", "E1", "C1", "1.0", None, "U1")
    assert await desk.rows.accept(gesture, schedule("s1"))
    assert not await desk.rows.accept(gesture, schedule("s2"))
    assert [one.id for one in await desk.rows.schedules("T1")] == ["s1"]


async def test_a_slot_that_comes_is_recorded_and_fired_once(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.rows.accept(None, schedule())
    await desk.tick()
    assert await desk.outcomes() == []
    clock.time = dt.datetime(2026, 11, 24, 8, 0, 1, tzinfo=dt.UTC)
    await asyncio.gather(*(desk.tick() for _ in range(4)))
    assert await desk.outcomes() == [("2026-11-24T09:00:00", "firing")]
    assert desk.started == [ScheduleCall("fire", "s1", "2026-11-24T09:00:00")]


async def test_a_proposal_has_no_slots(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.rows.accept(None, schedule(state=State.PROPOSED))
    clock.tick(86_400)
    await desk.tick()
    assert await desk.outcomes() == []
    assert await desk.rows.next_instant() is None
    assert await desk.rows.schedules("T1") == []


async def test_a_paused_schedule_skips_its_slots_with_the_reason(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.rows.accept(None, schedule(state=State.PAUSED))
    clock.time = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
    await desk.tick()
    (one,) = await desk.rows.occurrences("s1")
    assert (one.outcome, one.reason) == (Outcome.SKIPPED, "The schedule was paused.")
    assert desk.started == []


async def test_a_run_that_outlives_its_distance_makes_the_next_one_wait_or_be_skipped(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    hourly = Timing("interval", "Europe/Berlin", every_s=3600, start=NOW)
    for id, overlap in (("skip", "skip"), ("queue", "queue"), ("cancel", "cancel")):
        await desk.rows.accept(None, schedule(id, timing=hourly, policies=Policies(overlap=overlap)))  # type: ignore[arg-type]
    for _ in range(3):
        clock.tick(3600)
        await desk.tick()
    assert [outcome for _, outcome in await desk.outcomes("skip")] == ["firing", "skipped", "skipped"]
    assert [outcome for _, outcome in await desk.outcomes("queue")] == ["firing", "waiting", "waiting"]
    assert [outcome for _, outcome in await desk.outcomes("cancel")] == ["firing", "firing", "firing"]
    first = (await desk.rows.occurrences("queue"))[-1]
    async with desk.rows.change("queue") as change:
        change.put(replace(first, outcome=Outcome.RUN))
    assert await desk.rows.stranded() == ["queue"]
    await desk.rows.let_next_begin("queue")
    await desk.tick()
    assert [outcome for _, outcome in await desk.outcomes("queue")] == ["run", "firing", "waiting"]


async def test_an_occurrence_with_jitter_begins_at_its_own_moment(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.rows.accept(None, schedule(policies=Policies(jitter_s=600)))
    clock.time = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
    await desk.tick()
    (one,) = await desk.rows.occurrences("s1")
    assert clock.time < one.start_at < clock.time + dt.timedelta(seconds=600)
    assert (one.outcome, desk.started) == (Outcome.PLANNED, [])
    assert await desk.rows.next_instant() == one.start_at
    clock.time = one.start_at
    await desk.tick()
    assert len(desk.started) == 1


async def test_what_was_on_record_before_a_long_absence_is_missed_like_what_was_not(
    database: Database, clock: StillClock
) -> None:
    """The program ended between a slot and the moment that jitter gave it, and is back after three more slots."""
    desk, policies = Desk(database, clock), Policies(jitter_s=600)
    for missed in ("skip", "once", "all"):
        await desk.rows.accept(None, schedule(missed, policies=replace(policies, missed=missed)))
    clock.time = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
    await desk.tick()
    assert desk.started == []
    clock.time = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
    await desk.tick()
    clock.tick(600)
    await desk.tick()
    assert [outcome for _, outcome in await desk.outcomes("skip")] == ["skipped"] * 4
    assert [outcome for _, outcome in await desk.outcomes("once")] == ["skipped"] * 3 + ["firing"]
    assert [outcome for _, outcome in await desk.outcomes("all")] == ["firing"] + ["waiting"] * 3
    for id in ("skip", "once"):
        assert all(one.reason for one in await desk.rows.occurrences(id) if one.outcome is Outcome.SKIPPED)


async def test_the_last_good_run_before_an_occurrence_is_known(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.rows.accept(None, schedule())
    day = dt.timedelta(days=1)
    runs = [
        Occurrence("s1", f"w{n}", NOW + n * day, NOW, outcome, mission=f"m{n}")
        for n, outcome in enumerate((Outcome.RUN, Outcome.FAILED, Outcome.RUNNING))
    ]
    async with desk.rows.change("s1") as change:
        for one in runs:
            change.add(one)
    assert await desk.rows.before(runs[2]) == "m0"
    assert await desk.rows.before(runs[0]) is None
    assert await desk.rows.of_mission("m2") == runs[2]
    assert await desk.rows.under_way("s1") == [runs[2]]


async def test_an_edit_of_the_time_leaves_what_was_due_and_makes_nothing_good_that_never_was(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.rows.accept(None, schedule())
    clock.time = dt.datetime(2026, 11, 24, 8, 0, 1, tzinfo=dt.UTC)  # nobody has looked since 09:00
    async with desk.rows.change("s1") as change:
        change.catch_up(clock.now(), cron.walls)
        change.save(replace(change.schedule, timing=replace(NINE, cron="30 7 * * *")))
    await desk.tick()
    assert await desk.outcomes() == [("2026-11-24T09:00:00", "firing")]
    assert await desk.rows.next_instant() == dt.datetime(2026, 11, 25, 6, 30, tzinfo=dt.UTC)


async def reword(desk: Desk, text: str) -> None:
    """An edit that leaves the time as it is."""
    async with desk.rows.change("s1") as change:
        change.save(replace(change.schedule, text=text, revision=change.schedule.revision + 1))


async def test_every_slot_ends_once_while_two_look_and_one_edits(database: Database, clock: StillClock) -> None:
    """At every second around the slot: two lookers of which one is restarted again and again, and an edit."""
    first, other = Desk(database, clock), Desk(database, clock)
    await first.rows.accept(None, schedule())
    await first.rows.accept(None, schedule("s2"))
    slot, started = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC), list[Any]()
    for second in range(-10, 11):
        clock.time = slot + dt.timedelta(seconds=second)
        await asyncio.gather(first.tick(), other.tick(), reword(other, str(second)))
        started += first.started
        first = Desk(database, clock)
    for id in ("s1", "s2"):
        assert await other.outcomes(id) == [("2026-11-24T09:00:00", "firing")]
    assert Counter(call.schedule for call in started + other.started) == {"s1": 1, "s2": 1}


async def test_an_unknown_schedule_is_named(database: Database, clock: StillClock) -> None:
    with pytest.raises(UnknownSchedule, match=r"There is no schedule nothing\."):
        await Desk(database, clock).rows.schedule("nothing")
