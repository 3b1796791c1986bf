"""The canonical stream of words and numbers of a text, and whether a quote stands in it word for word.

Quotes are accepted by exact match of the canonical stream and never by likeness: a typo costs a round, a changed
number or an added "not" would cost the truth. Likeness only suggests what may have been meant.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from rapidfuzz import fuzz

from agents.domain.figures import read
from agents.evidence.folding import fold

PART_WORDS = 3  # the least that a part between ellipses must hold
REACH = 600  # characters of the original that one ellipsis may skip: about a paragraph
_TRIES = 200  # places of a quote's first part that are followed up
_AROUND = 40  # characters in which a number with its unit has room
_UNIT = 20  # the same for the unit alone, behind the digits
_SIGN = 5  # the same for the sign and currency before them
_LIKENESS = 60.0  # below this nothing is suggested
_SHORT = 1000  # characters of a text whose stream is kept
_SUGGESTED = 400  # characters of the longest suggestion

_TOKEN = re.compile(
    r"(?<![\w)\]%])[+-](?=[$€£¥]?\d)"  # the sign of a number, not the dash of a range
    r"|[<>≤≥=±](?=\s?[+-]?[$€£¥]?\d)"
    r"|\d+(?:[.,:']\d+)*|\^\d+|[^\W\d_]+|[%‰$€£¥₹₩₽₺]"
)
_ELLIPSIS = re.compile(r"[\[(]\s?(?:\.\s?){3,}[\])]|[\[(]\s?…\s?[\])]|(?:\.\s?){2,}\.|…")


@dataclass(frozen=True)
class Canonical:
    """Tokens joined by single spaces, with a space before the first and after the last."""

    text: str
    at: Sequence[int]  # where each token begins in `text`
    starts: Sequence[int]  # where each token begins in the original
    ends: Sequence[int]

    def tokens(self) -> list[str]:
        """The words and numbers in order."""
        return self.text.split()


@lru_cache(maxsize=16)
def canonical(text: str) -> Canonical:
    """The canonical stream of a page. Cached: many claims cite one page."""
    return stream(text)


def stream(text: str) -> Canonical:
    """The canonical stream of any text. Short ones are kept: a quote is looked at by several rules."""
    return _kept(text) if len(text) <= _SHORT else _stream(text)


@lru_cache(maxsize=1024)
def _kept(text: str) -> Canonical:
    return _stream(text)


def _stream(text: str) -> Canonical:
    folded = fold(text)
    tokens, at, starts, ends = [""], array("L"), array("L"), array("L")
    length = 1
    for match in _TOKEN.finditer(folded.text):
        tokens.append(match[0])
        at.append(length)
        starts.append(folded.starts[match.start()])
        ends.append(folded.ends[match.end() - 1])
        length += len(match[0]) + 1
    return Canonical(" ".join((*tokens, "")), at, starts, ends)


def find(quote: str, text: str) -> tuple[int, int] | None:
    """Where the quote stands in the text, as offsets in the text; None when it does not.

    A quote with ellipses stands there when each of its parts, of three words or more, follows the one before nearby.
    """
    whole, page = stream(quote), canonical(text)
    if not whole.at:
        return None
    found = _find([whole], page, text)  # first as it is: the source may have an ellipsis of its own
    parts = [part for part in map(stream, _ELLIPSIS.split(quote)) if part.at]
    if found or len(parts) < 2 or any(len(part.at) < PART_WORDS for part in parts):
        return found
    return _find(parts, page, text)


def _find(parts: Sequence[Canonical], page: Canonical, text: str) -> tuple[int, int] | None:
    for first, last in islice(_places(parts[0], page, text), _TRIES):
        end = _rest(parts[1:], page, text, last)
        if end is not None:
            return page.starts[first], page.ends[end]
    return None


def _rest(parts: Sequence[Canonical], page: Canonical, text: str, last: int) -> int | None:
    """The last token of the remaining parts, each at its first place behind the one before; None when one is far."""
    for part in parts:
        limit = bisect_right(page.starts, page.ends[last] + REACH)  # the part begins before this token
        following = next(_places(part, page, text, last + 1, limit), None)
        if following is None:
            return None
        last = following[1]
    return last


def _places(
    part: Canonical, page: Canonical, text: str, begin: int = 0, limit: int | None = None
) -> Iterator[tuple[int, int]]:
    """First and last token of every place where the part stands, its first token in `begin:limit`."""
    if begin >= len(page.at):
        return
    at = page.at[begin] - 1
    end = len(page.text) if limit is None or limit >= len(page.at) else page.at[limit] - 1 + len(part.text)
    while (at := page.text.find(part.text, at, end)) >= 0:
        first = bisect_left(page.at, at + 1)
        last = first + len(part.at) - 1
        if not _cuts_a_number(text, page.starts[first]) and not _cuts_a_number(text, page.ends[last]):
            yield first, last
        at += 1


def _cuts_a_number(text: str, place: int) -> bool:
    """Whether a number with its unit goes across this place: "$5" is no honest quote of "$5 million"."""
    if not any(character.isdigit() for character in text[max(0, place - _UNIT) : place + _SIGN]):
        return False
    begin = max(0, place - _AROUND)
    found = read(text[begin : place + _AROUND])
    return any(f.kind == "number" and f.firm and f.start < place - begin < f.end for f in found)


def nearest(quote: str, text: str) -> str | None:
    """The passage of the text that is most like the quote, to be suggested; None when nothing is like it."""
    page, wanted = canonical(text), stream(quote)
    if not wanted.at or not page.at:
        return None
    found = fuzz.partial_ratio_alignment(wanted.text, page.text, score_cutoff=_LIKENESS)
    if found is None or found.dest_end <= found.dest_start:
        return None
    first = min(bisect_left(page.at, found.dest_start), len(page.at) - 1)
    last = max(first, bisect_left(page.at, found.dest_end) - 1)
    passage = text[page.starts[first] : page.ends[last]].strip()
    return passage[:_SUGGESTED] or None
