"""Wallets on both databases: set aside in one step, paid with the answer, freed when a process dies."""

import asyncio
import datetime as dt
import random
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from agents.domain.money import NOTHING, Amount, Limit, Short, Wallet
from agents.ports import Attempt, Saved, Usage
from storage.database import Database
from storage.journal import open_journal

CENT = Amount(Decimal("0.01"))


def nest(usd: str = "1.00", tokens: int | None = None, *more: Wallet) -> list[Wallet]:
    return [Wallet("workspace/T1/2026-11"), Wallet("mission/m1", Limit(Decimal(usd), tokens)), *more]


def paid(usd: str | None, tokens: int = 30, outcome: str = "ok") -> Attempt:
    return Attempt("a-model", outcome, Usage(tokens, 0, 0, 0), None if usd is None else Decimal(usd), 0.1)


@pytest.fixture
async def journal(database, clock) -> AsyncIterator:
    opened = await open_journal(database, clock)
    yield opened
    await opened.close()


async def amounts(journal) -> dict[str, tuple[Amount, Amount]]:
    return {one.id: (one.spent, one.reserved) for one in await journal.wallets.look(nest())}


async def test_what_is_set_aside_is_paid_in_the_commit_of_the_answer(journal):
    hold, taken = await journal.wallets.reserve("m1", nest(), Amount(Decimal("0.30")))
    assert {one.reserved.usd for one in taken} == {Decimal("0.30")}
    await journal.record("m1", "k1", "d", "model", "a", [paid("0.001", outcome="busy"), paid("0.02")], hold)
    wanted = (Amount(Decimal("0.021")), NOTHING)
    assert await amounts(journal) == {"workspace/T1/2026-11": wanted, "mission/m1": wanted}
    assert (await journal.spent("m1")).cost_usd == Decimal("0.021")


async def test_a_failed_call_is_paid_too(journal):
    hold, _ = await journal.wallets.reserve("m1", nest(), CENT)
    await journal.book("m1", "k1", [paid("0.004", outcome="timeout")], hold)
    assert (await amounts(journal))["mission/m1"] == (Amount(Decimal("0.004")), NOTHING)
    hold, _ = await journal.wallets.reserve("m1", nest(), CENT)
    await journal.book("m1", "k1", [], hold)
    assert (await amounts(journal))["mission/m1"] == (Amount(Decimal("0.004")), NOTHING)


async def test_models_without_a_price_are_counted_in_tokens(journal):
    hold, _ = await journal.wallets.reserve("m1", nest("1", 100), Amount(tokens=60))
    with pytest.raises(Short):
        await journal.wallets.reserve("m1", nest("1", 100), Amount(tokens=60))
    await journal.record("m1", "k1", "d", "model", "a", [paid(None, 45)], hold)
    assert (await amounts(journal))["mission/m1"] == (Amount(tokens=45), NOTHING)


async def test_a_wallet_that_is_short_gives_nothing_and_takes_nothing(journal):
    small = Wallet("task/m1/t1", Limit(Decimal("0.02")))
    with pytest.raises(Short) as told:
        await journal.wallets.reserve("m1", nest("1", None, small), Amount(Decimal("0.03")))
    assert (told.value.wallet.id, told.value.passing) == ("task/m1/t1", False)
    assert await amounts(journal) == dict.fromkeys(["workspace/T1/2026-11", "mission/m1"], (NOTHING, NOTHING))


async def test_parallel_branches_share_a_wallet_and_never_overdraw_it(journal):
    chance = random.Random(7)
    short = 0

    async def branch(number: int) -> None:
        nonlocal short
        for turn in range(6):
            need = Amount(Decimal(chance.randint(1, 9)) / 100)
            try:
                hold, taken = await journal.wallets.reserve("m1", nest("0.50"), need)
            except Short:
                short += 1
                continue
            assert all(one.limit.allows(one.spent + one.reserved) for one in taken)
            await asyncio.sleep(0)
            cost = need.usd * chance.randint(0, 100) / 100
            await journal.record("m1", f"k{number}.{turn}", "d", "model", "a", [paid(str(cost))], hold)

    await asyncio.gather(*(branch(number) for number in range(8)))
    spent, reserved = (await amounts(journal))["mission/m1"]
    assert reserved == NOTHING
    assert spent.usd == (await journal.spent("m1")).cost_usd <= Decimal("0.50")
    assert short, "the wallet was too small for all of them"


async def test_a_call_that_was_not_made_frees_what_was_set_aside_once(journal):
    first, _ = await journal.wallets.reserve("m1", nest(), CENT)
    await journal.wallets.reserve("m1", nest(), CENT)
    for _ in range(2):
        await journal.wallets.release(first)
    assert (await amounts(journal))["mission/m1"] == (NOTHING, CENT)


async def test_what_a_dead_process_had_set_aside_is_freed_and_what_a_living_one_has_is_not(
    migrated_postgres_url, clock
):
    databases = [Database.open(migrated_postgres_url) for _ in range(2)]
    mine, its = [await open_journal(database, clock) for database in databases]
    assert [await database.worker_name() for database in databases] == ["w-1", "w-2"]
    await mine.wallets.reserve("m1", nest(), CENT)
    await its.wallets.reserve("m1", nest(), CENT)
    assert await mine.wallets.release_dead() == 0
    await databases[1].close()
    assert await mine.wallets.release_dead() == 1
    assert (await amounts(mine))["mission/m1"] == (NOTHING, CENT)
    await databases[0].close()


async def test_who_takes_the_name_of_a_dead_process_frees_what_it_had_set_aside(migrated_postgres_url, clock):
    for freed in (0, 1):
        database = Database.open(migrated_postgres_url)
        journal = await open_journal(database, clock)
        assert await journal.wallets.release_worker(await database.worker_name()) == freed
        await journal.wallets.reserve("m1", nest(), CENT)
        await database.close()


async def test_what_was_set_aside_long_ago_is_freed(journal, clock):
    await journal.wallets.reserve("m1", nest(), CENT)
    clock.tick(3600)
    await journal.wallets.reserve("m1", nest(), CENT)
    assert await journal.wallets.release_before(clock.now()) == 1
    assert (await amounts(journal))["mission/m1"] == (NOTHING, CENT)


async def test_an_answer_that_comes_after_its_hold_was_freed_is_paid_all_the_same(journal, clock):
    hold, _ = await journal.wallets.reserve("m1", nest(), CENT)
    await journal.wallets.release_before(clock.now() + dt.timedelta(seconds=1))
    await journal.record("m1", "k1", "d", "model", "a", [paid("0.01")], hold)
    assert (await amounts(journal))["mission/m1"] == (CENT, NOTHING)


async def test_who_waits_is_woken_when_something_is_paid(journal):
    hold, _ = await journal.wallets.reserve("m1", nest(), CENT)
    waiting = asyncio.create_task(journal.wallets.settled(30))
    await asyncio.sleep(0)
    await journal.wallets.release(hold)
    async with asyncio.timeout(5):
        await waiting


async def test_what_was_spent_outlives_the_process_and_what_was_set_aside_does_not(database: Database, clock):
    before = await open_journal(database, clock)
    hold, _ = await before.wallets.reserve("m1", nest(), CENT)
    await before.record("m1", "k1", "d", "model", "a", [paid("0.01")], hold)
    await before.wallets.reserve("m1", nest(), CENT)
    await before.close()
    after = await open_journal(database, clock)
    await after.wallets.release_worker(database.worker)
    assert (await amounts(after))["mission/m1"] == (CENT, NOTHING)
    await after.close()


async def test_two_processes_share_a_wallet(migrated_postgres_url, clock):
    """Each on connections of its own: together they never have more than there is."""
    databases = [Database.open(migrated_postgres_url) for _ in range(2)]
    journals = [await open_journal(database, clock) for database in databases]
    got = 0

    async def branch(number: int) -> None:
        nonlocal got
        for turn in range(4):
            journal = journals[number % 2]
            try:
                hold, _ = await journal.wallets.reserve("m1", nest("0.10"), CENT)
            except Short:
                continue
            got += 1
            await journal.record("m1", f"k{number}.{turn}", "d", "model", "a", [paid("0.01")], hold)

    await asyncio.gather(*(branch(number) for number in range(8)))
    assert got == 10
    assert (await amounts(journals[0]))["mission/m1"] == (Amount(Decimal("0.10")), NOTHING)
    for journal, database in zip(journals, databases, strict=True):
        await journal.close()
        await database.close()


async def test_what_the_journal_saved_adds_up(journal):
    assert await journal.wallets.saved("m1") == Saved()
    for _ in range(2):
        await journal.wallets.save("m1", Saved(3, Decimal("0.02")))
    assert await journal.wallets.saved("m1") == Saved(6, Decimal("0.04"))
    assert await journal.wallets.saved("m2") == Saved()


async def test_the_dearest_request_of_each_model_is_known(journal):
    await journal.record("m1", "k1", "d", "model", "a", [paid("0.01"), paid("0.03"), paid(None, 70)])
    await journal.record("m2", "k2", "d", "model", "a", [paid("0.09")])
    assert await journal.dearest("m1") == {"a-model": Amount(Decimal("0.03"), 70)}
    assert await journal.dearest("m3") == {}


async def test_spending_is_told_apart_by_place(journal):
    await journal.record("m1", "m1/run/t1@aa/1/1", "d", "model", "a", [paid("0.01"), paid(None)])
    await journal.record("m1", "m1/run/t1@aa/1/critic/1", "d", "model", "a", [paid("0.02")])
    await journal.record("m1", "m1/plan/1/1", "d", "model", "a", [paid("0.03")])
    found = await journal.places("m1")
    assert {place: (one.calls, one.cost_usd, one.unpriced) for place, one in found.items()} == {
        "run/t1@aa": (2, Decimal("0.03"), 1),
        "plan/1": (1, Decimal("0.03"), 0),
    }
