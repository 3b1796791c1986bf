"""How events and gestures reach the app: acknowledgement within three seconds, retries, duplicates, disorder.

Events are sent again when nobody acknowledges them, four deliveries at most, and then they are lost.
Gestures (buttons, forms, commands) are sent once; the person sees an error when the app stays silent.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bot.local.workspace.errors import NotAcknowledged
from bot.local.workspace.faults import Faults
from bot.local.workspace.state import Json
from bot.local.workspace.traffic import Traffic

ACK_SECONDS = 3.0
RETRY_DELAYS = (0.0, 60.0, 300.0)
"""Seconds before the second, third and fourth delivery of an event."""
REMEMBERED = 5_000

EnvelopeKind = Literal["events_api", "interactive", "slash_commands"]


@dataclass(frozen=True)
class Envelope:
    """One delivery; `attempt` counts from 0 and `reason` says why there is a further one."""

    kind: EnvelopeKind
    payload: Json
    attempt: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back. `error` is None when the app acknowledged; `body` is what it sent along."""

    error: str | None
    body: Any = None
    retry: bool = True


class Transport(Protocol):
    """The way to the app."""

    async def send(self, envelope: Envelope, timeout: float) -> Answer:
        """Deliver once and wait for the acknowledgement."""
        ...

    async def wait_for_connection(self) -> None:
        """Return when the app has just connected; never, for ways without connections."""
        ...


class Delivery:
    """Sends what happens in the workspace to the app."""

    def __init__(
        self,
        transport: Transport,
        faults: Faults,
        traffic: Traffic,
        ack_timeout: float = ACK_SECONDS,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        self.transport = transport
        self.faults = faults
        self.traffic = traffic
        self.ack_timeout = ack_timeout
        self.retry_delays = retry_delays
        self.sent: dict[str, Json] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._gathered: list[Coroutine[Any, Any, None]] = []
        self._stopping = asyncio.Event()

    def event(self, payload: Json) -> None:
        """Deliver an event in the background; returns at once."""
        self.sent[payload["event_id"]] = payload
        while len(self.sent) > REMEMBERED:
            self.sent.pop(next(iter(self.sent)))
        if self.faults.drop_events > 0:
            self.faults.drop_events -= 1
            return
        deliveries = [
            self._until_acknowledged(payload),
            *(self._copy(payload, n) for n in range(1, self.faults.copies)),
        ]
        if self.faults.shuffle_window > 0:
            self._gather(deliveries)
        else:
            self._spawn_all(deliveries)

    def redeliver(self, event_id: str, attempt: int = 1) -> None:
        """Deliver an earlier event again, as Slack does when an acknowledgement got lost."""
        self._spawn(self._copy(self.sent[event_id], attempt))

    async def gesture(self, kind: EnvelopeKind, payload: Json, name: str) -> Any:
        """Deliver a person's gesture and return what the app answered with its acknowledgement."""
        answer = await self._send(Envelope(kind, payload), name)
        if answer.error is not None:
            raise NotAcknowledged(name, self.ack_timeout)
        return answer.body

    async def settle(self, timeout: float) -> None:
        """Wait until nothing is under way any more."""
        async with asyncio.timeout(timeout):
            while self._tasks:
                await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """Give up all deliveries under way."""
        self._stopping.set()
        for waiting in self._gathered:
            waiting.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _gather(self, deliveries: Sequence[Coroutine[Any, Any, None]]) -> None:
        first = not self._gathered
        self._gathered += deliveries
        if first:
            self._spawn(self._scatter())

    async def _scatter(self) -> None:
        await asyncio.sleep(self.faults.shuffle_window)
        batch, self._gathered = self._gathered, []
        self.faults.random.shuffle(batch)
        self._spawn_all(batch)

    def _spawn_all(self, deliveries: Sequence[Coroutine[Any, Any, None]]) -> None:
        for delivery in deliveries:
            self._spawn(delivery)

    def _spawn(self, delivery: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(delivery)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _until_acknowledged(self, payload: Json) -> None:
        if self.faults.event_delay:
            await asyncio.sleep(self.faults.event_delay)
        reason = ""
        for attempt in range(len(self.retry_delays) + 1):
            if attempt:
                await self._pause(self.retry_delays[attempt - 1])
            answer = await self._send(Envelope("events_api", payload, attempt, reason), payload["event"]["type"])
            if answer.error is None or not answer.retry:
                return
            reason = answer.error

    async def _pause(self, seconds: float) -> None:
        """Wait for the next attempt; an app that has just connected need not wait for it."""
        waits = [
            asyncio.ensure_future(self.transport.wait_for_connection()),
            asyncio.ensure_future(self._stopping.wait()),
        ]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _copy(self, payload: Json, attempt: int) -> None:
        if self.faults.event_delay:
            await asyncio.sleep(self.faults.event_delay)
        await self._send(Envelope("events_api", payload, attempt, "timeout"), payload["event"]["type"])

    async def _send(self, envelope: Envelope, name: str) -> Answer:
        answer = await self.transport.send(envelope, self.ack_timeout)
        request = {
            "kind": envelope.kind,
            "attempt": envelope.attempt,
            "reason": envelope.reason,
            "payload": envelope.payload,
        }
        self.traffic.record("slack->bot", name, request, answer.body, answer.error)
        return answer
