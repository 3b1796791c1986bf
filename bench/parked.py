"""2,000 approvals open for 90 simulated days over 100 restarts: each can still be acted on, or was ended by policy.

One half belongs to a department that holds what nobody answers, the other to one that cancels it after fourteen days.
At the end a person presses the buttons of some that are left, while the real engine waits for their phases.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from agents.departments import DepartmentFiles
from agents.domain.events import MissionAccepted
from agents.domain.mission import Mission, State
from agents.domain.plan import Plan, Task
from agents.domain.waiting import Patience
from agents.engine import Engine, EngineSettings, Phases
from agents.phases.desk import ROLES, Desk
from agents.phases.plan import propose
from bench import paper
from bot.cli import set_level
from bot.decisions import Answer, Decisions
from bot.doorkeeper import Doorkeeper
from bot.presenter import route
from bot.waiting import Waiting
from storage.database import Database
from storage.inbox import Gesture
from storage.journal import open_journal
from storage.missions import MissionRows
from tests.fakes.people import People
from tests.office import TEAM

APPROVALS, RESTARTS, DAYS, CLICKS = 2_000, 100, 90, 200
BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOLDING, CANCELLING = "general", "cancelling"
PLAN = Plan("A plan", "It is done.", (Task("t1", "Write", "Write it.", "writer", "text", deliverable=True),))


class Zones(People):
    """Everybody is in Europe."""

    async def zone(self, user: str) -> str:
        return "Europe/Berlin"


@dataclass
class Time:
    """A clock that is set."""

    at: datetime = BEGIN

    def now(self) -> datetime:
        return self.at

    def today(self) -> Any:
        return self.at.date()


@dataclass
class Found:
    """What became of the approvals."""

    states: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])  # (department, state)
    events: Counter[str] = field(default_factory=Counter[str])  # reminders, escalations, what nobody answered
    kb_each: float = 0.0  # memory that a process takes for each, kB
    resumed_s: list[float] = field(default_factory=list[float])  # from a press to the begin of its phase


@dataclass
class Process:
    """What one process has, from its start to its end."""

    missions: MissionRows
    decisions: Decisions
    waiting: Waiting
    desk: Desk


@contextlib.asynccontextmanager
async def process(url: str, clock: Time, enqueue: Any) -> AsyncGenerator[Process]:
    """A process on that database."""
    database = Database.open(url)
    journal = await open_journal(database, clock)
    both = {
        HOLDING: replace(TEAM, patience=Patience()),
        CANCELLING: replace(TEAM, id=CANCELLING, patience=Patience(outcome="cancel")),
    }
    departments, people = DepartmentFiles(both), Zones()
    missions = MissionRows(database, route, enqueue, clock, journal)
    doorkeeper = Doorkeeper(people, missions, departments, clock)
    decisions = Decisions(missions, departments, doorkeeper, clock, _nothing_runs)
    waiting = Waiting(missions, departments, doorkeeper, people, clock, decisions)  # type: ignore[arg-type]
    nobody: Any = None  # no model is asked and no tool is used
    desk = Desk(missions, journal, nobody, dict.fromkeys(ROLES, "none"), nobody, departments, clock)
    try:
        yield Process(missions, decisions, waiting, desk)
    finally:
        await journal.close()
        await database.close()


async def _nothing_runs(_: str) -> None:
    return None


def _not_enqueued(_: object, call: object) -> None:
    """What would be shown stays in the outbox."""


async def ask(one: Process, number: int, department: str) -> str:
    """A mission that waits for its plan's approval."""
    id, ts = f"m{number:08x}", f"{number}.0"
    now = one.desk.clock.now()
    given = Mission(id, "T1", "C1", ts, ts, "U1", "Write it.", department, State.PLANNING, 1, now)
    mention = Gesture("T1", "mention", f"E{number}", "C1", ts, None, "U1", {})
    await one.missions.accept(mention, given, [MissionAccepted("accepted")])
    await propose(one.desk, given, PLAN, one.desk.departments.get(department))
    return id


async def look(one: Process, clock: Time) -> None:
    """All that is due now."""
    while await one.missions.unwatched_gates() or await one.missions.due_waits(clock.now()):
        await one.waiting.look()


async def park(folder: Path, approvals: int, restarts: int, clicks: int) -> Found:
    """Everything, on files in that folder."""
    url, clock, found = f"sqlite:///{folder / 'baton.db'}", Time(), Found()
    database = Database.open(url)
    await database.migrate()
    await database.close()
    async with process(url, clock, _not_enqueued) as one:
        ids = [await ask(one, n, HOLDING if n % 2 else CANCELLING) for n in range(approvals)]
    for _ in range(restarts):
        clock.at += timedelta(days=DAYS) / restarts
        before = paper.memory_kb(os.getpid())
        async with process(url, clock, _not_enqueued) as one:
            await look(one, clock)
            found.kb_each = max(0, paper.memory_kb(os.getpid()) - before) / approvals
    async with process(url, clock, _not_enqueued) as one:
        for id in ids:
            mission = await one.missions.mission(id)
            found.states[mission.department, mission.state] += 1
            found.events.update(
                type(told.event).__name__ + f" {getattr(told.event, 'step', '')}".rstrip()
                for told in await one.missions.told(id)
            )
    await press(url, clock, Random(1).sample([id for n, id in enumerate(ids) if n % 2], clicks), found)
    return found


async def press(url: str, clock: Time, ids: list[str], found: Found) -> None:
    """Presses Approve on each, and waits until the engine has begun its phase."""
    began: dict[str, asyncio.Event] = {id: asyncio.Event() for id in ids}

    async def run(mission: str, rev: int) -> None:
        began[mission].set()

    async def drain(channel: str) -> None:
        return None

    engine = Engine(EngineSettings(url), Phases(run, run, run), drain)
    await engine.start()
    try:
        async with process(url, clock, engine.enqueue_in) as one:
            for number, id in enumerate(ids):
                at = time.perf_counter()
                click = Gesture("T1", "action", f"A{number}", "C1", "2.0", None, "U1", {})
                await one.decisions.decide(click, Answer(f"{id}:plan:1", "approve"))
                async with asyncio.timeout(30):
                    await began[id].wait()
                found.resumed_s.append(time.perf_counter() - at)
    finally:
        await engine.stop(1.0)


async def main() -> int:
    set_level("warning")
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        found = await park(Path(folder), APPROVALS, RESTARTS, CLICKS)
    title = f"{APPROVALS} approvals, {DAYS} simulated days, {RESTARTS} restarts"
    paper.table(title, ("department", "state", "missions"), [(*key, n) for key, n in sorted(found.states.items())])
    paper.table("What was told of them", ("event", "times"), sorted(found.events.items()))
    p50, p99 = paper.quantile(found.resumed_s, 0.5), paper.quantile(found.resumed_s, 0.99)
    print(f"  from a press to the begin of its phase: p50 {p50:.2f} s, p99 {p99:.2f} s ({len(found.resumed_s)} times)")
    print(f"  memory of a process for each that waits: {found.kb_each:.2f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
