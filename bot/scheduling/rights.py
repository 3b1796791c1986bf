"""Who may do what with a schedule: the one place, for every path. What is not known is refused."""

from __future__ import annotations

from agents.domain.department import Department
from agents.domain.mission import Mission, State
from agents.domain.schedule import Schedule
from bot import access
from bot.access import Actor


def may_create(actor: Actor, team: str, department: Department) -> str | None:
    """None when the person may set up schedules, else one sentence."""
    return access.refusal(actor, "ask", team, None, department)


def may_see(actor: Actor, team: str, schedule: Schedule, department: Department) -> str | None:
    """None when the person may look at it, else one sentence."""
    if schedule.team != team:
        return "This schedule is not known here."
    return access.refusal(actor, "ask", team, None, department)


def may_change(actor: Actor, team: str, schedule: Schedule, department: Department) -> str | None:
    """None for its owner and for the department's approvers, else one sentence."""
    if no := may_see(actor, team, schedule, department):
        return no
    allowed = {schedule.owner, *(who for who in department.approvers if who != "requester")}
    if actor.id in allowed:
        return None
    return f"Only {' or '.join(f'<@{id}>' for id in sorted(allowed))} can change this schedule."


def may_take_over(actor: Actor, team: str, schedule: Schedule, department: Department, owner: Actor) -> str | None:
    """None when the schedule's owner is gone, or when the person could change it anyway."""
    if owner.deactivated:
        return may_see(actor, team, schedule, department)
    return may_change(actor, team, schedule, department)


def may_decide_alone(owner: Actor, schedule: Schedule, mission: Mission, department: Department) -> str | None:
    """Whether the owner's approval of the schedule can stand for that of a run: only what they could decide."""
    return access.refusal(owner, "decide", schedule.team, mission, department)


def stand_in(schedule: Schedule, department: str) -> Mission:
    """A run that has not begun, to ask what may be decided about it."""
    return Mission("", schedule.team, schedule.channel, "", "", schedule.owner, schedule.text, department,
                   State.PLANNING, 1, schedule.created_at)  # fmt: skip
