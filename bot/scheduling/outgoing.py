"""What schedules have to say, as rows of the outbox: cards, notices to their owner, lines."""

from __future__ import annotations

from agents.domain.schedule import Schedule
from agents.ports import Outgoing

URGENT = 0


def card(schedule: Schedule, key: str) -> Outgoing:
    """The schedule's own card, new or drawn anew; `key` names what it is shown for."""
    target = f"{schedule.id}:card"
    body = {"schedule": schedule.id, "thread": schedule.thread}
    return Outgoing(f"{target}:{key}", schedule.channel, target, "update", "schedule", URGENT, body)


def notice(schedule: Schedule, key: str, text: str, mend: str, *, to: str = "") -> Outgoing:
    """What is wrong, told to the owner alone, with the button `mend` ("run", "resume", "edit", "take")."""
    target = f"{schedule.id}:notice:{key}"
    body = {"schedule": schedule.id, "thread": "", "text": text, "mend": mend}
    return Outgoing(target, to or schedule.owner, target, "post", "schedule_notice", URGENT, body)


def line(schedule: Schedule, key: str, text: str) -> Outgoing:
    """A sentence where the schedule was asked for."""
    target = f"{schedule.id}:line:{key}"
    return Outgoing(target, schedule.channel, target, "post", "line", URGENT, {"text": text, "thread": schedule.thread})
