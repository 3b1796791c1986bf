"""The tables. Rows are not validated: what goes in comes from dataclasses and contracts that were.

Each table's key is natural where there is one, so that writing the same thing twice leaves one row.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.columns import JSON, UTC, Row


class Gesture(Row, table=True):
    """The inbox: one row per gesture. NULLs never collide, so a missing key forbids nothing."""

    __table_args__ = (
        sa.UniqueConstraint("team", "event_id"),
        sa.UniqueConstraint("team", "channel", "ts", "said"),
        sa.UniqueConstraint("team", "client_msg_id", "said"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    team: str
    kind: str
    said: bool | None  # true for a mention or a message, which may be one gesture; NULL for all else
    event_id: str | None
    channel: str | None
    ts: str | None
    client_msg_id: str | None
    user: str
    mission: str | None = Field(index=True)
    payload: dict[str, Any] = Field(sa_type=JSON)
    at: dt.datetime = Field(sa_type=UTC)


class Mission(Row, table=True):
    """What a person asked for, and where it stands."""

    __table_args__ = (sa.Index("ix_mission_place", "team", "channel", "thread"),)
    id: str = Field(primary_key=True)
    team: str
    channel: str
    thread: str
    message: str
    requester: str
    text: str
    department: str
    state: str = Field(index=True)
    rev: int
    created_at: dt.datetime = Field(sa_type=UTC)
    title: str
    reason: str
    files: list[str] = Field(sa_type=JSON)


class Plan(Row, table=True):
    """A plan revision."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    rev: int = Field(primary_key=True)
    plan: dict[str, Any] = Field(sa_type=JSON)
    estimate: dict[str, Any] = Field(sa_type=JSON)


class Wishes(Row, table=True):
    """What people asked for when a plan revision was started."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    rev: int = Field(primary_key=True)
    wishes: list[str] = Field(sa_type=JSON)


class Attempt(Row, table=True):
    """One try at a task, kept when later ones follow; attempt 0 is a task that waits. The newest says how far it is."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    task: str = Field(primary_key=True)
    rev: int = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    state: str
    digest: str
    note: str
    artifact: dict[str, Any] | None = Field(sa_type=JSON)
    points: list[str] = Field(sa_type=JSON)
    open_points: list[str] = Field(sa_type=JSON)
    started_at: dt.datetime | None = Field(sa_type=UTC)
    ended_at: dt.datetime | None = Field(sa_type=UTC)


class Snapshot(Row, table=True):
    """The exact text that a tool captured for a task."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    task: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str
    source: str
    title: str
    text: str
    published: str | None


class Claim(Row, table=True):
    """A claim of one attempt, in `place` order. Only ever added."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    task: str = Field(primary_key=True)
    rev: int = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    id: str = Field(primary_key=True)
    place: int
    claim: dict[str, Any] = Field(sa_type=JSON)


class Verdict(Row, table=True):
    """One finding about a claim of one attempt. Only ever added; `key` is a digest of all else."""

    __table_args__ = (sa.UniqueConstraint("mission", "key"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    mission: str = Field(foreign_key="mission.id")
    key: str
    task: str
    rev: int
    attempt: int
    claim: str
    by: str
    status: str
    reason: str
    detail: str


class Gate(Row, table=True):
    """A question to a person, stored before it is shown."""

    id: str = Field(primary_key=True)
    mission: str = Field(foreign_key="mission.id", index=True)
    kind: str
    rev: int
    digest: str
    task: str


class Decision(Row, table=True):
    """The one answer to a gate."""

    gate: str = Field(primary_key=True, foreign_key="gate.id")
    choice: str
    user: str
    at: dt.datetime = Field(sa_type=UTC)
    digest: str
    note: str


class Result(Row, table=True):
    """The manager's words for one revision of the run."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    rev: int = Field(primary_key=True)
    digest: str
    summary: str
    caveats: list[str] = Field(sa_type=JSON)


class Event(Row, table=True):
    """The history of missions. Only ever added; told twice, it happened once."""

    __table_args__ = (sa.UniqueConstraint("mission", "key"), {"sqlite_autoincrement": True})
    seq: int | None = Field(default=None, primary_key=True)
    mission: str = Field(foreign_key="mission.id")
    key: str
    name: str
    body: dict[str, Any] = Field(sa_type=JSON)
    at: dt.datetime = Field(sa_type=UTC)


class Note(Row, table=True):
    """A reply that a person left in the thread; an edit replaces the words."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    message: str = Field(primary_key=True)
    user: str
    text: str


class Outbox(Row, table=True):
    """What is to be shown once. State: new -> sending -> sent, or parked, or merged into a later version."""

    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.Index("ix_outbox_waiting", "channel", "state"),
        sa.Index("ix_outbox_target", "target"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str
    team: str
    mission: str | None
    channel: str
    target: str
    op: str
    view: str
    priority: int
    body: dict[str, Any] = Field(sa_type=JSON)
    state: str
    tries: int
    not_before: dt.datetime | None = Field(sa_type=UTC)
    reason: str  # why it is parked, or what went wrong with the last try
    ts: str | None
    at: dt.datetime = Field(sa_type=UTC)


class Shown(Row, table=True):
    """Where a target's message stands in Slack."""

    target: str = Field(primary_key=True)
    channel: str
    ts: str


class Call(Row, table=True):
    """The call journal where it is a table (PostgreSQL; on SQLite it is a file of its own)."""

    key: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    mission: str
    kind: str
    body: str = Field(sa_type=sa.Text)
    at: dt.datetime = Field(sa_type=UTC)


class Spending(Row, table=True):
    """One request to a model that was paid, answered or not, where the journal is a table."""

    __table_args__ = (sa.Index("ix_spending_mission", "mission"),)
    id: int | None = Field(default=None, primary_key=True)
    mission: str
    key: str
    ask: int  # 1 in the first row of each time the model was asked, else 0
    model: str
    outcome: str
    input_tokens: int
    output_tokens: int
    cost_nano_usd: int | None = Field(sa_type=sa.BigInteger)  # 1e-9 dollars; NULL when the price is unknown
    seconds: float


class Schedule(Row, table=True):
    """A mission that comes back. `next_at` follows from the rest: the next planned instant that is not on record."""

    __table_args__ = (sa.Index("ix_schedule_next", "state", "next_at"),)
    id: str = Field(primary_key=True)
    team: str
    owner: str = Field(index=True)
    channel: str
    thread: str
    message: str
    text: str
    department: str
    timing: dict[str, Any] = Field(sa_type=JSON)
    policies: dict[str, Any] = Field(sa_type=JSON)
    budget_usd: str | None
    standing: dict[str, Any] | None = Field(sa_type=JSON)
    state: str
    reason: str
    revision: int
    begun: int
    failures: int
    created_at: dt.datetime = Field(sa_type=UTC)
    seen: dt.datetime = Field(sa_type=UTC)
    next_at: dt.datetime | None = Field(sa_type=UTC)


class Occurrence(Row, table=True):
    """What became of a planned instant, named by its wall time; each has one row."""

    __table_args__ = (sa.Index("ix_occurrence_start", "outcome", "start_at"),)
    schedule: str = Field(primary_key=True, foreign_key="schedule.id")
    wall: str = Field(primary_key=True)
    at: dt.datetime = Field(sa_type=UTC)
    start_at: dt.datetime = Field(sa_type=UTC)
    outcome: str
    reason: str
    mission: str | None = Field(index=True)
    by: str
    revision: int
    begun_at: dt.datetime | None = Field(sa_type=UTC)
    ended_at: dt.datetime | None = Field(sa_type=UTC)
