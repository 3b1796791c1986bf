"""One commit about one mission."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sqlmodel import Session

from agents.domain import events as happenings
from agents.domain.events import Event
from agents.domain.evidence import Claim, Snapshot, Verdict
from agents.domain.mission import Decision, Gate, Mission, State, check_move
from agents.domain.plan import Estimate, Plan
from agents.ports import (
    AlreadyDecided,
    DrainCall,
    Enqueue,
    Note,
    Outgoing,
    PhaseCall,
    ResultRecord,
    Router,
    TaskRecord,
)
from storage import outbox, tables, writing
from storage.errors import UnknownGate

Write = Callable[[Session], None]


class RowChange:
    """Collects writes, and makes them all in `flush`. `mission` is as read in this transaction, then as moved."""

    def __init__(self, mission: Mission, gates: Iterable[Gate] = ()) -> None:
        self.mission = self._before = mission
        self._gates: dict[str, Gate] = {gate.id: gate for gate in gates}
        self._writes: list[Write] = []
        self._events: list[Event] = []
        self._shown: list[Outgoing] = []
        self._calls: list[PhaseCall] = []

    def move(self, to: State, *, reason: str = "", title: str = "", rev: int | None = None) -> None:
        """Raises IllegalMove. A reason belongs to the state it was given for; a title stays until there is another."""
        before = self.mission
        if to is not before.state:
            check_move(before.state, to)
        elif not reason:
            reason = before.reason
        rev = before.rev if rev is None else rev
        self.mission = replace(before, state=to, reason=reason, title=title or before.title, rev=rev)

    def open_thread(self, thread: str) -> None:
        """The mission worked unseen, and from now on in this thread."""
        self.mission = replace(self.mission, thread=thread, message=thread)

    def save_plan(self, rev: int, plan: Plan, estimate: Estimate) -> None:
        """The plan with the highest revision is the one that counts."""
        self._later(lambda session: writing.save_plan(session, self.mission.id, rev, plan, estimate))

    def save_wishes(self, rev: int, wishes: Sequence[str]) -> None:
        """What a person asked for when plan revision `rev` was started."""
        self._later(lambda session: writing.save_wishes(session, self.mission.id, rev, wishes))

    def save_task(self, record: TaskRecord) -> None:
        """The record, unless that attempt is known to have got further."""
        self._later(lambda session: writing.save_task(session, self.mission.id, record))

    def save_snapshot(self, task: str, snapshot: Snapshot) -> None:
        """What a tool captured for the task."""
        self._later(lambda session: writing.save_snapshot(session, self.mission.id, task, snapshot))

    def save_claims(
        self, task: str, rev: int, attempt: int, claims: Sequence[Claim], verdicts: Sequence[Verdict]
    ) -> None:
        """Adds the claims of one attempt and what was found about them."""
        of = writing.AttemptKey(self.mission.id, task, rev, attempt)
        self._later(lambda session: writing.add_claims(session, of, claims))
        self._later(lambda session: writing.add_verdicts(session, of, verdicts))

    def save_result(self, result: ResultRecord) -> None:
        """The result with the highest revision is the one that counts."""
        self._later(lambda session: writing.save_result(session, self.mission.id, result))

    def save_note(self, note: Note) -> None:
        """A reply in the thread; an edited one replaces its words."""
        self._later(lambda session: writing.save_note(session, self.mission.id, note))

    def open_gate(self, gate: Gate) -> None:
        """Asks once; asked again before there is an answer, it is bound to what is shown now."""
        self._gates.setdefault(gate.id, gate)
        self._later(lambda session: writing.open_gate(session, gate))

    def decide(self, decision: Decision) -> None:
        """Raises AlreadyDecided when there is an answer, UnknownGate when the mission never asked."""
        gate = self._gates.get(decision.gate)
        if gate is None:
            raise UnknownGate(decision.gate)
        if gate.decision:
            raise AlreadyDecided(gate.decision)
        self._gates[gate.id] = replace(gate, decision=decision)
        self._later(lambda session: writing.add_decision(session, decision))

    def gate(self, id: str) -> Gate | None:
        """A question of this mission, with its answer if it has one."""
        return self._gates.get(id)

    def gates(self, kind: str, rev: int) -> list[Gate]:
        """All questions of that kind in that revision."""
        return [gate for gate in self._gates.values() if (gate.kind, gate.rev) == (kind, rev)]

    def tell(self, *events: Event) -> None:
        """What is already in the history is passed over, and so is what was to be shown of it."""
        self._events += events

    def show(self, *rows: Outgoing) -> None:
        """Something to be shown that is no event of the mission, such as an answer to one person."""
        self._shown += rows

    def start(self, call: PhaseCall) -> None:
        """Enqueues a phase in the same commit."""
        self._calls.append(call)

    def flush(self, session: Session, route: Router, enqueue: Enqueue, now: dt.datetime) -> None:
        """Writes everything into the transaction: rows first, then news, then what is to be started."""
        if self.mission is not self._before:
            writing.save_mission(session, self.mission)
        for write in self._writes:
            write(session)
        new = [event for event in self._events if _remember(session, self.mission.id, event, now)]
        rows = [row for event in new for row in route(self.mission, event)]
        show(session, self.mission.team, self.mission.id, [*rows, *self._shown], enqueue, now)
        for call in self._calls:
            enqueue(session, call)

    def _later(self, write: Write) -> None:
        self._writes.append(write)


def _remember(session: Session, mission: str, event: Event, now: dt.datetime) -> bool:
    name, body = happenings.pack(event)
    return writing.insert(
        session, tables.Event, {"mission": mission, "key": event.key, "name": name, "body": body, "at": now}
    )


def show(
    session: Session, team: str, mission: str | None, rows: Sequence[Outgoing], enqueue: Enqueue, now: dt.datetime
) -> None:
    """Puts what is new into the outbox, and enqueues a drain for each channel in which nothing waited before.

    Where something waits there is a drain, and it ends only when nothing waits any more.
    """
    drained = {channel for channel in {row.channel for row in rows} if outbox.hold_waiting(session, channel)}
    first: dict[str, str] = {}
    for row in rows:
        if outbox.put(session, team, mission, row, now) and row.channel not in drained:
            first.setdefault(row.channel, row.key)
    for channel, key in first.items():
        enqueue(session, DrainCall(channel, key))
