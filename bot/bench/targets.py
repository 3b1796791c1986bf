"""What the figures should reach, and a sentence for each that does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.bench.measures import Measures
from bot.bench.quotes import TAMPERED, TRUE, Tried

ESCAPE_V1, ESCAPE_V2 = 0.05, 0.25
WARNED, SURE = 0.05, 0.95
LEDGER_MS = 20.0


@dataclass(frozen=True)
class Target:
    """A figure, what it should be at most or at least, and whether it is."""

    name: str
    value: float
    bound: Literal["at most", "at least", "below"]
    limit: float

    @property
    def met(self) -> bool:
        match self.bound:
            case "at most":
                return self.value <= self.limit
            case "at least":
                return self.value >= self.limit
            case "below":
                return self.value < self.limit

    def __str__(self) -> str:
        return f"{self.name} is {self.value:.4g}; it should be {self.bound} {self.limit:g}"


def of_ledger(found: Measures, ms: float | None) -> Iterator[Target]:
    """The department with a ledger and without a sceptic. What the cases do not hold is not judged."""
    yield from _at_most("the macro escape rate on the types of v1", found.macro_v1, ESCAPE_V1)
    yield from _at_most("the macro escape rate on the types of v2", found.macro_v2, ESCAPE_V2)
    yield from _at_most("the number of true claims blocked", float(found.clean_blocked), 0)
    yield from _at_most("the share of true claims warned of", found.clean_warned, WARNED)
    yield from _at_least("the share of true claims traced or better", found.clean_sure, SURE)
    yield from _at_most("the number of extra model calls a mission without a sceptic", found.extra_calls, 0)
    if ms is not None:
        yield Target("the time of the ledger in ms a mission", ms, "below", LEDGER_MS)


def of_sceptics(found: Sequence[Measures]) -> Iterator[Target]:
    """One call for eight queued claims."""
    for one in found:
        yield from _at_most(
            f"the number of calls of the sceptic in {one.name}", float(one.sceptic_calls), float(one.sceptic_allowed)
        )


def of_quotes(where: str, found: Sequence[Tried]) -> Iterator[Target]:
    """All true quotes are accepted and no other."""
    for one in found:
        name = f"the share of quotes accepted of the sort “{one.sort}” in {where}"
        if one.sort in TRUE:
            yield Target(name, one.rate, "at least", 1)
        elif one.sort in TAMPERED:
            yield Target(name, one.rate, "at most", 0)


def _at_most(name: str, value: float | None, limit: float) -> Iterator[Target]:
    if value is not None:
        yield Target(name, value, "at most", limit)


def _at_least(name: str, value: float | None, limit: float) -> Iterator[Target]:
    if value is not None:
        yield Target(name, value, "at least", limit)
