"""Words of people and models on their way into Slack: escaped, shortened where a label must be short, made safe."""

import re
import unicodedata

from bot.views.safety.lines import Lines
from bot.views.safety.marks import normal, undecided_tail
from bot.views.safety.prose import definitions
from bot.views.splitting import split_markdown

__all__ = ["SafeStream", "escape", "plain", "safe_markdown", "short", "split_markdown"]

NO_HOSTS: frozenset[str] = frozenset()
_JOINS_ON = "\u200d\ufe0e\ufe0f"


def escape(text: str) -> str:
    """A value for a mrkdwn text object: the three characters Slack gives a meaning to, and no others."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, limit: int) -> str:
    """A label on one line, at most `limit` characters, its cut made visible; never empty, for Slack refuses that."""
    words = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split()) or "(empty)"
    if len(words) <= limit:
        return words
    return words[: _whole_characters(words, max(limit - 1, 0))].rstrip() + "…"


def short(text: str, limit: int) -> str:
    """Foreign words for a mrkdwn text on one line: escaped, and even so at most `limit` characters."""
    words = plain(text, limit)
    while len(escape(words)) > limit:
        words = plain(words, max(1, len(words) * 4 // 5))
    return escape(words)


def _whole_characters(words: str, end: int) -> int:
    """The last place at or before `end` that does not cut a character made of several code points."""
    while end > 0 and (unicodedata.combining(words[end]) or words[end] in _JOINS_ON or words[end - 1] == "\u200d"):
        end -= 1
    return end


def safe_markdown(text: str, allowed_hosts: frozenset[str] = NO_HOSTS) -> str:
    """Markdown by a model, for `markdown` blocks and markdown_text: the words stay, what could act does not.

    Mentions are broken, pictures become their description, links stay only to exactly the hosts allowed (in lower
    case); another one becomes its label and `host`, a bare address a code span. Fenced code stays as it is.
    """
    whole = normal(text)
    return Lines(allowed_hosts, definitions(whole)).take(whole, final=True)[0]


class SafeStream:
    """safe_markdown for text that arrives in pieces: what the next piece could change is held back.

    One difference: a reference link is judged by its definition, which may come later, so the definition loses its
    power and the reference stays as it was written.
    """

    def __init__(self, allowed_hosts: frozenset[str] = NO_HOSTS) -> None:
        self._lines = Lines(allowed_hosts)
        self._raw = ""
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown now."""
        raw = self._raw + piece
        self._raw = undecided_tail(raw)
        ready = self._held + normal(self._context() + raw.removesuffix(self._raw))[len(self._context()) :]
        shown, used = self._lines.take(ready, final=False)
        self._held = ready[used:]
        return shown

    def close(self) -> str:
        """All that was held back, once nothing more will come."""
        rest = self._held + normal(self._context() + self._raw)[len(self._context()) :]
        self._raw = self._held = ""
        return self._lines.take(rest, final=True)[0]

    def _context(self) -> str:
        """The character before the piece, which decides whether a joiner in front of it is dropped."""
        return self._held[-1:]
