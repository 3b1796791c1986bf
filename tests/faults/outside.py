"""The program as a process of its own between stand-ins that live in the test: to be killed, stopped and doubled."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.local.rehearsal import Rehearsal
from bot.local.standins import SAMPLES
from bot.local.workspace import Workspace
from bot.views.actions import Action
from tests.house import explain

ROOT = Path(__file__).parents[2]
LIGHT = "Draft a competitive analysis of coffee pods and create a 10-day launch calendar."
LIGHT_FILES = ["10-day-launch-calendar.csv", "10-day-launch-calendar.ics"]
PATIENCE = 60.0  # seconds for a process to start or a mission to get somewhere, on a busy machine
READY = "Baton works in"


@dataclass
class Process:
    """One running `python -m bot run`."""

    process: asyncio.subprocess.Process
    log: Path

    async def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def terminate(self) -> int:
        """SIGTERM, as a deploy does; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)

    @property
    def said(self) -> str:
        """What it wrote to standard error."""
        return self.log.read_text("utf-8", errors="replace")


@dataclass
class Street:
    """The stand-ins, and as many processes of the program between them as a test wants."""

    workspace: Workspace
    rehearsal: Rehearsal
    data: Path
    processes: list[Process] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        """Settings by environment alone, without what this machine may have set."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        pointed = {
            "OPENAI_BASE_URL": self.rehearsal.base_url,
            "OPENAI_API_KEY": "rehearsal",
            "BATON_MODEL": "rehearsal",
            "BATON_DATA": str(self.data),
            "BATON_LIBRARY": f'["{SAMPLES}"]',
            "BATON_POSTS_PER_SECOND": "50",
            "PYTHONPATH": str(ROOT),
        }
        return kept | self.workspace.environment() | pointed | more

    async def begin(self, *arguments: str, **more: str) -> Process:
        """Starts the program without waiting for it to be ready."""
        self.data.mkdir(parents=True, exist_ok=True)
        log = self.data / f"process-{len(self.processes)}.log"
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", *arguments),
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=self.environment(**more),
                cwd=self.data,
            )
        started = Process(process, log)
        self.processes.append(started)
        return started

    async def start(self, *arguments: str, **more: str) -> Process:
        """Starts the program and waits until it says that it works."""
        started = await self.begin(*arguments, **more)
        assert started.process.stdout
        line = await asyncio.wait_for(started.process.stdout.readline(), PATIENCE)
        assert READY in line.decode(), started.said
        return started

    async def clear(self) -> None:
        """Ends what still runs."""
        for one in self.processes:
            if one.process.returncode is None:
                await one.kill()

    # ---- what a person does and sees ----

    async def ask(self, text: str) -> str:
        """Mentions Baton in #launch; the ts of the message."""
        return await self.workspace.say("maya", "launch", f"@Baton {text}")

    def thread(self, ts: str) -> list[dict[str, Any]]:
        """The thread in #launch."""
        return self.workspace.thread("launch", ts)

    def find(self, ts: str, action: Action, about: str = "") -> dict[str, Any] | None:
        """The newest message of the thread with that button and those words."""
        for message in reversed(self.thread(ts)):
            if action.value in str(message.get("blocks")) and about in str(message.get("blocks")):
                return message
        return None

    async def see(self, happened: Callable[[], Any]) -> Any:
        """Waits until it happened."""
        return await self.workspace.wait_for(happened, PATIENCE)

    async def approve(self, ts: str, kind: str) -> None:
        """Presses Approve on the plan or the result as soon as it is there and Baton listens."""
        button = await self.see(lambda: self.find(ts, Action.APPROVE, f"{kind}:"))
        await self.see(lambda: self.workspace.connected)
        await self.workspace.press("maya", "launch", button["ts"], Action.APPROVE.value)
        await explain(self.workspace, "maya")

    # ---- what is on record ----

    def recorded(self) -> list[tuple[str, str]]:
        """Key and digest of every model answer in the journal."""
        path = self.data / "baton-journal.db"
        if not path.exists():
            return []
        with sqlite3.connect(path, timeout=10) as connection:
            found = connection.execute("select key, digest from call where kind = 'model' order by key").fetchall()
        connection.close()
        return found

    def states(self) -> list[str]:
        """The state of each mission."""
        with sqlite3.connect(self.data / "baton.db", timeout=10) as connection:
            found = connection.execute("select state from mission").fetchall()
        connection.close()
        return [state for (state,) in found]


def delivered(thread: list[dict[str, Any]]) -> bool:
    """Whether the receipt, which comes last, stands in the thread."""
    return any(">receipt:" in marker for marker in markers(thread))


def markers(thread: list[dict[str, Any]]) -> list[str]:
    """The key in the metadata of each post."""
    found = [message.get("metadata", {}).get("event_payload", {}).get("key") for message in thread]
    return [key for key in found if key]


def files(thread: list[dict[str, Any]]) -> list[str]:
    """The name of each attached file."""
    return [file["name"] for message in thread for file in message.get("files") or ()]


def doubled(things: list[Any]) -> list[Any]:
    """What is there more than once."""
    return [thing for thing, times in Counter(things).items() if times > 1]


def visible(thread: list[dict[str, Any]]) -> list[str]:
    """What a reader sees of each post: who speaks, the text and the blocks, without what only programs read."""
    return [
        repr((message.get("username"), message.get("text"), _shown(message.get("blocks"))))
        for message in thread
        if message.get("metadata")
    ]


def _shown(part: Any) -> Any:
    if isinstance(part, list):
        return [_shown(each) for each in part]
    if isinstance(part, dict):
        return {name: _shown(each) for name, each in part.items() if name not in ("block_id", "value", "url")}
    return part


@asynccontextmanager
async def street(data: Path, *, latency_s: float = 0.0, **workspace: Any) -> AsyncIterator[Street]:
    """Opened with the stand-ins up and no process started; at the end nothing of it is left running."""
    async with (
        Workspace(**({"rate_limits": False} | workspace)) as place,
        Rehearsal(latency_s=latency_s) as rehearsal,
    ):
        found = Street(place, rehearsal, data)
        try:
            yield found
        finally:
            await found.clear()
