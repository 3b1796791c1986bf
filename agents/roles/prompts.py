"""Prompts from their files, and briefs as the one fenced block that every role finds its material in."""

from __future__ import annotations

from importlib import resources
from string import Template

from agents.contracts import Contract
from agents.ports import Message


def system(role: str, **holes: str) -> Message:
    """The role's prompt with every hole filled. Raises KeyError when a hole has no value."""
    text = resources.files("agents.prompts").joinpath(f"{role}.md").read_text(encoding="utf-8")
    return Message("system", Template(text).substitute(holes))


def user(words: str, brief: Contract) -> Message:
    """A sentence and the brief. Backticks inside the JSON are escaped so that no text can end the block."""
    body = brief.model_dump_json(indent=1).replace("```", "\\u0060\\u0060\\u0060")
    return Message("user", f"{words}\n\n```json\n{body}\n```")
