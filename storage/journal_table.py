"""The call journal as a table of the PostgreSQL database that many processes share."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa

from agents.ports import Attempt, Clock, Spent
from storage import journal_entry, tables
from storage.database import Database
from storage.journal_entry import Entry

RECALL = sa.text("select digest, body from call where key = :key")
SPENT = sa.text(journal_entry.SPENT)
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

    async def recall(self, key: str, digest: str) -> str | None:
        """The recorded answer, or None. One whose digest does not fit is never returned, and logged."""
        async with self._database.autocommit() as connection:
            found = (await connection.execute(RECALL, {"key": key})).all()
        return journal_entry.fitting(key, digest, found)

    async def record(
        self, mission: str, key: str, digest: str, kind: str, body: str, attempts: Sequence[Attempt] = ()
    ) -> str:
        """Commits the answer with its cost and returns the one that counts."""
        entry = Entry(mission, key, digest, kind, body, tuple(attempts))
        values = entry.answer() | {"at": self._clock.now(), "spending": json.dumps(entry.spending())}
        async with self._database.autocommit() as connection:
            return (await connection.execute(RECORD, values)).scalar_one()

    async def book(self, mission: str, key: str, attempts: Sequence[Attempt]) -> None:
        """Commits the cost of attempts that brought no answer."""
        if rows := Entry(mission, key, attempts=tuple(attempts)).spending():
            async with self._database.autocommit() as connection:
                await connection.execute(sa.insert(tables.Spending), rows)

    async def spent(self, mission: str) -> Spent:
        """What the mission has used so far."""
        async with self._database.autocommit() as connection:
            return journal_entry.spent((await connection.execute(SPENT, {"mission": mission})).one())

    async def close(self) -> None:
        """There is nothing to close: the connections are the database's."""
