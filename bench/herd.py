"""How a herd is met: 1,000 schedules due in one second, and people who ask meanwhile."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agents.domain.schedule import Policies, Schedule, Timing
from agents.timing import cron
from bench import paper
from bench.acks import Timed
from bot.clock import SystemClock
from storage.database import Database
from storage.schedules import ScheduleRows
from tests.faults import outside
from tests.house import SEED

HERD = 1_000
JITTER = 60  # seconds over which they begin
MENTIONS, SECONDS = 20, 10.0
RECORDED, ACK = 5.0, 3.0  # seconds


def _rows(path: Path) -> tuple[Database, ScheduleRows]:
    database = Database.open(f"sqlite:///{path}")
    return database, ScheduleRows(database, lambda session, call: None, SystemClock(), cron.walls)


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        async with outside.street(Path(folder), latency_s=0.4) as street:
            await street.start(BATON_POSTS_PER_SECOND="1")
            database, rows = _rows(Path(folder) / "baton.db")
            timed = street.workspace.core.delivery.transport = Timed(street.workspace.core.delivery.transport)
            calm = await _mentions(street, timed)
            due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=20)
            await _herd(rows, street.workspace.state.team_id, street.workspace.channel("launch"),
                        street.workspace.user("maya"), due)  # fmt: skip
            await asyncio.sleep((due - datetime.now(UTC)).total_seconds())
            asking = asyncio.create_task(_mentions(street, timed))
            recorded = await _until(lambda: _count(rows), HERD, due)
            busy = await asking
            begun = await _begun(rows, due)
            await database.close()
            return _report(recorded, begun, calm, busy)


async def _herd(rows: ScheduleRows, team: str, channel: str, owner: str, due: datetime) -> None:
    """All for the same second; half a minute of nothing else was seen before."""
    policies = Policies(jitter_s=JITTER)
    timing = Timing("once", "UTC", at=due.replace(tzinfo=None))
    one = Schedule("", owner, team, channel, SEED, "general", timing, due, due - timedelta(seconds=30), policies)
    for number in range(HERD):
        await rows.accept(None, replace(one, id=f"herd{number:04}"))


async def _mentions(street: outside.Street, timed: Timed) -> Sequence[float]:
    """How long the acknowledgements of people who ask took."""
    before, began = len(timed.taken.get("app_mention", ())), time.perf_counter()
    for number in range(MENTIONS):
        await asyncio.sleep(max(0.0, began + number * SECONDS / MENTIONS - time.perf_counter()))
        await street.ask("Write two posts about compostable coffee pods.")
    await street.see(lambda: len(timed.taken.get("app_mention", ())) == before + MENTIONS)
    return timed.taken["app_mention"][before:]


async def _count(rows: ScheduleRows) -> int:
    return sum([bool(await rows.occurrences(f"herd{number:04}", 1)) for number in range(HERD)])


async def _until(count: Callable[[], Awaitable[int]], most: int, due: datetime) -> float:
    """Seconds after the slot at which all are recorded."""
    while await count() < most:  # noqa: ASYNC110 - another process writes them
        await asyncio.sleep(0.1)
    return (datetime.now(UTC) - due).total_seconds()


async def _begun(rows: ScheduleRows, due: datetime) -> list[float]:
    """Seconds from the slot to the beginning of each, once all were begun."""
    limit = due + timedelta(seconds=JITTER + 30)
    await asyncio.sleep(max(0.0, (limit - datetime.now(UTC)).total_seconds()))
    found = [one for n in range(HERD) for one in await rows.occurrences(f"herd{n:04}", 1)]
    return [(one.begun_at - due).total_seconds() for one in found if one.begun_at is not None]


def _rounded(seconds: Sequence[float]) -> list[float]:
    return [round(each, 4) for each in seconds]


def _report(recorded: float, begun: list[float], calm: Sequence[float], busy: Sequence[float]) -> int:
    rows = [
        (name, len(all_), *(1000 * paper.quantile(list(all_), share) for share in (0.5, 0.99)), 1000 * max(all_))
        for name, all_ in (("before the herd", calm), ("during the herd", busy))
    ]
    paper.table("Mentions acknowledged", ("when", "count", "p50 ms", "p99 ms", "max ms"), rows)
    times = paper.quantile(list(busy), 0.5) / paper.quantile(list(calm), 0.5)
    print(f"  acknowledgements took {times:.2f} times as long as before (p50)")
    print(f"  {HERD} occurrences on record {recorded:.1f} s after their second (at most {RECORDED:g})")
    print(f"  {len(begun)} begun, the last {max(begun, default=0):.1f} s after it (jitter {JITTER} s)")
    early = sum(seconds < 0 for seconds in begun)
    good = recorded <= RECORDED and len(begun) == HERD and not early and max(begun) <= JITTER + 2 and max(busy) < ACK
    figures = {
        "herd": HERD,
        "recorded_s": round(recorded, 2),
        "begun": len(begun),
        "early": early,
        "last_begun_s": round(max(begun, default=0), 2),
        "jitter_s": JITTER,
        "ack_before_s": _rounded(calm),
        "ack_during_s": _rounded(busy),
        "ack_p50_ratio": round(times, 2),
        "met": good,
    }
    print("  " + json.dumps(figures))
    print(f"  all met: {'yes' if good else 'NO'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
