"""What a plan is likely to take: from what finished tasks took, and from its shape where nothing is known yet."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agents.domain import plan as plans
from agents.domain.department import Department
from agents.domain.plan import Basis, Estimate, Usual

ENOUGH = 3  # finished tasks of a specialist from which on they say something
ANYBODY = "*"  # what tasks of any specialist took
REST = ""  # what a mission took besides its tasks: planner, manager
REST_CALLS = (2, 4)
SECONDS = (60.0, 240.0)  # of a task, while nothing is known
TURNS = 12  # of a specialist who is not in the department any more


@dataclass(frozen=True)
class PastTask:
    """What one task of a delivered mission took. Without a specialist: all else of that mission."""

    task: str
    specialist: str
    calls: int
    seconds: float
    cost_usd: Decimal | None  # None when a price was unknown
    tokens: int = 0


def usual(past: Iterable[PastTask]) -> tuple[Usual, ...]:
    """For each specialist with enough of a history the median and the ninth decile, and for anybody."""
    by: dict[str, list[PastTask]] = defaultdict(list)
    for one in past:
        by[one.specialist].append(one)
        if one.specialist != REST:
            by[ANYBODY].append(one)
    return tuple(_usual(name, tasks) for name, tasks in sorted(by.items()) if len(tasks) >= ENOUGH)


def _usual(name: str, tasks: Sequence[PastTask]) -> Usual:
    costs = [float(one.cost_usd) for one in tasks if one.cost_usd is not None]
    return Usual(
        name,
        _span([float(one.calls) for one in tasks]),
        _span([one.seconds for one in tasks]),
        _span(costs) if len(costs) >= ENOUGH else None,
        len(tasks),
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    return statistics.median(values), statistics.quantiles(values, n=10, method="inclusive")[8]


def estimate(plan: plans.Plan, department: Department, basis: Basis) -> Estimate:
    """Calls, minutes and dollars as ranges: usual below, rather much above."""
    known = {one.specialist: one for one in basis.usual}

    def of(task: plans.Task) -> Usual | None:
        return known.get(task.specialist) or known.get(ANYBODY)

    parts = [_calls(department, task, of(task)) for task in plan.tasks]
    rest = known.get(REST)
    parts.append(rest.calls if rest else REST_CALLS)
    low, high = (round(sum(part[end] for part in parts)) for end in (0, 1))
    most = max(low, min(high, department.max_calls))
    costs = [_cost(part, of(task), basis) for part, task in zip(parts, plan.tasks, strict=False)]
    costs.append(_cost(parts[-1], rest, basis))
    priced = [cost for cost in costs if cost is not None]
    cost = None if len(priced) < len(costs) else (sum(c[0] for c in priced), sum(c[1] for c in priced))
    return Estimate((low, most), _minutes(plan, of), cost, basis)


def _calls(department: Department, task: plans.Task, past: Usual | None) -> tuple[float, float]:
    """Without a history: two turns and a review at the least; half of all turns and one rework as rather much."""
    if past:
        return past.calls
    member = department.specialist(task.specialist)
    return 3, (member.limits.turns if member else TURNS) + 4


def _cost(calls: tuple[float, float], past: Usual | None, basis: Basis) -> tuple[float, float] | None:
    if past and past.cost_usd:
        return past.cost_usd
    if basis.call_usd is None:
        return None
    return calls[0] * basis.call_usd[0], calls[1] * basis.call_usd[1]


def _minutes(plan: plans.Plan, of: Callable[[plans.Task], Usual | None]) -> tuple[int, int]:
    """Along the longest way through the plan."""
    ends: dict[str, tuple[float, float]] = {}
    for id in plans.order(plan):
        task = plans.task(plan, id)
        took = past.seconds if (past := of(task)) else SECONDS
        before = [ends[need] for need in task.needs]
        low, high = (took[end] + max((one[end] for one in before), default=0.0) for end in (0, 1))
        ends[id] = (low, high)
    low, high = (max(one[end] for one in ends.values()) / 60 for end in (0, 1))
    return max(1, round(low)), max(2, round(high) + 1)
