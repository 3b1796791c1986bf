"""A model's answer, read as a contract: unwrapped, checked, asked for again a bounded number of times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from agents.llm.jsontext import NotJson, extract_json
from agents.llm.schemas import plain
from agents.ports import AnswerShape, Message, ModelNonsense, ModelRefused, ModelReply, ModelRequest, ToolSpec

T = TypeVar("T", bound=BaseModel)
Ask = Callable[[ModelRequest], Awaitable[ModelReply]]
Check = Callable[[T], Sequence[str]]

_MOST_FAULTS = 10  # told at once; the rest shows when these are mended
_LONGEST_ECHO = 8000  # characters of the unusable answer that are shown to the model again


class Unfit(ValueError):
    """An answer that cannot be used. The message says why, in words fit for the model that wrote it."""


async def answer(
    ask: Ask, request: ModelRequest, contract: type[T], *, reasks: int = 2, check: Check[T] | None = None
) -> T:
    """The model's answer as `contract`, asked for again at most `reasks` times with what was wrong.

    `check` returns domain faults, one sentence each; they count like a wrong field. Raises ModelNonsense when no
    answer fits, ModelRefused, and what `ask` raises. Its errors hold no attempts: `ask` has handed over each reply.
    """
    request = replace(request, answer=shape(contract))
    asked, fault = request, Unfit()
    for _ in range(reasks + 1):
        reply = await ask(asked)
        try:
            return read(reply, contract, check)
        except Unfit as unfit:
            fault = unfit
        asked = _again(request, reply, fault)
    raise ModelNonsense(
        f"The model {request.model} gave no usable {contract.__name__} in {reasks + 1} tries; "
        f"try again or choose another model. The last fault: {_shortly(str(fault))}"
    )


def read(reply: ModelReply, contract: type[T], check: Check[T] | None = None) -> T:
    """The contract in a reply. Raises Unfit or ModelRefused."""
    if reply.finish == "content_filter":
        raise ModelRefused(f"The model {reply.model} was stopped by a content filter; word the mission differently.")
    if reply.finish == "length":
        raise Unfit("It is too long and was cut off. Say the same in far fewer words, so that it comes to its end.")
    value = _validated(reply.text, contract)
    if faults := list(check(value) if check else ()):
        raise Unfit(_listed(faults))
    return value


@cache
def shape(contract: type[BaseModel]) -> AnswerShape:
    """The shape to ask for, so that the answer is such a contract."""
    return AnswerShape(contract.__name__, contract.model_json_schema())


@cache
def tool_spec(contract: type[BaseModel], name: str, description: str) -> ToolSpec:
    """A tool whose arguments are such a contract."""
    return ToolSpec(name, description, plain(contract.model_json_schema()))


def _validated(text: str, contract: type[T]) -> T:
    try:
        return contract.model_validate_json(extract_json(text), strict=True)
    except NotJson as error:
        raise Unfit(str(error)) from None
    except ValidationError as error:
        raise Unfit(_listed([_sentence(fault["loc"], fault["msg"]) for fault in error.errors()])) from None


def _sentence(place: Sequence[int | str], message: str) -> str:
    return f"{'.'.join(str(part) for part in place) or 'The object'}: {message}."


def _listed(faults: Sequence[str]) -> str:
    more = f"\n- and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
    return "\n".join(f"- {fault}" for fault in faults[:_MOST_FAULTS]) + more


def _again(request: ModelRequest, reply: ModelReply, fault: Unfit) -> ModelRequest:
    """The first request with the last answer and its fault: it does not grow from try to try."""
    echo = reply.text.strip()[:_LONGEST_ECHO] or "(nothing)"
    words = f"That answer cannot be used:\n{fault}\n\nAnswer again: the whole JSON object, mended, and nothing else."
    return replace(request, messages=(*request.messages, Message("assistant", echo), Message("user", words)))


def _shortly(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:299]}…"
