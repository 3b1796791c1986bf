"""The stand-ins together: served in this process, or started as a process of their own and pointed at by settings."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.cli import Failure
from bot.config import Settings

if TYPE_CHECKING:
    from bot.local.rehearsal import Rehearsal

READY = "# ready"
SECONDS = 60.0  # for the stand-ins to start
SAMPLES = Path(__file__).parent / "library"


@dataclass(frozen=True)
class Ready:
    """Where the stand-ins are: the page for people and the settings for a bot."""

    page: str
    environment: Mapping[str, str]


@asynccontextmanager
async def serving(
    *,
    port: int = 0,
    model_port: int = 0,
    latency: float = 0.0,
    state: Path | None = None,
    request_url: str | None = None,
    methods: Iterable[str] | None = None,
    structured: bool = True,
) -> AsyncGenerator[Ready]:
    """Workspace and rehearsal model in this process. Raises LocalWorkspaceError."""
    from bot.local.rehearsal import Kind, Rehearsal
    from bot.local.workspace import Workspace

    workspace = Workspace(
        port=port,
        delivery="http" if request_url else "socket",
        request_url=request_url,
        state_file=state,
        methods=methods,
    )
    rehearsal = Rehearsal(port=model_port, latency_s=latency)
    if not structured:
        rehearsal.faults.add(Kind.NO_STRUCTURE, times=None)
    await workspace.start()
    try:
        await _start(rehearsal, model_port)
        try:
            environment = {
                "SLACK_API_URL": workspace.api_url,
                "SLACK_BOT_TOKEN": workspace.bot_token,
                "SLACK_APP_TOKEN": workspace.app_token,
                "SLACK_SIGNING_SECRET": workspace.signing_secret,
                "OPENAI_BASE_URL": rehearsal.base_url,
                "OPENAI_API_KEY": "rehearsal",
                "BATON_MODEL": "rehearsal",
            }
            yield Ready(workspace.url, environment)
        finally:
            await rehearsal.stop()
    finally:
        await workspace.stop()


async def _start(rehearsal: Rehearsal, port: int) -> None:
    try:
        await rehearsal.start()
    except OSError:
        raise Failure(
            f"The rehearsal model cannot start: port {port} is in use by another program; "
            "stop that program or choose another with --model-port (0 takes any free one)."
        ) from None


@asynccontextmanager
async def started(port: int, data: Path, *more: str) -> AsyncGenerator[Ready]:
    """The stand-ins as a process of their own, ended with the block. Raises Failure."""
    data.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "bot",
        "local",
        "--with-parent",
        "--port",
        str(port),
        "--state",
        str(data / "workspace.json"),
        *more,
    ]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield await _ready(process)
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _ready(process: asyncio.subprocess.Process) -> Ready:
    """What the stand-ins print when they are up."""
    assert process.stdout
    assert process.stderr
    page, environment = "", dict[str, str]()
    try:
        async with asyncio.timeout(SECONDS):
            async for raw in process.stdout:
                line = raw.decode().strip()
                if line == READY:
                    return Ready(page, environment)
                if line.startswith("# The local workspace: "):
                    page = line.rpartition(" ")[2]
                elif not line.startswith("#") and "=" in line:
                    name, _, value = line.partition("=")
                    environment[name] = value
    except TimeoutError:
        raise Failure(f"The local workspace did not start within {SECONDS:.0f} seconds.") from None
    said = (await process.stderr.read()).decode().strip().removeprefix("baton: ")
    raise Failure(said or "The local workspace ended before it was up.")


def pointed(settings: Settings, ready: Ready) -> Settings:
    """The settings, pointed at the stand-ins; a model that is set stays, and so does a library."""
    environment = ready.environment
    change: dict[str, object] = {
        "slack_api_url": environment["SLACK_API_URL"],
        "slack_bot_token": SecretStr(environment["SLACK_BOT_TOKEN"]),
        "slack_app_token": SecretStr(environment["SLACK_APP_TOKEN"]),
        "slack_signing_secret": SecretStr(environment["SLACK_SIGNING_SECRET"]),
    }
    if not settings.has_model:
        change |= {
            "openai_base_url": environment["OPENAI_BASE_URL"],
            "openai_api_key": SecretStr(environment["OPENAI_API_KEY"]),
            "baton_model": environment["BATON_MODEL"],
        }
    if not settings.baton_library:
        change["baton_library"] = [SAMPLES]
    return settings.model_copy(update=change)
