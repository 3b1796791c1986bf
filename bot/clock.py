"""The time, what comes round by itself, and what is to happen at one instant. All of it is in memory only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().date()


class Rounds:
    """Calls that come round. Kept in memory only: what they look after is in rows."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def every(self, seconds: float, name: str, call: Callable[[], Awaitable[None]]) -> None:
        """Calls at this distance, never twice at the same time; a machine that slept calls once."""
        self._scheduler.add_job(
            call, "interval", seconds=seconds, id=name, misfire_grace_time=None, coalesce=True, max_instances=1
        )

    def at(self, when: datetime, name: str, call: Callable[[], Awaitable[None]]) -> None:
        """Calls once at that instant, or at once when it has passed; another instant of that name replaces it."""
        self._scheduler.add_job(
            call, "date", run_date=when, id=name, replace_existing=True, misfire_grace_time=None, max_instances=2
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
