"""`baton run`: work in Slack until stopped; with --local and without tokens, in a local workspace."""

from __future__ import annotations

import argparse
from contextlib import AsyncExitStack

from bot.cli import Failure
from bot.commands.starting import running, settings, stopping
from bot.local import standins


async def main(options: argparse.Namespace) -> int:
    given = settings()
    untouched = not (given.slack_bot_token or given.slack_app_token or given.slack_signing_secret)
    async with AsyncExitStack() as stack:
        where = "Slack"
        if options.local and untouched:
            ready = await stack.enter_async_context(standins.started(options.port, given.baton_data))
            given, where = standins.pointed(given, ready), f"the local workspace: {ready.page}"
        elif missing := given.missing(options.http):
            raise Failure("\n".join([*missing, "Without Slack, `make run` opens a local workspace."]))
        await stack.enter_async_context(running(given, http=options.http))
        stopped = stopping()
        print(f"Baton works in {where}", flush=True)
        print("Stop it with Ctrl-C; what is under way goes on at the next start.", flush=True)
        await stopped.wait()
    return 0
