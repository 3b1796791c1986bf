"""The halt of a workspace: one row that everything with an effect looks at."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Session, col, select

from agents.domain.mission import State
from storage import tables, writing


def begin(session: Session, team: str, user: str, now: dt.datetime) -> bool:
    """Halts the workspace, and keeps what waits from being shown; False when it was halted before."""
    if not writing.insert(session, tables.Halt, {"team": team, "user": user, "at": now}):
        return False
    row = tables.Outbox
    shown = (col(row.op).in_(("post", "deliver")), col(row.priority) > 0, col(row.mission).is_not(None))
    session.exec(sa.update(row).where(col(row.team) == team, col(row.state) == "new", *shown).values(state="held"))
    return True


def end(session: Session, team: str) -> bool:
    """Ends the halt; what was held back of missions that are not interrupted themselves may be shown again."""
    halted = session.get(tables.Halt, team)
    if halted is None:
        return False
    session.delete(halted)
    row, of = tables.Outbox, tables.Mission
    kept = select(of.id).where(col(of.state).in_([str(State.PAUSED), str(State.CANCELLED)]))
    free = (col(row.team) == team, col(row.state) == "held", col(row.mission).not_in(kept))
    session.exec(sa.update(row).where(*free).values(state="new"))
    return True
