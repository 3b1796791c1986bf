"""Alembic without its command line: brings a database to this version, or says why not."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import tables
from storage.errors import DatabaseTooNew

TURN = 7_301_994  # the number of PostgreSQL's advisory lock for migrations


def scripts() -> ScriptDirectory:
    """The migrations that this version knows."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config)


async def upgrade(engine: AsyncEngine, path: Path | None) -> None:
    """Runs what is missing, in one transaction, while no other process does the same. Raises DatabaseTooNew."""
    place = str(path) if path else engine.url.render_as_string()
    async with _alone(path), engine.execution_options(immediate=True).begin() as connection:
        if path is None:
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
        await connection.run_sync(_upgrade, place)


async def differences(engine: AsyncEngine) -> list[Any]:
    """What would have to change for the tables to be as the models say."""
    async with engine.connect() as connection:
        return await connection.run_sync(_differences)


@asynccontextmanager
async def _alone(path: Path | None) -> AsyncGenerator[None]:
    """On SQLite a lock on a file beside it, held from before the first connection: WAL is switched on by that."""
    if path is None:
        yield
        return
    with open(f"{path}.migrating", "a") as file:  # noqa: ASYNC230 - opened once, at start
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        yield


def _upgrade(connection: sa.Connection, place: str) -> None:
    script = scripts()
    present = MigrationContext.configure(connection).get_current_heads()
    known = {revision.revision for revision in script.walk_revisions()}
    for revision in present:
        if revision not in known:
            raise DatabaseTooNew(place, revision)
    if set(present) != set(script.get_heads()):
        _run(connection, script)


def _run(connection: sa.Connection, script: ScriptDirectory) -> None:
    def steps(revision: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs("head", revision)  # pyright: ignore[reportPrivateUsage] - as Alembic's own command

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=tables.Row.metadata, render_as_batch=True)
        environment.run_migrations()


def _differences(connection: sa.Connection) -> list[Any]:
    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "table" or name in tables.Row.metadata.tables  # the engine's tables may lie beside ours

    context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
    return list(compare_metadata(context, tables.Row.metadata))
