"""One commit about one mission."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from agents.domain import events as happenings
from agents.domain.authority import Delegation, Vote
from agents.domain.events import Event
from agents.domain.evidence import Claim, Dependency, Snapshot, Verdict
from agents.domain.mission import Decision, Gate, Mission, State, check_move
from agents.domain.plan import Estimate, Plan
from agents.ports import (
    AlreadyDecided,
    DrainCall,
    Enqueue,
    NotAsShown,
    Note,
    Outgoing,
    PastTask,
    PhaseCall,
    Proposal,
    ResultRecord,
    Router,
    TaskRecord,
)
from storage import audit, ledger, mandates, outbox, past, tables, waits, writing
from storage.errors import UnknownGate
from storage.waits import Wait

Write = Callable[[Session, dt.datetime], None]


class RowChange:
    """Collects writes, and makes them all in `flush`. `mission` is as read in this transaction, then as moved."""

    def __init__(self, mission: Mission, gates: Iterable[Gate] = ()) -> None:
        self.mission = self._before = mission
        self._gates: dict[str, Gate] = {gate.id: gate for gate in gates}
        self._read = dict(self._gates)
        self._writes: list[Write] = []
        self._last: list[Write] = []  # after what is told: a drain is enqueued where nothing waited before
        self._events: list[Event] = []
        self._shown: list[Outgoing] = []
        self._calls: list[PhaseCall] = []
        self._authority = ""
        self._replanned = False
        self._entries: list[audit.Entry] = []
        self._now = dt.datetime.min  # until it is flushed

    def move(
        self, to: State, *, reason: str = "", title: str = "", rev: int | None = None, stood: State | None = None
    ) -> None:
        """Raises IllegalMove. A reason belongs to the state it was given for; a title stays until there is another.

        `stood` says where an interrupted mission goes on; it too belongs to the state it was given for.
        """
        before = self.mission
        if to is not before.state:
            check_move(before.state, to)
        elif not reason:
            reason = before.reason
        rev = before.rev if rev is None else rev
        kept = before.stood if to is before.state else ""
        self.mission = replace(
            before, state=to, reason=reason, title=title or before.title, rev=rev, stood=str(stood or kept)
        )

    def reword(self, text: str) -> None:
        """The person who gave the mission has put it differently."""
        self.mission = replace(self.mission, text=text)

    def open_thread(self, thread: str) -> None:
        """The mission worked unseen, and from now on in this thread."""
        self.mission = replace(self.mission, thread=thread, message=thread)

    def save_plan(self, rev: int, plan: Plan, estimate: Estimate) -> None:
        """The plan with the highest revision is the one that counts."""
        self._replanned = True
        self._later(lambda session: writing.save_plan(session, self.mission.id, rev, plan, estimate))

    def save_wishes(self, rev: int, wishes: Sequence[str]) -> None:
        """What a person asked for when plan revision `rev` was started."""
        self._later(lambda session: writing.save_wishes(session, self.mission.id, rev, wishes))

    def save_task(self, record: TaskRecord) -> None:
        """The record, unless that attempt is known to have got further."""
        self._later(lambda session: writing.save_task(session, self.mission.id, record))

    def save_snapshot(self, task: str, snapshot: Snapshot, call: str = "") -> None:
        """What a tool captured for the task; `call` is the id of the tool call."""
        id = self.mission.id
        self._writes.append(lambda session, now: ledger.add_snapshot(session, id, task, snapshot, call, now))

    def save_claims(
        self, task: str, rev: int, attempt: int, claims: Sequence[Claim], verdicts: Sequence[Verdict]
    ) -> None:
        """Adds the claims of one attempt and what was found about them."""
        of = ledger.AttemptKey(self.mission.id, task, rev, attempt)
        self._writes.append(lambda session, now: ledger.add_claims(session, of, claims, now))
        self._writes.append(lambda session, now: ledger.add_verdicts(session, of, verdicts, now))

    def save_verdicts(
        self, key: str, verdicts: Sequence[Verdict], of: Mapping[str, tuple[int, int]] | None = None
    ) -> None:
        """Adds what was found about claims of any task, once for the occasion that `key` names."""
        self._found(key, verdicts, of)

    def save_dependencies(
        self, key: str, dependencies: Sequence[Dependency], of: Mapping[str, tuple[int, int]] | None = None
    ) -> None:
        """Adds what claims rest on, once for the occasion that `key` names."""
        self._found(key, dependencies, of)

    def _found(
        self, key: str, found: Sequence[Verdict] | Sequence[Dependency], of: Mapping[str, tuple[int, int]] | None
    ) -> None:
        id, about = self.mission.id, dict(of or {})
        self._writes.append(lambda session, now: ledger.add_findings(session, id, key, found, about, now))

    def save_result(self, result: ResultRecord) -> None:
        """The result with the highest revision is the one that counts."""
        self._later(lambda session: writing.save_result(session, self.mission.id, result))

    def save_note(self, note: Note) -> None:
        """A reply in the thread; an edited one replaces its words."""
        self._later(lambda session: writing.save_note(session, self.mission.id, note))

    def save_proposal(self, proposal: Proposal) -> None:
        """A drafted plan that is not the mission's yet."""
        self._later(lambda session: writing.save_proposal(session, self.mission.id, proposal))

    def save_wait(self, wait: Wait) -> None:
        """How far the wait for an answer is."""
        self._later(lambda session: waits.save(session, wait))

    def hold_back(self) -> None:
        """Keeps what waits to be shown of the mission's work from being shown, until `let_go`."""
        self._later(lambda session: outbox.hold_back(session, self.mission.id))

    def let_go(self) -> None:
        """What was held back may be shown; it goes with the drain of what is told in the same commit."""
        self._last.append(lambda session, _: outbox.let_go(session, self.mission.id))

    def open_gate(self, gate: Gate) -> None:
        """Asks once; asked again before there is an answer, it is bound to what is shown now."""
        known = self._gates.get(gate.id)
        if known is None or not known.decision:
            self._gates[gate.id] = replace(known, digest=gate.digest) if known else gate
        self._later(lambda session: writing.open_gate(session, replace(gate, asked_at=gate.asked_at or self._now)))

    def decide(self, decision: Decision) -> None:
        """Raises AlreadyDecided when there is an answer, UnknownGate when the mission never asked."""
        gate = self._undecided(decision.gate)
        self._gates[gate.id] = replace(gate, decision=decision)
        self._later(lambda session: writing.add_decision(session, decision))

    def vote(self, vote: Vote) -> Gate:
        """Adds what a person says, and returns the gate with it. Raises AlreadyDecided and UnknownGate."""
        gate = self._undecided(vote.gate)
        said = (*(v for v in gate.votes if (v.user, v.choice) != (vote.user, vote.choice)), vote)
        self._gates[gate.id] = replace(gate, votes=said)
        self._later(lambda session: writing.add_vote(session, vote))
        return self._gates[gate.id]

    def save_past(self, department: str, tasks: Sequence[PastTask]) -> None:
        """What the tasks of a delivered mission took."""
        self._later(lambda session: past.save(session, self.mission, department, tasks, self._now))

    def spend(self) -> None:
        """Every answer so far has had its effect: the phase that it let begin has really begun."""
        if any(gate.decision and not gate.resumed_at for gate in self._gates.values()):
            self._last.append(lambda session, now: writing.spend(session, self.mission.id, now))

    def delegate(self, delegation: Delegation) -> None:
        """Somebody may answer in another person's place; given again, it runs until the newest time."""
        self._later(lambda session: writing.save_delegation(session, delegation))

    def by(self, authority: str) -> None:
        """By which authority the person does what is told of in this commit, for the audit."""
        self._authority = authority

    def audit(self, *entries: audit.Entry) -> None:
        """Puts on record what no event of the mission tells of."""
        self._entries += entries

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
        """Writes everything into the transaction: rows first, then news, then what is to be started, then the audit."""
        self._now = now
        intact = not self._replanned or mandates.intact(session, self.mission.id)
        if self.mission is not self._before:
            writing.save_mission(session, self.mission)
        for write in self._writes:
            write(session, now)
        new = [event for event in self._events if _remember(session, self.mission.id, event, now)]
        rows = [row for event in new for row in route(self.mission, event)]
        show(session, self.mission.team, self.mission.id, [*rows, *self._shown], enqueue, now)
        for write in self._last:
            write(session, now)
        for call in self._calls:
            decided = self._decided()
            if call.phase == "run" and not intact and not (decided and decided.kind == "plan"):
                raise NotAsShown(call.id)
            mandates.give(session, call, decided, replanned=self._replanned)
            enqueue(session, call)
        told = audit.of_events(session, self.mission, new, self._gates, self._authority)
        audit.append(session, self.mission.team, [*self._entries, *told], now)

    def _undecided(self, id: str) -> Gate:
        gate = self._gates.get(id)
        if gate is None:
            raise UnknownGate(id)
        if gate.decision:
            raise AlreadyDecided(gate.decision)
        return gate

    def _decided(self) -> Gate | None:
        """The gate that was answered in this commit, if one was."""
        before = {id for id, gate in self._read.items() if gate.decision}
        return next((gate for id, gate in self._gates.items() if gate.decision and id not in before), None)

    def _later(self, write: Callable[[Session], None]) -> None:
        self._writes.append(lambda session, _: write(session))


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
