"""The plan card: the one live message of a mission, from the proposal to the end."""

from __future__ import annotations

from agents.domain import plan as plans
from agents.domain import plandiff
from agents.domain.department import Department
from agents.domain.mission import ENDED, WORKING, State, TaskState
from agents.ports import File
from bot.views import costs, votes, words
from bot.views.actions import Action
from bot.views.post import Block, Post, actions, bullets, button, confirm, context, header, rich, section
from bot.views.text import escape, plain

TASK_STATUS = {
    TaskState.WAITING: "pending",
    TaskState.WORKING: "in_progress",
    TaskState.REVIEWING: "in_progress",
    TaskState.REWORKING: "in_progress",
    TaskState.ACCEPTED: "complete",
    TaskState.STUCK: "error",
    TaskState.DROPPED: "complete",
}

PICTURE = {
    "pending": ":white_circle:",
    "in_progress": ":large_blue_circle:",
    "complete": ":white_check_mark:",
    "error": ":red_circle:",
}

DIFFERENCES = 20  # lines shown of a difference

STANDING = {
    State.PLANNING: "The plan is being changed.",
    State.PLAN_GATE: "Waits for your approval.",
    State.RUNNING: "At work.",
    State.TASK_GATE: "Waits for your decision about a task.",
    State.RESULT_GATE: "Done; the result waits for your approval.",
    State.DELIVERING: "Approved; being delivered.",
    State.PAUSED: "Paused.",
    State.QUESTIONS: "Waits for your answers.",
    State.DELIVERED: "Delivered.",
    State.CANCELLED: "Cancelled.",
    State.FAILED: "Stopped; see below.",
}


def card(file: File, department: Department, *, rich_plan: bool = True, before: plans.Plan | None = None) -> Post:
    """The plan and its progress. `rich_plan=False` draws it for servers that do not know plan blocks."""
    plan = file.plan
    assert plan
    blocks = [header(plan.title), section(f"*Goal:* {escape(plan.goal)}")]
    blocks.append(_plan_block(file, department) if rich_plan else _plain_plan(file, department))
    if before and before != plan:
        blocks.append(section(f"*Changed from the plan before*\n{differences(before, plan, department)}"))
    if plan.assumptions:
        blocks.append(section(f"*Assumed, unless you say otherwise*\n{bullets(plan.assumptions)}"))
    blocks += [context(_facts(file, department)), *_plan_gate(file, department), *_buttons(file)]
    return Post(f"Plan: {plan.title}. {STANDING[file.mission.state]}", blocks)


def differences(before: plans.Plan, after: plans.Plan, department: Department) -> str:
    """mrkdwn bullets, one for each difference; the rest is counted."""
    lines = plandiff.changes(before, after, lambda id: words.name(department, id))
    more = len(lines) - DIFFERENCES
    return bullets([*lines[:DIFFERENCES], *([f"and {more} more"] if more > 0 else [])]) or "•  nothing"


def replaced() -> Post:
    """What is left of a card when a newer plan was posted."""
    text = "This plan was replaced by the one below."
    return Post(text, [context(text)])


def _facts(file: File, department: Department) -> str:
    """Standing, estimate or expense, and the checkpoints."""
    parts = [f"*{STANDING[file.mission.state]}*"]
    if file.mission.state in (State.PLAN_GATE, State.PLANNING) and file.estimate:
        parts.append(f"Estimate: {words.estimate(file.estimate)}{costs.budget(file, department)}")
    else:
        parts.append(f"So far: {words.spent(file.spent)}{costs.of_limit(file, department)}")
    parts.append(f"Checkpoints: this plan, {''.join(f'{name}, ' for name in _named(file, department))}the result")
    return "  ·  ".join(parts)


def _named(file: File, department: Department) -> list[str]:
    """The checkpoints that the plan and the department add."""
    assert file.plan
    kinds = {kind for task in file.plan.tasks for kind in (task.specialist, task.output)}
    added = [one.name for one in department.checkpoints if one.before in kinds]
    own = [f"{task.checkpoint} before {task.id}" for task in file.plan.tasks if task.checkpoint]
    return [escape(name) for name in dict.fromkeys([*own, *added])]


def _plan_gate(file: File, department: Department) -> list[Block]:
    """Who has said yes to the plan so far, and who approved it in the end."""
    gate = next((one for one in file.gates if one.id == f"{file.mission.id}:plan:{file.plan_rev}"), None)
    if gate is None:
        return []
    if gate.decision and gate.decision.choice == "approve":
        also = "".join(f" and <@{user}>" for user in votes.others(gate))
        return [context(f"Plan approved by <@{gate.decision.user}>{also}")]
    return votes.progress(file, department, gate) if file.mission.state is State.PLAN_GATE else []


def _plan_block(file: File, department: Department) -> Block:
    assert file.plan
    cards = [_task_card(file, department, task) for task in file.plan.tasks]
    return {"type": "plan", "title": plain(f"Roadmap: {len(cards)} tasks", 256), "tasks": cards}


def _task_card(file: File, department: Department, task: plans.Task) -> Block:
    state = _state(file, task.id)
    title = f"{task.id} · {task.title} — {words.name(department, task.specialist)}"
    return {
        "type": "task_card",
        "task_id": task.id,
        "title": plain(title, 256),
        "status": TASK_STATUS[state],
        "details": rich(_details(file, task, state)),
    }


def _details(file: File, task: plans.Task, state: TaskState) -> str:
    """One line: standing, order, tools and checks."""
    parts = [] if file.mission.state is State.PLAN_GATE else [_standing(file, task.id, state)]
    parts.append(f"after {', '.join(task.needs)}" if task.needs else "starts at once")
    if task.tools:
        parts.append(f"tools: {', '.join(task.tools)}")
    if task.checks:
        parts.append(f"checks: {', '.join(map(plandiff.check, task.checks))}")
    if task.checkpoint:
        parts.append("asks you first")
    if task.deliverable:
        parts.append("you get this")
    return " · ".join(parts)


def _standing(file: File, id: str, state: TaskState) -> str:
    record = file.tasks.get(id)
    again = f", attempt {record.attempt}" if record and record.attempt > 1 else ""
    return words.TASK[state] + again


def _state(file: File, id: str) -> TaskState:
    record = file.tasks.get(id)
    return (
        record.state
        if record and file.plan and record.digest == plans.digest(plans.task(file.plan, id))
        else TaskState.WAITING
    )


def _plain_plan(file: File, department: Department) -> Block:
    """The roadmap as lines, at most 3,000 characters a section; longer plans are split by the last guard."""
    assert file.plan
    lines = []
    for task in file.plan.tasks:
        state = _state(file, task.id)
        lines.append(
            f"{PICTURE[TASK_STATUS[state]]} *{task.id} {escape(task.title)}* — "
            f"{escape(words.name(department, task.specialist))}\n      {escape(_details(file, task, state))}"
        )
    return section("\n".join(lines))


def _buttons(file: File) -> list[Block]:
    rev = file.plan_rev
    gate = f"{file.mission.id}:plan:{rev}"
    if file.mission.state is State.PLAN_GATE and file.plan:
        return [
            actions(
                f"plan:{rev}",
                button(Action.APPROVE, "Approve", votes.stamped(gate, plans.digest(file.plan)), "primary"),
                button(Action.EDIT, "Edit", gate),
                button(Action.CHANGE, "Ask for changes", gate),
                button(Action.CANCEL, "Cancel", gate, "danger", _sure()),
            )
        ]
    if file.mission.state in ENDED or file.mission.state is State.FAILED:
        return []
    id = file.mission.id
    stop = confirm("Stop this mission?", "What is finished is kept and shown; nothing new begins.", "Stop it", "Go on")
    ending = button(Action.STOP, "Stop", id, "danger", stop)
    if file.mission.state is State.PAUSED:
        return [actions(f"paused:{rev}", button(Action.RESUME, "Resume", id, "primary"), ending)]
    pausing = [button(Action.PAUSE, "Pause", id)] if file.mission.state in WORKING else []
    return [actions(f"stop:{rev}", *pausing, ending)]


def _sure() -> Block:
    return confirm("Cancel this mission?", "Nothing of it has been carried out yet.", "Cancel it", "Keep it")
