"""What Baton adds to a model call, in processor time, beside the bare openai package in the same run."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI, DefaultAioHttpClient

from agents.contracts import CriticBrief, CritiqueDraft
from agents.domain.money import Limit, Place, Terms
from agents.llm import answers, grades, wire
from agents.llm.client import ModelSettings, OpenAIModel
from agents.llm.prices import Price, Prices
from agents.ports import ModelRequest
from agents.roles import prompts
from agents.roles.purse import Purse
from agents.roles.seat import Meter, Seat
from bench import paper
from bot.clock import SystemClock
from bot.local import standins
from storage.journal_file import JournalFile
from tests.faults import outside
from tests.house import SEED

CALLS = 400
ROUNDS = 3  # each kind is measured so often in turn; the best counts, for the others were disturbed

PRICE = Price(Decimal(1), Decimal(8), Decimal(1))  # dollars a million tokens

Ask = Callable[[int], Awaitable[Any]]


def request() -> ModelRequest:
    """A critic's question of the usual length."""
    brief = CriticBrief(
        mission=SEED,
        task="t1",
        title="Top three competitors",
        brief="Find the three.",
        checks=[],
        work="Fernaby leads. " * 150,
        claims=[],
        notes=[],
        round=1,
    )
    messages = (prompts.system("critic", department="Launch"), prompts.user("Judge this work.", brief))
    return ModelRequest("rehearsal", messages, answer=answers.shape(CritiqueDraft))


async def measure(ask: Ask, at_once: int) -> float:
    """Processor milliseconds of a call, with so many under way at the same time."""

    async def asker(first: int) -> None:
        for number in range(first, CALLS, at_once):
            await ask(number)

    began = time.process_time()
    await asyncio.gather(*map(asker, range(at_once)))
    return 1000 * (time.process_time() - began) / CALLS


async def compared(base_url: str, folder: Path) -> None:
    """One call by the bare package, by the model client, and by a seat with its journal."""
    settings = ModelSettings(api_key="rehearsal", base_url=base_url)
    bare = AsyncOpenAI(api_key="rehearsal", base_url=base_url, max_retries=0, http_client=DefaultAioHttpClient())
    model = OpenAIModel(settings)
    journal = await JournalFile.open(folder / "journal.db", SystemClock())
    question = request()
    body: dict[str, Any] = dict(wire.request_body(question, grades.at_first("auto", None, False)))
    run = iter(range(10_000_000))

    async def by_seat(_: int) -> None:
        seat = Seat("m1", f"bench/{next(run)}", model, journal, Meter(0, 10**9))
        await seat.ask("1", question)

    async def tell(_: object) -> None:
        raise AssertionError("the purse is large enough")

    large = Terms(Limit.of(Decimal(10**6), 10**12), Limit.of(Decimal(10**6), 10**12), Limit.of(Decimal(10**6), 10**12))
    place = Place("T1", "C1", "launch", "m1")
    purse = Purse(place, journal.wallets, Prices({"rehearsal": PRICE}), SystemClock(), tell, large)

    async def from_purse(_: int) -> None:
        number = next(run)  # ten calls a task
        seat = Seat("m1", f"run/t1@{number // 10}/{number}", model, journal, Meter(0, 10**9, purse))
        await seat.ask("1", question)

    ways: dict[str, Ask] = {
        "openai package alone": lambda _: bare.chat.completions.create(**body),
        "Baton's model client": lambda _: model.ask(question),
        "a role's seat: client and journal": by_seat,
        "the same, paid from five wallets": from_purse,
    }
    rows: list[tuple[object, ...]] = []
    for at_once in (1, 16):
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(ROUNDS):
            for name, ask in ways.items():
                best[name] = min(best[name], await measure(ask, at_once))
        alone = next(iter(best.values()))
        rows += [(name, at_once, took, took / alone) for name, took in best.items()]
    await bare.close()
    await model.aclose()
    await journal.close()
    paper.table(f"One model call, {CALLS} calls, best of {ROUNDS}", ("way", "at once", "CPU ms", "ratio"), rows)


async def whole(folder: Path, missions: int = 10) -> None:
    """Everything that the program does for a mission, for each of its model calls: plan, tools, checks, posts."""
    async with outside.street(folder) as street:
        process = await street.start(BATON_POSTS_PER_SECOND="1000")
        await _delivered(street, 2)
        calls, busy = street.rehearsal.count, paper.cpu_s(process.process.pid)
        await _delivered(street, missions)
        busy = paper.cpu_s(process.process.pid) - busy
        calls = street.rehearsal.count - calls
    row = (missions, calls, 1000 * busy / missions, 1000 * busy / calls)
    heads = ("missions", "model calls", "CPU ms a mission", "CPU ms a model call")
    paper.table("Whole missions: planning, tools, checks, rows and posts", heads, [row])


async def _delivered(street: outside.Street, missions: int) -> None:
    threads = [await street.ask(SEED) for _ in range(missions)]
    for kind in ("plan", "result"):
        for thread in threads:
            await street.approve(thread, kind)
    for thread in threads:
        await street.see(lambda thread=thread: outside.delivered(street.thread(thread)))


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        async with standins.started(0, Path(folder) / "standins", "--latency", "0") as ready:
            await compared(ready.environment["OPENAI_BASE_URL"], Path(folder))
        await whole(Path(folder) / "data")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
