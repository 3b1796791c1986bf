"""kill -9 at many moments of one mission: it finishes, nothing is shown twice and nothing recorded is asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from bot.local.workspace.errors import NotAcknowledged
from bot.views.actions import Action
from tests.faults import outside
from tests.faults.outside import Street
from tests.house import SEED, explain

AT_ONCE = 4  # tasks that the launch department works on at the same time, each with one call in flight

Moment = tuple[str, int]  # what is counted, and at how many the process is killed


@dataclass
class Attacked:
    """A mission whose process is killed again and again; `lost` is what was asked and not recorded at each kill."""

    street: Street
    thread: str
    chance: Random
    lost: list[int] = field(default_factory=list)

    def count(self, what: str) -> int:
        """How far the mission is, as the world outside sees it."""
        traffic = self.street.workspace.recorder
        match what:
            case "asked":
                return self.street.rehearsal.count
            case "posted":
                return sum(call.ok for call in traffic.calls("chat.postMessage"))
            case "attached":
                return len(traffic.calls("files.completeUploadExternal"))
            case "delivered":
                return sum(":delivered:" in key for key in outside.markers(self.street.thread(self.thread)))
            case _:
                return len(traffic.deliveries("block_actions"))

    async def reach(self, moment: Moment) -> None:
        """Waits for the moment without giving the program time to get on."""
        what, number = moment
        async with asyncio.timeout(outside.PATIENCE):
            while self.count(what) < number:  # noqa: ASYNC110 - a process of its own is watched from outside
                await asyncio.sleep(0.003)
        await asyncio.sleep(self.chance.uniform(0, 0.04))

    async def kill(self, process: outside.Process) -> None:
        await process.kill()
        recorded = len(self.street.recorded())
        self.lost.append(self.street.rehearsal.count - recorded - sum(self.lost))


async def person(street: Street, thread: str) -> None:
    """Approves the plan and the result, and presses again while nobody answers."""
    for kind in ("plan", "result"):
        button = await street.see(lambda kind=kind: street.find(thread, Action.APPROVE, f"{kind}:"))
        while f"{kind}:" in str(street.workspace.message("launch", button["ts"]).body.get("blocks")):
            with suppress(NotAcknowledged):
                await street.workspace.press("maya", "launch", button["ts"], Action.APPROVE.value)
                await explain(street.workspace, "maya")
                break
            await asyncio.sleep(0.1)


def check(attacked: Attacked) -> None:
    """What must hold however often the process was killed."""
    street, thread = attacked.street, attacked.street.thread(attacked.thread)
    assert outside.doubled(outside.markers(thread)) == []
    assert outside.doubled(outside.visible(thread)) == []
    assert sorted(outside.files(thread)) == ["30-day-launch-calendar.csv", "30-day-launch-calendar.ics"]
    keys = [key for key, _ in street.recorded()]
    assert outside.doubled(keys) == []  # no question was put differently after a restart
    assert all(0 <= lost <= AT_ONCE for lost in attacked.lost), attacked.lost
    assert street.rehearsal.count == len(keys) + sum(attacked.lost)
    bodies = [call.digest for call in street.rehearsal.calls]
    assert len(bodies) - len(set(bodies)) <= sum(attacked.lost)


async def attack(street: Street, seed: int, moments: Callable[[Random], list[Moment]]) -> Attacked:
    """Plays the seed mission, killed at each moment and started again."""
    chance = Random(seed)
    process = await street.start()
    attacked = Attacked(street, await street.ask(SEED), chance)
    approving = asyncio.create_task(person(street, attacked.thread))
    try:
        for moment in moments(chance):
            await attacked.reach(moment)
            await attacked.kill(process)
            process = await street.start()
        await street.see(lambda: outside.delivered(street.thread(attacked.thread)))
        await approving
    finally:
        approving.cancel()
    assert await process.terminate() == 0  # what still waited to be shown is shown before the end
    return attacked


def working(chance: Random) -> list[Moment]:
    """Five moments from the first model call to the last: planning, parallel tasks, reviews and their posts."""
    asked = sorted(chance.sample(range(2, 25), 3))
    return [("asked", 1), ("pressed", 1), *(("asked", number) for number in asked)]


def showing(chance: Random) -> list[Moment]:
    """Five moments at which something is being shown or delivered."""
    first, second = sorted(chance.sample(range(2, 10), 2))
    return [("posted", first), ("posted", second), ("delivered", 1), ("attached", 1), ("delivered", 4)]


@pytest.mark.slow
@pytest.mark.parametrize(("moments", "seed"), [(working, 11), (showing, 23)])
async def test_a_mission_survives_kills(tmp_path: Path, moments: Callable[[Random], list[Moment]], seed: int) -> None:
    async with outside.street(tmp_path / "data", latency_s=0.05) as street:
        attacked = await attack(street, seed, moments)
        assert len(attacked.lost) == 5
        assert street.states() == ["delivered"]
        check(attacked)


@pytest.mark.slow
async def test_a_mission_survives_kills_while_it_recovers(tmp_path: Path) -> None:
    async with outside.street(tmp_path / "data", latency_s=0.2) as street:
        process = await street.start()
        attacked = Attacked(street, await street.ask(SEED), Random(5))
        approving = asyncio.create_task(person(street, attacked.thread))
        await attacked.reach(("asked", 4))
        await attacked.kill(process)
        for _ in range(3):
            process = await street.begin()
            await street.see(lambda again=process: "engine_started" in again.said)
            await asyncio.sleep(attacked.chance.uniform(0, 0.4))
            await attacked.kill(process)
        process = await street.start()
        await street.see(lambda: outside.delivered(street.thread(attacked.thread)))
        await approving
        assert await process.terminate() == 0
        check(attacked)
