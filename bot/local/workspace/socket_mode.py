"""Socket Mode: up to ten sockets of one app; every envelope goes to one of them and wants its own acknowledgement."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from bot.local.workspace.delivery import Answer, Envelope
from bot.local.workspace.faults import Faults

MOST_SOCKETS = 10
HEARTBEAT_SECONDS = 30.0
CLOSE_SECONDS = 1.0
APPROXIMATE_LIFE_SECONDS = 3600


@dataclass(eq=False)
class Socket:
    """One connection of the app."""

    ws: web.WebSocketResponse
    number: int


@dataclass
class SocketMode:
    """The sockets of the app and the acknowledgements that are still out."""

    app_id: str
    faults: Faults
    changed: Callable[[bool], None]
    sockets: list[Socket] = field(default_factory=list)
    opened: int = 0
    _turn: int = 0
    _waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _connected: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def connected(self) -> bool:
        """Whether the app has a socket open."""
        return bool(self.sockets)

    async def wait_for_connection(self) -> None:
        """Return when the next socket opens."""
        opened = self.opened
        while self.opened == opened:
            self._connected.clear()
            await self._connected.wait()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Greet a socket and read its acknowledgements until it closes."""
        ws = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, timeout=CLOSE_SECONDS)
        await ws.prepare(request)
        if len(self.sockets) >= MOST_SOCKETS:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await ws.close()
            return ws
        await self._keep(ws)
        return ws

    async def _keep(self, ws: web.WebSocketResponse) -> None:
        self.opened += 1
        socket = Socket(ws, self.opened)
        self.sockets.append(socket)
        try:
            await ws.send_json(self._hello())
            self._connected.set()
            self.changed(True)
            async for message in ws:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self.sockets.remove(socket)
            self.changed(self.connected)

    def _hello(self) -> dict[str, Any]:
        debug = {"host": "local", "build_number": 1, "approximate_connection_time": APPROXIMATE_LIFE_SECONDS}
        return {
            "type": "hello",
            "num_connections": len(self.sockets),
            "debug_info": debug,
            "connection_info": {"app_id": self.app_id},
        }

    def _acknowledged(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except json.JSONDecodeError:
            return
        waiting = self._waiting.get(answer.get("envelope_id", "")) if isinstance(answer, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.get("payload"))

    async def send(self, envelope: Envelope, timeout: float) -> Answer:
        """Deliver through one socket; the error names what went wrong."""
        socket = self._next()
        if socket is None:
            return Answer("no_connection")
        envelope_id = str(uuid4())
        waiting = self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                if not self.faults.deaf:
                    await socket.ws.send_json(self._frame(envelope, envelope_id))
                return Answer(None, await waiting)
        except TimeoutError:
            return Answer("timeout")
        except (ConnectionError, RuntimeError):  # aiohttp: the socket closed between choosing it and writing to it
            return Answer("connection_failed")
        finally:
            self._waiting.pop(envelope_id, None)

    def _next(self) -> Socket | None:
        alive = [socket for socket in self.sockets if not socket.ws.closed]
        self._turn += 1
        return alive[self._turn % len(alive)] if alive else None

    def _frame(self, envelope: Envelope, envelope_id: str) -> dict[str, Any]:
        frame = {
            "envelope_id": envelope_id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != "events_api",
        }
        if envelope.kind == "events_api":
            frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
        return frame

    async def disconnect(self, reason: str) -> None:
        """Tell every socket why it has to go; all but a mere warning are closed."""
        for socket in list(self.sockets):
            await socket.ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}})
            if reason != "warning":
                await socket.ws.close()

    async def stop(self) -> None:
        """Close all sockets."""
        for socket in list(self.sockets):
            await socket.ws.close(code=1001, message=b"The local workspace stops.")
