"""A mission, its states and the moves between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from agents.domain.authority import GateKind, Vote

GateState = Literal["requested", "delivered", "decided", "resumed"]


class State(StrEnum):
    """Where a mission stands. Waiting states cost a row and nothing else."""

    PLANNING = "planning"
    QUESTIONS = "questions"  # the department asked before it plans; each question has a default
    PLAN_GATE = "plan_gate"  # a person looks at the plan
    RUNNING = "running"
    TASK_GATE = "task_gate"  # a person decides about a task that could not be accepted
    RESULT_GATE = "result_gate"  # a person looks at the result
    DELIVERING = "delivering"
    PAUSED = "paused"  # a person or the halt of the workspace keeps it from going on; `Mission.stood` says from where
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    FAILED = "failed"  # cannot go on by itself; the reason is on record and a person was told


ENDED = frozenset({State.DELIVERED, State.CANCELLED})
WORKING = frozenset({State.PLANNING, State.RUNNING, State.DELIVERING})  # a phase is at work or about to begin
WAITING = frozenset({State.QUESTIONS, State.PLAN_GATE, State.TASK_GATE, State.RESULT_GATE})

_INTERRUPTED = frozenset(State) - ENDED - {State.PAUSED, State.FAILED}  # where a mission can go on from

MOVES: dict[State, frozenset[State]] = {
    State.PLANNING: frozenset({State.QUESTIONS, State.PLAN_GATE, State.PAUSED, State.CANCELLED, State.FAILED}),
    State.QUESTIONS: frozenset({State.PLANNING, State.PLAN_GATE, State.PAUSED, State.CANCELLED}),
    State.PLAN_GATE: frozenset({State.RUNNING, State.PLANNING, State.PLAN_GATE, State.PAUSED, State.CANCELLED}),
    State.RUNNING: frozenset({State.TASK_GATE, State.RESULT_GATE, State.PAUSED, State.CANCELLED, State.FAILED}),
    State.TASK_GATE: frozenset({State.RUNNING, State.PAUSED, State.CANCELLED}),
    State.RESULT_GATE: frozenset({State.DELIVERING, State.RUNNING, State.PAUSED, State.CANCELLED}),
    State.DELIVERING: frozenset({State.DELIVERED, State.PAUSED, State.CANCELLED, State.FAILED}),
    State.FAILED: frozenset({State.PLANNING, State.RUNNING, State.DELIVERING, State.CANCELLED}),
    State.PAUSED: _INTERRUPTED | {State.CANCELLED},
    State.DELIVERED: frozenset(),
    State.CANCELLED: _INTERRUPTED,  # a mission that was stopped goes on where a person asks for it
}


class IllegalMove(Exception):
    """The mission cannot go from its present state to that one."""


@dataclass(frozen=True)
class Mission:
    """What a person asked for, and where it stands."""

    id: str
    team: str  # Slack workspace id
    channel: str
    thread: str  # ts of the thread's root
    message: str  # ts of the message that asked
    requester: str  # Slack user id
    text: str  # as the person wrote it, mentions resolved
    department: str
    state: State
    rev: int  # revision of the run: counts plan changes and send-backs
    created_at: datetime
    title: str = ""
    reason: str = ""  # why it was cancelled or failed, one sentence
    files: tuple[str, ...] = ()  # Slack ids of the files that came with the request
    stood: str = ""  # the state in which it was paused or stopped; there it goes on


def check_move(present: State, to: State) -> None:
    """Raises IllegalMove when the move is not in the table."""
    if to not in MOVES[present]:
        raise IllegalMove(f"A mission that is {present} cannot become {to}.")


class TaskState(StrEnum):
    """Where one task of a run stands."""

    WAITING = "waiting"
    WORKING = "working"
    REVIEWING = "reviewing"
    REWORKING = "reworking"
    ACCEPTED = "accepted"
    STUCK = "stuck"  # not acceptable within the rounds allowed; a person decides
    DROPPED = "dropped"  # a person decided to go on without it


@dataclass(frozen=True)
class Gate:
    """A question to a person, stored before it is shown and bound to what is shown."""

    id: str  # <mission>:<kind>:<rev>[:<task>]
    mission: str
    kind: GateKind
    rev: int
    digest: str  # of exactly what is shown: the plan, the result, the attempt, the call of a tool
    task: str = ""
    decision: Decision | None = None
    name: str = ""  # of a checkpoint that the plan or the department added
    shown: str = ""  # what is asked, in words, where no other row has it: the call of a tool, the sum of money
    votes: tuple[Vote, ...] = ()  # what people have said so far, oldest first
    asked_at: datetime | None = None
    delivered_at: datetime | None = None  # when Slack had it
    resumed_at: datetime | None = None  # when the next phase had really started; only then is the answer spent

    @property
    def state(self) -> GateState:
        """How far the question is."""
        if self.resumed_at:
            return "resumed"
        if self.decision:
            return "decided"
        return "delivered" if self.delivered_at else "requested"


@dataclass(frozen=True)
class Decision:
    """The answer to a gate: who said what, when, on which digest."""

    gate: str
    choice: str  # approve, edit, change, cancel, send_back, accept, retry, drop, raise, finish, refuse, unanswered
    user: str
    at: datetime
    digest: str
    note: str = ""
