"""Cuts long text where a reader would: between paragraphs, else lines, else words. Nothing is left out.

Code fences and tables are kept whole while they fit; a long one is continued in the next part with its fence or its
header repeated.
"""

import re
from collections.abc import Iterator

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")
_DELIMITER_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_SMALLEST = 16  # below this no fence or header could be repeated


def split_markdown(text: str, limit: int = 12_000) -> list[str]:
    """Parts of at most `limit` characters that together say all the text says, in order."""
    if limit < _SMALLEST:
        raise ValueError(f"split_markdown: the limit is {limit}; it must be at least {_SMALLEST} characters.")
    if len(text) <= limit:
        return [text]
    pieces = [piece for block in _blocks(text.split("\n")) for piece in _fitted(block, limit)]
    return _packed(pieces, limit)


def split_text(text: str, limit: int) -> list[str]:
    """Parts of plain or mrkdwn text of at most `limit` characters, cut at lines, else at words."""
    return [part for part in _packed(_cut_lines(text.split("\n"), limit), limit) if part.strip()] or [text[:limit]]


def _packed(pieces: list[str], limit: int) -> list[str]:
    """As many neighbouring pieces in one part as fit; parts of nothing but blanks are not posted."""
    parts: list[str] = []
    current: str | None = None
    for piece in pieces:
        if current is not None and len(current) + 1 + len(piece) <= limit:
            current = f"{current}\n{piece}"
            continue
        if current is not None:
            parts.append(current)
        current = piece
    parts.append(current or "")
    return [part for part in (one.strip("\n") for one in parts) if part.strip()]


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Runs of lines that belong together: a fence, a table, a paragraph with the blank lines after it."""
    start = 0
    while start < len(lines):
        end = _fence_end(lines, start) or _table_end(lines, start) or _paragraph_end(lines, start)
        yield lines[start:end]
        start = end


def _fence_end(lines: list[str], start: int) -> int | None:
    opening = _FENCE.match(lines[start])
    if not opening:
        return None
    closing = re.compile(rf" {{0,3}}{opening[1][0]}{{{len(opening[1])},}}[ \t]*")
    for index in range(start + 1, len(lines)):
        if closing.fullmatch(lines[index]):
            return index + 1
    return len(lines)


def _is_table(lines: list[str], start: int) -> bool:
    return (
        start + 1 < len(lines) and "|" in lines[start] and "|" in lines[start + 1] and _is_delimiter(lines[start + 1])
    )


def _is_delimiter(line: str) -> bool:
    return len(line) < 1_000 and _DELIMITER_ROW.fullmatch(line) is not None


def _table_end(lines: list[str], start: int) -> int | None:
    if not _is_table(lines, start):
        return None
    end = start + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end


def _paragraph_end(lines: list[str], start: int) -> int:
    end = start + 1
    while end < len(lines):
        if _FENCE.match(lines[end]) or _is_table(lines, end) or (not lines[end - 1].strip() and lines[end].strip()):
            return end
        end += 1
    return end


def _fitted(block: list[str], limit: int) -> list[str]:
    """One block as pieces that each fit."""
    whole = "\n".join(block)
    if len(whole) <= limit:
        return [whole]
    if opening := _FENCE.match(block[0]):
        return _fence_pieces(block, opening[1], limit)
    if _is_table(block, 0):
        return _table_pieces(block, limit)
    return _packed(_cut_lines(block, limit), limit)


def _fence_pieces(block: list[str], fence: str, limit: int) -> list[str]:
    """Each piece is fenced code of its own, in the same language."""
    opening = block[0]
    room = limit - len(opening) - len(fence) - 2
    if room < limit // 2:
        return _packed(_cut_lines(block, limit), limit)
    is_closed = len(block) > 1 and block[-1].strip().startswith(fence)
    body = block[1:-1] if is_closed else block[1:]
    return [f"{opening}\n{part}\n{fence}" for part in _grouped(_cut_lines(body, room), room)]


def _table_pieces(block: list[str], limit: int) -> list[str]:
    """Each piece repeats the header; a row too long for a table of its own becomes lines."""
    header = f"{block[0]}\n{block[1]}"
    room = limit - len(header) - 1
    if room < limit // 2:
        return _packed(_cut_lines(block, limit), limit)
    pieces: list[str] = []
    rows: list[str] = []
    for row in block[2:]:
        if len(row) <= room:
            rows.append(row)
            continue
        pieces += [f"{header}\n{group}" for group in _grouped(rows, room)]
        pieces += _packed(_cut_lines([row], limit), limit)
        rows = []
    return pieces + [f"{header}\n{group}" for group in _grouped(rows, room)] or [header]


def _grouped(lines: list[str], room: int) -> list[str]:
    """Lines joined to groups of at most `room` characters, blank lines kept."""
    groups: list[list[str]] = []
    size = room + 1
    for line in lines:
        if not groups or size + 1 + len(line) > room:
            groups.append([])
            size = -1
        groups[-1].append(line)
        size += 1 + len(line)
    return ["\n".join(group) for group in groups]


def _cut_lines(lines: list[str], limit: int) -> list[str]:
    return [piece for line in lines for piece in _cut_line(line, limit)]


def _cut_line(line: str, limit: int) -> list[str]:
    """A line in pieces: cut after the last blank that fits, inside a word only when the word alone is too long."""
    pieces: list[str] = []
    start = 0
    while len(line) - start > limit:
        blank = max(line.rfind(" ", start, start + limit), line.rfind("\t", start, start + limit))
        end = blank + 1 if blank >= start + limit // 4 else start + limit
        pieces.append(line[start:end])
        start = end
    return [*pieces, line[start:]]
