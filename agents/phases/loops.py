"""Rounds that lead nowhere: the same points about the same evidence. They are cut at once and go to a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agents.contracts import HandOver

if TYPE_CHECKING:
    from agents.phases.review import Reviewed

SAME_POINT = 0.8  # share of common words at which two points say the same
SAME_WORK = 0.97  # the same for two hand-overs


def why(before: HandOver, last: Reviewed, now: HandOver, reviewed: Reviewed) -> str:
    """One sentence for people about why another round would bring nothing; empty when it may.

    Who judges repeats the points and the work brings no evidence that it had not: neither will give way. With checks,
    which repeat themselves by nature, the work has to be unchanged as well.
    """
    if reviewed.by != last.by or not repeated(last.points, reviewed.points) or evidence(now) - evidence(before):
        return ""
    if reviewed.by == "checks":
        return "The work came back unchanged, so the same checks failed again." if _same(before, now) else ""
    who = "critic" if reviewed.by == "critic" else "reviewer"
    return f"The {who} asked for the same again and the work brought no new evidence; another round would not end it."


def repeated(before: Sequence[str], now: Sequence[str]) -> bool:
    """Whether every point was made before, in these or nearly these words."""
    return all(any(_overlap(point, other) >= SAME_POINT for other in before) for point in now)


def evidence(work: HandOver) -> frozenset[tuple[str, str]]:
    """Every quote with its source, and every earlier claim that the work rests on."""
    quotes = {(one.snapshot, " ".join(one.quote.split())) for claim in work.claims for one in claim.citations}
    return frozenset(quotes | {("", parent) for claim in work.claims for parent in claim.derived_from})


def _same(one: HandOver, two: HandOver) -> bool:
    return _overlap(_words(one), _words(two)) >= SAME_WORK


def _words(work: HandOver) -> str:
    return work.model_dump_json(include={"text", "columns", "rows", "items"})


def _overlap(one: str, two: str) -> float:
    """Common words of all words; figures count as words."""
    first, second = (frozenset(re.findall(r"\w+", text.casefold())) for text in (one, two))
    return len(first & second) / len(first | second) if first | second else 1.0
