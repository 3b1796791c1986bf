"""What keeps an interrupted phase from having any further effect: thin wraps that look before they let through.

Cancelling a phase takes a second or two to reach it, in another process longer. Until then its rows say that the
mission has moved on, and nothing of what the phase would still do gets past that.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from agents.domain.mission import Mission
from agents.ports import Change, Missions, Model, ModelReply, ModelRequest, Toolbox, ToolCall, ToolContext, ToolResult


class Interrupted(Exception):
    """The mission was paused, stopped or changed while this phase was at work. Nothing failed."""


class WatchedMissions:
    """The rows as one phase sees them: a change is made only while the mission stands as when the phase began."""

    def __init__(self, missions: Missions, mission: Mission) -> None:
        self._missions = missions
        self._mission = mission

    def __getattr__(self, name: str) -> Any:
        return getattr(self._missions, name)

    @asynccontextmanager
    async def change(self, mission: str) -> AsyncGenerator[Change]:
        """Raises Interrupted, with nothing written, when the mission has moved on."""
        async with self._missions.change(mission) as change:
            self._compare(change.mission)
            yield change

    async def check(self) -> None:
        """To be called before anything with an effect outside. Raises Interrupted."""
        self._compare(await self._missions.mission(self._mission.id))
        if await self._missions.halted(self._mission.team):
            raise Interrupted

    def _compare(self, present: Mission) -> None:
        if (present.state, present.rev) != (self._mission.state, self._mission.rev):
            raise Interrupted


class WatchedModel:
    """A model that is not asked for an interrupted mission."""

    def __init__(self, model: Model, check: Callable[[], Awaitable[None]]) -> None:
        self._model = model
        self._check = check

    async def ask(self, request: ModelRequest) -> ModelReply:
        await self._check()
        return await self._model.ask(request)


class WatchedToolbox:
    """Tools that are not used for an interrupted mission."""

    def __init__(self, toolbox: Toolbox, check: Callable[[], Awaitable[None]]) -> None:
        self._toolbox = toolbox
        self._check = check

    def __getattr__(self, name: str) -> Any:
        return getattr(self._toolbox, name)

    async def use(self, allowed: frozenset[str], call: ToolCall, context: ToolContext) -> ToolResult:
        await self._check()
        return await self._toolbox.use(allowed, call, context)
