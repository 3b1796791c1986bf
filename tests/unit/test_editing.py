"""A plan as a form changes it: every field, and faults told on the field that they are about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agents.domain import plan as plans
from agents.domain import plandiff
from agents.domain.department import Department, Specialist
from agents.domain.plan import Check, Plan, Task
from bot.editing import Edited, edited, read_check

TEAM = Department(
    "general",
    "General",
    "Everything.",
    (
        Specialist("writer", "Writer", ":pencil:", "Writes.", ("search",)),
        Specialist("editor", "Editor", ":scissors:", "Edits."),
    ),
)
PLAN = Plan(
    "A plan",
    "It is done",
    (
        Task("t1", "Find", "Find it", "writer", "text", tools=("search",)),
        Task("t2", "Write", "Write it", "writer", "text", ("t1",), checks=(Check("max_words", 300),), deliverable=True),
    ),
)
FORM = {
    "order": "t1, t2",
    "budget": "",
    **{"title:t1": "Find", "who:t1": "writer", "needs:t1": "", "checks:t1": "", "brief:t1": "Find it", "given:t1": []},
    **{"title:t2": "Write", "who:t2": "writer", "needs:t2": "t1", "checks:t2": "max words 300", "brief:t2": "Write it"},
    **{"given:t2": ["yes"], "title:new": "", "who:new": "writer", "brief:new": "", "needs:new": "", "checks:new": ""},
    **{"output:new": "text", "given:new": ["yes"]},
}


def enter(**changed: Any) -> Edited:
    """The form with some fields changed: `title_t1="..."` is the field title:t1."""
    return edited(PLAN, TEAM, FORM | {name.replace("_", ":"): value for name, value in changed.items()})


def difference(**changed: Any) -> list[str]:
    entered = enter(**changed)
    assert not entered.errors, entered.errors
    names = {"writer": "Writer", "editor": "Editor"}
    return plandiff.changes(PLAN, entered.plan, names.__getitem__)


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({"who_t2": "editor"}, ["t2 now by Editor (was Writer)"]),
        ({"checks_t2": "max words 200"}, ["t2 check max words 300 -> 200"]),
        ({"checks_t2": "max words 300\nmentions Malmö/Lund"}, ["t2 new check mentions Malmö/Lund"]),
        ({"checks_t2": ""}, ["t2 without the check max words 300"]),
        ({"ask_t2": ["yes"]}, ["+ checkpoint before t2"]),
        (
            {"title_new": "Check", "brief_new": "Check it", "ask_new": ["yes"]},
            ["added t3 “Check”, by Writer, + checkpoint before it"],
        ),
        ({"needs_t2": ""}, ["t2 now at once (was after t1)"]),
        ({"title_t1": ""}, ["dropped t1 “Find”", "t2 now at once (was after t1)"]),
        ({"given_t1": ["yes"]}, ["t1 is now delivered"]),
        ({"order": "t2 t1"}, ["order now t2, t1"]),
        ({"brief_t1": "Find all of it"}, ["t1 has a new brief"]),
        (
            {"title_new": "Translate", "brief_new": "Into Swedish", "needs_new": "t2"},
            ["added t3 “Translate”, by Writer"],
        ),
    ],
)
def test_each_field_changes_its_part_and_the_difference_says_so(changed: dict[str, Any], lines: list[str]) -> None:
    assert difference(**changed) == lines


def test_a_budget_is_entered_as_people_write_it() -> None:
    assert enter(budget="$2,50").plan.budget_usd == 2.5
    assert "budget" in enter(budget="much").errors


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"needs_t1": "t2"}, "needs:t1", "circle"),
        ({"needs_t2": "t9"}, "needs:t2", "t9"),
        ({"checks_t2": "be nice"}, "checks:t2", "is no check"),
        ({"checks_t2": "max words many"}, "checks:t2", "whole number"),
        ({"checks_t1": "columns date"}, "checks:t1", "judges table"),
        ({"order": "t1 t7"}, "order", "no task t7"),
        ({"title_new": "Translate"}, "brief:new", "brief"),
        ({"given_t2": []}, "given:t1", "deliverable"),
        ({}, "order", "Nothing was changed"),
    ],
)
def test_a_fault_is_told_on_its_field(changed: dict[str, Any], field: str, said: str) -> None:
    errors = enter(**changed).errors
    assert said in errors[field]


@pytest.mark.parametrize(
    "check", [Check("max_words", 200), Check("columns", names=("date", "theme")), Check("links_none")]
)
def test_a_check_is_read_as_it_is_shown(check: Check) -> None:
    assert read_check(plandiff.check(check)) == check
    assert read_check("nonsense") is None


def test_a_checkpoint_keeps_its_name_goes_when_it_is_cleared_and_stays_where_it_is_not_shown() -> None:
    named = replace(PLAN, tasks=(PLAN.tasks[0], replace(PLAN.tasks[1], checkpoint="Legal")))
    assert edited(named, TEAM, FORM | {"ask:t2": ["yes"], "title:t1": "Look"}).plan.tasks[1].checkpoint == "Legal"
    assert edited(named, TEAM, FORM | {"title:t1": "Look"}).plan.tasks[1].checkpoint == "Legal"
    cleared = edited(named, TEAM, FORM | {"ask:t2": []})
    assert plandiff.changes(named, cleared.plan) == ["- checkpoint before t2"]
    assert plans.digest(cleared.plan) == plans.digest(PLAN), "a plan without a checkpoint is as it was before"


def test_a_checkpoint_that_a_person_set_outlives_a_new_draft_of_the_plan() -> None:
    before = enter(ask_t2=["yes"], budget="2").plan
    renumbered = replace(PLAN, tasks=(PLAN.tasks[0], replace(PLAN.tasks[1], id="t5")))
    for draft, id in ((PLAN, "t2"), (renumbered, "t5")):
        kept = plans.with_kept(draft, before)
        assert [task.id for task in kept.tasks if task.checkpoint] == [id]
        assert kept.budget_usd == 2
