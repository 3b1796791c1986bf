"""Who may do what: one function for every path. What is not known is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agents.domain.department import Department
from agents.domain.mission import Mission

Action = Literal["ask", "steer", "decide", "stop"]


@dataclass(frozen=True)
class Actor:
    """The person (or program) behind a gesture, as Slack describes them."""

    id: str
    team: str
    name: str = ""
    bot: bool = False
    guest: bool = False
    stranger: bool = False  # of another workspace, over Slack Connect
    deactivated: bool = False
    known: bool = True  # False when Slack would not say
    zone: str = ""  # IANA name of the person's time zone; empty when Slack does not say


def refusal(actor: Actor, action: Action, team: str, mission: Mission | None, department: Department) -> str | None:
    """None when the actor may do it, else one polite sentence for them alone."""
    if actor.bot or not actor.id:
        return "Programs cannot give missions or decide about them; a person has to."
    if not actor.known:
        return "I could not find out who you are in this workspace, so I did nothing. Please try again in a minute."
    if actor.deactivated or actor.stranger or actor.team not in ("", team):
        return "Only members of this workspace can do this. Please ask somebody who is one."
    if actor.guest:
        return "Guests cannot do this here. Please ask a full member of this workspace."
    if action == "decide":
        return _decider(actor, mission, department)
    if action == "stop" and mission and actor.id != mission.requester:
        return _decider(actor, mission, department)
    return None


def _decider(actor: Actor, mission: Mission | None, department: Department) -> str | None:
    if mission is None:
        return "This mission is no longer known here."
    allowed = {mission.requester if who == "requester" else who for who in department.approvers}
    if actor.id in allowed:
        return None
    names = " or ".join(f"<@{id}>" for id in sorted(allowed)) or "nobody"
    return f"Only {names} can decide about this mission."
