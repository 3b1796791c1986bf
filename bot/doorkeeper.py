"""Finds out what `authorise` needs to know of a person and a place, and keeps a record of whom it turned away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from agents.domain.authority import Action, Policy, Ruling, Standing
from agents.domain.department import Department
from agents.domain.mission import Gate, Mission
from agents.ports import Clock, Departments
from bot.access import ANYWHERE, Actor, Place, authorise
from storage.audit import Entry
from storage.inbox import Gesture
from storage.missions import MissionRows

PRESENT = ("mention", "message")  # who writes in a channel is in it
GRAVE: frozenset[Action] = frozenset({"decide", "delegate", "kill"})  # for these Slack is asked anew who somebody is


class NotNow(Exception):
    """It cannot be done; the message is one sentence for the person."""


class Denied(NotNow):
    """The person may not do it. `first` is False when this very gesture was turned away before."""

    def __init__(self, ruling: Ruling, mission: str = "", gate: str = "", *, first: bool = True) -> None:
        super().__init__(ruling.said)
        self.ruling = ruling
        self.mission, self.gate = mission, gate
        self.first = first
        self.about = (gate or mission) if ruling.delegable else ""  # what asking for delegation would be about


class Directory(Protocol):
    """What Slack says of people and places."""

    async def actor(self, user: str, *, fresh: bool = False) -> Actor: ...
    async def shared(self, channel: str) -> bool | None:
        """Whether people of another organisation are in it, or about to be; None when Slack would not say."""
        ...

    async def member(self, channel: str, user: str) -> bool | None: ...
    async def group(self, id: str) -> frozenset[str] | None:
        """Members of a user group; None when Slack would not say."""
        ...


@dataclass(frozen=True)
class Doorkeeper:
    """The one place where every gesture asks whether it may."""

    directory: Directory
    missions: MissionRows
    departments: Departments
    clock: Clock
    consented: frozenset[str] = frozenset()  # shared channels in which the operator lets us work

    async def admit(
        self,
        gesture: Gesture,
        action: Action,
        mission: Mission | None = None,
        gate: Gate | None = None,
        *,
        channel: str | None = "",
    ) -> Ruling:
        """By which authority the person may do it. Raises Denied, after the refusal was audited.

        Where it is done is the mission's channel, else `channel`, else the gesture's; with None it is nowhere.
        """
        ruling = await self.ruling(gesture, action, mission, gate, channel=channel)
        if ruling:
            return ruling
        about = gate.id if gate else mission.id if mission else channel or gesture.channel or ""
        raise await self.denied(gesture, action, ruling, about, mission, gate)

    async def denied(
        self,
        gesture: Gesture,
        action: Action,
        ruling: Ruling,
        about: str,
        mission: Mission | None = None,
        gate: Gate | None = None,
    ) -> Denied:
        """What to raise, after the refusal was put on record."""
        entry = Entry(gesture.user, ruling.authority, action, about, gate.digest if gate else "", "refused")
        first = await self.missions.refuse(gesture, mission.id if mission else None, entry)
        return Denied(ruling, mission.id if mission else "", gate.id if gate else "", first=first)

    async def ruling(
        self,
        gesture: Gesture,
        action: Action,
        mission: Mission | None = None,
        gate: Gate | None = None,
        *,
        channel: str | None = "",
    ) -> Ruling:
        """What is to be said to it, without a record."""
        actor = await self.directory.actor(gesture.user, fresh=action in GRAVE)
        team = gesture.team or (mission.team if mission else "")
        first = authorise(actor, action, ANYWHERE, mission, None, team=team)
        if not first and first.authority not in ("no_mission",):
            return first  # nothing about the place could change that, so Slack is not asked about it
        place = ANYWHERE if action == "kill" else await self._place(gesture, mission, channel)
        department = self.departments.get(mission.department) if mission else None
        standing = await self._standing(mission, department, gate, action)
        return authorise(actor, action, place, mission, department, team=team, gate=gate, standing=standing)

    async def standing(self, mission: Mission, policy: Policy) -> Standing:
        """Who is in the groups of a policy now, and who stands in for whom."""
        known = await self.members(policy.groups)
        return Standing(known, await self.missions.delegations(mission.id, self.clock.now()))

    async def members(self, groups: Iterable[str]) -> dict[str, frozenset[str]]:
        """User group -> who is in it, but for those of which Slack would not say."""
        found = {id: await self.directory.group(id) for id in groups}
        return {id: members for id, members in found.items() if members is not None}

    async def _standing(
        self, mission: Mission | None, department: Department | None, gate: Gate | None, action: Action
    ) -> Standing:
        if mission is None or department is None or action in ("ask", "read", "steer", "schedule", "kill"):
            return Standing()
        policies = (department.policy_of(gate),) if gate else department.every_policy()
        who = tuple(one for policy in policies for one in policy.who)
        return await self.standing(mission, replace(policies[0], who=who))

    async def _place(self, gesture: Gesture, mission: Mission | None, channel: str | None) -> Place:
        where = mission.channel if mission else channel or gesture.channel
        if not where or (channel is None and mission is None):
            return ANYWHERE
        present = gesture.kind in PRESENT and gesture.channel == where
        shared = await self.directory.shared(where)
        member = True if present else await self.directory.member(where, gesture.user)
        return Place(where, shared, where in self.consented, member)
