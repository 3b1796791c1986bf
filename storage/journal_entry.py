"""What the two journals have in common: entries, costs and the warning about an answer that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from agents.domain import money
from agents.domain.money import Amount, Hold
from agents.ports import Attempt, Spent
from storage import plain

log = structlog.get_logger(__name__)

# Everything a mission has used. An attempt whose price is unknown counts when it used tokens.
SPENT = """
    select coalesce(sum(ask), 0), count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
        coalesce(sum(cost_nano_usd), 0),
        coalesce(sum(case when cost_nano_usd is null and input_tokens + output_tokens > 0 then 1 else 0 end), 0)
    from spending where mission = :mission
"""
PLACES = """
    select key, ask, input_tokens, output_tokens, cost_nano_usd,
        case when cost_nano_usd is null and input_tokens + output_tokens > 0 then 1 else 0 end
    from spending where mission = :mission
"""
DEAREST = """
    select model, coalesce(max(cost_nano_usd), 0),
        coalesce(max(case when cost_nano_usd is null then input_tokens + output_tokens else 0 end), 0)
    from spending where mission = :mission group by model
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
    hold: Hold | None = None  # what was set aside for it

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
                "cost_nano_usd": None if attempt.cost_usd is None else money.nano(attempt.cost_usd),
                "seconds": attempt.seconds,
            }
            for place, attempt in enumerate(self.attempts)
        ]

    def paid(self) -> Amount:
        """What the attempts cost, to the nano-dollar; tokens where there is no price."""
        return money.total(_paid(attempt) for attempt in self.attempts)


def _paid(attempt: Attempt) -> Amount:
    if attempt.cost_usd is None:
        return Amount(tokens=attempt.usage.input_tokens + attempt.usage.output_tokens)
    return Amount(money.dollars(money.nano(attempt.cost_usd)))


def spent(sums: Sequence[Any]) -> Spent:
    """The row that SPENT selects."""
    calls, attempts, input_tokens, output_tokens, cost, unpriced = (int(value) for value in sums)
    return Spent(calls, attempts, input_tokens, output_tokens, money.dollars(cost), unpriced)


def fitting(key: str, digest: str, found: Sequence[Sequence[str]]) -> str | None:
    """The body of that digest among (digest, body) rows of one key; others are never used, and logged."""
    for present, body in found:
        if present == digest:
            return body
    if found:
        log.warning("journal_divergence", key=key, wanted=digest, found=[present for present, _ in found])
    return None


def places(rows: Sequence[Sequence[Any]]) -> dict[str, Spent]:
    """The rows that PLACES selects, summed by phase and task: <phase>/<revision or task> of the key."""
    found: dict[str, Spent] = {}
    for key, ask, input_tokens, output_tokens, cost, unpriced in rows:
        place = "/".join(str(key).split("/")[1:3])
        so_far = found.get(place, Spent())
        found[place] = Spent(
            so_far.calls + ask,
            so_far.attempts + 1,
            so_far.input_tokens + input_tokens,
            so_far.output_tokens + output_tokens,
            so_far.cost_usd + money.dollars(cost or 0),
            so_far.unpriced + unpriced,
        )
    return found


def dearest(rows: Sequence[Sequence[Any]]) -> dict[str, Amount]:
    """The rows that DEAREST selects."""
    return {str(model): Amount(money.dollars(cost), int(tokens)) for model, cost, tokens in rows}
