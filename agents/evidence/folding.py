"""Folding of a text's spelling, character by character, with the way back to the original offsets."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from agents.domain.artifact import MARK

_PIECE = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"  # HTML entities
    r"|[a-zA-Z][\u0300-\u036f]+"
    r"|[\x00-\x7f]"
    r"|[^\x00-\x7f][\u0300-\u036f\u3099\u309a]*"
)
_PLAIN_RUN = re.compile(r"[\x00-\x25\x27-\x7f]+(?![\u0300-\u036f])")  # ASCII without "&"

_FOLDS = {
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("…", "..."),
}
_SUPERSCRIPTS = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")

# What a reader of the rendered page does not see: footnote marks, link targets, images' targets, Slack's angle links.
_HIDDEN = re.compile(
    MARK.pattern
    + r"|\[\^?(?:\d{1,3}|[a-z]|note \d{1,3})(?:\s?[,-]\s?\d{1,3}){0,20}\](?!\()"
    + r"|\[citation needed\]"
    + r"|(?<=\])\([^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,500})?(?:\s+\"[^\"\n]{0,300}\")?\)"
    + r"|<https?://[^>|\s]{1,2000}\|"
    + r"|</?(?:a|abbr|b|br|code|em|font|i|mark|p|s|small|span|strong|sub|sup|td|th|tr|u)"
    + r"(?:\s{1,9}[\w-]{1,40}=(?:\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'))*\s?/?>"
    + r"|[*_~]+",  # emphasis
    re.I,
)


@dataclass(frozen=True)
class Folded:
    """Folded characters; character i came from `starts[i]:ends[i]` of the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def fold(text: str) -> Folded:
    """NFKC, unescaped entities, one kind of quote and dash, no case, and nothing that a page renders invisibly."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        run = _PLAIN_RUN.match(text, at)
        match = run or _PIECE.match(text, at)
        end = match.end() if match else at + 1
        if run:
            characters.extend(run[0].lower())
            starts.extend(range(at, end))
            ends.extend(range(at + 1, end + 1))
        else:
            folded = _piece(text[at:end], characters)
            characters.extend(folded)
            starts.extend([at] * len(folded))
            ends.extend([end] * len(folded))
        at = end
    return _visible(Folded("".join(characters), starts, ends))


def _piece(piece: str, before: list[str]) -> str:
    """One entity, or one character with its accents, folded. Digits never grow together with what stood before."""
    piece = html.unescape(piece) if len(piece) > 1 else piece
    if piece and piece[0] in _SUPERSCRIPTS:
        return f"^{unicodedata.normalize('NFKC', piece)}" if _is_digit(before) else ""
    if all(unicodedata.category(character) == "Cf" for character in piece):
        return " " if _is_digit(before) else ""  # soft hyphens and characters of no width
    folded = "".join(_FOLDS.get(character, character) for character in piece)
    folded = "".join(_FOLDS.get(character, character) for character in unicodedata.normalize("NFKC", folded))
    fraction = len(piece) == 1 and unicodedata.category(piece) == "No"
    return f" {folded.casefold()} " if fraction else folded.casefold()


def _is_digit(before: list[str]) -> bool:
    return bool(before) and before[-1][-1:].isdigit()


def _visible(folded: Folded) -> Folded:
    """Without the hidden parts. What they divide grows together, digits excepted: 5*10 must not become 510."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in (*_HIDDEN.finditer(folded.text), None):
        end = len(folded.text) if match is None else match.start()
        if _joins_numbers(characters, folded.text[at:end]):
            characters.append(" ")
            starts.append(folded.starts[at])
            ends.append(folded.starts[at])
        characters.extend(folded.text[at:end])
        starts.extend(folded.starts[at:end])
        ends.extend(folded.ends[at:end])
        at = end if match is None else match.end()
    return Folded("".join(characters), starts, ends)


def _joins_numbers(before: list[str], after: str) -> bool:
    return bool(before) and (before[-1].isdigit() or before[-1] in ".,:'") and after[:1].isdigit()
