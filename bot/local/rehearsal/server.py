"""An OpenAI-compatible server on loopback that answers by rules."""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from bot.local.rehearsal import checking, faults, mind, reading, refusals, spoil, wire
from bot.local.rehearsal.answers import Answer
from bot.local.rehearsal.faults import WHOLE, Fault, Faults, Kind
from bot.local.rehearsal.wire import Refusal, Reply

FAULT_HEADER = "X-Rehearsal-Fault"
KEPT = 10_000  # calls in the log
LARGEST = 32 * 1024 * 1024  # bytes of a request

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Called:
    """One request as the log keeps it: no content, only what tests ask about."""

    number: int
    role: str
    model: str
    digest: str  # SHA-256 of the request's body
    stream: bool
    tools: tuple[str, ...]  # that it asked for in its answer
    outcome: str  # "ok" or the kinds of the faults that struck


class Rehearsal:
    """The server. `calls` is the log of chat requests, oldest first; `faults` takes faults at any time."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1", latency_s: float = 0.0) -> None:
        self.host, self.port, self.latency_s = host, port, latency_s
        self.faults = Faults()
        self.calls: deque[Called] = deque(maxlen=KEPT)
        self.count = 0  # chat requests received since the start
        self._runner: web.AppRunner | None = None
        self._ended = asyncio.Event()

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL is set to."""
        return f"http://{self.host}:{self.port}/v1"

    async def start(self) -> None:
        """Listens; with port 0 `port` is the one that the system chose. Raises OSError when the port is in use."""
        self._ended.clear()
        runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner, self.port = runner, runner.addresses[0][1]

    async def stop(self) -> None:
        """Closes the port; requests that hang end at once."""
        self._ended.set()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "Rehearsal":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=LARGEST, middlewares=[_in_shape])
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/v1/models/{name}", self._model)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/rehearsal/calls", self._log)
        app.router.add_get("/rehearsal/faults", self._faults)
        app.router.add_post("/rehearsal/faults", self._add_fault)
        app.router.add_delete("/rehearsal/faults", self._clear_faults)
        return app

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response(wire.models(checking.MODELS))

    async def _model(self, request: web.Request) -> web.Response:
        return web.json_response(wire.model(checking.known(request.match_info["name"])))

    async def _log(self, request: web.Request) -> web.Response:
        return web.json_response({"count": self.count, "calls": [asdict(call) for call in self.calls]})

    async def _faults(self, request: web.Request) -> web.Response:
        return web.json_response({"faults": self.faults.listing()})

    async def _add_fault(self, request: web.Request) -> web.Response:
        body = checking.parsed(await checking.text(request))
        try:
            fault = self.faults.add(body.pop("kind", ""), **body)
        except (faults.Unknown, TypeError) as error:
            raise Refusal(400, str(error)) from error
        return web.json_response(fault.model_dump(mode="json"))

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self.faults.clear()
        return web.json_response({"faults": []})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        text = await checking.text(request)
        self.count += 1
        number = self.count
        body = checking.checked(checking.parsed(text))
        exchange = reading.exchange(body)
        try:
            extra = faults.of_header(request.headers.get(FAULT_HEADER, ""))
        except faults.Unknown as error:
            raise Refusal(400, str(error)) from error
        struck = self.faults.strike(exchange.role, body["model"], body, extra)
        # In a thread: whoever shares this process must not wait while a role thinks.
        answer = await asyncio.to_thread(self._answer, exchange, struck, body) if not _whole(struck) else Answer()
        self._note(number, exchange.role, body, text, answer, struck)
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        if fault := _whole(struck):
            return await self._instead(request, fault, body)
        reply = _reply(body, answer, checking.size(body), struck)
        return (
            await _stream(request, reply, body, struck) if body.get("stream") else _whole_body(request, reply, struck)
        )

    def _answer(self, exchange: reading.Exchange, struck: list[Fault], body: dict[str, Any]) -> Answer:
        try:
            answer = spoil.spoiled(mind.answer(exchange), exchange, struck)
        except reading.Unreadable as error:
            raise Refusal(400, str(error)) from error
        return mind.in_words(answer, exchange, body)

    def _note(
        self, number: int, role: str, body: dict[str, Any], text: str, answer: Answer, struck: list[Fault]
    ) -> None:
        self.calls.append(
            Called(
                number=number,
                role=role,
                model=body["model"],
                digest=hashlib.sha256(text.encode(errors="replace")).hexdigest(),
                stream=bool(body.get("stream")),
                tools=tuple(call.name for call in answer.calls),
                outcome=" ".join(fault.kind for fault in struck) or "ok",
            )
        )

    async def _instead(self, request: web.Request, fault: Fault, body: dict[str, Any]) -> web.StreamResponse:
        """What comes in place of an answer."""
        match fault.kind:
            case Kind.HANG:
                await self._hang(fault.seconds)
                raise Refusal(504, "The model took too long.", "server_error")
            case Kind.DISCONNECT:
                _disconnect(request)
                return web.Response()
            case Kind.NOT_JSON:
                return web.Response(text="<html><body><h1>502 Bad Gateway</h1></body></html>", content_type="text/html")
            case _:
                raise refusals.refusal(fault, body)

    async def _hang(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return


def _whole(struck: list[Fault]) -> Fault | None:
    return next((fault for fault in struck if fault.kind in WHOLE), None)


@web.middleware
async def _in_shape(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors in OpenAI's shape, whatever raised them."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return web.json_response(refusal.body(), status=refusal.status, headers=dict(refusal.headers))
    except web.HTTPException as error:
        wrong = Refusal(error.status, f"{request.method} {request.path}: {error.reason}.", code=None)
        return web.json_response(wrong.body(), status=error.status)


def _reply(body: dict[str, Any], answer: Answer, asked: int, struck: list[Fault]) -> Reply:
    kinds = {fault.kind for fault in struck}
    usage = Kind.NO_USAGE not in kinds
    if Kind.REFUSAL in kinds:
        return Reply(body["model"], Answer(), asked, "stop", "I cannot help with that.", usage)
    if Kind.FILTER in kinds:
        return Reply(body["model"], Answer(), asked, "content_filter", None, usage)
    if Kind.LENGTH in kinds:
        return Reply(body["model"], Answer(answer.text[: len(answer.text) // 2]), asked, "length", None, usage)
    return Reply(body["model"], answer, asked, usage=usage)


def _whole_body(request: web.Request, reply: Reply, struck: list[Fault]) -> web.Response:
    text = json.dumps(wire.completion(reply), ensure_ascii=False)
    if any(fault.kind is Kind.CUT for fault in struck):
        return web.Response(text=text[: len(text) // 2], content_type="application/json")
    return web.Response(text=text, content_type="application/json")


async def _stream(request: web.Request, reply: Reply, body: dict[str, Any], struck: list[Fault]) -> web.StreamResponse:
    kinds = {fault.kind for fault in struck}
    options = body.get("stream_options") or {}
    every = list(wire.chunks(reply, bool(options.get("include_usage"))))
    if Kind.STREAM_DOUBLE in kinds:
        every = [chunk for chunk in every for _ in range(2)]
    if Kind.STREAM_SHUFFLE in kinds:
        every = [*every[:1], *reversed(every[1:-1]), *every[-1:]]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    cut = len(every) // 2 if Kind.CUT in kinds else len(every)
    for chunk in every[:cut]:
        await response.write(wire.event(chunk))
    if Kind.CUT in kinds:
        _disconnect(request)
        return response
    await response.write(wire.event("[DONE]"))
    await response.write_eof()
    return response


def _disconnect(request: web.Request) -> None:
    """Breaks the connection without saying goodbye."""
    if request.transport:
        request.transport.abort()
