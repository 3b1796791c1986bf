"""What happens to a scheduled mission at its checkpoints: asked, approved by a standing word, or quietly ended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from agents.domain import plan as plans
from agents.domain.events import Event, GateDecided, MissionFailed
from agents.domain.evidence import Status, status
from agents.domain.mission import Decision, Gate, Mission
from agents.domain.mission import State as MissionState
from agents.domain.plan import Plan
from agents.domain.schedule import STANDS_FOR, Occurrence, Outcome, Schedule, Standing, stands
from agents.evidence import changes
from agents.ports import Clock, Departments, File, Outgoing, UnknownMission
from bot.doorkeeper import Doorkeeper
from bot.gateway import Gateway
from bot.presenter import PROGRESS, route
from bot.scheduling import rights
from bot.scheduling.fire import open_thread
from bot.scheduling.settle import Settling
from bot.starting import start
from storage.missions import MissionRows
from storage.schedules import ScheduleRows

log = structlog.get_logger(__name__)

GATES = {MissionState.PLAN_GATE: "plan", MissionState.TASK_GATE: "task", MissionState.RESULT_GATE: "result"}
NEXT = {"plan": MissionState.RUNNING, "result": MissionState.DELIVERING}


@dataclass(frozen=True)
class Follow:
    """Called when a phase of a mission has ended; does nothing for missions that people gave."""

    rows: ScheduleRows
    missions: MissionRows
    departments: Departments
    doorkeeper: Doorkeeper
    gateway: Gateway
    clock: Clock
    settling: Settling

    async def __call__(self, mission: str) -> None:
        """May be called any number of times for the same state."""
        one = await self.rows.of_mission(mission)
        if one is None:
            return
        schedule, file = await self.rows.schedule(one.schedule), await self.missions.file(mission)
        match file.mission.state:
            case MissionState.PLAN_GATE:
                await self._plan(schedule, one, file)
            case MissionState.TASK_GATE | MissionState.QUESTIONS:
                await self._reveal(schedule, one, file)
            case MissionState.RESULT_GATE:
                await self._result(schedule, one, file)
            case MissionState.FAILED:
                await self._reveal(schedule, one, file)
                await self.settling.end(one, Outcome.FAILED, file.mission.reason)
            case MissionState.CANCELLED:
                await self.settling.end(one, Outcome.SKIPPED, file.mission.reason or "A person stopped the run.")
            case MissionState.DELIVERED:
                quiet = "Nothing changed since the run before, so nothing was posted."
                await self.settling.end(one, Outcome.RUN, "" if file.mission.thread else quiet)
            case _:
                pass

    async def settle(self) -> None:
        """Missions that people ended, and occurrences that wait for nothing any more."""
        for mission in await self.rows.ended_missions():
            await self(mission)
        for schedule in await self.rows.stranded():
            await self.rows.let_next_begin(schedule)

    async def since(self, mission: str) -> changes.Changes | None:
        """What changed since the last run that went well; None when there was none."""
        one = await self.rows.of_mission(mission)
        before = await self.rows.before(one) if one else None
        if before is None:
            return None
        try:
            earlier, present = await self.missions.file(before), await self.missions.file(mission)
        except UnknownMission:
            return None
        return changes.between(_ledger(earlier), _ledger(present))

    # ---- checkpoints ----

    async def _plan(self, schedule: Schedule, one: Occurrence, file: File) -> None:
        assert file.plan
        file = await self._budgeted(schedule, file)
        by = await self._standing(schedule, file)
        if by:
            await self._approve(file.mission, "plan", by, _why(schedule))
        else:
            await self._reveal(schedule, one, file)

    async def _budgeted(self, schedule: Schedule, file: File) -> File:
        """The plan with what a run of the schedule may cost, where nobody has set it for this plan."""
        assert file.plan and file.estimate
        if schedule.budget_usd is None or file.plan.budget_usd is not None:
            return file
        plan = replace(file.plan, budget_usd=float(schedule.budget_usd))
        async with self.missions.change(file.mission.id) as change:
            gate = _open(change.gates("plan", change.mission.rev))
            if gate is None or change.mission.state is not MissionState.PLAN_GATE:
                return file
            change.save_plan(gate.rev, plan, file.estimate)
            change.open_gate(replace(gate, digest=plans.digest(plan)))
            if change.mission.thread:
                key = f"{change.mission.id}:budgeted:{gate.rev}>card"
                target = f"{change.mission.id}:card"
                change.show(Outgoing(key, change.mission.channel, target, "update", "card", PROGRESS))
        return await self.missions.file(file.mission.id)

    async def _result(self, schedule: Schedule, one: Occurrence, file: File) -> None:
        schedule = await self._remember(schedule, file)
        found = await self.since(file.mission.id)
        by = "" if _contested(file) or _over_budget(schedule, file) else await self._standing(schedule, file)
        if not (by and found is not None and not found.any):
            await self._reveal(schedule, one, file)
        if by:
            await self._approve(file.mission, "result", by, _why(schedule))

    async def _standing(self, schedule: Schedule, file: File) -> str:
        """Who has approved this in advance; empty when a person is to be asked."""
        assert file.plan
        policy = schedule.policies.approval
        owner = await self.gateway.actor(schedule.owner)
        department = self.departments.get(schedule.department)
        gate = next((gate for gate in file.gates if gate.rev == file.mission.rev and not gate.decision), None)
        rule = department.policy_of(gate)
        known = await self.doorkeeper.standing(file.mission, rule)
        if policy == "every" or not rights.decides_alone(owner, file.mission, department, rule, known):
            return ""
        if policy == "contested":
            return schedule.owner
        return schedule.standing.by if _stands(schedule, file.plan, self.clock) and schedule.standing else ""

    async def _remember(self, schedule: Schedule, file: File) -> Schedule:
        """A person's approval of the plan holds for later runs, for a while."""
        assert file.plan
        given = next((g.decision for g in reversed(file.gates) if g.kind == "plan" and g.decision), None)
        if schedule.policies.approval != "standing" or given is None or given.choice != "approve" or given.note:
            return schedule
        if _stands(schedule, file.plan, self.clock):
            return schedule
        async with self.rows.change(schedule.id) as change:
            until = given.at + STANDS_FOR
            change.save(replace(change.schedule, standing=Standing(digest(schedule, file.plan), given.user, until)))
            return change.schedule

    async def _approve(self, mission: Mission, kind: str, by: str, why: str) -> None:
        async with self.missions.change(mission.id) as change:
            gate = _open(change.gates(kind, change.mission.rev))
            if gate is None or GATES.get(change.mission.state) != kind:
                return
            change.by("schedule")
            change.decide(Decision(gate.id, "approve", by, self.clock.now(), gate.digest, why))
            change.tell(GateDecided(f"decided:{gate.id}", gate.id, "approve", by, why))
            start(change, NEXT[kind], gate.rev, patient=True)

    async def _reveal(self, schedule: Schedule, one: Occurrence, file: File) -> None:
        """A run that worked unseen gets its thread, and what waits there for a person is shown."""
        if file.mission.thread:
            return
        thread = await open_thread(self.gateway, schedule, one, tried=True)
        told = await self.missions.told(file.mission.id)
        async with self.missions.change(file.mission.id) as change:
            if change.mission.thread:
                return
            change.open_thread(thread)
            change.show(*_waiting(change.mission, file, [one.event for one in told]))


def _waiting(mission: Mission, file: File, told: Sequence[Event]) -> list[Outgoing]:
    """What the questions that wait for a person had shown, if there had been a thread when they were asked."""
    if mission.state is MissionState.FAILED:
        return [*route(mission, MissionFailed(f"failed:shown:{mission.rev}", "", mission.reason))]
    waiting = {gate.id for gate in file.gates if not gate.decision and gate.rev == mission.rev}
    asked = [event for event in told if getattr(event, "gate", "") in waiting]
    return [row for event in asked for row in route(mission, event)]


def digest(schedule: Schedule, plan: Plan) -> str:
    """What a standing approval is bound to: the mission, its budget and how the plan is built."""
    built = [[t.specialist, t.output, sorted(t.tools), t.deliverable, sorted(t.needs)] for t in plan.tasks]
    money = None if schedule.budget_usd is None else str(schedule.budget_usd.normalize())
    body = json.dumps([schedule.text, schedule.department, schedule.channel, money, built], ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def _stands(schedule: Schedule, plan: Plan, clock: Clock) -> bool:
    return stands(schedule, digest(schedule, plan), clock.now())


def _why(schedule: Schedule) -> str:
    if schedule.policies.approval == "standing" and schedule.standing:
        return f"standing approval until {schedule.standing.until:%Y-%m-%d}"
    return "by the schedule: a person is asked only when something is contested"


def _open(gates: list[Gate]) -> Gate | None:
    return next((gate for gate in gates if not gate.decision), None)


def _contested(file: File) -> bool:
    return any(status(claim, file.verdicts) in (Status.CONTESTED, Status.BLOCKED) for claim in file.claims)


def _over_budget(schedule: Schedule, file: File) -> bool:
    return schedule.budget_usd is not None and file.spent.cost_usd > schedule.budget_usd


def _ledger(file: File) -> changes.Ledger:
    return changes.Ledger(file.claims, file.verdicts, file.snapshots)
