"""What a plan is likely to take: by its department's history, and by its shape before there is one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from agents.domain import estimates
from agents.domain.department import Department, Limits, Specialist
from agents.domain.estimates import PastTask
from agents.domain.plan import Basis, Plan, Task

TEAM = Department(
    "launch",
    "Launch",
    "Launches.",
    (
        Specialist("researcher", "Researcher", ":mag:", "Finds.", limits=Limits(turns=10)),
        Specialist("writer", "Writer", ":pencil2:", "Writes."),
    ),
)
PLAN = Plan(
    "A plan",
    "It is done",
    (Task("t1", "Look", "Look", "researcher", "text"), Task("t2", "Write", "Write", "writer", "text", needs=("t1",))),
)


def past(specialist: str, *each: tuple[int, float, str | None]) -> list[PastTask]:
    return [
        PastTask(f"t{n}", specialist, calls, seconds, Decimal(usd) if usd else None)
        for n, (calls, seconds, usd) in enumerate(each)
    ]


def test_without_a_history_the_shape_of_the_plan_and_the_price_of_a_call_have_to_do():
    found = estimates.estimate(PLAN, TEAM, Basis(call_usd=(0.01, 0.05)))
    assert found.calls == (8, 34), "two turns and a review each; all turns and a rework; planner and manager"
    assert found.minutes == (2, 9)
    assert found.cost_usd == pytest.approx((0.08, 1.70))


def test_without_a_price_the_cost_stays_open():
    assert estimates.estimate(PLAN, TEAM, Basis(unpriced=("own-model",))).cost_usd is None


def test_a_history_says_what_is_usual_and_what_is_rather_much():
    history = past("researcher", *[(calls, 60.0 * calls, f"{calls}.00") for calls in range(1, 12)])
    (anybody, researcher) = estimates.usual(history)
    assert (anybody.specialist, researcher.specialist) == ("*", "researcher")
    assert researcher.calls == (6, 10)
    assert researcher.cost_usd == (6.0, 10.0)
    assert researcher.tasks == 11


def test_the_median_and_the_ninth_decile_of_all_tasks_make_the_range():
    history = [
        *past("researcher", *[(10, 120.0, "0.10")] * 4),
        *past("writer", *[(5, 60.0, "0.05")] * 4),
        *past("", *[(3, 0.0, "0.02")] * 4),
    ]
    found = estimates.estimate(PLAN, TEAM, Basis(estimates.usual(history), (1.0, 2.0)))
    assert found.calls == (18, 18)
    assert found.cost_usd == pytest.approx((0.17, 0.17)), "the price of a call plays no part any more"
    assert found.minutes == (3, 4), "one after the other, and a little more"


def test_a_newcomer_is_reckoned_like_anybody():
    history = past("researcher", *[(10, 120.0, "0.10")] * 3)
    found = estimates.estimate(PLAN, TEAM, Basis(estimates.usual(history)))
    assert found.calls == (22, 24), "ten each, and the rest by shape"


def test_two_tasks_are_no_history():
    assert estimates.usual(past("writer", (5, 60.0, "0.05"), (5, 60.0, "0.05"))) == ()


def test_tasks_of_unknown_price_say_nothing_about_dollars():
    (_, writer) = estimates.usual(past("writer", *[(5, 60.0, None)] * 5))
    assert (writer.calls, writer.cost_usd) == ((5, 5), None)


def test_no_more_calls_are_expected_than_are_allowed():
    assert estimates.estimate(PLAN, replace(TEAM, max_calls=20), Basis()).calls == (8, 20)
