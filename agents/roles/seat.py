"""A place in a mission from which models and tools are called, each call recorded once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, cast

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


class OverLimit(Exception):
    """The mission has used all the model calls that its department allows."""


@dataclass
class Meter:
    """Model calls of one mission; shared by all that work on it at the same time."""

    used: int
    limit: int

    def reserve(self) -> None:
        """Takes one call before it is made. Raises OverLimit."""
        if self.used >= self.limit:
            raise OverLimit(f"The mission has used its {self.limit} model calls.")
        self.used += 1


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
        key, digest = self.key(part), _digest(asdict(request))
        if (known := await self.journal.recall(key, digest)) is not None:
            return _reply(json.loads(known))
        self.meter.reserve()
        try:
            reply = await self.model.ask(request)
        except ModelError as error:
            await self.journal.book(self.mission, key, error.attempts)
            raise
        body = json.dumps(asdict(reply), default=str)
        return _reply(json.loads(await self.journal.record(self.mission, key, digest, "model", body, reply.attempts)))

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
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _reply(body: Mapping[str, Any]) -> ModelReply:
    calls = tuple(ToolCall(**call) for call in body["tool_calls"])
    return ModelReply(body["text"], calls, body["finish"], body["model"], tuple(map(_attempt, body["attempts"])))


def _attempt(body: Mapping[str, Any]) -> Attempt:
    cost = None if body["cost_usd"] is None else Decimal(cast(str, body["cost_usd"]))
    return Attempt(body["model"], body["outcome"], Usage(**body["usage"]), cost, body["seconds"])


def _result(body: Mapping[str, Any]) -> ToolResult:
    return ToolResult(body["text"], body["summary"], tuple(Snapshot(**s) for s in body["snapshots"]))
