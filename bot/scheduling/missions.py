"""The mission that comes of a schedule."""

from __future__ import annotations

import hashlib
from datetime import datetime

from agents.domain.mission import Mission
from agents.domain.mission import State as MissionState
from agents.domain.schedule import Schedule


def mission_id(of: str) -> str:
    """The same however often it is begun; `of` is the id of an occurrence, or of a schedule."""
    return f"m{hashlib.sha256(of.encode()).hexdigest()[:10]}"


def mission_of(schedule: Schedule, of: str, thread: str, message: str, at: datetime) -> Mission:
    """What the schedule asks for, given by its owner."""
    return Mission(
        id=mission_id(of),
        team=schedule.team,
        channel=schedule.channel,
        thread=thread,
        message=message,
        requester=schedule.owner,
        text=schedule.text,
        department=schedule.department,
        state=MissionState.PLANNING,
        rev=1,
        created_at=at,
    )
