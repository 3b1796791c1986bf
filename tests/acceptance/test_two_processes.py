"""One mission on PostgreSQL, worked on by two processes at once: everything happens once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from storage.database import Database
from storage.tables import Call
from tests.faults import outside
from tests.faults.outside import Process, Street
from tests.house import SEED

pytestmark = pytest.mark.slow


async def both(street: Street, url: str, roles: tuple[str, str]) -> list[Process]:
    """Two processes on the same database."""
    return list(await asyncio.gather(*(street.start(DATABASE_URL=url, BATON_ROLE=role) for role in roles)))


async def answers(url: str) -> list[str]:
    """The key of every model answer on record."""
    from sqlmodel import select

    database = Database.open(url)
    try:
        async with database.read() as session:
            return list((await session.exec(select(Call.key).where(Call.kind == "model"))).all())
    finally:
        await database.close()


async def played(street: Street, url: str) -> None:
    """The seed mission from mention to receipt, with nothing done twice."""
    thread = await street.ask(SEED)
    await street.approve(thread, "plan")
    await street.approve(thread, "result")
    await street.see(lambda: outside.delivered(street.thread(thread)))
    keys = await answers(url)
    assert outside.doubled(keys) == []
    assert street.rehearsal.count == len(keys)
    for process in street.processes:
        assert await process.terminate() == 0, process.said
    found = street.thread(thread)
    assert outside.doubled(outside.markers(found)) == []
    assert outside.doubled(outside.visible(found)) == []
    assert sorted(outside.files(found)) == ["30-day-launch-calendar.csv", "30-day-launch-calendar.ics"]
    posts = street.workspace.recorder.calls("chat.postMessage")
    assert len(posts) == len(outside.markers(found))


@pytest.mark.parametrize("roles", [("slack", "worker"), ("all", "all")], ids=["slack and worker", "two of all"])
async def test_two_processes_share_a_mission(tmp_path: Path, postgres_url: str, roles: tuple[str, str]) -> None:
    async with outside.street(tmp_path / "data") as street:
        await both(street, postgres_url, roles)
        await played(street, postgres_url)


async def test_what_a_process_leaves_when_it_is_told_to_end_the_other_takes_up(
    tmp_path: Path, postgres_url: str
) -> None:
    async with outside.street(tmp_path / "data", latency_s=0.3) as street:
        first = await street.start(DATABASE_URL=postgres_url)
        thread = await street.ask(SEED)
        await street.approve(thread, "plan")
        await street.see(lambda: street.rehearsal.count >= 4)
        await street.start(DATABASE_URL=postgres_url)
        assert await first.terminate() == 0
        await street.approve(thread, "result")
        await street.see(lambda: outside.delivered(street.thread(thread)))
        assert outside.doubled(outside.visible(street.thread(thread))) == []
        assert outside.doubled(await answers(postgres_url)) == []
