"""Sentences and passages of a page, cut where they stand, so that each is a verbatim part of it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

SENTENCE = re.compile(r"\S(?:.*?[.!?][\"”’)]*(?=\s+[\"“(]?[A-Z0-9])|.*)")
CLUTTER = re.compile(r"[\[\]*_|…<>]|\.\.|(?:^|\s)\W+(?:\s|$)")  # marks, ellipses, signs that are no words
WORDS = re.compile(r"[^\W_]{2,}")
LONG, SHORT = 60, 8  # words of a sentence that is used for a quote


@lru_cache(maxsize=512)
def sentences(page: str) -> tuple[str, ...]:
    """The page's sentences, line by line."""
    return tuple(found[0].strip() for line in page.splitlines() for found in SENTENCE.finditer(line))


def quotable(page: str) -> list[str]:
    """Sentences that are long enough to be quoted and consist of words, each once."""
    fit = [one for one in sentences(page) if SHORT <= len(one.split()) <= LONG and not CLUTTER.search(one)]
    return list(dict.fromkeys(fit))


@lru_cache(maxsize=512)
def _passages(page: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Single sentences and neighbouring pairs, with their words. Pairs are cut from the page itself."""
    one = sentences(page)
    pairs = [pair for a, b in pairwise(one) if (pair := _between(page, a, b))]
    return tuple((text, words(text)) for text in (*one, *pairs))


def _between(page: str, first: str, second: str) -> str:
    start = page.find(first)
    end = page.find(second, start + len(first))
    return page[start : end + len(second)] if start >= 0 and 0 <= end - start - len(first) < 20 else ""


def best_passage(claim: str, page: str) -> str:
    """The sentence, or the pair, that shares most words with the claim; the shorter of two alike."""
    wanted = words(claim)
    best = max(_passages(page), key=lambda passage: (len(wanted & passage[1]), -len(passage[1])), default=None)
    return best[0] if best else page


def words(text: str) -> frozenset[str]:
    """The words and numbers of a text."""
    return frozenset(WORDS.findall(text.casefold()))
