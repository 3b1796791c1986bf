"""Single writes, each idempotent by its key. They run inside a transaction that someone else commits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from agents.domain import mission
from agents.domain import plan as planning
from agents.domain.authority import Delegation, Vote
from agents.domain.mission import TaskState
from agents.ports import Note, Proposal, ResultRecord, TaskRecord
from storage import plain, tables

PROGRESS = (
    TaskState.WAITING,
    TaskState.WORKING,
    TaskState.REVIEWING,
    TaskState.REWORKING,
    TaskState.STUCK,
    TaskState.ACCEPTED,
    TaskState.DROPPED,
)


def insert(session: Session, table: type[tables.Row], values: Mapping[str, Any]) -> bool:
    """Adds the row; False, and nothing changed, when one of its keys is taken."""
    key = sa.inspect(table).primary_key[0]
    statement = _insert(session)(table).values(**plain.clean(values)).on_conflict_do_nothing().returning(key)
    return cast("sa.Result[Any]", session.exec(statement)).first() is not None


def insert_all(session: Session, table: type[tables.Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds the rows whose keys are free, in one statement."""
    if rows:
        cleaned = [plain.clean(values) for values in rows]
        session.exec(_insert(session)(table).values(cleaned).on_conflict_do_nothing())


def upsert(session: Session, table: type[tables.Row], key: Sequence[str], values: Mapping[str, Any]) -> None:
    """Adds the row, or gives the row of that key all these values."""
    statement = _insert(session)(table).values(**plain.clean(values))
    changed = {name: statement.excluded[name] for name in values if name not in key}
    session.exec(statement.on_conflict_do_update(index_elements=list(key), set_=changed))


def _insert(session: Session) -> Any:
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def save_mission(session: Session, given: mission.Mission) -> None:
    """The mission as it now is."""
    upsert(session, tables.Mission, ["id"], plain.shallow(given))


def save_plan(session: Session, mission: str, rev: int, plan: planning.Plan, estimate: planning.Estimate) -> None:
    """The plan of one revision."""
    values = {"mission": mission, "rev": rev, "plan": plain.pack(plan), "estimate": plain.pack(estimate)}
    upsert(session, tables.Plan, ["mission", "rev"], values)


def save_wishes(session: Session, mission: str, rev: int, wishes: Sequence[str]) -> None:
    """What was asked for when that plan revision was started."""
    upsert(session, tables.Wishes, ["mission", "rev"], {"mission": mission, "rev": rev, "wishes": list(wishes)})


def save_task(session: Session, mission: str, record: TaskRecord) -> None:
    """The record, unless that attempt got further already: a phase that runs again goes over its beginnings again.

    Of two times for the same thing the first counts.
    """
    present = session.get(tables.Attempt, (mission, record.task, record.rev, record.attempt))
    values: dict[str, Any] = {"mission": mission, **plain.shallow(record)}
    values["artifact"] = plain.pack(record.artifact) if record.artifact else None
    if present:
        if _progress(present.state, present.artifact) > _progress(record.state, record.artifact):
            return
        values["started_at"] = present.started_at or record.started_at
        values["ended_at"] = present.ended_at if present.state == record.state else record.ended_at
    upsert(session, tables.Attempt, ["mission", "task", "rev", "attempt"], values)


def _progress(state: str, artifact: object) -> int:
    """How far an attempt is; one that was sent back has its work, one that begins after that has none yet."""
    return PROGRESS.index(TaskState.WORKING if state == TaskState.REWORKING and not artifact else TaskState(state))


def save_result(session: Session, mission: str, given: ResultRecord) -> None:
    """The result of one revision."""
    upsert(session, tables.Result, ["mission", "rev"], {"mission": mission, **plain.shallow(given)})


def save_note(session: Session, mission: str, given: Note) -> None:
    """An edited message replaces the words it had."""
    upsert(session, tables.Note, ["mission", "message"], {"mission": mission, **plain.shallow(given)})


def save_proposal(session: Session, mission: str, given: Proposal) -> None:
    """The plan that a gate asks about; written again it is the same."""
    values = {
        "gate": given.gate,
        "mission": mission,
        "plan": plain.pack(given.plan),
        "estimate": plain.pack(given.estimate),
        "questions": [asdict(one) for one in given.questions],
    }
    upsert(session, tables.Proposal, ["gate"], values)


def open_gate(session: Session, gate: mission.Gate) -> None:
    """A question already there only takes the digest of what is shown now, and only while nobody has answered."""
    values = plain.shallow(gate)
    del values["decision"], values["votes"]
    if insert(session, tables.Gate, values) or session.get(tables.Decision, gate.id):
        return
    session.exec(sa.update(tables.Gate).where(col(tables.Gate.id) == gate.id).values(digest=gate.digest))


def add_decision(session: Session, decision: mission.Decision) -> None:
    """The first answer is the one that counts."""
    insert(session, tables.Decision, plain.shallow(decision))


def add_vote(session: Session, vote: Vote) -> None:
    """What a person said at a gate; said again of what is shown by then, it counts for that."""
    upsert(session, tables.Vote, ["gate", "user", "choice"], plain.shallow(vote))


def save_delegation(session: Session, given: Delegation) -> None:
    """Who stands in for whom in a mission, and until when."""
    upsert(session, tables.Delegation, ["mission", "by", "to"], plain.shallow(given))


def delivered(session: Session, mission: str, gate: str | None, now: dt.datetime) -> None:
    """Slack has the question (an empty name: the one about the plan); the first time counts."""
    row = tables.Gate
    which = (col(row.id) == gate) if gate else (col(row.mission) == mission) & (col(row.kind) == "plan")
    if gate is not None:
        session.exec(sa.update(row).where(which, col(row.delivered_at).is_(None)).values(delivered_at=now))


def spend(session: Session, mission: str, now: dt.datetime) -> None:
    """The answers of the mission have had their effect."""
    row = tables.Gate
    answered = select(tables.Decision.gate)
    unspent = (col(row.mission) == mission, col(row.resumed_at).is_(None), col(row.id).in_(answered))
    session.exec(sa.update(row).where(*unspent).values(resumed_at=now))
