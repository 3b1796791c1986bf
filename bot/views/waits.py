"""What is said while questions wait, and the list of all that waits for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agents.domain import plan as plans
from agents.domain import waiting
from agents.domain.department import Department
from agents.domain.events import Reminded, ResultEdited, Unanswered
from agents.domain.mission import Gate, Mission
from agents.ports import File
from bot.views.post import Post, section
from bot.views.text import escape

SHOWN = 30

ASKS = {
    "plan": "the plan",
    "result": "the result",
    "contested": "the result, which rests on contested claims",
    "task": "a task that could not be accepted",
    "tool": "an action with an effect outside",
    "named": "a checkpoint before a task",
    "budget": "the budget",
    "questions": "questions before the plan",
    "change": "a changed plan",
}
CAME = {
    "hold": "Nobody is reminded any more; the question stays open, and the mission goes on as soon as it is answered.",
    "drop": "As the department chose for that case, the work goes on without it.",
    "refuse": "As the department chose for that case, it was not done.",
    "finish": "As the department chose for that case, the mission ends with what there is.",
    "defaults": "As the department chose for that case, the defaults were taken.",
    "keep": "As the department chose for that case, the plan stays as it is.",
    "cancel": "As the department chose for that case, the mission was cancelled.",
}


def reminder(file: File, department: Department, event: Reminded, gate: Gate, now: datetime) -> Post:
    """Asks again, those who were asked or those who are asked next."""
    since = waiting.spoken(now - gate.asked_at) if gate.asked_at else "some time"
    who = " ".join(f"<@{user}>" for user in event.users)
    what = ASKS.get(gate.kind, "a question")
    if event.step == "reminder":
        text = f":bell: {who} {what} has waited for your decision for {since}."
    else:
        text = f":bell: {who} nobody has decided about {what} for {since}. You may decide now as well."
    if gate.decision:
        text = f"A reminder about {what}; it was answered meanwhile."
    return Post(f"{what.capitalize()} waits for a decision.", [section(text)])


def unanswered(department: Department, event: Unanswered, gate: Gate) -> Post:
    """Nobody answered; that is no denial."""
    after = waiting.spoken(department.patience.expire_after)
    text = f":hourglass: *Nobody answered* about {ASKS.get(gate.kind, 'a question')} for {after}. {CAME[event.outcome]}"
    return Post("Nobody answered.", [section(text)])


def edited(file: File, event: ResultEdited) -> Post:
    """A person changed a deliverable; it is theirs from now on."""
    title = plans.task(file.plan, event.task).title if file.plan else event.task
    text = f":pencil2: “{escape(title)}” was edited by <@{event.user}>. Its claims were traced anew."
    return Post("A deliverable was edited.", [section(text)])


def mine(found: Sequence[tuple[Mission, Gate]], now: datetime) -> str:
    """All that waits for one person, as mrkdwn lines."""
    return "\n".join(lines(found, now, SHOWN)) or "Nothing waits for you."


def lines(found: Sequence[tuple[Mission, Gate]], now: datetime, most: int) -> list[str]:
    """One mrkdwn line for each question, the longest waiting first; what is more than `most` is counted."""
    more = len(found) - most
    return [*(_line(mission, gate, now) for mission, gate in found[:most]), *([f"and {more} more"] if more > 0 else [])]


def _line(mission: Mission, gate: Gate, now: datetime) -> str:
    since = f", for {waiting.spoken(now - gate.asked_at)}" if gate.asked_at else ""
    title = escape((mission.title or mission.text)[:120])
    return f"•  *{title}* in <#{mission.channel}>: {ASKS.get(gate.kind, 'a question')}{since}"
