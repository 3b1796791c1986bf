"""Asking for delegation, and giving it: somebody decides in another person's place, for a while, on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from agents.domain.authority import Delegation
from agents.domain.events import AuthorityDelegated, DelegationAsked
from agents.domain.mission import ENDED, Gate, Mission
from agents.ports import Clock
from bot.doorkeeper import Doorkeeper, NotNow
from storage.inbox import Gesture
from storage.missions import MissionRows

LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Delegations:
    """Takes questions for delegation and the answers to them."""

    missions: MissionRows
    doorkeeper: Doorkeeper
    clock: Clock

    async def ask(self, gesture: Gesture, about: str) -> None:
        """Puts the question to those who may decide, once. Raises NotNow, Denied and UnknownMission."""
        mission, gate = await self._about(about)
        await self.doorkeeper.admit(gesture, "read", mission)
        if await self.doorkeeper.ruling(gesture, "decide" if gate else "stop", mission, gate):
            raise NotNow("You may decide about this already.")
        if mission.state in ENDED or (gate and gate.decision):
            raise NotNow("There is nothing left to decide about here.")
        async with self.missions.receive(gesture, mission.id) as change:
            if change:
                change.by("member")
                change.tell(DelegationAsked(f"delegation:{about}:{gesture.user}", about, gesture.user))

    async def answer(self, gesture: Gesture, value: str, *, yes: bool) -> None:
        """Lets somebody decide in this person's place, or not. Raises NotNow, Denied and UnknownMission."""
        about, _, to = value.partition("|")
        mission, gate = await self._about(about)
        await self.give(gesture, mission, gate, to, about=about, yes=yes)

    async def give(
        self, gesture: Gesture, mission: Mission, gate: Gate | None, to: str, *, about: str = "", yes: bool = True
    ) -> None:
        """The same for whoever was named by the person who delegates. Raises NotNow and Denied."""
        ruling = await self.doorkeeper.admit(gesture, "delegate", mission, gate)
        if yes:
            await self._fit(gesture, mission, to)
        until = self.clock.now() + LASTS
        about = about or (gate.id if gate else mission.id)
        async with self.missions.receive(gesture, mission.id) as change:
            if change is None:
                return
            change.by(ruling.authority)
            if yes:
                change.delegate(Delegation(mission.id, gesture.user, to, until))
            key = f"delegated:{about}:{to}:{gesture.user}:{gesture.event_id}"
            told = until.isoformat(timespec="seconds") if yes else ""
            change.tell(AuthorityDelegated(key, about, gesture.user, to, told))

    async def _fit(self, gesture: Gesture, mission: Mission, to: str) -> None:
        """Only a full member who is in the channel may stand in. Raises NotNow."""
        if to == gesture.user:
            raise NotNow("You decide for yourself already.")
        stand_in = Gesture(gesture.team, "other", None, mission.channel, None, None, to)
        ruling = await self.doorkeeper.ruling(stand_in, "read", mission)
        if not ruling:
            raise NotNow(f"<@{to}> cannot decide here: {ruling.said}")

    async def _about(self, about: str) -> tuple[Mission, Gate | None]:
        return await self.missions.mission(about.split(":", 1)[0]), await self.missions.gate(about)
