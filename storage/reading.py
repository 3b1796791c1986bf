"""Rows read back as the domain knows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from agents.domain import events as happenings
from agents.domain import mission
from agents.domain import plan as planning
from agents.domain.evidence import Claim
from agents.ports import File, Note, ResultRecord, Spent, TaskRecord, Told, UnknownMission
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
    return tuple(_as_gate(asked, answer) for asked, answer in rows)


def _as_gate(asked: tables.Gate, answer: tables.Decision | None) -> mission.Gate:
    decision = mission.Decision(**answer.model_dump()) if answer else None  # pyright: ignore[reportUnnecessaryComparison]
    return mission.Gate(**asked.model_dump(), decision=decision)


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
        result=_result(session, id),
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


def _result(session: Session, id: str) -> ResultRecord | None:
    row = next(iter(of_mission(session, tables.Result, id, col(tables.Result.rev).desc())), None)
    return plain.unpack(ResultRecord, row.model_dump()) if row else None


def notes(session: Session, id: str) -> tuple[Note, ...]:
    """Replies of people in the thread, oldest first."""
    rows = of_mission(session, tables.Note, id, tables.Note.message)
    return tuple(Note(row.message, row.user, row.text) for row in rows)


def told(session: Session, id: str, after: int) -> list[Told]:
    """The mission's history from after that place on."""
    wanted = select(tables.Event).where(tables.Event.mission == id, col(tables.Event.seq) > after)
    rows = session.exec(wanted.order_by(col(tables.Event.seq))).all()
    return [Told(row.seq or 0, row.at, happenings.unpack(row.name, row.body)) for row in rows]
