"""Rows read back as the domain knows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from agents.domain import events as happenings
from agents.domain import mission
from agents.domain import plan as planning
from agents.domain.authority import Vote
from agents.domain.evidence import Claim
from agents.ports import (
    File,
    Note,
    Proposal,
    Question,
    ResultRecord,
    Spent,
    TaskRecord,
    Told,
    UnknownMission,
)
from storage import ledger, plain, tables
from storage.ledger import of_mission


def mission_row(session: Session, id: str, *, lock: bool = False) -> tables.Mission:
    """The row; locked until the end of the transaction where asked. Raises UnknownMission."""
    found = session.get(tables.Mission, id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise UnknownMission(f"There is no mission {id}.")
    return found


def as_mission(row: tables.Mission) -> mission.Mission:
    """The row as the domain knows it."""
    return plain.unpack(mission.Mission, row.model_dump())


def as_record(row: tables.Attempt) -> TaskRecord:
    """How far the task was with this attempt."""
    return plain.unpack(TaskRecord, row.model_dump())


def attempts(session: Session, id: str) -> tuple[TaskRecord, ...]:
    """Every record of the mission, oldest first."""
    of = tables.Attempt
    rows = of_mission(session, of, id, col(of.rev), col(of.attempt), col(of.task))
    return tuple(as_record(row) for row in rows)


def gates(session: Session, id: str) -> tuple[mission.Gate, ...]:
    """The mission's questions by revision, with their answers."""
    return _gates(session, tables.Gate.mission == id)


def gate(session: Session, id: str) -> mission.Gate | None:
    """One question with its answer."""
    return next(iter(_gates(session, tables.Gate.id == id)), None)


def _gates(session: Session, which: bool) -> tuple[mission.Gate, ...]:
    rows = session.exec(
        select(tables.Gate, tables.Decision)
        .join(tables.Decision, isouter=True, onclause=col(tables.Decision.gate) == col(tables.Gate.id))
        .where(which)
        .order_by(col(tables.Gate.rev), col(tables.Gate.id))
    ).all()
    said = votes(session, [asked.id for asked, _ in rows])
    return tuple(_as_gate(asked, answer, said.get(asked.id, ())) for asked, answer in rows)


def votes(session: Session, gates: Sequence[str]) -> dict[str, tuple[Vote, ...]]:
    """What people said at each of these gates, oldest first."""
    wanted = select(tables.Vote).where(col(tables.Vote.gate).in_(gates)).order_by(col(tables.Vote.id))
    found: dict[str, tuple[Vote, ...]] = {}
    for row in session.exec(wanted) if gates else ():
        found[row.gate] = (*found.get(row.gate, ()), Vote(**row.model_dump(exclude={"id"})))
    return found


def _as_gate(asked: tables.Gate, answer: tables.Decision | None, said: tuple[Vote, ...]) -> mission.Gate:
    decision = mission.Decision(**answer.model_dump()) if answer else None  # pyright: ignore[reportUnnecessaryComparison]
    return mission.Gate(**asked.model_dump(), decision=decision, votes=said)


def file(session: Session, id: str, spent: Spent) -> File:
    """Everything about the mission as it is at this moment. Raises UnknownMission."""
    row = mission_row(session, id)
    plan = next(iter(of_mission(session, tables.Plan, id, col(tables.Plan.rev).desc())), None)
    tasks = {record.task: record for record in attempts(session, id)}
    evidence = ledger.in_force(session, id, tasks)
    return File(
        mission=as_mission(row),
        plan=plain.unpack(planning.Plan, plan.plan) if plan else None,
        plan_rev=plan.rev if plan else 0,
        estimate=plain.unpack(planning.Estimate, plan.estimate) if plan else None,
        tasks=tasks,
        claims=evidence.claims,
        verdicts=evidence.verdicts,
        snapshots=ledger.snapshots(session, id),
        gates=gates(session, id),
        result=result(session, id),
        notes=notes(session, id),
        spent=spent,
        dependencies=evidence.dependencies,
        authors=_authors(plan.plan if plan else None, evidence.claims),
    )


def _authors(plan: dict[str, Any] | None, claims: Sequence[Claim]) -> dict[str, str]:
    """Claim -> the specialist whose task it is from."""
    owners = {task["id"]: str(task["specialist"]) for task in plan["tasks"]} if plan else {}
    made = {claim.id: claim.id.split(".", 1)[0] for claim in claims}
    return {id: owners[task] for id, task in made.items() if task in owners}


def result(session: Session, id: str) -> ResultRecord | None:
    """The newest result that was proposed."""
    row = next(iter(of_mission(session, tables.Result, id, col(tables.Result.rev).desc())), None)
    return plain.unpack(ResultRecord, row.model_dump()) if row else None


def notes(session: Session, id: str) -> tuple[Note, ...]:
    """Replies of people in the thread, oldest first; those of people who may not steer are left out."""
    rows = [row for row in of_mission(session, tables.Note, id, tables.Note.message) if row.kind != "refused"]
    return tuple(Note(row.message, row.user, row.text, row.kind) for row in rows)


def said(session: Session, team: str, channel: str, ts: str) -> tuple[mission.Mission, Note | None] | None:
    """The newest mission that a message belongs to: without a note, the message gave the mission."""
    of, note = tables.Mission, tables.Note
    here = (of.team == team, of.channel == channel)
    newest = (col(of.created_at).desc(), col(of.id).desc())
    if given := session.exec(select(of).where(*here, of.message == ts).order_by(*newest).limit(1)).first():
        return as_mission(given), None
    wanted = select(of, note).join(note, onclause=col(note.mission) == col(of.id)).where(*here, note.message == ts)
    found = session.exec(wanted.order_by(*newest).limit(1)).first()
    return (as_mission(found[0]), _as_note(found[1])) if found else None


def notes_of_kind(session: Session, kind: str) -> list[tuple[str, Note]]:
    """Replies of that kind in all missions, each with its mission, oldest first."""
    rows = session.exec(select(tables.Note).where(tables.Note.kind == kind).order_by(tables.Note.message)).all()
    return [(row.mission, _as_note(row)) for row in rows]


def _as_note(row: tables.Note) -> Note:
    return Note(row.message, row.user, row.text, row.kind)


def plan(session: Session, id: str, rev: int | None = None) -> planning.Plan | None:
    """The newest plan, or the newest up to that revision."""
    of = tables.Plan
    wanted = select(of).where(of.mission == id).order_by(col(of.rev).desc()).limit(1)
    row = session.exec(wanted if rev is None else wanted.where(of.rev <= rev)).first()
    return plain.unpack(planning.Plan, row.plan) if row else None


def proposal(session: Session, gate: str) -> Proposal | None:
    """The drafted plan that a gate is about."""
    row = session.get(tables.Proposal, gate)
    if row is None:
        return None
    plan, estimate = plain.unpack(planning.Plan, row.plan), plain.unpack(planning.Estimate, row.estimate)
    return Proposal(row.gate, plan, estimate, tuple(Question(**one) for one in row.questions))


def told(session: Session, id: str, after: int) -> list[Told]:
    """The mission's history from after that place on."""
    wanted = select(tables.Event).where(tables.Event.mission == id, col(tables.Event.seq) > after)
    rows = session.exec(wanted.order_by(col(tables.Event.seq))).all()
    return [Told(row.seq or 0, row.at, happenings.unpack(row.name, row.body)) for row in rows]
