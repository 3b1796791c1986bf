"""Missions as rows: the way in for commands, and the way to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from sqlmodel import Session, col, select

from agents.domain.authority import Delegation
from agents.domain.events import Event
from agents.domain.mission import ENDED, Gate, Mission
from agents.domain.plan import Plan
from agents.ports import (
    Clock,
    Enqueue,
    File,
    Journal,
    Note,
    Outgoing,
    PastTask,
    PhaseCall,
    Proposal,
    Router,
    Spent,
    TaskRecord,
    Told,
)
from storage import audit, halts, inbox, mandates, past, plain, reading, tables, waits, writing
from storage.changes import RowChange, show
from storage.database import Database
from storage.inbox import Gesture
from storage.waits import Wait


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
            new = await session.run(inbox.receive, _turned_away(gesture, entry.action), mission, now)
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

    async def past_tasks(self, team: str, department: str) -> Sequence[PastTask]:
        """What the newest finished tasks of a department took."""
        async with self._database.read() as session:
            return await session.run(past.newest, team, department)

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

    async def said(self, team: str, channel: str, ts: str) -> tuple[Mission, Note | None] | None:
        """The newest mission that a message belongs to: without a note, the message gave the mission."""
        async with self._database.read() as session:
            return await session.run(reading.said, team, channel, ts)

    async def unwatched_gates(self) -> Sequence[str]:
        """Questions without an answer that have no row saying how long they wait."""
        async with self._database.read() as session:
            return await session.run(waits.unwatched)

    async def due_waits(self, now: dt.datetime) -> Sequence[Wait]:
        """Waits whose time has come."""
        async with self._database.read() as session:
            return await session.run(waits.due, now)

    async def save_wait(self, wait: Wait) -> None:
        """How far the wait for an answer is."""
        async with self._database.write() as session:
            await session.run(waits.save, wait)

    async def open_for(self, team: str, user: str) -> Sequence[waits.Open]:
        """Every question of the workspace that has no answer, with the person's delegations."""
        async with self._database.read() as session:
            return await session.run(waits.open_for, team, user, self._clock.now())

    async def announce(self, team: str, row: Outgoing) -> None:
        """Shows something that belongs to no mission's thread, once."""
        async with self._database.write() as session:
            await session.run(show, team, None, [row], self._enqueue, self._clock.now())

    async def unread_notes(self, kind: str) -> Sequence[tuple[str, Note]]:
        """Replies of that kind in all missions, each with its mission, oldest first."""
        async with self._database.read() as session:
            return await session.run(reading.notes_of_kind, kind)

    async def plan(self, mission: str, rev: int) -> Plan | None:
        """The newest plan up to that revision."""
        async with self._database.read() as session:
            return await session.run(reading.plan, mission, rev)

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

    async def interrupted_missions(self, team: str) -> Sequence[Mission]:
        """Missions that were paused or stopped and can go on, newest first."""
        row = tables.Mission
        wanted = select(row).where(row.team == team, row.stood != "").order_by(*NEWEST).limit(50)
        async with self._database.read() as session:
            return [reading.as_mission(found) for found in await session.exec(wanted)]


def _turned_away(gesture: Gesture, action: str) -> Gesture:
    """A gesture of its own: what was said may have been received already when it is found that it does not count."""
    said = gesture.kind in inbox.SAID
    name = f"{gesture.channel}:{gesture.ts}" if said or not gesture.event_id else gesture.event_id
    return Gesture(gesture.team, "other", f"refused:{action}:{name}", gesture.channel, None, None, gesture.user)


NEWEST = (col(tables.Mission.created_at).desc(), col(tables.Mission.id).desc())


def _open(session: Session, mission: str) -> RowChange:
    row = reading.mission_row(session, mission, lock=True)
    return RowChange(reading.as_mission(row), reading.gates(session, mission))
