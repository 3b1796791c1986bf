"""A plan as a form changed it, checked field by field before anybody is asked about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents.domain import checks
from agents.domain import plan as plans
from agents.domain.department import Department
from agents.domain.plan import Check, Plan, Task
from bot.views.modals import FIELD
from bot.views.planform import NEW

ID = re.compile(r"\bt[0-9]{1,3}\b")


@dataclass(frozen=True)
class Edited:
    """The changed plan, and what is wrong with it: field -> one sentence. Sound when nothing is."""

    plan: Plan
    errors: Mapping[str, str]


def edited(plan: Plan, department: Department, values: Mapping[str, Any]) -> Edited:
    """The plan with what was entered. A task without a title is dropped; a field that was not shown stays as it was."""
    errors: dict[str, str] = {}
    dropped = {task.id for task in plan.tasks if not _entered(values, f"title:{task.id}", task.title)}
    kept = [_task(task, department, values, dropped, errors) for task in plan.tasks if task.id not in dropped]
    if added := _added(plan, department, values, errors):
        kept.append(added)
    tasks = _ordered(kept, values, dropped, errors)
    changed = replace(plan, tasks=tuple(tasks), budget_usd=_budget(plan, values, errors))
    if len(kept) > department.max_tasks:
        errors.setdefault(f"title:{NEW}", f"A plan of this department has at most {department.max_tasks} tasks.")
    if not kept:
        return Edited(changed, {f"title:{plan.tasks[0].id}": "The plan has no tasks."})
    for fault in plans.faults(changed, department, checks.KINDS):
        errors.setdefault(_field_of(fault, values), fault)
    if not errors and changed == plan:
        errors["order"] = "Nothing was changed."
    return Edited(
        changed, {field: said for field, said in errors.items() if field in values} or _anywhere(errors, values)
    )


def _task(
    task: Task, department: Department, values: Mapping[str, Any], dropped: set[str], errors: dict[str, str]
) -> Task:
    id, who = task.id, values.get(f"who:{task.id}") or task.specialist
    member = department.specialist(who)
    same = who == task.specialist or member is None
    tools = task.tools if same or member is None else tuple(t for t in task.tools if t in member.tools) or member.tools
    needs = _needs(values.get(f"needs:{id}"), task.needs)
    brief = str(values.get(f"brief:{id}") or "")
    return replace(
        task,
        title=_entered(values, f"title:{id}", task.title),
        brief=brief + task.brief[FIELD:] if brief.strip() else task.brief,
        specialist=who,
        tools=tools,
        needs=tuple(need for need in needs if need not in dropped),
        checks=_checks(task.id, task.output, values, task.checks, errors),
        deliverable=bool(values[f"given:{id}"]) if f"given:{id}" in values else task.deliverable,
        checkpoint=_checkpoint(values, id, task.checkpoint),
    )


def _added(plan: Plan, department: Department, values: Mapping[str, Any], errors: dict[str, str]) -> Task | None:
    title = _entered(values, f"title:{NEW}", "")
    if not title:
        return None
    brief = str(values.get(f"brief:{NEW}") or "").strip()
    if not brief:
        errors[f"brief:{NEW}"] = "Please say in the brief what is to be done."
    member = department.specialist(str(values.get(f"who:{NEW}") or ""))
    output = values.get(f"output:{NEW}") or "text"
    return Task(
        id=f"t{max((int(task.id[1:]) for task in plan.tasks if task.id[1:].isdecimal()), default=0) + 1}",
        title=title,
        brief=brief or title,
        specialist=member.id if member else department.specialists[0].id,
        output=output,
        needs=_needs(values.get(f"needs:{NEW}"), ()),
        tools=member.tools if member else (),
        checks=_checks(NEW, output, values, (), errors),
        deliverable=bool(values.get(f"given:{NEW}")),
        checkpoint=_checkpoint(values, NEW, ""),
    )


def _checkpoint(values: Mapping[str, Any], id: str, before: str) -> str:
    """A checkpoint that has a name keeps it."""
    if f"ask:{id}" not in values:
        return before
    return (before or plans.GO_AHEAD) if values[f"ask:{id}"] else ""


def _entered(values: Mapping[str, Any], field: str, before: str) -> str:
    return str(values[field] or "").strip() if field in values else before


def _needs(entered: Any, before: tuple[str, ...]) -> tuple[str, ...]:
    if entered is None:
        return before
    return tuple(dict.fromkeys(one.casefold() for one in re.split(r"[\s,;]+", str(entered)) if one))


def _checks(
    id: str, output: Any, values: Mapping[str, Any], before: tuple[Check, ...], errors: dict[str, str]
) -> tuple[Check, ...]:
    field = f"checks:{id}"
    if field not in values:
        return before
    found: list[Check] = []
    for line in (line.strip() for line in str(values[field] or "").splitlines()):
        if not line:
            continue
        check = read_check(line)
        if check is None:
            kinds = ", ".join(kind.replace("_", " ") for kind in checks.KINDS)
            errors.setdefault(field, f"“{line[:60]}” is no check; there are: {kinds}.")
        elif fault := checks.fault_of(check, output):
            errors.setdefault(field, fault)
        else:
            found.append(check)
    return tuple(found)


def read_check(line: str) -> Check | None:
    """`max words 200`, `columns date/theme`, `no empty cells`; None when it begins with no kind of check."""
    words = line.strip().replace("_", " ")
    for kind in sorted(checks.KINDS.values(), key=lambda one: -len(one.name)):
        name = kind.name.replace("_", " ")
        if not words.casefold().startswith(name):
            continue
        rest = words[len(name) :].strip(" :")
        if rest and words[len(name)] not in " :":
            continue
        if kind.takes == "number":
            return Check(kind.name, number=int(rest) if rest.isdecimal() and len(rest) < 10 else None)
        if kind.takes == "names":
            return Check(kind.name, names=tuple(one.strip() for one in re.split(r"[/,]", rest) if one.strip()))
        return Check(kind.name)
    return None


def _ordered(
    kept: Sequence[Task], values: Mapping[str, Any], dropped: set[str], errors: dict[str, str]
) -> Sequence[Task]:
    if "order" not in values:
        return kept
    by_id = {task.id: task for task in kept}
    wanted = [one for one in _needs(values["order"], ()) if one not in dropped]
    if unknown := [one for one in wanted if one not in by_id]:
        errors["order"] = f"There is no task {unknown[0]}; the tasks are {', '.join(by_id)}."
        return kept
    return [*(by_id[id] for id in wanted), *(task for task in kept if task.id not in wanted)]


def _budget(plan: Plan, values: Mapping[str, Any], errors: dict[str, str]) -> float | None:
    if "budget" not in values:
        return plan.budget_usd
    entered = str(values["budget"] or "").strip().lstrip("$").replace(",", ".")
    if not entered:
        return None
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", entered) or not float(entered):
        errors["budget"] = "Please write a sum in dollars, such as 2.50."
        return plan.budget_usd
    return float(entered)


def _field_of(fault: str, values: Mapping[str, Any]) -> str:
    """The field that a fault of the plan is about."""
    id = found[0] if (found := ID.search(fault)) else ""
    kind = "needs" if "circle" in fault or "needs" in fault else "checks" if "check" in fault else "who"
    if "needs" in fault and id:
        asking = (name for name, value in values.items() if name.startswith("needs:") and id in _needs(value, ()))
        return next(asking, f"needs:{id}")
    if "deliverable" in fault:
        return next((name for name in values if name.startswith("given:")), "order")
    return f"{kind}:{id}"


def _anywhere(errors: Mapping[str, str], values: Mapping[str, Any]) -> Mapping[str, str]:
    """What belongs to no field that is shown is said on the first one."""
    if not errors:
        return {}
    return {next(iter(values), "order"): " ".join(dict.fromkeys(errors.values()))[:500]}
