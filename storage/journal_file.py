"""The call journal as a SQLite file of its own, so that answers are on the disk without waiting for other writers.

Whatever waits to be recorded goes into one transaction: one flush of the disk for all of them.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from agents.domain.money import NOTHING, Amount, Hold, dollars, nano
from agents.ports import Attempt, Clock, Saved, Spent
from storage import journal_entry
from storage.errors import DatabaseTooNew, DatabaseUnusable
from storage.journal_entry import Entry
from storage.wallets_here import WalletsHere

T = TypeVar("T")

VERSION = 2
SCHEMA = """
create table if not exists call (
    key text not null, digest text not null, mission text not null, kind text not null, body text not null,
    at text not null, primary key (key, digest)
);
create table if not exists spending (
    id integer primary key, mission text not null, key text not null, ask integer not null, model text not null,
    outcome text not null, input_tokens integer not null, output_tokens integer not null, cost_nano_usd integer,
    seconds real not null
);
create index if not exists ix_spending_mission on spending (mission);
create table if not exists wallet (
    id text primary key, spent_nano_usd integer not null, spent_tokens integer not null
) without rowid;
create table if not exists saving (
    mission text primary key, calls integer not null, cost_nano_usd integer not null
) without rowid;
"""
ANSWER = "insert or ignore into call values (:key, :digest, :mission, :kind, :body, :at)"
SPENDING = """insert into spending
    (mission, key, ask, model, outcome, input_tokens, output_tokens, cost_nano_usd, seconds)
    values (:mission, :key, :ask, :model, :outcome, :input_tokens, :output_tokens, :cost_nano_usd, :seconds)"""
PAY = """insert into wallet values (?, ?, ?) on conflict (id) do update set
    spent_nano_usd = spent_nano_usd + excluded.spent_nano_usd, spent_tokens = spent_tokens + excluded.spent_tokens"""
WALLET = "select spent_nano_usd, spent_tokens from wallet where id = :id"
SAVE = """insert into saving values (:mission, :calls, :nano_usd) on conflict (mission) do update
    set calls = calls + excluded.calls, cost_nano_usd = cost_nano_usd + excluded.cost_nano_usd"""
SAVED = "select calls, cost_nano_usd from saving where mission = :mission"
RECALL = "select digest, body from call where key = :key"
RECORDED = "select body from call where key = :key and digest = :digest"


class JournalFile:
    """The journal of one process. Each of its two connections lives in a thread of its own."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._reader = _Connection(path, "journal-read")
        self._writer = _Connection(path, "journal-write")
        self._waiting: list[tuple[Entry, asyncio.Future[str]]] = []
        self._writing: asyncio.Task[None] | None = None
        self.wallets = WalletsHere(self, clock)

    @classmethod
    async def open(cls, path: Path, clock: Clock) -> JournalFile:
        """Raises DatabaseTooNew and DatabaseUnusable."""
        journal = cls(path, clock)
        try:
            await journal._writer.do(_prepare, str(path))
            await journal._reader.do(_prepare, str(path))
        except (sqlite3.Error, OSError) as error:
            await journal.close()
            raise DatabaseUnusable(str(path), error) from error
        except DatabaseTooNew:
            await journal.close()
            raise
        return journal

    async def recall(self, key: str, digest: str) -> str | None:
        """The recorded answer, or None. One whose digest does not fit is never returned, and logged."""
        return journal_entry.fitting(key, digest, await self._reader.do(_select, RECALL, {"key": key}))

    async def record(
        self,
        mission: str,
        key: str,
        digest: str,
        kind: str,
        body: str,
        attempts: Sequence[Attempt] = (),
        hold: Hold | None = None,
    ) -> str:
        """Commits the answer with its cost and returns the one that counts."""
        return await self._commit(Entry(mission, key, digest, kind, body, tuple(attempts), hold))

    async def book(self, mission: str, key: str, attempts: Sequence[Attempt], hold: Hold | None = None) -> None:
        """Commits the cost of attempts that brought no answer."""
        await self._commit(Entry(mission, key, attempts=tuple(attempts), hold=hold))

    async def spent(self, mission: str) -> Spent:
        """What the mission has used so far."""
        sums = await self._reader.do(_select, journal_entry.SPENT, {"mission": mission})
        return journal_entry.spent(sums[0])

    async def spent_from(self, wallet: str) -> Amount:
        """What was paid from a wallet."""
        found = await self._reader.do(_select, WALLET, {"id": wallet})
        return Amount(dollars(found[0][0]), found[0][1]) if found else Amount()

    async def save(self, mission: str, saved: Saved) -> None:
        """Adds to what answers on record have saved the mission."""
        values = {"mission": mission, "calls": saved.calls, "nano_usd": nano(saved.cost_usd)}
        await self._writer.do(_change, SAVE, values)

    async def saved(self, mission: str) -> Saved:
        """What answers on record have saved the mission."""
        found = await self._reader.do(_select, SAVED, {"mission": mission})
        return Saved(found[0][0], dollars(found[0][1])) if found else Saved()

    async def places(self, mission: str) -> dict[str, Spent]:
        """What was used at each place of the mission, such as run/t2@5f1c2d3e."""
        return journal_entry.places(await self._reader.do(_select, journal_entry.PLACES, {"mission": mission}))

    async def dearest(self, mission: str) -> dict[str, Amount]:
        """By model, the most that one request of the mission has cost."""
        return journal_entry.dearest(await self._reader.do(_select, journal_entry.DEAREST, {"mission": mission}))

    async def close(self) -> None:
        """Commits what waits and closes the file."""
        if self._writing:
            await self._writing
        await self._reader.close()
        await self._writer.close()

    async def _commit(self, entry: Entry) -> str:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        """Commits until nothing waits. Who stopped waiting is recorded all the same: the answer was paid."""
        try:
            while batch := self._waiting:
                self._waiting = []
                await self._write_batch(batch)
        finally:
            self._writing = None

    async def _write_batch(self, batch: list[tuple[Entry, asyncio.Future[str]]]) -> None:
        at = self._clock.now().isoformat()
        try:
            bodies = await self._writer.do(_record, [entry for entry, _ in batch], at)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to those who wait for the commit
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (entry, future), body in zip(batch, bodies, strict=True):
            if entry.hold:
                self.wallets.paid(entry.hold, entry.paid())
            if not future.done():
                future.set_result(body)


class _Connection:
    """A SQLite connection and the one thread that uses it."""

    def __init__(self, path: Path, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._path = path
        self._connection: sqlite3.Connection | None = None

    async def do(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work, arguments)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _do(self, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        if self._connection is None:
            self._connection = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        return work(self._connection, *arguments)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _prepare(connection: sqlite3.Connection, place: str) -> None:
    version = connection.execute("pragma user_version").fetchone()[0]
    if version > VERSION:
        raise DatabaseTooNew(place, str(version))
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    if version < VERSION:
        connection.executescript(f"begin immediate; {SCHEMA} pragma user_version = {VERSION}; commit;")


def _select(connection: sqlite3.Connection, query: str, values: dict[str, str]) -> list[Any]:
    return connection.execute(query, values).fetchall()


def _record(connection: sqlite3.Connection, entries: Sequence[Entry], at: str) -> list[str]:
    connection.execute("begin immediate")
    with connection:
        connection.executemany(PAY, _payments(entries))
        return [_record_one(connection, entry, at) for entry in entries]


def _payments(entries: Sequence[Entry]) -> list[tuple[str, int, int]]:
    """What all entries together take from each wallet."""
    sums: dict[str, Amount] = {}
    for entry in entries:
        if entry.hold and (paid := entry.paid()):
            for wallet in entry.hold.wallets:
                sums[wallet] = sums.get(wallet, NOTHING) + paid
    return [(wallet, nano(paid.usd), paid.tokens) for wallet, paid in sums.items()]


def _change(connection: sqlite3.Connection, statement: str, values: dict[str, Any]) -> None:
    connection.execute(statement, values)


def _record_one(connection: sqlite3.Connection, entry: Entry, at: str) -> str:
    connection.executemany(SPENDING, entry.spending())
    if entry.body is None:
        return ""
    answer = entry.answer()
    connection.execute(ANSWER, answer | {"at": at})
    return connection.execute(RECORDED, answer).fetchone()[0]
