"""How long a question waits, when somebody is reminded, and what becomes of it when nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal

from agents.domain.authority import GateKind

Outcome = Literal["hold", "skip", "alternative", "cancel"]

ASKED, REMINDED, ESCALATED, GIVEN_UP = range(4)  # stages of a wait

# What a question comes to when it is skipped or its safe alternative is taken. What is not here is held: work that
# nobody approved is never begun, and a result that nobody approved is never delivered.
SAFE: dict[GateKind, str] = {
    "task": "drop",
    "named": "drop",
    "tool": "refuse",
    "budget": "finish",
    "questions": "defaults",
    "change": "keep",
}


@dataclass(frozen=True)
class Patience:
    """What a department does while a question waits. Times count from the asking and then wait for working hours."""

    remind_after: timedelta = timedelta(hours=4)
    escalate_after: timedelta = timedelta(days=1)
    expire_after: timedelta = timedelta(days=14)
    outcome: Outcome = "hold"
    escalate_to: tuple[str, ...] = ()  # people who may then decide as well, and channels that are told
    hours: tuple[int, int] = (9, 18)  # of the person's own day, Monday to Friday

    def due(self, stage: int, since: datetime, zone: tzinfo) -> datetime | None:
        """When the next step is to be taken, in UTC; None when there is none."""
        after = {ASKED: self.remind_after, REMINDED: self.escalate_after, ESCALATED: self.expire_after}.get(stage)
        return None if after is None else working(since + after, zone, self.hours)

    def choice(self, kind: GateKind) -> str | None:
        """How the question is answered in nobody's name; None when it goes on waiting."""
        if self.outcome == "cancel":
            return "cancel" if kind not in ("questions", "change") else SAFE[kind]
        return SAFE.get(kind) if self.outcome in ("skip", "alternative") else None


USUAL = Patience()


def working(at: datetime, zone: tzinfo, hours: tuple[int, int] = (9, 18)) -> datetime:
    """That instant, or the next one in working hours there, in UTC. Wall clocks count, whatever they do at night."""
    local = at.astimezone(zone)
    day, begins, ends = local.date(), time(hours[0]), hours[1]
    if local.weekday() < 5 and begins <= local.time() and local.hour < ends:
        return at.astimezone(UTC)
    if local.time() >= begins or local.weekday() >= 5:
        day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, begins, tzinfo=zone).astimezone(UTC)


def spoken(span: timedelta) -> str:
    """For example: 4 hours, 1 day, 14 days."""
    hours = round(span.total_seconds() / 3600)
    if hours >= 24:
        days = round(hours / 24)
        return "1 day" if days == 1 else f"{days} days"
    return "1 hour" if hours == 1 else f"{hours} hours" if hours else f"{round(span.total_seconds() / 60)} minutes"
