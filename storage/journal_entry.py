"""What the two journals have in common: entries, costs and the warning about an answer that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import structlog

from agents.ports import Attempt, Spent
from storage import plain

log = structlog.get_logger(__name__)

NANO = Decimal(10) ** 9  # costs are stored in 1e-9 dollars, which sum without rounding

# Everything a mission has used. An attempt whose price is unknown counts when it used tokens.
SPENT = """
    select coalesce(sum(ask), 0), count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
        coalesce(sum(cost_nano_usd), 0),
        coalesce(sum(case when cost_nano_usd is null and input_tokens + output_tokens > 0 then 1 else 0 end), 0)
    from spending where mission = :mission
"""


@dataclass(frozen=True)
class Entry:
    """One thing to be recorded: an answer with what it cost or, with `body` None, a cost alone."""

    mission: str
    key: str
    digest: str = ""
    kind: str = ""
    body: str | None = None
    attempts: tuple[Attempt, ...] = ()

    def answer(self) -> dict[str, Any]:
        """The row in `call`, without its time."""
        body = plain.clean(self.body)
        return {"mission": self.mission, "key": self.key, "digest": self.digest, "kind": self.kind, "body": body}

    def spending(self) -> list[dict[str, Any]]:
        """One row in `spending` for each attempt."""
        return [
            {
                "mission": self.mission,
                "key": self.key,
                "ask": int(place == 0),
                "model": attempt.model,
                "outcome": attempt.outcome,
                "input_tokens": attempt.usage.input_tokens,
                "output_tokens": attempt.usage.output_tokens,
                "cost_nano_usd": nano(attempt.cost_usd),
                "seconds": attempt.seconds,
            }
            for place, attempt in enumerate(self.attempts)
        ]


def nano(dollars: Decimal | None) -> int | None:
    """Dollars in 1e-9 dollars."""
    return None if dollars is None else int((dollars * NANO).to_integral_value(ROUND_HALF_EVEN))


def spent(sums: Sequence[Any]) -> Spent:
    """The row that SPENT selects."""
    calls, attempts, input_tokens, output_tokens, cost, unpriced = (int(value) for value in sums)
    return Spent(calls, attempts, input_tokens, output_tokens, Decimal(cost) / NANO, unpriced)


def fitting(key: str, digest: str, found: Sequence[Sequence[str]]) -> str | None:
    """The body of that digest among (digest, body) rows of one key; others are never used, and logged."""
    for present, body in found:
        if present == digest:
            return body
    if found:
        log.warning("journal_divergence", key=key, wanted=digest, found=[present for present, _ in found])
    return None
