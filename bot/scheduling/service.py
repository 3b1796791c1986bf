"""What people do with schedules, from every side: ask, confirm, correct, pause, run, hand over, delete."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC

import structlog

from agents.domain.authority import person
from agents.domain.schedule import LIVE, Occurrence, Outcome, Policies, Schedule, State, Timing, named
from agents.ports import Clock, Departments, ScheduleCall
from agents.timing import cron, entered
from bot.doorkeeper import Doorkeeper, NotNow
from bot.gateway import Gateway
from bot.scheduling import outgoing, rights
from bot.views.schedule_form import Entered
from storage.inbox import Gesture
from storage.schedules import ScheduleChange, ScheduleRows, UnknownSchedule

log = structlog.get_logger(__name__)

MOST = 50  # live schedules of one person
USUAL = Policies(approval="contested")


@dataclass(frozen=True)
class Schedules:
    """`nudge` has what became due looked at."""

    rows: ScheduleRows
    departments: Departments
    doorkeeper: Doorkeeper
    gateway: Gateway
    clock: Clock
    nudge: Callable[[], Awaitable[None]]

    # ---- asking ----

    async def ask(self, gesture: Gesture, text: str, thread: str) -> None:
        """Words that seem to say when: they are read, and what was understood is shown."""
        department = self.departments.choose(text)
        zone = await self.zone(gesture.user)
        empty = Timing("once", zone)
        given = self._new(gesture, text, department.id, empty, str(gesture.channel), thread, State.ASKED)
        if await self.rows.accept(gesture, given, start=ScheduleCall("understand", given.id, "understand:1")):
            log.info("schedule_asked", schedule=given.id)

    async def create(self, gesture: Gesture, wanted: Entered) -> Schedule:
        """From a form: it is proposed like one that was asked for in words. Raises NotNow."""
        department = self.departments.choose(wanted.text)
        await self.doorkeeper.admit(gesture, "schedule", channel=wanted.channel)
        given = self._new(
            gesture, wanted.text, department.id, wanted.timing, wanted.channel, "", State.PROPOSED, wanted.policies
        )
        given = replace(given, budget_usd=wanted.budget_usd)
        await self.rows.accept(gesture, given, show_rows=[outgoing.card(given, "proposed")])
        return given

    async def creatable(self, gesture: Gesture) -> None:
        """Raises NotNow when the person may not set up schedules."""
        await self.doorkeeper.admit(gesture, "schedule")
        if len(await self.rows.schedules(gesture.team, gesture.user)) >= MOST:
            raise NotNow(f"You have {MOST} schedules already: delete one first.")

    async def zone(self, user: str) -> str:
        """The person's time zone as Slack knows it; UTC where it does not."""
        try:
            return entered.zone((await self.gateway.actor(user)).zone or "UTC")
        except entered.BadTiming:
            return "UTC"

    def _new(
        self,
        gesture: Gesture,
        text: str,
        department: str,
        timing: Timing,
        channel: str,
        thread: str,
        state: State,
        policies: Policies = USUAL,
    ) -> Schedule:
        now = self.clock.now()
        return Schedule(
            id=f"s{secrets.token_hex(5)}",
            owner=gesture.user,
            team=gesture.team,
            channel=channel,
            text=text,
            department=department,
            timing=timing,
            created_at=now,
            seen=now,
            policies=policies,
            state=state,
            thread=thread,
            message=str(gesture.ts or ""),
        )

    # ---- looking ----

    async def seen(self, gesture: Gesture, id: str) -> Schedule:
        """The schedule, for those who may look at it. Raises NotNow."""
        schedule = await self._known(id, gesture.team)
        await self.doorkeeper.admit(gesture, "read", channel=schedule.channel)
        return schedule

    async def changeable(self, gesture: Gesture, id: str) -> Schedule:
        """The schedule, for those who may change it. Raises NotNow."""
        schedule = await self._known(id, gesture.team)
        await self.doorkeeper.admit(gesture, "schedule", channel=None)
        ruling = rights.may_change(gesture.user, schedule, self.departments.get(schedule.department))
        if not ruling:
            raise await self.doorkeeper.denied(gesture, "schedule", ruling, schedule.id)
        return schedule

    async def _known(self, id: str, team: str) -> Schedule:
        try:
            schedule = await self.rows.schedule(id)
        except UnknownSchedule:
            raise NotNow("This schedule is no longer known here.") from None
        if schedule.team != team:
            raise NotNow("This schedule is no longer known here.")
        return schedule

    # ---- changing ----

    async def begin(self, gesture: Gesture, id: str) -> None:
        """The proposal becomes a schedule. Raises NotNow."""
        await self.changeable(gesture, id)
        now = self.clock.now()

        def begun(change: ScheduleChange) -> None:
            if change.schedule.state is not State.PROPOSED:
                raise NotNow("This proposal has been answered already.")
            timing = change.schedule.timing
            if timing.kind == "interval":
                timing = replace(timing, start=now.astimezone(UTC))
            try:
                entered.checked(timing, now)
            except entered.BadTiming:
                raise NotNow("Its time has passed: correct it first.") from None
            change.save(replace(change.schedule, state=State.ACTIVE, seen=now, timing=timing))

        await self._do(gesture, id, begun)

    async def discard(self, gesture: Gesture, id: str) -> None:
        """The proposal is answered with no. Raises NotNow."""
        await self.changeable(gesture, id)

        def dropped(change: ScheduleChange) -> None:
            if change.schedule.state is not State.PROPOSED:
                raise NotNow("This proposal has been answered already.")
            change.save(replace(change.schedule, state=State.ENDED, reason="Deleted: the proposal was discarded."))

        await self._do(gesture, id, dropped)

    async def pause(self, gesture: Gesture, id: str) -> None:
        await self.changeable(gesture, id)

        def paused(change: ScheduleChange) -> None:
            _live(change.schedule)
            change.catch_up(self.clock.now(), cron.walls)
            reason = f"Paused by <@{gesture.user}>." if person(gesture.user) else "Paused."
            change.save(replace(change.schedule, state=State.PAUSED, reason=reason))

        await self._do(gesture, id, paused)

    async def resume(self, gesture: Gesture, id: str) -> None:
        """From now on; what came round meanwhile was skipped. Raises NotNow."""
        await self.changeable(gesture, id)

        def going_on(change: ScheduleChange) -> None:
            _live(change.schedule)
            change.catch_up(self.clock.now(), cron.walls)
            change.save(resumed(change.schedule))

        await self._do(gesture, id, going_on)

    async def run(self, gesture: Gesture, id: str) -> None:
        """One run now, besides the planned ones. Raises NotNow."""
        await self.changeable(gesture, id)
        if await self.rows.under_way(id):
            raise NotNow("A run of this schedule is under way; run it again when it has ended.")
        await self._do(gesture, id, lambda change: change.add(now_of(_live(change.schedule), self.clock, gesture.user)))

    async def edit(self, gesture: Gesture, id: str, revision: int, wanted: Entered) -> None:
        """What was entered, if nobody changed it meanwhile. Raises NotNow."""
        await self.changeable(gesture, id)

        def edited(change: ScheduleChange) -> None:
            if change.schedule.state is State.ENDED:
                raise NotNow("This schedule has ended.")
            if change.schedule.revision != revision:
                raise NotNow("Somebody has changed this schedule meanwhile: open it again.")
            if change.schedule.state in LIVE:  # what was due by the times before is decided by them
                change.catch_up(self.clock.now(), cron.walls)
            change.save(revised(change.schedule, wanted, self.departments.choose(wanted.text).id))

        await self._do(gesture, id, edited)

    async def hand_over(self, gesture: Gesture, id: str, to: str) -> None:
        """Another person owns it from now on, and approvals of the one before are gone. Raises NotNow."""
        schedule = await self.changeable(gesture, id)
        await self._give(gesture, schedule, to)

    async def take(self, gesture: Gesture, id: str) -> None:
        """The presser owns it from now on: when its owner is gone. Raises NotNow."""
        schedule = await self._known(id, gesture.team)
        if (await self.gateway.actor(schedule.owner)).deactivated:
            await self.doorkeeper.admit(gesture, "schedule", channel=schedule.channel)
        else:
            await self.changeable(gesture, id)
        await self._give(gesture, schedule, gesture.user)

    async def _give(self, gesture: Gesture, schedule: Schedule, to: str) -> None:
        person = await self.gateway.actor(to)
        ruling = rights.may_own(person, schedule.team)
        if not ruling:
            raise NotNow(f"<@{to}> cannot own a schedule. {ruling.said}" if to != gesture.user else ruling.said)

        def given(change: ScheduleChange) -> None:
            if change.schedule.state is State.ENDED:
                raise NotNow("This schedule has ended.")
            after = replace(change.schedule, owner=to, standing=None, revision=change.schedule.revision + 1)
            change.save(resumed(after) if after.state is State.PAUSED and to == gesture.user else after)

        await self._do(gesture, schedule.id, given)

    async def delete(self, gesture: Gesture, id: str) -> None:
        await self.changeable(gesture, id)
        reason = f"Deleted by <@{gesture.user}>."
        await self._do(gesture, id, lambda c: c.save(replace(_live(c.schedule), state=State.ENDED, reason=reason)))

    async def _do(self, gesture: Gesture, id: str, work: Callable[[ScheduleChange], object]) -> None:
        """One commit with its gesture and the card drawn anew; then what became due is looked at."""
        async with self.rows.receive(gesture, id) as change:
            if change is None:
                return
            work(change)
            change.show(outgoing.card(change.schedule, f"after:{gesture.event_id}"))
        await self.nudge()


def _live(schedule: Schedule) -> Schedule:
    if schedule.state not in LIVE:
        raise NotNow("This schedule is not active any more.")
    return schedule


def resumed(schedule: Schedule) -> Schedule:
    """Active again, with its failures forgotten."""
    return replace(schedule, state=State.ACTIVE, reason="", failures=0)


def now_of(schedule: Schedule, clock: Clock, by: str) -> Occurrence:
    """A run besides the planned ones; its name is the wall time with microseconds, so it never is that of a slot."""
    now = clock.now()
    wall = f"{named(now)}.{now.microsecond:06}+"
    return Occurrence(schedule.id, wall, now, now, Outcome.PLANNED, by=by, revision=schedule.revision)


def revised(schedule: Schedule, wanted: Entered, department: str) -> Schedule:
    """The next revision; a standing approval holds for what it was given for, and no longer when that changed."""
    same = (schedule.text, schedule.budget_usd, schedule.channel) == (wanted.text, wanted.budget_usd, wanted.channel)
    return replace(
        schedule,
        text=wanted.text,
        timing=wanted.timing,
        policies=wanted.policies,
        budget_usd=wanted.budget_usd,
        channel=wanted.channel,
        thread=schedule.thread if schedule.channel == wanted.channel else "",
        department=department,
        standing=schedule.standing if same else None,
        revision=schedule.revision + 1,
    )
