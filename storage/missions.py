"""Missions as rows: the way in for commands, and the way to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from sqlmodel import Session, col, select

from agents.domain.authority import Delegation
from agents.domain.events import Event
from agents.domain.mission import ENDED, Gate, Mission
from agents.ports import (
    Clock,
    Enqueue,
    File,
    Journal,
    Note,
    Outgoing,
    PhaseCall,
    Proposal,
    Router,
    Spent,
    TaskRecord,
    Told,
)
from storage import audit, halts, inbox, mandates, plain, reading, tables, writing
from storage.changes import RowChange, show
from storage.database import Database
from storage.inbox import Gesture


class MissionRows:
    """`route` says what is to be shown of an event; `enqueue` starts phases and drains in the commit that asks."""

    def __init__(
        self, database: Database, route: Router, enqueue: Enqueue, clock: Clock, journal: Journal | None = None
    ) -> None:
        self._database = database
        self._route = route
        self._enqueue = enqueue
        self._clock = clock
        self._journal = journal  # where `File.spent` comes from

    # ---- changing ----

    @asynccontextmanager
    async def change(self, mission: str) -> AsyncGenerator[RowChange]:
        """One transaction, committed at the end of the block. Others wait meanwhile, so the block must not."""
        async with self._database.write() as session:
            change = await session.run(_open, mission)
            yield change
            await session.run(self._flush, change)

    @asynccontextmanager
    async def receive(self, gesture: Gesture, mission: str) -> AsyncGenerator[RowChange | None]:
        """The same in one commit with the gesture that asks for it; None when that was received before."""
        async with self._database.write(urgent=True) as session:
            change = await session.run(self._received, gesture, mission)
            yield change
            if change:
                await session.run(self._flush, change)

    async def accept(
        self,
        gesture: Gesture,
        create: Mission | None = None,
        events: Sequence[Event] = (),
        start: PhaseCall | None = None,
        show: Sequence[Outgoing] = (),
        by: str = "member",
    ) -> bool:
        """Receives a gesture with all that it begins, in one commit. False, with nothing written, when seen before."""
        async with self._database.write(urgent=True) as session:
            return await session.run(self._accept, gesture, create, events, start, show, by)

    async def halt(self, gesture: Gesture) -> bool:
        """Halts the workspace in one commit with the gesture that asks for it; False when it was halted before."""
        async with self._database.write(urgent=True) as session:
            now = self._clock.now()
            if not await session.run(inbox.receive, gesture, None, now):
                return False
            new = await session.run(halts.begin, gesture.team, gesture.user, now)
            outcome = "halted" if new else "was halted before"
            entry = audit.Entry(gesture.user, "admin", "kill", gesture.team, "", outcome)
            await session.run(audit.append, gesture.team, [entry], now)
            return new

    async def end_halt(self, gesture: Gesture) -> bool:
        """Ends the halt of the workspace; False when there was none."""
        async with self._database.write(urgent=True) as session:
            now = self._clock.now()
            if not await session.run(inbox.receive, gesture, None, now):
                return False
            ended = await session.run(halts.end, gesture.team)
            outcome = "halt ended" if ended else "was not halted"
            entry = audit.Entry(gesture.user, "admin", "kill", gesture.team, "", outcome)
            await session.run(audit.append, gesture.team, [entry], now)
            return ended

    async def refuse(self, gesture: Gesture, mission: str | None, entry: audit.Entry) -> bool:
        """Puts on record that a gesture was turned away; False when this very gesture was before."""
        async with self._database.write(urgent=True) as session:
            now = self._clock.now()
            new = await session.run(inbox.receive, gesture, mission, now)
            if new:
                await session.run(audit.append, gesture.team, [entry], now)
            return new

    def _received(self, session: Session, gesture: Gesture, mission: str) -> RowChange | None:
        change = _open(session, mission)
        return change if inbox.receive(session, gesture, mission, self._clock.now()) else None

    def _accept(
        self,
        session: Session,
        gesture: Gesture,
        create: Mission | None,
        events: Sequence[Event],
        start: PhaseCall | None,
        rows: Sequence[Outgoing],
        by: str,
    ) -> bool:
        now = self._clock.now()
        if not inbox.receive(session, gesture, create.id if create else None, now):
            return False
        if create is None:
            if events or start:
                raise ValueError("Events and phases belong to a mission.")
            show(session, gesture.team, None, rows, self._enqueue, now)
            return True
        if not writing.insert(session, tables.Mission, plain.shallow(create)):
            raise ValueError(f"There is a mission {create.id} already.")
        change = RowChange(create)
        change.by(by)
        change.tell(*events)
        change.show(*rows)
        if start:
            change.start(start)
        self._flush(session, change)
        return True

    def _flush(self, session: Session, change: RowChange) -> None:
        change.flush(session, self._route, self._enqueue, self._clock.now())

    # ---- reading ----

    async def mission(self, id: str) -> Mission:
        """Raises UnknownMission."""
        async with self._database.read() as session:
            return reading.as_mission(await session.run(reading.mission_row, id))

    async def file(self, id: str) -> File:
        """Everything about the mission. Raises UnknownMission."""
        spent = await self._journal.spent(id) if self._journal else Spent()
        async with self._database.read() as session:
            return await session.run(reading.file, id, spent)

    async def gate(self, id: str) -> Gate | None:
        """One question with its answer."""
        async with self._database.read() as session:
            return await session.run(reading.gate, id)

    async def notes(self, mission: str) -> Sequence[Note]:
        """Replies of people in the thread, oldest first."""
        async with self._database.read() as session:
            return await session.run(reading.notes, mission)

    async def wishes(self, mission: str, rev: int) -> tuple[str, ...]:
        """What a person asked for when this plan revision was started."""
        async with self._database.read() as session:
            row = await session.get(tables.Wishes, (mission, rev))
            return tuple(row.wishes) if row else ()

    async def proposal(self, gate: str) -> Proposal | None:
        """The drafted plan that this gate is about."""
        async with self._database.read() as session:
            return await session.run(reading.proposal, gate)

    async def delegations(self, mission: str, now: dt.datetime) -> tuple[Delegation, ...]:
        """Who stands in for whom in the mission at that time."""
        row = tables.Delegation
        async with self._database.read() as session:
            found = await session.exec(select(row).where(row.mission == mission, col(row.until) > now))
            return tuple(Delegation(**one.model_dump()) for one in found)

    async def mandate(self, mission: str, phase: str, rev: int) -> str | None:
        """The digest of what the phase was let to carry out; None when nobody let it."""
        async with self._database.read() as session:
            found = await session.run(mandates.find, mission, phase, rev)
            return found.digest if found else None

    async def halted(self, team: str) -> str | None:
        """Who halted the workspace; None when nobody did."""
        async with self._database.read() as session:
            row = await session.get(tables.Halt, team)
            return row.user if row else None

    async def attempt(self, mission: str, task: str, rev: int, attempt: int) -> TaskRecord | None:
        """One hand-over as it was made, kept when later ones follow."""
        found = await self.attempts(mission)
        return next((one for one in found if (one.task, one.rev, one.attempt) == (task, rev, attempt)), None)

    async def attempts(self, mission: str) -> Sequence[TaskRecord]:
        """Every attempt at every task, oldest first."""
        async with self._database.read() as session:
            return await session.run(reading.attempts, mission)

    async def told(self, mission: str, after: int = 0) -> Sequence[Told]:
        """The mission's history from after that place on."""
        async with self._database.read() as session:
            return await session.run(reading.told, mission, after)

    async def mission_of_thread(self, team: str, channel: str, thread: str) -> Mission | None:
        """The newest mission of a thread."""
        row = tables.Mission
        wanted = select(row).where(row.team == team, row.channel == channel, row.thread == thread)
        async with self._database.read() as session:
            found = (await session.exec(wanted.order_by(*NEWEST).limit(1))).first()
            return reading.as_mission(found) if found else None

    async def open_missions(self, team: str, user: str | None = None) -> Sequence[Mission]:
        """Missions that have not ended, newest first; those a person asked for, or all of the workspace."""
        row = tables.Mission
        wanted = select(row).where(row.team == team, col(row.state).not_in([str(state) for state in ENDED]))
        if user:
            wanted = wanted.where(row.requester == user)
        async with self._database.read() as session:
            return [reading.as_mission(found) for found in await session.exec(wanted.order_by(*NEWEST))]


NEWEST = (col(tables.Mission.created_at).desc(), col(tables.Mission.id).desc())


def _open(session: Session, mission: str) -> RowChange:
    row = reading.mission_row(session, mission, lock=True)
    return RowChange(reading.as_mission(row), reading.gates(session, mission))
