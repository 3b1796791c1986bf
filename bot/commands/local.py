"""`baton local`: the stand-ins alone, for any bot that is pointed at them by settings."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli import Failure
from bot.commands.starting import until_stopped
from bot.local import standins
from bot.local.workspace import LocalWorkspaceError


async def main(options: argparse.Namespace) -> int:
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
            await until_stopped()
    except LocalWorkspaceError as error:
        raise Failure(str(error)) from None
    return 0
