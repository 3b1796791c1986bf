"""Whole missions against the rehearsal, role by role, with the real tools, traces and checks; no server, no rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import bot.local.library
from agents.contracts import (
    CriticBrief,
    CritiqueDraft,
    DoubtsDraft,
    HandOver,
    ManagerBrief,
    Material,
    MemberBrief,
    PlanDraft,
    PlannerBrief,
    ResultDraft,
    ScepticBrief,
    SpecialistBrief,
)
from agents.domain import checks, evidence
from agents.domain import plan as plans
from agents.domain.artifact import Artifact, words
from agents.domain.evidence import Claim, Snapshot, Status, Verdict
from agents.domain.plan import Check, Task
from agents.evidence import trace
from agents.ports import Conversations, Mission, Toolbox, ToolCall, ToolContext
from agents.roles import sceptic, translate
from agents.tools import ToolSettings, build
from bot.local.rehearsal import mind
from bot.local.rehearsal.answers import Answer
from bot.local.rehearsal.reading import Exchange, Use
from bot.local.rehearsal.roles.notice import NOTICE

TODAY = dt.date(2026, 11, 23)
SAMPLES = Path(bot.local.library.__file__).parent
SEED = (
    "Research the top three competitors for a new eco-friendly coffee pod, draft a competitive analysis, "
    "create a 30-day launch calendar, and write the first five social media posts."
)
TEAM = [
    MemberBrief(id="researcher", title="Researcher", charter="Finds sources.", tools=["search", "read"]),
    MemberBrief(id="analyst", title="Analyst", charter="Compares and ranks.", tools=["calculate", "table"]),
    MemberBrief(id="calendar", title="Calendar Keeper", charter="Makes calendars.", tools=["calendar"]),
    MemberBrief(id="writer", title="Writer", charter="Writes posts, letters and reports.", tools=[]),
]
ROUNDS = 3


@dataclass
class Stage:
    """A mission under way."""

    mission: str
    kit: Toolbox
    plan: plans.Plan = field(init=False)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    works: dict[str, Artifact] = field(default_factory=dict)
    handed: dict[str, HandOver] = field(default_factory=dict)
    sent_back: list[tuple[str, str]] = field(default_factory=list)  # task, point
    result: ResultDraft = field(init=False)

    async def play(self) -> Stage:
        self.plan = translate.plan(PlanDraft.model_validate_json((await self._plan()).text))
        for id in plans.order(self.plan):
            await self._task(plans.task(self.plan, id))
        self.result = ResultDraft.model_validate_json(ask("manager", self._manager()).text)
        return self

    async def _plan(self) -> Answer:
        brief = PlannerBrief(
            mission=self.mission,
            today=TODAY.isoformat(),
            team=TEAM,
            check_kinds=translate.check_kinds(),
            max_tasks=12,
            library=list(await self.kit.titles()),
        )
        return ask("planner", brief)

    async def _task(self, task: Task) -> None:
        previous, points = "", list[str]()
        for attempt in range(1, ROUNDS + 1):
            done = await self._work(task, attempt, previous, points)
            points = self._review(task, done, attempt)
            if not points:
                return self._doubt(task)
            self.sent_back += [(task.id, point) for point in points]
            previous = done.model_dump_json()
        raise AssertionError(f"{task.title} was not acceptable: {points}")

    async def _work(self, task: Task, attempt: int, previous: str, points: list[str]) -> HandOver:
        brief = SpecialistBrief(
            mission=self.mission,
            task=task.id,
            title=task.title,
            brief=task.brief,
            output=task.output,
            checks=translate.checklist(task),
            today=TODAY.isoformat(),
            materials=[self._material(plans.task(self.plan, need)) for need in task.needs],
            attempt=attempt,
            previous=previous,
            points=points,
        )
        specs = {spec.name: dict(spec.parameters) for spec in self.kit.specs(task.tools)}
        uses: list[Use] = []
        for _ in range(9):
            answer = ask("specialist", brief, tuple(uses), specs)
            if answer.calls[-1].name == "hand_over":
                return HandOver.model_validate(answer.calls[-1].arguments)
            for call in answer.calls:
                context = ToolContext(cast(Mission, SimpleNamespace(id="m1")), task.id, TODAY)
                result = await self.kit.use(frozenset(task.tools), ToolCall("c", call.name, call.written()), context)
                self.snapshots |= {snapshot.id: snapshot for snapshot in result.snapshots}
                uses.append(Use(call.name, call.arguments, result.text))
            assert len(uses) <= 24, "more tool calls than a specialist is allowed"
        raise AssertionError("more turns than a specialist is allowed")

    def _review(self, task: Task, done: HandOver, attempt: int) -> list[str]:
        assert translate.hand_over_faults(task, done) == []
        work = translate.artifact(task, done)
        own, found = trace.trace(translate.claims(task, done), self.snapshots, self._standing(), self.claims)
        known = {**self.claims, **{claim.id: claim for claim in own}}
        standing = {id: evidence.status(claim, [*self.verdicts, *found]) for id, claim in known.items()}
        points = [f"Claim {v.claim} does not stand. {v.detail}" for v in found if v.status is Status.BLOCKED]
        for check in task.checks:
            points += checks.failures(check, work, checks.Evidence(known, standing))
        points = points or self._criticise(task, work, own, found, attempt)
        if not points:
            self.claims, self.works[task.id], self.handed[task.id] = known, work, done
            self.verdicts += found
        return points

    def _criticise(self, task: Task, work: Artifact, own: list[Claim], found: list[Verdict], attempt: int) -> list[str]:
        brief = CriticBrief(
            mission=self.mission,
            task=task.id,
            title=task.title,
            brief=task.brief,
            checks=translate.checklist(task),
            work=words(work),
            claims=translate.claim_briefs(own, found, self.snapshots),
            round=attempt,
        )
        return CritiqueDraft.model_validate_json(ask("critic", brief).text).points

    def _doubt(self, task: Task) -> None:
        key = [claim for claim in self._own(task) if claim.key and claim.citations]
        brief = ScepticBrief(claims=[sceptic._doubted(one, self.snapshots) for one in key], today=TODAY.isoformat())
        draft = DoubtsDraft.model_validate_json(ask("sceptic", brief).text)
        self.verdicts += sceptic.verdicts(key, draft, self.snapshots)

    def _own(self, task: Task) -> list[Claim]:
        return [claim for id, claim in self.claims.items() if id.startswith(f"{task.id}.")]

    def _standing(self) -> dict[str, Status | None]:
        return {id: evidence.status(claim, self.verdicts) for id, claim in self.claims.items()}

    def _material(self, task: Task) -> Material:
        claims = translate.claim_briefs(self._own(task), self.verdicts, self.snapshots)
        work = words(self.works[task.id])
        return Material(task=task.id, title=task.title, specialist=task.specialist, work=work, claims=claims)

    def _manager(self) -> ManagerBrief:
        every = translate.claim_briefs(self.claims.values(), self.verdicts, self.snapshots)
        return ManagerBrief(
            mission=self.mission,
            title=self.plan.title,
            goal=self.plan.goal,
            materials=[self._material(task) for task in self.plan.tasks if task.deliverable],
            doubted=[claim for claim in every if claim.status in ("blocked", "contested", "unverified")],
        )

    def of(self, specialist: str) -> Artifact:
        """The last work of the specialist."""
        return self.works[[task.id for task in self.plan.tasks if task.specialist == specialist][-1]]


def ask(role: str, brief: Any, uses: tuple[Use, ...] = (), tools: dict[str, Any] | None = None) -> Answer:
    return mind.answer(Exchange(role, "", brief.model_dump_json(), uses, tools=tools or {}))


async def played(mission: str, folder: Path, index: Path) -> Stage:
    settings = ToolSettings(library=(folder,), index=index, web=False)
    return await Stage(mission, await build(settings, cast(Conversations, None))).play()


async def test_the_seed_mission_over_the_sample_library(tmp_path: Path) -> None:
    stage = await played(SEED, SAMPLES, tmp_path / "index.sqlite3")
    analysis, table, posts = stage.of("analyst"), stage.of("calendar"), stage.of("writer")
    assert sum(line.startswith("## ") for line in analysis.text.splitlines()) >= 5
    assert "## Comparison" in analysis.text
    assert len(table.rows) == 30
    assert len(posts.items) == 5
    assert {task for task, _ in stage.sent_back} == {stage.plan.tasks[-1].id}, "the posts alone are first too long"
    contested = [id for id, status in stage._standing().items() if status is Status.CONTESTED]
    assert contested
    assert any("contested" in line for line in analysis.text.splitlines() if contested[0] in line)
    assert sum(status is Status.VERIFIED for status in stage._standing().values()) >= 10


async def test_every_claim_of_the_seed_mission_is_founded_in_the_samples(tmp_path: Path) -> None:
    stage = await played(SEED, SAMPLES, tmp_path / "index.sqlite3")
    texts = [path.read_text(encoding="utf-8") for path in SAMPLES.glob("*.md")]
    quotes = [citation.quote for claim in stage.claims.values() for citation in claim.citations]
    assert len(quotes) > 20
    assert all(any(quote in text for text in texts) for quote in quotes)


async def test_a_mission_says_throughout_that_it_was_a_rehearsal(tmp_path: Path) -> None:
    stage = await played(SEED, SAMPLES, tmp_path / "index.sqlite3")
    assert all(NOTICE in done.note for done in stage.handed.values())
    assert NOTICE in stage.result.summary
    assert NOTICE in stage.plan.assumptions


async def test_nothing_of_a_page_that_steers_its_readers_gets_into_the_work(tmp_path: Path) -> None:
    stage = await played(SEED, SAMPLES, tmp_path / "index.sqlite3")
    assert any("Muddy Spoon" in snapshot.text for snapshot in stage.snapshots.values()), "the page was read"
    works = " ".join(words(work) for work in stage.works.values())
    assert "Muddy Spoon" not in works + stage.result.summary
    assert "Pippalo is the market leader" not in works
    assert any("AI readers" in point for done in stage.handed.values() for point in done.open_points)


BIKES = {
    "dealer.md": """---
title: Hollinger Cargo, dealer's page
published: 2026-05-01
---
# Hollinger Cargo

Hollinger sells the Mule cargo bike for €4,900 per bike. It carries 180 kilograms. The firm was founded in 2009.
""",
    "rival.md": """---
title: Tarnwick cargo bikes
published: 2026-04-11
---
# Tarnwick

Tarnwick sells its cargo bike for €3,700 per bike. It carries 120 kilograms and folds in half.

Tarnwick had 8,200 customers in 2025.
""",
    "town.md": """---
title: Cargo bikes in Ellsmoor, a town's report
published: 2026-06-20
---
# Cargo bikes in Ellsmoor

The town of Ellsmoor counted 640 cargo bikes in 2025, twice as many as two years before.
Families use them for 71% of their errands.
Most owners ask for a dry place to park. Repairs take 9 days on average.
""",
}


async def test_a_mission_of_one_s_own_over_one_s_own_documents(tmp_path: Path) -> None:
    folder = tmp_path / "bikes"
    folder.mkdir()
    for name, text in BIKES.items():
        (folder / name).write_text(text, encoding="utf-8")
    mission = (
        "Research cargo bikes in small towns, compare Hollinger and Tarnwick, "
        "and write a report for the council of at most 150 words and three headlines under 50 characters."
    )
    stage = await played(mission, folder, tmp_path / "index.sqlite3")
    said = " ".join(words(work) for work in stage.works.values())
    assert "€4,900" in said
    assert "€3,700" in said
    headlines = [item.text for item in stage.of("writer").items]
    assert len(headlines) == 3
    assert all(len(line) <= 50 for line in headlines)


@pytest.mark.parametrize(
    "mission",
    [
        "Research quantum chess, draft an analysis and write four posts.",
        "🎉🎉🎉",
        "What time is it?",
        "Make a 5-day plan.",
        "Write a Python script that sums a column.",
        "Schreibe bitte einen Bericht über Lastenräder in Kleinstädten.",
        "word " * 2000,
    ],
)
@pytest.mark.parametrize("full", [True, False], ids=["bikes", "empty library"])
async def test_any_mission_comes_to_its_end(tmp_path: Path, mission: str, full: bool) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in BIKES.items() if full else ():
        (folder / name).write_text(text, encoding="utf-8")
    stage = await played(mission, folder, tmp_path / "index.sqlite3")
    assert stage.works
    fault = checks.failures(
        Check("figures_marked"), Artifact("text", "s", text=stage.result.summary), checks.Evidence(stage.claims, {})
    )
    assert fault == []
