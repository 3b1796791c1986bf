"""What can happen in a mission, in the past tense. Everything people see is drawn from these."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, cast


@dataclass(frozen=True)
class Event:
    """Something that happened. `key` is unique within the mission: told twice, it happened once."""

    key: str


@dataclass(frozen=True)
class MissionAccepted(Event):
    """A request became a mission."""


@dataclass(frozen=True)
class PlanProposed(Event):
    """A plan revision waits for a person."""

    rev: int
    gate: str


@dataclass(frozen=True)
class GateDecided(Event):
    """A person answered a gate."""

    gate: str
    choice: str
    user: str
    note: str = ""


@dataclass(frozen=True)
class RunStarted(Event):
    """The approved plan is being carried out."""

    rev: int


@dataclass(frozen=True)
class TaskStarted(Event):
    """A specialist began an attempt."""

    task: str
    specialist: str
    attempt: int


@dataclass(frozen=True)
class ToolUsed(Event):
    """A specialist used a tool."""

    task: str
    specialist: str
    tool: str
    summary: str  # one line for people, e.g. "search: coffee pods (6 results)"


@dataclass(frozen=True)
class WorkHandedOver(Event):
    """A specialist finished an attempt; it is about to be reviewed."""

    task: str
    specialist: str
    attempt: int


@dataclass(frozen=True)
class ReworkAsked(Event):
    """Checks, a reviewer or the critic sent an attempt back, or what it builds on fell into doubt."""

    task: str
    specialist: str
    attempt: int
    by: str  # "checks", "critic", "ledger" (its material fell into doubt) or the id of the specialist who reviewed it
    points: tuple[str, ...]


@dataclass(frozen=True)
class TaskAccepted(Event):
    """Checks and the critic together accepted an attempt."""

    task: str
    specialist: str
    attempt: int


@dataclass(frozen=True)
class TaskStuck(Event):
    """An attempt was not acceptable within the rounds allowed; a person decides."""

    task: str
    specialist: str
    attempt: int
    points: tuple[str, ...]
    gate: str
    reason: str = ""  # one sentence: why no further round was tried


@dataclass(frozen=True)
class ClaimDoubted(Event):
    """The sceptic or a rule found a claim wanting."""

    task: str
    attempt: int
    claim: str
    by: str  # "sceptic" or "rule"
    status: str
    reason: str
    detail: str


@dataclass(frozen=True)
class ClaimsNotJudged(Event):
    """The sceptic gave no usable answer about these claims; they stand as they did before."""

    task: str
    attempt: int
    claims: tuple[str, ...]
    reason: str  # one sentence for people


@dataclass(frozen=True)
class ResultProposed(Event):
    """The result waits for a person."""

    rev: int
    gate: str


@dataclass(frozen=True)
class MissionDelivered(Event):
    """The approved result was handed to the requester."""

    rev: int
    tasks: tuple[str, ...]  # those whose work is delivered, in the plan's order


@dataclass(frozen=True)
class MissionCancelled(Event):
    """A person ended the mission."""

    user: str
    reason: str


@dataclass(frozen=True)
class MissionFailed(Event):
    """The mission cannot go on by itself."""

    phase: str
    reason: str  # one sentence for people, with the remedy


@dataclass(frozen=True)
class NoteTaken(Event):
    """A reply in the thread was taken up."""

    user: str
    message: str  # ts
    text: str
    kind: str = "steer"  # steer, answer, decision, scope, chatter
    said: str = ""  # one line about what became of it


@dataclass(frozen=True)
class NoteChanged(Event):
    """A reply that was taken up was edited, or deleted when `text` is empty."""

    user: str
    message: str  # ts
    text: str


@dataclass(frozen=True)
class RequestChanged(Event):
    """The message that gave the mission was edited, or deleted when `text` is empty."""

    user: str
    text: str


@dataclass(frozen=True)
class QuestionsAsked(Event):
    """The department asks before it plans, once."""

    gate: str


@dataclass(frozen=True)
class ChangeProposed(Event):
    """A changed plan waits for a person while the present one goes on."""

    gate: str


@dataclass(frozen=True)
class ChangeNotPossible(Event):
    """A wish for other work brought no changed plan; the present one goes on."""

    reason: str  # one sentence for people


@dataclass(frozen=True)
class MissionPaused(Event):
    """A person, or the halt of the workspace, keeps the mission from going on."""

    user: str
    reason: str = ""


@dataclass(frozen=True)
class MissionResumed(Event):
    """The mission goes on where it stood."""

    user: str
    rev: int
    of: str = ""  # key of the event that had interrupted it


@dataclass(frozen=True)
class TaskSkipped(Event):
    """A person decided to go on without a task."""

    task: str
    user: str


@dataclass(frozen=True)
class TaskRetried(Event):
    """A person wants a task done again."""

    task: str
    user: str
    note: str = ""


@dataclass(frozen=True)
class ResultEdited(Event):
    """A person changed a deliverable before approving it."""

    task: str
    user: str
    rev: int
    attempt: int
    gate: str = ""  # which asks about the result as it is now


@dataclass(frozen=True)
class Reminded(Event):
    """Those who should decide were asked again, or somebody else was."""

    gate: str
    step: str  # "reminder" or "escalation"
    users: tuple[str, ...]
    channel: str = ""  # besides the mission's own


@dataclass(frozen=True)
class Unanswered(Event):
    """Nobody answered in time; what the department chose for that case came of it. Never a denial."""

    gate: str
    outcome: str  # hold, skip, alternative, cancel


@dataclass(frozen=True)
class VoteCast(Event):
    """A person said yes at a gate that takes more people than have said so yet."""

    gate: str
    choice: str
    user: str


@dataclass(frozen=True)
class DelegationAsked(Event):
    """Somebody who may not decide asks whether they may in another person's place."""

    gate: str  # or the mission's id, where it is about no question in particular
    user: str


@dataclass(frozen=True)
class AuthorityDelegated(Event):
    """Somebody may answer the mission's questions in another person's place, until then; or may not, after all."""

    gate: str
    user: str  # who delegates
    to: str
    until: str  # ISO 8601; empty when it was refused


@dataclass(frozen=True)
class CheckpointReached(Event):
    """Work waits for a person before it begins, or before a tool has an effect outside."""

    gate: str
    task: str


@dataclass(frozen=True)
class BudgetNearlySpent(Event):
    """Most of a wallet is spent."""

    said: str  # one sentence for people, with the sums


@dataclass(frozen=True)
class BudgetRanShort(Event):
    """A call did not fit into what was left."""

    how: str  # what was done about it: cheaper, narrower, ask, partial
    said: str  # one sentence for people
    gate: str = ""


@dataclass(frozen=True)
class EffectMade(Event):
    """A tool had an effect outside, as a person had let it."""

    gate: str
    task: str
    tool: str


KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}


def pack(event: Event) -> tuple[str, dict[str, object]]:
    """Name and plain body, fit for JSON."""
    body: dict[str, object] = {field.name: getattr(event, field.name) for field in fields(event)}
    return type(event).__name__, {
        name: [*cast(tuple[str, ...], value)] if isinstance(value, tuple) else value for name, value in body.items()
    }


def unpack(name: str, body: dict[str, object]) -> Event:
    """The event that was packed. Raises KeyError for an unknown name."""
    kind = KINDS[name]
    known = {field.name for field in fields(kind)}
    values = {k: tuple(cast(list[str], v)) if isinstance(v, list) else v for k, v in body.items() if k in known}
    return cast(Any, kind)(**values)
