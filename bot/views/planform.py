"""The plan as a form: every task with its owner, order, checks and brief, room for a new one, and the budget."""

from __future__ import annotations

from agents.domain import plandiff
from agents.domain.department import Department
from agents.domain.plan import Task
from agents.ports import File
from bot.views.actions import Form
from bot.views.modals import FIELD, View, modal, option, text_input
from bot.views.post import Block, context

ROOM = 100  # blocks in a window
NEW = "new"  # stands for the id of a task to be added
OUTPUTS = ("text", "table", "items")
HINT = "One a line, such as “max words 200” or “columns date/theme”."


def edit_plan(gate: str, file: File, department: Department) -> View:
    """All that can be changed before the plan is approved; long plans show less of each task."""
    assert file.plan
    tasks, budget = file.plan.tasks, file.plan.budget_usd
    blocks: list[Block] = [
        context("Clear a title to drop that task. A changed plan is shown with its differences and asks once more."),
        text_input("order", "Order", ", ".join(task.id for task in tasks), lines=False, optional=True),
        text_input("budget", "Budget in dollars", "" if budget is None else f"{budget:g}", lines=False, optional=True),
    ]
    fresh = _fresh(department)
    room = (ROOM - len(blocks) - len(fresh)) // max(1, len(tasks))
    for task in tasks:
        blocks += _fields(task, department)[:room]
    return modal(Form.EDIT, "Edit the plan", [*blocks, *fresh][:ROOM], gate, "Save")


def _fields(task: Task, department: Department) -> list[Block]:
    """The most needed first: where a plan is long, the last are left out and stay as they are."""
    id, checks = task.id, "\n".join(map(plandiff.check, task.checks))
    return [
        text_input(f"title:{id}", f"{id}: task", task.title, lines=False, optional=True),
        _who(id, department, task.specialist),
        text_input(f"needs:{id}", f"{id}: builds on", ", ".join(task.needs), lines=False, optional=True),
        text_input(f"checks:{id}", f"{id}: acceptance checks", checks, optional=True, hint=HINT),
        _asked(id, bool(task.checkpoint)),
        text_input(f"brief:{id}", f"{id}: brief", task.brief[:FIELD], optional=True),
        _delivered(id, task.deliverable),
    ]


def _fresh(department: Department) -> list[Block]:
    return [
        text_input(f"title:{NEW}", "A new task (leave empty for none)", lines=False, optional=True),
        _who(NEW, department, department.specialists[0].id),
        text_input(f"brief:{NEW}", "New task: brief", optional=True),
        text_input(f"needs:{NEW}", "New task: builds on", lines=False, optional=True),
        text_input(f"checks:{NEW}", "New task: acceptance checks", optional=True, hint=HINT),
        _choice(f"output:{NEW}", "New task: what it makes", [option(one, one) for one in OUTPUTS], "text"),
        _delivered(NEW, True),
        _asked(NEW, False),
    ]


def _who(id: str, department: Department, present: str) -> Block:
    label = "New task: who" if id == NEW else f"{id}: who"
    return _choice(f"who:{id}", label, [option(one.title, one.id) for one in department.specialists], present)


def _choice(block: str, label: str, options: list[Block], present: str) -> Block:
    chosen = next((one for one in options if one["value"] == present), options[0])
    picker: Block = {"type": "static_select", "action_id": "value", "options": options, "initial_option": chosen}
    return {"type": "input", "block_id": block, "label": {"type": "plain_text", "text": label}, "element": picker}


def _delivered(id: str, present: bool) -> Block:
    label = "New task: delivered" if id == NEW else f"{id}: delivered"
    return _tick(f"given:{id}", label, "You get this work itself", present)


def _asked(id: str, present: bool) -> Block:
    label = "New task: checkpoint" if id == NEW else f"{id}: checkpoint"
    return _tick(f"ask:{id}", label, "Ask me before this task", present)


def _tick(block: str, label: str, text: str, present: bool) -> Block:
    box = option(text, "yes")
    boxes: Block = {"type": "checkboxes", "action_id": "value", "options": [box]}
    if present:
        boxes["initial_options"] = [box]
    named = {"type": "plain_text", "text": label}
    return {"type": "input", "block_id": block, "label": named, "element": boxes, "optional": True}
