"""The critic, and a reviewer of the craft: each judges a piece of work against its brief."""

from __future__ import annotations

from agents.contracts import CriticBrief, CritiqueDraft
from agents.domain.department import Department, Specialist
from agents.llm.answers import answer
from agents.ports import Message, ModelRequest
from agents.roles import prompts
from agents.roles.seat import Seat


async def judge(seat: Seat, model: str, department: Department, brief: CriticBrief) -> CritiqueDraft:
    """Accept, or rework with points. Raises ModelError."""
    return await _judged(seat, model, prompts.system("critic", department=department.title), brief)


async def review(
    seat: Seat, model: str, department: Department, reviewer: Specialist, brief: CriticBrief
) -> CritiqueDraft:
    """The same by a specialist of the department, who judges as their charter says. Raises ModelError."""
    charter = prompts.system("reviewer", title=reviewer.title, department=department.title, charter=reviewer.charter)
    return await _judged(seat, model, charter, brief)


async def _judged(seat: Seat, model: str, charter: Message, brief: CriticBrief) -> CritiqueDraft:
    def faults(draft: CritiqueDraft) -> list[str]:
        pointless = draft.verdict == "rework" and not [point for point in draft.points if point.strip()]
        return ["A rework needs at least one point that says what to change."] if pointless else []

    request = ModelRequest(model, (charter, prompts.user("Judge this work.", brief)))
    return await answer(seat.asker(), request, CritiqueDraft, check=faults)
