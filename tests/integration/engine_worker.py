"""A process that works on one mission, for tests that kill it. Prints a line for each thing that happens.

engine_worker.py URL EFFECTS HOLD: each of five model calls of phase run appends a line to EFFECTS before it
is recorded; before call number HOLD the phase waits for ever.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from pathlib import Path

from agents.domain.events import Event, MissionAccepted
from agents.domain.mission import Mission, State
from agents.engine import Engine, EngineSettings, Phases
from agents.ports import Outgoing, PhaseCall
from storage.database import Database
from storage.inbox import Gesture
from storage.journal import open_journal
from storage.missions import MissionRows
from storage.outbox import Outbox

URL, EFFECTS, HOLD = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])


class Clock:
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def today(self) -> dt.date:
        return self.now().date()


def route(mission: Mission, event: Event) -> list[Outgoing]:
    key = f"{mission.id}:{event.key}"
    return [Outgoing(key, mission.channel, f"{mission.id}:{key}", "post", "line", 5)]


def effect(what: str) -> None:
    with EFFECTS.open("a") as file:
        file.write(what + "\n")


def done() -> list[str]:
    return EFFECTS.read_text().splitlines() if EFFECTS.exists() else []


async def main() -> None:
    database = Database.open(URL)
    await database.migrate()
    journal = await open_journal(database, Clock())
    outbox = Outbox(database, Clock())

    async def run(mission: str, rev: int) -> None:
        for number in range(5):
            if number == HOLD:
                print("holding", flush=True)
                await asyncio.Event().wait()
            key = f"{mission}/{rev}/call{number}"
            if await journal.recall(key, "digest") is None:
                effect(f"call {number}")
                await journal.record(mission, key, "digest", "model", f'"{number}"')
        async with missions.change(mission) as change:
            if change.mission.state is State.DELIVERING:
                change.move(State.DELIVERED)
                change.tell(MissionAccepted("delivered"))

    async def drain(channel: str) -> None:
        while row := await outbox.next(channel):
            await outbox.mark_sending(row)
            line = f"post {row.view} {row.key}"
            if row.state == "new" or line not in done():  # an earlier try may have arrived
                effect(line)
            await outbox.mark_sent(row, "1.1")
            if row.key == "m1:delivered":
                print("delivered", flush=True)

    name = await database.worker_name()
    engine = Engine(EngineSettings(URL, executor_id=name, poll_s=0.05), Phases(run, run, run), drain)
    missions = MissionRows(database, route, engine.enqueue_in, Clock())
    await engine.start()
    gesture = Gesture("T1", "mention", "E1", "C1", "1.0", "M1", "U1")
    mission = Mission(
        "m1", "T1", "C1", "1.0", "1.0", "U1", "do it", "general", State.DELIVERING, 1, dt.datetime.now(dt.UTC)
    )
    accepted = await missions.accept(gesture, mission, [MissionAccepted("accepted")], PhaseCall("run", "m1", 1))
    print("accepted" if accepted else "seen before", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await engine.stop(1)
    await journal.close()
    await database.close()
    print("stopped", flush=True)


asyncio.run(main())
