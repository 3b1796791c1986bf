"""The devil's advocate: attacks the conclusion once, and ties its doubt to claims that there are."""

from __future__ import annotations

from agents.contracts import AdvocateBrief, ObjectionDraft
from agents.llm.answers import answer
from agents.ports import ModelRequest
from agents.roles import prompts
from agents.roles.seat import Seat


async def object_to(seat: Seat, model: str, brief: AdvocateBrief) -> ObjectionDraft:
    """The premise that sinks the conclusion if it is false, and the strongest objection. Raises ModelError."""
    known = {claim.id for claim in brief.claims}

    def faults(draft: ObjectionDraft) -> list[str]:
        strange = [id for id in draft.claims if id not in known]
        found = [f"There is no claim {id}; name only ids out of the brief." for id in strange[:5]]
        if not draft.claims:
            found.append("Name at least one claim of the brief that the premise rests on.")
        return found

    request = ModelRequest(model, (prompts.system("advocate"), prompts.user("Attack this conclusion.", brief)))
    return await answer(seat.asker(), request, ObjectionDraft, check=faults)
