"""One database: SQLite in a file, or PostgreSQL. The only place that knows how they differ in connecting."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import migrate
from storage.errors import DatabaseUnusable
from storage.turn import Turn

BUSY_MS = 10_000  # how long a connection waits for another process's write to end
WORKERS = 7_301  # the first number of PostgreSQL's advisory locks that stand for living processes
MOST_WORKERS = 256
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON")


P = ParamSpec("P")
T = TypeVar("T")


class Transaction(AsyncSession):
    """One transaction. Work of several statements is a plain function of its synchronous session."""

    async def run(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does the work without giving way to others between its statements more than the database asks for."""
        return await self.run_sync(cast("Callable[..., T]", work), *args, **kwargs)


class Database:
    """Sessions on one database.

    A read session sees one moment of it. A write session is one transaction, which holds the right to write from its
    first statement on: a transaction that reads first and wants to write later would fail when another came between.
    """

    SCHEMES: ClassVar[tuple[str, ...]] = ("sqlite", "postgresql")

    def __init__(self, url: sa.URL, engine: AsyncEngine) -> None:
        self._held: AsyncConnection | None = None
        self.worker = "local"  # this process's name among those that share the database
        self._writers: set[asyncio.Task[Any] | None] = set()
        self.url = url
        self.path = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        self._engine = engine
        self._reading = _sessions(engine if self.path else engine.execution_options(isolation_level="REPEATABLE READ"))
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writing = _sessions(engine.execution_options(immediate=True))
        # SQLite has one writer: our own wait their turn here instead of polling the file.
        self._turn = Turn() if self.path else None

    @classmethod
    def open(cls, url: str) -> Database:
        """Prepares connections, makes none. Raises DatabaseUnusable for an address that cannot be one."""
        parsed = _parse(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
            return cls(parsed, create_async_engine(parsed, pool_size=10, max_overflow=10))
        _make_folder(Path(parsed.database or ""))
        engine = create_async_engine(parsed.set(drivername="sqlite+aiosqlite"))
        event.listen(engine.sync_engine, "connect", _connected)
        event.listen(engine.sync_engine, "begin", _begun)
        return cls(parsed, engine)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Transaction]:
        """A session that sees the database as it is at its first question."""
        async with self._reading() as session:
            yield session

    @asynccontextmanager
    async def write(self, *, urgent: bool = False) -> AsyncGenerator[Transaction]:
        """One transaction: committed at the end of the block, rolled back on an exception.

        `urgent` is for what a person waits for: Slack gives us three seconds.
        """
        turn = self._turn.taken(urgent) if self._turn else contextlib.nullcontext()
        async with self._alone(), turn, self._writing() as session, session.begin():
            yield session

    @asynccontextmanager
    async def autocommit(self) -> AsyncGenerator[AsyncConnection]:
        """A connection on which every statement is committed by itself."""
        async with self._single.connect() as connection:
            yield connection

    async def worker_name(self) -> str:
        """A name that no other living process has, held until `close`; a successor gets that of one which died."""
        if self.path:
            return "local"
        self._held = await self._single.connect()
        for number in range(1, MOST_WORKERS + 1):
            if await self._held.scalar(_try_lock(number)):
                self.worker = f"w-{number}"
                return self.worker
        raise DatabaseUnusable(self.url.render_as_string(), f"{MOST_WORKERS} processes work on it already")

    @asynccontextmanager
    async def heir(self, name: str) -> AsyncGenerator[bool]:
        """Whether the process of that name is dead. Until the end of the block nobody else is told so, or takes it."""
        number = name.removeprefix("w-")
        async with self._single.connect() as connection:
            dead = number.isdecimal() and await connection.scalar(_try_lock(int(number)))
            try:
                yield bool(dead)
            finally:
                if dead:
                    await connection.scalar(sa.select(sa.func.pg_advisory_unlock(WORKERS, int(number))))

    async def migrate(self) -> None:
        """Brings the tables to this version. Raises DatabaseTooNew or DatabaseUnusable, with nothing written."""
        with self._explained():
            await migrate.upgrade(self._engine, self.path)

    async def differences(self) -> list[Any]:
        """What Alembic would have to change for the tables to be as the models say; empty when they agree."""
        return await migrate.differences(self._engine)

    async def close(self) -> None:
        """Closes every connection."""
        if self._held:
            await self._held.invalidate()  # not back into the pool: the name goes with the connection
            await self._held.close()
            self._held = None
        await self._engine.dispose()

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[None]:
        """A task that opened a second transaction inside its first would wait for itself for ever."""
        me = asyncio.current_task()
        if me in self._writers:
            raise RuntimeError("A transaction inside a transaction of the same task.")
        self._writers.add(me)
        try:
            yield
        finally:
            self._writers.discard(me)

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except (DBAPIError, OSError) as error:
            raise DatabaseUnusable(str(self.path or self.url.render_as_string()), error) from error


def _try_lock(number: int) -> sa.Select[tuple[bool]]:
    return sa.select(sa.func.pg_try_advisory_lock(WORKERS, number))


def _sessions(engine: AsyncEngine) -> async_sessionmaker[Transaction]:
    return async_sessionmaker(engine, class_=Transaction, expire_on_commit=False)


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        raise DatabaseUnusable("DATABASE_URL", "it is not an address") from error
    backend = parsed.get_backend_name()
    if backend not in Database.SCHEMES:
        raise DatabaseUnusable(
            "DATABASE_URL", f"{backend} is not supported; use sqlite:///path or postgresql://host/name"
        )
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise DatabaseUnusable("DATABASE_URL", "SQLite needs a file, as in sqlite:///baton.db")
    return parsed


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusable(str(path), error) from error


def _connected(connection: Any, _: object) -> None:
    connection.isolation_level = None  # `_begun` says how a transaction begins
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    mend_clock(connection)


def _begun(connection: sa.Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def mend_clock(connection: Any) -> None:
    """Before SQLite 3.42 `unixepoch('subsec')`, which the engine's columns use, is NULL: it gets a body here."""
    if sqlite3.sqlite_version_info < (3, 42):
        connection.create_function("unixepoch", 1, _now)


def _now(_modifier: str) -> float:
    return time.time()
