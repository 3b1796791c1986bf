"""A department on real rows and a real journal, with a model that follows a script, for tests of phases."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from agents.contracts import CritiqueDraft, DoubtsDraft, ObjectionDraft, PlanDraft, ResultDraft, TaskDraft
from agents.departments import DepartmentFiles
from agents.domain import events as news
from agents.domain.department import Department, Limits, Specialist
from agents.domain.mission import Mission, State
from agents.phases.deliver import deliver_mission
from agents.phases.desk import Desk
from agents.phases.plan import plan_mission
from agents.phases.run import run_mission
from agents.ports import (
    File,
    ModelRequest,
    PhaseCall,
    Spent,
    ToolResult,
)
from bot.decisions import Answer, Decisions
from bot.doorkeeper import Doorkeeper
from bot.presenter import route
from storage.database import Database
from storage.inbox import Gesture
from storage.journal import open_journal
from storage.journal_file import JournalFile
from storage.journal_table import JournalTable
from storage.missions import MissionRows
from tests.fakes.people import People
from tests.fakes.scripted import (
    Line,
    ScriptedModel,
    Tools,
    brief_of,
    call,
    captured,
    hands_over,
    role_of,
    uses,
)

ATTEMPTS = ("", "first", "second", "third", "fourth")
PAGE = captured("In 2026 a pod costs 0.42 euros in the shop.", "Shop page")
NEWS = captured("Since October a pod costs 0.55 euros in the shop.", "News page", "https://b.example/news")


def member(id: str, *tools: str) -> Specialist:
    return Specialist(id, id.capitalize(), f":{id}:", f"Is a {id}.", tools, None, Limits(8, 10, 500))


TEAM = Department(
    "general",
    "General",
    "Everything.",
    (member("researcher", "search"), member("writer"), member("editor")),
    parallel=3,
    rework_rounds=1,
)


def task(id: str, specialist: str = "writer", **more: Any) -> TaskDraft:
    body = {"title": f"Task {id}", "brief": f"Do {id}", "output": "text", "deliverable": True}
    return TaskDraft(id=id, specialist=specialist, **(body | more))


def draft(*tasks: TaskDraft) -> PlanDraft:
    return PlanDraft(title="A plan", goal="It is done", tasks=list(tasks))


CHAIN = draft(
    task("t1", "researcher", tools=["search"], deliverable=False),
    task("t2", needs=["t1"]),
    task("t3", "editor"),
    task("t4", needs=["t2", "t3"]),
)


class Crew:
    """The script: what each role says, by default the shortest good answer. `says` overrides it for a role or task."""

    def __init__(self, plan: PlanDraft) -> None:
        self.plan = plan
        self._own: dict[str, Callable[[ModelRequest], Line]] = {}

    def says(self, who: str, line: Line | Callable[[ModelRequest], Line]) -> None:
        """`who` is a role, or a role and a task: "Critic", "Specialist t1"."""
        self._own[who] = line if callable(line) and not isinstance(line, Exception) else lambda _: line

    def __call__(self, request: ModelRequest) -> Line:
        role, brief = role_of(request), brief_of(request)
        own = self._own.get(f"{role} {brief.get('task')}") or self._own.get(role)
        return own(request) if own else self._default(role, brief)

    def _default(self, role: str, brief: dict[str, Any]) -> Line:
        match role:
            case "Planner":
                return self.plan
            case "Specialist":
                return hands_over(text=f"Work of {brief['task']}, {ATTEMPTS[brief['attempt']]} attempt.")
            case "Critic":
                return CritiqueDraft(verdict="accept")
            case "Sceptic":
                return DoubtsDraft(findings=[])
            case "Reviewer":
                return CritiqueDraft(verdict="accept")
            case "Advocate":
                return ObjectionDraft(premise="It holds.", claims=[brief["claims"][0]["id"]], objection="It may not.")
            case _:
                return ResultDraft(summary="It is done.")


@dataclass
class Office:
    """Rows, journal and desk; phases are enqueued into `calls` and played by the test."""

    missions: MissionRows
    desk: Desk
    model: ScriptedModel
    crew: Crew
    tools: Tools
    calls: list[PhaseCall]
    decisions: Decisions
    gestures: Any

    async def accept(self, **more: Any) -> None:
        """A mission is asked for."""
        mention = Gesture("T1", "mention", "E1", "C1", "1.0", "M1", "U1", {})
        now = self.desk.clock.now()
        body: dict[str, Any] = {"text": "Find out and write it up", "rev": 1, "created_at": now} | more
        mission = Mission("m1", "T1", "C1", "1.0", "1.0", "U1", department="general", state=State.PLANNING, **body)
        assert await self.missions.accept(
            mention, mission, [news.MissionAccepted("accepted")], PhaseCall("plan", "m1", 1)
        )

    async def play(self) -> File:
        """Carries out every phase that was enqueued."""
        play = {"plan": plan_mission, "run": run_mission, "deliver": deliver_mission}
        while self.calls:
            phase = self.calls.pop(0)
            async with asyncio.timeout(20):
                await play[phase.phase](self.desk, phase.mission, phase.rev)
        return await self.file()

    async def file(self) -> File:
        return await self.missions.file("m1")

    async def decide(self, gate: str, choice: str, note: str = "", tasks: tuple[str, ...] = ()) -> None:
        """A person answers a question."""
        await self.decisions.decide(self.click(), Answer(f"m1:{gate}", choice, note, tasks))

    def click(self) -> Gesture:
        return Gesture("T1", "action", f"A{next(self.gestures)}", "C1", "2.0", None, "U1", {})

    async def again(self) -> None:
        await self.decisions.again(self.click(), "m1")

    async def planned(self) -> File:
        """Accepted and planned."""
        await self.accept()
        return await self.play()

    async def carried_out(self) -> File:
        """Planned, approved and run."""
        file = await self.planned()
        assert file.mission.state is State.PLAN_GATE, file.mission.reason
        await self.decide(f"plan:{file.mission.rev}", "approve")
        return await self.play()

    async def told(self, kind: type[news.Event]) -> list[Any]:
        return [one.event for one in await self.missions.told("m1") if isinstance(one.event, kind)]

    def asked(self) -> list[tuple[str, str]]:
        """Role and task of every question so far."""
        return [(role_of(one), str(brief_of(one).get("task", ""))) for one in self.model.asked]


@asynccontextmanager
async def stored(
    url: str, clock: Any
) -> AsyncIterator[tuple[MissionRows, JournalFile | JournalTable, list[PhaseCall]]]:
    """Rows of missions, a journal, and the phases that are to be carried out."""
    database = Database.open(url)
    await database.migrate()
    journal = await open_journal(database, clock)
    calls: list[PhaseCall] = []

    def enqueue(_: object, call: Any) -> None:
        if isinstance(call, PhaseCall):
            calls.append(call)

    missions = MissionRows(database, route, enqueue, clock, journal)
    try:
        yield missions, journal, calls
    finally:
        await journal.close()
        await database.close()


@asynccontextmanager
async def opened(folder: Path, clock: Any, plan: PlanDraft = CHAIN, **department: Any) -> AsyncIterator[Office]:
    """An office on files of its own."""
    team = DepartmentFiles({"general": replace(TEAM, **department)})
    crew, tools = Crew(plan), Tools({"search": ToolResult("found it", "search: 1 result", (PAGE,))})
    model = ScriptedModel(script=crew)
    names = dict.fromkeys(("planner", "specialist", "critic", "sceptic", "manager"), "a-model")
    async with stored(f"sqlite:///{folder / 'baton.db'}", clock) as (missions, journal, calls):
        desk = Desk(missions, journal, model, names, tools, team, clock)

        async def halt(_: str) -> None:
            calls.clear()

        decisions = Decisions(missions, team, Doorkeeper(People(), missions, team, clock), clock, halt)
        yield Office(missions, desk, model, crew, tools, calls, decisions, count(1))


def quoting(page: Any, text: str) -> Line:
    claim = {"text": text, "key": True, "citations": [{"snapshot": page.id, "quote": page.text.removesuffix(".")}]}
    return hands_over(text=f"{text.removesuffix('.')} [t1.c1].", claims=[claim])


def researching(page: Any, text: str) -> Callable[[ModelRequest], Line]:
    """Searches first and then quotes the page."""

    def line(asked: ModelRequest) -> Line:
        return quoting(page, text) if len(asked.messages) > 2 else uses(call("search", query=text))

    return line


class Died(BaseException):
    """The process is gone."""


class Mortal:
    """Rows in a process that dies at its n-th change, before the commit or right after it."""

    def __init__(self, rows: MissionRows, lives: int, after: bool) -> None:
        self._rows, self._lives, self._after = rows, lives, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rows, name)

    @asynccontextmanager
    async def change(self, mission: str) -> AsyncIterator[Any]:
        self._lives -= 1
        if self._lives < 0 or (self._lives == 0 and not self._after):
            raise Died
        async with self._rows.change(mission) as change:
            yield change
        if self._lives == 0:
            raise Died


def plainly(file: File) -> File:
    """Without what may differ: the bill, and the order in which tasks that ran side by side were stored."""
    claims, verdicts = sorted(file.claims, key=repr), sorted(file.verdicts, key=repr)
    return replace(file, spent=Spent(), claims=claims, verdicts=verdicts)


async def keys(office: Office) -> set[str]:
    """What happened, but for uses of tools: one that died before it was recorded is made again."""
    told = [one.event for one in await office.missions.told("m1")]
    return {event.key for event in told if not isinstance(event, news.ToolUsed)}


async def die_anywhere(
    folder: Path, ready: Callable[[Path], AbstractAsyncContextManager[Office]], most: int
) -> tuple[File, int]:
    """A run that dies at every third change, up to `most`, ends as one that lives, and neither pays nor tells twice.

    `folder / "approved"` holds an approved plan, and `ready` opens an office on a copy of it. Returns how the run
    ended in which nobody died, and how often the others died.
    """

    @asynccontextmanager
    async def approved(name: str) -> AsyncIterator[Office]:
        shutil.copytree(folder / "approved", folder / name)
        async with ready(folder / name) as office:
            office.calls.append(PhaseCall("run", "m1", 1))
            yield office

    async with approved("clean") as office:
        clean = plainly(await office.play())
        calls, history = len(office.model.asked), await keys(office)
    deaths = 0
    for lives in range(1, most, 3):
        async with approved(f"{lives}") as office:
            mortal = Mortal(office.missions, lives, after=lives % 2 == 1)
            try:
                await run_mission(replace(office.desk, missions=mortal), "m1", 1)  # type: ignore[arg-type]
                break
            except Died:
                deaths += 1
            assert plainly(await office.play()) == clean, f"died at change {lives}"
            assert len(office.model.asked) == calls, f"died at change {lives}"
            assert await keys(office) == history, f"died at change {lives}"
    return clean, deaths
