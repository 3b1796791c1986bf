"""What a phase works with, and the rim where its failures become a sentence to the requester."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

import structlog

from agents.domain.department import Department, Specialist
from agents.domain.events import MissionFailed, MissionPaused
from agents.domain.mission import Mission, State
from agents.phases.watch import Interrupted, WatchedMissions, WatchedModel, WatchedToolbox
from agents.ports import (
    Clock,
    Departments,
    Journal,
    Missions,
    Model,
    ModelContextFull,
    ModelError,
    ModelMisconfigured,
    ModelNonsense,
    ModelRefused,
    Toolbox,
    UnknownMission,
)
from agents.roles.seat import Meter, OverLimit, Seat

log = structlog.get_logger(__name__)

ROLES = ("planner", "specialist", "critic", "sceptic", "manager")
HALTED = "The workspace is halted."  # why a mission is paused; those paused for it go on when the halt ends
UNUSABLE = "unusable:"  # begins the key of failures that recorded answers would only repeat


@dataclass(frozen=True)
class Desk:
    """Everything a phase may reach."""

    missions: Missions
    journal: Journal
    model: Model
    models: Mapping[str, str]  # model name for each of ROLES
    toolbox: Toolbox
    departments: Departments
    clock: Clock

    def model_for(self, department: Department, role: str, member: Specialist | None = None) -> str:
        """The member's own model, else the department's for the role, else the installation's."""
        return (member.model if member else None) or department.model(role) or self.models[role]

    async def meter(self, mission: Mission, department: Department) -> Meter:
        """Calls used so far and the limit."""
        return Meter((await self.journal.spent(mission.id)).calls, department.max_calls)

    async def unusable(self, mission: Mission) -> int:
        """How often the mission has failed by answers that could not be used. Those are not to be used again."""
        failures = [one.event for one in await self.missions.told(mission.id) if isinstance(one.event, MissionFailed)]
        return sum(event.key.startswith(UNUSABLE) for event in failures)

    def seat(self, mission: Mission, place: str, meter: Meter) -> Seat:
        return Seat(mission.id, place, self.model, self.journal, meter)


def watched(desk: Desk, mission: Mission) -> Desk:
    """The same desk for one phase: nothing is written, asked or used any more once the mission was interrupted."""
    missions = WatchedMissions(desk.missions, mission)
    model, toolbox = WatchedModel(desk.model, missions.check), WatchedToolbox(desk.toolbox, missions.check)
    return replace(desk, missions=cast(Missions, missions), model=model, toolbox=cast(Toolbox, toolbox))


Phase = Callable[[Desk, Mission], Awaitable[None]]


async def guarded(desk: Desk, id: str, rev: int, expected: State, phase: Phase) -> None:
    """Runs the phase if the mission still waits for it; a failure is told to the requester, never lost."""
    try:
        mission = await desk.missions.mission(id)
    except UnknownMission:
        log.warning("phase_without_mission", mission=id)
        return
    if mission.state is not expected or mission.rev != rev:
        log.info("phase_not_needed", mission=id, state=str(mission.state), rev=rev)
        return
    if await desk.missions.halted(mission.team):
        await _park(desk, mission)
        return
    try:
        await phase(watched(desk, mission), mission)
    except Interrupted:
        log.info("phase_interrupted", mission=id, phase=str(expected), rev=rev)
    except (ModelError, OverLimit) as error:
        log.warning("phase_failed", mission=id, phase=str(expected), error=type(error).__name__)
        kind = UNUSABLE if isinstance(error, ModelNonsense | ModelRefused) else ""
        await _fail(desk, mission, sentence(error), kind)
    except Exception:  # the rim of a phase: whatever broke, the requester is told and can try again
        log.exception("phase_broke", mission=id, phase=str(expected))
        await _fail(desk, mission, "A fault inside Baton stopped the work; the operator's log has the details.")


async def _park(desk: Desk, mission: Mission) -> None:
    """The workspace is halted: what would begin waits, as all else there does."""
    async with desk.missions.change(mission.id) as change:
        if change.mission.state is mission.state and change.mission.rev == mission.rev:
            change.move(State.PAUSED, reason=HALTED, stood=mission.state)
            change.tell(MissionPaused(f"paused:{mission.rev}:halt", "", HALTED))


def sentence(error: ModelError | OverLimit) -> str:
    """What happened and what to do, for people."""
    match error:
        case OverLimit():
            return f"{error} The accepted work is kept; raise the department's limit or narrow the mission."
        case ModelMisconfigured():
            return "The model server refuses the request as it is set up; ask the operator to run `baton check`."
        case ModelRefused():
            return "The model declined this work. Change the mission's wording or use another model."
        case ModelContextFull():
            return "The material is longer than the model can read. Narrow the mission or use a model that reads more."
        case ModelNonsense():
            return (
                "The model's answers could not be used, even after it was asked again. Try again or use another model."
            )
        case _:
            return "The model server does not answer at the moment. The work so far is kept; try again in a while."


async def _fail(desk: Desk, mission: Mission, reason: str, kind: str = "") -> None:
    async with desk.missions.change(mission.id) as change:
        if change.mission.state is mission.state and change.mission.rev == mission.rev:
            change.move(State.FAILED, reason=reason)
            change.tell(MissionFailed(f"{kind}failed:{mission.state}:{mission.rev}", mission.state, reason))
