"""Forms, and the reading window. What a form returns is checked by whoever takes it."""

from __future__ import annotations

import json
from itertools import accumulate
from typing import Any

from agents.ports import File
from bot.views.actions import Form
from bot.views.mrkdwn import from_markdown
from bot.views.post import Block, context, section
from bot.views.text import plain

View = dict[str, Any]
FIELD = 3000  # characters that can be entered in one field
SECTION = 2900  # characters in one section of the reading window
BLOCKS = 98  # of the hundred that a window may have
BYTES = 200_000  # of the 250,000 that a window may have
BOXES = 10  # checkboxes in one field


def modal(form: Form, title: str, blocks: list[Block], private: str, submit: str | None) -> View:
    """A window; with the word on its button where it is a form."""
    view: View = {
        "type": "modal",
        "callback_id": form,
        "title": {"type": "plain_text", "text": plain(title, 24)},
        "close": {"type": "plain_text", "text": "Close" if submit is None else "Cancel"},
        "private_metadata": private,
        "blocks": blocks,
    }
    return view | {"submit": {"type": "plain_text", "text": plain(submit, 24)}} if submit else view


def text_input(
    block: str, label: str, initial: str = "", *, lines: bool = True, optional: bool = False, hint: str = ""
) -> Block:
    """A field for words."""
    element: Block = {"type": "plain_text_input", "action_id": "value", "multiline": lines, "max_length": FIELD}
    if initial:
        element["initial_value"] = initial[:FIELD]
    found: Block = {
        "type": "input",
        "block_id": block,
        "label": {"type": "plain_text", "text": plain(label, 2000)},
        "element": element,
        "optional": optional,
    }
    return found | {"hint": {"type": "plain_text", "text": hint}} if hint else found


def where(channel: str = "") -> Block:
    """A field for a channel; without one it begins with where the window was opened."""
    picker: Block = {
        "type": "conversations_select",
        "action_id": "value",
        "filter": {"include": ["public", "private", "im"], "exclude_bot_users": False},
    }
    picker |= {"initial_conversation": channel} if channel else {"default_to_current_conversation": True}
    label = {"type": "plain_text", "text": "Where should it work?"}
    return {"type": "input", "block_id": "channel", "label": label, "element": picker}


def option(text: str, value: str) -> Block:
    return {"text": {"type": "plain_text", "text": plain(text, 75)}, "value": value}


def new_mission(text: str, private: str, channel: str | None) -> View:
    """Ask for a mission; without a channel the form asks where."""
    blocks = [
        text_input("mission", "What should the department do?", text, hint="What you want, for whom, how much of it.")
    ]
    if channel is None:
        blocks.append(where())
    return modal(Form.NEW, "New mission", blocks, private, "Start")


def change_plan(gate: str) -> View:
    """What should be different about the plan."""
    blocks = [text_input("note", "What should be different?", hint="The planner changes the plan and asks you again.")]
    return modal(Form.CHANGE, "Ask for changes", blocks, gate, "Ask")


def retry_task(gate: str) -> View:
    """A hint for another try at a task."""
    blocks = [text_input("note", "What should be done differently?", hint="Goes to the specialist with the brief.")]
    return modal(Form.RETRY, "Try again", blocks, gate, "Try again")


def send_back(gate: str, file: File) -> View:
    """Which deliverables go back, and why."""
    assert file.plan
    options = [option(f"{task.id} · {task.title}", task.id) for task in file.plan.tasks if task.deliverable]
    kind = "checkboxes" if len(options) <= BOXES else "multi_static_select"
    boxes: Block = {"type": kind, "action_id": "value", "options": options}
    label = {"type": "plain_text", "text": "What should be done again?"}
    blocks: list[Block] = [
        {"type": "input", "block_id": "tasks", "label": label, "element": boxes},
        text_input("note", "What should be different?", hint="Everything that builds on it is done again, too."),
    ]
    return modal(Form.SEND_BACK, "Send back", blocks, gate, "Send back")


def read_work(title: str, document: str, hosts: frozenset[str] = frozenset()) -> View:
    """The whole of a piece of work with its sources; beyond the window's room it says where the rest is."""
    pieces = _pieces(from_markdown(document, hosts))
    sizes = accumulate(len(json.dumps(piece)) for piece in pieces)
    blocks = [section(piece) for piece, size in zip(pieces[:BLOCKS], sizes, strict=False) if size <= BYTES]
    if len(pieces) > len(blocks):
        blocks.append(context("The window is full; the delivered document holds all of it."))
    return modal(Form.READ, title, blocks, "", None)


def _pieces(text: str) -> list[str]:
    """Parts that fit a section, broken at line ends where there are any."""
    pieces: list[str] = []
    for line in text.splitlines():
        while len(line) > SECTION:
            pieces, line = [*pieces, line[:SECTION]], line[SECTION:]
        if pieces and len(pieces[-1]) + len(line) < SECTION:
            pieces[-1] += f"\n{line}"
        elif line.strip():
            pieces.append(line)
    return pieces or ["(empty)"]


def values(state: dict[str, Any]) -> dict[str, Any]:
    """block_id -> what was entered: text, an option's value, a list of them, or a conversation's id."""
    return {
        block: _value(next(iter(element.values()))) for block, element in state.get("values", {}).items() if element
    }


def _value(element: dict[str, Any]) -> str | list[str]:
    if "selected_options" in element:
        return [one["value"] for one in element["selected_options"] or ()]
    if element.get("selected_option"):
        return element["selected_option"]["value"]
    picked = element.get("selected_conversation") or element.get("selected_user") or element.get("selected_date")
    return picked or element.get("value") or ""
