"""What a phase works with, and the rim where its failures become a sentence to the requester."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import structlog

from agents.domain import estimates
from agents.domain.department import Department, Specialist
from agents.domain.events import Event, MissionFailed, MissionPaused
from agents.domain.mission import Mission, State
from agents.domain.money import NO_CEILINGS, Ceilings, Place, raises, with_budget
from agents.domain.plan import Basis
from agents.llm.prices import Prices
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
    NotAsShown,
    Note,
    Toolbox,
    UnknownMission,
    Usage,
    Wallets,
)
from agents.roles.purse import Purse, WalletsUnreachable, cheaper_key
from agents.roles.seat import Meter, OverLimit, Seat

log = structlog.get_logger(__name__)

SHORT_CALL, LONG_CALL = Usage(2_000, 0, 400), Usage(12_000, 0, 1_500)  # while nothing is known, for estimates
ROLES = ("planner", "specialist", "critic", "sceptic", "manager")
HEARD = frozenset({"steer", "answer", "deleted"})  # kinds of replies that reach those at work
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
    wallets: Wallets | None = None  # without them nothing is limited but the number of calls
    prices: Prices = field(default_factory=Prices)
    ceilings: Ceilings = NO_CEILINGS

    def model_for(self, department: Department, role: str, member: Specialist | None = None) -> str:
        """The member's own model, else the department's for the role, else the installation's."""
        return (member.model if member else None) or department.model(role) or self.models[role]

    async def meter(self, mission: Mission, department: Department) -> Meter:
        """Calls used so far and the limit, and the purse that they are paid from."""
        purse = await self.purse(mission, department)
        return Meter((await self.journal.spent(mission.id)).calls, department.max_calls, purse)

    async def purse(self, mission: Mission, department: Department) -> Purse | None:
        """What the mission's calls are paid from, as people have raised it and as it had run short before."""
        if self.wallets is None:
            return None
        file = await self.missions.file(mission.id)
        raised = raises(file.gates)
        told = {one.event.key for one in await self.missions.told(mission.id)}

        async def tell(event: Event) -> None:
            async with self.missions.change(mission.id) as change:
                change.tell(event)

        return Purse(
            Place(mission.team, mission.channel, department.id, mission.id),
            self.wallets,
            self.prices,
            self.clock,
            tell,
            with_budget(department.terms, file.plan.budget_usd if file.plan else None),
            self.ceilings,
            raises=raised,
            cheap=cheaper_key(raised) in told,
            dearest=dict(await self.journal.dearest(mission.id)),
        )

    async def basis(self, mission: Mission, department: Department) -> Basis:
        """What an estimate rests on: what finished tasks of the department took, and what its models cost."""
        past = await self.missions.past_tasks(mission.team, department.id)
        models = {self.model_for(department, role) for role in ROLES}
        models |= {member.model for member in department.specialists if member.model}
        unpriced = tuple(sorted(model for model in models if self.prices.price(model) is None))
        model = self.model_for(department, "specialist")
        span = [self.prices.cost(usage, model) for usage in (SHORT_CALL, LONG_CALL)]
        call = None if unpriced else (float(span[0] or 0), float(span[1] or 0))
        return Basis(estimates.usual(past), call, unpriced)

    async def unusable(self, mission: Mission) -> int:
        """How often the mission has failed by answers that could not be used. Those are not to be used again."""
        failures = [one.event for one in await self.missions.told(mission.id) if isinstance(one.event, MissionFailed)]
        return sum(event.key.startswith(UNUSABLE) for event in failures)

    async def notes(self, mission: Mission) -> Sequence[Note]:
        """Replies that tell those at work how to do it, oldest first; a deleted one has no text left."""
        return [note for note in await self.missions.notes(mission.id) if note.kind in HEARD]

    async def begin(self, mission: Mission, phase: str, digest: str) -> None:
        """The phase's first commit: what let it begin is spent. Raises NotAsShown when it was let to do other work."""
        if await self.missions.mandate(mission.id, phase, mission.rev) != digest:
            raise NotAsShown(f"{phase} of {mission.id}")
        async with self.missions.change(mission.id) as change:
            change.spend()

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
    except NotAsShown:
        log.error("phase_not_as_approved", mission=id, phase=str(expected), rev=rev)
        await _fail(desk, mission, "What is on record is not what was approved, so nothing of it was carried out.")
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
        case WalletsUnreachable():
            return str(error)
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
