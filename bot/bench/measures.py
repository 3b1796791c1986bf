"""The figures of an arm: what of the planted falsehoods reaches the person as fact, and what finding them cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.bench.cases import V1, Case
from bot.bench.outcome import Outcome, Standing


@dataclass(frozen=True)
class Row:
    """One claim of one case under one arm."""

    case: Case
    claim: str
    standing: Standing
    type: str  # of the fault that it belongs to, empty for a true claim
    trap: str  # what in a true claim looks like a fault


@dataclass(frozen=True)
class Measures:
    """What an arm did with all cases. A share of nothing is None."""

    name: str
    cases: Sequence[Case]
    outcomes: Sequence[Outcome]

    @cached_property
    def rows(self) -> list[Row]:
        return [row for pair in zip(self.cases, self.outcomes, strict=True) for row in _rows(*pair)]

    @cached_property
    def false(self) -> list[Row]:
        return [row for row in self.rows if row.type]

    @cached_property
    def true(self) -> list[Row]:
        """True claims that need evidence."""
        return [row for row in self.rows if not row.type and row.standing.shown is not None]

    @cached_property
    def played(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if not outcome.fault]

    @property
    def faults(self) -> list[str]:
        """Why cases could not be played."""
        return [outcome.fault for outcome in self.outcomes if outcome.fault]

    # ---- false claims ----

    @property
    def escape(self) -> float | None:
        """Share of false claims, origins and carriers alike, that are shown as traced or verified."""
        return share(row.standing.sure for row in self.false)

    @cached_property
    def by_type(self) -> dict[str, float]:
        """Escape rates, the fourteen types of the first version first."""
        types = sorted({row.type for row in self.false}, key=_rank)
        return {type: share(r.standing.sure for r in self.false if r.type == type) or 0.0 for type in types}

    def macro(self, types: Iterable[str] | None = None) -> float | None:
        """The mean of the escape rates of types, each counting the same."""
        wanted = None if types is None else frozenset(types)
        found = [rate for type, rate in self.by_type.items() if wanted is None or type in wanted]
        return sum(found) / len(found) if found else None

    @property
    def macro_v1(self) -> float | None:
        return self.macro(V1)

    @property
    def macro_v2(self) -> float | None:
        return self.macro(frozenset(self.by_type) - frozenset(V1))

    @property
    def rooted(self) -> float | None:
        """Share of doubted false claims whose doubt is led back to where the falsehood entered."""
        origins = [(row, _origin(row)) for row in self.false if not row.standing.sure]
        return share(origin in row.standing.roots for row, origin in origins)

    @property
    def quarantined(self) -> float | None:
        """Share of the claims that carry a falsehood on which do not reach the person as fact."""
        return share(not row.standing.sure for row in self.false if _origin(row) != row.claim)

    # ---- true claims ----

    @property
    def clean_blocked(self) -> int:
        return sum(row.standing.blocked for row in self.true)

    @property
    def clean_warned(self) -> float | None:
        """Share of true claims shown as unverified or contested, those that were blocked apart."""
        return share(not row.standing.sure and not row.standing.blocked for row in self.true)

    @property
    def clean_sure(self) -> float | None:
        """Share of true claims shown as traced or verified."""
        return share(row.standing.sure for row in self.true)

    @cached_property
    def traps(self) -> dict[str, float]:
        """By kind of trap: share of such claims that are shown as traced or verified."""
        kinds = sorted({row.trap for row in self.true if row.trap})
        return {kind: share(r.standing.sure for r in self.true if r.trap == kind) or 0.0 for kind in kinds}

    # ---- what it took, a mission ----

    @property
    def extra_calls(self) -> float | None:
        return mean(outcome.extra for outcome in self.played)

    @property
    def sceptic_calls(self) -> int:
        return sum(outcome.calls.get("Sceptic", 0) for outcome in self.played)

    @property
    def sceptic_allowed(self) -> int:
        return sum(outcome.allowed for outcome in self.played)

    @property
    def tokens(self) -> float | None:
        return mean(outcome.tokens for outcome in self.played)

    @property
    def rework(self) -> float | None:
        return mean(outcome.rework for outcome in self.played)

    @property
    def ms(self) -> float | None:
        return mean(outcome.ms for outcome in self.played)

    # ---- the sceptic as it was ----

    @property
    def recall(self) -> float | None:
        """Share of the false claims put before the sceptic that it doubted."""
        return self._doubted(true=False)

    @property
    def alarm(self) -> float | None:
        """Share of the true claims put before the sceptic that it doubted."""
        return self._doubted(true=True)

    def _doubted(self, *, true: bool) -> float | None:
        pairs = zip(self.cases, self.outcomes, strict=True)
        asked = [(o, claim) for case, o in pairs for claim in o.asked if (claim not in case.false) is true]
        return share(claim in outcome.doubted for outcome, claim in asked)


def _rows(case: Case, outcome: Outcome) -> Iterator[Row]:
    traps = {claim.claim_id: claim.trap for claim in case.claims}
    for claim, standing in outcome.standings.items():
        yield Row(case, claim, standing, case.false.get(claim, ""), traps[claim])


def _origin(row: Row) -> str:
    return next(f.origin for f in row.case.faults if row.claim in (f.origin, *f.carriers))


def _rank(type: str) -> tuple[int, str]:
    return (V1.index(type) if type in V1 else len(V1), type)


def share(values: Iterable[bool]) -> float | None:
    """The share that is true; None of nothing."""
    return mean(values)


def mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None
