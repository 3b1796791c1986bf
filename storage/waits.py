"""Questions that wait: one row each says how far it is and when somebody has to look again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlmodel import Session, col, select

from agents.domain.mission import WAITING, State
from storage import tables, writing

LOOKS = 200  # waits taken up in one look


@dataclass(frozen=True)
class Wait:
    """How long a gate has waited. Stage: 0 asked, 1 reminded, 2 escalated, 3 given up."""

    gate: str
    mission: str
    since: dt.datetime
    stage: int
    due: dt.datetime | None  # None: nothing more happens by itself


def unwatched(session: Session) -> list[str]:
    """Gates without an answer that nobody watches yet, of missions that have not ended."""
    gate, answer, wait, of = tables.Gate, tables.Decision, tables.Wait, tables.Mission
    ended = [str(State.DELIVERED), str(State.CANCELLED)]
    wanted = (
        select(gate.id)
        .join(of, onclause=col(of.id) == col(gate.mission))
        .join(answer, isouter=True, onclause=col(answer.gate) == col(gate.id))
        .join(wait, isouter=True, onclause=col(wait.gate) == col(gate.id))
        .where(col(answer.gate).is_(None), col(wait.gate).is_(None), col(of.state).not_in(ended))
    )
    return list(session.exec(wanted.limit(LOOKS)).all())


def due(session: Session, now: dt.datetime) -> list[Wait]:
    """Waits whose time has come, the longest overdue first."""
    of = tables.Wait
    wanted = select(of).where(col(of.due).is_not(None), col(of.due) <= now).order_by(col(of.due)).limit(LOOKS)
    return [Wait(**row.model_dump()) for row in session.exec(wanted)]


def save(session: Session, wait: Wait) -> None:
    """How far the wait is now."""
    writing.upsert(session, tables.Wait, ["gate"], asdict(wait))


def open_gates(session: Session, team: str) -> Sequence[tuple[str, str]]:
    """Mission and gate of every question of the workspace that has no answer, oldest mission first."""
    gate, answer, of = tables.Gate, tables.Decision, tables.Mission
    waiting = [str(state) for state in (*WAITING, State.RUNNING)]
    wanted = (
        select(gate.mission, gate.id)
        .join(of, onclause=col(of.id) == col(gate.mission))
        .join(answer, isouter=True, onclause=col(answer.gate) == col(gate.id))
        .where(of.team == team, col(answer.gate).is_(None), col(of.state).in_(waiting), gate.rev == of.rev)
        .order_by(col(of.created_at), col(gate.id))
    )
    return list(session.exec(wanted).all())
