"""Questions to people, with their buttons, and the answers they were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.domain import plan as plans
from agents.domain.artifact import Artifact
from agents.domain.artifact import words as all_words
from agents.domain.department import Department
from agents.domain.events import MissionCancelled, MissionPaused, TaskStuck
from agents.domain.mission import Decision, Gate, State, TaskState
from agents.ports import File
from bot.views import evidence, standing, votes, words
from bot.views.actions import Action
from bot.views.marks import Numbers
from bot.views.post import Block, Post, actions, bullets, button, confirm, context, divider, header, markdown, section
from bot.views.text import escape

Edits = Mapping[str, Sequence[str]]  # task -> the people who edited its work, each once
NO_EDITS: Edits = {}

CHOICE = {
    "approve": "Approved",
    "edit": "Edited",
    "change": "Changes asked for",
    "cancel": "Cancelled",
    "send_back": "Sent back",
    "accept": "Accepted as it is",
    "retry": "To be tried again",
    "drop": "Left out",
    "refuse": "Not allowed",
    "raise": "More allowed",
    "finish": "To be finished with what there is",
    "unanswered": "Nobody answered",
}


def result(file: File, department: Department, gate: Gate, edits: Edits = NO_EDITS) -> Post:
    """The checkpoint before delivery: summary, evidence, doubts, what is in the parcel, and who edited it."""
    assert file.plan and file.result
    numbers = Numbers(file)
    blocks: list[Block] = [header(f"Result: {file.plan.title}"), markdown(numbers.text(file.result.summary))]
    blocks += [divider(), *evidence.under_result(file, department)]
    if file.result.caveats:
        blocks.append(section(f"*Before you rely on it*\n{bullets(map(numbers.text, file.result.caveats))}"))
    blocks += [divider(), *_parcel(file, gate, edits)]
    blocks += (
        _result_answered(file, gate.decision, gate)
        if gate.decision
        else [*votes.progress(file, department, gate), _result_buttons(file, gate)]
    )
    return Post(f"The result of “{file.plan.title}” waits for your approval.", blocks)


def _parcel(file: File, gate: Gate, edits: Edits) -> list[Block]:
    assert file.plan
    blocks: list[Block] = []
    for task in file.plan.tasks:
        record = file.tasks.get(task.id)
        if task.deliverable and record and record.artifact:
            dropped = record.state is TaskState.DROPPED
            said = " · a draft, not accepted and not delivered" if dropped else _edited(edits.get(task.id, ()))
            text = f"*{escape(record.artifact.title)}*\n{size(record.artifact)}{said}"
            read = button(Action.READ, "Read", f"{file.mission.id}|{task.id}|{record.rev}|{record.attempt}")
            if gate.decision or dropped:
                blocks.append(section(text, read))
                continue
            edit = button(Action.EDIT_RESULT, "Edit", f"{votes.value(gate)}|{task.id}")
            blocks += [section(text), actions(f"parcel:{task.id}:{record.rev}:{record.attempt}", read, edit)]
    return blocks


def _edited(users: Sequence[str]) -> str:
    return f" · edited by {' and '.join(f'<@{user}>' for user in users)}" if users else ""


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
        button(Action.APPROVE, f"Approve and deliver{'…' if reason else ''}", votes.value(gate), "primary"),
        button(Action.SEND_BACK, "Send back", gate.id),
        button(Action.CANCEL, "Cancel", gate.id, "danger", cancel),
    )


def _result_answered(file: File, decision: Decision, gate: Gate) -> list[Block]:
    """Who decided; an approval over doubted key claims says so, with its reason."""
    over = len(standing.doubted_keys(file)) if decision.choice == "approve" else 0
    if not over:
        return answered(decision, gate)
    what = "a contested key claim" if over == 1 else f"{over} contested key claims"
    also = "".join(f" and <@{user}>" for user in votes.others(gate))
    return [context(f"Approved over {what} by <@{decision.user}>{also}: {escape(decision.note)}")]


def answered(decision: Decision, gate: Gate | None = None) -> list[Block]:
    """Who decided what, in place of the buttons; and who had said the same before."""
    note = f": {escape(decision.note)}" if decision.note else ""
    also = "".join(f" and <@{user}>" for user in votes.others(gate)) if gate else ""
    by = f" by <@{decision.user}>{also}" if decision.user else ""
    return [context(f"{CHOICE.get(decision.choice, decision.choice)}{by}{note}")]


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
        return Post(text, [*blocks, *answered(gate.decision, gate)])
    blocks += votes.progress(file, department, gate)
    takes_reason = standing.blocked(file, gate.task)  # then the button opens a form
    blocks.append(
        actions(
            f"task:{gate.task}:{gate.rev}",
            button(Action.RETRY, "Try again", gate.id, "primary"),
            button(Action.ACCEPT, f"Accept as it is{'…' if takes_reason else ''}", votes.value(gate)),
            button(Action.DROP, "Go on without it", gate.id),
            button(Action.CANCEL, "Cancel the mission", gate.id, "danger"),
        )
    )
    return Post(f"{text}. Please decide.", blocks)


def failed(file: File, reason: str) -> Post:
    """The mission cannot go on by itself."""
    blocks: list[Block] = [section(f":octagonal_sign: *The mission has stopped.* {escape(reason)}")]
    if file.spent.calls:
        blocks.append(context(f"Spent so far: {words.spent(file.spent)}"))
    if file.mission.state is State.FAILED:
        again = button(Action.AGAIN, "Try again", file.mission.id, "primary")
        stop = button(Action.STOP, "Cancel the mission", file.mission.id, "danger")
        blocks.append(actions(f"failed:{file.mission.rev}", again, stop))
    return Post(f"The mission has stopped. {reason}", blocks)


def interrupted(file: File, event: MissionPaused | MissionCancelled, resumed_by: str = "") -> Post:
    """The receipt of a pause or a stop: what is finished, what was dropped, what it took, and the way back."""
    stopped = isinstance(event, MissionCancelled)
    who = f" by <@{event.user}>" if event.user else ""
    picture, word = (":octagonal_sign:", "Stopped") if stopped else (":double_vertical_bar:", "Paused")
    said = f" {escape(event.reason)}" if event.reason and not event.reason.endswith("by a person.") else ""
    blocks: list[Block] = [section(f"{picture} *{word}{who}.*{said}{_left(file, stopped)}")]
    blocks.append(context(f"Spent so far: {words.spent(file.spent)}"))
    text = f"The mission was {word.lower()}."
    if resumed_by:
        return Post(text, [*blocks, context(f":arrow_forward: Resumed by <@{resumed_by}>")])
    if file.mission.state in (State.PAUSED, State.CANCELLED) and file.mission.stood:
        id = file.mission.id
        offered = [button(Action.RESUME, "Resume", id, "primary")]
        if not stopped:
            offered.append(button(Action.STOP, "Stop for good", id, "danger"))
        blocks.append(actions(f"interrupted:{event.key}"[:255], *offered))
    return Post(text, blocks)


def _left(file: File, stopped: bool) -> str:
    """What there is and what there is not, in lines."""
    if file.plan is None:
        return "\nNothing had begun yet."
    done = [task.title for task in file.plan.tasks if _finished(file, task.id)]
    open_ones = [task.title for task in file.plan.tasks if task.title not in done]
    lines = [f"Finished: {escape(', '.join(done))}. It stays in this thread."] if done else []
    if open_ones:
        word = "Dropped" if stopped else "Not finished"
        lines.append(f"{word}: {escape(', '.join(open_ones))}.")
    return "".join(f"\n{line}" for line in lines)


def _finished(file: File, task: str) -> bool:
    record = file.tasks.get(task)
    return record is not None and record.state == "accepted"
