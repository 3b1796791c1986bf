"""A model server on loopback that plays a script: one play for each request, then the last one for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

from aiohttp import web

Body = dict[str, Any]
Play = Callable[["ModelServer", web.Request, Body], Awaitable[web.StreamResponse]]


class ModelServer:
    """Chat Completions and the list of models; `requests` holds the bodies that came, `keys` their authorization."""

    def __init__(self, *script: Play, models: tuple[str, ...] = ("test-model",)) -> None:
        self.script = list(script) or [says("OK")]
        self.models = models
        self.requests: list[Body] = []
        self.keys: list[str] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.arrived = asyncio.Event()
        self.release = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._list)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.release.set()
        await self._runner.cleanup()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body: Body = await request.json()
        self.requests.append(body)
        self.keys.append(request.headers.get("Authorization", ""))
        self.arrived.set()
        play = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await play(self, request, body)
        finally:
            self.in_flight -= 1

    async def _list(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers.get("Authorization", ""))
        return web.json_response({"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]})


USAGE = {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200}


def completion(message: Mapping[str, Any], finish: str | None = "stop", usage: object = USAGE) -> Body:
    """A chat completion; without `usage` when it is None."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    body = {
        "id": "c1",
        "object": "chat.completion",
        "created": 0,
        "model": "test-model-2026-01-01",
        "choices": [choice],
    }
    return body if usage is None else {**body, "usage": usage}


def sends(body: object, status: int = 200, **headers: str) -> Play:
    """Answers with that JSON. Header names are written with underscores."""

    async def play(server: ModelServer, request: web.Request, received: Body) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(body, status=status, headers=named)

    return play


def says(text: str | None, finish: str | None = "stop", usage: object = USAGE, **message: Any) -> Play:
    """Answers with a text."""
    return sends(completion({"content": text, **message}, finish, usage))


def calls(*named: tuple[str, str]) -> Play:
    """Answers with tool calls."""
    wished = [
        {"id": f"id-{place}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for place, (name, arguments) in enumerate(named)
    ]
    return sends(completion({"content": None, "tool_calls": wished}, "tool_calls"))


def fails(status: int, message: str = "it failed", **fields: str) -> Play:
    """Answers with an error as OpenAI words it; `retry_after` and other headers by `sends`."""
    return sends({"error": {"message": message, "type": "server_error", "param": None, "code": None, **fields}}, status)


def writes(payload: bytes, content_type: str = "application/json") -> Play:
    """Answers 200 with those bytes."""

    async def play(server: ModelServer, request: web.Request, received: Body) -> web.StreamResponse:
        return web.Response(body=payload, content_type=content_type)

    return play


async def hangs(server: ModelServer, request: web.Request, received: Body) -> web.StreamResponse:
    """Sends no byte until the server is released."""
    await server.release.wait()
    return await says("late")(server, request, received)


async def resets(server: ModelServer, request: web.Request, received: Body) -> web.StreamResponse:
    """Drops the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def cuts(server: ModelServer, request: web.Request, received: Body) -> web.StreamResponse:
    """Promises a whole body and drops the connection in the middle of it."""
    response = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(json.dumps(completion({"content": "half"})).encode()[:80])
    assert request.transport is not None
    request.transport.close()
    return response


async def garbles(server: ModelServer, request: web.Request, received: Body) -> web.StreamResponse:
    """Answers with something that is not HTTP."""
    assert request.transport is not None
    request.transport.write(b"HELLO I AM NOT HTTP\r\n\r\n")  # type: ignore[attr-defined]
    request.transport.close()
    return web.Response()


def picky(answers: Play, formats: tuple[str, ...] = (), tools: bool = True, tokens: tuple[str, ...] = ()) -> Play:
    """Refuses with 400 what an older compatible server refuses; else plays `answers`."""

    async def play(server: ModelServer, request: web.Request, received: Body) -> web.StreamResponse:
        asked = received.get("response_format", {}).get("type")
        if asked and asked not in formats:
            refusal = fails(400, f"This response_format type {asked} is unavailable now", type="invalid_request_error")
            return await refusal(server, request, received)
        if received.get("tools") and not tools:
            return await fails(400, "test-model does not support tools")(server, request, received)
        for field in {"max_tokens", "max_completion_tokens"} - set(tokens or received):
            if field in received:
                words = f"Unsupported parameter: '{field}' is not supported with this model."
                return await fails(400, words, param=field)(server, request, received)
        return await answers(server, request, received)

    return play
