"""Text as Slack stores it: escaped, with mentions and links in angle brackets, and a rich_text block beside it."""

import re
from typing import Any

from bot.local.workspace.ids import new_id

KEPT = re.compile(
    r"<@[UW][A-Z0-9]+>|<#C[A-Z0-9]+(?:\|[^<>|]*)?>|https?://[^\s<>|]+|(?<![\w@])@(?:channel|here|everyone)\b"
)
PARTS = re.compile(
    r"<@([UW][A-Z0-9]+)>|<#(C[A-Z0-9]+)(?:\|[^<>]*)?>|<!(channel|here|everyone)>|<(https?://[^<>|]+)(?:\|([^<>]*))?>"
)


def escaped(text: str) -> str:
    """The three characters that steer Slack's markup, made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """The reverse of `escaped`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def typed(text: str) -> str:
    """What a person typed, as it is stored: mentions stay, addresses and @channel get brackets, the rest is escaped."""
    stored, position = "", 0
    for found in KEPT.finditer(text):
        stored += escaped(text[position : found.start()]) + _bracketed(found.group())
        position = found.end()
    return stored + escaped(text[position:])


def _bracketed(piece: str) -> str:
    if piece.startswith("<"):
        return piece
    if piece.startswith("@"):
        return f"<!{piece[1:]}>"
    address = piece.rstrip(".,;:!?)")
    return f"<{escaped(address)}>{piece[len(address) :]}"


def rich_text(stored: str) -> list[dict[str, Any]]:
    """The rich_text block that a person's message carries beside its text."""
    elements, position = [], 0
    for found in PARTS.finditer(stored):
        elements += [*_plain(stored[position : found.start()]), _element(found)]
        position = found.end()
    elements += _plain(stored[position:])
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": new_id("", 5), "elements": [section]}]


def _plain(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": unescaped(text)}] if text else []


def _element(found: re.Match[str]) -> dict[str, Any]:
    user, channel, everyone, url, label = found.groups()
    if user:
        return {"type": "user", "user_id": user}
    if channel:
        return {"type": "channel", "channel_id": channel}
    if everyone:
        return {"type": "broadcast", "range": everyone}
    link = {"type": "link", "url": unescaped(url)}
    return link | ({"text": unescaped(label)} if label else {})


def mentions(stored: str, user: str) -> bool:
    """Whether the text calls this user."""
    return f"<@{user}>" in stored or f"<@{user}|" in stored
