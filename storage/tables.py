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
    stood: str = Field(default="", sa_column_kwargs={"server_default": ""})


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


class Source(Row, table=True):
    """Where something was read, with the title it had when it was first captured. Only ever added, as all evidence."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    id: str = Field(primary_key=True)  # digest of kind and address
    kind: str
    address: str  # URL, file name or permalink
    title: str
    at: dt.datetime | None = Field(sa_type=UTC)  # NULL in rows from before this was recorded, here and below


class Snapshot(Row, table=True):
    """The exact text of a source, once in a mission."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    id: str = Field(primary_key=True)
    source: str
    title: str
    text: str
    published: str | None


class Capture(Row, table=True):
    """A task's tool brought the text: which tool, in which call, from which source."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    task: str = Field(primary_key=True)
    snapshot: str = Field(primary_key=True)
    source: str
    by: str  # name of the tool; empty where it was not recorded
    call: str  # id of the tool call
    at: dt.datetime | None = Field(sa_type=UTC)


class Claim(Row, table=True):
    """A claim of one attempt, in `place` order, without its citations."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    task: str = Field(primary_key=True)
    rev: int = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    id: str = Field(primary_key=True)
    place: int
    claim: dict[str, Any] = Field(sa_type=JSON)
    at: dt.datetime | None = Field(sa_type=UTC)


class Citation(Row, table=True):
    """A quote offered for a claim; once more with its offsets when it was found. `key` is a digest of all else."""

    __table_args__ = (sa.UniqueConstraint("mission", "key"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    mission: str = Field(foreign_key="mission.id")
    key: str
    task: str
    rev: int
    attempt: int
    claim: str
    place: int
    snapshot: str
    quote: str
    start: int | None
    end: int | None


class Dependency(Row, table=True):
    """One claim of one attempt rests on another claim. `key` is a digest of the occasion and what was said."""

    __table_args__ = (sa.UniqueConstraint("mission", "key"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    mission: str = Field(foreign_key="mission.id")
    key: str
    task: str
    rev: int
    attempt: int
    claim: str
    on: str
    how: str
    at: dt.datetime | None = Field(sa_type=UTC)


class Verdict(Row, table=True):
    """One finding about a claim of one attempt. `key` is a digest of what was said, and where or when."""

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
    at: dt.datetime | None = Field(sa_type=UTC)


class Gate(Row, table=True):
    """A question to a person, stored before it is shown."""

    id: str = Field(primary_key=True)
    mission: str = Field(foreign_key="mission.id", index=True)
    kind: str
    rev: int
    digest: str
    task: str
    name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    shown: str = Field(default="", sa_column_kwargs={"server_default": ""})
    asked_at: dt.datetime | None = Field(default=None, sa_type=UTC)
    delivered_at: dt.datetime | None = Field(default=None, sa_type=UTC)
    resumed_at: dt.datetime | None = Field(default=None, sa_type=UTC)


class Vote(Row, table=True):
    """What one person said at a gate; the same word twice is one, about what was shown when it was said last."""

    __table_args__ = (sa.UniqueConstraint("gate", "user", "choice"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    gate: str = Field(foreign_key="gate.id")
    user: str
    choice: str
    at: dt.datetime = Field(sa_type=UTC)
    authority: str
    digest: str


class Mandate(Row, table=True):
    """What a phase was let to carry out: the digest of exactly the plan or the result, and the gate that let it."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    phase: str = Field(primary_key=True)
    rev: int = Field(primary_key=True)
    digest: str
    gate: str


class Delegation(Row, table=True):
    """Somebody who may answer a mission's gates in another person's place, until then."""

    mission: str = Field(primary_key=True, foreign_key="mission.id")
    by: str = Field(primary_key=True)
    to: str = Field(primary_key=True)
    until: dt.datetime = Field(sa_type=UTC)


class Audit(Row, table=True):
    """Who did what by which authority, chained by hashes, a chain for each workspace. The database refuses changes."""

    team: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str  # as it was hashed
    who: str
    authority: str
    action: str
    object: str
    digest: str
    outcome: str
    prev: str
    hash: str


class AuditHead(Row, table=True):
    """How long a workspace's chain is and with which hash it ends: rows cut off the end are missed here."""

    __tablename__ = "audit_head"  # pyright: ignore[reportAssignmentType]
    team: str = Field(primary_key=True)
    seq: int
    hash: str


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
    premise: str
    premise_claims: list[str] = Field(sa_type=JSON)
    objection: str


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
    kind: str = Field(default="steer", sa_column_kwargs={"server_default": "steer"})


class Proposal(Row, table=True):
    """A plan that was drafted and is not the mission's yet: a change that is asked about, or one before questions."""

    gate: str = Field(primary_key=True)
    mission: str = Field(foreign_key="mission.id", index=True)
    plan: dict[str, Any] = Field(sa_type=JSON)
    estimate: dict[str, Any] = Field(sa_type=JSON)
    questions: list[dict[str, Any]] = Field(sa_type=JSON)


class Wait(Row, table=True):
    """How long a gate has waited and what was done about it. Stage: 0 asked, 1 reminded, 2 escalated, 3 given up."""

    gate: str = Field(primary_key=True, foreign_key="gate.id")
    mission: str = Field(foreign_key="mission.id")
    since: dt.datetime = Field(sa_type=UTC)
    stage: int
    due: dt.datetime | None = Field(sa_type=UTC, index=True)


class Halt(Row, table=True):
    """A workspace in which nothing may go on, by word of an admin."""

    team: str = Field(primary_key=True)
    user: str
    at: dt.datetime = Field(sa_type=UTC)


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


class Wallet(Row, table=True):
    """What is spent from a wallet and what is set aside in it, where many processes share it (PostgreSQL).

    On SQLite there is one process: what is spent lies in the journal's file, what is set aside in memory.
    """

    id: str = Field(primary_key=True)
    spent_nano_usd: int = Field(sa_type=sa.BigInteger)  # 1e-9 dollars
    spent_tokens: int = Field(sa_type=sa.BigInteger)  # of models without a price
    reserved_nano_usd: int = Field(sa_type=sa.BigInteger)
    reserved_tokens: int = Field(sa_type=sa.BigInteger)


class Reservation(Row, table=True):
    """What is set aside for one call that is under way, in all wallets of its nest. Gone when it is paid."""

    id: str = Field(primary_key=True)
    mission: str
    worker: str  # the process that makes the call
    nano_usd: int = Field(sa_type=sa.BigInteger)
    tokens: int = Field(sa_type=sa.BigInteger)
    wallets: list[str] = Field(sa_type=JSON)
    at: dt.datetime = Field(sa_type=UTC)


class Saving(Row, table=True):
    """What answers on record have saved a mission, where the journal is a table."""

    mission: str = Field(primary_key=True)
    calls: int = Field(sa_type=sa.BigInteger)
    cost_nano_usd: int = Field(sa_type=sa.BigInteger)


class PastTask(Row, table=True):
    """What one task of a delivered mission took, for estimates. Task `-` is all else of that mission."""

    __tablename__ = "past_task"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (sa.Index("ix_past_task_department", "team", "department", "at"),)
    mission: str = Field(primary_key=True, foreign_key="mission.id")
    task: str = Field(primary_key=True)
    team: str
    department: str
    specialist: str
    calls: int
    seconds: float
    cost_nano_usd: int | None = Field(sa_type=sa.BigInteger)  # NULL when a price was unknown
    tokens: int = Field(sa_type=sa.BigInteger)
    at: dt.datetime = Field(sa_type=UTC)


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
