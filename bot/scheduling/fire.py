"""Phase fire: an occurrence whose time has come opens its thread and begins its mission, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from agents.domain.events import MissionAccepted, MissionCancelled
from agents.domain.mission import ENDED
from agents.domain.mission import State as MissionState
from agents.domain.schedule import Occurrence, Outcome, Schedule, State
from agents.ports import Clock, PhaseCall, UnknownMission
from bot.gateway import Gateway, Refused
from bot.scheduling.missions import mission_id, mission_of
from bot.scheduling.preflight import Preflight, Trouble
from bot.scheduling.settle import Settling
from bot.views import schedules as view
from storage.inbox import Gesture
from storage.missions import MissionRows
from storage.schedules import ScheduleRows, UnknownSchedule

log = structlog.get_logger(__name__)

TRIES = 4  # of one process, before an occurrence that cannot be begun has failed; the engine makes so many
TO_BEGIN = (Outcome.FIRING, Outcome.OPENING)
BROKE = "Something went wrong in Baton itself; its log says more. The button runs it now."


@dataclass(frozen=True)
class Fire:
    """Begins occurrences. `halt` stops what runs of a mission."""

    rows: ScheduleRows
    missions: MissionRows
    gateway: Gateway
    clock: Clock
    preflight: Preflight
    settling: Settling
    halt: Callable[[str], Awaitable[None]]
    tries: dict[str, int] = field(default_factory=dict[str, int])  # of occurrences that raised

    async def __call__(self, schedule: str, wall: str) -> None:
        """Runs once to the end however often it is started; one that raises again and again has failed."""
        one = await self.rows.occurrence(schedule, wall)
        if one is None or one.outcome not in TO_BEGIN:
            return
        try:
            await self._fire(schedule, one)
        except Exception as error:
            tried = self.tries[one.id] = self.tries.get(one.id, 0) + 1
            if tried < TRIES:
                raise
            log.error("occurrence_not_begun", schedule=schedule, wall=wall, error=type(error).__name__)
            await self.settling.broken(one, Trouble(BROKE, "run"))
        self.tries.pop(one.id, None)

    async def _fire(self, schedule: str, one: Occurrence) -> None:
        try:
            given = await self.rows.schedule(schedule)
        except UnknownSchedule:
            return
        if given.state is State.ENDED and given.reason.startswith("Deleted"):
            await self.settling.end(one, Outcome.SKIPPED, "The schedule was deleted before the run began.")
            return
        if trouble := await self.preflight.trouble(given):
            await self.settling.broken(one, trouble)
            return
        if given.policies.overlap == "cancel":
            await self._cancel_older(one)
        await self._begin(given, one)

    async def _begin(self, schedule: Schedule, one: Occurrence) -> None:
        tried = one.outcome is Outcome.OPENING
        begun = one.begun_at or self.clock.now()
        one = replace(one, outcome=Outcome.OPENING, begun_at=begun, mission=mission_id(one.id))
        async with self.rows.change(schedule.id) as change:
            present = await self.rows.occurrence(schedule.id, one.wall)
            if present is None or present.outcome not in TO_BEGIN:
                return  # a newer run has ended it
            change.put(one)
        thread = ""
        if not schedule.policies.quiet:
            try:
                thread = await open_thread(self.gateway, schedule, one, tried=tried)
            except Refused as error:
                log.warning("scheduled_thread_refused", schedule=schedule.id, code=error.code)
                text = "I could not post in its channel. Invite me there and resume it, or choose another channel."
                await self.settling.broken(one, Trouble(text, "resume", pauses=True))
                return
        mission = mission_of(schedule, one.id, thread, thread, self.clock.now())
        start = PhaseCall("plan", mission.id, 1, patient=not one.by)
        await self.missions.accept(_gesture(schedule, one), mission, [MissionAccepted("accepted")], start)
        async with self.rows.change(schedule.id) as change:
            present = await self.rows.occurrence(schedule.id, one.wall)
            if present and present.outcome is Outcome.OPENING:  # the mission may have ended already
                change.put(replace(present, outcome=Outcome.RUNNING))
        if present and present.outcome is Outcome.SKIPPED:  # by a newer run that did not find this mission yet
            await self._stop(mission.id)
        log.info("scheduled_mission_begun", schedule=schedule.id, wall=one.wall, mission=mission.id)

    async def _cancel_older(self, newer: Occurrence) -> None:
        for one in await self.rows.under_way(newer.schedule):
            if _turn(one) >= _turn(newer):  # begun again after a crash, it is the older one
                continue
            if one.mission is not None:
                await self._stop(one.mission)
            await self.settling.end(one, Outcome.SKIPPED, "A newer run began before it had ended.")

    async def _stop(self, mission: str) -> None:
        reason = "A newer run of the same schedule began."
        try:
            async with self.missions.change(mission) as change:
                if change.mission.state not in ENDED:
                    change.move(MissionState.CANCELLED, reason=reason)
                    change.tell(MissionCancelled("cancelled", self.gateway.bot, reason))
        except UnknownMission:
            return  # its thread is being opened; that looks again afterwards
        await self.halt(mission)


def _turn(one: Occurrence) -> tuple[datetime, datetime, str]:
    return one.start_at, one.at, one.wall


async def open_thread(gateway: Gateway, schedule: Schedule, one: Occurrence, *, tried: bool) -> str:
    """The thread of a run, opened once: an earlier try may have posted it."""
    key = f"{one.id}:root"
    if tried and (known := (await gateway.posted(schedule.channel, None)).get(key)):
        return known
    return await gateway.post(view.root(schedule, one).payload(schedule.channel, None), key)


def _gesture(schedule: Schedule, one: Occurrence) -> Gesture:
    """What stands in the inbox for a run: received once, like what people do."""
    return Gesture(schedule.team, "other", one.id, schedule.channel, None, None, schedule.owner, {"schedule": one.id})
