"""Markdown in the small dialect of places where Slack knows no Markdown block: windows and the Home tab."""

from __future__ import annotations

import re

from bot.views.text import escape


def from_markdown(text: str) -> str:
    """Headings, bold, links and lists in mrkdwn; everything else literally. Nothing in it can act."""
    return "\n".join(_line(line) for line in text.splitlines())


def _line(line: str) -> str:
    safe = escape(line)
    if heading := re.match(r"\s{0,3}#{1,6}\s+(.*)", safe):
        return f"*{heading[1].strip('* ')}*"
    safe = re.sub(r"^(\s*)[-*]\s+", r"\1•  ", safe)
    safe = re.sub(r"\*\*(.+?)\*\*", r"*\1*", safe)
    return re.sub(r"\[([^\]]+)\]\((https?://[^)\s]+)\)", r"\1 (\2)", safe)
