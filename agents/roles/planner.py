"""The planner: a mission becomes a roadmap that code has checked."""

from __future__ import annotations

from agents.contracts import PlanDraft, PlannerBrief
from agents.domain import checks
from agents.domain import plan as plans
from agents.domain.department import Department
from agents.llm.answers import answer
from agents.ports import ModelRequest, Question
from agents.roles import prompts, translate
from agents.roles.seat import Seat

QUESTIONS = 5  # that people are asked at most


async def plan(seat: Seat, model: str, department: Department, brief: PlannerBrief) -> plans.Plan:
    """A plan without faults, repaired at most twice. Raises ModelError."""
    return (await plan_and_ask(seat, model, department, brief))[0]


async def plan_and_ask(
    seat: Seat, model: str, department: Department, brief: PlannerBrief
) -> tuple[plans.Plan, tuple[Question, ...]]:
    """The plan as it is if every default is taken, and what the planner would rather be told. Raises ModelError."""

    def faults(draft: PlanDraft) -> list[str]:
        drafted = translate.plan(draft)
        found = plans.faults(drafted, department, checks.KINDS)
        found += [
            fault for task in drafted.tasks for check in task.checks if (fault := checks.fault_of(check, task.output))
        ]
        if len(drafted.tasks) > department.max_tasks:
            found.append(f"The plan has {len(drafted.tasks)} tasks; at most {department.max_tasks} are allowed.")
        return found

    messages = (
        prompts.system("planner", department=department.title, max_tasks=str(department.max_tasks)),
        prompts.user("Plan this mission.", brief),
    )
    draft = await answer(seat.asker(), ModelRequest(model, messages), PlanDraft, reasks=2, check=faults)
    asked = [Question(one.question.strip(), one.default.strip()) for one in draft.questions[:QUESTIONS]]
    return translate.plan(draft), tuple(one for one in asked if one.question and one.default)
