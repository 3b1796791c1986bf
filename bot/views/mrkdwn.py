"""Markdown in the small dialect of places where Slack knows no Markdown block: windows and the Home tab."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.views.text import escape

ADDRESS = re.compile(r"&lt;(https?://[^\s&|]+)&gt;")


def from_markdown(text: str, hosts: frozenset[str] = frozenset()) -> str:
    """Headings, bold and lists in mrkdwn, `<addresses>` of these hosts as links; everything else literally.

    To be shown with `verbatim`, so that Slack makes no links of its own out of the rest.
    """
    return "\n".join(_line(line, hosts) for line in text.splitlines())


def _line(line: str, hosts: frozenset[str]) -> str:
    safe = escape(line)
    if heading := re.match(r"\s{0,3}#{1,6}\s+(.*)", safe):
        return f"*{heading[1].strip('* ')}*"
    safe = re.sub(r"^(\s*)[-*]\s+", r"\1•  ", safe)
    safe = re.sub(r"\*\*(.+?)\*\*", r"*\1*", safe)
    safe = re.sub(r"\[([^\]]+)\]\((https?://[^)\s]+)\)", r"\1 (\2)", safe)
    return ADDRESS.sub(lambda found: _address(found[1], hosts), safe)


def _address(url: str, hosts: frozenset[str]) -> str:
    return f"<{url}>" if (urlsplit(url).hostname or "") in hosts else url
