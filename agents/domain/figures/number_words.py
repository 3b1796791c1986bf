"""Numbers written as words: `twenty-five percent`, `three hundred`, `half`, `third`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from agents.domain.figures.figure import Figure
from agents.domain.figures.numerals import with_unit
from agents.domain.figures.vocabulary import LOOSE, MAGNITUDES, ORDINAL_WORDS, SMALL, TENS

_SCALES = {word: value for word, value in MAGNITUDES.items() if len(word) > 4 and not word.endswith("s")}
_COUNTING = "|".join(sorted({*SMALL, *TENS, *_SCALES, *ORDINAL_WORDS}, key=len, reverse=True))
_SEQUENCE = re.compile(
    rf"(?<![\w'])(?:(?:an?) )?(?:{_COUNTING})(?:(?:[ -]| and )(?:{_COUNTING})){{0,12}}(?![\w'])", re.I
)
_WORD = re.compile(rf"(?<!\w)(?:{'|'.join(LOOSE)})(?!\w)", re.I)
_BIG = Decimal(1000)


def number_words(text: str) -> Iterator[Figure]:
    """Figures in words. Small ones without a unit are not firm: "three reasons" is the author's own count."""
    for match in _SEQUENCE.finditer(text):
        if match[0].lower() not in _SCALES:  # "millions of people" names no figure
            yield from _figures(match)
    for match in _WORD.finditer(text):
        mantissa, scales = LOOSE[match[0].lower()]
        yield _figure(match, Decimal(mantissa), tuple(Decimal(scale) for scale in scales))


def _figures(match: re.Match[str]) -> Iterator[Figure]:
    groups = list(_groups(re.findall(r"[a-z]+", match[0].lower())))
    for value in groups:
        yield _figure(match, value)
    for left, right in pairwise(groups):
        if left < 100 and right < 100:  # as spoken: "twelve fifty" is 12.50 or 1250, "twenty twenty-four" 2024
            yield _figure(match, left + right / 100, (Decimal(1), Decimal(100)))


def _figure(match: re.Match[str], mantissa: Decimal, scales: tuple[Decimal, ...] = (Decimal(1),)) -> Figure:
    figure = Figure(match[0], match.start(), match.end(), "number", mantissa, scales=scales)
    figure = with_unit(figure, match.string[match.end() : match.end() + 20])
    return replace(figure, text=match.string[figure.start : figure.end], firm=mantissa >= _BIG or bool(figure.unit))


def _groups(words: list[str]) -> Iterator[Decimal]:
    """The numbers that a run of number words holds; a new one begins where a word cannot continue the last."""
    total, part, last = Decimal(0), Decimal(0), 0  # last: size of the smallest place still open
    for word in words:
        if word in ("a", "an", "and"):
            continue
        if word in _SCALES:
            total, part = _scaled(total, part, _SCALES[word])
            last = 100 if part else 1000
            continue
        value = SMALL.get(word) or TENS.get(word) or ORDINAL_WORDS.get(word) or 0
        if last and not _continues(value, last):
            yield total + part
            total, part = Decimal(0), Decimal(0)
        part += value
        last = 10 if value >= 20 else 1
    yield total + part


def _scaled(total: Decimal, part: Decimal, scale: Decimal) -> tuple[Decimal, Decimal]:
    """ "Hundred" widens the open part; a larger word closes it."""
    if scale == 100:
        return total, (part or 1) * scale
    if not part and total:
        return total * scale, Decimal(0)
    return total + (part or 1) * scale, Decimal(0)


def _continues(value: int, last: int) -> bool:
    """Whether a word of this value fits after a place of that size: 5 after 20, anything small after 100."""
    return (last == 10 and 0 < value < 10) or last >= 100
