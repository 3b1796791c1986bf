"""The timekeeper: a person's words become a time that code has checked, and a mission without the words about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agents.contracts import ScheduleDraft, TimekeeperBrief
from agents.domain.schedule import Timing
from agents.llm.answers import answer
from agents.ports import ModelRequest
from agents.roles import prompts
from agents.roles.seat import Seat
from agents.timing import entered


@dataclass(frozen=True)
class Understood:
    """What the words ask for."""

    timing: Timing
    mission: str


async def understand(seat: Seat, model: str, words: str, zone: str, now: datetime) -> Understood | None:
    """When and what, or None when the words are a mission for now. Raises ModelError and OverLimit."""
    local = now.astimezone(ZoneInfo(zone))
    brief = TimekeeperBrief(words=words, zone=zone, now=f"{local:%Y-%m-%dT%H:%M}", weekday=f"{local:%A}")
    messages = (prompts.system("timekeeper"), prompts.user("Read when this is to be done.", brief))
    draft = await answer(
        seat.asker(), ModelRequest(model, messages), ScheduleDraft, check=lambda draft: faults(draft, brief, now)
    )
    if draft.kind == "none":
        return None
    return Understood(_timing(draft, brief, now), draft.mission.strip())


def faults(draft: ScheduleDraft, brief: TimekeeperBrief, now: datetime) -> list[str]:
    """What is wrong with the answer, one sentence each."""
    if draft.kind == "none":
        return []
    found: list[str] = []
    try:
        _timing(draft, brief, now)
    except entered.BadTiming as error:
        found.append(str(error))
    if not re.search(r"\w", draft.mission):
        found.append("The mission is empty: leave the words that say what is to be done.")
    elif added := _words(draft.mission) - _words(brief.words):
        found.append(f"The mission has words that the person did not use, such as “{min(added)}”: add none.")
    return found


def _timing(draft: ScheduleDraft, brief: TimekeeperBrief, now: datetime) -> Timing:
    """Raises BadTiming."""
    zone = draft.zone or brief.zone
    match draft.kind:
        case "cron":
            return entered.timing(draft.cron or "", zone, now)
        case "once":
            return entered.timing((draft.at or "")[:16].replace("T", " "), zone, now)
        case _:
            if not draft.every_minutes:
                raise entered.BadTiming("every_minutes is missing: give the distance in minutes, at least 1.")
            return Timing("interval", entered.zone(zone), every_s=60 * draft.every_minutes, start=now.astimezone(UTC))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
