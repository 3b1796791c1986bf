"""A result read as a person reads it: what the words beside each sentence say of it, not what rows say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from agents.domain.evidence import Status
from agents.ports import File
from bot.views import outcome

MARK = re.compile(r"\[(\d+)(?:, ([a-z]+))?\]\s*$", re.MULTILINE)
SOURCE = re.compile(r"^(\d+)\. \*([a-z]+)\*", re.MULTILINE)
OPINION = "opinion"


class Unreadable(Exception):
    """A claim of the work is not to be found in what is shown of it."""


def shown(file: File, now: datetime) -> dict[str, Status | None]:
    """The status of every claim as the deliverables show it. Raises Unreadable."""
    assert file.plan
    found: dict[str, Status | None] = {}
    for task in file.plan.tasks:
        text = "\n".join(_texts(outcome.deliverable(file, task.id, now).whole.blocks))
        claims = [claim.id for claim in file.claims if re.match(rf"{re.escape(task.id)}\.c\d", claim.id)]
        words = _words(text)
        if len(words) < len(claims):
            raise Unreadable(f"{len(words)} of {len(claims)} claims of {task.id} are shown with a mark.")
        found |= {id: words[number] for number, id in enumerate(claims, 1)}
    return found


def _words(text: str) -> dict[int, Status | None]:
    """What is said of each number: beside the sentence if there is a word, else in the list of sources.

    A sentence without a word of doubt beside it is read as fact, whatever a list further down says.
    """
    listed = {int(number): word for number, word in SOURCE.findall(text)}
    return {int(number): _status(word, listed.get(int(number), "")) for number, word in MARK.findall(text)}


def _status(beside: str, listed: str) -> Status | None:
    if beside:
        return Status(beside)
    if listed == OPINION:
        return None
    return Status.VERIFIED if listed == Status.VERIFIED else Status.TRACED


def _texts(blocks: Any) -> Iterator[str]:
    """Every text of the blocks, in order."""
    if isinstance(blocks, dict):
        if isinstance(blocks.get("text"), str):
            yield blocks["text"]
        else:
            for value in blocks.values():
                yield from _texts(value)
    elif isinstance(blocks, (list, tuple)):
        for one in blocks:
            yield from _texts(one)
