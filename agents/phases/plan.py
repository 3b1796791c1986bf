"""Phase plan: a mission becomes a roadmap with an estimate, and a person is asked."""

from __future__ import annotations

from collections.abc import Sequence

from agents.contracts import PlannerBrief
from agents.domain import estimates
from agents.domain import plan as plans
from agents.domain.department import Department
from agents.domain.events import PlanProposed, QuestionsAsked
from agents.domain.mission import Gate, Mission, State
from agents.phases.desk import Desk, guarded
from agents.ports import File, Proposal, Question
from agents.roles import planner, translate

PLANNED = frozenset({"steer", "answer", "scope"})  # replies that are wishes
TITLES = 100  # titles of the library that the planner is shown


async def plan_mission(desk: Desk, id: str, rev: int) -> None:
    """Plans revision `rev`; runs once to the end however often it is started."""
    await guarded(desk, id, rev, State.PLANNING, _plan)


async def _plan(desk: Desk, mission: Mission) -> None:
    department = desk.departments.get(mission.department)
    file = await desk.missions.file(mission.id)
    meter = await desk.meter(mission, department)
    seat = desk.seat(mission, f"plan/{mission.rev}", meter)
    titles = await seat.once("titles", lambda: _titles(desk))
    wishes = await desk.missions.wishes(mission.id, mission.rev)
    notes = await seat.once("notes", lambda: _notes(desk, mission))
    brief = brief_for(file, department, titles, (*wishes, *notes), changes=bool(wishes))
    plan, questions = await planner.plan_and_ask(seat, desk.model_for(department, "planner"), department, brief)
    await meter.close()
    if file.plan:  # what a person set stays when the tasks change
        plan = plans.with_kept(plan, file.plan)
    if questions and not any(gate.kind == "questions" for gate in file.gates):
        await _ask(desk, mission, plan, questions, department)
    else:
        await propose(desk, mission, plan, department)


async def _titles(desk: Desk) -> list[str]:
    return list(await desk.toolbox.titles())[:TITLES]


async def _notes(desk: Desk, mission: Mission) -> list[str]:
    return [note.text for note in await desk.missions.notes(mission.id) if note.kind in PLANNED and note.text]


def brief_for(
    file: File, department: Department, titles: Sequence[str], wishes: Sequence[str], *, changes: bool
) -> PlannerBrief:
    """What the planner plans from; with `changes` it changes the plan there is."""
    return PlannerBrief(
        mission=file.mission.text,
        today=file.mission.created_at.date().isoformat(),
        team=translate.team(department),
        check_kinds=translate.check_kinds(),
        max_tasks=department.max_tasks,
        files=list(file.mission.files),
        library=list(titles),
        previous=translate.draft(file.plan) if file.plan and changes else None,
        wishes=list(wishes),
    )


async def _ask(
    desk: Desk, mission: Mission, plan: plans.Plan, questions: tuple[Question, ...], department: Department
) -> None:
    """Asks once, all together, before the plan. What is drafted already counts if the defaults are taken."""
    expected = estimates.estimate(plan, department, await desk.basis(mission, department))
    gate = Gate(f"{mission.id}:questions:{mission.rev}", mission.id, "questions", mission.rev, plans.digest(plan))
    async with desk.missions.change(mission.id) as change:
        if change.mission.state is not State.PLANNING or change.mission.rev != mission.rev:
            return
        change.save_proposal(Proposal(gate.id, plan, expected, questions))
        change.open_gate(gate)
        change.move(State.QUESTIONS, title=plan.title)
        change.tell(QuestionsAsked(f"questions:{mission.rev}", gate.id))


async def propose(desk: Desk, mission: Mission, plan: plans.Plan, department: Department) -> None:
    """Stores the plan with its gate and shows it, in one commit."""
    expected = estimates.estimate(plan, department, await desk.basis(mission, department))
    gate = Gate(f"{mission.id}:plan:{mission.rev}", mission.id, "plan", mission.rev, plans.digest(plan))
    async with desk.missions.change(mission.id) as change:
        if change.mission.state is not State.PLANNING or change.mission.rev != mission.rev:
            return
        change.spend()
        change.save_plan(mission.rev, plan, expected)
        change.open_gate(gate)
        change.move(State.PLAN_GATE, title=plan.title)
        change.tell(PlanProposed(f"plan:{mission.rev}", mission.rev, gate.id))


def estimate(plan: plans.Plan, department: Department, before: plans.Estimate | None = None) -> plans.Estimate:
    """What the plan is likely to take, on the same basis as an estimate before it."""
    return estimates.estimate(plan, department, before.basis if before else plans.NOTHING_KNOWN)
