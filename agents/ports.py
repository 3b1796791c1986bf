"""What the department needs from the world outside it, as small protocols. `bot/app.py` fits them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from agents.domain import results
from agents.domain.artifact import Artifact
from agents.domain.department import Department
from agents.domain.estimates import PastTask
from agents.domain.events import Event
from agents.domain.evidence import Claim, Dependency, Snapshot, Verdict
from agents.domain.mission import Decision, Gate, Mission, State, TaskState
from agents.domain.money import Amount, Hold, Wallet
from agents.domain.plan import Estimate, Plan

# ---- models ----


@dataclass(frozen=True)
class ToolCall:
    """A model's wish to use a tool; `arguments` is JSON as the model wrote it, not yet checked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Message:
    """One message of an exchange with a model."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True)
class ToolSpec:
    """A tool as a model is told about it; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class AnswerShape:
    """The JSON schema that the answer must fit, and its name."""

    name: str
    schema: Mapping[str, object]


@dataclass(frozen=True)
class ModelRequest:
    """Everything that decides a model's answer. Plain data: its digest is the journal's."""

    model: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    answer: AnswerShape | None = None
    max_output_tokens: int | None = None


@dataclass(frozen=True)
class Usage:
    """Tokens of one attempt; `estimated` when the server did not say."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False


@dataclass(frozen=True)
class Attempt:
    """One request that went out, answered or not. `cost_usd` is None when the model's price is unknown."""

    model: str
    outcome: str  # "ok" or the error's code
    usage: Usage
    cost_usd: Decimal | None
    seconds: float


@dataclass(frozen=True)
class ModelReply:
    """A model's answer with every attempt that it took."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    finish: str  # stop, tool_calls, length, content_filter
    model: str
    attempts: tuple[Attempt, ...]


class ModelError(Exception):
    """The model could not be asked.

    ModelError
    +-- ModelUnavailable    nobody now: overloaded, unreachable or too slow; later it may work
    +-- ModelMisconfigured  the operator: key, address, model name or quota
    +-- ModelRefused        a person: the model declined, or a filter stopped it
    +-- ModelContextFull    the harness: the request is longer than the model reads
    +-- ModelNonsense       the model: the answer did not fit its contract after every re-ask
    """

    def __init__(self, message: str, attempts: Sequence[Attempt] = ()) -> None:
        super().__init__(message)
        self.attempts = tuple(attempts)  # what was tried, to be booked


class ModelUnavailable(ModelError):
    """The model server cannot answer now."""


class ModelMisconfigured(ModelError):
    """The model server refuses our key, address, model name or quota."""


class ModelRefused(ModelError):
    """The model declined to answer."""


class ModelContextFull(ModelError):
    """The request is longer than the model can read."""


class ModelNonsense(ModelError):
    """The model's answer does not fit its contract."""


class Model(Protocol):
    """A server of language models. One retry loop inside; raises ModelError."""

    async def ask(self, request: ModelRequest) -> ModelReply: ...


# ---- the call journal ----


@dataclass(frozen=True)
class Spent:
    """What a mission has used. `cost_usd` sums what is known; `unpriced` counts calls without a known price."""

    calls: int = 0
    attempts: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    unpriced: int = 0


class Journal(Protocol):
    """Answers already paid for. Key = mission and place in the plan; first write wins; committed before use."""

    async def recall(self, key: str, digest: str) -> str | None:
        """The recorded answer (JSON), or None. One whose digest does not fit is never returned, and logged."""
        ...

    async def record(
        self,
        mission: str,
        key: str,
        digest: str,
        kind: str,
        body: str,
        attempts: Sequence[Attempt] = (),
        hold: Hold | None = None,
    ) -> str:
        """Commits the answer and returns the one that counts: ours, or an earlier one for the same key and digest.

        In the same commit the attempts are paid from the wallets of `hold`, in place of what was set aside there.
        """
        ...

    async def book(self, mission: str, key: str, attempts: Sequence[Attempt], hold: Hold | None = None) -> None:
        """Commits the cost of attempts that brought no answer, paid from the wallets of `hold`."""
        ...

    async def spent(self, mission: str) -> Spent:
        """What the mission has used so far."""
        ...

    async def places(self, mission: str) -> Mapping[str, Spent]:
        """What was used at each place of the mission, such as run/t2@5f1c2d3e."""
        ...

    async def dearest(self, mission: str) -> Mapping[str, Amount]:
        """By model, the most that one request of the mission has cost."""
        ...


@dataclass(frozen=True)
class Saved:
    """Answers that were on record when they were wanted again, and what they had cost."""

    calls: int = 0
    cost_usd: Decimal = Decimal(0)


class Wallets(Protocol):
    """What may be spent. What is set aside here is paid by the journal, in the commit of the answer."""

    async def reserve(self, mission: str, nest: Sequence[Wallet], need: Amount) -> tuple[Hold, Sequence[Wallet]]:
        """Sets that much aside in every wallet of the nest, or raises Short, in one step for all processes.

        The wallets are given with their limits, and returned as they now stand.
        """
        ...

    async def release(self, hold: Hold) -> None:
        """Frees what was set aside for a call that was not made."""
        ...

    async def release_dead(self) -> int:
        """Frees what processes had set aside that died meanwhile; for how many calls that was."""
        ...

    async def release_worker(self, worker: str) -> int:
        """Frees what a process of that name had set aside, before another takes its name."""
        ...

    async def release_before(self, at: datetime) -> int:
        """Frees what was set aside before then: no call takes so long."""
        ...

    async def settled(self, seconds: float) -> None:
        """Returns when something that was set aside was paid or freed, at the latest after so many seconds."""
        ...

    async def look(self, nest: Sequence[Wallet]) -> Sequence[Wallet]:
        """The wallets as they stand."""
        ...

    async def save(self, mission: str, saved: Saved) -> None:
        """Adds to what the journal has saved the mission."""
        ...

    async def saved(self, mission: str) -> Saved:
        """What the journal has saved the mission."""
        ...


# ---- rows of missions ----


@dataclass(frozen=True)
class TaskRecord:
    """How far a task is. `digest` is that of the task as planned.

    Attempts count from 1 within a revision of the run; (task, rev, attempt) names one hand-over for ever.
    """

    task: str
    rev: int
    state: TaskState
    digest: str
    attempt: int = 0
    note: str = ""  # the specialist's words with the hand-over
    artifact: Artifact | None = None
    points: tuple[str, ...] = ()  # what the last review found
    open_points: tuple[str, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class ResultRecord:
    """The manager's words; the deliverables are the accepted work."""

    rev: int
    digest: str
    summary: str
    caveats: tuple[str, ...]
    premise: str = ""  # the one sentence that, if it were false, would sink the conclusion; empty when nobody looked
    premise_claims: tuple[str, ...] = ()  # ids of the claims that carry it
    objection: str = ""  # the strongest objection that is left; empty when there is none

    @property
    def against(self) -> tuple[str, ...]:
        """What was shown to speak against it: part of what an approval is bound to."""
        return (self.premise, *self.premise_claims, self.objection) if self.premise or self.objection else ()

    def digest_over(self, plan: Plan, tasks: Mapping[str, TaskRecord]) -> str:
        """What an approval is bound to: these words and every accepted deliverable, in the plan's order."""
        records = [tasks.get(task.id) for task in plan.tasks if task.deliverable]
        works = [r.artifact for r in records if r and r.artifact and r.state is TaskState.ACCEPTED]
        return results.digest(self.summary, self.caveats, works, self.against)


@dataclass(frozen=True)
class Told:
    """An event with its place in the mission's history."""

    seq: int
    at: datetime
    event: Event


@dataclass(frozen=True)
class Note:
    """A reply that a person left in the thread."""

    message: str  # ts
    user: str
    text: str
    kind: str = "steer"  # steer, answer, decision, scope, chatter; only the first two and scope go to models


@dataclass(frozen=True)
class Question:
    """Something the department asks a person, with what it takes if nobody answers."""

    question: str
    default: str


@dataclass(frozen=True)
class Proposal:
    """A drafted plan that is not the mission's yet, under the gate that asks about it."""

    gate: str
    plan: Plan
    estimate: Estimate
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class PhaseCall:
    """A phase to be started: its workflow's id makes it start once."""

    phase: Literal["plan", "run", "deliver", "change"]
    mission: str
    rev: int
    patient: bool = False  # nobody waits for it: it leaves room for what a person has just asked

    @property
    def id(self) -> str:
        return f"m:{self.mission}:{self.phase}:{self.rev}"


@dataclass(frozen=True)
class DrainCall:
    """A drain of what waits for one channel, to be started; named after the first row it is for."""

    channel: str
    key: str  # of that row in the outbox

    @property
    def id(self) -> str:
        return f"out:{self.key}"


@dataclass(frozen=True)
class ScheduleCall:
    """Work on a schedule, to be started: its words are to be read, or one of its occurrences is to begin."""

    work: Literal["understand", "fire"]
    schedule: str
    wall: str  # of the occurrence; for "understand" the revision

    @property
    def id(self) -> str:
        return f"s:{self.schedule}:{self.wall}"


# Enqueues inside a transaction: the session is the synchronous one of whoever commits.
Enqueue = Callable[[Any, PhaseCall | DrainCall | ScheduleCall], None]


@dataclass(frozen=True)
class File:
    """Everything that is known of a mission at one moment, for views and for phases."""

    mission: Mission
    plan: Plan | None
    plan_rev: int
    estimate: Estimate | None
    tasks: Mapping[str, TaskRecord]  # newest record of each task
    claims: Sequence[Claim]
    verdicts: Sequence[Verdict]
    snapshots: Mapping[str, Snapshot]
    gates: Sequence[Gate]
    result: ResultRecord | None
    notes: Sequence[Note]
    spent: Spent = field(default_factory=Spent)
    dependencies: Sequence[Dependency] = ()  # of the claims, in the order in which they were found
    authors: Mapping[str, str] = field(default_factory=dict[str, str])  # claim -> id of its specialist


class Change(Protocol):
    """One commit about one mission. Every write is idempotent by its key; nothing is written before the end."""

    mission: Mission  # as read inside this transaction

    def move(
        self, to: State, *, reason: str = "", title: str = "", rev: int | None = None, stood: State | None = None
    ) -> None:
        """Raises IllegalMove. Moving to the present state only updates the other fields."""
        ...

    def save_plan(self, rev: int, plan: Plan, estimate: Estimate) -> None:
        """`File.plan` is the one with the highest revision."""
        ...

    def save_wishes(self, rev: int, wishes: Sequence[str]) -> None:
        """What a person asked for when plan revision `rev` was started."""
        ...

    def save_task(self, record: TaskRecord) -> None: ...
    def save_snapshot(self, task: str, snapshot: Snapshot, call: str = "") -> None:
        """What a tool captured for the task; `call` is the id of the tool call."""
        ...

    def save_claims(
        self, task: str, rev: int, attempt: int, claims: Sequence[Claim], verdicts: Sequence[Verdict]
    ) -> None:
        """Adds the claims of one attempt and what was found about them; rows are only ever added.

        `File.claims` and `File.verdicts` hold, for each task, those of its newest (rev, attempt). A citation saved
        again with the place where its quote was found counts in that form.
        """
        ...

    def save_verdicts(
        self, key: str, verdicts: Sequence[Verdict], of: Mapping[str, tuple[int, int]] | None = None
    ) -> None:
        """Adds what was found about claims of any task, in the order given.

        `key` names the occasion (a review, a decision): said again for the same occasion, a verdict is stored once.
        Each is about the claim as it stands in the newest attempt that has it, or in the (rev, attempt) that `of`
        gives for its task: whoever looked at claims some time ago says which ones. Of unknown claims nothing is kept.
        """
        ...

    def save_dependencies(
        self, key: str, dependencies: Sequence[Dependency], of: Mapping[str, tuple[int, int]] | None = None
    ) -> None:
        """Adds what claims rest on; `key` and `of` as for verdicts."""
        ...

    def save_result(self, result: ResultRecord) -> None:
        """`File.result` is the newest."""
        ...

    def save_note(self, note: Note) -> None: ...
    def save_proposal(self, proposal: Proposal) -> None: ...
    def open_gate(self, gate: Gate) -> None: ...
    def decide(self, decision: Decision) -> None:
        """Raises AlreadyDecided when the gate has a decision."""
        ...

    def save_past(self, department: str, tasks: Sequence[PastTask]) -> None:
        """What the tasks of a delivered mission took."""
        ...

    def spend(self) -> None:
        """The answers to gates so far have had their effect: the phase that they let begin has really begun."""
        ...

    def gate(self, id: str) -> Gate | None:
        """A question of this mission, as read inside this transaction."""
        ...

    def tell(self, *events: Event) -> None:
        """Adds events to the history and, in the same commit, what must be shown of them to the outbox."""
        ...

    def start(self, call: PhaseCall) -> None:
        """Enqueues a phase in the same commit."""
        ...


class AlreadyDecided(Exception):
    """The question was already answered."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"The question was already answered by {decision.user}: {decision.choice}.")
        self.decision = decision


class NotAsShown(Exception):
    """What would be carried out is not what was shown to whoever approved it."""


class UnknownMission(Exception):
    """There is no mission of that id."""


class Missions(Protocol):
    """Missions as rows."""

    def change(self, mission: str) -> AbstractAsyncContextManager[Change]:
        """One transaction; commits at the end of the block, rolls back on an exception. Raises UnknownMission."""
        ...

    async def mission(self, id: str) -> Mission: ...
    async def file(self, id: str) -> File:
        """Everything about the mission. Raises UnknownMission."""
        ...

    async def gate(self, id: str) -> Gate | None: ...
    async def attempt(self, mission: str, task: str, rev: int, attempt: int) -> TaskRecord | None:
        """One hand-over as it was made, kept when later ones follow."""
        ...

    async def notes(self, mission: str) -> Sequence[Note]:
        """Replies of people in the thread, oldest first."""
        ...

    async def wishes(self, mission: str, rev: int) -> tuple[str, ...]:
        """What a person asked for when this plan revision was started."""
        ...

    async def proposal(self, gate: str) -> Proposal | None:
        """The drafted plan that this gate is about."""
        ...

    async def past_tasks(self, team: str, department: str) -> Sequence[PastTask]:
        """What the newest finished tasks of a department took."""
        ...

    async def mandate(self, mission: str, phase: str, rev: int) -> str | None:
        """The digest of exactly what the phase was let to carry out; None when nobody let it."""
        ...

    async def plan(self, mission: str, rev: int) -> Plan | None:
        """The newest plan up to that revision."""
        ...

    async def halted(self, team: str) -> str | None:
        """Who halted the workspace; None when nobody did."""
        ...

    async def told(self, mission: str, after: int = 0) -> Sequence[Told]: ...


# ---- tools ----


@dataclass(frozen=True)
class Line:
    """A message of a thread, as a tool shows it to a model."""

    user: str  # display name
    at: datetime
    text: str
    files: tuple[str, ...] = ()  # "F123 name.pdf"


@dataclass(frozen=True)
class Attachment:
    """A downloaded file; `content` is at most the limit asked for."""

    id: str
    name: str
    mimetype: str
    content: bytes
    link: str


class Conversations(Protocol):
    """The one thread and the files that a mission may read."""

    async def thread(self, channel: str, ts: str) -> Sequence[Line]: ...
    async def attachment(self, channel: str, file: str, limit: int) -> Attachment:
        """Raises Unreadable. Only files shared in that channel."""
        ...


class Unreadable(Exception):
    """It cannot be read; the message is one sentence fit for people and models."""


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """An aware instant, UTC."""
        ...

    def today(self) -> date: ...


@dataclass(frozen=True)
class ToolContext:
    """Where a tool is used: which mission, which task, and the day as the mission knows it."""

    mission: Mission
    task: str
    today: date


@dataclass(frozen=True)
class ToolResult:
    """What a tool brings back. `text` goes to the model; `snapshots` become citable; `summary` is for people."""

    text: str
    summary: str
    snapshots: tuple[Snapshot, ...] = ()


class Toolbox(Protocol):
    """The tools of this installation."""

    @property
    def names(self) -> frozenset[str]: ...
    @property
    def outward(self) -> frozenset[str]:
        """Names of the tools that have an effect outside: a person is shown each call before it is made."""
        ...

    def specs(self, names: Sequence[str]) -> tuple[ToolSpec, ...]: ...
    async def use(self, allowed: frozenset[str], call: ToolCall, context: ToolContext) -> ToolResult:
        """Never raises for what a model or a source did wrong: the text then says so in one sentence."""
        ...

    async def titles(self) -> Sequence[str]:
        """Titles in the library, for the planner."""
        ...


# ---- departments ----


class Departments(Protocol):
    """The teams of this installation."""

    @property
    def all(self) -> Sequence[Department]: ...
    def get(self, id: str) -> Department: ...
    def choose(self, text: str) -> Department:
        """The department whose words fit the mission best; `general` when none does."""
        ...


Router = Callable[[Mission, Event], Sequence["Outgoing"]]


@dataclass(frozen=True)
class Outgoing:
    """Something to be shown, before it is drawn. Rows with the same `target` are versions of one message."""

    key: str  # unique: shown once
    channel: str
    target: str  # which message: e.g. "<mission>:card"
    op: Literal["post", "update", "react", "unreact", "session", "deliver"]
    view: str  # which view draws it
    priority: int  # lower goes first
    body: Mapping[str, object] = field(default_factory=dict[str, object])  # what the view needs to find its content
