"""Questions that wait: one row each says how far it is and when somebody has to look again."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from agents.domain.authority import Delegation, Vote
from agents.domain.mission import WAITING, Gate, Mission, State
from storage import plain, tables, writing

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


@dataclass(frozen=True)
class Open:
    """A question without an answer, with what says whether it waits for somebody in particular."""

    mission: Mission
    gate: Gate
    delegations: tuple[Delegation, ...]  # to that person, in that mission


def open_for(session: Session, team: str, user: str, now: dt.datetime) -> list[Open]:
    """Every question of the workspace that has no answer, oldest mission first, in as many queries for one as for all.

    `user` is whose delegations are looked up.
    """
    gate, answer, of = tables.Gate, tables.Decision, tables.Mission
    waiting = [str(state) for state in (*WAITING, State.RUNNING)]
    unanswered = sa.and_(
        col(of.team) == team, col(answer.gate).is_(None), col(of.state).in_(waiting), col(gate.rev) == col(of.rev)
    )
    asked = col(of.id) == col(gate.mission)
    answered = col(answer.gate) == col(gate.id)
    wanted = select(of, gate).join(gate, onclause=asked).join(answer, isouter=True, onclause=answered)
    rows = session.exec(wanted.where(unanswered).order_by(col(of.created_at), col(gate.id))).all()
    said = _votes(session, unanswered)
    stands_in = _delegations(session, team, user, now)
    missions = {mission.id: plain.unpack(Mission, mission.model_dump()) for mission, _ in rows}
    return [
        Open(
            missions[mission.id],
            Gate(**question.model_dump(), votes=said.get(question.id, ())),
            stands_in.get(mission.id, ()),
        )
        for mission, question in rows
    ]


def _votes(session: Session, unanswered: sa.ColumnElement[bool]) -> dict[str, tuple[Vote, ...]]:
    """What people said at open questions, oldest first."""
    vote, gate, answer, of = tables.Vote, tables.Gate, tables.Decision, tables.Mission
    wanted = (
        select(vote)
        .join(gate, onclause=col(gate.id) == col(vote.gate))
        .join(of, onclause=col(of.id) == col(gate.mission))
        .join(answer, isouter=True, onclause=col(answer.gate) == col(gate.id))
        .where(unanswered)
        .order_by(col(vote.id))
    )
    found: dict[str, tuple[Vote, ...]] = {}
    for row in session.exec(wanted):
        found[row.gate] = (*found.get(row.gate, ()), Vote(**row.model_dump(exclude={"id"})))
    return found


def _delegations(session: Session, team: str, user: str, now: dt.datetime) -> dict[str, tuple[Delegation, ...]]:
    """For whom the person stands in now, by mission."""
    row, of = tables.Delegation, tables.Mission
    wanted = select(row).join(of, onclause=col(of.id) == col(row.mission))
    found: dict[str, tuple[Delegation, ...]] = {}
    for one in session.exec(wanted.where(col(of.team) == team, col(row.to) == user, col(row.until) > now)):
        found[one.mission] = (*found.get(one.mission, ()), Delegation(**one.model_dump()))
    return found
