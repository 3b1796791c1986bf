"""Claims that contradict each other, or a source: the same name and subject, another figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from agents.domain import figures
from agents.domain.evidence import Claim
from agents.domain.figures import Figure
from agents.domain.marking import sentences
from agents.evidence.canonical import stream

OVERLAP = 0.6  # share of the smaller text's subject words that the other must have
_PASSAGE = 0.7  # the same for a sentence of a source, which says more than it is compared for

_WITHOUT_SUBJECT = """
    a about after all also an and any approximately are around as at be been between both but by can could did do does
    each end for from had has have he her his i in into is it its just less made make more most nearly no not of on one
    only or other our over per said says she since so some such than that the their them then there these they this
    those through to under up was we were what when where which while who will with would year years you
    million billion thousand percent cent dollars euros
"""
_EMPTY = frozenset(_WITHOUT_SUBJECT.split())
_WORD = re.compile(r"[^\W\d_]{2,}")
_JOINS = re.compile(
    r"\b(?:together|combined|altogether|in all|jointly|both|sum|aggregate|difference|gap|apart|margin"
    r"|compared|versus)\b",
    re.I,
)
_CAPITAL = re.compile(r"\b[A-ZÀ-ÖØ-Þ][^\W\d_]+")


@dataclass(frozen=True)
class Candidate:
    """Two statements on one subject with different figures of one kind."""

    claim: str  # id
    other: str  # id of the other claim, or the sentence of a source
    figure: str  # as written in the claim
    against: str  # as written in the other


def between(claims: Sequence[Claim]) -> list[Candidate]:
    """Pairs of claims that speak of the same and give different figures; opinions left out."""
    read = [_read(claim.text) for claim in claims]
    pairs = combinations([(claim, one) for claim, one in zip(claims, read, strict=True) if claim.kind != "opinion"], 2)
    return [
        Candidate(claim.id, other.id, *clash)
        for (claim, one), (other, two) in pairs
        if claim.id not in other.derived_from and other.id not in claim.derived_from
        for clash in _clash(one, two, OVERLAP)
    ]


def against(
    claims: Sequence[Claim], others: Sequence[Claim], lineage: Callable[[str, str], bool], recent: int
) -> list[Candidate]:
    """Pairs of one of the claims with one of the others, or with a later one of themselves; each pair once.

    `lineage` tells whether one rests on the other: what was taken from a claim does not contradict it. What
    names no year may be about any since `recent`.
    """
    read = {claim.id: _read(claim.text) for claim in (*claims, *others)}
    found: list[Candidate] = []
    for place, claim in enumerate(claims):
        if claim.kind == "opinion" or not read[claim.id].figures:
            continue
        for other in (*claims[place + 1 :], *others):
            if other.kind == "opinion" or lineage(claim.id, other.id):
                continue
            one, two = read[claim.id], read[other.id]
            if _same_thing(one, two) and _same_time(one, two, recent):
                found += [Candidate(claim.id, other.id, *clash) for clash in _clash(one, two, OVERLAP)]
    return found


def disputed(claim: Claim, texts: Mapping[str, str], recent: int) -> list[Candidate]:
    """Sentences of the texts, by their ids, that give another figure for the same name, year and subject."""
    one = _read(claim.text)
    if not one.figures or not one.names:
        return []
    found: list[Candidate] = []
    for text in texts.values():
        for sentence in _telling(text):
            two = _read(sentence)
            if _same_thing(one, two) and one.years <= two.years and _same_time(one, two, recent):
                found += [Candidate(claim.id, sentence, *clash) for clash in _clash(one, two, _PASSAGE)]
    return found


@lru_cache(maxsize=128)
def _telling(text: str) -> tuple[str, ...]:
    """The sentences of a text that hold a digit."""
    return tuple(sentence for sentence in sentences(text) if any(c.isdigit() for c in sentence))


def within(claim: Claim, passage: str) -> list[Candidate]:
    """Sentences of a source that speak of the same as the claim and give another figure."""
    one = _read(claim.text)
    return [
        Candidate(claim.id, sentence, *clash)
        for sentence in sentences(passage)
        for clash in _clash(one, _read(sentence), _PASSAGE)
    ]


@dataclass(frozen=True)
class _Statement:
    words: frozenset[str]
    names: frozenset[str]  # those of the words that are written with a capital
    figures: tuple[Figure, ...]  # numbers
    years: frozenset[int]
    joins: bool  # speaks of several things taken together, or of what lies between them


@lru_cache(maxsize=8192)
def _read(text: str) -> _Statement:
    found = figures.firm(text)
    years = {int(f.mantissa) for f in found if f.kind == "year"} | {d.year for f in found for d in f.days if d.year}
    words = _subject_words(" ".join(stream(text).tokens()))
    names = _subject_words(" ".join(_CAPITAL.findall(text)))
    return _Statement(
        words, names & words, tuple(f for f in found if f.kind == "number"), frozenset(years), bool(_JOINS.search(text))
    )


def _subject_words(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(text.casefold()) if word not in _EMPTY)


def _stem(word: str) -> str:
    """Plurals and past tenses fall together with the word: rough, and enough to compare subjects."""
    for ending in ("ies", "es", "ed", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word.removesuffix(ending)
    return word


def _clash(one: _Statement, two: _Statement, overlap: float) -> Iterator[tuple[str, str]]:
    """The first figure of each that has no counterpart of its kind in the other, when the subjects are the same."""
    if not one.figures or not two.figures or not _same_subject(one, two, overlap):
        return
    for figure in one.figures:
        rivals = [other for other in two.figures if _kind(other) == _kind(figure)]
        if rivals and not _agree(figure, rivals):
            yield figure.text, rivals[0].text
            return


def _same_subject(one: _Statement, two: _Statement, overlap: float) -> bool:
    if one.years and two.years and not one.years & two.years:
        return False
    if one.names - two.words and two.names - one.words:
        return False  # each names something that the other does not
    smaller = min(len(one.words), len(two.words))
    return smaller >= 2 and len(one.words & two.words) / smaller >= overlap


def _same_thing(one: _Statement, two: _Statement) -> bool:
    """Whether both speak of one name, and say of it what is the same apart from the name."""
    if one.joins != two.joins:
        return False  # a total and one of its parts, a gap and what it lies between
    left, right = one.words - one.names, two.words - two.names
    smaller = min(len(left), len(right))
    return bool(one.names & two.names) and smaller > 0 and len(left & right) / smaller >= OVERLAP


def _same_time(one: _Statement, two: _Statement, recent: int) -> bool:
    """Whether the years named do not rule it out; a statement without one is about today, or not long ago."""
    if one.years and two.years:
        return bool(one.years & two.years)
    return max((*one.years, *two.years), default=recent) >= recent


def _kind(figure: Figure) -> str:
    return "money" if figure.unit not in ("", "%", "pp", "bp") else figure.unit


def _agree(figure: Figure, rivals: Iterable[Figure]) -> bool:
    """Whether one is the other, rounded or not."""
    return any(figures.supported(figure, [rival]) or figures.supported(rival, [figure]) for rival in rivals)
