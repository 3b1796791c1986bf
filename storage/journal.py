"""The call journal: answers already paid for, kept so that no phase pays twice for the same one."""

from __future__ import annotations

from agents.ports import Clock
from storage.database import Database
from storage.journal_file import JournalFile
from storage.journal_table import JournalTable


async def open_journal(database: Database, clock: Clock) -> JournalFile | JournalTable:
    """Beside a SQLite file another one, `<name>-journal.db`; in PostgreSQL its tables. Raises DatabaseError."""
    if database.path is None:
        return JournalTable(database, clock)
    return await JournalFile.open(database.path.with_name(f"{database.path.stem}-journal.db"), clock)
