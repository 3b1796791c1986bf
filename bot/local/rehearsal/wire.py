"""The shapes of the OpenAI API: completions, chunks of a stream, errors, usage."""

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.local.rehearsal.answers import Answer, Call

PIECE = 48  # characters of one chunk


@dataclass(frozen=True)
class Refusal(Exception):
    """An answer with an error status, in OpenAI's shape."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def body(self) -> dict[str, Any]:
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}


@dataclass(frozen=True)
class Reply:
    """A completion before it is written down."""

    model: str
    answer: Answer
    asked: int  # bytes of the request
    finish: str = ""  # "" for what follows from the answer
    refusal: str | None = None
    usage: bool = True

    @property
    def finished(self) -> str:
        return self.finish or ("tool_calls" if self.answer.calls else "stop")

    @property
    def id(self) -> str:
        """Equal for equal answers: nothing here is left to chance."""
        return "chatcmpl-" + hashlib.sha256(repr((self.model, self.asked, self.answer)).encode()).hexdigest()[:24]

    def counted(self) -> dict[str, Any]:
        """Usage, estimated from bytes: four of them a token."""
        written = len(self.answer.text.encode()) + sum(
            len(c.name) + len(c.written().encode()) for c in self.answer.calls
        )
        prompt, completion = max(1, self.asked // 4), max(1, written // 4)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        }


def completion(reply: Reply) -> dict[str, Any]:
    """The body of a whole answer."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.answer.text or None, "refusal": reply.refusal}
    if reply.answer.calls:
        message["tool_calls"] = [_call(reply, place, call) for place, call in enumerate(reply.answer.calls)]
    body = _head(reply, "chat.completion")
    body["choices"] = [{"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finished}]
    return body | ({"usage": reply.counted()} if reply.usage else {})


def chunks(reply: Reply, include_usage: bool) -> Iterator[dict[str, Any]]:
    """The chunks of a stream: role, pieces of text, pieces of tool calls, the end, the usage if asked for."""
    yield _chunk(reply, {"role": "assistant", "content": "", "refusal": reply.refusal})
    for piece in _pieces(reply.answer.text):
        yield _chunk(reply, {"content": piece})
    for place, call in enumerate(reply.answer.calls):
        whole = _call(reply, place, call)
        yield _chunk(
            reply, {"tool_calls": [{"index": place, **whole, "function": {"name": call.name, "arguments": ""}}]}
        )
        for piece in _pieces(call.written()):
            yield _chunk(reply, {"tool_calls": [{"index": place, "function": {"arguments": piece}}]})
    yield _chunk(reply, {}, reply.finished)
    if include_usage and reply.usage:
        yield {**_head(reply, "chat.completion.chunk"), "choices": [], "usage": reply.counted()}


def event(chunk: dict[str, Any] | str) -> bytes:
    """A chunk as a server-sent event."""
    text = chunk if isinstance(chunk, str) else json.dumps(chunk, ensure_ascii=False)
    return f"data: {text}\n\n".encode()


def _pieces(text: str) -> list[str]:
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]


def _chunk(reply: Reply, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {**_head(reply, "chat.completion.chunk"), "choices": [choice]}


def _head(reply: Reply, kind: str) -> dict[str, Any]:
    return {"id": reply.id, "object": kind, "created": int(time.time()), "model": reply.model}


def _call(reply: Reply, place: int, call: Call) -> dict[str, Any]:
    id = f"call_{hashlib.sha256(f'{reply.id}{place}'.encode()).hexdigest()[:24]}"
    return {"id": id, "type": "function", "function": {"name": call.name, "arguments": call.written()}}


def models(names: tuple[str, ...]) -> dict[str, Any]:
    """The list of models."""
    return {"object": "list", "data": [model(name) for name in names]}


def model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "rehearsal"}
