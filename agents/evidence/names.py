"""Proper names of a claim, and whether a text speaks of the same ones. Without a lexicon: by capitals and company."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from agents.domain.figures.vocabulary import CODES, MONTHS

_WORD = re.compile(r"[^\W\d_](?:[\w'’&]|[.-](?=\w))*")
_JOINS = frozenset({"of", "de", "la", "du", "von", "van", "der", "&", "for"})  # between two capitals of one name
_SUFFIXES = frozenset(
    """inc ltd limited gmbh corp corporation co company ag plc llc sa se spa nv bv oy ab group
    holding holdings the""".split()
)
_NO_NAMES = frozenset(
    """
    a about according additionally after all also although an and annual any are as at average based because before
    between both but by can compared despite during each every few finally first for four from further he her here his
    how however i if in increasing into is it its last less many may more moreover most much net new next no none nor
    not now of on once one only or other our out over overall per please she since so some still such than that the
    their them then there these they this those three through thus to today together total two under until we were what
    when where whether which while who why will with within without yes you your half several note see part mr mrs ms
    dr prof sir
    monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter
    """.split()
)
_ABBREVIATIONS = frozenset("CEO CFO COO CTO US USA UK EU GDP KPI AI IT HR PR FY OK A I".split())
_SKIPPED = _NO_NAMES | {name.casefold() for name in MONTHS} | {code.casefold() for code in CODES}
_SAID = r"(?:said|says|say|told|tells|added|adds|noted|notes|stated|states|explained|wrote|writes|commented|reported)"
_SPOKE = re.compile(rf"\s*(?:,[^,.;]{{1,60}},)?\s*{_SAID}\b(?=\s*(?:$|[.,;\"”’)]|on\b|in\b|at\b|during\b|when\b))")
_SPOKEN_BY = re.compile(rf"(?:\b{_SAID}|\baccording to|\bas per|\bquoting)\s+(?:[a-z][\w-]*\s+){{0,4}}$", re.I)
_ALIKE = 4  # letters that two forms of one name share at least: German, Germany
_LONGER = 3  # letters by which one form may be longer


@dataclass(frozen=True)
class Name:
    """A name where it stands; `sure` when its capital cannot come from its place at the head of a sentence."""

    text: str
    words: tuple[str, ...]  # folded, without legal forms
    start: int
    end: int
    sure: bool = True


@lru_cache(maxsize=2048)
def read(text: str) -> tuple[Name, ...]:
    """The names of the text in reading order; those at the head of a sentence that may be plain words are not sure."""
    return tuple(name for run in _runs(text) if (name := _name(run, text)) is not None)


def _runs(text: str) -> Iterable[list[re.Match[str]]]:
    """Words with a capital that stand side by side, small joining words between them included."""
    run: list[re.Match[str]] = []
    joins: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        last = (joins or run)[-1:]
        near = not last or text[last[0].end() : match.start()] in (" ", "\u00a0", "-", " & ")
        if match[0][0].isupper():
            if run and not near:
                yield run
                run, joins = [], []
            run, joins = [*run, *joins, match], []
        elif run and near and match[0] in _JOINS and not joins:
            joins = [match]
        else:
            if run:
                yield run
            run, joins = [], []
    if run:
        yield run


def _name(run: list[re.Match[str]], text: str) -> Name | None:
    at_head = _is_head(text, run[0].start())
    while run and _is_plain(run[0][0]):
        run = run[1:]
        at_head = False
    while run and (_is_plain(run[-1][0]) or run[-1][0] in _JOINS):
        run = run[:-1]
    words = tuple(word for match in run if (word := _folded(match[0])) not in _SUFFIXES and word not in _JOINS)
    if not words:
        return None
    first = run[0][0]
    marked = any(letter.isupper() for letter in first[1:]) or any(letter.isdigit() for letter in first)
    sure = not at_head or len(words) > 1 or marked
    return Name(text[run[0].start() : run[-1].end()], words, run[0].start(), run[-1].end(), sure)


def _is_plain(word: str) -> bool:
    """Whether the word is no part of a name, though it is written with a capital. The WHO is not "who"."""
    if word.isupper() and len(word) > 1:
        return word in _ABBREVIATIONS or word in CODES or bool(re.fullmatch(r"[QH]\d", word))
    return _folded(word) in _SKIPPED


def _is_head(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\u00a0\"'“”‘’([*_>-•#")
    return not before or before[-1] in ".!?:;\n…" or text[:start].endswith("\n")


@lru_cache(maxsize=8192)
def _folded(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).casefold().strip(".")


def speakers(text: str) -> frozenset[str]:
    """Texts of the names that only say what the sentence reports."""
    return frozenset(
        name.text for name in read(text) if _SPOKE.match(text, name.end) or _SPOKEN_BY.search(text[: name.start])
    )


def found(name: Name, text: str) -> bool:
    """Whether the text speaks of the name: in full, shortened, by its initials, or in a form of the same word."""
    folded = f" {' '.join(_plain_words(text))} "
    if f" {' '.join(name.words)} " in folded:
        return True
    if len(name.words) == 1 and any(_alike(name.words[0], word) for word in folded.split()):
        return True
    return any(same(name, other) for other in read(text))


def same(one: Name, other: Name) -> bool:
    """Whether two names may be one: one shortens the other, or is its initials."""
    if set(one.words) <= set(other.words) or set(other.words) <= set(one.words):
        return True
    if len(one.words) == len(other.words) == 1:
        return _alike(one.words[0], other.words[0])
    return _initials(one, other) or _initials(other, one)


def _initials(short: Name, long: Name) -> bool:
    if len(short.words) != 1 or len(long.words) < 2 or not short.text.isupper():
        return False
    letters = "".join(word[0] for word in long.words)
    return short.words[0].replace(".", "") in (
        letters,
        "".join(letter for letter in long.text if letter.isupper()).casefold(),
    )


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) > _ALIKE and len(long) - len(short) <= _LONGER and long.startswith(short)


@lru_cache(maxsize=4096)
def _plain_words(text: str) -> tuple[str, ...]:
    return tuple(_folded(match[0]) for match in _WORD.finditer(text))


def of(text: str, lexicon: Lexicon) -> list[Name]:
    """The names of the text that are surely names, each once."""
    unique: dict[tuple[str, ...], Name] = {}
    for name in read(text):
        word = name.words[0] if len(name.words) == 1 else ""
        if word not in lexicon.small and (name.sure or word in lexicon.names):
            unique.setdefault(name.words, name)
    return list(unique.values())


@dataclass(frozen=True)
class Lexicon:
    """What the sources of a mission show about words: which are names there, and which are written small."""

    names: frozenset[str]
    small: frozenset[str]


def lexicon(texts: Iterable[str]) -> Lexicon:
    """What these texts show. A word that is written small anywhere is no name."""
    shown = [_shown(text) for text in texts]
    return Lexicon(
        frozenset[str]().union(*(names for names, _ in shown)), frozenset[str]().union(*(small for _, small in shown))
    )


@lru_cache(maxsize=256)
def _shown(text: str) -> tuple[frozenset[str], frozenset[str]]:
    sure = frozenset(word for name in read(text) if name.sure for word in name.words)
    small = frozenset(_folded(match[0]) for match in _WORD.finditer(text) if match[0][0].islower())
    return sure - small, small
