"""The purse that a mission's calls are paid from: the worst case is set aside before a call, the real cost paid after.

What a call may cost at most is reckoned from its size, the length of answer that is allowed, and the model's price.
Without a price it is counted in tokens.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from agents.domain import money
from agents.domain.events import BudgetNearlySpent, BudgetRanShort, Event
from agents.domain.money import Amount, Ceilings, Hold, Place, Short, Terms, Wallet
from agents.llm.prices import Prices
from agents.ports import Attempt, Clock, ModelReply, ModelRequest, Saved, Usage, Wallets

log = structlog.get_logger(__name__)

OUTPUT = 8000  # tokens of an answer that has no limit of its own, where money has one
WAIT = 5.0  # seconds until it is looked again whether calls under way have left something
LONGEST = timedelta(hours=1)  # no call takes so long: what was set aside before is freed

Tell = Callable[[Event], Awaitable[None]]


class OverLimit(Exception):
    """The mission has used all that its department allows."""


class OverBudget(OverLimit):
    """A call does not fit into what is left. The message is one sentence for people."""

    def __init__(self, wallet: Wallet, at: datetime) -> None:
        super().__init__(used_up(wallet, at))
        self.wallet = wallet

    @property
    def can_be_raised(self) -> bool:
        """Whether a person who decides about the mission may raise it; months belong to the operator."""
        return money.kind(self.wallet.id) in ("mission", "task")


class WalletsUnreachable(OverLimit):
    """It cannot be known what may still be spent, so nothing is."""


@dataclass(frozen=True)
class Taken:
    """What was set aside for a call, and the question as it is sent."""

    hold: Hold
    request: ModelRequest
    nest: tuple[Wallet, ...]  # as they stood with that set aside
    input_tokens: int  # rather too many


@dataclass
class Purse:
    """Shared by all that work on one mission at the same time."""

    place: Place
    wallets: Wallets
    prices: Prices
    clock: Clock
    tell: Tell
    terms: Terms = money.NO_TERMS
    ceilings: Ceilings = money.NO_CEILINGS
    raises: int = 0  # how often a person raised the budget
    cheap: bool = False  # whether the cheaper models have taken over
    dearest: dict[str, Amount] = field(default_factory=dict[str, Amount])  # by model: the dearest attempt so far
    _saved: Saved = field(default_factory=Saved)
    _told: set[str] = field(default_factory=set[str])

    async def take(self, place: str, request: ModelRequest, size: int) -> Taken:
        """Sets the worst case of the question aside, which has so many bytes. Raises OverBudget, WalletsUnreachable.

        Where only calls under way stand in the way it waits for them: what they leave may be enough.
        """
        while True:
            nest = self.nest(place)
            sent = self._sent(request, nest)
            try:
                hold, taken = await self._reserve(nest, self._worst(sent, size))
                return Taken(hold, sent, tuple(taken), size // 3)
            except Short as short:
                if short.passing:
                    await self.wallets.settled(WAIT)
                    await self.wallets.release_before(self.clock.now() - LONGEST)
                elif self._has_cheaper(request.model):
                    await self._go_cheaper(request.model, used_up(short.wallet, self.clock.now()))
                else:
                    raise OverBudget(short.wallet, self.clock.now()) from None

    async def paid(self, taken: Taken, attempts: Sequence[Attempt]) -> None:
        """Takes note of what a call really cost; says once when most of a wallet is spent."""
        for attempt in attempts:
            known = self.dearest.get(taken.request.model, money.NOTHING)
            self.dearest[taken.request.model] = _dearer(known, cost_of(attempt))
        cost = money.total(map(cost_of, attempts))
        for wallet in (one for one in taken.nest if one.limit):
            now = replace(wallet, spent=wallet.spent + cost)
            if now.nearly and self._has_cheaper(taken.request.model):
                await self._go_cheaper(taken.request.model, nearly_used_up(now))
            elif now.nearly and not self.cheap and (money.kind(wallet.id) == "mission" or not wallet.nearly):
                await self._say_nearly(now)

    async def free(self, taken: Taken) -> None:
        """The call was not made."""
        await self.wallets.release(taken.hold)

    def cut_off(self, taken: Taken) -> tuple[Attempt, ...]:
        """What is booked for a call that was interrupted: its question, for the server has read it."""
        usage = Usage(input_tokens=taken.input_tokens, estimated=True)
        return (Attempt(taken.request.model, "cut_off", usage, self.prices.cost(usage, taken.request.model), 0.0),)

    def save(self, reply: ModelReply) -> None:
        """An answer was on record: nothing is paid for it again."""
        cost = sum((one.cost_usd for one in reply.attempts if one.cost_usd is not None), Decimal(0))
        self._saved = Saved(self._saved.calls + 1, self._saved.cost_usd + cost)

    async def close(self) -> None:
        """Writes down what the journal has saved, at the end of a phase."""
        saved, self._saved = self._saved, Saved()
        if saved.calls:
            await self.wallets.save(self.place.mission, saved)

    def nest(self, place: str) -> tuple[Wallet, ...]:
        """The wallets for a place of the journal, with their limits and nothing in them."""
        phase, _, rest = place.partition("/")
        task = rest.partition("/")[0] if phase == "run" else ""
        at = self.clock.now()
        return money.nest(replace(self.place, task=task), at, self.terms, self.ceilings, self.raises)

    async def mission(self) -> Wallet:
        """The mission's own wallet as it stands."""
        nest = self.nest("")
        return next(one for one in await self.wallets.look(nest) if money.kind(one.id) == "mission")

    async def _reserve(self, nest: Sequence[Wallet], need: Amount) -> tuple[Hold, Sequence[Wallet]]:
        try:
            return await self.wallets.reserve(self.place.mission, nest, need)
        except Short:
            raise
        except Exception as error:  # whatever keeps us from knowing what is left: no call without its reservation
            log.exception("wallets_unreachable", mission=self.place.mission)
            raise WalletsUnreachable(
                "It could not be read how much money is left, so no model was asked. The work so far is kept; "
                "try again in a while."
            ) from error

    def _sent(self, request: ModelRequest, nest: Sequence[Wallet]) -> ModelRequest:
        """The question as it goes out. The journal keeps it under the question as it was meant."""
        model = (self.terms.cheaper_than(request.model) if self.cheap else None) or request.model
        most = request.max_output_tokens or (OUTPUT if any(wallet.limit for wallet in nest) else None)
        return replace(request, model=model, max_output_tokens=most)

    def _worst(self, sent: ModelRequest, size: int) -> Amount:
        usage = Usage(input_tokens=size // 3, output_tokens=sent.max_output_tokens or OUTPUT)
        cost = self.prices.cost(usage, sent.model)
        worst = Amount(tokens=usage.input_tokens + usage.output_tokens) if cost is None else Amount(cost)
        return _dearer(worst, self.dearest.get(sent.model, money.NOTHING))

    def _has_cheaper(self, model: str) -> bool:
        return self.terms.on_shortage == "cheaper" and not self.cheap and bool(self.terms.cheaper_than(model))

    async def _go_cheaper(self, model: str, why: str) -> None:
        """Already when most is spent: at the very end not even the cheaper model could do anything."""
        self.cheap = True
        said = f"{why} From here on {self.terms.cheaper_than(model)} works for {model}."
        await self.tell(BudgetRanShort(cheaper_key(self.raises), "cheaper", said))

    async def _say_nearly(self, wallet: Wallet) -> None:
        key = f"budget-nearly:{wallet.id}:{self.raises}"
        if key not in self._told:
            self._told.add(key)
            await self.tell(BudgetNearlySpent(key, nearly_used_up(wallet)))


def cheaper_key(raises: int) -> str:
    """Names the event after which the cheaper models work, until the budget is raised."""
    return f"budget-cheaper:{raises}"


def cost_of(attempt: Attempt) -> Amount:
    """Dollars, or tokens where there is no price."""
    if attempt.cost_usd is None:
        return Amount(tokens=attempt.usage.input_tokens + attempt.usage.output_tokens)
    return Amount(attempt.cost_usd)


def unpriced(models: Mapping[str, str], prices: Prices) -> list[str]:
    """Models in use whose price is not known."""
    return sorted({model for model in models.values() if prices.price(model) is None})


def _dearer(one: Amount, other: Amount) -> Amount:
    return Amount(max(one.usd, other.usd), max(one.tokens, other.tokens))


# ---- words for people ----

WHOSE = {
    "workspace": "The workspace's budget for this month",
    "channel": "This channel's budget for this month",
    "department": "The department's budget for this month",
    "mission": "The mission's budget",
    "task": "The budget of one task",
}


def used_up(wallet: Wallet, at: datetime) -> str:
    """For example: The mission's budget of $1.00 does not cover another call ($0.97 spent)."""
    whose = WHOSE[money.kind(wallet.id)]
    again = f" It is full again on {money.renewed(at):%Y-%m-%d}." if whose.endswith("month") else ""
    limit, spent = _sums(wallet)
    return f"{whose} of {limit} does not cover another call ({spent} spent).{again}"


def nearly_used_up(wallet: Wallet) -> str:
    """For example: The mission's budget is 84% spent: $0.84 of $1.00."""
    limit, spent = _sums(wallet)
    return f"{WHOSE[money.kind(wallet.id)]} is {_percent(wallet)}% spent: {spent} of {limit}."


def _sums(wallet: Wallet) -> tuple[str, str]:
    if wallet.limit.usd is None or (wallet.spent.tokens and not wallet.spent.usd):
        return f"{wallet.limit.tokens or 0:,} tokens of models without a price", f"{wallet.spent.tokens:,}"
    return f"${wallet.limit.usd:.2f}", f"${wallet.spent.usd:.2f}"


def _percent(wallet: Wallet) -> int:
    usd = wallet.spent.usd / wallet.limit.usd if wallet.limit.usd else Decimal(0)
    tokens = Decimal(wallet.spent.tokens) / wallet.limit.tokens if wallet.limit.tokens else Decimal(0)
    return int(100 * max(usd, tokens))
