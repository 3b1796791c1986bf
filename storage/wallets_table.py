"""Wallets as rows of the PostgreSQL database that many processes share.

Whoever changes wallets locks their rows first, always in the order of their ids, so that nobody waits in a circle.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from agents.domain import money
from agents.domain.money import NOTHING, Amount, Hold, Wallet
from agents.ports import Clock, Saved
from storage import tables, writing
from storage.database import Database

PAUSE = 0.2  # seconds between looks for what other processes have paid

# Pays and frees in one statement; negative amounts are those that are freed.
CHANGE = sa.text("""update wallet set
    spent_nano_usd = spent_nano_usd + :nano_usd, spent_tokens = spent_tokens + :tokens,
    reserved_nano_usd = reserved_nano_usd + :held_nano_usd, reserved_tokens = reserved_tokens + :held_tokens
    where id = any(:ids)""")
SAVE = sa.text("""insert into saving (mission, calls, cost_nano_usd) values (:mission, :calls, :nano_usd)
    on conflict (mission) do update
    set calls = saving.calls + excluded.calls, cost_nano_usd = saving.cost_nano_usd + excluded.cost_nano_usd""")


class WalletsTable:
    """Each change is one transaction. What a dead process had set aside stays until it is freed by another."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known: set[str] = set()  # wallets that surely have a row
        self._news = asyncio.Event()

    async def reserve(self, mission: str, nest: Sequence[Wallet], need: Amount) -> tuple[Hold, Sequence[Wallet]]:
        """Sets that much aside in every wallet of the nest. Raises Short."""
        await self._open(nest)
        need = replace(need, usd=money.dollars(money.nano(need.usd, up=True)))
        hold = Hold(secrets.token_hex(8), mission, need, tuple(wallet.id for wallet in nest))
        async with self._database.write() as session:
            return hold, await session.run(_reserve, hold, nest, self._database.worker, self._clock.now())

    async def release(self, hold: Hold) -> None:
        """Frees what was set aside for a call that was not made."""
        async with self._database.write() as session:
            await session.run(pay, hold, NOTHING)
        self.told()

    async def release_dead(self) -> int:
        """Frees what processes had set aside that died meanwhile."""
        async with self._database.read() as session:
            workers = (await session.exec(select(tables.Reservation.worker).distinct())).all()
        freed = 0
        for worker in workers:
            async with self._database.heir(worker) as dead:
                freed += await self.release_worker(worker) if dead else 0
        return freed

    async def release_worker(self, worker: str) -> int:
        """Frees what a process of that name had set aside."""
        return await self._release(tables.Reservation.worker == worker)

    async def release_before(self, at: dt.datetime) -> int:
        """Frees what was set aside before then."""
        return await self._release(col(tables.Reservation.at) < at)

    async def settled(self, seconds: float) -> None:
        """Returns when something was paid or freed here, or after a pause: others may have done so elsewhere."""
        try:
            async with asyncio.timeout(min(seconds, PAUSE)):
                await self._news.wait()
        except TimeoutError:
            pass

    async def look(self, nest: Sequence[Wallet]) -> Sequence[Wallet]:
        """The wallets as they stand."""
        async with self._database.read() as session:
            wanted = select(tables.Wallet).where(col(tables.Wallet.id).in_([wallet.id for wallet in nest]))
            found = {row.id: row for row in await session.exec(wanted)}
        return [_as_wallet(found[wallet.id], wallet) if wallet.id in found else wallet for wallet in nest]

    async def save(self, mission: str, saved: Saved) -> None:
        """Adds to what the journal has saved the mission."""
        values = {"mission": mission, "calls": saved.calls, "nano_usd": money.nano(saved.cost_usd)}
        async with self._database.autocommit() as connection:
            await connection.execute(SAVE, values)

    async def saved(self, mission: str) -> Saved:
        """What the journal has saved the mission."""
        async with self._database.read() as session:
            row = await session.get(tables.Saving, mission)
            return Saved(row.calls, money.dollars(row.cost_nano_usd)) if row else Saved()

    def told(self) -> None:
        """Wakes those who wait for something to be paid or freed."""
        self._news.set()
        self._news = asyncio.Event()

    async def _open(self, nest: Sequence[Wallet]) -> None:
        """Makes the rows that are not there. They have their own commit: a wallet without money is no harm."""
        new = sorted(wallet.id for wallet in nest if wallet.id not in self._known)
        if new:
            async with self._database.write() as session:
                await session.run(writing.insert_all, tables.Wallet, [_empty(id) for id in new])
            self._known.update(new)

    async def _release(self, which: bool | sa.ColumnElement[bool]) -> int:
        async with self._database.read() as session:
            found = (await session.exec(select(tables.Reservation).where(which))).all()
        for row in found:
            await self.release(_as_hold(row))
        return len(found)


def pay(session: Session, hold: Hold, cost: Amount) -> None:
    """Puts the real cost in place of what was set aside, or of nothing when that was freed meanwhile."""
    row = col(tables.Reservation.id)
    gone = session.connection().execute(sa.delete(tables.Reservation).where(row == hold.id).returning(row)).first()
    held = hold.need if gone else NOTHING
    if held or cost:
        _lock(session, hold.wallets)
        _change(session, hold.wallets, cost, NOTHING - held)


def _reserve(session: Session, hold: Hold, nest: Sequence[Wallet], worker: str, now: dt.datetime) -> list[Wallet]:
    rows = _lock(session, hold.wallets)
    taken = money.reserve([_as_wallet(rows[wallet.id], wallet) for wallet in nest], hold.need)
    _change(session, hold.wallets, NOTHING, hold.need)
    nano_usd = money.nano(hold.need.usd)
    values = {"id": hold.id, "mission": hold.mission, "nano_usd": nano_usd, "tokens": hold.need.tokens}
    writing.insert(session, tables.Reservation, values | {"worker": worker, "wallets": list(hold.wallets), "at": now})
    return taken


def _lock(session: Session, ids: Sequence[str]) -> dict[str, tables.Wallet]:
    wanted = select(tables.Wallet).where(col(tables.Wallet.id).in_(ids)).order_by(col(tables.Wallet.id))
    return {row.id: row for row in session.exec(wanted.with_for_update())}


def _change(session: Session, ids: Sequence[str], spent: Amount, reserved: Amount) -> None:
    values = {"nano_usd": money.nano(spent.usd), "tokens": spent.tokens}
    held = {"held_nano_usd": money.nano(reserved.usd), "held_tokens": reserved.tokens}
    session.connection().execute(CHANGE, values | held | {"ids": list(ids)})


def _empty(id: str) -> dict[str, object]:
    return {"id": id, "spent_nano_usd": 0, "spent_tokens": 0, "reserved_nano_usd": 0, "reserved_tokens": 0}


def _as_wallet(row: tables.Wallet, given: Wallet) -> Wallet:
    spent = Amount(money.dollars(row.spent_nano_usd), row.spent_tokens)
    reserved = Amount(money.dollars(row.reserved_nano_usd), row.reserved_tokens)
    return replace(given, spent=spent, reserved=reserved)


def _as_hold(row: tables.Reservation) -> Hold:
    return Hold(row.id, row.mission, Amount(money.dollars(row.nano_usd), row.tokens), tuple(row.wallets))
