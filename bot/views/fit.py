"""The last guard before posting: a payload that is too large becomes several that are not. Nothing is cut away.

Only size is mended. A payload that is wrong in another way (an unknown block, a doubled id) comes back as it went in,
for check_post to name. What one message cannot show is continued in the next: the first keeps the original text and
all arguments, the others say in their text which part they are.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from bot.views.blockcheck import check_message, limits
from bot.views.blockcheck.faults import Place
from bot.views.blockcheck.totals import characters, with_children
from bot.views.reshape import reshaped
from bot.views.splitting import split_markdown, split_text
from bot.views.text import plain

Payload = dict[str, Any]

_COMFORTABLE_TEXT = 4_000  # Slack advises to stay below this in a message without blocks
_NOTICE = 150


def fit(payload: Payload, method: str = "chat.postMessage") -> list[Payload]:
    """The payload itself when it fits, else the payloads to send one after the other in its place.

    For an update the first takes the place of the message and the others are posted after it; for a stream all are
    appended in turn. The parts of a split message carry "part" and "parts" in their metadata.
    """
    if not check_message(payload, method):
        return [payload]
    if payload.get("chunks"):
        return _by_chunks(payload)
    if isinstance(payload.get("markdown_text"), str) and payload["markdown_text"]:
        return _numbered([payload | {"markdown_text": part} for part in split_markdown(payload["markdown_text"])])
    if isinstance(payload.get("blocks"), list) and payload["blocks"]:
        return _by_blocks(payload)
    return _by_text(payload)


def _by_text(payload: Payload) -> list[Payload]:
    text = payload.get("text")
    if not isinstance(text, str) or len(text) <= limits.MESSAGE_TEXT:
        return [payload]
    return _numbered([payload | {"text": part} for part in split_text(text, _COMFORTABLE_TEXT)])


def _by_blocks(payload: Payload) -> list[Payload]:
    """The blocks, made small enough one by one, on as many messages as they need."""
    blocks = [small for block in payload["blocks"] for small in reshaped(block)]
    messages = list(_messages(blocks))
    text = payload.get("text")
    notice = text if isinstance(text, str) else ""
    if len(notice) > limits.MESSAGE_TEXT:
        notice = plain(notice, _COMFORTABLE_TEXT)  # with blocks the text is only the notification
    parts = [payload | {"blocks": messages[0]} | ({"text": notice} if notice else {})]
    for number, message in enumerate(messages[1:], start=2):
        heading = f"{plain(notice, _NOTICE)} ({number} of {len(messages)})"
        parts.append(payload | {"blocks": message, "text": heading})
    return _numbered(parts)


def _messages(blocks: list[Any]) -> Iterator[list[Any]]:
    """Neighbouring blocks together as long as one message may hold them."""
    current: list[Any] = []
    for block in blocks:
        if current and not _holds([*current, block]):
            yield current
            current = []
        current.append(block)
    yield current


def _holds(blocks: list[Any]) -> bool:
    """Whether count, markdown, tables, charts and ids of these blocks keep within one message."""
    found = [block for block, _ in with_children(blocks, Place("", "message"))]
    tables = [block for block in found if block.get("type") in ("table", "data_table")]
    charts = [block for block in found if block.get("type") == "data_visualization"]
    markdown = [block["text"] for block in found if block.get("type") == "markdown" and "text" in block]
    return (
        len(blocks) <= limits.BLOCKS["message"]
        and sum(len(text) for text in markdown if isinstance(text, str)) <= limits.MARKDOWN
        and len(tables) <= limits.TABLES
        and sum(characters(table.get("rows")) for table in tables) <= limits.TABLE_CHARACTERS
        and len(charts) <= limits.CHARTS
    )


def _by_chunks(payload: Payload) -> list[Payload]:
    """The chunks of a stream on as many calls as their markdown needs."""
    chunks = payload["chunks"]
    if not isinstance(chunks, list):
        return [payload]
    calls: list[list[Any]] = [[]]
    room = limits.MARKDOWN
    for chunk in [small for one in chunks for small in _small_chunks(one)]:
        size = len(chunk["text"]) if _is_markdown(chunk) else 0
        if size > room:
            calls.append([])
            room = limits.MARKDOWN
        calls[-1].append(chunk)
        room -= size
    return [payload | {"chunks": call} for call in calls if call] or [payload]


def _small_chunks(chunk: Any) -> list[Any]:
    if _is_markdown(chunk) and len(chunk["text"]) > limits.MARKDOWN:
        return [chunk | {"text": part} for part in split_markdown(chunk["text"])]
    return [chunk]


def _is_markdown(chunk: Any) -> bool:
    return isinstance(chunk, dict) and chunk.get("type") == "markdown_text" and isinstance(chunk.get("text"), str)


def _numbered(parts: list[Payload]) -> list[Payload]:
    """Each part with its number in the metadata, so that a repeated post can be told from its neighbours."""
    if len(parts) == 1:
        return parts
    numbered: list[Payload] = []
    for number, part in enumerate(parts, start=1):
        one = deepcopy(part)
        metadata = one.get("metadata")
        if isinstance(metadata, dict) and isinstance(metadata.get("event_payload"), dict):
            metadata["event_payload"] |= {"part": number, "parts": len(parts)}
        if number > 1:
            one.pop("reply_broadcast", None)
        numbered.append(one)
    return numbered
