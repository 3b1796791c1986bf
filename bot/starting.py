"""A phase of a mission is started, in the commit of whatever asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from agents.domain.department import Department
from agents.domain.mission import Mission, State
from agents.domain.plan import Estimate, Plan
from agents.phases.plan import estimate
from agents.ports import File, PhaseCall
from storage.changes import RowChange

PHASE: dict[State, Literal["plan", "run", "deliver"]] = {
    State.PLANNING: "plan",
    State.RUNNING: "run",
    State.DELIVERING: "deliver",
}


def start(
    change: RowChange, state: State, rev: int, wishes: Sequence[str] = (), *, title: str = "", patient: bool = False
) -> None:
    """The mission is at work, from revision `rev`; `wishes` are what a person asks of the plan."""
    change.move(state, rev=rev, title=title)
    if wishes:
        change.save_wishes(rev, wishes)
    change.start(PhaseCall(PHASE[state], change.mission.id, rev, patient=patient))


def start_plan(change: RowChange, rev: int, plan: Plan, department: Department, before: Estimate | None) -> None:
    """A changed plan is carried out: what is done and unchanged stays."""
    change.save_plan(rev, plan, estimate(plan, department, before))
    start(change, State.RUNNING, rev, title=plan.title)


def failed_in(mission: Mission, file: File) -> State:
    """Where a mission failed: delivery if the result was approved, the run if the plan was, else planning."""
    approved = {gate.kind for gate in file.gates if gate.decision and gate.decision.choice == "approve"}
    if {"result", "contested"} & approved and file.result and file.result.rev == mission.rev:
        return State.DELIVERING
    return State.RUNNING if "plan" in approved else State.PLANNING
