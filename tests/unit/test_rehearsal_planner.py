"""The rehearsal's planner: any mission becomes a plan that the harness accepts, and wishes change what they name."""

from __future__ import annotations

import datetime as dt

import pytest

from agents.contracts import Checklist, MemberBrief, PlanDraft, PlannerBrief, TaskDraft
from agents.domain import checks
from agents.domain import plan as plans
from agents.domain.department import Department, Specialist
from agents.roles import translate
from bot.local.rehearsal import pieces
from bot.local.rehearsal.roles import planner
from bot.local.rehearsal.roles.notice import NOTICE

SEED = (
    "Research the top three competitors for a new eco-friendly coffee pod, draft a competitive analysis, "
    "create a 30-day launch calendar, and write the first five social media posts."
)
DEPARTMENT = Department(
    id="launch",
    title="Launch",
    purpose="",
    specialists=(
        Specialist(
            "researcher", "Researcher", ":mag:", "Finds sources and reads them.", ("search", "read", "read_file")
        ),
        Specialist(
            "analyst", "Analyst", ":bar_chart:", "Compares and ranks.", ("search", "read", "calculate", "table")
        ),
        Specialist("calendar", "Calendar Keeper", ":calendar:", "Makes calendars.", ("calendar", "date_add", "table")),
        Specialist("writer", "Writer", ":pencil2:", "Writes posts, letters and reports.", ("search", "read")),
    ),
)
TEAM = [
    MemberBrief(id=one.id, title=one.title, charter=one.charter, tools=list(one.tools))
    for one in DEPARTMENT.specialists
]
MISSIONS = [
    SEED,
    "Compare Alder Library and Brook Library by opening hours, and summarise it in a letter to the city council.",
    "Please find out what readers say about home composting, write 4 blog ideas and a newsletter under 200 words.",
    "What do customers think about heat pumps?",
    "Create a two-week onboarding schedule for new bakers, then list five questions for the first day.",
    "Write a Python script that sums a CSV column.",
    "Make a table of prices for cargo bikes.",
    "Résumé der Lage, bitte auf Deutsch.",
    "🎉🎉🎉",
    "x",
    "word " * 8000,
    "Research " + "word " * 8000,
    "https://example.org/a/page",
    "```json\n{}\n```",
]


def plan_for(mission: str, **more: object) -> PlanDraft:
    """The rehearsal's plan."""
    values: dict[str, object] = {
        "mission": mission,
        "today": "2026-11-23",
        "team": TEAM,
        "check_kinds": translate.check_kinds(),
        "max_tasks": 12,
        "library": ["Coffee pods: a market report", "Prices of coffee pods"],
    }
    return planner.answer(PlannerBrief.model_validate(values | more))


def faults(draft: PlanDraft) -> list[str]:
    """What the harness would refuse the plan for."""
    plan = translate.plan(draft)
    found = plans.faults(plan, DEPARTMENT, checks.KINDS)
    return found + [f for t in plan.tasks for check in t.checks if (f := checks.fault_of(check, t.output))]


def by_specialist(draft: PlanDraft, specialist: str) -> list[TaskDraft]:
    return [task for task in draft.tasks if task.specialist == specialist]


def check(task: TaskDraft, kind: str) -> int | None:
    return next((one.number for one in task.checks if one.kind == kind), None)


@pytest.mark.parametrize("mission", MISSIONS)
def test_every_mission_gets_a_plan_without_faults(mission: str) -> None:
    assert faults(plan_for(mission)) == []


@pytest.mark.parametrize("mission", MISSIONS)
def test_a_team_of_one_can_be_planned_for(mission: str) -> None:
    alone = plan_for(mission, team=TEAM[:1])
    assert {task.specialist for task in alone.tasks} == {"researcher"}
    assert faults(alone) == []


def test_the_seed_mission_needs_four_specialists_and_lets_two_tasks_run_at_once() -> None:
    draft = plan_for(SEED)
    assert {task.specialist for task in draft.tasks} == {"researcher", "analyst", "calendar", "writer"}
    assert len(plans.ready(translate.plan(draft), (), ())) == 2
    analysis, table, posts = (by_specialist(draft, who)[0] for who in ("analyst", "calendar", "writer"))
    assert set(analysis.needs) == {task.id for task in by_specialist(draft, "researcher")}
    assert (analysis.output, table.output, posts.output) == ("text", "table", "items")
    assert {analysis.id, table.id} < set(posts.needs)


def test_numbers_of_the_mission_become_checks() -> None:
    draft = plan_for(SEED)
    table, posts = by_specialist(draft, "calendar")[0], by_specialist(draft, "writer")[0]
    assert check(table, "consecutive_dates") == 30
    assert (check(posts, "count"), check(posts, "max_chars")) == (5, 280)
    assert "top three" in by_specialist(draft, "researcher")[0].brief


def test_a_stated_length_goes_before_the_usual_one() -> None:
    draft = plan_for("Write three posts about tea, at most 120 characters each.")
    assert check(draft.tasks[-1], "max_chars") == 120


def test_only_checks_that_the_harness_knows_are_used() -> None:
    draft = plan_for(SEED, check_kinds=[Checklist(kind="count")])
    assert {one.kind for task in draft.tasks for one in task.checks} == {"count"}


def test_open_questions_are_said_with_their_default() -> None:
    said = " ".join(plan_for(SEED).assumptions)
    assert "2026-11-30" in said  # the Monday after the day of the mission
    assert "280 characters" in said
    assert NOTICE in said


def test_a_start_that_the_mission_names_is_kept() -> None:
    draft = plan_for("Create a 10-day tasting calendar starting on January 4, 2027.")
    assert "Start: 2027-01-04" in draft.tasks[-1].brief
    assert not any("start date" in one for one in draft.assumptions)


def test_named_things_to_compare_are_researched_side_by_side() -> None:
    draft = plan_for("Compare Alder Library, Brook Library and Canal Library by opening hours and fees.")
    research = by_specialist(draft, "researcher")
    assert [task.title for task in research] == ["Alder Library", "Brook Library", "Canal Library"]
    assert all("opening hours" in task.brief for task in research)
    mentions = next(one for one in by_specialist(draft, "analyst")[0].checks if one.kind == "mentions")
    assert mentions.names == ["Alder Library", "Brook Library", "Canal Library"]


def test_a_small_limit_of_tasks_is_kept_and_what_falls_out_is_said() -> None:
    draft = plan_for(SEED, max_tasks=2)
    assert len(draft.tasks) == 2
    assert any("Left out" in one for one in draft.assumptions)
    assert faults(draft) == []


@pytest.mark.parametrize(
    ("wish", "who", "kind", "number"),
    [
        ("make it 14 days", "calendar", "consecutive_dates", 14),
        ("two weeks are enough for the calendar", "calendar", "consecutive_dates", 14),
        ("three posts instead of five", "writer", "count", 3),
        ("Only two posts please", "writer", "count", 2),
        ("at most 200 characters per post", "writer", "max_chars", 200),
    ],
)
def test_a_wish_for_another_number_changes_that_number_alone(wish: str, who: str, kind: str, number: int) -> None:
    before = plan_for(SEED)
    after = plan_for(SEED, previous=before, wishes=[wish])
    assert check(by_specialist(after, who)[0], kind) == number
    changed = [a.id for a, b in zip(before.tasks, after.tasks, strict=True) if a != b]
    assert changed == [by_specialist(before, who)[0].id]
    assert faults(after) == []


@pytest.mark.parametrize("wish", ["no posts", "Please drop the social media posts.", "skip the posts"])
def test_a_wish_can_drop_a_task(wish: str) -> None:
    after = plan_for(SEED, previous=plan_for(SEED), wishes=[wish])
    assert by_specialist(after, "writer") == []
    assert "posts" not in after.goal
    assert faults(after) == []


def test_a_wish_can_add_a_task_and_asking_twice_adds_it_once() -> None:
    before = plan_for(SEED)
    after = plan_for(SEED, previous=before, wishes=["add a summary", "add a summary"])
    assert len(after.tasks) == len(before.tasks) + 1
    assert after.tasks[-1].title == "Summary"
    assert set(after.tasks[-1].needs) == {task.id for task in before.tasks if task.deliverable}


def test_one_wish_can_drop_and_add() -> None:
    after = plan_for(SEED, previous=plan_for(SEED), wishes=["Drop the calendar and add a press release"])
    assert by_specialist(after, "calendar") == []
    assert after.tasks[-1].title == "Press release"
    assert faults(after) == []


def test_another_start_moves_the_calendar() -> None:
    after = plan_for(SEED, previous=plan_for(SEED), wishes=["start on December 7"])
    assert "Start: 2026-12-07" in by_specialist(after, "calendar")[0].brief


def test_a_wish_about_manner_reaches_those_who_write_deliverables() -> None:
    after = plan_for(SEED, previous=plan_for(SEED), wishes=["be more playful"])
    assert all(("playful" in task.brief) == task.deliverable for task in after.tasks)


def test_a_previous_plan_with_faults_comes_back_sound() -> None:
    before = plan_for(SEED)
    spoilt = before.tasks[0].model_copy(update={"specialist": "wizard", "tools": ["fly"], "needs": ["t5"]})
    broken = before.model_copy(update={"tasks": [spoilt, *before.tasks[1:]]})
    assert faults(plan_for(SEED, previous=broken, faults=["Task t1 names wizard."])) == []


@pytest.mark.parametrize(
    ("mission", "topic"),
    [
        (SEED, "eco-friendly coffee pod"),
        ("What do customers think about heat pumps?", "heat pumps"),
        ("Research quantum chess and write 3 blog ideas", "quantum chess"),
        ("Compare Alder Library and Brook Library", "Alder Library and Brook Library"),
    ],
)
def test_the_topic_is_found_in_the_mission_s_own_words(mission: str, topic: str) -> None:
    assert pieces.topic(mission) == topic


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("start on 2026-12-07", dt.date(2026, 12, 7)),
        ("starting December 7", dt.date(2026, 12, 7)),
        ("start on 3 February", dt.date(2027, 2, 3)),
        ("begin next Wednesday", dt.date(2026, 11, 25)),
        ("start tomorrow", dt.date(2026, 11, 24)),
        ("start on February 31", None),
        ("some day", None),
    ],
)
def test_a_first_day_is_read_in_its_usual_forms(text: str, day: dt.date | None) -> None:
    assert pieces.start(text, dt.date(2026, 11, 23)) == day
