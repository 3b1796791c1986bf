"""`baton local`: the stand-ins alone, for any bot that is pointed at them by settings."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot.cli import Failure
from bot.commands.starting import stopping
from bot.local import standins
from bot.local.workspace import LocalWorkspaceError


async def main(options: argparse.Namespace) -> int:
    stopped = stopping()  # before anybody is told that it is ready, for then they may ask it to end
    watching = asyncio.create_task(_parent_ended(stopped)) if options.with_parent else None
    try:
        async with standins.serving(
            port=options.port,
            model_port=options.model_port,
            latency=options.latency,
            state=Path(options.state) if options.state else None,
            request_url=options.http,
            methods=options.methods.split(",") if options.methods else None,
            structured=not options.unstructured,
        ) as ready:
            print(f"# The local workspace: {ready.page}")
            print("# Point a bot at it with these settings:")
            for name, value in ready.environment.items():
                print(f"{name}={value}")
            print("# ready", flush=True)
            await stopped.wait()
    except LocalWorkspaceError as error:
        raise Failure(str(error)) from None
    finally:
        if watching:
            watching.cancel()
    return 0


async def _parent_ended(stopped: asyncio.Event) -> None:
    """Standard input is a pipe from whoever started us: it ends with them, even if they were killed."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    stopped.set()
