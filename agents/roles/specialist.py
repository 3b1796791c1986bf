"""The specialist: works with tools, turn by turn, until it hands over."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import ValidationError

from agents.contracts import HandOver, SpecialistBrief
from agents.domain.department import Department, Specialist
from agents.domain.plan import Task
from agents.llm.answers import tool_spec
from agents.ports import Message, ModelNonsense, ModelRequest, ToolCall, ToolResult, ToolSpec
from agents.roles import prompts, translate
from agents.roles.seat import Seat

HAND_OVER = "hand_over"
REASKS = 3  # unusable hand-overs or answers without a tool call, before the attempt fails
SAME_CALL = 2  # the same call more often than this is answered without being made
TOO_OFTEN = "You have made this very call several times. Use what it brought, or hand over."
USED_UP = f"Not done: you have used up your calls. Hand over what you have by `{HAND_OVER}`."

Use = Callable[[ToolCall], Awaitable[ToolResult]]


@dataclass(frozen=True)
class Workplace:
    """What a specialist works with: its seat, its tools and what people say meanwhile."""

    seat: Seat
    tools: tuple[ToolSpec, ...]
    use: Use
    heard: Callable[[], Awaitable[tuple[str, ...]]]  # notes of people that are new since the last time


async def work(
    place: Workplace, model: str, department: Department, member: Specialist, task: Task, brief: SpecialistBrief
) -> HandOver:
    """The finished work. Raises ModelError and OverLimit."""
    charter = prompts.system(
        "specialist", title=member.title, department=department.title, charter=member.charter, task=task.id
    )
    messages = [charter, prompts.user("Do this task.", brief)]
    finish = tool_spec(HandOver, HAND_OVER, "Hand over the finished work with its claims. Ends your work.")
    used: Counter[tuple[str, str]] = Counter()
    unusable = 0
    for turn in range(1, member.limits.turns + 1):
        most = 0 if turn >= max(2, member.limits.turns - REASKS) else member.limits.calls
        tools = (*place.tools, finish) if used.total() < most else (finish,)
        request = ModelRequest(model, tuple(messages), tools, max_output_tokens=member.limits.output_tokens)
        reply = await place.seat.ask(f"{turn}", request)
        messages.append(Message("assistant", reply.text, reply.tool_calls))
        done, answers = _hand_over(task, reply.tool_calls)
        if done:
            return done
        others = [call for call in reply.tool_calls if call.name != HAND_OVER]
        answers += await _use_all(place, turn, others, _refusals(others, used, most))
        unusable += not reply.tool_calls or any(call.name == HAND_OVER for call in reply.tool_calls)
        if unusable > REASKS:
            raise ModelNonsense(f"The {member.title} did not hand over usable work for “{task.title}”.")
        messages += answers or [Message("user", f"Finish by calling the tool `{HAND_OVER}` with your work.")]
        messages += [Message("user", f"A note from the thread: {note}") for note in await place.heard()]
    raise ModelNonsense(f"The {member.title} used all {member.limits.turns} turns for “{task.title}” without result.")


def _hand_over(task: Task, calls: tuple[ToolCall, ...]) -> tuple[HandOver | None, list[Message]]:
    """The hand-over among the calls if it is usable, else what to tell the model about it."""
    refused: list[Message] = []
    for call in calls:
        if call.name != HAND_OVER:
            continue
        try:
            done = HandOver.model_validate_json(call.arguments)
        except ValidationError as error:
            refused.append(Message("tool", _explain(error), tool_call_id=call.id))
            continue
        faults = translate.hand_over_faults(task, done)
        if not faults:
            return done, []
        refused.append(Message("tool", "Not handed over. " + " ".join(faults), tool_call_id=call.id))
    return None, refused


def _explain(error: ValidationError) -> str:
    faults = [f"{'.'.join(map(str, fault['loc'])) or 'the whole'}: {fault['msg']}" for fault in error.errors()[:5]]
    return "Not handed over. The arguments do not fit: " + "; ".join(faults) + "."


def _refusals(calls: list[ToolCall], used: Counter[tuple[str, str]], most: int) -> list[str]:
    """For each call why it is not made, or nothing; those that will be made are counted."""
    found: list[str] = []
    for call in calls:
        same = (call.name, call.arguments)
        found.append(USED_UP if used.total() >= most else TOO_OFTEN if used[same] >= SAME_CALL else "")
        used[same] += not found[-1]
    return found


async def _use_all(place: Workplace, turn: int, calls: list[ToolCall], refusals: list[str]) -> list[Message]:
    """The results of all calls of one turn, made at the same time, in the order in which they were asked for."""

    async def one(number: int, call: ToolCall, refusal: str) -> Message:
        if refusal:
            return Message("tool", refusal, tool_call_id=call.id)
        result = await place.seat.use(f"{turn}.{number}", call, lambda: place.use(call))
        return Message("tool", result.text, tool_call_id=call.id)

    wanted = zip(calls, refusals, strict=True)
    made = await asyncio.gather(*(one(number, *pair) for number, pair in enumerate(wanted, 1)), return_exceptions=True)
    # One that cannot go on, such as a call that a person has to see first, lets the others come to their end.
    for result in made:
        if isinstance(result, BaseException):
            raise result
    return [result for result in made if isinstance(result, Message)]
