"""Who may do what with a schedule, besides what `authorise` says of every gesture. What is not known is refused."""

from __future__ import annotations

from agents.domain import authority
from agents.domain.authority import Policy, Ruling, Standing
from agents.domain.department import Department
from agents.domain.mission import Mission
from agents.domain.schedule import Schedule
from bot.access import ANYWHERE, Actor, authorise


def may_own(actor: Actor, team: str) -> Ruling:
    """Whether the person may set up schedules and be their owner."""
    return authorise(actor, "schedule", ANYWHERE, team=team)


def may_change(user: str, schedule: Schedule, department: Department) -> Ruling:
    """Its owner, and the people whom the department names as approvers."""
    allowed = {schedule.owner, *(who for who in department.approvers if authority.person(who))}
    if user in allowed:
        return Ruling(True, "owner" if user == schedule.owner else "named")
    names = " or ".join(f"<@{id}>" for id in sorted(allowed))
    return Ruling(False, "not_owner", f"Only {names} can change this schedule.")


def decides_alone(owner: Actor, mission: Mission, department: Department, policy: Policy, standing: Standing) -> bool:
    """Whether the owner's approval of the schedule can stand for that of a run: only what their yes is enough for."""
    if not may_own(owner, mission.team):
        return False
    by = authority.authority(policy, owner.id, mission.requester, standing)
    return bool(by) and authority.enough(policy, mission.requester, [owner.id])
