"""Opening, migrating and sharing a database of either kind."""

import asyncio
import datetime as dt
import random
import sqlite3
import sys
import textwrap
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from storage import migrate, tables
from storage.database import Database, mend_clock
from storage.errors import DatabaseTooNew, DatabaseUnusable

ROOT = Path(__file__).parents[2]


def gesture(number: int, **given: object) -> tables.Gesture:
    at = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    values = {"team": "T1", "kind": "action", "event_id": f"E{number}", "user": "U1", "payload": {}, "at": at}
    return tables.Gesture(**values | given)


async def test_models_and_migrations_agree(database: Database):
    assert await database.differences() == []


async def test_a_missing_column_is_noticed(database: Database):
    async with database.write() as session:
        await session.exec(sa.text("alter table note drop column text"))
    assert [change[0] for change in await database.differences()] == ["add_column"]


async def test_migrating_again_changes_nothing(database: Database):
    async with database.write() as session:
        session.add(gesture(1))
    await database.migrate()
    async with database.read() as session:
        assert len((await session.exec(select(tables.Gesture))).all()) == 1


async def test_the_folder_of_a_new_file_is_made(tmp_path: Path):
    database = Database.open(f"sqlite:///{tmp_path}/a/b/baton.db")
    await database.migrate()
    await database.close()
    assert (tmp_path / "a" / "b" / "baton.db").exists()


async def test_sqlite_is_opened_as_it_should_be(sqlite_url: str):
    database = Database.open(sqlite_url)
    async with database.read() as session:
        values = [
            (await session.exec(sa.text(f"pragma {name}"))).one()[0]
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        ]
    await database.close()
    assert values == ["wal", 1, 10_000, 1]


async def test_a_newer_database_is_refused_before_anything_is_written(database: Database):
    async with database.write() as session:
        await session.exec(sa.text("update alembic_version set version_num = '9999'"))
        await session.exec(sa.text("drop table note"))
    with pytest.raises(DatabaseTooNew, match=r"later version of Baton \(revision 9999\): install that version") as told:
        await database.migrate()
    assert "\n" not in str(told.value)
    changes = await database.differences()
    assert [(change[0], change[1].name) for change in changes] == [("add_table", "note")]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "it is not an address"),
        ("mysql://host/name", "mysql is not supported"),
        ("sqlite://", "SQLite needs a file"),
        ("sqlite:///:memory:", "SQLite needs a file"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused(url: str, words: str):
    with pytest.raises(DatabaseUnusable, match=words):
        Database.open(url)


async def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path):
    path = tmp_path / "baton.db"
    path.write_text("These are my holiday notes, please do not lose them. " * 50)
    before = path.read_bytes()
    database = Database.open(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnusable, match="file is not a database") as told:
        await database.migrate()
    await database.close()
    assert str(path) in str(told.value)
    assert path.read_bytes() == before


async def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path):
    database = Database.open(f"sqlite:///{tmp_path}")
    with pytest.raises(DatabaseUnusable, match="unable to open database file"):
        await database.migrate()
    await database.close()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "data").write_text("")
    with pytest.raises(DatabaseUnusable, match=r"File exists|Not a directory"):
        Database.open(f"sqlite:///{tmp_path}/data/baton.db")


async def test_a_server_that_does_not_answer_is_named_without_its_password():
    database = Database.open("postgresql://baton:topsecret@127.0.0.1:9/baton")
    with pytest.raises(DatabaseUnusable, match=r"127\.0\.0\.1") as told:
        await database.migrate()
    await database.close()
    assert "topsecret" not in str(told.value)


MIGRATE = """
    import asyncio, sys
    from storage.database import Database
    async def main():
        database = Database.open(sys.argv[1])
        sys.stdin.readline()
        await database.migrate()
        await database.close()
    asyncio.run(main())
"""


async def migrate_in_a_process(url: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(MIGRATE), url]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe)


async def test_processes_that_migrate_at_once_do_not_meet(database_url: str):
    children = [await migrate_in_a_process(database_url) for _ in range(3)]
    ended = await asyncio.wait_for(asyncio.gather(*(child.communicate(b"\n") for child in children)), 60)
    assert [(child.returncode, err.decode()) for child, (_, err) in zip(children, ended, strict=True)] == [(0, "")] * 3
    database = Database.open(database_url)
    assert await database.differences() == []
    await database.close()


async def test_fifty_writers_at_once_are_never_told_to_come_back_later(database: Database):
    async def work(number: int) -> None:
        for turn in range(4):
            async with database.write() as session:  # reads first, then writes: what a deferred transaction dies of
                await session.exec(select(tables.Gesture).limit(1))
                session.add(gesture(number * 10 + turn))

    await asyncio.gather(*(work(number) for number in range(50)))
    async with database.read() as session:
        assert len((await session.exec(select(tables.Gesture))).all()) == 200


async def test_writers_of_two_processes_wait_for_each_other(sqlite_url: str):
    one, other = Database.open(sqlite_url), Database.open(sqlite_url)  # two pools, as two processes have
    await one.migrate()

    async def work(database: Database, start: int) -> None:
        for number in range(start, start + 25):
            async with database.write() as session:
                await session.exec(select(tables.Gesture).limit(1))
                session.add(gesture(number))

    await asyncio.gather(work(one, 0), work(other, 100), work(one, 200), work(other, 300))
    async with one.read() as session:
        assert len((await session.exec(select(tables.Gesture))).all()) == 100
    await one.close()
    await other.close()


async def test_a_reader_sees_one_moment(database: Database):
    async with database.read() as reader:
        before = (await reader.exec(select(tables.Gesture))).all()
        async with database.write() as session:
            session.add(gesture(1))
        assert (await reader.exec(select(tables.Gesture))).all() == before == []


async def test_an_exception_leaves_nothing_behind(database: Database):
    async def work() -> None:
        async with database.write() as session:
            session.add(gesture(1))
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()
    async with database.read() as session:
        assert (await session.exec(select(tables.Gesture))).all() == []


async def test_a_cancelled_writer_leaves_nothing_behind_and_lets_the_next_one_in(database: Database):
    reached = asyncio.Event()

    async def work() -> None:
        async with database.write() as session:
            session.add(gesture(1))
            await session.flush()
            reached.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.write() as session:
        session.add(gesture(2))
    async with database.read() as session:
        assert [row.event_id for row in await session.exec(select(tables.Gesture))] == ["E2"]


async def test_writers_cancelled_at_any_moment_leave_whole_transactions_only(database: Database):
    async def pair(number: int) -> None:
        async with database.write() as session:
            session.add(gesture(number, user="first"))
            await session.flush()
            session.add(gesture(number + 1000, user="second"))

    tasks = [asyncio.create_task(pair(number)) for number in range(60)]
    chance = random.Random(7)
    while left := [task for task in tasks if not task.done()]:
        chance.choice(left).cancel()
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
        await asyncio.wait(left, timeout=0.005)
    async with database.write() as session:
        session.add(gesture(9999, user="third"))
    async with database.read() as session:
        users = [row.user for row in await session.exec(select(tables.Gesture))]
    done = sum(not task.cancelled() for task in tasks)
    assert users.count("first") == users.count("second") >= done  # one cancelled in its commit may have committed
    assert users.count("third") == 1
    assert any(task.cancelled() for task in tasks)


async def test_a_transaction_inside_a_transaction_is_an_error_and_not_a_standstill(database: Database):
    async with database.write():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            async with database.write():
                pass


async def test_times_come_back_aware_and_in_utc(database: Database):
    there = dt.timezone(dt.timedelta(hours=9))
    given = dt.datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=there)
    async with database.write() as session:
        session.add(gesture(1, at=given))
    async with database.read() as session:
        row = (await session.exec(select(tables.Gesture))).one()
    assert row.at == given
    assert row.at.tzinfo is dt.UTC


async def test_a_time_without_a_zone_is_refused(database: Database):
    async def work() -> None:
        async with database.write() as session:
            session.add(gesture(1, at=dt.datetime(2026, 1, 1)))

    with pytest.raises(sa.exc.StatementError, match="needs a time zone"):
        await work()


async def test_living_processes_have_different_names_and_a_successor_gets_that_of_a_dead_one(postgres_url: str):
    first, second, third = (Database.open(postgres_url) for _ in range(3))
    assert [await first.worker_name(), await second.worker_name()] == ["w-1", "w-2"]
    async with second.heir("w-1") as dead:
        assert not dead
    await first.close()
    dead = dead_too = False
    async with asyncio.timeout(10):  # the server notices in its own time that a connection is gone
        while not dead:
            await asyncio.sleep(0.02)
            async with second.heir("w-1") as dead, third.heir("w-1") as dead_too:
                pass
    assert (dead, dead_too) == (True, False)
    assert await third.worker_name() == "w-1"
    await second.close()
    await third.close()


async def test_a_name_that_is_none_of_ours_is_nobodys_to_inherit(postgres_url: str):
    database = Database.open(postgres_url)
    async with database.heir("somebody-else") as dead:
        assert not dead
    await database.close()


def test_an_old_sqlite_gets_the_clock_that_it_lacks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    connection = sqlite3.connect(":memory:")
    mend_clock(connection)
    now = connection.execute("select unixepoch('subsec')").fetchone()[0]
    connection.close()
    assert abs(now - dt.datetime.now(dt.UTC).timestamp()) < 60
    assert now != int(now)


def test_every_migration_has_one_parent_and_there_is_one_newest():
    script = migrate.scripts()
    assert len(script.get_heads()) == 1
    assert len(list(script.walk_revisions())) == len(list((ROOT / "storage/migrations/versions").glob("*.py")))
