"""The model of the benchmark: every role but the sceptic plays by script; the sceptic is assumed, real or not there."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from pydantic import BaseModel

from agents.contracts import CritiqueDraft, DoubtsDraft, ObjectionDraft, ResultDraft, ScepticBrief
from agents.ports import Attempt, Model, ModelReply, ModelRequest, ToolCall, Usage
from agents.roles.specialist import HAND_OVER
from bot.bench.outcome import ALL_CALLS
from bot.bench.replay import CAPTURE, Replay
from bot.bench.sceptics import Assumed

SUMMARY = "The findings of all agents are in the deliverables."
PREMISE = "The findings are what the sources say."
CHARACTERS = 4  # of a token, on average


class Cast:
    """Answers for one case, and counts what is asked."""

    def __init__(self, played: Replay, sceptic: Assumed | Model | None) -> None:
        self._played = played
        self._sceptic = sceptic
        self.calls: Counter[str] = Counter()
        self.tokens = 0
        self.queued: list[list[str]] = []  # the claims of each call of the sceptic

    async def ask(self, request: ModelRequest) -> ModelReply:
        role = role_of(request)
        self.calls[role] += 1
        reply = await self._answer(role, request)
        if role not in ALL_CALLS:
            self.tokens += sum(a.usage.input_tokens + a.usage.output_tokens for a in reply.attempts)
        return reply

    @property
    def asked(self) -> frozenset[str]:
        """All claims that were put before the sceptic."""
        return frozenset(id for claims in self.queued for id in claims)

    async def _answer(self, role: str, request: ModelRequest) -> ModelReply:
        match role:
            case "Specialist":
                return _said(request, "", self._work(request))
            case "Critic":
                return _said(request, _json(CritiqueDraft(verdict="accept")))
            case "Manager":
                return _said(request, _json(ResultDraft(summary=SUMMARY)))
            case "Sceptic":
                return await self._doubt(request)
            case "Advocate":
                return _said(request, _json(_objection(brief_of(request))))
            case _:
                raise NotImplementedError(f"the benchmark has no part for the role {role}")

    def _work(self, request: ModelRequest) -> ToolCall:
        """First the sources, then the claims. An author that is sent back repeats itself."""
        brief = brief_of(request)
        if brief["attempt"] == 1 and not any(message.role == "tool" for message in request.messages):
            return ToolCall("capture", CAPTURE, "{}")
        return ToolCall("hand-over", HAND_OVER, self._played.hand_over(brief["task"]).model_dump_json())

    async def _doubt(self, request: ModelRequest) -> ModelReply:
        brief = ScepticBrief.model_validate(brief_of(request))
        if len(request.messages) == 2:  # asked, and not asked again after an answer that could not be used
            self.queued.append([claim.id for claim in brief.claims])
        if isinstance(self._sceptic, Assumed):
            return _said(request, _json(self._sceptic.answer(brief, self._played)))
        if self._sceptic is None:
            return _said(request, _json(DoubtsDraft(findings=[])))
        return await self._sceptic.ask(request)


def role_of(request: ModelRequest) -> str:
    """The heading of the role's prompt."""
    return request.messages[0].content.splitlines()[0].removeprefix("# ")


def brief_of(request: ModelRequest) -> dict[str, Any]:
    """The one fenced block at the end of the first message of the user."""
    return json.loads(request.messages[1].content.partition("```json\n")[2].removesuffix("\n```"))


def _objection(brief: dict[str, Any]) -> ObjectionDraft:
    """The advocate changes no standing, so that any premise will do."""
    return ObjectionDraft(premise=PREMISE, claims=[brief["claims"][0]["id"]], objection=PREMISE)


def _json(draft: BaseModel) -> str:
    return draft.model_dump_json()


def _said(request: ModelRequest, text: str, *calls: ToolCall) -> ModelReply:
    read = sum(len(message.content) for message in request.messages) // CHARACTERS
    written = (len(text) + sum(len(call.arguments) for call in calls)) // CHARACTERS
    booked = Attempt(request.model, "ok", Usage(read, 0, written, 0, True), None, 0.0)
    return ModelReply(text, calls, "tool_calls" if calls else "stop", request.model, (booked,))
