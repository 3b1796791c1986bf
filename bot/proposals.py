"""A changed plan beside the one that runs: asked about by its difference, and taken over when it is approved."""

from __future__ import annotations

from agents.domain import plan as plans
from agents.domain.department import Department
from agents.domain.mission import Gate, State
from agents.phases.plan import estimate
from agents.ports import PhaseCall
from storage.changes import RowChange


def take_over(
    change: RowChange, gate: Gate, plan: plans.Plan | None, department: Department, before: plans.Estimate | None
) -> None:
    """The approved change becomes the plan of the next revision; what is done and unchanged stays."""
    assert plan
    rev = gate.rev + 1
    change.save_plan(rev, plan, estimate(plan, department, before))
    change.move(State.RUNNING, rev=rev, title=plan.title)
    change.start(PhaseCall("run", change.mission.id, rev))
