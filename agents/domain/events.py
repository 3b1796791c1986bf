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
