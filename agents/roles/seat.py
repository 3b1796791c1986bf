"""A place in a mission from which models and tools are called, each call recorded once."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, cast

import structlog

from agents.domain.evidence import Snapshot
from agents.ports import (
    Attempt,
    Journal,
    Model,
    ModelError,
    ModelReply,
    ModelRequest,
    ToolCall,
    ToolResult,
    Usage,
)
from agents.roles.purse import OverLimit, Purse, Taken

log = structlog.get_logger(__name__)

__all__ = ["Meter", "OverLimit", "Seat"]


@dataclass
class Meter:
    """Model calls of one mission and the purse they are paid from; shared by all that work on it at the same time."""

    used: int
    limit: int
    purse: Purse | None = None

    def reserve(self) -> None:
        """Takes one call before it is made. Raises OverLimit."""
        if self.used >= self.limit:
            raise OverLimit(f"The mission has used its {self.limit} model calls.")
        self.used += 1

    async def close(self) -> None:
        """To be called at the end of a phase."""
        if self.purse:
            await self.purse.close()


@dataclass(frozen=True)
class Seat:
    """Asks and uses on behalf of one role at one place; `place` is unique in the mission, e.g. run/t2@5f1c/1/critic."""

    mission: str
    place: str
    model: Model
    journal: Journal
    meter: Meter

    def at(self, part: str) -> Seat:
        """The same seat, one level further in."""
        return replace(self, place=f"{self.place}/{part}")

    def key(self, part: str) -> str:
        return f"{self.mission}/{self.place}/{part}"

    def asker(self) -> Callable[[ModelRequest], Awaitable[ModelReply]]:
        """A function that asks the model; its calls are numbered in the order in which they are made."""
        count = 0

        async def ask(request: ModelRequest) -> ModelReply:
            nonlocal count
            count += 1
            return await self.ask(str(count), request)

        return ask

    async def ask(self, part: str, request: ModelRequest) -> ModelReply:
        """The answer on record, or a new one. Raises ModelError and OverLimit."""
        plain = _plain(asdict(request))
        key, digest = self.key(part), hashlib.sha256(plain).hexdigest()
        if (known := await self.journal.recall(key, digest)) is not None:
            recalled = _reply(json.loads(known))
            if self.meter.purse:
                self.meter.purse.save(recalled)
            return recalled
        self.meter.reserve()
        if self.meter.purse is None:
            reply = await self._asked(key, request)
            return await self._recorded(key, digest, reply)
        taken = await self.meter.purse.take(self.place, request, len(plain))
        reply = await self._asked(key, taken.request, self.meter.purse, taken)
        recorded = await self._recorded(key, digest, reply, taken)
        await self.meter.purse.paid(taken, reply.attempts)
        return recorded

    async def _asked(
        self, key: str, request: ModelRequest, purse: Purse | None = None, taken: Taken | None = None
    ) -> ModelReply:
        """The model's answer. Without one, what it cost all the same is booked and what was set aside is freed."""
        try:
            return await self.model.ask(request)
        except ModelError as error:
            await self._book(key, error.attempts, taken)
            if purse and taken:
                await purse.paid(taken, error.attempts)
            raise
        except asyncio.CancelledError:
            if purse and taken:
                await self._book_cut_off(key, purse, taken)
            raise
        except BaseException:
            if purse and taken:
                await purse.free(taken)
            raise

    async def _book_cut_off(self, key: str, purse: Purse, taken: Taken) -> None:
        try:
            await self._book(key, purse.cut_off(taken), taken)
        except Exception as error:  # noqa: BLE001 - the phase is being ended; nothing may keep it from that
            log.warning("cut_off_not_booked", key=key, error=type(error).__name__)

    async def _book(self, key: str, attempts: Sequence[Attempt], taken: Taken | None) -> None:
        if taken is None:
            await self.journal.book(self.mission, key, attempts)
        else:
            await self.journal.book(self.mission, key, attempts, taken.hold)

    async def _recorded(self, key: str, digest: str, reply: ModelReply, taken: Taken | None = None) -> ModelReply:
        body = json.dumps(asdict(reply), default=str)
        if taken is None:
            known = await self.journal.record(self.mission, key, digest, "model", body, reply.attempts)
        else:
            known = await self.journal.record(self.mission, key, digest, "model", body, reply.attempts, taken.hold)
        return _reply(json.loads(known))

    async def use(self, part: str, call: ToolCall, run: Callable[[], Awaitable[ToolResult]]) -> ToolResult:
        """The tool's result on record, or a new one."""
        key, digest = self.key(part), _digest([call.name, call.arguments])
        known = await self.journal.recall(key, digest)
        if known is None:
            body = json.dumps(asdict(await run()))
            known = await self.journal.record(self.mission, key, digest, "tool", body)
        return _result(json.loads(known))

    async def once(self, part: str, make: Callable[[], Awaitable[Sequence[str]]]) -> tuple[str, ...]:
        """Something read from outside that a second run must see the same way."""
        key, digest = self.key(part), _digest(part)
        known = await self.journal.recall(key, digest)
        if known is None:
            known = await self.journal.record(self.mission, key, digest, "read", json.dumps(list(await make())))
        return tuple(json.loads(known))

    async def recalled(self, part: str) -> tuple[str, ...] | None:
        """What `once` recorded under this part, or None."""
        known = await self.journal.recall(self.key(part), _digest(part))
        return None if known is None else tuple(json.loads(known))


def _digest(value: object) -> str:
    return hashlib.sha256(_plain(value)).hexdigest()


def _plain(value: object) -> bytes:
    """The value in one spelling, in ASCII: what it is known by, and how long it is at most."""
    return json.dumps(value, sort_keys=True, default=str).encode()


def _reply(body: Mapping[str, Any]) -> ModelReply:
    calls = tuple(ToolCall(**call) for call in body["tool_calls"])
    return ModelReply(body["text"], calls, body["finish"], body["model"], tuple(map(_attempt, body["attempts"])))


def _attempt(body: Mapping[str, Any]) -> Attempt:
    cost = None if body["cost_usd"] is None else Decimal(cast(str, body["cost_usd"]))
    return Attempt(body["model"], body["outcome"], Usage(**body["usage"]), cost, body["seconds"])


def _result(body: Mapping[str, Any]) -> ToolResult:
    return ToolResult(body["text"], body["summary"], tuple(Snapshot(**s) for s in body["snapshots"]))
