"""What people said and shared: the mission's thread and the files in its channel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from agents.domain.evidence import Snapshot
from agents.ports import Conversations, Line, ToolContext, ToolResult
from agents.tools import documents
from agents.tools.captured import Recent, capture, one_line, shown
from agents.tools.faults import ToolFault
from agents.tools.search_read import Part

# The tools' own parameters are annotated with these names, so they are imported for real.
__all__ = ["Conversations", "Part", "read_file", "read_thread"]


async def read_thread(
    context: ToolContext, part: Part = 1, *, conversations: Conversations, recent: Recent, characters: int
) -> ToolResult:
    """Reads the Slack thread of this mission: who said what, and which files are there."""
    mission = context.mission
    source = f"thread {mission.channel}/{mission.thread}"
    kept = recent.get(mission.id, source) if part > 1 else None
    if kept is None:
        lines = await conversations.thread(mission.channel, mission.thread)
        kept = recent.keep(mission.id, source, capture("thread", source, "The thread of this mission", _told(lines)))
    return ToolResult(shown(kept, part, characters), f"read_thread: part {part}", (kept,))


def _told(lines: Sequence[Line]) -> str:
    """One paragraph for each message. A name or text cannot pass for another message: its lines are indented."""
    if not lines:
        raise ToolFault("The thread is empty.")
    return "\n".join(_message(line) for line in lines)


def _message(line: Line) -> str:
    text = line.text.replace("\n", "\n    ")
    files = "".join(f"\n    file: {one_line(file)}" for file in line.files)
    return f"{line.at:%Y-%m-%d %H:%M} {one_line(line.user, 80)}: {text}{files}"


async def read_file(
    context: ToolContext,
    file: Annotated[
        str, Field(min_length=1, max_length=300, description="The id of a file in the thread, e.g. F0123.")
    ],
    part: Part = 1,
    *,
    conversations: Conversations,
    recent: Recent,
    characters: int,
) -> ToolResult:
    """Reads a file that was shared in this channel: text, Markdown, CSV, HTML, PDF, DOCX or XLSX."""
    id = _id(file)
    kept = recent.get(context.mission.id, id) if part > 1 else None
    snapshot = kept or recent.keep(context.mission.id, id, await _captured(context, id, conversations))
    return ToolResult(shown(snapshot, part, characters), f"read_file: {snapshot.title}", (snapshot,))


def _id(file: str) -> str:
    """The id out of "F123" or "F123 name.pdf"."""
    found = re.match(r"F[A-Z0-9]{2,30}(?![A-Za-z0-9])", file.strip())
    if not found:
        raise ToolFault(f"{one_line(file, 80)!r} is not the id of a file; ids begin with F and stand in the thread.")
    return found[0]


async def _captured(context: ToolContext, id: str, conversations: Conversations) -> Snapshot:
    found = await conversations.attachment(context.mission.channel, id, documents.MAX_BYTES)
    document = await documents.read(found.content, found.name, found.mimetype)
    return capture("file", found.link or found.name, found.name, document.text, document.published)
