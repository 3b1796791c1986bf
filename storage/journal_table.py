"""The call journal as a table of the database that many processes share."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from agents.ports import Attempt, Clock, Spent
from storage import journal_entry, tables, writing
from storage.database import Database
from storage.journal_entry import Entry


class JournalTable:
    """Each answer is a transaction of its own, so that it stays when whoever asked does not."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def recall(self, key: str, digest: str) -> str | None:
        """The recorded answer, or None. One whose digest does not fit is never returned, and logged."""
        wanted = select(tables.Call.digest, tables.Call.body).where(tables.Call.key == key)
        async with self._database.read() as session:
            return journal_entry.fitting(key, digest, (await session.exec(wanted)).all())

    async def record(
        self, mission: str, key: str, digest: str, kind: str, body: str, attempts: Sequence[Attempt] = ()
    ) -> str:
        """Commits the answer with its cost and returns the one that counts."""
        async with self._database.write() as session:
            return await session.run(self._record, Entry(mission, key, digest, kind, body, tuple(attempts)))

    async def book(self, mission: str, key: str, attempts: Sequence[Attempt]) -> None:
        """Commits the cost of attempts that brought no answer."""
        async with self._database.write() as session:
            await session.run(_spend, Entry(mission, key, attempts=tuple(attempts)))

    async def spent(self, mission: str) -> Spent:
        """What the mission has used so far."""
        sums = sa.select(sa.text(journal_entry.SUMS)).select_from(tables.Spending)
        async with self._database.read() as session:
            connection = await session.connection()
            found = await connection.execute(sums.where(col(tables.Spending.mission) == mission))
            return journal_entry.spent(found.one())

    async def close(self) -> None:
        """There is nothing to close: the connections are the database's."""

    def _record(self, session: Session, entry: Entry) -> str:
        writing.insert(session, tables.Call, entry.answer() | {"at": self._clock.now()})
        _spend(session, entry)
        counts = session.get(tables.Call, (entry.key, entry.digest))
        assert counts, "a row of that key was there or was just added"
        return counts.body


def _spend(session: Session, entry: Entry) -> None:
    session.add_all(tables.Spending(**row) for row in entry.spending())
