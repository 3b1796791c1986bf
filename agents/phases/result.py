"""The result of a run: the manager's opening and the accepted deliverables, under one digest."""

from __future__ import annotations

from agents.contracts import ManagerBrief, ResultDraft
from agents.domain import checks, results
from agents.domain.artifact import Artifact
from agents.domain.mission import TaskState
from agents.domain.plan import Check
from agents.phases import shortage
from agents.phases.review import heard
from agents.phases.task import Run, material
from agents.ports import ResultRecord
from agents.roles import manager
from agents.roles.purse import OverBudget

DOUBTED = ("blocked", "contested", "unverified")


async def conclude(run: Run) -> ResultRecord:
    """The manager's words about all accepted deliverables. Raises ModelError and OverLimit."""
    done = {id: f for id, f in run.finished.items() if f.state is TaskState.ACCEPTED}
    delivered = [task for task in run.plan.tasks if task.deliverable and task.id in done]
    materials = [material(run, task) for task in delivered]
    every = [claim for task in run.plan.tasks if task.id in done for claim in material(run, task).claims]
    seat = run.desk.seat(run.mission, f"result/{run.mission.rev}", run.meter)
    brief = ManagerBrief(
        mission=run.mission.text,
        title=run.plan.title,
        goal=run.plan.goal,
        materials=materials,
        doubted=[claim for claim in every if claim.status in DOUBTED],
        dropped=[t.title for t in run.plan.tasks if t.id not in done],
        notes=list(await seat.once("notes", lambda: heard(run))),
    )
    model = run.desk.model_for(run.department, "manager")
    evidence = run.evidence()

    def unmarked(summary: str) -> list[str]:
        return checks.failures(Check("figures_marked"), Artifact("text", "summary", text=summary), evidence)

    try:
        draft = await manager.conclude(seat, model, run.department, brief, unmarked)
    except OverBudget as short:  # what was worked out is not lost for want of an opening
        draft = ResultDraft(summary=await shortage.opening(run), caveats=[str(short)])
    caveats = tuple(dict.fromkeys([*draft.caveats, *await shortage.reasons(run)]))
    works = [done[task.id].artifact for task in delivered]
    digest = results.digest(draft.summary, caveats, [work for work in works if work])
    return ResultRecord(run.mission.rev, digest, draft.summary, caveats)
