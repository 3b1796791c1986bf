"""Cases played by the real department: real phases on real rows, and read as the person who approves is shown them."""

from __future__ import annotations

import asyncio
import math
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from itertools import count
from pathlib import Path

from agents.departments import DepartmentFiles
from agents.domain.events import MissionAccepted, ReworkAsked
from agents.domain.evidence import Status, Verdict
from agents.domain.mission import Mission, State
from agents.phases.desk import ROLES, Desk
from agents.phases.plan import propose
from agents.phases.run import run_mission
from agents.ports import Departments, File, Journal, Model, ToolCall, ToolContext, ToolResult, ToolSpec
from bot.access import Actor
from bot.bench.alone import standings
from bot.bench.cases import Case
from bot.bench.cast import Cast
from bot.bench.outcome import Ledger, Outcome
from bot.bench.reading import shown
from bot.bench.replay import CAPTURE, Replay, replay, team
from bot.bench.sceptics import Assumed
from bot.clock import SystemClock
from bot.decisions import Answer, Decisions
from bot.doorkeeper import Doorkeeper
from bot.presenter import route
from storage.database import Database
from storage.inbox import Gesture
from storage.journal import open_journal
from storage.missions import MissionRows

TOGETHER = 4  # missions at the same time in one process
RUNS = 40  # runs of one mission, each after a decision; more is a circle
NOTE = "Accepted as it is, to see how it is shown."
PERSON, WORKSPACE, CHANNEL = "U1", "T1", "C1"
BATCH = 8  # queued claims that one call of the sceptic may take

Sceptic = Assumed | Model | None  # None: the department has none
Part = tuple[Case, Sceptic]


@dataclass(frozen=True)
class Office:
    """Rows and journal that many cases share; each case brings its own team, tools and model."""

    database: Database
    journal: Journal
    clock: SystemClock = field(default_factory=SystemClock)
    numbers: count[int] = field(default_factory=count)


@dataclass(frozen=True)
class Captures:
    """The one tool of a case: its sources, as snapshots."""

    played: Replay

    @property
    def names(self) -> frozenset[str]:
        return frozenset([CAPTURE])

    @property
    def outward(self) -> frozenset[str]:
        return frozenset()

    def specs(self, names: Sequence[str]) -> tuple[ToolSpec, ...]:
        return tuple(ToolSpec(name, "The sources.", {"type": "object", "properties": {}}) for name in names)

    async def use(self, allowed: frozenset[str], call: ToolCall, context: ToolContext) -> ToolResult:
        found = self.played.captured(context.task)
        return ToolResult(f"{len(found)} sources.", f"capture: {len(found)} sources", found)

    async def titles(self) -> Sequence[str]:
        return ()


class Person:
    """Slack's word about the one person there is."""

    async def actor(self, user: str, *, fresh: bool = False) -> Actor:
        return Actor(user, WORKSPACE)

    async def shared(self, channel: str) -> bool:
        return False

    async def member(self, channel: str, user: str) -> bool:
        return True

    async def group(self, id: str) -> frozenset[str]:
        return frozenset()


async def play_all(parts: Sequence[Part], *, model: str = "") -> list[Outcome]:
    """What becomes of each case with its sceptic. `model` is the name of a real one's."""
    free = asyncio.Semaphore(TOGETHER)

    async def one(case: Case, sceptic: Sceptic) -> Outcome:
        async with free:
            return await play(office, case, sceptic, model)

    async with opened() as office:
        return list(await asyncio.gather(*(one(*part) for part in parts)))


@asynccontextmanager
async def opened() -> AsyncGenerator[Office]:
    """An office on files of its own, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        database = Database.open(f"sqlite:///{Path(folder) / 'baton.db'}")
        await database.migrate()
        journal = await open_journal(database, SystemClock())
        try:
            yield Office(database, journal)
        finally:
            await journal.close()
            await database.close()


async def play(office: Office, case: Case, sceptic: Sceptic, model: str = "") -> Outcome:
    """One case, from its plan to the checkpoint before delivery."""
    played = replay(case)
    if not played.plan.tasks:
        return Outcome({})
    cast = Cast(played, sceptic)
    show = Show(office, played, cast, sceptic is not None, model)
    file = await show.play()
    if file.mission.state is not State.RESULT_GATE:
        return Outcome({}, fault=f"{case.case_id} ended as {file.mission.state}. {file.mission.reason}")
    found = Ledger({claim.id: claim for claim in file.claims}, file.dependencies, file.verdicts)
    return Outcome(
        standings=standings(played, found, shown(file, office.clock.now())),
        calls=dict(cast.calls),
        tokens=cast.tokens,
        asked=frozenset(played.claims[id] for id in cast.asked if id in played.claims),
        doubted=_doubted(played, file.verdicts),
        allowed=_allowed(cast.queued),
        rework=await show.rework(),
    )


class Show:
    """One mission on the stage."""

    def __init__(self, office: Office, played: Replay, cast: Cast, sceptic: bool, model: str) -> None:
        self._office = office
        self._played = played
        self._gestures = count(1)
        self._id = f"case{next(office.numbers)}"
        self._department = team(played.case, sceptic=sceptic)
        departments: Departments = DepartmentFiles({"bench": self._department}, "bench")
        self._missions = MissionRows(office.database, route, _not_enqueued, office.clock, office.journal)
        models = dict.fromkeys(ROLES, "script") | {"sceptic": model or "script"}
        self._desk = Desk(self._missions, office.journal, cast, models, Captures(played), departments, office.clock)
        doorkeeper = Doorkeeper(Person(), self._missions, departments, office.clock)
        self._decisions = Decisions(self._missions, departments, doorkeeper, office.clock, _no_halt)

    async def play(self) -> File:
        """The mission as it stands at the end; a person accepts whatever gets stuck."""
        mission = await self._accept()
        await propose(self._desk, mission, self._played.plan, self._department)
        await self._decide(f"{self._id}:plan:1", "approve")
        for _ in range(RUNS):
            mission = await self._missions.mission(self._id)
            if mission.state is not State.RUNNING:
                break
            await run_mission(self._desk, self._id, mission.rev)
            file = await self._missions.file(self._id)
            for gate in file.gates:
                if gate.kind == "task" and gate.decision is None:
                    await self._decide(gate.id, "accept", NOTE)
        return await self._missions.file(self._id)

    async def rework(self) -> int:
        """How often work was sent back."""
        return sum(isinstance(one.event, ReworkAsked) for one in await self._missions.told(self._id))

    async def _accept(self) -> Mission:
        asked = datetime.combine(self._played.case.as_of, time(12), UTC)
        mission = Mission(
            id=self._id,
            team=WORKSPACE,
            channel=CHANNEL,
            thread=self._id,
            message=self._id,
            requester=PERSON,
            text=self._played.case.question or self._played.case.case_id,
            department=self._department.id,
            state=State.PLANNING,
            rev=1,
            created_at=asked,
        )
        mention = Gesture(WORKSPACE, "mention", f"E{self._id}", CHANNEL, self._id, None, PERSON, {})
        await self._missions.accept(mention, mission, [MissionAccepted("accepted")])
        return mission

    async def _decide(self, gate: str, choice: str, note: str = "") -> None:
        click = Gesture(WORKSPACE, "action", f"{self._id}-{next(self._gestures)}", CHANNEL, self._id, None, PERSON, {})
        await self._decisions.decide(click, Answer(gate, choice, note))


def _not_enqueued(_: object, call: object) -> None:
    """Phases are started by hand here, and posts are drawn only when they are read."""


async def _no_halt(_: str) -> None:
    return None


def _doubted(played: Replay, verdicts: Sequence[Verdict]) -> frozenset[str]:
    against = {v.claim for v in verdicts if v.by == "sceptic" and v.status in (Status.CONTESTED, Status.UNVERIFIED)}
    return frozenset(played.claims[id] for id in against if id in played.claims)


def _allowed(queued: Sequence[Sequence[str]]) -> int:
    """One call for eight queued claims. Each hand-over has a queue of its own; a claim that comes again begins one."""
    calls = 0
    waiting: dict[str, list[str]] = {}  # of the newest hand-over of each task
    for claims in queued:
        task = claims[0].partition(".")[0]
        if set(claims) & set(waiting.get(task, ())):
            calls += math.ceil(len(waiting.pop(task)) / BATCH)
        waiting.setdefault(task, []).extend(claims)
    return calls + sum(math.ceil(len(claims) / BATCH) for claims in waiting.values())
