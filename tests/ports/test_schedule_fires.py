"""Two programs on one PostgreSQL: each slot is fired once, though both look and are ended and begun around it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest

from agents.domain.schedule import Policies, Schedule, Timing
from agents.timing import cron
from storage.database import Database
from storage.schedules import ScheduleRows
from tests.conftest import StillClock

NOW = dt.datetime(2026, 10, 25, 0, 29, 50, tzinfo=dt.UTC)  # ten seconds before 02:30 in Berlin comes the first time
HALF_PAST_TWO = Timing("cron", "Europe/Berlin", cron="30 2 * * *")


class Program:
    """One process's view: its own connections, its own list of what it started."""

    def __init__(self, url: str, clock: StillClock, started: list[str]) -> None:
        self.database = Database.open(url)
        self.rows = ScheduleRows(self.database, lambda _, call: started.append(call.id), clock, cron.walls)

    async def tick(self) -> None:
        while await self.rows.record_due():
            pass
        while await self.rows.begin_due():
            pass


@pytest.mark.parametrize("jitter", [0, 30])
async def test_two_programs_with_edits_and_restarts_at_every_second_fire_each_slot_once(
    migrated_postgres_url: str, clock: StillClock, jitter: int
) -> None:
    clock.time, started = NOW, list[str]()
    one, two = (Program(migrated_postgres_url, clock, started) for _ in range(2))
    given = Schedule("", "U1", "T1", "C1", "x", "general", HALF_PAST_TWO, NOW, NOW, Policies(jitter_s=jitter))
    for number in range(20):
        await one.rows.accept(None, replace(given, id=f"s{number}"))

    async def edit(id: str, second: int) -> None:
        async with two.rows.change(id) as change:
            change.save(replace(change.schedule, text=f"x{second}", revision=change.schedule.revision + 1))

    for second in range(-10, 3_660, 1):
        if second > 45 and second % 600 not in (0, 1):  # and the second time that the clocks show 02:30
            continue
        clock.time = NOW + dt.timedelta(seconds=10 + second)
        await asyncio.gather(one.tick(), two.tick(), edit(f"s{abs(second) % 20}", second))
        if second % 5 == 0:  # one of them is begun anew
            await one.database.close()
            one = Program(migrated_postgres_url, clock, started)
    wanted = {f"s:s{number}:2026-10-25T02:30:00": 1 for number in range(20)}
    assert Counter(started) == wanted
    assert {o.id for n in range(20) for o in await two.rows.occurrences(f"s{n}")} == set(wanted)
    for program in (one, two):
        await program.database.close()
