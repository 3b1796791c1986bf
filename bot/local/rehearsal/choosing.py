"""Chooses what to quote out of any documents: the passages that share most with the request, never all thrown away."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from agents.contracts import CitationDraft, ClaimDraft
from bot.local.rehearsal import language, passages, wording
from bot.local.rehearsal.asks import Ask
from bot.local.rehearsal.findings import Finding, to_machines
from bot.local.rehearsal.passages import Passage
from bot.local.rehearsal.reading import Page

IN_ALL = 16
AT_LEAST = 8
OF_A_TITLE = 5  # passages of a page whose title is on the matter
PER_PAGE = 4
KEY = 6  # claims that a sceptic looks at
SCANT = 3  # with fewer, what stands beside them is told as well
_WEAK = 0.25
_TELLING = 0.45  # share of the best score below which a passage is left out when there are others

# What people ask for in one word and documents say in others: words of the request, then those of the documents.
_CONCEPTS: tuple[tuple[str, str], ...] = (
    ("deadlines deadline dates due frist fristen termine", "due until by before latest deadline fällig votes file"),
    ("cheapest cheap price prices cost costs expensive", "price cost costs charges cheapest per"),
    ("decisions decision decided", "decision agreed agree decide decides vote close fixed"),
    ("actions action tasks todo promise promised promises", "will promised promise take takes need due"),
    ("risks risk problems issues limits", "fails fail wrong late risk problem short excluded"),
    ("safety side effects harm", "adverse side effect serious nausea dizziness safety"),
    ("shopping groceries einkauf einkaufsliste", "ingredients zutaten"),
    ("rules regeln rule", "must may höchstens mindestens muss dürfen never nobody"),
)
_DATES = frozenset(map(wording.root, "deadlines deadline dates date due schedule when timeline frist fristen".split()))


def wide(wanted: Iterable[str]) -> frozenset[str]:
    """The wanted words with those that documents use for them."""
    asked = frozenset(wanted)
    more = [said for words, said in _CONCEPTS if asked & set(map(wording.root, words.split()))]
    return asked | {wording.root(word) for said in more for word in said.split()}


def asks_for_dates(words: frozenset[str]) -> bool:
    return bool(words & _DATES)


def shared(wanted: Iterable[str], text: str) -> frozenset[str]:
    """Those of the wanted words that the text holds."""
    said = wording.roots(text)
    return frozenset(one for one in wanted if one in said or any(wording.meet(one, other) for other in said))


def chosen(pages: Sequence[Page], ask: Ask) -> list[Passage]:
    """The passages to quote, by page; empty only when no page shares a content word with the request."""
    every = [one for page in pages if not to_machines(page) for one in passages.passages(page)]
    if ask.is_open:
        return _in_order(_of_each(every, ask), every)
    scored = _scored(every, ask)
    best = max((score for score, _ in scored), default=0.0)
    telling = [one for score, one in scored if score >= _TELLING * best]
    picked = _limited(telling, len(pages))
    picked += _of_titles(every, picked, ask)
    weak = [one for score, one in scored if score >= _WEAK * best and one not in picked]
    picked += _limited(weak, len(pages))[: max(0, AT_LEAST - len(picked))]
    picked += _beside(picked, every)[: max(0, SCANT - len(picked))] if picked else []
    return _in_order(picked, every)


def _scored(every: Sequence[Passage], ask: Ask) -> list[tuple[float, Passage]]:
    """Passages that share a word with the request, best first: rare words weigh more, those of the task twice."""
    wanted, dates = wide(ask.wanted), asks_for_dates(ask.wanted)
    held = [(one, shared(wanted, one.text), shared(wanted, f"{one.heading} {one.page.title}")) for one in every]
    often = Counter(word for _, said, _ in held for word in said)

    def weight(words: Iterable[str]) -> float:
        own = (2.0 if word in ask.primary else 1.0 if word in ask.wanted else 0.6 for word in words)
        return sum(w * math.log(2 + len(every) / (1 + often[word])) for w, word in zip(own, words, strict=True))

    found: list[tuple[float, Passage]] = []
    for one, said, above in held:
        dated = dates and bool(one.dated)
        if said or above - _titled(one, wanted) or dated:
            telling = 0.4 * language.has_figure(one.text) + 3.0 * dated - 0.6 * one.vague - 0.3 * one.row
            found.append((weight(sorted(said)) + 0.5 * weight(sorted(above - said)) + telling, one))
    return sorted(found, key=lambda pair: -pair[0])


def _of_titles(every: Sequence[Passage], picked: Sequence[Passage], ask: Ask) -> list[Passage]:
    """Some of each page whose title is on the matter and of which little was picked."""
    found: list[Passage] = []
    telling = _telling_titles(every, ask)
    for page in list(dict.fromkeys(one.page.snapshot for one in every if one.page.title in telling))[:6]:
        own = [one for one in every if one.page.snapshot == page and one not in picked]
        have = sum(one.page.snapshot == page for one in picked)
        best = sorted(own, key=lambda one: (one.vague, one.row, -_weight(one, ask), one.place))
        found += best[: max(0, OF_A_TITLE - have)]
    return found


def _telling_titles(every: Sequence[Passage], ask: Ask) -> set[str]:
    """Titles with a wanted word that most other titles do not have."""
    titles = {one.page.title: shared(ask.wanted, one.page.title) for one in every}
    often = Counter(word for words in titles.values() for word in words)
    return {title for title, words in titles.items() if any(2 * often[word] <= len(titles) + 1 for word in words)}


def _titled(one: Passage, wanted: frozenset[str]) -> frozenset[str]:
    """What only the page's title says: it does not put every sentence of the page on the matter."""
    return shared(wanted, one.page.title) - shared(wanted, one.heading)


def _limited(best: Iterable[Passage], pages: int) -> list[Passage]:
    """Not too many of one page, none twice."""
    most = max(PER_PAGE, IN_ALL // max(1, pages))
    picked: list[Passage] = []
    for one in best:
        same = sum(other.page is one.page for other in picked)
        if same < most and len(picked) < IN_ALL and all(other.text != one.text for other in picked):
            picked.append(one)
    return picked


def _beside(picked: Sequence[Passage], every: Sequence[Passage]) -> list[Passage]:
    """What stands next to the picked ones on their pages."""
    near = [
        (min(abs(one.place - other.place) for other in picked if other.page is one.page), one)
        for one in every
        if one not in picked and any(other.page is one.page for other in picked)
    ]
    return [one for _, one in sorted(near, key=lambda pair: pair[0])]


def _of_each(every: Sequence[Passage], ask: Ask) -> list[Passage]:
    """For a request that narrows nothing down: of every page what says most, in equal parts."""
    pages = list(dict.fromkeys(one.page.snapshot for one in every))
    most = max(2, IN_ALL // max(1, len(pages)))
    found: list[Passage] = []
    for page in pages[:IN_ALL]:
        own = [one for one in every if one.page.snapshot == page]
        found += sorted(own, key=lambda one: (one.vague, one.row, -_weight(one, ask), one.place))[:most]
    return found[: 2 * IN_ALL]


def _weight(one: Passage, ask: Ask) -> float:
    return len(shared(ask.wanted, one.text)) + language.has_figure(one.text) + (one.place <= 3)


def _in_order(picked: Sequence[Passage], every: Sequence[Passage]) -> list[Passage]:
    """Pages in the order of their best passage, passages as they stand on the page."""
    order = list(dict.fromkeys(one.page.snapshot for one in picked))
    return sorted(picked, key=lambda one: (order.index(one.page.snapshot), one.place))


def claims(task: str, first: int, picked: Sequence[Passage], ask: Ask) -> list[Finding]:
    """The passages as claims of the task, numbered from `first`."""
    firm = [one for one in picked if not one.row and not one.vague and language.has_figure(one.text)][:KEY]
    return [_claim(f"{task}.c{number}", one, one in firm) for number, one in enumerate(picked, first)]


def _claim(id: str, one: Passage, key: bool) -> Finding:
    quotes = [one.quote, one.head] if one.head and re.search(r"[^\W\d_]", one.head) else [one.quote]
    citations = [CitationDraft(snapshot=one.page.snapshot, quote=quote) for quote in quotes]
    draft = ClaimDraft(text=one.text, key=key, citations=citations)
    return Finding(id, one.text, source=one.page.title, claim=draft)


def fields(one: Finding) -> dict[str, str]:
    """The cells of a finding that is a row of a table, by column; empty for a sentence."""
    parts = [part.partition(": ") for part in one.text.rstrip(".").split("; ")]
    return (
        {name: cell for name, mid, cell in parts if mid} if len(parts) > 1 and all(mid for _, mid, _ in parts) else {}
    )


def ranked(findings: Sequence[Finding], wanted: Iterable[str]) -> list[Finding]:
    """The findings that share words with what is wanted first, each group in its order."""
    asked = wide(wanted)
    return sorted(findings, key=lambda one: -len(shared(asked, f"{one.text} {passages.named(one.source)}")))


def fit(one: Finding, wanted: Iterable[str]) -> int:
    """How many of the wanted words, or of those that documents use for them, the finding holds."""
    return len(shared(wide(wanted), one.text))


def on(findings: Sequence[Finding], wanted: Iterable[str], enough: int = 1) -> list[Finding]:
    """The findings that share a word with what is wanted; with fewer than `enough`, those whose titles do too."""
    asked = wide(wanted)
    near = [one for one in findings if shared(asked, one.text)]
    if len(near) >= enough:
        return near
    return [one for one in findings if one in near or shared(asked, passages.named(one.source))]
