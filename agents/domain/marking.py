"""Where an artifact says something checkable, and whether the marks there lead to claims that say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agents.domain import figures
from agents.domain.artifact import MARK, Artifact, Item
from agents.domain.evidence import Claim
from agents.domain.figures import Figure

_MARKS = r"(?:\s*\[t[0-9a-z_-]*\.c\d+\])*"
_END = re.compile(
    rf"(?<![.!?…])[.!?…]+[\"'”’)*_]*{_MARKS}(?=\s|$)"
)  # a mark behind the full stop belongs to the sentence before
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|[A-Z]\.[A-Z]|e\.g|i\.e|approx|ca|cf|co|corp|dr|etc|fig|inc|jr|ltd|mr|mrs|ms|no|nr|prof|st|vs"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.$",
    re.I,
)
_LIST_NUMBER = re.compile(r"^[\s>*_#+-]*\d{1,3}\.$")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(?P<title>.*)| {0,3}\*\*(?P<bold>[^*]+)\*\*:?\s*$")

# Figures of the plan itself and not of the world: "Day 3", "weeks 1-2", "post #4", "the 30-day calendar", "1/5".
_COUNTED = (
    "days?|weeks?|months?|phases?|steps?|stages?|posts?|parts?|sections?|chapters?|figures?|tables?|slides?|items?|tasks?"
    "|options?|rounds?|waves?|sprints?|versions?|tips?|no\\."
)
_NOT_MORE = r"(?![.,]?\d|[ \u00a0]?%)"
_PLAN_WORDS = "calendar|plan|launch|guide|campaign|schedule|roadmap"
_PRODUCTS = "posts|sources|claims|tasks|deliverables|sections|slides|specialists"
_PLAN = re.compile(
    rf"\b(?:{_COUNTED})[ \u00a0]?#?\d{{1,4}}\b{_NOT_MORE}"
    rf"(?:[ \u00a0]?(?:-|–|to|and|&|,)[ \u00a0]?#?\d{{1,4}}\b{_NOT_MORE}){{0,9}}"
    r"|(?<![\w#])#\w{1,80}"  # hashtags and "#4"
    rf"|\b\d{{1,3}}(?=[-‑ ](?:day|week|step|part|phase|point)s?[ -](?:\w{{1,30}} ){{0,2}}(?:{_PLAN_WORDS})\b)"
    rf"|\b(?:{_PLAN_WORDS}) (?:[^\W\d]{{1,20}} ){{0,4}}\d{{1,3}}(?= (?:\w{{1,20}} )?(?:days|weeks)\b)"
    rf"|\b\d{{1,3}}(?= (?:[^\W\d][\w-]{{0,30}} ){{0,2}}(?:{_PRODUCTS})\b)"
    r"|(?<!\d)\d{1,2}/\d{1,2}(?=[ .:)\]]{0,9}$)",
    re.I,
)
_DATES = frozenset({"date", "day", "when", "deadline", "due", "start", "end", "datum"})
_NUMBERED = frozenset(
    {"#", "no", "no.", "nr", "nr.", "number", "day", "week", "month", "phase", "step", "post", "rank", "time"}
)


@dataclass(frozen=True)
class Unit:
    """A sentence, table cell or item, with the marks that stand for it."""

    where: str  # for people: "row 3, column Price"
    text: str  # with its marks
    marks: tuple[str, ...]
    dates_free: bool = False  # headings and calendar columns: dates there are structure
    numbers_free: bool = False  # columns that count


def plain(text: str) -> str:
    """The text as its reader sees it: without marks and the spaces before them."""
    return re.sub(r"(?<![ \t\u00a0])[ \t\u00a0]*" + MARK.pattern, "", text).strip()


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text in order. A line end always ends one; a row of a Markdown table is one."""
    for line in filter(str.strip, text.splitlines()):
        yield from [line.strip()] if line.lstrip().startswith("|") else _sentences(line)


def _sentences(line: str) -> Iterator[str]:
    begin = 0
    for match in _END.finditer(line):
        sentence, after = line[begin : match.end()], line[match.end() : match.end() + 2].strip()
        stop = line[max(begin, match.start() - 12) : match.start() + 1]
        if after.islower() or _LIST_NUMBER.match(line[begin : match.start() + 1]):
            continue
        if match[0] == "." and _ABBREVIATED.search(stop) and after:
            continue
        yield sentence.strip()
        begin = match.end()
    if rest := line[begin:].strip():
        yield rest


def heading(line: str) -> str | None:
    """The title, when the line is a heading."""
    match = _HEADING.match(line)
    title = plain(match["title"] or match["bold"] or "").strip("# \t") if match else ""
    return title or None


def units(artifact: Artifact) -> Iterator[Unit]:
    """Everything in the artifact that may need a mark."""
    if artifact.kind == "text":
        for sentence in sentences(artifact.text):
            yield Unit("the text", sentence, tuple(MARK.findall(sentence)), dates_free=heading(sentence) is not None)
    elif artifact.kind == "table":
        for number, row in enumerate(artifact.rows, start=1):
            yield from _cells(artifact.columns, number, row)
    else:
        for number, item in enumerate(artifact.items, start=1):
            yield Unit(name(item, number), item.text, tuple(MARK.findall(f"{item.label} {item.text}")))


def _cells(columns: tuple[str, ...], number: int, row: tuple[str, ...]) -> Iterator[Unit]:
    """A mark anywhere in a row stands for the row: tables often have a column of sources."""
    marks = tuple(MARK.findall(" ".join(row)))
    for place, cell in enumerate(row):
        column = columns[place] if place < len(columns) else str(place + 1)
        key = plain(column).casefold()
        calendar = key in _DATES or key.endswith(" date") or key.startswith("date ")
        yield Unit(f"row {number}, column {column}", cell, marks, dates_free=calendar, numbers_free=key in _NUMBERED)


def name(item: Item, number: int) -> str:
    """How to speak of an item: its number and, where it has one, its label."""
    return f"item {number} ({item.label})" if item.label.strip() else f"item {number}"


def unborne(unit: Unit, claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """The figures of the unit, as written, that no claim marked there contains in its text or quotes."""
    needed = _needed(unit)
    texts = [text for mark in unit.marks if mark in claims for text in _words(claims[mark])] if needed else []
    return tuple(dict.fromkeys(figure.text for figure in figures.foreign(needed, texts)))


def _needed(unit: Unit) -> list[Figure]:
    text = _PLAN.sub(lambda match: " " * len(match[0]), unit.text)
    return [figure for figure in figures.firm(text) if not _is_structure(figure, unit)]


def _is_structure(figure: Figure, unit: Unit) -> bool:
    if figure.kind == "time":
        return True  # an hour at which something is planned
    if unit.dates_free and figure.kind in ("date", "year"):
        return True
    return unit.numbers_free and figure.kind == "number" and not figure.unit


def _words(claim: Claim) -> Iterable[str]:
    return claim.text, *(citation.quote for citation in claim.citations)


def snapshots(marks: Iterable[str], claims: Mapping[str, Claim]) -> frozenset[str]:
    """Ids of the snapshots that the marked claims cite, themselves or through the claims they were taken from."""
    seen: set[str] = set()
    left = [mark for mark in marks if mark in claims]
    while left:
        id = left.pop()
        if id not in seen:
            seen.add(id)
            left += [parent for parent in claims[id].derived_from if parent in claims]
    return frozenset(citation.snapshot for id in seen for citation in claims[id].citations)


def parts(text: str) -> list[tuple[str, str]]:
    """Heading and body of each section that has a body; the lead-in is none. Without headings the text is one."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        title = heading(line)
        if title is None:
            sections[-1][1].append(line)
        else:
            sections.append((title, []))
    headed = [(title, "\n".join(body)) for title, body in sections[1:] if "".join(body).strip()]
    return headed or [("the text", text)]
