"""Phase understand: the words of a schedule are read, and it is proposed to the person, or done now after all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from agents.domain.events import MissionAccepted
from agents.domain.mission import Mission
from agents.domain.mission import State as MissionState
from agents.domain.schedule import Schedule, State
from agents.phases.desk import Desk, sentence
from agents.ports import ModelError, PhaseCall
from agents.roles import timekeeper
from agents.roles.seat import Meter, OverLimit
from bot.scheduling import outgoing
from bot.scheduling.missions import mission_of
from storage.inbox import Gesture
from storage.missions import MissionRows
from storage.schedules import ScheduleRows, UnknownSchedule

log = structlog.get_logger(__name__)
CALLS = 6  # model calls for reading one person's words


@dataclass(frozen=True)
class Understand:
    """Reads words with the planner's model."""

    desk: Desk
    rows: ScheduleRows
    missions: MissionRows

    async def __call__(self, id: str, revision: str) -> None:
        """Runs once to the end however often it is started."""
        try:
            given = await self.rows.schedule(id)
        except UnknownSchedule:
            return
        if given.state is not State.ASKED:
            return
        department = self.desk.departments.get(given.department)
        seat = self.desk.seat(_asker(given), "understand", Meter(0, CALLS))
        model = self.desk.model_for(department, "planner")
        try:
            found = await timekeeper.understand(seat, model, given.text, given.timing.zone, given.created_at)
        except (ModelError, OverLimit) as error:
            await self._unread(given, sentence(error))
            return
        if found is None:
            await self._do_now(given)
            return
        chosen = self.desk.departments.choose(found.mission).id
        async with self.rows.change(id) as change:
            if change.schedule.state is State.ASKED:
                after = replace(given, timing=found.timing, text=found.mission, department=chosen)
                change.save(replace(after, state=State.PROPOSED))
                change.show(outgoing.card(change.schedule, "proposed"))
        log.info("schedule_proposed", schedule=id, kind=found.timing.kind)

    async def _unread(self, given: Schedule, why: str) -> None:
        async with self.rows.change(given.id) as change:
            if change.schedule.state is State.ASKED:
                change.save(replace(given, state=State.ENDED, reason=f"Its words could not be read. {why}"))
                text = f"I could not read when this is to be done. {why} You can also set it up with `/baton schedule`."
                change.show(outgoing.line(given, "unread", text))

    async def _do_now(self, given: Schedule) -> None:
        """The words ask for work now: an ordinary mission, once."""
        mission = mission_of(given, given.id, given.thread, given.message, given.created_at)
        gesture = Gesture(given.team, "other", f"now:{given.id}", given.channel, None, None, given.owner, {})
        if not given.thread:
            await self._unread(given, "I see no time in it.")
            return
        await self.missions.accept(gesture, mission, [MissionAccepted("accepted")], PhaseCall("plan", mission.id, 1))
        async with self.rows.change(given.id) as change:
            change.save(replace(given, state=State.ENDED, reason="It was a mission for now."))


def _asker(given: Schedule) -> Mission:
    """Under whose name the model's answer is recorded: the schedule's own."""
    return Mission(
        given.id, given.team, given.channel, "", "", given.owner, "", "", MissionState.PLANNING, 1, given.created_at
    )
