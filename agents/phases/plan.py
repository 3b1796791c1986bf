"""Phase plan: a mission becomes a roadmap with an estimate, and a person is asked."""

from __future__ import annotations

from agents.contracts import PlannerBrief
from agents.domain import plan as plans
from agents.domain.department import Department
from agents.domain.events import PlanProposed
from agents.domain.mission import Gate, Mission, State
from agents.phases.desk import Desk, guarded
from agents.ports import File
from agents.roles import planner, translate

TITLES = 100  # titles of the library that the planner is shown


async def plan_mission(desk: Desk, id: str, rev: int) -> None:
    """Plans revision `rev`; runs once to the end however often it is started."""
    await guarded(desk, id, rev, State.PLANNING, _plan)


async def _plan(desk: Desk, mission: Mission) -> None:
    department = desk.departments.get(mission.department)
    file = await desk.missions.file(mission.id)
    seat = desk.seat(mission, f"plan/{mission.rev}", await desk.meter(mission, department))
    titles = await seat.once("titles", lambda: _titles(desk))
    wishes = await desk.missions.wishes(mission.id, mission.rev)
    brief = _brief(desk, file, department, titles, wishes)
    plan = await planner.plan(seat, desk.model_for(department, "planner"), department, brief)
    await propose(desk, mission, plan, department)


async def _titles(desk: Desk) -> list[str]:
    return list(await desk.toolbox.titles())[:TITLES]


def _brief(
    desk: Desk, file: File, department: Department, titles: tuple[str, ...], wishes: tuple[str, ...]
) -> PlannerBrief:
    return PlannerBrief(
        mission=file.mission.text,
        today=file.mission.created_at.date().isoformat(),
        team=translate.team(department),
        check_kinds=translate.check_kinds(),
        max_tasks=department.max_tasks,
        files=list(file.mission.files),
        library=list(titles),
        previous=translate.draft(file.plan) if file.plan and wishes else None,
        wishes=[*wishes, *(note.text for note in file.notes)],
    )


async def propose(desk: Desk, mission: Mission, plan: plans.Plan, department: Department) -> None:
    """Stores the plan with its gate and shows it, in one commit."""
    gate = Gate(f"{mission.id}:plan:{mission.rev}", mission.id, "plan", mission.rev, plans.digest(plan))
    async with desk.missions.change(mission.id) as change:
        if change.mission.state is not State.PLANNING or change.mission.rev != mission.rev:
            return
        change.save_plan(mission.rev, plan, estimate(plan, department))
        change.open_gate(gate)
        change.move(State.PLAN_GATE, title=plan.title)
        change.tell(PlanProposed(f"plan:{mission.rev}", mission.rev, gate.id))


def estimate(plan: plans.Plan, department: Department) -> plans.Estimate:
    """Calls and minutes from the shape of the plan. The cost stays open until prices have been seen in use.

    Low: every task needs two turns and one review. High: each task uses half its turns and is reworked once.
    """
    tasks = len(plan.tasks)
    turns = [(m.limits.turns if (m := department.specialist(task.specialist)) else 12) for task in plan.tasks]
    low, high = 3 * tasks + 2, sum(turns) + 4 * tasks + 4
    depth = _depth(plan)
    return plans.Estimate(calls=(low, min(high, department.max_calls)), minutes=(depth, 4 * depth + 2), cost_usd=None)


def _depth(plan: plans.Plan) -> int:
    depth: dict[str, int] = {}
    for id in plans.order(plan):
        depth[id] = 1 + max((depth[need] for need in plans.task(plan, id).needs), default=0)
    return max(depth.values())
