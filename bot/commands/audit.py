"""`baton audit`: says whether the audit is as it was written, and writes it out as lines of JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from bot.cli import Failure
from bot.commands.starting import settings
from storage.audit import AuditRows
from storage.database import Database
from storage.errors import DatabaseError


async def main(options: argparse.Namespace) -> int:
    async with _opened() as audit:
        return await (_verify(audit, options.head) if options.what == "verify" else _export(audit, options.out))


@asynccontextmanager
async def _opened() -> AsyncGenerator[AuditRows]:
    """The audit of the database that is set; nothing is written to it."""
    try:
        database = Database.open(settings().database)
    except DatabaseError as error:
        raise Failure(str(error)) from None
    try:
        if database.path and not database.path.exists():
            raise Failure(f"There is no database {database.path}: start Baton once, or correct BATON_DATA.")
        yield AuditRows(database)
    except DatabaseError as error:
        raise Failure(f"{error} A database from before there was an audit needs one start of Baton.") from None
    finally:
        await database.close()


async def _verify(audit: AuditRows, noted: str | None) -> int:
    """One line for each workspace; a noted hash has to be in one of the chains."""
    teams = await audit.teams()
    known, bad = not noted, 0
    for team in teams:
        records = await audit.records(team)
        known = known or noted in {record.hash for record in records}
        faults = await audit.faults(team)
        bad += len(faults)
        end = f", ending in {records[-1].hash}" if records else ""
        print(f"{'✗' if faults else '✓'} {team}: {len(records)} rows{end}")
        for fault in faults:
            print(f"  {fault}")
    if not known:
        print("✗ No row has the hash that was given: the row with it was removed or changed.")
    if not teams:
        print("· Nothing was audited yet.")
    return 1 if bad or not known else 0


async def _export(audit: AuditRows, out: str | None) -> int:
    lines = [
        json.dumps(asdict(record), ensure_ascii=False)
        for team in await audit.teams()
        for record in await audit.records(team)
    ]
    text = "".join(f"{line}\n" for line in lines)
    if out is None:
        sys.stdout.write(text)
        return 0
    try:
        Path(out).write_text(text, "utf-8")
    except OSError as error:
        raise Failure(f"{out} cannot be written: {error.strerror or error}.") from None
    print(f"{len(lines)} rows written to {out}")
    return 0
