"""Who may do what: one function for every path. What is not known is refused; an empty list means nobody."""

from __future__ import annotations

from dataclasses import dataclass

from agents.domain import authority
from agents.domain.authority import Action, Policy, Ruling, Standing
from agents.domain.department import Department
from agents.domain.mission import ENDED, Gate, Mission

# What a mission's own people may do with it: the requester, and whoever may answer one of its checkpoints.
OWNERS: frozenset[Action] = frozenset({"stop", "pause", "resume", "retry", "skip", "edit", "delegate"})
# What there is nothing to do with once a mission has ended.
CHANGES: frozenset[Action] = frozenset({"pause", "retry", "skip", "edit", "decide", "delegate"})


@dataclass(frozen=True)
class Actor:
    """The person (or program) behind a gesture, as Slack describes them."""

    id: str
    team: str
    name: str = ""
    bot: bool = False
    guest: bool = False  # single-channel or multi-channel
    stranger: bool = False  # of another workspace, over Slack Connect
    deactivated: bool = False
    known: bool = True  # False when Slack would not say
    workflow: bool = False  # a workflow's step, not a person
    admin: bool = False  # admin or owner of the workspace
    zone: str = ""  # IANA name of the person's time zone; empty when Slack does not say


@dataclass(frozen=True)
class Place:
    """The conversation in which something is done, and whether the actor is in it."""

    channel: str = ""  # empty: no conversation, such as the Home
    shared: bool | None = False  # with another organisation, or about to be; None: Slack would not say
    consented: bool = False  # the operator lets us work there although it is shared
    member: bool | None = True  # None: Slack would not say


ANYWHERE = Place()


def authorise(
    actor: Actor,
    action: Action,
    place: Place,
    mission: Mission | None = None,
    department: Department | None = None,
    *,
    team: str,
    gate: Gate | None = None,
    standing: Standing | None = None,
) -> Ruling:
    """Whether the actor may do it there, by which authority, or why not. `gate` is the question that is answered."""
    for no in (_person(actor, team), _place(place)):
        if no is not None:
            return no
    if mission is not None and mission.team not in ("", team):
        return _no("other_workspace", "This mission is not known in this workspace.")
    if action == "kill":
        return _admin(actor)
    if mission is None or department is None:
        return _without_mission(action)
    if mission.state in ENDED and action in CHANGES:
        return _no("ended", "This mission has ended; there is nothing left to decide about.")
    known = standing or Standing()
    if action == "decide" or (action == "delegate" and gate is not None):
        return _decider(actor, mission, department.policy_of(gate), known, delegating=action == "delegate")
    if action in OWNERS:
        return _owner(actor, mission, department, known)
    return Ruling(True, "requester" if actor.id == mission.requester else "member")


def _person(actor: Actor, team: str) -> Ruling | None:
    if actor.workflow:
        return _no("workflow", "Workflows cannot give missions or decide about them; a person has to.")
    if actor.bot or not actor.id:
        return _no("bot", "Programs cannot give missions or decide about them; a person has to.")
    if not actor.known:
        said = "I could not find out who you are in this workspace, so I did nothing. Please try again in a minute."
        return _no("unknown_person", said)
    said = "Only members of this workspace can do this. Please ask somebody who is one."
    if actor.deactivated:
        return _no("deactivated", said)
    if actor.stranger:
        return _no("stranger", said)
    if actor.team not in ("", team):
        return _no("other_workspace", said)
    if actor.guest:
        return _no("guest", "Guests cannot do this here. Please ask a full member of this workspace.")
    return None


def _place(place: Place) -> Ruling | None:
    if place.shared is None or place.member is None:
        said = "I could not find out who can read this channel, so I did nothing. Invite me to it, or try again later."
        return _no("unknown_place", said)
    if place.shared and not place.consented:
        said = "People of another organisation can read this channel, so I do not work here. Please use one of our own."
        return _no("shared", said)
    if not place.member:
        return _no("not_in_channel", "Only people in the mission's channel can do this. Please join it first.")
    return None


def _admin(actor: Actor) -> Ruling:
    if actor.admin:
        return Ruling(True, "admin")
    return _no("not_admin", "Only admins and owners of this workspace can do this.")


def _without_mission(action: Action) -> Ruling:
    if action in ("ask", "read", "schedule", "steer"):
        return Ruling(True, "member")
    return _no("no_mission", "This mission is no longer known here.")


def _decider(actor: Actor, mission: Mission, policy: Policy, standing: Standing, *, delegating: bool = False) -> Ruling:
    by = authority.authority(policy, actor.id, mission.requester, standing)
    if by and not (delegating and by.startswith("delegate:")):
        return Ruling(True, by)
    if by:
        return _no("delegate", "You stand in for somebody here and cannot pass that on; please ask them.")
    if actor.id == mission.requester and policy.requester == "never":
        said = f"Whoever gave the mission cannot decide this one. {named(policy, mission)} can."
        return _no("requester", said)
    return Ruling(False, "not_named", f"Only {named(policy, mission)} can decide about this mission.", delegable=True)


def _owner(actor: Actor, mission: Mission, department: Department, standing: Standing) -> Ruling:
    if actor.id == mission.requester:
        return Ruling(True, "requester")
    for policy in department.every_policy():
        if by := authority.authority(policy, actor.id, mission.requester, standing):
            return Ruling(True, by)
    names = named(department.policy("plan"), mission)
    return Ruling(False, "not_named", f"Only {names} can decide about this mission.", delegable=True)


def named(policy: Policy, mission: Mission) -> str:
    """Who may answer, in words; a group is not mentioned, for that would call all of it. An empty list: nobody."""
    people = {mission.requester if who == authority.REQUESTER else who for who in policy.who if who[0] != "@"}
    if policy.requester == "never":
        people -= {mission.requester}
    names = [f"<@{id}>" for id in sorted(people)] + [f"members of the user group {group}" for group in policy.groups]
    return " or ".join(names) or "nobody"


def _no(why: str, said: str) -> Ruling:
    return Ruling(False, why, said)
