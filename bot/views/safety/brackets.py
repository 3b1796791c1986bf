"""Finds what belongs together in prose: pairs of brackets, code spans, the destination of a link."""

import re

BLANK_LINE = re.compile(r"\n[ \t]*\n")
LONGEST_CONSTRUCT = 2_000
_TOKEN = re.compile(r"\\[!-/:-@\[-`{-~]|`+|\[|\]|\n[ \t]*(?=\n)")
_POINTED = re.compile(r"\(\s*<([^<>\n]*)>")


def brackets(text: str) -> tuple[dict[int, int], list[int]]:
    """Each opening square bracket with the one that closes it, and those still open at the end.

    Brackets in code and after a backslash are none, and no pair reaches over a blank line.
    """
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    at = 0
    while found := _TOKEN.search(text, at):
        at = found.end()
        if found[0].startswith("`"):
            at = span_end(text, found) or at
        elif found[0].startswith("\n"):
            waiting.clear()
        elif found[0] == "[":
            waiting.append(found.start())
        elif found[0] == "]" and waiting:
            pairs[waiting.pop()] = found.start()
    return pairs, waiting


def span_end(text: str, ticks: re.Match[str]) -> int | None:
    """Where the code span opened by these backticks ends, on the same line and within one table cell."""
    run = len(ticks[0])
    line_end = text.find("\n", ticks.end())
    close = re.compile(rf"(?<!`)`{{{run}}}(?!`)").search(text, ticks.end(), len(text) if line_end < 0 else line_end)
    if close is None or "|" in text[ticks.end() : close.start()]:
        return None
    return close.end()


def destination(text: str, start: int) -> tuple[str, int] | None:
    """The address between the parentheses that open at `start`, and where they close."""
    pointed = _POINTED.match(text, start)
    begin = pointed.end() if pointed else start + 1
    blank = BLANK_LINE.search(text, start)
    end = _closing(text, begin, min(blank.start() if blank else len(text), start + LONGEST_CONSTRUCT))
    if end is None:
        return None
    words = [pointed[1]] if pointed else text[begin:end].split()
    return (words[0] if words else ""), end + 1


def _closing(text: str, begin: int, limit: int) -> int | None:
    """The parenthesis that closes the one before `begin`, not counting those in a quoted title."""
    if text.find(")", begin, limit) < 0:
        return None
    depth, quoted = 1, ""
    for index in range(begin, limit):
        mark = text[index]
        if quoted:
            quoted = "" if mark == quoted else quoted
        elif mark in "\"'" and text[index - 1].isspace():
            quoted = mark
        elif mark in "()":
            depth += 1 if mark == "(" else -1
            if depth == 0:
                return index
    return None


def link_end(text: str, close: int, closers: dict[int, int]) -> int | None:
    """Where the link ends whose label closes at `close`; None while its destination is still coming in."""
    following = text[close + 1 : close + 2]
    if following == "(":
        if found := destination(text, close + 1):
            return found[1]
        is_open = len(text) - close <= LONGEST_CONSTRUCT and not BLANK_LINE.search(text, close)
        return None if is_open else close + 1
    if following == "[":
        end = closers.get(close + 1)
        return None if end is None else end + 1
    return close + 1
