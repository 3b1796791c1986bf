"""What a mission costs that waits for a person: memory while it was accepted, and after a restart."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench import paper
from tests.faults import outside
from tests.faults.outside import Street
from tests.house import SEED

WARM, MISSIONS = 20, 500
AT_ONCE = 10  # mentions before the plans of these are waited for
QUIET = 3.0  # seconds for what was needed in passing to be given back


async def planned(street: Street, missions: int) -> None:
    """So many missions, all waiting for a decision about their plan."""
    for start in range(0, missions, AT_ONCE):
        threads = [await street.ask(SEED) for _ in range(start, min(missions, start + AT_ONCE))]
        for thread in threads:
            await street.see(lambda thread=thread: len(outside.markers(street.thread(thread))) == 1)


async def shown(street: Street) -> None:
    """Waits until nothing is left to be shown."""
    with closing(sqlite3.connect(street.data / "baton.db", timeout=10)) as database:
        while database.execute("select count(*) from outbox where state in ('new', 'sending')").fetchone()[0]:  # noqa: ASYNC110
            await asyncio.sleep(0.5)


async def rests(street: Street, pid: int) -> tuple[int, float]:
    """Memory in kB and the share of a CPU in percent of a process that has nothing to do."""
    await shown(street)
    await asyncio.sleep(QUIET)
    busy, began = paper.cpu_s(pid), time.perf_counter()
    await asyncio.sleep(QUIET)
    return paper.memory_kb(pid), 100 * (paper.cpu_s(pid) - busy) / (time.perf_counter() - began)


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        async with outside.street(Path(folder)) as street:
            process = await street.start(BATON_POSTS_PER_SECOND="1000")
            await planned(street, WARM)
            before = await rests(street, process.process.pid)
            began = time.perf_counter()
            await planned(street, MISSIONS)
            took = time.perf_counter() - began
            after = await rests(street, process.process.pid)
            await process.terminate()
            began = time.perf_counter()
            process = await street.start()
            start = time.perf_counter() - began
            again = await rests(street, process.process.pid)
            await process.terminate()
        async with outside.street(Path(folder) / "empty") as street:
            empty = await rests(street, (await street.start()).process.pid)
    rows = [
        (f"{WARM} missions wait", before[0] / 1024, before[1], ""),
        (f"{WARM + MISSIONS} missions wait", after[0] / 1024, after[1], (after[0] - before[0]) / MISSIONS),
        ("a fresh start without missions", empty[0] / 1024, empty[1], ""),
        (f"a fresh start with {WARM + MISSIONS}", again[0] / 1024, again[1], (again[0] - empty[0]) / (WARM + MISSIONS)),
    ]
    paper.table("Missions that wait at the plan's checkpoint", ("process", "MB", "idle CPU %", "kB a mission"), rows)
    print(f"  accepted and planned {MISSIONS / took:.1f} missions a second; ready {start:.1f} s after the start")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
