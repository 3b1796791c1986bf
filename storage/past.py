"""What finished tasks took, for estimates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session, col, select

from agents.domain import money
from agents.domain.mission import Mission
from agents.ports import PastTask
from storage import tables, writing

NEWEST = 300  # tasks that an estimate rests on at most


def save(session: Session, mission: Mission, department: str, tasks: Sequence[PastTask], at: dt.datetime) -> None:
    """Keeps what the tasks of a mission took; delivered anew, it is what they have taken by then."""
    for one in tasks:
        values = {
            "mission": mission.id,
            "task": one.task,
            "team": mission.team,
            "department": department,
            "specialist": one.specialist,
            "calls": one.calls,
            "seconds": one.seconds,
            "cost_nano_usd": None if one.cost_usd is None else money.nano(one.cost_usd),
            "tokens": one.tokens,
            "at": at,
        }
        writing.upsert(session, tables.PastTask, ["mission", "task"], values)


def newest(session: Session, team: str, department: str) -> list[PastTask]:
    """What the newest finished tasks of a department took."""
    row = tables.PastTask
    wanted = select(row).where(row.team == team, row.department == department)
    found = session.exec(wanted.order_by(col(row.at).desc(), row.mission, row.task).limit(NEWEST))
    return [_as_past(one) for one in found]


def _as_past(row: tables.PastTask) -> PastTask:
    cost = None if row.cost_nano_usd is None else money.dollars(row.cost_nano_usd)
    return PastTask(row.task, row.specialist, row.calls, row.seconds, cost, row.tokens)
