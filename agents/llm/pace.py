"""When a model server is asked: how many calls at once, how long between two tries."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import random

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0


@dataclass(frozen=True)
class Time:
    """Where seconds, waiting and chance come from; tests bring their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random  # at least 0, less than 1


def wait_s(failures: int, asked_s: float | None, chance: float) -> float:
    """Seconds to the next try: what the server asked for, else doubling; spread, so that not all come at once."""
    if asked_s is not None:
        return asked_s + chance * min(1.0, asked_s / 10)
    return min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (failures - 1)) * (0.5 + chance / 2)


class Door:
    """Lets `width` calls through at a time, and none to a model whose server asked for a rest."""

    def __init__(self, width: int, time: Time) -> None:
        self._free = asyncio.Semaphore(width)
        self._time = time
        self._rests_until: dict[str, float] = {}

    @asynccontextmanager
    async def through(self, model: str) -> AsyncGenerator[None]:
        """One call's stay. Who waits here has asked nothing yet, so no deadline runs."""
        while True:
            if (left := self._rest_left(model)) > 0:
                await self._time.sleep(left)
            async with self._free:
                if self._rest_left(model) <= 0:
                    yield
                    return

    def rest(self, model: str, seconds: float) -> None:
        """Nobody asks the model for so long: one refused call is enough for all who would ask next."""
        self._rests_until[model] = max(self._rests_until.get(model, 0.0), self._time.now() + seconds)

    def _rest_left(self, model: str) -> float:
        return self._rests_until.get(model, 0.0) - self._time.now()
