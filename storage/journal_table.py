"""The call journal as a table of the PostgreSQL database that many processes share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from agents.domain.money import Amount, Hold
from agents.ports import Attempt, Clock, Spent
from storage import journal_entry, tables, wallets_table
from storage.database import Database
from storage.journal_entry import Entry
from storage.wallets_table import WalletsTable

RECALL = sa.text("select digest, body from call where key = :key")
SPENT = sa.text(journal_entry.SPENT)
PLACES = sa.text(journal_entry.PLACES)
DEAREST = sa.text(journal_entry.DEAREST)
# One statement, so that an answer and its cost are kept together or not at all. Whoever comes second touches the row
# of the first without changing it, and so is told its body.
RECORD = sa.text("""with costs as (
        insert into spending
            (mission, key, ask, model, outcome, input_tokens, output_tokens, cost_nano_usd, seconds)
        select mission, key, ask, model, outcome, input_tokens, output_tokens, cost_nano_usd, seconds
        from jsonb_populate_recordset(null::spending, cast(:spending as jsonb))
    )
    insert into call (key, digest, mission, kind, body, at) values (:key, :digest, :mission, :kind, :body, :at)
    on conflict (key, digest) do update set digest = excluded.digest returning body""")


class JournalTable:
    """Each answer is one statement that commits by itself, so that it stays when whoever asked does not."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.wallets = WalletsTable(database, clock)
        self._paying: set[asyncio.Task[str]] = set()

    async def recall(self, key: str, digest: str) -> str | None:
        """The recorded answer, or None. One whose digest does not fit is never returned, and logged."""
        async with self._database.autocommit() as connection:
            found = (await connection.execute(RECALL, {"key": key})).all()
        return journal_entry.fitting(key, digest, found)

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
        entry = Entry(mission, key, digest, kind, body, tuple(attempts), hold)
        values = entry.answer() | {"at": self._clock.now(), "spending": json.dumps(entry.spending())}
        if hold:
            return await self._paid(_record, entry, values)
        async with self._database.autocommit() as connection:
            return (await connection.execute(RECORD, values)).scalar_one()

    async def book(self, mission: str, key: str, attempts: Sequence[Attempt], hold: Hold | None = None) -> None:
        """Commits the cost of attempts that brought no answer."""
        entry = Entry(mission, key, attempts=tuple(attempts), hold=hold)
        if hold:
            await self._paid(_book, entry, entry.spending())
        elif rows := entry.spending():
            async with self._database.autocommit() as connection:
                await connection.execute(sa.insert(tables.Spending), rows)

    async def _paid(self, write: Callable[[Session, Entry, Any], str], entry: Entry, values: Any) -> str:
        """The same, paid from the wallets in one commit. Who stops waiting for it does not stop it."""
        paying = asyncio.create_task(self._pay(write, entry, values))
        self._paying.add(paying)
        paying.add_done_callback(self._paying.discard)
        return await asyncio.shield(paying)

    async def _pay(self, write: Callable[[Session, Entry, Any], str], entry: Entry, values: Any) -> str:
        async with self._database.write() as session:
            body = await session.run(write, entry, values)
        self.wallets.told()
        return body

    async def spent(self, mission: str) -> Spent:
        """What the mission has used so far."""
        async with self._database.autocommit() as connection:
            return journal_entry.spent((await connection.execute(SPENT, {"mission": mission})).one())

    async def places(self, mission: str) -> dict[str, Spent]:
        """What was used at each place of the mission, such as run/t2@5f1c2d3e."""
        async with self._database.autocommit() as connection:
            return journal_entry.places((await connection.execute(PLACES, {"mission": mission})).all())

    async def dearest(self, mission: str) -> dict[str, Amount]:
        """By model, the most that one request of the mission has cost."""
        async with self._database.autocommit() as connection:
            return journal_entry.dearest((await connection.execute(DEAREST, {"mission": mission})).all())

    async def close(self) -> None:
        """Commits what waits; the connections are the database's."""
        await asyncio.gather(*self._paying, return_exceptions=True)


def _record(session: Session, entry: Entry, values: Mapping[str, Any]) -> str:
    body = str(session.connection().execute(RECORD, values).scalar_one())
    _charge(session, entry)
    return body


def _book(session: Session, entry: Entry, rows: list[dict[str, Any]]) -> str:
    if rows:
        session.connection().execute(sa.insert(tables.Spending), rows)
    _charge(session, entry)
    return ""


def _charge(session: Session, entry: Entry) -> None:
    if entry.hold:
        wallets_table.pay(session, entry.hold, entry.paid())
