"""Two programs on one database, killed and edited around slots that come every second: none twice, none missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.domain.schedule import LIVE, OPEN, Occurrence, Outcome, Policies, Schedule, Timing, named
from agents.timing import cron
from bot.clock import SystemClock
from storage.database import Database
from storage.schedules import ScheduleRows
from tests.faults import outside
from tests.faults.outside import Street

pytestmark = pytest.mark.slow

SECOND = timedelta(seconds=1)
SECONDS = 12  # for so long slots come
TEXT = "Write two posts about compostable coffee pods."


@asynccontextmanager
async def rows_of(url: str) -> AsyncIterator[ScheduleRows]:
    """The rows, seen from outside of the programs."""
    database = Database.open(url)
    await database.migrate()
    try:
        yield ScheduleRows(database, lambda session, call: None, SystemClock(), cron.walls)
    finally:
        await database.close()


async def stored(street: Street, rows: ScheduleRows, id: str, timing: Timing, **policies: Any) -> None:
    place = street.workspace
    who, channel, team = place.user("maya"), place.channel("launch"), place.state.team_id
    now = datetime.now(UTC)
    given = Schedule(id, who, team, channel, TEXT, "general", timing, now, now, Policies(**policies))
    await rows.accept(None, given)


async def edit(rows: ScheduleRows, id: str, every_s: int | None = None) -> datetime:
    """An edit as a form makes it: first what was due by the old times is decided. Returns when."""
    async with rows.change(id) as change:
        now = datetime.now(UTC)
        change.catch_up(now, cron.walls)
        given = change.schedule
        timing = given.timing if every_s is None else replace(given.timing, every_s=every_s)
        change.save(replace(given, timing=timing, text=f"{TEXT} Mind edit {given.revision}."))
        change.save(replace(change.schedule, revision=given.revision + 1))
    return now


async def passed(rows: ScheduleRows, ids: list[str], last: datetime) -> dict[str, list[Occurrence]]:
    """What is on record up to that instant, oldest first, once everything has been looked at and begun."""
    late = datetime.now(UTC) + timedelta(seconds=outside.PATIENCE)
    while True:
        seen = min(one.seen for one in [await rows.schedule(id) for id in ids] if one.state in LIVE)
        found = {id: [one for one in await rows.occurrences(id, 1000) if one.at <= last][::-1] for id in ids}
        left = [one for each in found.values() for one in each if one.outcome in OPEN - {Outcome.RUNNING}]
        if seen >= last and not left:
            return found
        assert datetime.now(UTC) < late, (seen, left)
        await asyncio.sleep(0.1)  # programs of their own are watched from outside


def walls(start: datetime, last: datetime, every: timedelta = SECOND) -> list[str]:
    """The names of slots that distance apart, counted by hand."""
    found, at = [], start
    while at <= last:
        found.append(named(at))
        at += every
    return found


def roots(street: Street) -> list[str]:
    """The key of every thread that a schedule has opened."""
    messages = street.workspace.messages("launch")
    return [key for key in outside.markers(messages) if key.startswith("s:") and key.endswith(":root")]


async def until(instant: datetime) -> None:
    await asyncio.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))


async def test_slots_of_every_second_come_once_through_kills_and_edits(tmp_path: Path, postgres_url: str) -> None:
    async with outside.street(tmp_path / "data") as street, rows_of(postgres_url) as rows:
        first, second = await asyncio.gather(*(street.start(DATABASE_URL=postgres_url) for _ in range(2)))
        begin = datetime.now(UTC).replace(microsecond=0) + 2 * SECOND
        last = begin + (SECONDS - 1) * SECOND
        every = Timing("interval", "Europe/Berlin", every_s=1, start=begin)
        for id in ("steady", "edited"):
            await stored(street, rows, id, every, overlap="skip")
        await stored(street, rows, "newest", replace(every, every_s=3), overlap="cancel")
        singles = [f"single{number}" for number in range(SECONDS)]
        for number, id in enumerate(singles):
            at = (begin + number * SECOND).replace(tzinfo=None)
            await stored(street, rows, id, Timing("once", "UTC", at=at))

        await until(begin + timedelta(seconds=2.02))  # just after a slot
        await first.kill()
        again = asyncio.create_task(street.start(DATABASE_URL=postgres_url))
        for number in range(6):  # edits while the other works alone and the first comes back
            await asyncio.gather(*(edit(rows, id) for id in ("steady", "newest", singles[number + 5])))
            await asyncio.sleep(0.3)
        first = await again
        slower = await edit(rows, "edited", every_s=2)
        await until(datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=0.99))  # just before a slot
        await asyncio.gather(first.kill(), second.kill())
        await asyncio.gather(*(street.start(DATABASE_URL=postgres_url) for _ in range(2)))
        last = max(last, datetime.now(UTC).replace(microsecond=0) + SECOND)

        found = await passed(rows, ["steady", "edited", "newest", *singles], last)
        ones = [one for each in found.values() for one in each]
        assert [one.wall for one in found["steady"]] == walls(begin, last)
        assert [one.wall for one in found["newest"]] == walls(begin, last, 3 * SECOND)
        quick, slow = walls(begin, slower), walls(begin, last, 2 * SECOND)
        assert [one.wall for one in found["edited"]] == quick + [wall for wall in slow if wall > quick[-1]]
        assert [[one.wall for one in found[id]] for id in singles] == [[each] for each in walls(begin, last)[:SECONDS]]
        for id in singles:
            assert found[id][0].outcome is Outcome.RUNNING, found[id]
        assert all(one.reason for one in ones if one.outcome is Outcome.SKIPPED)

        begun = [f"{one.id}:root" for one in ones if one.mission]
        await street.see(lambda: set(begun) <= set(roots(street)))
        assert outside.doubled(roots(street)) == []
        for message in street.workspace.messages("launch"):
            assert outside.doubled(outside.markers(street.thread(message["ts"]))) == []


async def test_a_second_program_on_sqlite_is_refused_and_the_first_fires_what_the_command_line_adds(
    tmp_path: Path,
) -> None:
    async with outside.street(tmp_path / "data") as street:
        await street.start()
        refused = await street.begin()
        assert await asyncio.wait_for(refused.process.wait(), outside.PATIENCE) == 1
        (line,) = refused.said.strip().splitlines()
        assert "stop it first" in line
        async with rows_of(f"sqlite:///{street.data / 'baton.db'}") as rows:
            due = datetime.now(UTC).replace(microsecond=0) + 3_600 * SECOND
            await stored(street, rows, "later", Timing("once", "UTC", at=due.replace(tzinfo=None)))
            command = await asyncio.create_subprocess_exec(
                *(outside.sys.executable, "-m", "bot", "schedule", "run", "later"),
                env=street.environment(),
                cwd=street.data,
            )
            assert await command.wait() == 0
            await street.see(lambda: roots(street))
            (one,) = await rows.occurrences("later")
            assert one.by == "operator"
        assert len(roots(street)) == 1
