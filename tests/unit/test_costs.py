"""Money as people see it: beside the plan, in the question about a budget, and on the receipt."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from agents.departments import DepartmentError, DepartmentFiles
from agents.domain.mission import Decision, Gate, Mission, State
from agents.domain.money import Amount, Limit, Terms, Wallet
from agents.domain.plan import Basis, Estimate, Plan, Task
from agents.ports import File, Saved, Spent
from bot.views import blockcheck, costs
from bot.views.actions import Action

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
MISSION = Mission("m1", "T1", "C1", "1.0", "1.0", "U1", "Find out", "general", State.TASK_GATE, 1, NOON)
PLAN = Plan("A plan", "It is done", (Task("t1", "Look", "Look", "writer", "text", deliverable=True),))
FILE = File(MISSION, PLAN, 1, Estimate((1, 2), (1, 2), None), {}, (), (), {}, (), None, ())
DEPARTMENT = DepartmentFiles.load().get("general")
GATE = Gate("m1:budget:1", "m1", "budget", 1, "d" * 64, shown="The mission's budget of $1.00 is used up <!channel>.")


def with_budget(usd: str | None, tokens: int | None = None):
    limit = Limit.of(Decimal(usd), tokens) if usd else Limit(None, tokens)
    return replace(DEPARTMENT, terms=Terms(limit))


def unpriced(*models: str) -> File:
    return replace(FILE, estimate=Estimate((1, 2), (1, 2), None, Basis(unpriced=models)))


@pytest.mark.parametrize(
    ("file", "department", "said"),
    [
        (FILE, DEPARTMENT, ""),
        (FILE, with_budget("1.00"), ", budget $1.00"),
        (unpriced("own"), DEPARTMENT, ", price of own unknown: counted in tokens"),
        (unpriced("own"), with_budget("1.00"), ", budget $1.00 or 200,000 tokens for own, whose price is unknown"),
        (unpriced(), with_budget(None, 5000), ", 5,000 tokens"),
        (replace(FILE, plan=replace(PLAN, budget_usd=2.5)), with_budget("1.00"), ", budget $2.50"),
    ],
)
def test_the_plan_says_what_it_may_cost_and_when_that_holds_in_tokens(file, department, said):
    assert costs.budget(file, department) == said


def test_a_raised_budget_is_shown_with_what_it_was_raised_by():
    raised = replace(GATE, decision=Decision(GATE.id, "raise", "U1", NOON, GATE.digest))
    assert costs.limit(replace(FILE, gates=(raised,)), with_budget("1.00")).usd == 2


def test_running_cost_is_shown_beside_the_limit():
    file = replace(FILE, spent=Spent(3, 3, 100, 50, Decimal("0.42")))
    assert costs.of_limit(file, with_budget("1.00")) == " of $1.00"
    assert (
        costs.of_limit(replace(file, spent=Spent(3, 3, 100, 50, unpriced=3)), with_budget("1.00"))
        == " of 200,000 tokens"
    )
    assert costs.of_limit(file, DEPARTMENT) == ""


def test_the_question_about_a_budget_has_three_answers_and_pings_nobody():
    post = costs.question(replace(FILE, gates=(GATE,)), DEPARTMENT, GATE)
    shown = str(post.blocks)
    assert all(action.value in shown for action in (Action.RAISE, Action.FINISH, Action.CANCEL))
    assert "<!channel>" not in shown
    assert blockcheck.check_post(post.payload("C1", "1.0")) == []


def test_an_answered_question_shows_who_decided_and_has_no_buttons():
    decided = replace(GATE, decision=Decision(GATE.id, "raise", "U1", NOON, GATE.digest))
    shown = str(costs.question(replace(FILE, gates=(decided,)), DEPARTMENT, decided).blocks)
    assert "<@U1>" in shown
    assert Action.RAISE.value not in shown


@pytest.mark.parametrize(
    ("wallet", "saved", "said"),
    [
        (Wallet("mission/m1"), Saved(), "$0.00 (no limit) spent, nothing set aside"),
        (
            Wallet("mission/m1", Limit.of(Decimal(1)), Amount(Decimal("0.87")), Amount(Decimal("0.05"))),
            Saved(12, Decimal("0.11")),
            "$0.87 of $1.00 spent, $0.05 set aside; 12 answers on record used again, $0.11 saved",
        ),
        (
            Wallet("mission/m1", Limit.of(Decimal(1)), Amount(tokens=1500)),
            Saved(),
            "1,500 tokens of 200,000 tokens spent, nothing set aside",
        ),
    ],
)
def test_the_receipt_shows_spent_set_aside_saved_and_limit(wallet, saved, said):
    assert costs.receipt(costs.Account(wallet, saved)) == said


MONEY = """
budget_usd = 1.50
monthly_usd = 20
task_usd = 0.5
budget_tokens = 100000
on_shortage = "cheaper"
"""


def files(tmp_path, money: str, tail: str = ""):
    ready = (DEPARTMENT_FILE).replace('id = "general"', f'id = "ours"\n{money}')
    (tmp_path / "ours.toml").write_text(ready + tail)
    return DepartmentFiles.load(tmp_path)


DEPARTMENT_FILE = """id = "general"
title = "Ours"
purpose = "Everything."
approvers = ["requester"]

[[specialist]]
id = "writer"
title = "Writer"
icon = ":pencil2:"
charter = "Writes."
"""


def test_a_department_file_says_what_missions_may_cost(tmp_path):
    terms = files(tmp_path, MONEY, '\n[cheaper]\n"gpt-5.5" = "gpt-5-mini"\n').get("ours").terms
    assert terms == Terms(
        Limit(Decimal("1.5"), 100_000),
        Limit.of(Decimal(20)),
        Limit.of(Decimal("0.5")),
        "cheaper",
        (("gpt-5.5", "gpt-5-mini"),),
    )


@pytest.mark.parametrize(
    ("money", "why"),
    [
        ("budget_usd = -1", "budget_usd"),
        ("budget_usd = 0", "budget_usd"),
        ('on_shortage = "panic"', "on_shortage"),
        ('on_shortage = "cheaper"', "names no model"),
    ],
)
def test_terms_that_cannot_be_are_refused_with_their_place(tmp_path, money, why):
    with pytest.raises(DepartmentError, match=why):
        files(tmp_path, money)
