"""Tells prose from fenced code, line by line, and in a stream holds back what the next piece could change."""

import re
from collections.abc import Iterator

from bot.views.safety.brackets import LONGEST_CONSTRUCT, brackets, link_end, span_end
from bot.views.safety.marks import CLOSES, OPENS, inert
from bot.views.safety.prose import Rewriter

_FENCE = re.compile(r"(`{3,})([^`\n]*)\n?")
_NESTED_FENCE = re.compile(r"( +)(`{3,})[^`\n]*\n")
_STRANGE_BLOCK = re.compile(r"[ \t>]*(?:~{3,}|<[a-z/?])|[ \t>]+`{3,}|[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+[`~]{3,}", re.I)
_BLOCK_START = re.compile(r"([ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(?:`{3,}(?=[^`\n]*$)|~{3,}|<[a-z/?!])", re.I)
_AUTOLINK = re.compile(r"<[a-z][a-z0-9+.-]{1,30}:[^\s<>]*>|<[^\s<>@]+@[^\s<>@]+>", re.IGNORECASE)
_UNDECIDED_START = re.compile(r"[ \t>]*(?:[`~<\[\d*+-]|$)")
_DEFINITION_LINE = re.compile(r"^ {0,3}\[[^\]\n]+\]:.*(?:\n|\Z)", re.MULTILINE)
_OPENS = re.compile(rf"{OPENS}(?!\s)", re.IGNORECASE)
_CLOSES = re.compile(rf"{CLOSES}|\n", re.IGNORECASE)

LONGEST_NESTED_CODE = 6_000


class Lines:
    """Makes text safe and remembers between calls whether it stands in fenced code.

    The text must be `marks.normal`.
    """

    def __init__(self, allowed_hosts: frozenset[str], references: dict[str, str] | None = None) -> None:
        self._rewriter = Rewriter(allowed_hosts, references or {})
        self._fence = 0  # backticks that opened the code we are in; 0 in prose
        self._is_strange = False  # a block was seen that readers of Markdown disagree on
        self._inside_line = False  # the text to come begins in the middle of a line

    def take(self, text: str, *, final: bool) -> tuple[str, int]:
        """The safe form of as much of the text as is decided (all of it when final) and how much that was."""
        shown: list[str] = []
        used = 0
        while used < len(text):
            step, length = self._code(text, used, final) if self._fence else self._prose(text, used, final)
            if not length:
                break
            shown.append(step)
            used += length
            self._inside_line = text[used - 1] != "\n"
        return "".join(shown), used

    def _code(self, text: str, start: int, final: bool) -> tuple[str, int]:
        """One whole line of fenced code; nothing while the line is still coming in."""
        end = text.find("\n", start) + 1 or (len(text) if final else 0)
        line = text[start:end]
        if re.fullmatch(rf" {{0,3}}`{{{self._fence},}}[ \t]*\n?", line):
            self._fence = 0
            return line, len(line)
        return inert(line), len(line)

    def _prose(self, text: str, start: int, final: bool) -> tuple[str, int]:
        """All prose up to the next code, or that code when it comes first."""
        end = start
        while end < len(text):
            stop = text.find("\n", end) + 1 or len(text)
            if end > start or not self._inside_line:
                if not final and self._is_undecided(text, end, stop):
                    break
                if code := self._code_begins(text, end, stop):
                    if end > start:
                        return self._rewritten(text[start:end], final=True)
                    return self._opened(text[start:code])
            end = stop
        return self._rewritten(text[start:end], final=final)

    def _is_undecided(self, text: str, start: int, stop: int) -> bool:
        """Whether what is still to come decides if code begins with this line."""
        line = text[start:stop]
        if not line.endswith("\n"):
            return _UNDECIDED_START.match(line) is not None
        return not self._is_strange and (
            _may_become_nested(text, start, line) or _nested_code(text, start) == len(text)
        )

    def _code_begins(self, text: str, start: int, stop: int) -> int:
        """Where the code that this line opens has been read to: its own end, or that of nested code; 0 for prose."""
        nested = None if self._is_strange else _nested_code(text, start)
        return nested or (stop if self._opens_fence(text[start:stop]) else 0)

    def _opened(self, code: str) -> tuple[str, int]:
        """The line that opens fenced code, or nested code as a whole."""
        self._fence = len(code) - len(code.lstrip("`"))
        return inert(code), len(code)

    def _opens_fence(self, line: str) -> bool:
        """Whether fenced code begins here; takes note of blocks that end all trust in fences."""
        if _STRANGE_BLOCK.match(line) and not _AUTOLINK.match(line.strip()):
            self._is_strange = True
        return not self._is_strange and _FENCE.fullmatch(line) is not None

    def _rewritten(self, text: str, *, final: bool) -> tuple[str, int]:
        used = len(text) if final else decided(text)
        prose = text[:used]
        shown = self._rewriter.rewritten(prose, inside_line=self._inside_line)
        return (shown if self._is_strange else self._without_new_blocks(prose, shown)), used

    def _without_new_blocks(self, prose: str, shown: str) -> str:
        """A bracket that went away must not leave a fence or HTML at the beginning of its line."""
        known = {_block_start(line) for line in prose.split("\n")}
        first, *others = shown.split("\n")
        lines = [first if self._inside_line else _plain_start(first, known)]
        return "\n".join([*lines, *(_plain_start(line, known) for line in others)])


def _block_start(line: str) -> str:
    found = _BLOCK_START.match(line)
    return found[0] if found else ""


def _plain_start(line: str, known: set[str]) -> str:
    found = _BLOCK_START.match(line)
    return line if not found or found[0] in known else f"{line[: found.end(1)]}\\{line[found.end(1) :]}"


def _nested_code(text: str, start: int) -> int | None:
    """Where indented fenced code that begins here ends, if every reader of Markdown must take it for code.

    That is so when no line of it stands further left than its fences and none holds another fence; then it is code
    in a list, at the top, and even as the continuation of a paragraph. None otherwise.
    """
    opening = _NESTED_FENCE.match(text, start)
    if not opening:
        return None
    indent, ticks = opening[1], opening[2]
    at = opening.end()
    while at < min(len(text), start + LONGEST_NESTED_CODE):
        stop = text.find("\n", at) + 1 or len(text)
        line = text[at:stop]
        if re.fullmatch(rf"{indent}{ticks}[ \t]*\n?", line):
            return stop
        if "```" in line or (line.strip() and not line.startswith(indent)):
            return None
        at = stop
    return None


def _may_become_nested(text: str, start: int, line: str) -> bool:
    """Whether indented code begins here whose end has not come in yet."""
    rest = text[start + len(line) :]
    indent = line[: len(line) - len(line.lstrip(" "))]
    if not _NESTED_FENCE.match(line) or len(rest) > LONGEST_NESTED_CODE:
        return False
    *whole, coming = rest.split("\n")
    is_even = all(not one.strip() or (one.startswith(indent) and "```" not in one) for one in whole)
    return is_even and (coming.startswith(indent) or indent.startswith(coming) or not coming.strip())


def decided(text: str) -> int:
    """How much of the prose no continuation can change: up to the last blank before anything still open."""
    cut = _word_start(text, len(text))
    spans = list(_constructs(text))
    moved = True
    while moved:
        moved = False
        for start, end in spans:
            if start < cut < end:
                cut, moved = _word_start(text, start), True
    return cut if cut or len(text) <= 2 * LONGEST_CONSTRUCT else len(text)


def _word_start(text: str, end: int) -> int:
    """Where the word that reaches up to `end` begins."""
    return max(text.rfind(" ", 0, end), text.rfind("\n", 0, end), text.rfind("\t", 0, end)) + 1


def _constructs(text: str) -> Iterator[tuple[int, int]]:
    """Links, definitions, code spans and angle brackets; what is still open reaches past the end of the text."""
    beyond = len(text) + 1
    line = text.rfind("\n") + 1
    closers, waiting = brackets(text)
    yield from ((start, beyond) for start in waiting if len(text) - start <= LONGEST_CONSTRUCT)
    yield from ((start, link_end(text, close, closers) or beyond) for start, close in closers.items())
    yield from (found.span() for found in _DEFINITION_LINE.finditer(text))
    for found in re.finditer(r"\\[\\`]|`+", text):
        if found[0].startswith("`"):
            yield found.start(), span_end(text, found) or (beyond if found.start() >= line else found.end())
    for found in _OPENS.finditer(text):
        close = _CLOSES.search(text, found.end())
        is_open = found.start() >= line and len(text) - found.start() <= LONGEST_CONSTRUCT
        yield found.start(), close.end() if close else (beyond if is_open else found.end())
