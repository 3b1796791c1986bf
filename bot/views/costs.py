"""Money in views: what may be spent beside what is, the question about a budget, and the receipt's lines."""

from __future__ import annotations

from dataclasses import dataclass

from agents.domain import money
from agents.domain.department import Department
from agents.domain.mission import Gate
from agents.domain.money import Amount, Limit, Wallet
from agents.ports import File, Saved
from bot.views import words
from bot.views.actions import Action
from bot.views.gates import answered
from bot.views.post import Block, Post, actions, button, confirm, section
from bot.views.text import escape
from bot.views.votes import progress, value


@dataclass(frozen=True)
class Account:
    """What the receipt says about money besides what was spent."""

    wallet: Wallet  # the mission's own
    saved: Saved


def limit(file: File, department: Department) -> Limit:
    """What the mission may cost, as the plan or the department says and as people have raised it."""
    terms = money.with_budget(department.terms, file.plan.budget_usd if file.plan else None)
    return terms.mission.times(1 + money.raises(file.gates))


def of_limit(file: File, department: Department) -> str:
    """For example: of $1.00. Empty without a limit."""
    most = limit(file, department)
    if file.spent.unpriced and not file.spent.cost_usd and most.tokens is not None:
        return f" of {most.tokens:,} tokens"
    return f" of {words.cost(most.usd)}" if most.usd is not None else ""


def budget(file: File, department: Department) -> str:
    """For example: budget $1.00. Says so when it holds in tokens, for want of a price."""
    most, unpriced = limit(file, department), file.estimate.basis.unpriced if file.estimate else ()
    if not most:
        return f", price of {', '.join(unpriced)} unknown: counted in tokens" if unpriced else ""
    parts = [f"budget {words.cost(most.usd)}"] if most.usd is not None else []
    if most.tokens is not None and (unpriced or not parts):
        of = f" for {', '.join(unpriced)}, whose price is unknown" if unpriced else ""
        parts.append(f"{most.tokens:,} tokens{of}")
    return f", {' or '.join(parts)}"


def question(file: File, department: Department, gate: Gate) -> Post:
    """Whether to raise the budget, with the sums; once it is answered, by whom and how."""
    blocks: list[Block] = [section(f":moneybag: *The budget is used up.*\n{escape(gate.shown)}")]
    if gate.decision:
        return Post("The budget is used up.", [*blocks, *answered(gate.decision, gate)])
    sure = confirm("Cancel this mission?", "What is finished stays in the thread.", "Cancel it", "Keep it")
    buttons = actions(
        gate.id[:255],
        button(Action.RAISE, "Raise the budget", value(gate), "primary"),
        button(Action.FINISH, "Finish with what there is", gate.id),
        button(Action.CANCEL, "Cancel the mission", gate.id, "danger", sure),
    )
    return Post(f"{gate.shown} Please decide.", [*blocks, *progress(file, department, gate), buttons])


def receipt(account: Account) -> str:
    """For example: $0.87 of $1.00 spent, nothing set aside; 12 answers on record used again, $0.05 saved."""
    wallet, saved = account.wallet, account.saved
    spent, aside = _amount(wallet.spent), _amount(wallet.reserved) if wallet.reserved else "nothing"
    again = f"; {saved.calls} answers on record used again, {words.cost(saved.cost_usd)} saved" if saved.calls else ""
    return f"{spent}{_most(wallet)} spent, {aside} set aside{again}"


def _most(wallet: Wallet) -> str:
    """The limit, in the currency that is spent."""
    usd, tokens = wallet.limit.usd, wallet.limit.tokens
    if tokens is not None and (usd is None or (wallet.spent.tokens and not wallet.spent.usd)):
        return f" of {tokens:,} tokens"
    return " (no limit)" if usd is None else f" of {words.cost(usd)}"


def _amount(amount: Amount) -> str:
    """Dollars, tokens of models without a price, or both."""
    parts = [words.cost(amount.usd)] if amount.usd or not amount.tokens else []
    return " and ".join([*parts, *([f"{amount.tokens:,} tokens"] if amount.tokens else [])])
