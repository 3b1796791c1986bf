"""How fast Baton acknowledges: 50 mentions in 10 s while missions run. Slack delivers again after 3 s."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import paper
from bot.local.workspace.delivery import Answer, Envelope, Transport
from tests.faults import outside
from tests.house import SEED

RUNNING = 4  # missions that run meanwhile
MENTIONS, SECONDS = 50, 10.0
MOST, USUAL = 3.0, 1.0  # seconds: what all stay under, and 99 of 100


@dataclass
class Timed:
    """A transport that notes how long each acknowledgement took."""

    transport: Transport
    taken: dict[str, list[float]] = field(default_factory=dict)

    async def send(self, envelope: Envelope, timeout: float) -> Answer:
        began = time.perf_counter()
        answer = await self.transport.send(envelope, timeout)
        kind = envelope.payload.get("event", {}).get("type", envelope.kind)
        self.taken.setdefault(kind, []).append(time.perf_counter() - began if answer.error is None else float("inf"))
        return answer

    async def wait_for_connection(self) -> None:
        await self.transport.wait_for_connection()


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        async with outside.street(Path(folder), latency_s=0.4) as street:
            process = await street.start(BATON_POSTS_PER_SECOND="1")
            for _ in range(RUNNING):
                await street.approve(await street.ask(SEED), "plan")
            timed = street.workspace.core.delivery.transport = Timed(street.workspace.core.delivery.transport)
            busy = paper.cpu_s(process.process.pid)
            began = time.perf_counter()
            for number in range(MENTIONS):
                await asyncio.sleep(max(0.0, began + number * SECONDS / MENTIONS - time.perf_counter()))
                await street.ask(SEED)
            took = time.perf_counter() - began
            busy = paper.cpu_s(process.process.pid) - busy
            await street.see(lambda: len(timed.taken.get("app_mention", ())) == MENTIONS)
            _report(timed.taken, took, busy)
            return _judged(timed.taken)


def _report(taken: dict[str, list[float]], took: float, busy: float) -> None:
    heads = ("delivered", "count", "p50 ms", "p99 ms", "max ms")
    rows: list[tuple[Any, ...]] = [
        (
            kind,
            len(all_),
            *(1000 * value for value in (paper.quantile(all_, 0.5), paper.quantile(all_, 0.99), max(all_))),
        )
        for kind, all_ in sorted(taken.items())
    ]
    paper.table(f"Acknowledgement, {MENTIONS} mentions in {took:.1f} s while {RUNNING} missions run", heads, rows)
    print(f"  the process was busy for {100 * busy / took:.0f} % of one CPU")


def _judged(taken: dict[str, list[float]]) -> int:
    every = [value for values in taken.values() for value in values]
    good = max(every) < MOST and paper.quantile(every, 0.99) < USUAL
    print(f"  all under {MOST:g} s and 99 of 100 under {USUAL:g} s: {'yes' if good else 'NO'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
