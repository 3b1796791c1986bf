"""Figures of a text: what numbers, years and dates it asserts, and whether another text bears them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import chain, pairwise

from agents.domain.artifact import MARK
from agents.domain.figures.days import dates, times
from agents.domain.figures.figure import Day, Figure, FigureKind
from agents.domain.figures.matching import supported
from agents.domain.figures.measures import clashing, converted, measures
from agents.domain.figures.number_words import number_words
from agents.domain.figures.numerals import numerals, scale_note

__all__ = ["Day", "Figure", "FigureKind", "firm", "foreign", "missing", "read", "supported", "units_clash"]

_FOLDED = {
    **dict.fromkeys(map(ord, "‐‑‒–−﹣－"), "-"),
    **dict.fromkeys(map(ord, "‘’ʼ＇"), "'"),
    **dict.fromkeys(map(ord, "\u2007\u2008\u2009\u202f"), "\u00a0"),
    **dict.fromkeys(map(ord, "⁰¹²³⁴⁵⁶⁷⁸⁹"), " "),  # footnotes and exponents
    **{0xFF10 + digit: str(digit) for digit in range(10)},
    ord("％"): "%",
    ord("＄"): "$",
    ord("—"): ";",
}

_NO_FIGURES = re.compile(
    MARK.pattern
    + r"|\[\^?\d{1,3}(?:\s?[,-]\s?\d{1,3}){0,20}\]"  # footnote marks
    + r"|https?://[^\s<>|)\]]+|(?<!\w)www\.[^\s<>|)\]]+|[\w.+-]{1,64}@[\w-]+\.[\w.-]+"
    + r"|<[@#!][^>\s]{0,80}>|(?<!\d):[a-z][a-z0-9_+-]{0,40}:|&#?\w{1,10};"
)
_NOT_ASSERTED = re.compile(
    "|".join(
        (
            r"^[ \t>*_#+-]*\(?\d{1,3}(?: {0,8}[.)](?=\s|$)|(?:st|nd|rd|th)[.:)])",  # list numbers, "1." and "1st:"
            r"(?:(?<=\s)|^)\(?\d{1,2}\)(?=\s)",  # "(1)" within a sentence
            r"\b(?i:in|since|late|early|summer|winter) \d\d(?=[.,;!?)]?(?:\s|$)(?! ?[a-z]))",  # years of two digits
            r"\b(?i:passages?|sources?|figures?|fig\.|tables?|sections?|footnotes?|ref\.)(?: ID)? \d{1,3}\b",  # labels
        )
    ),
    re.M,
)
_RANGE = re.compile(r"\s?(?:-|to|and|or|bis)\s?[$€£]?")


@lru_cache(maxsize=2048)
def read(text: str) -> tuple[Figure, ...]:
    """All figures of the text in reading order, with those that assert nothing (not `firm`). Cached: quotes recur."""
    folded = text.translate(_FOLDED)
    folded = _NO_FIGURES.sub(lambda match: " " * len(match[0]), folded)
    found = sorted(_all(folded), key=lambda f: (f.start, f.end))
    aside = {place for match in _NOT_ASSERTED.finditer(folded) for place in range(*match.span())}
    found = [replace(f, firm=False) if f.start in aside and f.end - 1 in aside else f for f in found]
    return tuple(_scaled(_ranged(found, folded), scale_note(folded)))


def firm(text: str) -> tuple[Figure, ...]:
    """The figures that the text asserts."""
    return tuple(figure for figure in read(text) if figure.firm)


def foreign(claimed: Iterable[Figure], texts: Iterable[str]) -> list[Figure]:
    """The firm ones among the claimed figures that none of the texts bears."""
    found = [figure for text in texts for figure in read(text)]
    return [figure for figure in claimed if figure.firm and not supported(figure, found)]


def missing(text: str, texts: Iterable[str]) -> list[Figure]:
    """The firm figures of the text that none of the texts bears, not even in another unit of measure."""
    texts = list(texts)
    absent = foreign(read(text), texts)
    if not absent:
        return []
    wanted = {one.figure: one for one in measures(text, tuple(absent))}
    there = [one for other in texts for one in measures(other, read(other))]
    return [f for f in absent if f not in wanted or not any(converted(wanted[f], one) for one in there)]


def units_clash(text: str, other: str) -> tuple[str, str] | None:
    """A measure of the text whose number the other has with another unit only, and that; None when there is none."""
    return clashing(measures(text, read(text)), measures(other, read(other)))


def _all(text: str) -> Iterable[Figure]:
    """Dates and times, then the numerals outside them, then the number words outside both."""
    days = _apart((*dates(text), *times(text)), len(text))
    in_digits = list(numerals(_without(text, days)))
    return chain(days, in_digits, number_words(_without(text, (*days, *in_digits))), _fractions(text))


def _apart(figures: Iterable[Figure], length: int) -> list[Figure]:
    """Of figures that overlap the first; "3-5 March" is two in one place, and both stay."""
    kept: list[Figure] = []
    places: set[tuple[int, int]] = set()
    covered = bytearray(length)
    for figure in figures:
        place = figure.start, figure.end
        if place in places or not any(covered[figure.start : figure.end]):
            covered[figure.start : figure.end] = b"\1" * (figure.end - figure.start)
            places.add(place)
            kept.append(figure)
    return kept


def _without(text: str, figures: Iterable[Figure]) -> str:
    """The text with the figures blanked, every other character in its place."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted({(figure.start, figure.end) for figure in figures}):
        pieces += [text[at:start], " " * (end - max(at, start))]
        at = max(at, end)
    return "".join((*pieces, text[at:]))


def _ranged(found: Sequence[Figure], text: str) -> Iterator[Figure]:
    """In "5 to 10 million" the first number may also be meant in millions."""
    for figure, after in pairwise((*found, None)):
        assert figure is not None
        if (
            after is not None
            and "number" == figure.kind == after.kind
            and _RANGE.fullmatch(text[figure.end : after.start])
        ):
            figure = _sharing(figure, after)
        yield figure


def _sharing(figure: Figure, after: Figure) -> Figure:
    if figure.unit == "%" or (after.unit and figure.unit not in ("", after.unit)):
        return figure
    scales = (*figure.scales, *after.scales) if figure.scales == (1,) != after.scales else figure.scales
    return replace(figure, scales=scales, unit=figure.unit or after.unit)


def _scaled(found: Iterable[Figure], scale: Decimal | None) -> Iterator[Figure]:
    """The figures of a table that says "in millions" have that reading too."""
    for figure in found:
        plain = scale is not None and figure.kind == "number" and figure.scales == (1,)
        yield replace(figure, scales=(Decimal(1), scale)) if plain and scale else figure


def _fractions(text: str) -> Iterator[Figure]:
    """Fractions with a sign of their own, alone and with the whole number before them."""
    for match in re.finditer(r"(\d{0,9}) ?([¼½¾⅓⅔⅛])", text):
        part = Decimal(str(round(unicodedata.numeric(match[2]), 4)))
        whole = Decimal(match[1] or 0)
        yield Figure(match[0], match.start(), match.end(), "number", whole + part, places=2, firm=False)
