"""Mandates: of exactly which plan or result a person let a phase begin, so that nothing else is carried out."""

from __future__ import annotations

from sqlmodel import Session, col, select

from agents.domain import artifact, results
from agents.domain import plan as planning
from agents.domain.mission import TaskState
from agents.ports import PhaseCall
from storage import plain, reading, tables, writing


def give(session: Session, call: PhaseCall, gate: str) -> None:
    """Notes, in the commit that starts the phase, the digest of what the rows say now. Planning needs no mandate."""
    digest = ""
    if call.phase == "run":
        digest = _plan(session, call.mission)
    elif call.phase == "deliver":
        digest = _result(session, call.mission)
    if digest:
        values = {"mission": call.mission, "phase": call.phase, "rev": call.rev, "digest": digest, "gate": gate}
        writing.insert(session, tables.Mandate, values)


def find(session: Session, mission: str, phase: str, rev: int) -> tables.Mandate | None:
    """What the phase of that revision was let to carry out."""
    return session.get(tables.Mandate, (mission, phase, rev))


def _plan(session: Session, mission: str) -> str:
    plan = _newest_plan(session, mission)
    return planning.digest(plan) if plan else ""


def _newest_plan(session: Session, mission: str) -> planning.Plan | None:
    row = tables.Plan
    found = session.exec(select(row).where(row.mission == mission).order_by(col(row.rev).desc()).limit(1)).first()
    return plain.unpack(planning.Plan, found.plan) if found else None


def _result(session: Session, mission: str) -> str:
    row = tables.Result
    found = session.exec(select(row).where(row.mission == mission).order_by(col(row.rev).desc()).limit(1)).first()
    plan = _newest_plan(session, mission)
    if found is None or plan is None:
        return ""
    records = {record.task: record for record in reading.attempts(session, mission)}
    works: list[artifact.Artifact] = []
    for task in plan.tasks:
        record = records.get(task.id)
        if task.deliverable and record and record.artifact and record.state is TaskState.ACCEPTED:
            works.append(record.artifact)
    return results.digest(found.summary, found.caveats, works)
