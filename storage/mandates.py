"""Mandates: of exactly which plan or result a person let a phase begin, so that nothing else is carried out."""

from __future__ import annotations

from sqlmodel import Session, col, select

from agents.domain import plan as planning
from agents.domain.mission import Gate
from agents.ports import NotAsShown, PhaseCall
from storage import reading, tables, writing

# Gates that show exactly what the phase carries out.
APPROVES = {"run": ("plan", "change"), "deliver": ("result", "contested")}


def give(session: Session, call: PhaseCall, gate: Gate | None, *, replanned: bool) -> None:
    """Notes, in the commit that starts the phase, the digest of what the rows say now. Planning needs no mandate.

    `gate` is the question whose answer lets it begin. Raises NotAsShown when it was about something else; and when
    the plan or result is another than last time although nobody changed it in this commit (`replanned`).
    """
    digest = ""
    if call.phase == "run":
        digest = _plan(session, call.mission)
    elif call.phase == "deliver":
        digest = _result(session, call.mission)
    if gate and gate.kind in APPROVES.get(call.phase, ()):
        if gate.digest != digest:
            raise NotAsShown(gate.id)
    elif not replanned and (last := _last(session, call.mission, call.phase)) and last.digest != digest:
        raise NotAsShown(call.id)
    if digest:
        values: dict[str, object] = {
            "mission": call.mission,
            "phase": call.phase,
            "rev": call.rev,
            "digest": digest,
        }
        values["gate"] = gate.id if gate else ""
        writing.insert(session, tables.Mandate, values)


def find(session: Session, mission: str, phase: str, rev: int) -> tables.Mandate | None:
    """What the phase of that revision was let to carry out."""
    return session.get(tables.Mandate, (mission, phase, rev))


def intact(session: Session, mission: str) -> bool:
    """Whether the plan is still the one that was last let to run."""
    last = _last(session, mission, "run")
    return last is None or last.digest == _plan(session, mission)


def _last(session: Session, mission: str, phase: str) -> tables.Mandate | None:
    row = tables.Mandate
    wanted = select(row).where(row.mission == mission, row.phase == phase).order_by(col(row.rev).desc()).limit(1)
    return session.exec(wanted).first()


def _plan(session: Session, mission: str) -> str:
    plan = reading.plan(session, mission)
    return planning.digest(plan) if plan else ""


def _result(session: Session, mission: str) -> str:
    plan, result = reading.plan(session, mission), reading.result(session, mission)
    if plan is None or result is None:
        return ""
    return result.digest_over(plan, {record.task: record for record in reading.attempts(session, mission)})
