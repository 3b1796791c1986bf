"""Phase fire: an occurrence whose time has come opens its thread and begins its mission, once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from agents.domain.events import MissionAccepted, MissionCancelled
from agents.domain.mission import ENDED, Mission
from agents.domain.mission import State as MissionState
from agents.domain.schedule import Occurrence, Outcome, Schedule, State
from agents.ports import Clock, PhaseCall
from bot.gateway import Gateway, Refused
from bot.scheduling.preflight import Preflight, Trouble
from bot.scheduling.settle import Settling
from bot.views import schedules as view
from storage.inbox import Gesture
from storage.missions import MissionRows
from storage.schedules import ScheduleRows, UnknownSchedule

log = structlog.get_logger(__name__)


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

    async def __call__(self, schedule: str, wall: str) -> None:
        """Runs once to the end however often it is started."""
        one = await self.rows.occurrence(schedule, wall)
        if one is None or one.outcome not in (Outcome.FIRING, Outcome.OPENING):
            return
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
        one = replace(one, outcome=Outcome.OPENING, begun_at=begun, mission=mission_id(one))
        async with self.rows.change(schedule.id) as change:
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
        mission = _mission(schedule, one, thread, self.clock)
        start = PhaseCall("plan", mission.id, 1, patient=not one.by)
        await self.missions.accept(_gesture(schedule, one), mission, [MissionAccepted("accepted")], start)
        async with self.rows.change(schedule.id) as change:
            present = await self.rows.occurrence(schedule.id, one.wall)
            if present and present.outcome is Outcome.OPENING:  # the mission may have ended already
                change.put(replace(present, outcome=Outcome.RUNNING))
        log.info("scheduled_mission_begun", schedule=schedule.id, wall=one.wall, mission=mission.id)

    async def _cancel_older(self, newer: Occurrence) -> None:
        for one in await self.rows.under_way(newer.schedule):
            if one.wall == newer.wall or one.mission is None:
                continue
            async with self.missions.change(one.mission) as change:
                if change.mission.state not in ENDED:
                    change.move(MissionState.CANCELLED, reason="A newer run of the same schedule began.")
                    reason = "A newer run of the same schedule began."
                    change.tell(MissionCancelled("cancelled", self.gateway.bot, reason))
            await self.halt(one.mission)
            await self.settling.end(one, Outcome.SKIPPED, "A newer run began before it had ended.")


async def open_thread(gateway: Gateway, schedule: Schedule, one: Occurrence, *, tried: bool) -> str:
    """The thread of a run, opened once: an earlier try may have posted it."""
    key = f"{one.id}:root"
    if tried and (known := (await gateway.posted(schedule.channel, None)).get(key)):
        return known
    return await gateway.post(view.root(schedule, one).payload(schedule.channel, None), key)


def mission_id(one: Occurrence) -> str:
    """The same however often the occurrence is begun."""
    return f"m{hashlib.sha256(one.id.encode()).hexdigest()[:10]}"


def _mission(schedule: Schedule, one: Occurrence, thread: str, clock: Clock) -> Mission:
    return Mission(
        id=mission_id(one),
        team=schedule.team,
        channel=schedule.channel,
        thread=thread,
        message=thread,
        requester=schedule.owner,
        text=schedule.text,
        department=schedule.department,
        state=MissionState.PLANNING,
        rev=1,
        created_at=clock.now(),
    )


def _gesture(schedule: Schedule, one: Occurrence) -> Gesture:
    """What stands in the inbox for a run: received once, like what people do."""
    return Gesture(schedule.team, "other", one.id, schedule.channel, None, None, schedule.owner, {"schedule": one.id})
