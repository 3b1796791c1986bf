"""Wallets: what may be spent, what is spent, and what is set aside for calls that are under way.

Two currencies: dollars for models whose price is known, tokens for those whose price is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from agents.domain.mission import Gate

NANO = Decimal(10) ** 9  # rows hold 1e-9 dollars, which sum without rounding
TOKENS_PER_USD = 200_000  # how far a dollar of a limit reaches where a model has no price: as if a million cost 5
NEARLY = Decimal("0.8")  # from this part of a limit on, people are told
OnShortage = Literal["cheaper", "narrower", "ask", "partial"]


@dataclass(frozen=True)
class Amount:
    """Dollars, and tokens of models without a price."""

    usd: Decimal = Decimal(0)
    tokens: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.usd + other.usd, self.tokens + other.tokens)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.usd - other.usd, self.tokens - other.tokens)

    def __bool__(self) -> bool:
        return bool(self.usd or self.tokens)


NOTHING = Amount()


@dataclass(frozen=True)
class Limit:
    """The most that a wallet gives; None is no limit. `tokens` bounds models without a price."""

    usd: Decimal | None = None
    tokens: int | None = None

    @classmethod
    def of(cls, usd: Decimal | None, tokens: int | None = None) -> Limit:
        """A limit in dollars holds for models without a price as well, in tokens."""
        return cls(usd, int(usd * TOKENS_PER_USD) if tokens is None and usd is not None else tokens)

    def __bool__(self) -> bool:
        return self.usd is not None or self.tokens is not None

    def times(self, factor: int) -> Limit:
        """The limit as often as that."""
        usd = None if self.usd is None else self.usd * factor
        return Limit(usd, None if self.tokens is None else self.tokens * factor)

    def allows(self, total: Amount) -> bool:
        """Whether so much stays within it."""
        return (self.usd is None or total.usd <= self.usd) and (self.tokens is None or total.tokens <= self.tokens)


UNLIMITED = Limit()


@dataclass(frozen=True)
class Wallet:
    """One purse of a nest. What is set aside counts like what is spent until it is known what was spent."""

    id: str  # <kind>/<what>, e.g. mission/m1
    limit: Limit = UNLIMITED
    spent: Amount = NOTHING
    reserved: Amount = NOTHING

    def fits(self, need: Amount) -> bool:
        """Whether the need can be set aside. What costs nothing always fits, and dollars do not block tokens."""
        if not self.limit:
            return True
        total = self.spent + self.reserved + need
        usd = need.usd == 0 or self.limit.allows(Amount(total.usd))
        return usd and (need.tokens == 0 or self.limit.allows(Amount(tokens=total.tokens)))

    def would_fit(self, need: Amount) -> bool:
        """Whether it could be set aside if nothing else were."""
        return replace(self, reserved=NOTHING).fits(need)

    def reserve(self, need: Amount) -> Wallet:
        """With that much set aside. Raises Short."""
        if not self.fits(need):
            raise Short(self, need)
        return Wallet(self.id, self.limit, self.spent, self.reserved + need)

    def release(self, held: Amount) -> Wallet:
        """With what was set aside free again."""
        return replace(self, reserved=self.reserved - held)

    def settle(self, held: Amount, cost: Amount) -> Wallet:
        """With the real cost in place of what was set aside for it."""
        return Wallet(self.id, self.limit, self.spent + cost, self.reserved - held)

    @property
    def nearly(self) -> bool:
        """Whether most of the limit is spent."""
        usd = self.limit.usd is not None and self.spent.usd > 0 and self.spent.usd >= self.limit.usd * NEARLY
        most = None if self.limit.tokens is None else self.limit.tokens * NEARLY
        return usd or (most is not None and self.spent.tokens > 0 and self.spent.tokens >= most)


class Short(Exception):
    """A wallet cannot set that much aside."""

    def __init__(self, wallet: Wallet, need: Amount) -> None:
        super().__init__(f"The wallet {wallet.id} is short.")
        self.wallet = wallet
        self.need = need

    @property
    def passing(self) -> bool:
        """Whether it may fit when calls that are under way turn out cheaper than what was set aside for them."""
        return self.wallet.would_fit(self.need)


def reserve(nest: Sequence[Wallet], need: Amount) -> list[Wallet]:
    """All wallets of a nest with that much set aside, or none of them. Raises Short; one that is so for good first."""
    short = [wallet for wallet in nest if not wallet.fits(need)]
    if short:
        raise Short(min(short, key=lambda wallet: wallet.would_fit(need)), need)
    return [wallet.reserve(need) for wallet in nest]


@dataclass(frozen=True)
class Hold:
    """What was set aside for one call, in every wallet of its nest."""

    id: str
    mission: str
    need: Amount
    wallets: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """What a department says about money."""

    mission: Limit = UNLIMITED  # for one mission
    month: Limit = UNLIMITED  # for the department, each calendar month
    task: Limit = UNLIMITED  # for one task of a plan
    on_shortage: OnShortage = "partial"
    cheaper: tuple[tuple[str, str], ...] = ()  # (model, the cheaper one that takes its place)

    def cheaper_than(self, model: str) -> str | None:
        """The model that takes this one's place when money runs short."""
        return dict(self.cheaper).get(model)


@dataclass(frozen=True)
class Ceilings:
    """What the installation says about money, each for a calendar month."""

    workspace: Limit = UNLIMITED
    channels: Mapping[str, Limit] = field(default_factory=dict[str, Limit])


NO_TERMS = Terms()
NO_CEILINGS = Ceilings()


@dataclass(frozen=True)
class Place:
    """Where money is spent."""

    team: str
    channel: str
    department: str
    mission: str
    task: str = ""  # the task's place in the journal, or nothing for planner and manager


def nest(place: Place, at: datetime, terms: Terms, ceilings: Ceilings, raises: int = 0) -> tuple[Wallet, ...]:
    """The wallets that a call is paid from, empty, from the widest to the narrowest.

    `raises` counts how often a person raised the mission's budget, each time by as much as the department gives.
    """
    month, factor = f"{at:%Y-%m}", 1 + raises
    channel = ceilings.channels.get(place.channel, UNLIMITED)
    found = [
        Wallet(f"workspace/{place.team}/{month}", ceilings.workspace),
        Wallet(f"channel/{place.team}/{place.channel}/{month}", channel),
        Wallet(f"department/{place.team}/{place.department}/{month}", terms.month),
        Wallet(f"mission/{place.mission}", terms.mission.times(factor)),
    ]
    if place.task:
        found.append(Wallet(f"task/{place.mission}/{place.task}", terms.task.times(factor)))
    return tuple(found)


def raises(gates: Iterable[Gate]) -> int:
    """How often a person raised the mission's budget."""
    return sum(1 for gate in gates if gate.kind == "budget" and gate.decision and gate.decision.choice == "raise")


def with_budget(terms: Terms, usd: float | None) -> Terms:
    """The terms with the budget that a person set in the plan, in place of the department's."""
    if usd is None:
        return terms
    dollars, before = Decimal(str(usd)), terms.mission
    tokens = int(before.tokens * dollars / before.usd) if before.tokens and before.usd else before.tokens
    return replace(terms, mission=Limit.of(dollars, tokens))


def kind(wallet: str) -> str:
    """Workspace, channel, department, mission or task."""
    return wallet.partition("/")[0]


def renewed(at: date) -> date:
    """The day on which monthly wallets are full again."""
    return date(at.year + at.month // 12, at.month % 12 + 1, 1)


def nano(usd: Decimal, *, up: bool = False) -> int:
    """Dollars in 1e-9 dollars; what is set aside is rounded up."""
    return int((usd * NANO).to_integral_value(ROUND_CEILING if up else ROUND_HALF_EVEN))


def dollars(nanos: int) -> Decimal:
    """1e-9 dollars in dollars."""
    return Decimal(nanos) / NANO


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum."""
    return sum(amounts, NOTHING)
