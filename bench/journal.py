"""What it costs to have an answer on the disk before it is used."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from bench import paper
from bot.clock import SystemClock
from storage.journal_file import JournalFile

RECORDS = 1000
BODY = '{"text": "' + "x" * 2000 + '"}'  # an answer of the usual length


async def measure(journal: JournalFile, at_once: int) -> tuple[object, ...]:
    """Wall and processor time of a record, written by so many at the same time."""

    async def writer(name: int) -> None:
        for number in range(RECORDS // at_once):
            await journal.record("m1", f"m1/{at_once}/{name}/{number}", "digest", "model", BODY)

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*map(writer, range(at_once)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return at_once, 1000 * wall / RECORDS, 1000 * cpu / RECORDS


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        journal = await JournalFile.open(Path(folder) / "journal.db", SystemClock())
        try:
            rows = [await measure(journal, at_once) for at_once in (1, 4, 16, 50)]
        finally:
            await journal.close()
    paper.table(f"The call journal, {RECORDS} records of 2 kB", ("writers", "ms a record", "CPU ms a record"), rows)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
