"""Quotes, true and tampered with, against the pages that they are said to be from: how many the matcher accepts."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.evidence import canonical
from bot.bench import texts
from bot.bench.cases import Case

TRUE = (
    "true, raw",
    "true, curly quotes, dashes, spaces",
    "true, bold and footnote marks inside",
    "true, ellipsis in the middle",
)
TYPO = "true but one typo"  # sent back with a suggestion; no case of accepting or refusing rightly
TAMPERED = (
    "one number changed",
    "one name swapped (both on page)",
    "“not” inserted",
    "a quarter of the words dropped",
    "two half sentences spliced",
    "sentence of another page",
    "claim passed off as quote",
)
ORDER = (*TRUE, TYPO, *TAMPERED)
PAGES = 300
WORD = re.compile(r"[^\W_]+")
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-zA-Z]{2,}(?: [A-Z][a-zA-Z]{2,})*")


@dataclass(frozen=True)
class Page:
    """A text, and claims that were made about it."""

    text: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tried:
    """How many quotes of a sort were tried, and what was accepted."""

    sort: str
    count: int
    raw: int  # stand in the page letter by letter
    accepted: int

    @property
    def rate(self) -> float:
        return self.accepted / self.count if self.count else 0.0


def of_cases(cases: Sequence[Case]) -> list[Page]:
    """The sources of the cases, with the claims that cite them."""
    return [Page(source.text, _about(case, source.source_id)) for case in cases for source in case.sources]


def _about(case: Case, source: str) -> tuple[str, ...]:
    return tuple(c.text for c in case.claims if any(quote.source_id == source for quote in c.citations))


def table(pages: Sequence[Page], seed: int) -> list[Tried]:
    """One row for each sort of quote."""
    count, raw, accepted = Counter[str](), Counter[str](), Counter[str]()
    used = [page for page in pages if len(texts.quotable(page.text)) >= 2][:PAGES]
    for number, page in enumerate(used):
        other = used[(number + 1) % len(used)]
        for sort, quote in _variants(page, other, random.Random(f"{seed}/{number}")):
            count[sort] += 1
            raw[sort] += quote in page.text
            accepted[sort] += canonical.find(quote, page.text) is not None
    return [Tried(sort, count[sort], raw[sort], accepted[sort]) for sort in ORDER if count[sort]]


def _variants(page: Page, other: Page, dice: random.Random) -> Iterator[tuple[str, str]]:
    one, two = dice.sample(texts.quotable(page.text), 2)
    yield from _true(one, dice)
    held = _bare(page.text)
    for sort, quote in _tampered(one, two, page, other, dice):
        if quote and _bare(quote) not in held:
            yield sort, quote


def _bare(text: str) -> str:
    """Its words and no more: what has all the same words in the same order was not tampered with after all."""
    return f" {' '.join(WORD.findall(text.casefold()))} "


def _true(one: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    words = one.split()
    third = len(words) // 3
    yield "true, raw", one
    curly = one.replace("'", "’").replace(" - ", " – ").replace(" ", "\u00a0", 3).replace(", ", ",  ").replace('"', "“")
    yield "true, curly quotes, dashes, spaces", curly
    yield (
        "true, bold and footnote marks inside",
        " ".join([*words[:2], f"**{words[2]}**", *words[3:-1], f"{words[-1]}[7]"]),
    )
    if third >= canonical.PART_WORDS:
        yield "true, ellipsis in the middle", " ".join([*words[:third], "...", *words[-third:]])
    if typo := _typo(words, dice):
        yield TYPO, typo


def _typo(words: Sequence[str], dice: random.Random) -> str:
    """Two letters of a long word have changed places."""
    long = [place for place, word in enumerate(words) if word.isalpha() and len(word) > 5 and word[2] != word[3]]
    if not long:
        return ""
    place = dice.choice(long)
    word = words[place]
    return " ".join([*words[:place], word[:2] + word[3] + word[2] + word[4:], *words[place + 1 :]])


def _tampered(one: str, two: str, page: Page, other: Page, dice: random.Random) -> Iterator[tuple[str, str]]:
    words, others = one.split(), two.split()
    half = len(words) // 2
    yield "one number changed", _number_changed(one, dice)
    yield "one name swapped (both on page)", _name_swapped(one, page.text, dice)
    yield "“not” inserted", " ".join([*words[:half], "not", *words[half:]])
    dropped = set(dice.sample(range(1, len(words) - 1), max(1, len(words) // 4)))
    yield "a quarter of the words dropped", " ".join(w for place, w in enumerate(words) if place not in dropped)
    yield "two half sentences spliced", " ".join([*words[:half], *others[len(others) // 2 :]])
    yield "sentence of another page", dice.choice(texts.quotable(other.text))
    yield "claim passed off as quote", dice.choice(page.claims) if page.claims else ""


def _number_changed(one: str, dice: random.Random) -> str:
    places = [found.start() for found in re.finditer(r"\d", one)]
    if not places:
        return ""
    place = dice.choice(places)
    return f"{one[:place]}{(int(one[place]) + dice.randint(1, 9)) % 10}{one[place + 1 :]}"


def _name_swapped(one: str, page: str, dice: random.Random) -> str:
    here = NAME.findall(one)
    there = sorted({name for name in NAME.findall(page) if name not in one and one not in name})
    return one.replace(dice.choice(here), dice.choice(there), 1) if here and there else ""
