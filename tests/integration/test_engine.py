"""The engine with real rows: started once, taken up again, cancelled, and never half enqueued."""

import asyncio
import datetime as dt
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select
from structlog.testing import capture_logs

from agents import engine as engines
from agents.domain.events import MissionAccepted, RunStarted
from agents.domain.mission import Mission, State
from agents.engine import Engine, EngineBusy, EngineSettings, Phases
from agents.ports import Outgoing, PhaseCall
from storage import tables
from storage.database import Database
from storage.inbox import Gesture
from storage.missions import MissionRows

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("engine_worker.py")
PATIENCE_S = 30

Phase = Callable[[str, int], Awaitable[None]]


async def soon(happened: Callable[[], Awaitable[bool]]) -> None:
    """Waits until it happened, at most PATIENCE_S."""
    async with asyncio.timeout(PATIENCE_S):
        while not await happened():  # noqa: ASYNC110 - what the engine did is seen in rows only
            await asyncio.sleep(0.02)


async def nothing(*_: object) -> None:
    """A phase or a drain that has nothing to do."""


def gesture(number: int) -> Gesture:
    return Gesture("T1", "mention", f"E{number}", "C1", f"{number}.0", f"M{number}", "U1")


def mission(id: str, channel: str = "C1") -> Mission:
    at = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    return Mission(id, "T1", channel, "1.0", "1.0", "U1", "do it", "general", State.PLANNING, 1, at)


def route(mission: Mission, event: object) -> list[Outgoing]:
    return [Outgoing(f"{mission.id}:card", mission.channel, f"{mission.id}:card", "post", "card", 5)]


@asynccontextmanager
async def running(
    database: Database, plan: Phase = nothing, drain: Callable[[str], Awaitable[None]] = nothing, **settings: object
) -> AsyncIterator[Engine]:
    url = database.url.set(drivername=database.url.get_backend_name()).render_as_string(hide_password=False)
    given = {"executor_id": "w1", "poll_s": 0.05, "retry_s": ()} | settings
    engine = Engine(EngineSettings(url, **given), Phases(plan, nothing, nothing), drain)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop(0.2)


def rows(database: Database, engine: Engine, clock: object) -> MissionRows:
    return MissionRows(database, route, engine.enqueue_in, clock)


async def workflows(database: Database) -> dict[str, str]:
    """Status of each workflow by its id."""
    table = "workflow_status" if database.path else "dbos.workflow_status"
    async with database.read() as session:
        found = await session.exec(sa.text(f"select workflow_uuid, status from {table}"))
        return dict(found.all())


async def test_a_mission_its_row_and_its_phase_begin_in_one_commit(database, clock):
    begun = asyncio.Queue()
    drained = asyncio.Queue()

    async def plan(mission: str, rev: int) -> None:
        await begun.put((mission, rev))

    async with running(database, plan, drained.put) as engine:
        missions = rows(database, engine, clock)
        assert await missions.accept(gesture(1), mission("m1"), [MissionAccepted("a")], PhaseCall("plan", "m1", 1))
        async with asyncio.timeout(PATIENCE_S):
            assert await begun.get() == ("m1", 1)
            assert await drained.get() == "C1"


async def test_a_rolled_back_change_leaves_neither_rows_nor_phase(database, clock):
    async def fail(missions: MissionRows) -> None:
        async with missions.change("m1") as change:
            change.tell(MissionAccepted("again"))
            change.start(PhaseCall("run", "m1", 1))
            raise ZeroDivisionError

    def refuse(*_: object) -> None:
        raise OSError("the router failed after the phase was enqueued")

    async with running(database) as engine:
        missions = rows(database, engine, clock)
        await missions.accept(gesture(1), mission("m1"))
        with pytest.raises(ZeroDivisionError):
            await fail(missions)

        def enqueue_and_fail(session, call):
            engine.enqueue_in(session, call)
            refuse()

        failing = MissionRows(database, route, enqueue_and_fail, clock)
        with pytest.raises(OSError, match="after the phase"):
            await failing.accept(gesture(2), mission("m2"), [MissionAccepted("a")], PhaseCall("plan", "m2", 1))
        assert await workflows(database) == {}
    async with database.read() as session:
        assert [row.id for row in await session.exec(select(tables.Mission))] == ["m1"]
        assert (await session.exec(select(tables.Outbox))).all() == []
        assert len((await session.exec(select(tables.Gesture))).all()) == 1


async def test_a_phase_started_twice_runs_once(database, clock):
    begun = []

    async def plan(mission: str, rev: int) -> None:
        begun.append((mission, rev))

    async with running(database, plan) as engine:
        missions = rows(database, engine, clock)
        await missions.accept(gesture(1), mission("m1"), [], PhaseCall("plan", "m1", 1))
        async with missions.change("m1") as change:
            change.start(PhaseCall("plan", "m1", 1))
            change.start(PhaseCall("plan", "m1", 2))
        await soon(lambda: ended(database, "m:m1:plan:1", "m:m1:plan:2"))
    assert sorted(begun) == [("m1", 1), ("m1", 2)]


async def ended(database: Database, *ids: str) -> bool:
    found = await workflows(database)
    return all(found.get(id) in ("SUCCESS", "ERROR", "CANCELLED") for id in ids)


async def test_drains_of_one_channel_follow_each_other_and_channels_do_not_wait_for_each_other(database):
    present: dict[str, int] = {"C1": 0, "C2": 0}
    most = dict(present)
    together = asyncio.Event()

    async def drain(channel: str) -> None:
        present[channel] += 1
        most[channel] = max(most[channel], present[channel])
        if all(present.values()):
            together.set()
        async with asyncio.timeout(PATIENCE_S):
            await together.wait()
        await asyncio.sleep(0)
        present[channel] -= 1

    async with running(database, drain=drain) as engine:
        for _ in range(3):
            await engine.start_drain("C1")
            await engine.start_drain("C2")
        ids = await workflows(database)
        assert len(ids) == 6
        await soon(lambda: ended(database, *ids))
    assert most == {"C1": 1, "C2": 1}


async def test_cancelling_interrupts_the_phase_and_it_is_not_taken_up_again(database, clock):
    begun, interrupted = asyncio.Event(), asyncio.Event()

    async def plan(mission: str, rev: int) -> None:
        if mission == "m1":
            begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            if mission == "m1":
                interrupted.set()

    async with running(database, plan) as engine:
        missions = rows(database, engine, clock)
        await missions.accept(gesture(1), mission("m1"), [], PhaseCall("plan", "m1", 1))
        await missions.accept(gesture(2), mission("m12"), [], PhaseCall("plan", "m12", 1))
        async with asyncio.timeout(PATIENCE_S):
            await begun.wait()
            await engine.cancel("m1")
            await interrupted.wait()
        found = await workflows(database)
        assert found["m:m1:plan:1"] == "CANCELLED"
        assert found["m:m12:plan:1"] in ("ENQUEUED", "PENDING")
    again = []

    async def remember(mission: str, rev: int) -> None:
        again.append(mission)

    async with running(database, remember):
        await soon(lambda: ended(database, "m:m12:plan:1"))
    assert again == ["m12"]


async def test_what_stop_interrupts_is_taken_up_at_the_next_start(database, clock):
    begun = asyncio.Event()

    async def plan(mission: str, rev: int) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with running(database, plan) as engine:
        await rows(database, engine, clock).accept(gesture(1), mission("m1"), [], PhaseCall("plan", "m1", 1))
        async with asyncio.timeout(PATIENCE_S):
            await begun.wait()
    assert (await workflows(database))["m:m1:plan:1"] in ("PENDING", "ENQUEUED")
    again = asyncio.Event()

    async def finish(mission: str, rev: int) -> None:
        again.set()

    async with running(database, finish), asyncio.timeout(PATIENCE_S):
        await again.wait()


async def test_on_postgres_another_process_takes_up_what_stop_left(postgres_url, clock):
    database = Database.open(postgres_url)
    await database.migrate()
    begun, again = asyncio.Event(), asyncio.Event()

    async def plan(mission: str, rev: int) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def finish(mission: str, rev: int) -> None:
        again.set()

    async with running(database, plan, executor_id=None) as engine:
        first = engine.executor_id
        await rows(database, engine, clock).accept(gesture(1), mission("m1"), [], PhaseCall("plan", "m1", 1))
        async with asyncio.timeout(PATIENCE_S):
            await begun.wait()
    async with running(database, finish, executor_id=None) as engine, asyncio.timeout(PATIENCE_S):
        assert engine.executor_id != first
        await again.wait()
    await database.close()


async def test_stop_lets_a_phase_finish_within_its_grace(database, clock):
    begun, go = asyncio.Event(), asyncio.Event()

    async def plan(mission: str, rev: int) -> None:
        begun.set()
        await go.wait()

    async with running(database, plan) as engine:
        await rows(database, engine, clock).accept(gesture(1), mission("m1"), [], PhaseCall("plan", "m1", 1))
        async with asyncio.timeout(PATIENCE_S):
            await begun.wait()
            stopping = asyncio.create_task(engine.stop(20))
            go.set()
            await stopping
    assert (await workflows(database))["m:m1:plan:1"] == "SUCCESS"


async def test_after_stop_the_event_loop_has_threads_again(database):
    async with running(database):
        pass
    assert await asyncio.to_thread(lambda: 7) == 7


async def test_a_phase_that_raises_is_tried_again_and_its_words_stay_out_of_the_log(database, clock):
    tries = []

    async def plan(mission: str, rev: int) -> None:
        tries.append(rev)
        raise ConnectionError("the password is hunter2")

    with capture_logs() as lines:
        async with running(database, plan, retry_s=(0.01, 0.01)) as engine:
            await rows(database, engine, clock).accept(gesture(1), mission("m1"), [], PhaseCall("plan", "m1", 1))
            await soon(lambda: ended(database, "m:m1:plan:1"))
    assert len(tries) == 3
    assert (await workflows(database))["m:m1:plan:1"] == "ERROR"
    raised = [line for line in lines if line["event"] == "phase_raised"]
    assert [line["error"] for line in raised] == ["ConnectionError"] * 3
    assert "hunter2" not in str(lines)
    table = "workflow_output" if database.path else "dbos.workflow_output"
    async with database.read() as session:
        assert "hunter2" not in str((await session.exec(sa.text(f"select * from {table}"))).all())


async def test_a_worker_leaves_drains_to_others(database, clock):
    begun, drained = asyncio.Event(), asyncio.Event()

    async def plan(mission: str, rev: int) -> None:
        begun.set()

    async def drain(channel: str) -> None:
        drained.set()

    async with running(database, plan, drain, role="worker") as engine:
        missions = rows(database, engine, clock)
        await missions.accept(gesture(1), mission("m1"), [MissionAccepted("a")], PhaseCall("plan", "m1", 1))
        async with asyncio.timeout(PATIENCE_S):
            await begun.wait()
        await soon(lambda: ended(database, "m:m1:plan:1"))
        assert (await workflows(database))["out:m1:card"] == "ENQUEUED"
    assert not drained.is_set()
    async with running(database, plan, drain, role="slack"), asyncio.timeout(PATIENCE_S):
        await drained.wait()


async def test_a_second_process_on_one_file_is_refused_with_the_remedy(sqlite_url):
    database = Database.open(sqlite_url)
    await database.migrate()
    async with running(database):
        second = Engine(EngineSettings(sqlite_url), Phases(nothing, nothing, nothing), nothing)
        with pytest.raises(
            EngineBusy, match=r"process \d+\) already works on .*baton.db: stop it first, or set DATABASE"
        ):
            await second.start()
    async with running(database):
        pass  # the right to work went with the first
    await database.close()


def test_the_engines_connections_have_the_clock_that_an_old_sqlite_lacks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    connection = sqlite3.connect(":memory:", factory=engines._Connection)
    now = connection.execute("select unixepoch('subsec')").fetchone()[0]
    connection.close()
    assert abs(now - dt.datetime.now(dt.UTC).timestamp()) < 60


async def test_fifty_missions_at_once_all_come_to_their_end(database, clock):
    async def plan(mission: str, rev: int) -> None:
        for number in range(3):
            async with missions.change(mission) as change:
                change.tell(RunStarted(f"step:{number}", number))

    async with running(database, plan) as engine:
        missions = rows(database, engine, clock)
        begin = (
            missions.accept(gesture(n), mission(f"m{n}", f"C{n % 5}"), [], PhaseCall("plan", f"m{n}", 1))
            for n in range(50)
        )
        assert await asyncio.gather(*begin) == [True] * 50
        await soon(lambda: ended(database, *(f"m:m{n}:plan:1" for n in range(50))))
        found = await workflows(database)
    assert {found[f"m:m{n}:plan:1"] for n in range(50)} == {"SUCCESS"}
    async with database.read() as session:
        assert len((await session.exec(select(tables.Event))).all()) == 150


async def worker(url: str, effects: Path, hold: int) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-W", "error", str(WORKER), url, str(effects), str(hold)]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return await asyncio.create_subprocess_exec(*command, env=environment, stdin=pipe, stdout=pipe)


async def says(child: asyncio.subprocess.Process, *lines: str) -> None:
    """Reads what the child prints until it has said all of these."""
    missing = set(lines)
    async with asyncio.timeout(PATIENCE_S):
        while missing:
            said = (await child.stdout.readline()).decode().strip()
            assert said, f"the worker ended without saying {missing}"
            missing.discard(said)


async def test_a_killed_process_goes_on_where_it_was_and_asks_nothing_twice(database_url, tmp_path):
    effects = tmp_path / "effects"
    for hold, words in ((0, "accepted"), (2, "seen before"), (4, "seen before")):
        child = await worker(database_url, effects, hold)
        await says(child, words, "holding")
        child.kill()
        await child.wait()
    child = await worker(database_url, effects, 99)
    await says(child, "seen before", "delivered")
    child.stdin.write(b"\n")
    await says(child, "stopped")
    assert await child.wait() == 0
    done = sorted(effects.read_text().splitlines())
    assert done == [*(f"call {n}" for n in range(5)), "post line m1:accepted", "post line m1:delivered"]


async def test_a_living_process_takes_over_what_a_killed_one_left(postgres_url, tmp_path, clock):
    effects = tmp_path / "effects"
    child = await worker(postgres_url, effects, 2)
    await says(child, "accepted", "holding")
    begun = asyncio.Event()

    async def run(mission: str, rev: int) -> None:
        begun.set()

    database = Database.open(postgres_url)
    name = await database.worker_name()
    engine = Engine(EngineSettings(postgres_url, executor_id=name, poll_s=0.05), Phases(run, run, run), nothing)
    await engine.start()
    assert (name, await engine.take_over(database.heir)) == ("w-2", 0)  # the other one lives
    assert not begun.is_set()
    child.kill()
    await child.wait()
    async with asyncio.timeout(PATIENCE_S):
        while not await engine.take_over(database.heir):  # noqa: ASYNC110 - the server notices the death by itself
            await asyncio.sleep(0.05)
        await begun.wait()
    await soon(lambda: ended(database, "m:m1:run:1"))
    assert await engine.take_over(database.heir) == 0
    await engine.stop(0.2)
    await database.close()
