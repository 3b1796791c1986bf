"""The planner by rules: a plan for the mission, or the previous one changed as people wish."""

from agents.contracts import PlanDraft, PlannerBrief, TaskDraft
from bot.local.rehearsal.roles import roadmap, team, wishes


def answer(brief: PlannerBrief) -> PlanDraft:
    """A plan for the mission, or the previous one changed as people wish; always one that the harness can accept."""
    draft = brief.previous or roadmap.draft(brief)
    for wish in brief.wishes:
        draft = wishes.apply(draft, wish, brief)
    return sound(draft, brief)


def sound(draft: PlanDraft, brief: PlannerBrief) -> PlanDraft:
    """The plan with known members, their own tools, known checks, needs that come earlier, and a deliverable."""
    members = {one.id: one for one in brief.team}
    kinds = {one.kind for one in brief.check_kinds}
    ids: list[str] = []
    tasks: list[TaskDraft] = []
    for task in draft.tasks[: brief.max_tasks]:
        member = members.get(task.specialist) or team.member(brief.team, "text")
        change = {
            "specialist": member.id,
            "tools": [tool for tool in task.tools if tool in member.tools],
            "checks": [check for check in task.checks if check.kind in kinds],
            "needs": [need for need in task.needs if need in ids],
        }
        tasks.append(task.model_copy(update=change))
        ids.append(task.id)
    if not any(task.deliverable for task in tasks):
        tasks[-1] = tasks[-1].model_copy(update={"deliverable": True})
    return draft.model_copy(update={"tasks": tasks})
