"""Whether a request is one that the API would take."""

import json
from typing import Any

from aiohttp import web

from bot.local.rehearsal.wire import Refusal

MODELS = ("rehearsal", "rehearsal-sceptic")


async def text(request: web.Request) -> str:
    """The body. Raises Refusal."""
    try:
        return await request.text()
    except (UnicodeDecodeError, LookupError) as error:
        raise Refusal(400, "The body is not text in UTF-8.") from error


def size(body: dict[str, Any]) -> int:
    """Bytes that the model reads: messages, tools and the wanted shape, not how the answer is sent."""
    read = [body.get("messages"), body.get("tools"), body.get("response_format")]
    return len(json.dumps(read, ensure_ascii=False).encode(errors="replace"))


def parsed(text: str) -> dict[str, Any]:
    """The body as an object. Raises Refusal."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise Refusal(400, "The body is not a JSON object.")
    return body


def checked(body: dict[str, Any]) -> dict[str, Any]:
    """The body, if the API would take it. Raises Refusal."""
    known(str(body.get("model", "")))
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refusal(400, "'messages' must be a list that is not empty.", param="messages")
    if not all(isinstance(message, dict) and message.get("role") in _ROLES for message in messages):
        raise Refusal(400, f"Each message needs a role out of {', '.join(sorted(_ROLES))}.", param="messages")
    _check_results(messages)
    return body


_ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})


def _check_results(messages: list[dict[str, Any]]) -> None:
    """Every tool call is followed by its result before the model speaks again, as the API demands."""
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in waiting:
                raise Refusal(400, "A message of role 'tool' must answer a tool call before it.", param="messages")
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            raise Refusal(400, f"No result was given for the tool calls {', '.join(waiting)}.", param="messages")
        waiting = [call.get("id", "") for call in message.get("tool_calls") or []]
    if waiting:
        raise Refusal(400, f"No result was given for the tool calls {', '.join(waiting)}.", param="messages")


def known(model: str) -> str:
    """The name, if there is such a model. Raises Refusal."""
    if model not in MODELS:
        raise Refusal(
            404,
            f"The model '{model}' does not exist; there are {', '.join(MODELS)}.",
            code="model_not_found",
            param="model",
        )
    return model
