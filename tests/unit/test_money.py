"""The arithmetic of wallets, whatever is reserved, settled and released in whatever order."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.domain import money
from agents.domain.money import (
    NOTHING,
    UNLIMITED,
    Amount,
    Ceilings,
    Limit,
    Place,
    Short,
    Terms,
    Wallet,
    nest,
    renewed,
    reserve,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLACE = Place("T1", "C1", "launch", "m1", "t2@5f1c")

cents = st.integers(0, 60).map(lambda n: Decimal(n) / 100)
amounts = st.builds(Amount, cents, st.integers(0, 500))
limits = st.builds(Limit, st.none() | cents, st.none() | st.integers(0, 500))
# (0, need): reserve; (1, place): settle one of those under way at part of what was set aside; (2, place): release it
steps = st.lists(st.tuples(st.integers(0, 2), amounts, st.integers(0, 100)), max_size=60)


def usd(text: str) -> Amount:
    return Amount(Decimal(text))


@given(st.lists(limits, min_size=1, max_size=5), steps)
def test_no_interleaving_takes_a_nest_beyond_a_limit_and_the_sums_conserve(given_limits, taken):
    wallets = [Wallet(str(number), limit) for number, limit in enumerate(given_limits)]
    held: list[Amount] = []
    spent = NOTHING
    for step, need, part in taken:
        if step == 0:
            try:
                wallets = reserve(wallets, need)
            except Short:
                assert not all(wallet.fits(need) for wallet in wallets)
                continue
            held.append(need)
        elif held:
            one = held.pop(part % len(held))
            cost = Amount(one.usd * part / 100, one.tokens * part // 100) if step == 1 else NOTHING
            wallets = [wallet.settle(one, cost) for wallet in wallets]
            spent += cost
        for wallet in wallets:
            assert wallet.limit.allows(wallet.spent + wallet.reserved)
            assert (wallet.spent, wallet.reserved) == (spent, money.total(held))


@given(st.lists(limits, min_size=1, max_size=5), st.lists(st.tuples(amounts, amounts), max_size=40))
def test_a_call_dearer_than_its_worst_case_is_the_only_one_beyond_the_limit(given_limits, calls):
    """One after another, each costing whatever it likes: what is beyond a limit is less than the last call."""
    wallets = [Wallet(str(number), limit) for number, limit in enumerate(given_limits)]
    last = NOTHING
    for need, cost in calls:
        need = Amount(max(need.usd, Decimal("0.01")), max(need.tokens, 1))
        try:
            wallets = [wallet.settle(need, cost) for wallet in reserve(wallets, need)]
        except Short:
            continue
        last = cost
        for wallet in wallets:
            assert wallet.limit.allows(wallet.spent - last), "it was within the limit before this call"


@given(st.lists(limits, min_size=1, max_size=5), amounts)
def test_a_nest_that_is_short_is_left_as_it_was(given_limits, need):
    wallets = [Wallet(str(number), limit) for number, limit in enumerate(given_limits)]
    before = list(wallets)
    try:
        after = reserve(wallets, need)
    except Short:
        assert wallets == before
    else:
        assert all(one.reserved == need for one in after)


def test_the_wallet_that_is_short_for_good_is_named_before_one_that_only_waits():
    waits = Wallet("waits", Limit(Decimal(1)), reserved=usd("1"))
    empty = Wallet("empty", Limit(Decimal(1)), spent=usd("1"))
    with pytest.raises(Short) as told:
        reserve([waits, empty], usd("0.5"))
    assert (told.value.wallet.id, told.value.passing) == ("empty", False)
    with pytest.raises(Short) as told:
        reserve([waits], usd("0.5"))
    assert told.value.passing


def test_what_costs_nothing_is_never_refused():
    over = Wallet("over", Limit(Decimal(1), 10), spent=Amount(Decimal(2), 20))
    assert over.fits(NOTHING)
    assert not over.fits(Amount(tokens=1))
    assert not over.fits(usd("0.01"))


def test_dollars_do_not_block_tokens_nor_tokens_dollars():
    wallet = Wallet("w", Limit(Decimal(1), 10))
    assert replace(wallet, spent=usd("1")).fits(Amount(tokens=10))
    assert replace(wallet, spent=Amount(tokens=10)).fits(usd("1"))


def test_a_limit_in_dollars_bounds_models_without_a_price_as_well():
    assert Limit.of(Decimal("0.5")) == Limit(Decimal("0.5"), 100_000)
    assert Limit.of(Decimal("0.5"), 7) == Limit(Decimal("0.5"), 7)
    assert Limit.of(None) == UNLIMITED
    assert not UNLIMITED


def test_wallets_nest_from_the_workspace_to_the_task():
    terms = Terms(Limit.of(Decimal(2)), Limit.of(Decimal(20)), Limit.of(Decimal(1)))
    ceilings = Ceilings(Limit.of(Decimal(100)), {"C1": Limit.of(Decimal(9)), "C2": Limit.of(Decimal(1))})
    found = {wallet.id: wallet.limit.usd for wallet in nest(PLACE, NOON, terms, ceilings)}
    assert found == {
        "workspace/T1/2026-11": 100,
        "channel/T1/C1/2026-11": 9,
        "department/T1/launch/2026-11": 20,
        "mission/m1": 2,
        "task/m1/t2@5f1c": 1,
    }
    assert len(nest(replace(PLACE, task=""), NOON, terms, ceilings)) == 4


def test_a_raise_gives_mission_and_task_as_much_again_and_the_month_nothing():
    terms = Terms(Limit.of(Decimal(2)), Limit.of(Decimal(20)), Limit.of(Decimal(1)))
    found = [wallet.limit.usd for wallet in nest(PLACE, NOON, terms, Ceilings(), raises=2)]
    assert found == [None, None, 20, 6, 3]


@pytest.mark.parametrize(
    ("spent", "nearly"),
    [
        (usd("0.79"), False),
        (usd("0.80"), True),
        (usd("1.20"), True),
        (Amount(tokens=79), False),
        (Amount(tokens=80), True),
    ],
)
def test_people_are_told_from_four_fifths_on(spent, nearly):
    assert Wallet("w", Limit(Decimal(1), 100), spent=spent).nearly is nearly


@pytest.mark.parametrize(
    ("day", "next"), [(date(2026, 11, 30), date(2026, 12, 1)), (date(2026, 12, 1), date(2027, 1, 1))]
)
def test_months_end(day, next):
    assert renewed(day) == next


def test_nano_dollars_come_back_exactly_and_what_is_set_aside_is_rounded_up():
    assert money.dollars(money.nano(Decimal("0.000000001"))) == Decimal("0.000000001")
    assert money.nano(Decimal("0.0000000012")) == 1
    assert money.nano(Decimal("0.0000000012"), up=True) == 2
