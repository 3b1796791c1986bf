"""The shape of a post and the few blocks that all views are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.views.text import escape, plain, safe_markdown

Block = dict[str, Any]
SECTION = 2900  # characters of a section, a little below Slack's limit


@dataclass(frozen=True)
class Post:
    """A message before it has a place: fallback text, blocks, and the persona that says it."""

    text: str
    blocks: Sequence[Block] = ()
    username: str | None = None
    icon: str | None = None  # emoji name with colons
    extra: dict[str, Any] = field(default_factory=dict[str, Any])

    def payload(self, channel: str, thread: str | None) -> dict[str, Any]:
        """Arguments of chat.postMessage; links and media are never unfurled."""
        body: dict[str, Any] = {
            "channel": channel,
            "text": escape(self.text) or "…",
            "unfurl_links": False,
            "unfurl_media": False,
            **self.extra,
        }
        if self.blocks:
            body["blocks"] = list(self.blocks)
        if thread:
            body["thread_ts"] = thread
        if self.username:
            body |= {"username": self.username, "icon_emoji": self.icon or ":robot_face:"}
        return body


def header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": plain(text, 150), "emoji": True}}


def mrkdwn(text: str) -> Block:
    """Verbatim: Slack acts on what we put between angle brackets, and makes no links of addresses in the words."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph of mrkdwn; escape foreign words before they come here."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return block | {"accessory": accessory} if accessory else block


def sections(lines: Iterable[str]) -> list[Block]:
    """The lines as one paragraph, or as several where one would be too long; each line fits one by itself."""
    pieces: list[str] = []
    for line in lines:
        if pieces and len(pieces[-1]) + len(line) < SECTION:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(line)
    return [section(piece) for piece in pieces]


def context(*texts: str) -> Block:
    """Small grey lines, at most ten."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts if text][:10]}


def divider() -> Block:
    return {"type": "divider"}


def markdown(text: str, hosts: frozenset[str] = frozenset()) -> Block:
    """Text that a model or a person wrote, made harmless."""
    return {"type": "markdown", "text": safe_markdown(text, hosts) or " "}


def bullets(lines: Iterable[str]) -> str:
    """mrkdwn bullets of foreign words."""
    return "\n".join(f"•  {escape(line)}" for line in lines)


def button(action: str, text: str, value: str, style: str | None = None, confirm: Block | None = None) -> Block:
    block: Block = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": plain(text, 75), "emoji": True},
        "value": value,
    }
    if style:
        block["style"] = style
    return block | {"confirm": confirm} if confirm else block


def confirm(title: str, text: str, yes: str, no: str) -> Block:
    """A question before something that cannot be taken back."""
    return {
        "title": {"type": "plain_text", "text": plain(title, 100)},
        "text": {"type": "plain_text", "text": plain(text, 300)},
        "confirm": {"type": "plain_text", "text": plain(yes, 30)},
        "deny": {"type": "plain_text", "text": plain(no, 30)},
    }


def actions(block_id: str, *elements: Block) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def rich(text: str) -> Block:
    """Plain words as rich text: nothing in them can act."""
    run = {"type": "text", "text": text or " "}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [run]}]}


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """A table block; a column of figures stands to the right."""
    cells = [[{"type": "raw_text", "text": cell or " "} for cell in row] for row in (columns, *rows)]
    return {"type": "table", "column_settings": [_column(rows, n) for n in range(len(columns))], "rows": cells}


def _column(rows: Sequence[Sequence[str]], number: int) -> Block:
    numeric = all(_is_figure(row[number]) for row in rows)
    return {"align": "right" if numeric else "left", "is_wrapped": True}


def _is_figure(cell: str) -> bool:
    return cell.strip("€$£% ").replace(".", "", 1).replace(",", "").isdigit()
