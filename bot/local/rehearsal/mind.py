"""From a request to the answer of its role. A pure function of the request: nothing is remembered."""

import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from agents.contracts import AdvocateBrief, CriticBrief, ManagerBrief, PlannerBrief, TimekeeperBrief
from bot.local.rehearsal.answers import Answer
from bot.local.rehearsal.reading import ROLES, Exchange
from bot.local.rehearsal.roles import advocate, critic, manager, planner, reviewer, sceptic, specialist, timekeeper
from bot.local.rehearsal.roles.notice import NOTICE

_STRUCTURED: dict[str, Callable[[Exchange], BaseModel]] = {
    "planner": lambda exchange: planner.answer(exchange.of(PlannerBrief)),
    "critic": lambda exchange: critic.answer(exchange.of(CriticBrief)),
    "reviewer": lambda exchange: reviewer.answer(exchange.of(CriticBrief)),
    "advocate": lambda exchange: advocate.answer(exchange.of(AdvocateBrief)),
    "manager": lambda exchange: manager.answer(exchange.of(ManagerBrief)),
    "timekeeper": lambda exchange: timekeeper.answer(exchange.of(TimekeeperBrief)),
}


def answer(exchange: Exchange) -> Answer:
    """What the role says next. Raises reading.Unreadable when the brief is not one of the role's."""
    if exchange.role == "specialist":
        return specialist.answer(exchange)
    if exchange.role == "sceptic":
        return sceptic.answer(exchange)
    if exchange.role in _STRUCTURED:
        return Answer(_STRUCTURED[exchange.role](exchange).model_dump_json())
    return Answer(f"{NOTICE} The first line of the system message must name one of its roles: {', '.join(ROLES)}.")


def in_words(answer: Answer, exchange: Exchange, body: dict[str, Any]) -> Answer:
    """As a model without such means says it: JSON in a fence without structured output, a tool call as JSON text."""
    if answer.calls and exchange.in_words:
        call = answer.calls[0]
        return Answer(f'{{"tool": {json.dumps(call.name)}, "arguments": {call.written()}}}')
    if body.get("response_format") is None and answer.text.startswith("{"):
        return Answer(f"```json\n{answer.text}\n```", answer.calls)
    return answer
