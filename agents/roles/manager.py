"""The manager: opens the result in a few words, from accepted work only."""

from __future__ import annotations

from collections.abc import Callable

from agents.contracts import ManagerBrief, ResultDraft
from agents.domain.department import Department
from agents.llm.answers import answer
from agents.ports import ModelRequest
from agents.roles import prompts
from agents.roles.seat import Seat


async def conclude(
    seat: Seat, model: str, department: Department, brief: ManagerBrief, check: Callable[[str], list[str]]
) -> ResultDraft:
    """The opening words. `check` names figures in the summary that no claim carries. Raises ModelError."""
    messages = (
        prompts.system("manager", department=department.title),
        prompts.user("Write the opening of the result.", brief),
    )
    request = ModelRequest(model, messages)
    return await answer(seat.asker(), request, ResultDraft, check=lambda draft: check(draft.summary))
