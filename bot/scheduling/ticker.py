"""The clock of schedules: wakes at the next planned instant, looks at what is due, and arms the next waking.

Rows are the truth and this process only one of several that may look: each look is a transaction that finds nothing
when another has been there before. Nothing is kept in memory but the instant of the next waking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from agents.ports import Clock
from storage.schedules import ScheduleRows

log = structlog.get_logger(__name__)

LOOK = 20.0  # seconds between looks for what other processes and commands have changed
WAKE = "schedules_due"


class Alarms(Protocol):
    """Something that calls at an instant."""

    def at(self, when: datetime, name: str, call: Callable[[], Awaitable[None]]) -> None: ...


class Ticker:
    """`settle` closes what has ended without a word; it is called at every look."""

    def __init__(self, rows: ScheduleRows, clock: Clock, alarms: Alarms, settle: Callable[[], Awaitable[None]]) -> None:
        self._rows, self._clock, self._alarms, self._settle = rows, clock, alarms, settle
        self._looking = asyncio.Lock()

    async def look(self) -> None:
        """What comes round: also sees what others have changed."""
        await self._settle()
        await self.wake()

    async def wake(self) -> None:
        """Records and begins all that is due now, a few schedules in each transaction, and arms the next waking."""
        async with self._looking:
            while await self._rows.record_due():
                pass
            while begun := await self._rows.begin_due():
                log.info("occurrences_begun", count=begun)
        await self.arm()

    async def arm(self) -> None:
        """Sets the next waking; to be called after whatever changes when something is due."""
        at = await self._rows.next_instant()
        if at is not None:
            self._alarms.at(max(at, self._clock.now() + timedelta(milliseconds=1)), WAKE, self.wake)
