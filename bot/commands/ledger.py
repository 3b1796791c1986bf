"""`baton ledger MISSION`: the evidence of one mission as JSON, from the database alone."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agents.ports import UnknownMission
from bot import provenance
from bot.cli import Failure
from bot.commands.starting import settings
from storage.database import Database
from storage.errors import DatabaseError
from storage.record import record


async def main(options: argparse.Namespace) -> int:
    """Writes to the file, or to standard output. Raises Failure."""
    database = _opened(settings(quiet=True).database)
    try:
        await database.migrate()
        async with database.read() as session:
            text = provenance.document(await session.run(record, options.mission))
    except UnknownMission:
        raise Failure(
            f"There is no mission {options.mission} in this database: its receipt in Slack and the log name its id."
        ) from None
    except DatabaseError as error:
        raise Failure(str(error)) from None
    finally:
        await database.close()
    if options.out:
        _write(Path(options.out), text)
    else:
        sys.stdout.write(text)
    return 0


def _opened(url: str) -> Database:
    """The database, if there is one: to look is no reason to make one."""
    path = url.removeprefix("sqlite:///")
    if path != url and not Path(path).exists():
        raise Failure(f"There is no database {path}: set DATABASE_URL or BATON_DATA, or run Baton first.")
    try:
        return Database.open(url)
    except DatabaseError as error:
        raise Failure(str(error)) from None


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}.") from None
    print(f"wrote {path}")
