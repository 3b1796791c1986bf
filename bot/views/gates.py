"""Questions to people, with their buttons, and the answers they were given."""

from __future__ import annotations

from agents.domain import plan as plans
from agents.domain.artifact import Artifact
from agents.domain.artifact import words as all_words
from agents.domain.department import Department
from agents.domain.events import TaskStuck
from agents.domain.mission import Decision, Gate, State
from agents.ports import File
from bot.views import evidence, standing, words
from bot.views.actions import Action
from bot.views.marks import Numbers
from bot.views.post import Block, Post, actions, bullets, button, confirm, context, divider, header, markdown, section
from bot.views.text import escape

CHOICE = {
    "approve": "Approved",
    "edit": "Edited",
    "change": "Changes asked for",
    "cancel": "Cancelled",
    "send_back": "Sent back",
    "accept": "Accepted as it is",
    "retry": "To be tried again",
    "drop": "Left out",
}


def result(file: File, department: Department, gate: Gate) -> Post:
    """The checkpoint before delivery: summary, evidence, doubts, what is in the parcel."""
    assert file.plan and file.result
    numbers = Numbers(file)
    blocks: list[Block] = [header(f"Result: {file.plan.title}"), markdown(numbers.text(file.result.summary))]
    blocks += [divider(), *evidence.under_result(file, department)]
    if file.result.caveats:
        blocks.append(section(f"*Before you rely on it*\n{bullets(map(numbers.text, file.result.caveats))}"))
    blocks += [divider(), *_parcel(file)]
    blocks += _result_answered(file, gate.decision) if gate.decision else [_result_buttons(file, gate)]
    return Post(f"The result of “{file.plan.title}” waits for your approval.", blocks)


def _parcel(file: File) -> list[Block]:
    assert file.plan
    blocks: list[Block] = []
    for task in file.plan.tasks:
        record = file.tasks.get(task.id)
        if task.deliverable and record and record.artifact:
            read = button(Action.READ, "Read", f"{file.mission.id}|{task.id}|{record.rev}|{record.attempt}")
            blocks.append(section(f"*{escape(record.artifact.title)}*\n{size(record.artifact)}", read))
    return blocks


def size(artifact: Artifact) -> str:
    """For example: table, 30 rows."""
    if artifact.kind == "table":
        return f"table, {len(artifact.rows)} rows"
    if artifact.kind == "items":
        return f"{len(artifact.items)} pieces"
    return f"text, {len(all_words(artifact).split()):,} words"


def _result_buttons(file: File, gate: Gate) -> Block:
    cancel = confirm(
        "Cancel this mission?", "The result will not be delivered; the thread keeps the work.", "Cancel", "Keep"
    )
    reason = standing.doubted_keys(file)  # then the button opens a form
    return actions(
        f"result:{gate.rev}",
        button(Action.APPROVE, f"Approve and deliver{'…' if reason else ''}", gate.id, "primary"),
        button(Action.SEND_BACK, "Send back", gate.id),
        button(Action.CANCEL, "Cancel", gate.id, "danger", cancel),
    )


def _result_answered(file: File, decision: Decision) -> list[Block]:
    """Who decided; an approval over doubted key claims says so, with its reason."""
    over = len(standing.doubted_keys(file)) if decision.choice == "approve" else 0
    if not over:
        return answered(decision)
    what = "a contested key claim" if over == 1 else f"{over} contested key claims"
    return [context(f"Approved over {what} by <@{decision.user}>: {escape(decision.note)}")]


def answered(decision: Decision) -> list[Block]:
    """Who decided what, in place of the buttons."""
    note = f": {escape(decision.note)}" if decision.note else ""
    return [context(f"{CHOICE.get(decision.choice, decision.choice)} by <@{decision.user}>{note}")]


def stuck(file: File, department: Department, gate: Gate, asked: TaskStuck) -> Post:
    """A task that could not be accepted within its rounds, or of which no further round would have made more."""
    assert file.plan
    task = plans.task(file.plan, gate.task)
    tries = "1 attempt" if asked.attempt == 1 else f"{asked.attempt} attempts"
    text = f"“{task.title}” ({task.id}) could not be accepted after {tries}"
    said = f"\n{escape(asked.reason)}" if asked.reason else ""
    blocks: list[Block] = [
        section(f":raised_hand: *{escape(text)}*{said}\nWhat is still wrong:\n{bullets(asked.points)}")
    ]
    if gate.decision:
        return Post(text, [*blocks, *answered(gate.decision)])
    takes_reason = standing.blocked(file, gate.task)  # then the button opens a form
    blocks.append(
        actions(
            f"task:{gate.task}:{gate.rev}",
            button(Action.RETRY, "Try again", gate.id, "primary"),
            button(Action.ACCEPT, f"Accept as it is{'…' if takes_reason else ''}", gate.id),
            button(Action.DROP, "Go on without it", gate.id),
            button(Action.CANCEL, "Cancel the mission", gate.id, "danger"),
        )
    )
    return Post(f"{text}. Please decide.", blocks)


def failed(file: File, reason: str) -> Post:
    """The mission cannot go on by itself."""
    blocks: list[Block] = [section(f":octagonal_sign: *The mission has stopped.* {escape(reason)}")]
    if file.mission.state is State.FAILED:
        again = button(Action.AGAIN, "Try again", file.mission.id, "primary")
        stop = button(Action.STOP, "Cancel the mission", file.mission.id, "danger")
        blocks.append(actions(f"failed:{file.mission.rev}", again, stop))
    return Post(f"The mission has stopped. {reason}", blocks)


def cancelled(file: File, user: str, reason: str) -> Post:
    """The end that a person chose, with what there is."""
    done = [task.title for task in (file.plan.tasks if file.plan else ()) if _finished(file, task.id)]
    kept = f"\nFinished before: {escape(', '.join(done))}. It stays in this thread." if done else ""
    said = f" {escape(reason)}" if reason else ""
    body = f":stop_button: *Stopped by <@{user}>.*{said}{kept}"
    return Post("The mission was stopped.", [section(body), context(words.spent(file.spent))])


def _finished(file: File, task: str) -> bool:
    record = file.tasks.get(task)
    return record is not None and record.state == "accepted"
