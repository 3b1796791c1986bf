"""The beginning of a scheduled run on both databases: newer ones cancel older ones, and what keeps failing ends."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from agents.domain.mission import State
from agents.domain.schedule import Occurrence, Outcome, Policies, Schedule, Timing
from agents.ports import Departments
from agents.timing import cron
from bot.gateway import Gateway
from bot.presenter import route
from bot.scheduling.fire import TRIES, Fire
from bot.scheduling.missions import mission_id
from bot.scheduling.preflight import Preflight
from bot.scheduling.settle import Settling
from storage.database import Database
from storage.missions import MissionRows
from storage.schedules import ScheduleRows
from tests.conftest import StillClock

EVERY = Timing("interval", "UTC", every_s=60, start=dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC))


@dataclass
class Slack:
    """Opens threads. `meanwhile` happens while the next one is being opened; `broken`: nothing can be posted."""

    bot: str = "UBOT"
    posts: list[str] = field(default_factory=list)
    meanwhile: Any = None
    broken: bool = False

    async def post(self, payload: Any, key: str) -> str:
        if self.broken:
            raise RuntimeError("no Slack")
        work, self.meanwhile = self.meanwhile, None
        if work is not None:
            await work()
        self.posts.append(key)
        return f"{len(self.posts)}.0"

    async def posted(self, channel: str, thread: str | None) -> dict[str, str]:
        return {key: f"{number}.0" for number, key in enumerate(self.posts, 1)}


class Ready:
    async def trouble(self, schedule: Schedule) -> None:
        return None


class Place:
    """A schedule of every minute with what begins its runs."""

    def __init__(self, database: Database, clock: StillClock) -> None:
        self.clock, self.slack, self.halted = clock, Slack(), list[str]()
        self.rows = ScheduleRows(database, lambda _, call: None, clock, cron.walls)
        self.missions = MissionRows(database, route, lambda _, call: None, clock)

    def fire(self) -> Fire:
        """That of one process."""

        async def nudge() -> None:
            while await self.rows.begin_due():
                pass

        async def halt(mission: str) -> None:
            self.halted.append(mission)

        settling = Settling(self.rows, cast(Departments, None), self.clock, nudge)
        gateway, ready = cast(Gateway, self.slack), cast(Preflight, Ready())
        return Fire(self.rows, self.missions, gateway, self.clock, ready, settling, halt)

    async def due(self, slots: int, **policies: Any) -> list[Occurrence]:
        """So many slots have come one after the other, and none has begun its mission yet."""
        now = self.clock.now()
        given = Schedule("s1", "U1", "T1", "C1", "x", "general", EVERY, now, now, Policies(**policies))
        await self.rows.accept(None, given)
        for _ in range(slots):
            self.clock.tick(60)
            await self.rows.record_due()
            await self.rows.begin_due()
        return await self.all()

    async def all(self) -> list[Occurrence]:
        return list(reversed(await self.rows.occurrences("s1")))

    async def state(self, one: Occurrence) -> State:
        return (await self.missions.mission(mission_id(one.id))).state


@pytest.fixture
def place(database: Database, clock: StillClock) -> Place:
    return Place(database, clock)


async def test_of_several_that_begin_at_once_only_the_newest_goes_on_in_whatever_order(place: Place) -> None:
    older, middle, newest = await place.due(3, overlap="cancel")
    for one in (middle, newest, older):
        await place.fire()("s1", one.wall)
    assert [one.outcome for one in await place.all()] == [Outcome.SKIPPED, Outcome.SKIPPED, Outcome.RUNNING]
    assert await place.state(newest) is State.PLANNING
    assert await place.state(middle) is State.CANCELLED
    assert place.slack.posts == [f"{middle.id}:root", f"{newest.id}:root"], "the oldest never opened a thread"


async def test_one_that_was_killed_while_its_thread_was_opened_gives_way_to_the_newer(place: Place) -> None:
    older, newer = await place.due(2, overlap="cancel")

    async def killed() -> None:
        raise KeyboardInterrupt

    place.slack.meanwhile = killed
    with pytest.raises(KeyboardInterrupt):
        await place.fire()("s1", older.wall)
    assert (await place.all())[0].outcome is Outcome.OPENING
    await place.fire()("s1", newer.wall)
    await place.fire()("s1", older.wall)
    assert [one.outcome for one in await place.all()] == [Outcome.SKIPPED, Outcome.RUNNING]
    assert await place.state(newer) is State.PLANNING


async def test_a_mission_that_a_newer_run_did_not_find_yet_is_cancelled_as_soon_as_it_is_there(place: Place) -> None:
    older, newer = await place.due(2, overlap="cancel")
    place.slack.meanwhile = lambda: place.fire()("s1", newer.wall)
    await place.fire()("s1", older.wall)
    assert [one.outcome for one in await place.all()] == [Outcome.SKIPPED, Outcome.RUNNING]
    assert (await place.state(older), await place.state(newer)) == (State.CANCELLED, State.PLANNING)
    assert place.halted == [mission_id(older.id)]


async def test_one_that_cannot_be_begun_again_and_again_has_failed_and_the_next_can_begin(place: Place) -> None:
    (one,) = await place.due(1)
    fire, place.slack.broken = place.fire(), True
    for _ in range(TRIES - 1):
        with pytest.raises(RuntimeError):
            await fire("s1", one.wall)
    await fire("s1", one.wall)
    (one,) = await place.all()
    assert (one.outcome, one.mission) == (Outcome.FAILED, None)
    assert "its log says more" in one.reason
    place.slack.broken = False
    place.clock.tick(60)
    await place.rows.record_due()
    await place.rows.begin_due()
    await fire("s1", (await place.all())[1].wall)
    assert [one.outcome for one in await place.all()] == [Outcome.FAILED, Outcome.RUNNING]
