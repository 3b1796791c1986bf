"""The audit: who did what by which authority, chained by hashes so that no row can be changed, moved or cut off unseen.

Each workspace has a chain. The hash of a row covers the row and the hash before it. How long the chain is and how it
ends is kept a second time, and told to the operator, who can hold it against the rows later.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, fields, replace

import structlog
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from agents.domain import events as happenings
from agents.domain.events import EffectMade, Event, MissionAccepted, MissionDelivered, RunStarted
from agents.domain.mission import Gate, Mission
from storage import plain, tables, writing
from storage.database import Database, Transaction
from storage.errors import DatabaseUnusable

log = structlog.get_logger(__name__)

START = "0" * 64  # the hash before the first row
DEPARTMENT = "department"  # who did what no person did
EFFECTS: dict[type[Event], str] = {RunStarted: "run", MissionDelivered: "deliver"}  # what a phase does by its mandate


@dataclass(frozen=True)
class Entry:
    """What is to be put on record."""

    who: str  # Slack user id; "department" for what no person did
    authority: str  # by which it was done, or what was in the way
    action: str
    object: str  # id of the gate, mission, task or channel that it was about
    digest: str  # of exactly what was shown or carried out, where there is such a thing
    outcome: str


@dataclass(frozen=True)
class Record:
    """A row of the audit."""

    team: str
    seq: int  # 1, 2, ... without a gap
    at: str  # ISO 8601, UTC
    who: str
    authority: str
    action: str
    object: str
    digest: str
    outcome: str
    prev: str
    hash: str


@dataclass(frozen=True)
class Head:
    """Where a chain ends."""

    seq: int
    hash: str


def hash_of(record: Record) -> str:
    """What the row's hash has to be: SHA-256 over every other field in one spelling."""
    body = {field.name: getattr(record, field.name) for field in fields(record) if field.name != "hash"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def link(team: str, head: Head, entry: Entry, at: dt.datetime) -> Record:
    """The next row of a chain that ends so."""
    when = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    body = {name: str(plain.clean(value)) for name, value in asdict(entry).items()}
    bare = Record(team, head.seq + 1, when, prev=head.hash, hash="", **body)
    return replace(bare, hash=hash_of(bare))


def faults(records: Sequence[Record], head: Head | None) -> list[str]:
    """Everything that is wrong with one workspace's chain, in its order; empty when it is as it was written.

    `head` is how it ended when that was last noted elsewhere; without it rows cut off the end cannot be missed.
    """
    found: list[str] = []
    before = Head(0, START)
    for record in records:
        if record.seq != before.seq + 1:
            found.append(f"After row {before.seq} comes row {record.seq}: rows were removed, added or moved.")
        if record.prev != before.hash:
            found.append(f"Row {record.seq} does not follow from the row before it.")
        if record.hash != hash_of(record):
            found.append(f"Row {record.seq} was changed.")
        before = Head(record.seq, record.hash)
    if head is not None and head != before:
        found.append(f"The chain ends at row {before.seq}, but it ended at row {head.seq} with another hash.")
    return found


def append(session: Session, team: str, entries: Iterable[Entry], now: dt.datetime) -> None:
    """Adds the entries in the transaction that does what they tell of. Others of the workspace wait for its end."""
    entries = list(entries)
    if not entries:
        return
    writing.insert(session, tables.AuditHead, {"team": team, "seq": 0, "hash": START})
    row = session.get_one(tables.AuditHead, team, with_for_update=True, populate_existing=True)
    head = Head(row.seq, row.hash)
    for entry in entries:
        record = link(team, head, entry, now)
        session.add(tables.Audit(**asdict(record)))
        head = Head(record.seq, record.hash)
    row.seq, row.hash = head.seq, head.hash
    session.flush()

    def note(_: object) -> None:
        _note(team, head)

    event.listen(session, "after_commit", note, once=True)


def _note(team: str, head: Head) -> None:
    """A second place for how the chain ends: whoever can change rows cannot change the operator's log."""
    log.info("audit_head", team=team, seq=head.seq, hash=head.hash)


def of_events(
    session: Session, mission: Mission, events: Sequence[Event], gates: Mapping[str, Gate], authority: str
) -> list[Entry]:
    """What is to be put on record of a mission's news: all that a person did, and all that had an effect."""
    found: list[Entry] = []
    for one in events:
        if (entry := _entry(session, mission, one, gates, authority)) is not None:
            found.append(entry)
    return found


def _entry(session: Session, mission: Mission, one: Event, gates: Mapping[str, Gate], authority: str) -> Entry | None:
    _, body = happenings.pack(one)
    action = _words(type(one).__name__)
    if isinstance(one, MissionAccepted):
        digest = hashlib.sha256(str(plain.clean(mission.text)).encode()).hexdigest()
        return Entry(mission.requester, authority or "member", action, mission.id, digest, "accepted")
    if phase := EFFECTS.get(type(one)):
        mandate = session.get(tables.Mandate, (mission.id, phase, mission.rev))
        by, digest = (f"gate:{mandate.gate}" if mandate.gate else "mandate", mandate.digest) if mandate else ("", "")
        return Entry(DEPARTMENT, by, action, f"{mission.id}:{phase}:{mission.rev}", digest, "done")
    gate = gates.get(str(body.get("gate") or ""))
    if isinstance(one, EffectMade):
        digest = gate.digest if gate else ""
        return Entry(DEPARTMENT, f"gate:{one.gate}", action, f"{mission.id}:{one.task}:{one.tool}", digest, "done")
    if "user" not in body:
        return None
    about = gate.id if gate else str(body.get("task") or "")
    what = about if about.startswith(mission.id) else f"{mission.id}:{about}" if about else mission.id
    who = str(body["user"]) or DEPARTMENT
    return Entry(who, authority, action, what, gate.digest if gate else "", str(body.get("choice") or "done"))


def _words(name: str) -> str:
    """GateDecided as gate_decided."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


class AuditRows:
    """The audit of this installation, to be read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def _reading(self) -> AsyncGenerator[Transaction]:
        """Raises DatabaseUnusable."""
        try:
            async with self._database.read() as session:
                yield session
        except DBAPIError as error:
            raise DatabaseUnusable(str(self._database.path or "PostgreSQL"), error) from error

    async def teams(self) -> Sequence[str]:
        """Workspaces that have a chain, or had one."""
        async with self._reading() as session:
            found = {*await session.exec(select(tables.Audit.team).distinct())}
            found |= {*await session.exec(select(tables.AuditHead.team))}
        return sorted(found)

    async def records(self, team: str) -> Sequence[Record]:
        """The chain in its order."""
        row = tables.Audit
        async with self._reading() as session:
            found = await session.exec(select(row).where(row.team == team).order_by(col(row.seq)))
            return [Record(**one.model_dump()) for one in found]

    async def head(self, team: str) -> Head | None:
        """How the chain ended when it was last added to."""
        async with self._database.read() as session:
            row = await session.get(tables.AuditHead, team)
            return Head(row.seq, row.hash) if row else None

    async def faults(self, team: str) -> list[str]:
        """What is wrong with a chain, held against how it ended when it was last added to."""
        return faults(await self.records(team), await self.head(team) or Head(0, START))
