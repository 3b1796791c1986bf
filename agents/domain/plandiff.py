"""What is different between two plans, in short lines for the person who is asked about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from agents.domain.plan import Check, Plan, Task

SHOWN = 80  # characters of a title

Name = Callable[[str], str]  # a specialist's id -> the title people know


def changes(before: Plan, after: Plan, name: Name = str) -> list[str]:
    """One line for each difference, in the order of the new plan; empty when the plans are the same."""
    old, new = {task.id: task for task in before.tasks}, {task.id: task for task in after.tasks}
    lines = [_added(task, name) for id, task in new.items() if id not in old]
    lines += [f"dropped {_titled(task)}" for id, task in old.items() if id not in new]
    for id in (id for id in new if id in old):
        lines += _task(old[id], new[id], name)
    return [*lines, *_plan(before, after)]


def touched(before: Plan, after: Plan) -> frozenset[str]:
    """Ids of the tasks of the new plan that are not as they were."""
    old = {task.id: task for task in before.tasks}
    return frozenset(task.id for task in after.tasks if old.get(task.id) != task)


def check(one: Check) -> str:
    """For example: count 5, columns date/theme."""
    given = [str(one.number)] if one.number is not None else []
    return " ".join([one.kind.replace("_", " "), *given, *(["/".join(one.names)] if one.names else [])])


def _added(task: Task, name: Name) -> str:
    asked = ", + checkpoint before it" if task.checkpoint else ""
    return f"added {_titled(task)}, by {name(task.specialist)}{asked}"


def _titled(task: Task) -> str:
    title = task.title if len(task.title) <= SHOWN else f"{task.title[:SHOWN]}…"
    return f"{task.id} “{title}”"


def _task(old: Task, new: Task, name: Name) -> Iterator[str]:
    if old.title != new.title:
        yield f"{new.id} is now “{new.title[:SHOWN]}”"
    if old.specialist != new.specialist:
        yield f"{new.id} now by {name(new.specialist)} (was {name(old.specialist)})"
    if old.needs != new.needs:
        yield f"{new.id} now {_after(new.needs)} (was {_after(old.needs)})"
    if old.deliverable != new.deliverable:
        yield f"{new.id} is {'now' if new.deliverable else 'no longer'} delivered"
    if old.output != new.output:
        yield f"{new.id} output {old.output} -> {new.output}"
    yield from _checkpoint(old, new)
    yield from _checks(new.id, old.checks, new.checks)
    if tools := _listed(old.tools, new.tools):
        yield f"{new.id} tools: {tools}"
    if old.brief != new.brief:
        yield f"{new.id} has a new brief"
    for note in new.notes[len(old.notes) :]:
        yield f"{new.id} note: {note[:SHOWN]}"


def _checkpoint(old: Task, new: Task) -> Iterator[str]:
    if new.checkpoint and new.checkpoint != old.checkpoint:
        yield f"+ checkpoint before {new.id}"
    elif old.checkpoint and not new.checkpoint:
        yield f"- checkpoint before {new.id}"


def _checks(id: str, old: Sequence[Check], new: Sequence[Check]) -> Iterator[str]:
    before = {one.kind: one for one in old}
    for one in new:
        was = before.pop(one.kind, None)
        if was is None:
            yield f"{id} new check {check(one)}"
        elif was != one:
            yield f"{id} check {check(was)} -> {_values(one)}"
    for gone in before.values():
        yield f"{id} without the check {check(gone)}"


def _values(one: Check) -> str:
    return str(one.number) if one.number is not None else "/".join(one.names)


def _after(needs: Sequence[str]) -> str:
    return f"after {', '.join(needs)}" if needs else "at once"


def _listed(old: Sequence[str], new: Sequence[str]) -> str:
    found = [f"+{one}" for one in new if one not in old] + [f"-{one}" for one in old if one not in new]
    return ", ".join(found)


def _plan(before: Plan, after: Plan) -> Iterator[str]:
    kept = [task.id for task in before.tasks if task.id in {one.id for one in after.tasks}]
    now = [task.id for task in after.tasks if task.id in kept]
    if kept != now:
        yield f"order now {', '.join(now)}"
    if before.title != after.title:
        yield f"the plan is now called “{after.title[:SHOWN]}”"
    if before.goal != after.goal:
        yield "the goal is put anew"
    if before.budget_usd != after.budget_usd:
        yield f"budget now {_usd(after.budget_usd)} (was {_usd(before.budget_usd)})"
    for one in after.assumptions:
        if one not in before.assumptions:
            yield f"assumed: {one}"


def _usd(budget: float | None) -> str:
    return "what the department gives" if budget is None else f"${budget:.2f}"
