"""The product's own model client and roles against the rehearsal: good days and bad ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import cast

import pytest

from agents.contracts import HandOver, PlanDraft, PlannerBrief, SpecialistBrief
from agents.departments import DepartmentFiles
from agents.domain.department import Department, Specialist
from agents.domain.plan import Task
from agents.llm.client import OpenAIModel
from agents.llm.connect import ModelSettings
from agents.ports import Journal, ModelNonsense, ModelRefused, ToolCall, ToolResult, ToolSpec
from agents.roles import planner, specialist, translate
from agents.roles.seat import Meter, Seat
from agents.roles.specialist import Workplace
from bot.local.rehearsal import Kind, Rehearsal

SEED = (
    "Research the top three competitors for a new eco-friendly coffee pod, draft a competitive analysis, "
    "create a 30-day launch calendar, and write the first five social media posts."
)
SEARCH = ToolSpec("search", "Searches.", {"type": "object", "properties": {"query": {"type": "string"}}})


class Blank:
    """A journal that remembers nothing: every call is made."""

    async def recall(self, key: str, digest: str) -> str | None:
        return None

    async def record(self, mission: str, key: str, digest: str, kind: str, body: str, attempts: object = ()) -> str:
        return body

    async def book(self, mission: str, key: str, attempts: object) -> None:
        return None


@pytest.fixture
async def rehearsal() -> AsyncIterator[Rehearsal]:
    async with Rehearsal() as server:
        yield server


@pytest.fixture
async def seat(rehearsal: Rehearsal) -> AsyncIterator[Seat]:
    """A place from which the rehearsal is asked."""
    model = OpenAIModel(ModelSettings(api_key="x", base_url=rehearsal.base_url, attempt_s=5, max_attempts=2))
    yield Seat("m1", "here", model, cast(Journal, Blank()), Meter(0, 100))
    await model.aclose()


@pytest.fixture
def department() -> Department:
    return DepartmentFiles.load().get("launch")


async def planned(seat: Seat, department: Department) -> PlanDraft:
    brief = PlannerBrief(
        mission=SEED,
        today="2026-11-23",
        team=translate.team(department),
        check_kinds=translate.check_kinds(),
        max_tasks=department.max_tasks,
        library=["Coffee pods: a report"],
    )
    return translate.draft(await planner.plan(seat, "rehearsal", department, brief))


async def worked(seat: Seat, department: Department) -> tuple[HandOver, list[str]]:
    """What the researcher hands over, and the queries it made."""
    queries: list[str] = []

    async def use(call: ToolCall) -> ToolResult:
        queries.append(call.arguments)
        return ToolResult("Library: no results.", "search")

    async def nothing_said() -> tuple[str, ...]:
        return ()

    member = cast(Specialist, department.specialist("researcher"))
    task = Task("t1", "Facts on tea", "Research tea\nLook for: price, size.", "researcher", "text", tools=("search",))
    brief = SpecialistBrief(
        mission="Research tea.",
        task="t1",
        title=task.title,
        brief=task.brief,
        output="text",
        checks=[],
        today="2026-11-23",
    )
    place = Workplace(seat, (SEARCH,), use, nothing_said)
    return await specialist.work(place, "rehearsal", department, member, task, brief), queries


async def test_the_seed_mission_is_planned_at_the_first_try(
    seat: Seat, department: Department, rehearsal: Rehearsal
) -> None:
    draft = await planned(seat, department)
    assert {task.specialist for task in draft.tasks} == {"researcher", "analyst", "calendar", "writer"}
    assert rehearsal.count == 1


@pytest.mark.parametrize(
    "kind",
    [
        Kind.CYCLE,
        Kind.UNKNOWN_SPECIALIST,
        Kind.PROSE,
        Kind.EMPTY,
        Kind.BROKEN_JSON,
        Kind.FENCED_JSON,
        Kind.TWO_OBJECTS,
        Kind.NAN,
        Kind.WRONG_SCHEMA,
        Kind.LENGTH,
        Kind.RATE_LIMIT,
        Kind.STATUS,
        Kind.DISCONNECT,
        Kind.CUT,
        Kind.NOT_JSON,
        Kind.NO_USAGE,
    ],
)
async def test_one_bad_answer_does_not_keep_a_plan_from_coming(
    seat: Seat, department: Department, rehearsal: Rehearsal, kind: Kind
) -> None:
    rehearsal.faults.add(kind, retry_after=0)
    assert (await planned(seat, department)).tasks
    assert rehearsal.count <= 3


@pytest.mark.parametrize("kind", [Kind.CYCLE, Kind.PROSE, Kind.WRONG_SCHEMA])
async def test_a_planner_that_stays_bad_is_given_up_after_two_more_tries(
    seat: Seat, department: Department, rehearsal: Rehearsal, kind: Kind
) -> None:
    rehearsal.faults.add(kind, times=None)
    with pytest.raises(ModelNonsense):
        await planned(seat, department)
    assert rehearsal.count <= 6


@pytest.mark.parametrize("kind", [Kind.REFUSAL, Kind.FILTER])
async def test_a_refusal_is_not_asked_again_for_ever(
    seat: Seat, department: Department, rehearsal: Rehearsal, kind: Kind
) -> None:
    rehearsal.faults.add(kind, times=None)
    with pytest.raises(ModelRefused):
        await planned(seat, department)
    assert rehearsal.count <= 3


async def test_a_server_without_structured_output_plans_as_well(
    seat: Seat, department: Department, rehearsal: Rehearsal
) -> None:
    expected = await planned(seat, department)
    rehearsal.faults.add(Kind.NO_STRUCTURE, times=None)
    assert await planned(seat, department) == expected


async def test_a_server_without_tools_works_with_tools_in_words(
    seat: Seat, department: Department, rehearsal: Rehearsal
) -> None:
    expected, asked = await worked(seat, department)
    rehearsal.faults.add(Kind.NO_TOOLS, times=None)
    done, queries = await worked(seat, department)
    assert done == expected
    assert queries == asked
    assert len(queries) > 1


@pytest.mark.parametrize("kind", [Kind.UNKNOWN_TOOL, Kind.BROKEN_JSON, Kind.PROSE, Kind.LOOP])
async def test_one_bad_turn_does_not_keep_work_from_being_handed_over(
    seat: Seat, department: Department, rehearsal: Rehearsal, kind: Kind
) -> None:
    rehearsal.faults.add(kind)
    done, _ = await worked(seat, department)
    assert "unknown" in (done.text or "")


async def test_a_specialist_in_a_loop_ends(seat: Seat, department: Department, rehearsal: Rehearsal) -> None:
    rehearsal.faults.add(Kind.LOOP, times=None)
    with suppress(ModelNonsense):  # either way: what counts is that it ends
        await worked(seat, department)
    assert rehearsal.count <= 16
