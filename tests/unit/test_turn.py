"""Who writes next."""

from __future__ import annotations

import asyncio

from storage.turn import Turn


async def taken(turn: Turn, order: list[str], name: str, *, urgent: bool = False) -> None:
    async with turn.taken(urgent):
        order.append(name)
        await asyncio.sleep(0)


async def settled() -> None:
    """Gives every task the chance to come to its next wait."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_those_for_whom_a_person_waits_go_first_and_the_others_in_order() -> None:
    turn, order = Turn(), list[str]()
    async with turn.taken(urgent=False):
        names = [("first", False), ("second", False), ("press", True), ("mention", True)]
        tasks = [asyncio.create_task(taken(turn, order, name, urgent=urgent)) for name, urgent in names]
        await settled()
        assert order == []
    await asyncio.gather(*tasks)
    assert order == ["press", "mention", "first", "second"]


async def test_who_stops_waiting_keeps_nobody_from_the_turn() -> None:
    turn, order = Turn(), list[str]()
    async with turn.taken(urgent=False):
        gone = [asyncio.create_task(taken(turn, order, name)) for name in ("gone", "just given")]
        last = asyncio.create_task(taken(turn, order, "last"))
        await settled()
        gone[0].cancel()
    gone[1].cancel()  # its turn has come, but it has not begun
    await asyncio.wait_for(last, 5)
    await asyncio.gather(*gone, return_exceptions=True)
    assert order == ["last"]
    await asyncio.wait_for(taken(turn, order, "later"), 5)


async def test_a_failure_in_the_block_gives_the_turn_back() -> None:
    turn, order = Turn(), list[str]()
    try:
        async with turn.taken(urgent=True):
            raise ValueError
    except ValueError:
        await asyncio.wait_for(taken(turn, order, "next"), 5)
    assert order == ["next"]
