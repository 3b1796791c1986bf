"""The durable engine: starts each phase once, and again after a crash. The only importer of dbos.

A phase is a workflow with one step in it, which cancelling interrupts. What a phase does within that step is kept by
the call journal and by rows, so the engine never needs to know.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import math
import os
import re
import sqlite3
import threading
import time
import traceback
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

import structlog
from dbos import (
    DBOS,
    DBOSClient,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    EnqueueOptions,
    SetEnqueueOptions,
    SetWorkflowID,
)
from dbos import error as dbos_error

from agents.ports import DrainCall, PhaseCall, ScheduleCall

log = structlog.get_logger(__name__)

Role = Literal["all", "slack", "worker"]

PHASES = "missions"  # the queue of phases
DRAINS = "slack"  # the queue of drains, one at a time in each channel
SCHEDULED = "schedules"  # the queue of what schedules begin: a herd of them leaves room for what people ask
QUEUES: dict[Role, tuple[str, ...]] = {
    "all": (PHASES, DRAINS, SCHEDULED),
    "worker": (PHASES, SCHEDULED),
    "slack": (DRAINS,),
}
RECOVERIES = 1_000_000  # a mission may see any number of restarts
INTERRUPTED = re.compile("^Asyncio task cancelled|was cancelled during execution")
UNFINISHED = ["ENQUEUED", "PENDING"]


@dataclass(frozen=True)
class EngineSettings:
    """How this process takes part."""

    database_url: str  # sqlite:///path or postgresql://...
    executor_id: str | None = None  # on PostgreSQL None takes a fresh one; on SQLite there is only one process
    role: Role = "all"
    name: str = "baton"
    application_version: str = "missions-1"  # changes only when phases begun before could not go on
    phases_at_once: int = 32
    scheduled_at_once: int = 8
    poll_s: float = 0.2  # how often each queue is looked at
    retry_s: tuple[float, ...] = (1.0, 5.0, 30.0)  # pauses before a phase that raised is tried again


@dataclass(frozen=True)
class Phases:
    """What carries out each phase: called with the mission's id and the revision."""

    plan: Callable[[str, int], Awaitable[None]]
    run: Callable[[str, int], Awaitable[None]]
    deliver: Callable[[str, int], Awaitable[None]]
    change: Callable[[str, int], Awaitable[None]] | None = None  # drafts a changed plan beside a run; may be left out
    understand: Callable[[str, str], Awaitable[None]] | None = None  # a schedule and its revision
    fire: Callable[[str, str], Awaitable[None]] | None = None  # a schedule and the wall time of its occurrence


class EngineBusy(Exception):
    """Another process works on the same file."""

    def __init__(self, path: str, owner: str) -> None:
        super().__init__(
            f"Another Baton process ({owner or 'its number is not known'}) already works on {path}: stop it first, "
            "or set DATABASE_URL to a postgresql:// address, which any number of processes can share."
        )


class PhaseBroke(Exception):
    """A phase raised what it should have told; the text says which, and nothing of what may be secret."""


@dataclass
class Engine:
    """One per process. Between `start` and `stop` phases and drains run in the event loop that called `start`."""

    settings: EngineSettings
    phases: Phases
    drain: Callable[[str], Awaitable[None]]
    executor_id: str = field(init=False, default="local")
    _lock: IO[str] | None = field(init=False, default=None)
    _client: DBOSClient | None = field(init=False, default=None)
    _running: set[asyncio.Task[Any]] = field(init=False, default_factory=set[asyncio.Task[Any]])
    _stopping: bool = field(init=False, default=False)

    async def start(self) -> None:
        """Takes up what was left unfinished, then whatever is enqueued. Raises EngineBusy."""
        self._stopping = False
        path = _sqlite_path(self.settings.database_url)
        self._lock = _lock(path) if path else None
        self.executor_id = "local" if path else (self.settings.executor_id or f"w-{uuid.uuid4().hex[:12]}")
        if path:
            _use_wal(path)
        _quieten()
        DBOS(config=self._config(bool(path)))
        DBOS.listen_queues(QUEUES[self.settings.role])
        self._register()
        DBOS.launch()
        poll = self.settings.poll_s
        at_once = self.settings.phases_at_once
        await DBOS.register_queue_async(PHASES, worker_concurrency=at_once, polling_interval_sec=poll)
        calm = self.settings.scheduled_at_once
        await DBOS.register_queue_async(SCHEDULED, worker_concurrency=calm, polling_interval_sec=poll)
        await DBOS.register_queue_async(DRAINS, partition_concurrency=1, polling_interval_sec=poll)
        self._client = DBOSClient(
            system_database_url=self.settings.database_url,
            application_name=self.settings.name,
            serializer=DBOSPortableJSONSerializer(),
            lazy=True,
        )
        log.info("engine_started", executor=self.executor_id, role=self.settings.role)

    async def stop(self, grace_s: float = 10.0) -> None:
        """Takes up nothing more, lets what runs go on for `grace_s` seconds, and leaves the rest to be taken up again.

        On SQLite that is at the next start; on PostgreSQL other processes take it at once.
        """
        self._stopping = True
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        threading.Thread(target=_destroy, args=(math.ceil(grace_s) + 2 if self._running else 0, loop, ended)).start()
        if self._running:
            await asyncio.wait(self._running, timeout=grace_s)
        for task in self._running:
            task.cancel()
        await ended.wait()
        loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))  # DBOS took its own with it
        if self._client:
            await asyncio.to_thread(self._hand_back, self._client)
            self._client = None
        if self._lock:
            self._lock.close()
            self._lock = None
        log.info("engine_stopped", executor=self.executor_id)

    def enqueue_in(self, session: Any, call: PhaseCall | DrainCall | ScheduleCall) -> None:
        """Enqueues in the transaction of a synchronous SQLAlchemy session on the same database; once for each id."""
        assert self._client, "the engine has not been started"
        if isinstance(call, DrainCall):
            options = self._options("drain", DRAINS, call.id)
            options["queue_partition_key"] = call.channel
            self._client.enqueue_in_transaction(session, options, call.channel)
        elif isinstance(call, ScheduleCall):
            options = self._options(f"{call.work}_schedule", SCHEDULED if call.work == "fire" else PHASES, call.id)
            self._client.enqueue_in_transaction(session, options, call.schedule, call.wall)
        else:
            options = self._options(f"{call.phase}_mission", SCHEDULED if call.patient else PHASES, call.id)
            self._client.enqueue_in_transaction(session, options, call.mission, call.rev)

    async def start_drain(self, channel: str) -> None:
        """Has the channel's outbox looked at, where no commit does so: at start, and after a pause."""
        with SetWorkflowID(f"out:{channel}:{uuid.uuid4().hex}"), SetEnqueueOptions(queue_partition_key=channel):
            await DBOS.enqueue_workflow_async(DRAINS, self._drain_workflow, channel)

    async def cancel(self, mission: str, up_to: int | None = None) -> None:
        """Ends the mission's phases, here or in another process, within a second or two, for good.

        Those of a later revision than `up_to` go on: the mission was taken up again meanwhile.
        """
        found = await DBOS.list_workflows_async(
            workflow_id_prefix=f"m:{mission}:", status=UNFINISHED, load_input=False, load_output=False
        )
        ids = [workflow.workflow_id for workflow in found]
        if up_to is not None:
            ids = [id for id in ids if int(id.rsplit(":", 1)[1]) <= up_to]
        if ids:
            await DBOS.cancel_workflows_async(ids)

    async def take_over(self, heir: Callable[[str], AbstractAsyncContextManager[bool]]) -> int:
        """Puts the work of dead processes back on its queues and returns how much it was.

        `heir` tells whether a process is dead, and lets nobody else think so meanwhile.
        """
        pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        taken = 0
        for name in {workflow.executor_id or "" for workflow in pending} - {self.executor_id}:
            async with heir(name) as dead:
                if dead and self._client:
                    taken += await asyncio.to_thread(_put_back, self._client, name)
        if taken:
            log.warning("taken_over", workflows=taken)
        return taken

    # ---- inside ----

    def _config(self, sqlite: bool) -> DBOSConfig:
        config = DBOSConfig(
            name=self.settings.name,
            system_database_url=self.settings.database_url,
            application_version=self.settings.application_version,
            executor_id=self.executor_id,
            serializer=DBOSPortableJSONSerializer(),  # not pickle: who can write the database must not run code
            log_level="WARNING",
            notification_listener_polling_interval_sec=0.5,  # nothing listens, but stopping waits for it
            scheduler_polling_interval_sec=3600.0,  # its schedules are not used
        )
        if sqlite:
            config["db_engine_kwargs"] = {"connect_args": {"factory": _Connection}}
        return config

    def _options(self, workflow: str, queue: str, id: str) -> EnqueueOptions:
        version = self.settings.application_version
        return {"workflow_name": workflow, "queue_name": queue, "workflow_id": id, "app_version": version}

    def _register(self) -> None:
        self._workflow("plan_mission", self.phases.plan)
        self._workflow("run_mission", self.phases.run)
        self._workflow("deliver_mission", self.phases.deliver)
        if self.phases.change:
            self._workflow("change_mission", self.phases.change)
        if self.phases.understand:
            self._workflow("understand_schedule", self.phases.understand)
        if self.phases.fire:
            self._workflow("fire_schedule", self.phases.fire)
        self._drain_workflow = self._workflow("drain", self.drain)

    def _workflow(self, name: str, work: Callable[..., Awaitable[None]]) -> Callable[..., Coroutine[Any, Any, None]]:
        async def step(*arguments: object) -> None:
            await self._tracked(name, work, arguments)

        durable = DBOS.step(name=name, preemptible=True)(step)

        async def workflow(*arguments: object) -> None:
            await durable(*arguments)

        return DBOS.workflow(name=name, max_recovery_attempts=RECOVERIES)(workflow)

    async def _tracked(self, name: str, work: Callable[..., Awaitable[None]], arguments: tuple[object, ...]) -> None:
        """Keeps hold of the task, so that `stop` can interrupt it: interrupted, it counts as unfinished."""
        if self._stopping:
            raise asyncio.CancelledError
        task = asyncio.current_task()
        assert task
        self._running.add(task)
        try:
            await self._tried(name, work, arguments)
        finally:
            self._running.discard(task)

    async def _tried(self, name: str, work: Callable[..., Awaitable[None]], arguments: tuple[object, ...]) -> None:
        """Phases tell what went wrong by themselves; what they raise is a fault, such as a database that went away."""
        for pause in (*self.settings.retry_s, None):
            try:
                return await work(*arguments)
            except Exception as error:  # noqa: BLE001 - the rim: its text may hold anything, so only its kind is kept
                kind = type(error).__name__
                log.error("phase_raised", workflow=name, on=arguments, error=kind, at=_places(error), again_in_s=pause)
            if pause is None:
                raise PhaseBroke(f"{name} raised {kind}")
            await asyncio.sleep(pause)

    def _hand_back(self, client: DBOSClient) -> None:
        """Puts what this process leaves unfinished back on its queue; on SQLite the next start finds it by itself."""
        if not self._lock:
            _put_back(client, self.executor_id)
        client.destroy()


def _put_back(client: DBOSClient, executor: str) -> int:
    """Puts what a process began and left back on the queues it came from; what was cancelled stays so."""
    left = client.list_workflows(status="PENDING", executor_id=executor, load_input=False, load_output=False)
    by_queue: dict[str | None, list[str]] = defaultdict(list)
    for workflow in left:
        by_queue[workflow.queue_name].append(workflow.workflow_id)
    for queue, ids in by_queue.items():
        client.resume_workflows(ids, queue_name=queue)
    return len(left)


def _places(error: BaseException) -> list[str]:
    """Where it was raised, innermost last: file and line only, for the text may hold anything."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno}" for frame in frames]


def _destroy(timeout_s: int, loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """In a thread of its own: it waits for threads that may be waiting for the event loop."""
    try:
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=timeout_s)
    finally:
        loop.call_soon_threadsafe(ended.set)


def _sqlite_path(url: str) -> str | None:
    return url.removeprefix("sqlite:///") if url.startswith("sqlite") else None


def _lock(path: str) -> IO[str]:
    """Holds the right to work on the file for as long as it is open. Raises EngineBusy."""
    file = open(f"{path}.lock", "a+")  # noqa: SIM115 - closed by `stop`
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with file:
            file.seek(0)
            raise EngineBusy(path, file.read().strip()) from None
    file.truncate(0)
    file.write(f"process {os.getpid()}\n")
    file.flush()
    return file


def _use_wal(path: str) -> None:
    """DBOS leaves the journal mode as it is; it is a property of the file."""
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode = wal")
    connection.close()


class _Connection(sqlite3.Connection):
    """Before SQLite 3.42 `unixepoch('subsec')`, which DBOS uses on Python 3.12 and later, is NULL."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sqlite3.sqlite_version_info < (3, 42):
            self.create_function("unixepoch", 1, _now)


def _now(_modifier: str) -> float:
    return time.time()


def _quieten() -> None:
    """DBOS writes to the console unless its logger has a handler; ours go where the program's log goes."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Not what is said of every phase that was interrupted, and not again what was logged here."""
    if record.exc_info and isinstance(record.exc_info[1], (dbos_error.DBOSAwaitedWorkflowCancelledError, PhaseBroke)):
        return False
    return not INTERRUPTED.search(record.getMessage())
