"""Wallets of the one process that works on a SQLite file.

What is spent lies in the journal's file, paid in the commit of each answer. What is set aside lies in memory: it
belongs to calls that are under way, and they end with the process.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from agents.domain import money
from agents.domain.money import NOTHING, Amount, Hold, Wallet
from agents.ports import Clock, Saved

MOST = 10_000  # wallets that are remembered; what is forgotten is read again


class Account(Protocol):
    """Where it is written what was spent."""

    async def spent_from(self, wallet: str) -> Amount: ...
    async def save(self, mission: str, saved: Saved) -> None: ...
    async def saved(self, mission: str) -> Saved: ...


@dataclass(frozen=True)
class _Held:
    hold: Hold
    at: dt.datetime


class WalletsHere:
    """Between two awaits nobody else comes, so what is looked at and changed there is one step."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._known: dict[str, Wallet] = {}  # without their limits
        self._held: dict[str, _Held] = {}
        self._loading = asyncio.Lock()
        self._news = asyncio.Event()

    async def reserve(self, mission: str, nest: Sequence[Wallet], need: Amount) -> tuple[Hold, Sequence[Wallet]]:
        """Sets that much aside in every wallet of the nest. Raises Short."""
        await self._load(nest)
        taken = money.reserve([self._now(wallet) for wallet in nest], need)
        self._known |= {wallet.id: wallet for wallet in taken}
        hold = Hold(secrets.token_hex(8), mission, need, tuple(wallet.id for wallet in nest))
        self._held[hold.id] = _Held(hold, self._clock.now())
        return hold, taken

    async def release(self, hold: Hold) -> None:
        """Frees what was set aside for a call that was not made."""
        self.paid(hold, NOTHING)

    async def release_dead(self) -> int:
        """Nothing: what a process had set aside is gone with it."""
        return 0

    async def release_worker(self, worker: str) -> int:
        """Nothing, for the same reason."""
        return 0

    async def release_before(self, at: dt.datetime) -> int:
        """Frees what was set aside before then."""
        return self._release([one.hold for one in self._held.values() if one.at < at])

    async def settled(self, seconds: float) -> None:
        """Returns when something was paid or freed, at the latest after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            pass

    async def look(self, nest: Sequence[Wallet]) -> Sequence[Wallet]:
        """The wallets as they stand."""
        await self._load(nest)
        return [self._now(wallet) for wallet in nest]

    async def save(self, mission: str, saved: Saved) -> None:
        """Adds to what the journal has saved the mission."""
        await self._account.save(mission, saved)

    async def saved(self, mission: str) -> Saved:
        """What the journal has saved the mission."""
        return await self._account.saved(mission)

    def paid(self, hold: Hold, cost: Amount) -> None:
        """The call is over and its cost is on the disk. One whose hold was freed meanwhile is paid all the same."""
        held = hold.need if self._held.pop(hold.id, None) else NOTHING
        for id in hold.wallets:
            if wallet := self._known.get(id):
                self._known[id] = wallet.settle(held, cost)
        self._news.set()
        self._news = asyncio.Event()

    def _release(self, holds: Sequence[Hold]) -> int:
        for hold in holds:
            self.paid(hold, NOTHING)
        return len(holds)

    def _now(self, wallet: Wallet) -> Wallet:
        known = self._known[wallet.id]
        return Wallet(wallet.id, wallet.limit, known.spent, known.reserved)

    async def _load(self, nest: Sequence[Wallet]) -> None:
        """Reads what is not remembered. One reader at a time: what is read is not old when it is remembered."""
        if all(wallet.id in self._known for wallet in nest):
            return
        async with self._loading:
            self._forget()
            for wallet in nest:
                if wallet.id not in self._known:
                    self._known[wallet.id] = replace(wallet, spent=await self._account.spent_from(wallet.id))

    def _forget(self) -> None:
        if len(self._known) > MOST:
            self._known = {id: wallet for id, wallet in self._known.items() if wallet.reserved}
