"""The critic: judges a piece of work against its brief."""

from __future__ import annotations

from agents.contracts import CriticBrief, CritiqueDraft
from agents.domain.department import Department
from agents.llm.answers import answer
from agents.ports import ModelRequest
from agents.roles import prompts
from agents.roles.seat import Seat


async def judge(seat: Seat, model: str, department: Department, brief: CriticBrief) -> CritiqueDraft:
    """Accept, or rework with points. Raises ModelError."""

    def faults(draft: CritiqueDraft) -> list[str]:
        pointless = draft.verdict == "rework" and not [point for point in draft.points if point.strip()]
        return ["A rework needs at least one point that says what to change."] if pointless else []

    messages = (
        prompts.system("critic", department=department.title),
        prompts.user("Judge this work.", brief),
    )
    return await answer(seat.asker(), ModelRequest(model, messages), CritiqueDraft, check=faults)
