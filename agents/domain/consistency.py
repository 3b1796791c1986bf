"""Whether the dates of a work agree: with their weekdays, with each other, and with the claims behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, pairwise

from agents.domain import figures, marking
from agents.domain.artifact import Artifact
from agents.domain.evidence import Claim
from agents.domain.figures import Day, Figure

MOST = 300  # dated sentences that are compared with each other
_NEAR = 40  # characters around a date in which its weekday stands
SAME_EVENT = 0.75  # share of the words of the shorter statement that the other must have

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"\b({'|'.join(day[:3] for day in _WEEKDAYS)})(?:[a-z]*day|\.)?,?\s*(?:the\s+)?$", re.I)
_WEEKDAY_AFTER = re.compile(rf"^\s*\(?,?\s*(?:a\s+)?\b({'|'.join(_WEEKDAYS)})\b", re.I)
_RANGE = re.compile(r"\s*(?:-|–|—|to|until|till|through|and ends(?: on)?|and)\s*(?:on\s+)?(?:the\s+)?", re.I)
_RANGE_BEFORE = re.compile(r"\b(?:from|between|starts?(?: on)?|begins?(?: on)?|runs?(?: from)?)\s+(?:on\s+)?$", re.I)
_STARTS, _ENDS = frozenset({"start", "starts", "begin", "begins", "from"}), frozenset({"end", "ends", "until", "to"})
_COMMON = frozenset(
    """a an the of on in at by to for from with and or is are was were be been will would it its this that these those
    our your their we you they day days date dates week weeks month months year years monday tuesday wednesday thursday
    friday saturday sunday january february march april may june july august september october november december
    takes take place taking starts start begins begin opens open ends end held holds planned scheduled set falls fall
    due until about as which who when then there has have had not no""".split()
)


@dataclass(frozen=True)
class _Statement:
    """One sentence that dates one thing."""

    where: str
    words: frozenset[str]
    day: Day
    said: str  # the date as written
    marks: tuple[str, ...] = ()  # the claims that its sentence refers to


def date_faults(artifact: Artifact, claims: Mapping[str, Claim]) -> Iterator[str]:
    """One sentence for each date that cannot be right, or that differs from what is said elsewhere."""
    units = list(marking.units(artifact))
    for unit in units:
        yield from _weekdays(unit.where, marking.plain(unit.text))
        yield from _ranges(unit.where, marking.plain(unit.text))
    yield from _rows(artifact)
    # Rows of a calendar are days of their own: the same theme on two days is no contradiction.
    told = [] if artifact.kind == "table" else [one for unit in units for one in _statements(unit)]
    yield from _differing(told[:MOST])
    yield from _against_claims(told, claims)


# ---- one date by itself ----


def _full(figure: Figure) -> date | None:
    """The calendar day, when the text says which one without a doubt."""
    if figure.kind != "date" or len(figure.days) != 1:
        return None
    day = figure.days[0]
    if not (day.year and day.month and day.day):
        return None
    try:
        return date(day.year, day.month, day.day)
    except ValueError:
        return None


def _weekdays(where: str, text: str) -> Iterator[str]:
    for figure in figures.read(text):
        day = _full(figure)
        named = _WEEKDAY.search(_before(text, figure)) or _WEEKDAY_AFTER.search(text[figure.end : figure.end + _NEAR])
        if day and named and not _WEEKDAYS[day.weekday()].startswith(named[1].lower()[:3]):
            yield f"In {where}: {figure.text} is a {_WEEKDAYS[day.weekday()].capitalize()}, not a {_named(named[1])}."


def _before(text: str, figure: Figure) -> str:
    return text[max(0, figure.start - _NEAR) : figure.start]


def _named(short: str) -> str:
    return next(day for day in _WEEKDAYS if day.startswith(short.lower()[:3])).capitalize()


def _ranges(where: str, text: str) -> Iterator[str]:
    """“From A to B” where B is before A."""
    found = [figure for figure in figures.read(text) if figure.kind == "date"]
    for one, two in pairwise(found):
        between = text[one.end : two.start]
        joined = _RANGE.fullmatch(between) and (_RANGE_BEFORE.search(_before(text, one)) or "and" not in between)
        start, end = _full(one), _full(two)
        if joined and start and end and end < start:
            yield f"In {where}: it begins on {one.text} and ends on {two.text}, which is earlier."


def _rows(artifact: Artifact) -> Iterator[str]:
    """In a table: the weekday beside the date, and the end beside the start."""
    heads = [set(re.findall(r"[a-z]+", column.casefold())) for column in artifact.columns]
    for number, row in enumerate(artifact.rows, start=1):
        days = [_only_day(cell) for cell in row[: len(heads)]]
        dated = [(place, day) for place, day in enumerate(days) if day]
        weekday = next((row[p] for p, head in enumerate(heads) if "weekday" in head and p < len(row)), "")
        if len(dated) == 1 and (said := re.match(rf"\W*({'|'.join(_WEEKDAYS)})\b", weekday, re.I)):
            right = _WEEKDAYS[dated[0][1].weekday()]
            if said[1].casefold() != right:
                yield f"In row {number}: {dated[0][1]} is a {right.capitalize()}, not a {said[1].capitalize()}."
        starts = [day for place, day in dated if heads[place] & _STARTS]
        ends = [day for place, day in dated if heads[place] & _ENDS]
        if starts and ends and ends[0] < starts[0]:
            yield f"In row {number}: it begins on {starts[0]} and ends on {ends[0]}, which is earlier."


def _only_day(cell: str) -> date | None:
    found = [figure for figure in figures.read(marking.plain(cell)) if figure.kind == "date"]
    return _full(found[0]) if len(found) == 1 else None


# ---- the same thing dated twice ----


def _statements(unit: marking.Unit) -> Iterator[_Statement]:
    for sentence in marking.sentences(marking.plain(unit.text)):
        if one := _statement(unit.where, sentence):
            yield replace(one, marks=unit.marks)


def _statement(where: str, sentence: str) -> _Statement | None:
    """The sentence, when it gives one day to something it names."""
    dated = [figure for figure in figures.read(sentence) if figure.kind == "date"]
    if len(dated) != 1 or len(dated[0].days) != 1 or not dated[0].days[0].day:
        return None
    rest = f"{sentence[: dated[0].start]} {sentence[dated[0].end :]}"
    words = frozenset(re.findall(r"[^\W\d_]{3,}", rest.casefold())) - _COMMON
    return _Statement(where, words, dated[0].days[0], dated[0].text) if words else None


def _differing(told: Sequence[_Statement]) -> Iterator[str]:
    for one, two in combinations(told, 2):
        if _same(one.words, two.words) and _clash(one.day, two.day):
            thing = " ".join(sorted(one.words & two.words)[:4])
            where = one.where if one.where == two.where else f"{one.where} and {two.where}"
            yield f"In {where} the same ({thing}) has two dates: {one.said} and {two.said}."


def _against_claims(told: Sequence[_Statement], claims: Mapping[str, Claim]) -> Iterator[str]:
    """A date of the work against the date of the claim that its sentence marks."""
    for one in told:
        for id in one.marks:
            claim = claims.get(id)
            said = _statement(id, claim.text) if claim else None
            if said and _same(one.words, said.words) and _clash(one.day, said.day):
                yield f"In {one.where}: the date is {one.said}, but claim {id} says {said.said}."


def _same(one: frozenset[str], two: frozenset[str]) -> bool:
    common = one & two
    return one == two or (len(common) >= 2 and len(common) / min(len(one), len(two)) >= SAME_EVENT)


def _clash(one: Day, two: Day) -> bool:
    """Whether they cannot be the same day; a year that only one of them names decides nothing."""
    years = one.year is not None and two.year is not None and one.year != two.year
    return years or (one.month, one.day) != (two.month, two.day)
