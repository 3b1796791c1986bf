"""A workspace's people and channels, as a doorkeeper asks about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.domain.authority import Action
from agents.domain.mission import State
from bot.access import Actor


@dataclass
class People:
    """Everybody is a member of T1 and in every channel, except where it is said otherwise."""

    known: dict[str, Actor] = field(default_factory=dict[str, Actor])
    outside: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])  # (channel, user) who is not in it
    shares: Mapping[str, bool | None] = field(default_factory=dict[str, bool | None])
    groups: Mapping[str, frozenset[str] | None] = field(default_factory=dict[str, frozenset[str] | None])

    async def actor(self, user: str, *, fresh: bool = False) -> Actor:
        return self.known.get(user, Actor(user, "T1"))

    async def shared(self, channel: str) -> bool | None:
        return self.shares.get(channel, False)

    async def member(self, channel: str, user: str) -> bool | None:
        return (channel, user) not in self.outside

    async def group(self, id: str) -> frozenset[str] | None:
        return self.groups.get(id, frozenset())


# ---- twelve kinds of actor, and what each may do ----

APPROVER, REQUESTER = "UAPPROVER", "UREQUESTER"
STATES = (State.PLANNING, State.PLAN_GATE, State.RUNNING, State.RESULT_GATE, State.DELIVERED)

# Each kind as Slack describes it, and whether they are in the channel. The department lets APPROVER approve.
ACTORS: dict[str, tuple[Actor, bool]] = {
    "approver": (Actor(APPROVER, "T1"), True),
    "requester": (Actor(REQUESTER, "T1"), True),
    "bystander": (Actor("UBYSTANDER", "T1"), True),
    "single-channel guest": (Actor("USINGLE", "T1", guest=True), True),
    "multi-channel guest": (Actor("UMULTI", "T1", guest=True), True),
    "stranger": (Actor("USTRANGER", "T9", stranger=True), True),
    "deactivated": (Actor(APPROVER, "T1", deactivated=True), True),
    "bot": (Actor("UBOT", "T1", bot=True), True),
    "workflow": (Actor("UWORKFLOW", "T1", workflow=True), True),
    "other workspace": (Actor("UOTHER", "T2"), True),
    "removed from channel": (Actor(APPROVER, "T1"), False),
    "admin without role": (Actor("UADMIN", "T1", admin=True), True),
}

OWN = {"approver", "requester"}
FULL = {"approver", "requester", "bystander", "admin without role"}
MAY: dict[Action, set[str]] = {
    "ask": FULL,
    "steer": FULL,
    "read": FULL,
    "schedule": FULL,
    "decide": {"approver"},
    "stop": OWN,
    "pause": OWN,
    "resume": OWN,
    "retry": OWN,
    "skip": OWN,
    "edit": OWN,
    "delegate": OWN,
    "kill": {"admin without role"},
}
OVER: set[Action] = {"decide", "pause", "retry", "skip", "edit", "delegate"}  # not with a mission that has ended


def allowed(kind: str, action: Action, state: State) -> bool:
    """What the policy says, told apart from how the program finds it."""
    return kind in MAY[action] and not (state is State.DELIVERED and action in OVER)
