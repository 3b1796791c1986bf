"""Schedules as rows: what comes back, what became of each planned instant, and what is due now."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from agents.domain import schedule as domain
from agents.domain.mission import ENDED
from agents.domain.schedule import LIVE, UNDER_WAY, Occurrence, Outcome, Schedule, State, Walls
from agents.ports import Clock, Enqueue, Outgoing, ScheduleCall
from storage import inbox, plain, tables, writing
from storage.changes import Write, show
from storage.database import Database
from storage.inbox import Gesture

AT_ONCE = 50  # schedules in one transaction: between two of them others may write
STATES = [str(state) for state in LIVE]
BEGUN = [str(outcome) for outcome in UNDER_WAY]


class UnknownSchedule(Exception):
    """There is no schedule of that id."""


class ScheduleChange:
    """One commit about one schedule: collects writes, and makes them all in `flush`."""

    def __init__(self, schedule: Schedule, session: Session) -> None:
        self.schedule = self._before = schedule
        self._session = session
        self._writes: list[Write] = []
        self._shown: list[Outgoing] = []
        self._calls: list[ScheduleCall] = []

    def save(self, schedule: Schedule) -> None:
        """The schedule as it is from now on."""
        self.schedule = schedule

    def catch_up(self, now: dt.datetime, walls: Walls) -> None:
        """Every planned instant up to now gets its occurrence by what was agreed so far, before that changes."""
        while True:
            seen = domain.look(self.schedule, now, walls)
            self.schedule = seen.schedule
            for one in seen.occurrences:
                self.add(one)
            if seen.next_at is None or seen.next_at > now:
                self.schedule = replace(self.schedule, seen=max(self.schedule.seen, now))
                return

    def add(self, one: Occurrence) -> None:
        """Adds an occurrence; one of that wall time that is there already stays as it is."""
        self._writes.append(lambda session, _: _add(session, [one]))

    def put(self, one: Occurrence) -> None:
        """An occurrence as it now is."""
        self._writes.append(lambda session, _: _put(session, one))

    def show(self, *rows: Outgoing) -> None:
        """Something to be shown, once for each key."""
        self._shown += rows

    def start(self, call: ScheduleCall) -> None:
        """Enqueues work in the same commit."""
        self._calls.append(call)

    def flush(self, session: Session, walls: Walls, enqueue: Enqueue, now: dt.datetime) -> None:
        if self.schedule is not self._before:
            _save(session, self.schedule, walls)
        for write in self._writes:
            write(session, now)
        show(session, self.schedule.team, None, self._shown, enqueue, now)
        for call in self._calls:
            enqueue(session, call)


class ScheduleRows:
    """`walls` unrolls cron expressions; `enqueue` starts work in the commit that asks for it."""

    def __init__(self, database: Database, enqueue: Enqueue, clock: Clock, walls: Walls) -> None:
        self._database = database
        self._enqueue = enqueue
        self._clock = clock
        self._walls = walls

    # ---- changing ----

    async def accept(
        self,
        gesture: Gesture | None,
        schedule: Schedule,
        show_rows: Sequence[Outgoing] = (),
        start: ScheduleCall | None = None,
    ) -> bool:
        """A new schedule, in one commit with the gesture that asks for it. False when that was received before."""
        async with self._database.write(urgent=True) as session:
            return await session.run(self._accept, gesture, schedule, show_rows, start)

    def _accept(
        self,
        session: Session,
        gesture: Gesture | None,
        schedule: Schedule,
        rows: Sequence[Outgoing],
        start: ScheduleCall | None,
    ) -> bool:
        now = self._clock.now()
        if gesture and not inbox.receive(session, gesture, None, now):
            return False
        _save(session, schedule, self._walls)
        show(session, schedule.team, None, rows, self._enqueue, now)
        if start:
            self._enqueue(session, start)
        return True

    @asynccontextmanager
    async def change(self, id: str, *, urgent: bool = False) -> AsyncGenerator[ScheduleChange]:
        """One transaction about one schedule, which nobody else changes meanwhile. Raises UnknownSchedule."""
        async with self._database.write(urgent=urgent) as session:
            change = await session.run(_open, id)
            yield change
            await session.run(self._flush, change)

    @asynccontextmanager
    async def receive(self, gesture: Gesture, id: str) -> AsyncGenerator[ScheduleChange | None]:
        """The same in one commit with the gesture that asks for it; None when that was received before."""
        async with self._database.write(urgent=True) as session:
            change = await session.run(_open, id)
            new = await session.run(inbox.receive, gesture, None, self._clock.now())
            yield change if new else None
            if new:
                await session.run(self._flush, change)

    def _flush(self, session: Session, change: ScheduleChange) -> None:
        change.flush(session, self._walls, self._enqueue, self._clock.now())

    # ---- what is due ----

    async def record_due(self) -> int:
        """Gives planned instants that have come their occurrences, for some schedules; returns for how many."""
        async with self._database.write() as session:
            return await session.run(_record, self._clock.now(), self._walls)

    async def begin_due(self) -> int:
        """Begins, or skips, some of the occurrences whose time has come; returns how many it looked at."""
        async with self._database.write() as session:
            return await session.run(_begin, self._clock.now(), self._enqueue)

    async def next_instant(self) -> dt.datetime | None:
        """When the next planned instant comes or a recorded occurrence is to begin, maybe in the past."""
        plan, one = tables.Schedule, tables.Occurrence
        planned = select(sa.func.min(plan.next_at)).where(col(plan.state).in_(STATES))
        begins = select(sa.func.min(one.start_at)).where(one.outcome == str(Outcome.PLANNED))
        async with self._database.read() as session:
            found = [(await session.exec(wanted)).one() for wanted in (planned, begins)]
        return min((at for at in found if at is not None), default=None)

    # ---- reading ----

    async def schedule(self, id: str) -> Schedule:
        """Raises UnknownSchedule."""
        async with self._database.read() as session:
            row = await session.get(tables.Schedule, id)
            if row is None:
                raise UnknownSchedule(f"There is no schedule {id}.")
            return as_schedule(row)

    async def schedules(self, team: str | None = None, owner: str | None = None) -> Sequence[Schedule]:
        """Those that are live, the soonest first."""
        row = tables.Schedule
        wanted = select(row).where(col(row.state).in_(STATES))
        if team is not None:
            wanted = wanted.where(row.team == team)
        if owner is not None:
            wanted = wanted.where(row.owner == owner)
        wanted = wanted.order_by(col(row.next_at).is_(None), col(row.next_at), row.id)
        async with self._database.read() as session:
            return [as_schedule(found) for found in await session.exec(wanted)]

    async def every(self) -> Sequence[Schedule]:
        """All that were ever confirmed, the newest first."""
        row = tables.Schedule
        hidden = [str(State.ASKED), str(State.PROPOSED)]
        wanted = select(row).where(col(row.state).not_in(hidden)).order_by(col(row.created_at).desc(), row.id)
        async with self._database.read() as session:
            return [as_schedule(found) for found in await session.exec(wanted)]

    async def occurrences(self, id: str, most: int = 20) -> Sequence[Occurrence]:
        """The newest of a schedule first."""
        row = tables.Occurrence
        wanted = select(row).where(row.schedule == id).order_by(col(row.at).desc(), col(row.wall).desc()).limit(most)
        async with self._database.read() as session:
            return [as_occurrence(found) for found in await session.exec(wanted)]

    async def occurrence(self, id: str, wall: str) -> Occurrence | None:
        async with self._database.read() as session:
            row = await session.get(tables.Occurrence, (id, wall))
            return as_occurrence(row) if row else None

    async def of_mission(self, mission: str) -> Occurrence | None:
        """The occurrence that the mission is the run of."""
        wanted = select(tables.Occurrence).where(tables.Occurrence.mission == mission)
        async with self._database.read() as session:
            row = (await session.exec(wanted)).first()
            return as_occurrence(row) if row else None

    async def before(self, one: Occurrence) -> str | None:
        """The mission of the last run that went well before this one."""
        row = tables.Occurrence
        wanted = (
            select(row.mission)
            .where(row.schedule == one.schedule, row.outcome == str(Outcome.RUN), row.at < one.at)
            .where(col(row.mission).is_not(None))
            .order_by(col(row.at).desc())
        )
        async with self._database.read() as session:
            return (await session.exec(wanted.limit(1))).first()

    async def under_way(self, id: str) -> Sequence[Occurrence]:
        """Those of a schedule that have begun and not ended."""
        row = tables.Occurrence
        wanted = select(row).where(row.schedule == id, col(row.outcome).in_(BEGUN)).order_by(col(row.at))
        async with self._database.read() as session:
            return [as_occurrence(found) for found in await session.exec(wanted)]

    async def ended_missions(self) -> Sequence[str]:
        """Missions that have ended while their occurrence is still said to be under way."""
        row, run = tables.Occurrence, tables.Mission
        ended = [str(state) for state in ENDED] + ["failed"]
        wanted = select(run.id).join(row, onclause=col(row.mission) == col(run.id))
        wanted = wanted.where(row.outcome == str(Outcome.RUNNING), col(run.state).in_(ended))
        async with self._database.read() as session:
            return list(await session.exec(wanted))

    async def stranded(self) -> Sequence[str]:
        """Schedules in which occurrences wait for a run that is no longer under way."""
        row = tables.Occurrence
        busy = select(row.schedule).where(col(row.outcome).in_(BEGUN))
        wanted = select(row.schedule).where(row.outcome == str(Outcome.WAITING), col(row.schedule).not_in(busy))
        async with self._database.read() as session:
            return list(await session.exec(wanted.distinct()))

    async def let_next_begin(self, id: str) -> None:
        """The oldest occurrence that waits is to begin now."""
        async with self._database.write() as session:
            await session.run(_let_next_begin, id, self._clock.now())


# ---- inside transactions ----


def _open(session: Session, id: str) -> ScheduleChange:
    row = session.get(tables.Schedule, id, with_for_update=True, populate_existing=True)
    if row is None:
        raise UnknownSchedule(f"There is no schedule {id}.")
    return ScheduleChange(as_schedule(row), session)


def _record(session: Session, now: dt.datetime, walls: Walls) -> int:
    row = tables.Schedule
    due = select(row).where(col(row.state).in_(STATES), col(row.next_at) <= now)
    rows = session.exec(due.order_by(row.id).limit(AT_ONCE).with_for_update()).all()
    for found in rows:
        seen = domain.look(as_schedule(found), now, walls)
        _add(session, seen.occurrences)
        _save(session, seen.schedule, walls)
    return len(rows)


def _begin(session: Session, now: dt.datetime, enqueue: Enqueue) -> int:
    """Schedules are locked before their occurrences, as everywhere, so that nobody waits in a circle."""
    one = tables.Occurrence
    due = (col(one.outcome) == str(Outcome.PLANNED)) & (col(one.start_at) <= now)
    ids = session.exec(
        select(one.schedule).where(due).group_by(one.schedule).order_by(one.schedule).limit(AT_ONCE)
    ).all()
    plans = session.exec(
        select(tables.Schedule)
        .where(col(tables.Schedule.id).in_(ids))
        .order_by(tables.Schedule.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_id = {plan.id: as_schedule(plan) for plan in plans}
    rows = session.exec(select(one).where(due, col(one.schedule).in_(ids)).order_by(col(one.start_at), one.wall)).all()
    busy = set(session.exec(select(one.schedule).where(col(one.outcome).in_(BEGUN), col(one.schedule).in_(ids))).all())
    newest = _newest_planned(session, ids)
    for row in rows:
        present = as_occurrence(row)
        newer = row.at < newest[row.schedule]
        outcome, reason = domain.begins(by_id[row.schedule], present, row.schedule in busy, now, newer=newer)
        after = replace(present, outcome=outcome, reason=reason)
        if outcome is Outcome.SKIPPED:
            after = domain.ended(present, outcome, reason, now)
        elif outcome is Outcome.FIRING:
            busy.add(row.schedule)
            after = replace(after, begun_at=now)
            enqueue(session, ScheduleCall("fire", row.schedule, row.wall))
        _put(session, after)
    return len(rows)


def _newest_planned(session: Session, ids: Sequence[str]) -> dict[str, dt.datetime]:
    """The latest slot of each schedule that is to be begun, now or later."""
    one = tables.Occurrence
    wanted = select(one.schedule, sa.func.max(one.at)).where(one.outcome == str(Outcome.PLANNED))
    return dict(session.exec(wanted.where(col(one.schedule).in_(ids)).group_by(one.schedule)).all())


def _let_next_begin(session: Session, id: str, now: dt.datetime) -> None:
    _open(session, id)
    row = tables.Occurrence
    wanted = select(row).where(row.schedule == id, row.outcome == str(Outcome.WAITING))
    if first := session.exec(wanted.order_by(col(row.at), row.wall).limit(1)).first():
        _put(session, replace(as_occurrence(first), outcome=Outcome.PLANNED, reason="", start_at=now))


def _add(session: Session, found: Sequence[Occurrence]) -> None:
    writing.insert_all(session, tables.Occurrence, [_values(one) for one in found])


def _put(session: Session, one: Occurrence) -> None:
    writing.upsert(session, tables.Occurrence, ["schedule", "wall"], _values(one))


def _values(one: Occurrence) -> dict[str, Any]:
    return plain.shallow(one) | {"outcome": str(one.outcome)}


def _save(session: Session, given: Schedule, walls: Walls) -> None:
    values = plain.shallow(given)
    values |= {"timing": plain.pack(given.timing), "policies": plain.pack(given.policies), "state": str(given.state)}
    values["standing"] = plain.pack(given.standing) if given.standing else None
    values["budget_usd"] = None if given.budget_usd is None else str(given.budget_usd)
    values["next_at"] = domain.next_at(given, walls) if given.state in LIVE else None
    writing.upsert(session, tables.Schedule, ["id"], values)


def as_schedule(row: tables.Schedule) -> Schedule:
    """The row as the domain knows it."""
    return plain.unpack(Schedule, row.model_dump(exclude={"next_at"}))


def as_occurrence(row: tables.Occurrence) -> Occurrence:
    """The row as the domain knows it."""
    return plain.unpack(Occurrence, row.model_dump())
