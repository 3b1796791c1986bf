"""The end of an occurrence: its outcome and reason on record, its schedule's count of failures, and who is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from agents.domain import schedule as domain
from agents.domain.schedule import Occurrence, Outcome, Schedule, State
from agents.ports import Clock, Departments
from bot.scheduling import outgoing
from bot.scheduling.preflight import Trouble
from storage.schedules import ScheduleChange, ScheduleRows

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Settling:
    """`nudge` has what became due looked at."""

    rows: ScheduleRows
    departments: Departments
    clock: Clock
    nudge: Callable[[], Awaitable[None]]

    async def end(self, one: Occurrence, outcome: Outcome, reason: str = "", *, mend: str = "run") -> None:
        """Once: a later word about the same occurrence changes nothing, except that a failed run was mended."""
        async with self.rows.change(one.schedule) as change:
            present = await self.rows.occurrence(one.schedule, one.wall)
            if present is None or not (present.outcome in domain.OPEN or _mended(present, outcome)):
                return
            change.put(domain.ended(present, outcome, reason, self.clock.now()))
            self._count(change, present, outcome, reason, mend)
            change.show(outgoing.card(change.schedule, f"{one.wall}:{outcome}"))
        log.info("occurrence_ended", schedule=one.schedule, wall=one.wall, outcome=str(outcome))
        await self.rows.let_next_begin(one.schedule)
        await self.nudge()

    async def broken(self, one: Occurrence, trouble: Trouble) -> None:
        """A run that did not begin because something is missing: nothing was spent, and somebody is asked."""
        async with self.rows.change(one.schedule) as change:
            present = await self.rows.occurrence(one.schedule, one.wall)
            if present is None or present.outcome not in domain.OPEN:
                return
            change.put(replace(domain.ended(present, Outcome.FAILED, trouble.text, self.clock.now()), mission=None))
            before = change.schedule
            after = domain.failed_once_more(before)
            if trouble.pauses and before.state is State.ACTIVE:
                after = replace(after, state=State.PAUSED, reason=trouble.text)
            change.save(after)
            if after.state is not before.state or after.failures == 1:
                self._ask(change, one, trouble)
            change.show(outgoing.card(change.schedule, f"{one.wall}:failed"))
        await self.rows.let_next_begin(one.schedule)
        await self.nudge()

    def _count(self, change: ScheduleChange, one: Occurrence, outcome: Outcome, reason: str, mend: str) -> None:
        if outcome is Outcome.RUN:
            change.save(replace(change.schedule, failures=0))
        elif outcome is Outcome.FAILED:
            before = change.schedule
            change.save(domain.failed_once_more(before))
            if change.schedule.state is State.PAUSED and before.state is State.ACTIVE:  # said once
                text = f"{change.schedule.reason} It is paused. The last failure: {reason}"
                change.show(outgoing.notice(change.schedule, f"stopped:{one.wall}", text, "resume"))

    def _ask(self, change: ScheduleChange, one: Occurrence, trouble: Trouble) -> None:
        schedule = change.schedule
        paused = " It is paused." if schedule.state is State.PAUSED else ""
        text = f"The run of {one.wall[:16].replace('T', ' ')} did not begin. {trouble.text}{paused}"
        for person in self._asked(schedule, trouble):
            change.show(outgoing.notice(schedule, f"{person}:{one.wall}", text, trouble.mend, to=person))

    def _asked(self, schedule: Schedule, trouble: Trouble) -> tuple[str, ...]:
        """The owner; when they are gone, those who may approve, else the channel."""
        if trouble.mend != "take":
            return (schedule.owner,)
        named = tuple(who for who in self.departments.get(schedule.department).approvers if who != "requester")
        return named or (schedule.channel,)


def _mended(present: Occurrence, outcome: Outcome) -> bool:
    return present.outcome is Outcome.FAILED and present.mission is not None and outcome is Outcome.RUN
