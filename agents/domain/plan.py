"""The roadmap of a run: tasks, who does them, what they need and how they are checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from agents.domain import spelling
from agents.domain.artifact import Kind
from agents.domain.department import Department

GO_AHEAD = "Go-ahead"  # the checkpoint that a person adds to a task of a plan


@dataclass(frozen=True)
class Check:
    """An acceptance check that code can run. What each `kind` takes is said in `agents.domain.checks`."""

    kind: str
    number: int | None = None  # the count, the limit or the number of days
    names: tuple[str, ...] = ()  # the columns or the terms


@dataclass(frozen=True)
class Task:
    """One piece of the plan for one specialist."""

    id: str  # t1, t2, ... unique within the plan
    title: str
    brief: str  # what to do, in the planner's words
    specialist: str  # id of a member of the department
    output: Kind
    needs: tuple[str, ...] = ()  # ids of the tasks whose accepted work it builds on
    tools: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    deliverable: bool = False  # part of what the requester gets, not only material for others
    notes: tuple[str, ...] = ()  # what people asked to change; goes to the specialist with the brief
    checkpoint: str = ""  # name of a checkpoint at which a person is asked before the task begins


@dataclass(frozen=True)
class Plan:
    """A revision of the roadmap. Immutable; a change is the next revision."""

    title: str  # the mission in a few words
    goal: str  # what will be true when it is done
    tasks: tuple[Task, ...]
    assumptions: tuple[str, ...] = ()  # open questions, each with the default that was taken
    budget_usd: float | None = None  # as a person set it for this plan; None: what the department gives


@dataclass(frozen=True)
class Usual:
    """What the tasks of a specialist have taken so far: the median and the ninth decile of each."""

    specialist: str
    calls: tuple[float, float]
    seconds: tuple[float, float]
    cost_usd: tuple[float, float] | None
    tasks: int  # so many of them


@dataclass(frozen=True)
class Basis:
    """What an estimate rests on."""

    usual: tuple[Usual, ...] = ()
    call_usd: tuple[float, float] | None = None  # of one model call while nothing is known; None without a price
    unpriced: tuple[str, ...] = ()  # models in use whose price is not known


NOTHING_KNOWN = Basis()


@dataclass(frozen=True)
class Estimate:
    """What a plan is expected to take. Ranges are (low, high); cost is None when a price is unknown."""

    calls: tuple[int, int]  # model calls
    minutes: tuple[int, int]
    cost_usd: tuple[float, float] | None
    basis: Basis = NOTHING_KNOWN


def digest(value: Plan | Task) -> str:
    """SHA-256 of exactly this content, in hexadecimal: what an approval is bound to.

    A checkpoint or a budget is part of it only where there is one: plans from before there were any keep their digest.
    """
    return spelling.digest(_content(asdict(value)))


def _content(body: dict[str, Any]) -> dict[str, Any]:
    tasks = {"tasks": [_content(task) for task in body["tasks"]]} if "tasks" in body else {}
    return {name: one for name, one in body.items() if name not in ("checkpoint", "budget_usd") or one} | tasks


def faults(plan: Plan, department: Department, check_kinds: Iterable[str]) -> list[str]:
    """Everything that makes the plan impossible to carry out, one sentence each; empty when it is sound."""
    found = _shape_faults(plan) or _order_faults(plan)
    for task in plan.tasks:
        found += _task_faults(task, department, frozenset(check_kinds))
    if not any(task.deliverable for task in plan.tasks):
        found.append("No task is marked as a deliverable: the requester would get nothing.")
    return found


def _shape_faults(plan: Plan) -> list[str]:
    if not plan.tasks:
        return ["The plan has no tasks."]
    ids = [task.id for task in plan.tasks]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    unknown = sorted({need for task in plan.tasks for need in task.needs} - set(ids))
    return [f"Task id {id} is used twice." for id in twice] + [
        f"A task needs {id}, which is not in the plan." for id in unknown
    ]


def _order_faults(plan: Plan) -> list[str]:
    try:
        order(plan)
    except CycleError as error:
        return [f"The tasks wait for each other in a circle: {' -> '.join(error.args[1])}."]
    return []


def _task_faults(task: Task, department: Department, check_kinds: frozenset[str]) -> list[str]:
    found = [f"Task {task.id} has a check of unknown kind {c.kind}." for c in task.checks if c.kind not in check_kinds]
    member = department.specialist(task.specialist)
    if member is None:
        known = ", ".join(specialist.id for specialist in department.specialists)
        return [*found, f"Task {task.id} names {task.specialist}, who is not in the department ({known})."]
    foreign = sorted(set(task.tools) - set(member.tools))
    return found + [
        f"Task {task.id} gives {member.id} the tool {tool}, which is not one of its own." for tool in foreign
    ]


def with_note(plan: Plan, ids: Collection[str], note: str) -> Plan:
    """The plan with a person's note on these tasks, which gives them a new digest: they are done again."""
    tasks = tuple(replace(task, notes=(*task.notes, note)) if task.id in ids else task for task in plan.tasks)
    return replace(plan, tasks=tasks)


def with_kept(drafted: Plan, before: Plan) -> Plan:
    """The draft with what a person had set and no planner takes away: the budget, and checkpoints before tasks.

    A task is the same by its id or by its title; in doubt a person is asked once more rather than once less.
    """
    by_id = {task.id: task.checkpoint for task in before.tasks}
    by_title = {task.title: task.checkpoint for task in before.tasks if task.checkpoint}
    tasks = tuple(
        replace(task, checkpoint=task.checkpoint or by_id.get(task.id) or by_title.get(task.title, ""))
        for task in drafted.tasks
    )
    return replace(drafted, tasks=tasks, budget_usd=before.budget_usd)


def order(plan: Plan) -> tuple[str, ...]:
    """Task ids, each after those it needs. Raises graphlib.CycleError."""
    return tuple(TopologicalSorter({task.id: task.needs for task in plan.tasks}).static_order())


def ready(plan: Plan, done: Iterable[str], begun: Iterable[str]) -> tuple[Task, ...]:
    """Tasks whose needs are all done and that have not begun, in the plan's order."""
    finished, started = frozenset(done), frozenset(begun)
    return tuple(t for t in plan.tasks if t.id not in started and finished.issuperset(t.needs))


def task(plan: Plan, id: str) -> Task:
    """The task with this id. Raises KeyError."""
    return {task.id: task for task in plan.tasks}[id]


def descendants(plan: Plan, ids: Iterable[str]) -> frozenset[str]:
    """The given tasks and all that build on them, directly or not."""
    found = set(ids)
    for id in order(plan):
        if found.intersection(task(plan, id).needs):
            found.add(id)
    return frozenset(found)
