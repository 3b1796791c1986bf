"""What the department asks before it plans, and a changed plan that waits: each with what happens by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.domain import plan as plans
from agents.domain import plandiff
from agents.domain.department import Department
from agents.domain.mission import Gate
from agents.ports import File, Proposal
from bot.views import modals, votes, words
from bot.views.actions import Action, Form
from bot.views.card import differences
from bot.views.gates import answered
from bot.views.post import Block, Post, actions, button, context, section
from bot.views.text import escape, plain

LABEL = 200  # characters of a question over its field


def asked(proposal: Proposal, gate: Gate) -> Post:
    """One round of questions, each with its default."""
    lines = [
        f"*{n}.* {escape(one.question)}\n      _If you say nothing:_ {escape(one.default)}"
        for n, one in enumerate(proposal.questions, 1)
    ]
    count = len(lines)
    title = "One question before I plan" if count == 1 else f"{count} questions before I plan"
    blocks: list[Block] = [section(f":question: *{title}*\n" + "\n".join(lines))]
    if gate.decision:
        return Post(title, [*blocks, *answered(gate.decision)])
    blocks.append(
        actions(
            f"questions:{gate.rev}",
            button(Action.DEFAULTS, "Take the defaults", gate.id, "primary"),
            button(Action.REPLY, "Answer", gate.id),
        )
    )
    blocks.append(context("Or simply reply in this thread."))
    return Post(f"{title}.", blocks)


def form(gate: str, proposal: Proposal) -> modals.View:
    """A field for each question; an empty one takes the default."""
    blocks = [
        modals.text_input(
            f"q:{n}", plain(one.question, LABEL), optional=True, hint=plain(f"Default: {one.default}", 300)
        )
        for n, one in enumerate(proposal.questions)
    ]
    return modals.modal(Form.QUESTIONS, "Questions", blocks, gate, "Answer")


def values(view: dict[str, Any]) -> dict[str, Any]:
    """What was entered."""
    return modals.values(view["state"])


def told(proposal: Proposal, entered: Mapping[str, Any]) -> str:
    """Questions and answers as words for the planner."""
    lines = [
        f"{one.question} {str(entered.get(f'q:{n}') or '').strip() or one.default}"
        for n, one in enumerate(proposal.questions)
    ]
    return "\n".join(lines)


def change(file: File, department: Department, gate: Gate, proposal: Proposal, before: plans.Plan) -> Post:
    """The difference between the approved plan and the one that is proposed; what stays is not asked about."""
    text = "A changed plan waits for your decision"
    blocks: list[Block] = [
        section(f":twisted_rightwards_arrows: *{text}*\n{differences(before, proposal.plan, department)}"),
        context(_stays(file, before, proposal.plan), f"Estimate for all of it: {words.estimate(proposal.estimate)}"),
    ]
    if gate.decision:
        return Post(f"{text}.", [*blocks, *answered(gate.decision)])
    blocks.append(
        actions(
            f"change:{gate.id}"[:255],
            button(Action.TAKE_OVER, "Approve the change", votes.value(gate), "primary"),
            button(Action.KEEP, "Keep the plan as it is", gate.id),
        )
    )
    return Post(f"{text}.", blocks)


def _stays(file: File, before: plans.Plan, after: plans.Plan) -> str:
    """What is accepted and built on nothing that changed."""
    moved = plandiff.touched(before, after)
    again = plans.descendants(after, moved)
    kept: Sequence[str] = [
        task.id
        for task in after.tasks
        if task.id not in again and (record := file.tasks.get(task.id)) and record.state == "accepted"
    ]
    return f"Done and unchanged, so it stays: {', '.join(kept)}." if kept else "Meanwhile the approved plan goes on."
