"""Questions that wait: who is reminded when, who is asked next, and what becomes of those that nobody answers.

Everything is in rows. `look` comes round in every process; two that look at the same time do one thing once, for a
reminder is an event told once and a question has one answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import structlog

from agents.domain import waiting
from agents.domain.authority import REQUESTER, Delegation, Standing, authority, person
from agents.domain.department import Department
from agents.domain.events import Reminded, Unanswered
from agents.domain.mission import ENDED, Gate, Mission, State
from agents.ports import AlreadyDecided, Clock, Departments, NotAsShown, Outgoing, UnknownMission
from bot.decisions import Decisions
from bot.doorkeeper import Doorkeeper, NotNow
from bot.gateway import Gateway
from storage.missions import MissionRows
from storage.waits import Wait

log = structlog.get_logger(__name__)

LATER = dt.timedelta(hours=1)  # until a question is looked at again whose mission is interrupted
STAND_IN = dt.timedelta(days=30)  # for which those who are asked next may decide


@dataclass(frozen=True)
class Mine:
    """A question that waits for somebody."""

    mission: Mission
    gate: Gate


@dataclass(frozen=True)
class Waiting:
    """Watches the questions that nobody has answered."""

    missions: MissionRows
    departments: Departments
    doorkeeper: Doorkeeper
    gateway: Gateway
    clock: Clock
    decisions: Decisions

    async def look(self) -> None:
        """Watches new questions, and takes the next step with those whose time has come."""
        for id in await self.missions.unwatched_gates():
            await self._watch(id)
        for wait in await self.missions.due_waits(self.clock.now()):
            try:
                await self._step(wait)
            except (UnknownMission, NotNow, AlreadyDecided, NotAsShown) as error:
                log.info("wait_is_over", gate=wait.gate, reason=type(error).__name__)
                await self.missions.save_wait(replace(wait, due=None))

    async def mine(self, user: str, team: str) -> Sequence[Mine]:
        """All that waits for this person, the longest waiting first."""
        asked = await self.missions.open_for(team, user)
        policies = [self._department(one.mission).policy_of(one.gate) for one in asked]
        known = await self.doorkeeper.members({group for policy in policies for group in policy.groups})
        found: list[Mine] = []
        for one, policy in zip(asked, policies, strict=True):
            said = any(vote.user == user and vote.digest == one.gate.digest for vote in one.gate.votes)
            standing = Standing(known, one.delegations)
            if authority(policy, user, one.mission.requester, standing) and not said:
                found.append(Mine(one.mission, one.gate))
        return found

    # ---- inside ----

    async def _watch(self, id: str) -> None:
        if gate := await self.missions.gate(id):
            mission = await self.missions.mission(gate.mission)
            wait = Wait(id, mission.id, gate.asked_at or self.clock.now(), waiting.ASKED, None)
            await self.missions.save_wait(await self._then(wait, mission, await self._asked(mission, gate)))

    async def _step(self, wait: Wait) -> None:
        mission, gate = await self.missions.mission(wait.mission), await self.missions.gate(wait.gate)
        if gate is None or gate.decision or mission.state in ENDED or (gate.rev != mission.rev):
            await self.missions.save_wait(replace(wait, due=None))
        elif mission.state is State.PAUSED or await self.missions.halted(mission.team):
            await self.missions.save_wait(replace(wait, due=self.clock.now() + LATER))
        elif wait.stage == waiting.ESCALATED:
            await self._give_up(wait, mission, gate)
        else:
            await self._remind(wait, mission, gate)

    async def _remind(self, wait: Wait, mission: Mission, gate: Gate) -> None:
        """First those who were asked; later those whom the department names for that, who may decide from then on."""
        patience = self._department(mission).patience
        next_ones = [one for one in patience.escalate_to if person(one)]
        channels = [one for one in patience.escalate_to if not person(one)]
        first = wait.stage == waiting.ASKED
        asked = await self._asked(mission, gate)
        users = tuple(asked if first or not next_ones else next_ones)
        then = await self._then(replace(wait, stage=wait.stage + 1), mission, asked)
        step = "reminder" if first else "escalation"
        async with self.missions.change(mission.id) as change:
            present = change.gate(gate.id)
            if present is None or present.decision:
                return
            for user in () if first else next_ones:
                by = asked[0] if asked else mission.requester
                change.delegate(Delegation(mission.id, by, user, self.clock.now() + STAND_IN))
            change.tell(Reminded(f"{step}:{gate.id}", gate.id, step, users))
            change.save_wait(then)
        for channel in () if first else channels:
            await self.missions.announce(mission.team, _elsewhere(channel, mission, gate))

    async def _give_up(self, wait: Wait, mission: Mission, gate: Gate) -> None:
        patience = self._department(mission).patience
        choice = patience.choice(gate.kind)
        done = replace(wait, stage=waiting.GIVEN_UP, due=None)
        if choice is None:
            async with self.missions.change(mission.id) as change:
                change.tell(Unanswered(f"unanswered:{gate.id}", gate.id, "hold"))
                change.save_wait(done)
            return
        event = Unanswered(f"unanswered:{gate.id}", gate.id, choice)
        await self.decisions.unanswered(gate, choice, event)
        await self.missions.save_wait(done)

    async def _then(self, wait: Wait, mission: Mission, asked: Sequence[str]) -> Wait:
        """The same wait with the time of its next step, in the working hours of whom it waits for."""
        zone = await self.gateway.zone(asked[0]) if asked else "UTC"
        return replace(wait, due=self._department(mission).patience.due(wait.stage, wait.since, ZoneInfo(zone)))

    async def _asked(self, mission: Mission, gate: Gate) -> list[str]:
        """Those who may answer and have not said anything yet."""
        policy = self._department(mission).policy_of(gate)
        standing = await self.doorkeeper.standing(mission, policy)
        named = [mission.requester if one == REQUESTER else one for one in policy.who if one[0] != "@"]
        members = [user for group in policy.groups for user in sorted(standing.groups.get(group, ()))]
        said = {vote.user for vote in gate.votes if vote.digest == gate.digest}
        able = [
            user for user in dict.fromkeys([*named, *members]) if authority(policy, user, mission.requester, standing)
        ]
        return [user for user in able if user not in said]

    def _department(self, mission: Mission) -> Department:
        return self.departments.get(mission.department)


def _elsewhere(channel: str, mission: Mission, gate: Gate) -> Outgoing:
    """A line in another channel, which belongs to no thread."""
    key = f"escalation:{gate.id}:{channel}"
    text = f"A mission in <#{mission.channel}> has waited long for a decision: {mission.title or mission.text[:150]}"
    return Outgoing(key, channel, key, "post", "line", 0, {"text": text, "thread": ""})
