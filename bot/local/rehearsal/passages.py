"""Everything in a page that can be quoted: sentences with the heading, label or page they belong to, and table rows."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.domain import figures, marking
from bot.local.rehearsal import language, wording
from bot.local.rehearsal.findings import TO_MACHINES, VAGUE
from bot.local.rehearsal.reading import Page

_SPEAKER = re.compile(r"^\s*((?:[A-Z][^\W\d_.]*\.?)(?:\s[A-Z][^\W\d_.]*){0,2}):\s+\S")
_DATE = re.compile(
    rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}\.?\s(?:{'|'.join(language.MONTHS)})\b|\b(?:{'|'.join(language.MONTHS)})\s\d{{1,2}}\b"
    r"|\b\d{1,2}\.\s?(?:Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember)\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b",
    re.IGNORECASE,
)
LONGEST = 60  # words of a quote


@dataclass(frozen=True)
class Passage:
    """One quotable piece of a page."""

    page: Page
    quote: str  # exactly as it stands there
    text: str  # the same as a sentence of its own
    place: int  # position on the page
    heading: str = ""
    label: str = ""  # what stands before the text: heading, speaker or title
    row: bool = False
    head: str = ""  # of a row: the header, as it stands there
    vague: bool = False  # begins with a pronoun

    @property
    def dated(self) -> str:
        """The first date in it, as written; "" when there is none."""
        found = _DATE.search(self.text)
        return found[0] if found else ""


def date_in(text: str) -> str:
    """The first date in the text, as written, with its year if it has one; "" when there is none."""
    found = re.search(rf"(?:{_DATE.pattern})(?:,?\s\d{{4}}\b)?", text, re.IGNORECASE)
    return found[0] if found else ""


@lru_cache(maxsize=200)
def passages(page: Page) -> tuple[Passage, ...]:
    """The quotable pieces of the page in reading order; paragraphs addressed to machines give none."""
    kept = "\n\n".join(part for part in re.split(r"\n\s*\n", page.text) if not TO_MACHINES.search(part))
    found = _rows_of_csv(page, kept) if _is_csv(page) else _read(page, kept)
    return tuple(one for one in found if _can_be_marked(one))


def _can_be_marked(one: Passage) -> bool:
    """Whether each figure is still found in the quote when the text is cut where the harness cuts sentences."""
    quotes = [one.text, one.quote, *([one.head] if one.head else [])]
    return not any(figures.foreign(figures.firm(part), quotes) for part in marking.sentences(one.text))


def _is_csv(page: Page) -> bool:
    return page.source.lower().endswith((".csv", ".tsv"))


# ---- rows ----


def _rows_of_csv(page: Page, text: str) -> Iterator[Passage]:
    lines = [line.strip("\r") for line in text.splitlines() if line.strip()]
    if not lines:
        return
    mark = max(",;\t", key=lines[0].count)
    names = _cells(lines[0], mark)
    for place, line in enumerate(lines[1:], 1):
        yield _row(page, line, lines[0], names, _cells(line, mark), place)


def _cells(line: str, mark: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]


def _row(page: Page, line: str, head: str, names: Sequence[str], cells: Sequence[str], place: int) -> Passage:
    """The row with the names of its columns; as it stands where a figure would not be found in the quote so."""
    named = "; ".join(f"{name}: {cell}" for name, cell in zip(names, cells, strict=False) if name and cell)
    in_head = figures.foreign(figures.read(named), [line])
    quoted = [line, head] if in_head and not figures.foreign(figures.read(named), [line, head]) else [line]
    text = named if named and not figures.foreign(figures.read(named), quoted) else language.flat(line)
    return Passage(page, line, text, place, row=True, head=head if len(quoted) > 1 else "", heading=language.flat(head))


def _rows_of_table(page: Page, lines: Sequence[str], start: int) -> Iterator[Passage]:
    rows = [line.strip() for line in lines if not re.fullmatch(r"[\s|:-]+", line)]
    names = [language.flat(cell) for cell in rows[0].strip("|").split("|")] if rows else []
    for place, line in enumerate(rows[1:], start):
        cells = [language.flat(cell) for cell in line.strip("|").split("|")]
        yield _row(page, line, rows[0], names, cells, place)


# ---- running text ----


@dataclass(frozen=True)
class _Block:
    lines: tuple[str, ...]
    kind: str  # "heading", "table" or "text"


def _blocks(text: str) -> Iterator[_Block]:
    """Headings, tables and paragraphs; list items and lines that begin with a speaker stand by themselves."""
    held: list[str] = []
    kind = "text"
    for line in [*text.splitlines(), ""]:
        now = "heading" if re.match(r"\s*#{1,6}\s", line) else "table" if line.lstrip().startswith("|") else "text"
        alone = re.match(r"\s*(?:[-*+•>]|\d+[.)])\s+\S", line) or _SPEAKER.match(line)
        if held and (not line.strip() or now != kind or now == "heading" or alone):
            yield _Block(tuple(held), kind)
            held = []
        if line.strip() and not re.match(r"\s*(?:```|~~~|---+$|===+$|<[/!a-z])", line):
            held.append(line)
            kind = now
    if held:
        yield _Block(tuple(held), kind)


def _read(page: Page, text: str) -> Iterator[Passage]:
    heading, place, blocks = "", 0, list(_blocks(text))
    for number, block in enumerate(blocks):
        place += 1
        if block.kind == "heading":
            heading = language.flat(block.lines[0].lstrip("# "))
            continue
        if block.kind == "table":
            yield from _rows_of_table(page, block.lines, place)
            place += len(block.lines)
            continue
        lines = list(block.lines)
        if _is_title(lines, number):
            heading, lines = (language.flat(lines[0]) if number else heading), lines[1:]
        for one in _sentences_of(page, lines, heading, place):
            place = one.place
            yield one


def _is_title(lines: Sequence[str], number: int) -> bool:
    """A short line without an end, alone or at the top of the page before a line that begins a sentence."""
    first = lines[0].strip()
    short = len(first.split()) <= 10 and first[:1].isupper() and first[-1:] not in '.!?:;,”"' and ": " not in first
    return short and (len(lines) == 1 or (number == 0 and lines[1].strip()[:1].isupper()))


def _sentences_of(page: Page, lines: Sequence[str], heading: str, place: int) -> Iterator[Passage]:
    body = re.sub(r"^\s*(?:[-*+•>]|\d+[.)])\s+", "", "\n".join(lines)).strip()
    said = language.split(body) if re.search(r"[.!?]", body) else [line.strip() for line in body.splitlines()]
    speaker = _SPEAKER.match(body)
    for number, quote in enumerate(said):
        place += 1
        if _fit(quote):
            yield _passage(page, quote, heading, place, speaker[1] if speaker and number else "")


def _fit(quote: str) -> bool:
    count = len(language.words(quote))
    even = quote.count('"') % 2 == 0 and quote.count("“") == quote.count("”") and quote.count("(") == quote.count(")")
    return 3 <= count <= LONGEST and even and not quote.rstrip().endswith(("?", ":"))


def _passage(page: Page, quote: str, heading: str, place: int, speaker: str) -> Passage:
    plain, vague = language.without_ordinals(language.flat(quote)), bool(VAGUE.match(language.flat(quote)))
    label = speaker or _label(page, plain, heading, vague)
    text = f"{label}: {plain}" if label else plain
    return Passage(page, quote, text, place, heading, label, vague=vague and not speaker)


def _label(page: Page, plain: str, heading: str, vague: bool) -> str:
    """What the sentence is about, where it does not say so itself: its heading, else the page."""
    said, head, title = wording.roots(plain), named(heading), named(page.title)
    own = wording.roots(heading) != wording.roots(page.title) or len(head.split()) <= 3
    if head and own and len(head.split()) <= 6 and not said & wording.roots(head):
        return head
    if 1 < len(title.split()) <= (6 if vague else 3) and not said & wording.roots(title):
        return title
    return ""


def heading(title: str) -> str:
    """The label as a heading, where a date needs no mark: files are often named by their day."""
    day = re.search(r"\b(\d{4})[ _.-](\d\d)[ _.-](\d\d)\b", title)
    parts = [named(title), "-".join(day.groups()) if day else ""]
    return ", ".join(part for part in parts if part) or label(title)


def label(title: str) -> str:
    """A heading for what comes from the page of that title."""
    return named(title) or "A document without a name"


def named(title: str) -> str:
    """The title without figures, which would need a mark."""
    plain = re.sub(r"\S*\d\S*", "", title).strip(" ,;:–-()")
    plain = " ".join(plain.split())
    return plain[:1].upper() + plain[1:]
