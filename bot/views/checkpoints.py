"""Checkpoints within a run: before a task begins, and before a tool has an effect outside."""

from __future__ import annotations

import json
import unicodedata

from agents.domain import plan as plans
from agents.domain.department import Department
from agents.domain.mission import Gate
from agents.ports import File
from bot.views import words
from bot.views.actions import Action
from bot.views.gates import answered
from bot.views.post import Block, Post, actions, bullets, button, context, section
from bot.views.text import escape
from bot.views.votes import progress, value

PART = 2600  # characters of a call in one section


def checkpoint(file: File, department: Department, gate: Gate) -> Post:
    """What waits, in full, with the buttons; once it is answered, by whom and how."""
    post = _call(file, department, gate) if gate.kind == "tool" else _task(file, department, gate)
    if gate.decision:
        return Post(post.text, [*post.blocks, *answered(gate.decision, gate)])
    return Post(f"{post.text} Please decide.", [*post.blocks, *progress(file, department, gate), _buttons(gate)])


def _task(file: File, department: Department, gate: Gate) -> Post:
    assert file.plan
    task = plans.task(file.plan, gate.task)
    head = f"Checkpoint “{gate.name}” before {task.id}: {task.title}"
    who = words.name(department, task.specialist)
    blocks = [section(f":raised_hand: *{escape(head)}*"), *_parts(task.brief)]
    tools = f" · tools: {', '.join(task.tools)}" if task.tools else ""
    blocks.append(context(escape(f"{who}{tools}")))
    if task.notes:
        blocks.append(section(f"*Asked for besides*\n{bullets(task.notes)}"))
    return Post(f"{head}.", blocks)


def _call(file: File, department: Department, gate: Gate) -> Post:
    assert file.plan
    task = plans.task(file.plan, gate.task)
    shown = json.loads(gate.shown)
    head = f"{words.name(department, task.specialist)} wants to use {shown['tool']} ({task.id})"
    blocks = [section(f":raised_hand: *{escape(head)}*\nThis has an effect outside. It is done exactly so:")]
    return Post(f"{head}.", [*blocks, *_parts(str(shown["arguments"]))])


def _parts(text: str) -> list[Block]:
    """All of the text, with what cannot be seen made visible: nobody approves what is hidden from them."""
    seen = "".join(_visible(sign) for sign in text)
    return [section(f">{escape(seen[at : at + PART])}".replace("\n", "\n>")) for at in range(0, len(seen), PART)]


def _visible(sign: str) -> str:
    hidden = sign != "\n" and unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
    return f"\\u{ord(sign):04x}" if hidden else sign


def _buttons(gate: Gate) -> Block:
    def cancel() -> Block:
        return button(Action.CANCEL, "Cancel the mission", gate.id, "danger")

    if gate.kind == "tool":
        rest = [button(Action.APPROVE, "Do it", value(gate), "primary"), button(Action.REFUSE, "Do not", gate.id)]
    else:
        go_without = button(Action.DROP, "Go on without it", gate.id)
        rest = [button(Action.APPROVE, "Let it begin", value(gate), "primary"), go_without]
    return actions(gate.id[:255], *rest, cancel())
