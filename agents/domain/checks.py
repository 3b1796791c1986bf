"""Acceptance checks that code can run over finished work. What they find goes back to the specialist, word for word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from agents.domain import artifact as artifacts
from agents.domain import consistency, manner, marking
from agents.domain.artifact import MARK, Artifact, Kind
from agents.domain.evidence import Claim, Status
from agents.domain.marking import plain
from agents.domain.plan import Check

Takes = Literal["number", "names", "nothing"]

_LARGEST = 100_000  # of any number in a check
_TOLD = 12  # sentences of one check; the rest is counted
_SHOWN = 90  # characters of a quotation in a sentence

_WORD = re.compile(r"\w+(?:['’.,-]\w+)*")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINK = re.compile(
    r"\bhttps?://\S+|\bwww\.\w\S*|\bmailto:\S+|\]\([^)\s]{1,2000}\)|<a\s[^>]{0,500}href|\b[a-z0-9-]{1,63}\.(?:com|org|net|io|ly|co|eu|de)/\S+",
    re.I,
)
_ALL: tuple[Kind, ...] = ("text", "table", "items")


@dataclass(frozen=True)
class Evidence:
    """What stands behind the work: the claims it may refer to, and how each of them stands."""

    claims: Mapping[str, Claim]
    statuses: Mapping[str, Status | None]


@dataclass(frozen=True)
class CheckKind:
    """A kind of acceptance check."""

    name: str
    takes: Takes  # which parameter of a check it reads
    meaning: str  # one sentence for planners and people; n is the number
    fits: tuple[Kind, ...]  # the outputs that it can judge
    run: Callable[[Check, Artifact, Evidence], Iterable[str]]


def fault_of(check: Check, output: Kind | None = None) -> str | None:
    """What is wrong with the check itself, or with asking it of this output; None when it can be run."""
    kind = KINDS.get(check.kind)
    if kind is None:
        return f"There is no check of kind {check.kind!r}; there are {', '.join(KINDS)}."
    if kind.takes == "number" and not _is_count(check.number):
        return f"The check {kind.name} needs a whole number from 1 to {_LARGEST}, not {check.number!r}."
    if kind.takes == "names" and not any(name.strip() for name in check.names):
        return f"The check {kind.name} needs at least one name."
    if output is not None and output not in kind.fits:
        return f"The check {kind.name} judges {' and '.join(kind.fits)}, and the output is {output}."
    return None


def _is_count(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= _LARGEST


def failures(check: Check, artifact: Artifact, evidence: Evidence) -> list[str]:
    """One sentence for each thing that keeps the work from passing: what, where, by how much. Empty when it passes."""
    fault = fault_of(check, artifact.kind)
    if fault is not None:
        return [fault]
    found = list(KINDS[check.kind].run(check, artifact, evidence))
    more = len(found) - _TOLD
    return [*found[:_TOLD], f"{check.kind}: {more} more of the same."] if more > 0 else found


# ---- counts and lengths ----


def _pieces(artifact: Artifact) -> Sequence[object]:
    return artifact.rows if artifact.kind == "table" else artifact.items


def _piece(artifact: Artifact, count: int) -> str:
    word = "row" if artifact.kind == "table" else "item"
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _count(check: Check, artifact: Artifact, _: Evidence) -> Iterator[str]:
    got, wanted = len(_pieces(artifact)), _number(check)
    if got != wanted:
        by = f"{wanted - got} too few" if got < wanted else f"{got - wanted} too many"
        yield f"There must be exactly {_piece(artifact, wanted)}; there are {got}, {by}."


def _min_count(check: Check, artifact: Artifact, _: Evidence) -> Iterator[str]:
    got, wanted = len(_pieces(artifact)), _number(check)
    if got < wanted:
        yield f"There must be at least {_piece(artifact, wanted)}; there are {got}, {wanted - got} too few."


def _texts(artifact: Artifact) -> Iterator[tuple[str, str]]:
    """What lengths are measured of, as the reader sees it: the whole text, or each item."""
    if artifact.kind == "text":
        yield "The text", plain(artifact.text)
    for number, item in enumerate(artifact.items, start=1):
        yield _initial(marking.name(item, number)), plain(item.text)


def _max_chars(check: Check, artifact: Artifact, _: Evidence) -> Iterator[str]:
    for where, text in _texts(artifact):
        got = len(unicodedata.normalize("NFC", text))
        if got > _number(check):
            yield f"{where} has {got} characters; at most {check.number} are allowed, {got - _number(check)} too many."


def _word_count(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))


def _min_words(check: Check, artifact: Artifact, _: Evidence) -> Iterator[str]:
    for where, text in _texts(artifact):
        got = _word_count(text)
        if got < _number(check):
            yield f"{where} has {got} words; at least {check.number} are needed, {_number(check) - got} more."


def _max_words(check: Check, artifact: Artifact, _: Evidence) -> Iterator[str]:
    for where, text in _texts(artifact):
        got = _word_count(text)
        if got > _number(check):
            yield f"{where} has {got} words; at most {check.number} are allowed, {got - _number(check)} too many."


# ---- tables ----


def _consecutive_dates(check: Check, artifact: Artifact, _: Evidence) -> Iterator[str]:
    keys = [_folded(column) for column in artifact.columns]
    place = keys.index("date") if "date" in keys else 0
    cells = [plain(row[place]) if place < len(row) else "" for row in artifact.rows]
    days = {cell: _day(cell) for cell in cells}
    for number, cell in enumerate(cells, start=1):
        if days[cell] is None:
            yield f"Row {number} has {_short(cell)} where a date as YYYY-MM-DD is needed."
    yield from _gaps(sorted({day for day in days.values() if day is not None}), _number(check), len(cells))


def _gaps(days: list[date], wanted: int, rows: int) -> Iterator[str]:
    if len(days) != wanted:
        by = f"{wanted - len(days)} too few" if len(days) < wanted else f"{len(days) - wanted} too many"
        yield f"There must be exactly {wanted} different dates; there are {len(days)} in {rows} rows, {by}."
    for before, after in pairwise(days):
        missing = after.toordinal() - before.toordinal() - 1
        if missing:
            yield f"The dates must follow each other; between {before} and {after} {missing} are missing."


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if _ISO.fullmatch(cell) else None
    except ValueError:
        return None


def _columns(check: Check, artifact: Artifact, _: Evidence) -> Iterator[str]:
    there = {_folded(column) for column in artifact.columns}
    for name in _names(check):
        if _folded(name) not in there:
            has = ", ".join(_short(column) for column in artifact.columns) or "no columns"
            yield f"The table has no column {_short(name)}; it has {has}."


def _no_empty_cells(_: Check, artifact: Artifact, __: Evidence) -> Iterator[str]:
    for number, row in enumerate(artifact.rows, start=1):
        for place, column in enumerate(artifact.columns):
            if place >= len(row) or _is_empty(row[place]):
                yield f"The cell in row {number}, column {_short(column)} is empty."
        if len(row) > len(artifact.columns):
            yield f"Row {number} has {len(row)} cells; the table has {len(artifact.columns)} columns."


def _is_empty(cell: str) -> bool:
    """Nothing, or only dashes, dots and question marks that stand for nothing."""
    return all(character.isspace() or unicodedata.category(character) in ("Pd", "Po", "Cf", "Cc") for character in cell)


# ---- words ----


def _mentions(check: Check, artifact: Artifact, _: Evidence) -> Iterator[str]:
    text = _folded(f"{artifact.title}\n{artifacts.words(artifact)}")
    for term in _names(check):
        if not re.search(rf"(?<!\w){re.escape(_folded(term))}(?!\w)", text):
            yield f"{_short(term)} is not mentioned anywhere."


def _sections(check: Check, artifact: Artifact, _: Evidence) -> Iterator[str]:
    titles = [title for title in map(marking.heading, artifact.text.splitlines()) if title]
    for name in _names(check):
        if not any(f" {_bare(name)} " in f" {_bare(title)} " for title in titles):
            has = ", ".join(_short(title) for title in titles[:8]) or "no headings"
            yield f"There is no section with the heading {_short(name)}; there is {has}."


def _distinct_items(_: Check, artifact: Artifact, __: Evidence) -> Iterator[str]:
    seen: dict[str, int] = {}
    bodies = [" | ".join(row) for row in artifact.rows] or [item.text for item in artifact.items]
    for number, body in enumerate(map(_bare, bodies), start=1):
        first = seen.setdefault(body, number)
        if first != number:
            word = "Row" if artifact.kind == "table" else "Item"
            yield f"{word} {number} says the same as {word.lower()} {first}."


def _links_none(_: Check, artifact: Artifact, __: Evidence) -> Iterator[str]:
    for link in dict.fromkeys(match[0].rstrip(".,;:!?") for match in _LINK.finditer(artifacts.words(artifact))):
        yield f"There must be no links; {_short(link)} is one."


# ---- evidence ----


def _figures_marked(_: Check, artifact: Artifact, evidence: Evidence) -> Iterator[str]:
    for unit in marking.units(artifact):
        figures = marking.unborne(unit, evidence.claims)
        if figures:
            yield f"In {unit.where}: {_marking_fault(unit, figures, evidence)} (“{_cut(plain(unit.text))}”)."


def _marking_fault(unit: marking.Unit, figures: Sequence[str], evidence: Evidence) -> str:
    named = ", ".join(figures)
    if not unit.marks:
        return f"{named} bears no mark to a claim"
    unknown = [mark for mark in unit.marks if mark not in evidence.claims]
    if unknown:
        return f"{named} refers to {', '.join(unknown)}, which is no claim"
    return f"{named} is in none of the marked claims {', '.join(unit.marks)}"


def _standing(evidence: Evidence) -> Mapping[str, Claim]:
    """The claims that count as evidence: a blocked one is no source."""
    return {id: claim for id, claim in evidence.claims.items() if evidence.statuses.get(id) is not Status.BLOCKED}


def _bodies(artifact: Artifact) -> Iterator[tuple[str, str]]:
    """Each item, row or section with its text, marks included."""
    if artifact.kind == "text":
        yield from ((f"Section {_short(title)}", body) for title, body in marking.parts(artifact.text))
    for number, row in enumerate(artifact.rows, start=1):
        yield f"Row {number}", " ".join(row)
    for number, item in enumerate(artifact.items, start=1):
        yield _initial(marking.name(item, number)), f"{item.label} {item.text}"


def _sources_per_item(check: Check, artifact: Artifact, evidence: Evidence) -> Iterator[str]:
    claims = _standing(evidence)
    for where, body in _bodies(artifact):
        got = len(marking.snapshots(MARK.findall(body), claims))
        if got < _number(check):
            yield f"{where} rests on {_sources(got)}; at least {check.number} are needed, {_number(check) - got} more."


def _min_sources(check: Check, artifact: Artifact, evidence: Evidence) -> Iterator[str]:
    got = len(marking.snapshots(artifacts.marks(artifact), _standing(evidence)))
    if got < _number(check):
        yield f"The work rests on {_sources(got)}; at least {check.number} are needed, {_number(check) - got} more."


def _sources(count: int) -> str:
    return f"{count} source" if count == 1 else f"{count} sources"


# ---- dates, tone, runs ----


def _dates_consistent(_: Check, artifact: Artifact, evidence: Evidence) -> Iterable[str]:
    return consistency.date_faults(artifact, evidence.claims)


def _tone(check: Check, artifact: Artifact, _: Evidence) -> Iterable[str]:
    return manner.tone_faults(artifact, check.names)


def _run_backed(_: Check, artifact: Artifact, evidence: Evidence) -> Iterable[str]:
    return manner.run_faults(artifact, evidence.claims, evidence.statuses)


# ---- words for people and comparison ----


def _number(check: Check) -> int:
    return check.number or 0


def _names(check: Check) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in check.names if name.strip()))


def _folded(text: str) -> str:
    """Without marks, case, and differences of spacing, quotes and dashes."""
    text = unicodedata.normalize("NFKC", plain(text)).translate(_SPELLING).casefold()
    return " ".join(text.split())


_SPELLING = {
    **dict.fromkeys(map(ord, "‐‑‒–—−"), "-"),
    **dict.fromkeys(map(ord, "‘’"), "'"),
    **dict.fromkeys(map(ord, "“”"), '"'),
}


def _bare(text: str) -> str:
    """The words and numbers alone."""
    return " ".join(re.findall(r"\w+", _folded(text)))


def _initial(words: str) -> str:
    """As a sentence begins."""
    return words[:1].upper() + words[1:]


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _short(text: str) -> str:
    return f"“{_cut(text)}”"


_KINDS = (
    CheckKind("count", "number", "There are exactly n items or rows.", ("table", "items"), _count),
    CheckKind("min_count", "number", "There are at least n items or rows.", ("table", "items"), _min_count),
    CheckKind(
        "max_chars",
        "number",
        "Each item, or the whole text, has at most n characters: Unicode code points after NFC, without the marks.",
        ("text", "items"),
        _max_chars,
    ),
    CheckKind("min_words", "number", "The text, or each item, has at least n words.", ("text", "items"), _min_words),
    CheckKind("max_words", "number", "The text, or each item, has at most n words.", ("text", "items"), _max_words),
    CheckKind(
        "consecutive_dates",
        "number",
        "The column date, or else the first column, holds exactly n different dates (YYYY-MM-DD) without a gap.",
        ("table",),
        _consecutive_dates,
    ),
    CheckKind("columns", "names", "The table has the named columns; case does not matter.", ("table",), _columns),
    CheckKind("no_empty_cells", "nothing", "Every cell of the table is filled.", ("table",), _no_empty_cells),
    CheckKind("mentions", "names", "Each of the named terms occurs.", _ALL, _mentions),
    CheckKind("sections", "names", "The text has a heading for each name.", ("text",), _sections),
    CheckKind(
        "figures_marked",
        "nothing",
        "Every figure bears a mark such as [t1.c2] in its sentence, row or item, whose claim contains that figure; "
        "dates in a date column, times of day and the plan's own counting (Day 3) are free.",
        _ALL,
        _figures_marked,
    ),
    CheckKind(
        "sources_per_item",
        "number",
        "Each item, row or section bears marks to claims that cite at least n different sources.",
        _ALL,
        _sources_per_item,
    ),
    CheckKind(
        "min_sources", "number", "The claims that the work marks cite at least n different sources.", _ALL, _min_sources
    ),
    CheckKind("distinct_items", "nothing", "No two items or rows say the same.", ("table", "items"), _distinct_items),
    CheckKind("links_none", "nothing", "There are no links.", _ALL, _links_none),
    CheckKind(
        "dates_consistent",
        "nothing",
        "Weekdays fit their dates, what begins ends later, and the same event has one date in the whole work and in "
        "its claims.",
        _ALL,
        _dates_consistent,
    ),
    CheckKind(
        "tone",
        "nothing",
        "No word oversells, such as revolutionary or game-changing; names may hold further words to avoid.",
        _ALL,
        _tone,
    ),
    CheckKind(
        "run_backed",
        "nothing",
        "What the work says of running code, such as passing tests, bears a mark to a claim of kind run.",
        _ALL,
        _run_backed,
    ),
)
KINDS: Mapping[str, CheckKind] = {kind.name: kind for kind in _KINDS}
