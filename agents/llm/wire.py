"""Chat Completions on the wire: requests as they are sent, answers as servers really send them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.llm import grades, tooltext
from agents.llm.grades import Abilities
from agents.ports import Message, ModelRequest, ToolCall, ToolSpec, Usage


@dataclass(frozen=True)
class Answer:
    """What a server answered. `usage` is None when it did not say or said nonsense."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    finish: str  # stop, tool_calls, length, content_filter
    model: str
    usage: Usage | None
    refused: bool = False

    @property
    def stopped(self) -> Literal["", "refusal", "content_filter"]:
        """Why it is no answer at all."""
        if self.refused:
            return "refusal"
        return "content_filter" if self.finish == "content_filter" else ""

    @property
    def written(self) -> str:
        """All that the model wrote, for an estimate of its tokens."""
        return self.text + "".join(call.name + call.arguments for call in self.tool_calls)


class BrokenAnswer(ValueError):
    """The server answered something that is no chat completion, or gave up in the middle."""


class ServerSaidError(ValueError):
    """The server answered 200 with an error in it, as some gateways do."""

    def __init__(self, body: object) -> None:
        super().__init__("error inside an answer")
        self.body = body


def request_body(request: ModelRequest, able: Abilities) -> dict[str, object]:
    """The JSON that is sent."""
    body: dict[str, object] = {"model": request.model, "messages": [_message(m) for m in _told(request, able)]}
    if request.tools and able.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.answer and (shape := grades.response_format(request.answer, able.answer)):
        body["response_format"] = shape
    if request.max_output_tokens is not None and able.tokens:
        body[able.tokens[0]] = request.max_output_tokens
    return body


def read(data: object, request: ModelRequest, able: Abilities) -> Answer:
    """A server's answer. Raises BrokenAnswer or ServerSaidError."""
    try:
        completion = _Completion.model_validate(data)
    except ValidationError:
        raise BrokenAnswer("not a chat completion") from None
    if completion.error is not None and not completion.choices:
        raise ServerSaidError(completion.error)
    if not completion.choices or completion.choices[0].finish_reason in _GAVE_UP:
        raise BrokenAnswer("no choice, or one that was given up")
    return _answer(completion, request, able)


def estimate(body: dict[str, object], text: str = "") -> Usage:
    """Tokens when the server does not say: three bytes each, which is rather too many."""
    sent = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return Usage(input_tokens=len(sent) // 3, output_tokens=len(text.encode(errors="replace")) // 3, estimated=True)


_GAVE_UP = ("error", "insufficient_system_resource")
_FINISHES = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
}


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore")  # every server adds fields of its own


class _Function(_Wire):
    name: str
    arguments: str | dict[str, object] | None = None


class _Call(_Wire):
    id: str | None = None
    function: _Function


class _Part(_Wire):
    text: str = ""


class _Message(_Wire):
    content: str | list[_Part] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(_Wire):
    message: _Message
    finish_reason: str | None = None


class _InputDetails(_Wire):
    cached_tokens: int | None = Field(default=None, ge=0)


class _OutputDetails(_Wire):
    reasoning_tokens: int | None = Field(default=None, ge=0)


class _Usage(_Wire):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(default=0, ge=0)
    total_tokens: int | None = None
    prompt_tokens_details: _InputDetails | None = None
    completion_tokens_details: _OutputDetails | None = None


class _Completion(_Wire):
    model: str | None = None
    choices: list[_Choice] = Field(default_factory=list[_Choice])
    usage: object = None
    error: object = None


def _told(request: ModelRequest, able: Abilities) -> Sequence[Message]:
    messages: Sequence[Message] = request.messages
    if not able.tools:
        messages = tooltext.with_tools(messages, request.tools)
    if request.answer and able.answer != "schema":
        messages = grades.with_schema(messages, request.answer)
    return messages


def _message(message: Message) -> dict[str, object]:
    sent: dict[str, object] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        sent["tool_calls"] = [_sent_call(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        sent["tool_call_id"] = message.tool_call_id
    return sent


def _sent_call(call: ToolCall) -> dict[str, object]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _tool(tool: ToolSpec) -> dict[str, object]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _answer(completion: _Completion, request: ModelRequest, able: Abilities) -> Answer:
    choice = completion.choices[0]
    text = _text(choice.message.content)
    calls = tuple(_call(place, call, request.messages) for place, call in enumerate(choice.message.tool_calls or []))
    if request.tools and not able.tools and (wished := tooltext.wish(text, request.messages)):
        text, calls = "", wished
    return Answer(
        text=text,
        tool_calls=calls,
        finish=_FINISHES.get((choice.finish_reason or "").lower(), "tool_calls" if calls else "stop"),
        model=completion.model or request.model,
        usage=_usage(completion.usage),
        refused=bool(choice.message.refusal),
    )


def _text(content: str | list[_Part] | None) -> str:
    return "".join(part.text for part in content) if isinstance(content, list) else content or ""


def _call(place: int, call: _Call, earlier: Sequence[Message]) -> ToolCall:
    arguments = call.function.arguments
    if not isinstance(arguments, str):
        arguments = json.dumps(arguments or {}, ensure_ascii=False)
    return ToolCall(call.id or tooltext.call_id(earlier, place), call.function.name, arguments)


def _usage(data: object) -> Usage | None:
    try:
        said = _Usage.model_validate(data)
    except ValidationError:
        return None
    reasoning = said.completion_tokens_details and said.completion_tokens_details.reasoning_tokens
    cached = said.prompt_tokens_details and said.prompt_tokens_details.cached_tokens
    # Some servers leave reasoning out of the completion tokens and show it only in the total.
    beyond_input = (said.total_tokens or 0) - said.prompt_tokens
    output = max(said.completion_tokens, beyond_input)
    return Usage(said.prompt_tokens, cached or 0, output, reasoning or 0)
