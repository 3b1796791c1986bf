"""A process that is told to end does so soon and loses nothing; one that cannot begin says why in one sentence."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from pathlib import Path

import pytest

from bot.local.rehearsal import Kind
from bot.local.workspace.traffic import Entry
from tests.faults import outside
from tests.faults.outside import Street
from tests.house import SEED

SOON = 10.0  # seconds in which a process that is told to end has to end
NO_WORDS = ":tada:"


async def ends_soon(process: outside.Process) -> None:
    began = time.monotonic()
    assert await process.terminate() == 0, process.said
    assert time.monotonic() - began < SOON, process.said
    assert "Traceback" not in process.said


def refused(street: Street) -> list[Entry]:
    """Posts that Slack put off."""
    return [call for call in street.workspace.recorder.calls("chat.postMessage") if call.error == "ratelimited"]


async def refusal(street: Street, *arguments: str, **more: str) -> str:
    """What a process that cannot begin says before it ends with status 1."""
    process = await street.begin(*arguments, **more)
    assert await asyncio.wait_for(process.process.wait(), outside.PATIENCE) == 1, process.said
    lines = [line for line in process.said.splitlines() if line.startswith("baton: ")]
    assert len(lines) == 1, process.said
    assert "Traceback" not in process.said
    return lines[0]


@pytest.mark.slow
async def test_a_process_that_is_told_to_end_in_mid_work_ends_and_the_next_goes_on(tmp_path: Path) -> None:
    async with outside.street(tmp_path / "data", latency_s=0.2) as street:
        street.rehearsal.faults.add(Kind.HANG, seconds=300, after=5, times=2)
        process = await street.start()
        thread = await street.ask(SEED)
        await street.approve(thread, "plan")
        await street.see(lambda: street.rehearsal.faults.listing() == [])
        await ends_soon(process)

        street.workspace.faults.storm("chat.postMessage", 1, retry_after=12)
        process = await street.start()
        await street.see(lambda: refused(street))
        await ends_soon(process)

        process = await street.start()
        await street.approve(thread, "result")
        await street.see(lambda: outside.delivered(street.thread(thread)))
        await ends_soon(process)
        assert outside.doubled(outside.visible(street.thread(thread))) == []
        assert outside.doubled([key for key, _ in street.recorded()]) == []
        assert street.rehearsal.count - len(street.recorded()) <= 2 + 4  # what hung, and what was under way later
        calls = street.workspace.recorder.calls("chat.postMessage")
        after = calls[calls.index(refused(street)[0]) + 1]
        assert after.at - refused(street)[0].at >= 12  # the next process knew that Slack had asked to wait


async def test_a_second_process_on_the_same_file_says_so_and_the_first_works_on(tmp_path: Path) -> None:
    async with outside.street(tmp_path / "data") as street:
        first = await street.start()
        said = await refusal(street)
        assert "Another Baton process" in said and "DATABASE_URL" in said
        thread = await street.ask(NO_WORDS)
        await street.see(lambda: len(street.thread(thread)) == 2)
        await ends_soon(first)


@pytest.mark.parametrize("name", ["baton.db", "baton-journal.db"])
async def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path, name: str) -> None:
    async with outside.street(tmp_path / "data") as street:
        street.data.mkdir()
        with sqlite3.connect(street.data / name) as connection:
            if name == "baton.db":
                connection.execute("create table alembic_version (version_num varchar(32) primary key)")
                connection.execute("insert into alembic_version values ('9999_future')")
            else:
                connection.execute("pragma user_version = 99")
        connection.close()
        said = await refusal(street)
        assert "later version" in said and name in said


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "SLACK_APP_TOKEN"),
        ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "SLACK_API_URL"),
    ],
    ids=["bot token", "app token", "address"],
)
async def test_what_slack_refuses_is_named_at_the_start(tmp_path: Path, settings: dict[str, str], name: str) -> None:
    async with outside.street(tmp_path / "data") as street:
        assert name in await refusal(street, **settings)


async def test_a_port_in_use_is_named_at_the_start(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        async with outside.street(tmp_path / "data") as street:
            assert port in await refusal(street, "--http", BATON_PORT=port)
