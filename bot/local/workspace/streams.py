"""The life of a streamed message: started, grown by text or chunks, stopped by the app, by a person or by time."""

import copy
from collections.abc import Callable
from typing import Any

from bot.local.workspace.checking import refuse_bad_blocks
from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError, invalid
from bot.local.workspace.messages import change, show
from bot.local.workspace.state import Json, Message, Stream

LONGEST_TEXT = 12_000
LONGEST_TITLE = 256
MOST_BLOCKS = 50
TASK_STATUSES = ("pending", "in_progress", "complete", "error")
FAILED_PLAN = "Something went wrong"


def running(core: Core, channel: str, ts: str) -> Message:
    """The streaming message with that stamp; refused when it does not stream (any more)."""
    message = core.state.message(channel, ts)
    if message is None:
        raise ApiError("message_not_found")
    if not message.by_bot:
        raise ApiError("message_not_owned_by_app")
    stream = message.stream
    if stream is None:
        raise ApiError("message_not_in_streaming_state")
    if stream.stopped_by_user:
        raise ApiError("stopped_by_user")
    if stream.open and core.clock() - stream.started > core.settings.stream_seconds:
        close(core, message)
    if not stream.open:
        raise ApiError("message_not_in_streaming_state")
    return message


def content(core: Core, markdown_text: str | None, chunks: Any) -> tuple[str | None, list[Json]]:
    """The checked content of one call: its mode (None when it has none) and its chunks."""
    if markdown_text is not None and chunks:
        raise invalid("chunks", "markdown_text and chunks cannot be used together")
    if markdown_text is not None:
        if len(markdown_text) > LONGEST_TEXT:
            raise ApiError("msg_too_long")
        return "text", [{"type": "markdown_text", "text": markdown_text}]
    if chunks is None:
        return None, []
    if not isinstance(chunks, list):
        raise ApiError("invalid_chunks_format")
    for index, chunk in enumerate(chunks):
        _check_chunk(core, chunk, index)
    return ("chunks" if chunks else None), chunks


def grow(stream: Stream, mode: str | None, chunks: list[Json]) -> None:
    """Add the chunks; the first content fixes the mode, and another mode is refused before anything is added."""
    if mode is not None and stream.mode not in (None, mode):
        raise ApiError("streaming_mode_mismatch")
    if mode is not None:
        stream.mode = "text" if mode == "text" else "chunks"
    for chunk in chunks:
        GROW[chunk["type"]](stream, chunk)


def close(core: Core, message: Message, metadata: Json | None = None) -> None:
    """End the stream: what was still in progress is stamped as failed, and the message gets its final blocks."""
    stream = message.stream
    if stream is None or not stream.open:
        return
    stream.open = False
    unfinished = [task for task in stream.tasks.values() if task["status"] == "in_progress"]
    for task in unfinished:
        task["status"] = "error"
    if unfinished and stream.plan_title:
        stream.plan_title = FAILED_PLAN
    message.metadata = metadata if metadata is not None else message.metadata
    body = copy.deepcopy(message.body)
    body |= {"text": stream.text, "blocks": finished_blocks(stream)}
    change(core, message, body)


def redraw(core: Core, message: Message) -> None:
    """Show the grown message on the page; the app hears of it only when the stream ends."""
    if message.stream is not None:
        message.body["text"] = message.stream.text
    show(core, message, "changed")


def finished_blocks(stream: Stream) -> list[Json]:
    """The blocks of the finished message: plan or task cards, the text, then what the app put below it."""
    cards = [_task_card(task) for task in stream.tasks.values()]
    if stream.display == "plan" and cards:
        cards = [{"type": "plan", "title": stream.plan_title or "Plan", "tasks": cards}]
    text = [{"type": "markdown", "text": stream.text}] if stream.text.strip() else []
    return cards + text + stream.blocks


def _task_card(task: Json) -> Json:
    card: Json = {"type": "task_card", "task_id": task["id"], "title": task["title"], "status": task["status"]}
    for key in ("details", "output"):
        if task.get(key):
            card[key] = _rich(task[key])
    return card | ({"sources": task["sources"]} if task.get("sources") else {})


def _rich(value: Any) -> Json:
    if isinstance(value, dict):
        return value
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(value)}]}
    return {"type": "rich_text", "elements": [section]}


def _check_chunk(core: Core, chunk: Any, index: int) -> None:
    kind = chunk.get("type") if isinstance(chunk, dict) else None
    if kind not in GROW:
        raise ApiError("invalid_chunks", f"[ERROR] unknown chunk type {kind!r} [json-pointer:/chunks/{index}/type]")
    problem = CHECK[kind](chunk)
    if problem:
        raise ApiError("invalid_chunks", f"[ERROR] {problem} [json-pointer:/chunks/{index}]")
    if kind == "markdown_text" and len(chunk["text"]) > LONGEST_TEXT:
        raise ApiError("msg_too_long")
    if kind == "blocks":
        refuse_bad_blocks({"text": "", "blocks": chunk["blocks"]}, core.settings.check_message)


def _check_text(chunk: Json) -> str | None:
    return None if isinstance(chunk.get("text"), str) else "markdown_text needs text"


def _check_task(chunk: Json) -> str | None:
    if not chunk.get("id") or not isinstance(chunk.get("title"), str):
        return "task_update needs id and title"
    if len(chunk["title"]) > LONGEST_TITLE:
        return f"title must be at most {LONGEST_TITLE} characters"
    return None if chunk.get("status") in TASK_STATUSES else f"status must be one of {', '.join(TASK_STATUSES)}"


def _check_plan(chunk: Json) -> str | None:
    title = chunk.get("title")
    return (
        None
        if isinstance(title, str) and 0 < len(title) <= LONGEST_TITLE
        else "plan_update needs a title of at most 256"
    )


def _check_blocks(chunk: Json) -> str | None:
    blocks = chunk.get("blocks")
    return None if isinstance(blocks, list) and 0 < len(blocks) <= MOST_BLOCKS else "blocks needs 1 to 50 blocks"


def _grow_text(stream: Stream, chunk: Json) -> None:
    stream.text += chunk["text"]


def _grow_task(stream: Stream, chunk: Json) -> None:
    """Title, status, output and sources take the place of the earlier ones; details are added to them."""
    known = stream.tasks.setdefault(chunk["id"], {"id": chunk["id"]})
    details = chunk.get("details")
    if isinstance(details, str) and isinstance(known.get("details"), str):
        details = known["details"] + details
    known |= {key: value for key, value in chunk.items() if key in ("title", "status", "output", "sources")}
    if details is not None:
        known["details"] = details


def _grow_plan(stream: Stream, chunk: Json) -> None:
    stream.plan_title = chunk["title"]


def _grow_blocks(stream: Stream, chunk: Json) -> None:
    stream.blocks += chunk["blocks"]


CHECK: dict[str, Callable[[Json], str | None]] = {
    "markdown_text": _check_text,
    "task_update": _check_task,
    "plan_update": _check_plan,
    "blocks": _check_blocks,
}
GROW: dict[str, Callable[[Stream, Json], None]] = {
    "markdown_text": _grow_text,
    "task_update": _grow_task,
    "plan_update": _grow_plan,
    "blocks": _grow_blocks,
}
