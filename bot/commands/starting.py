"""What every command that starts the program shares: settings, typed failures as sentences, an orderly end."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot import config
from bot.cli import Failure, set_level

if TYPE_CHECKING:
    from bot.app import Baton


def settings(*, quiet: bool = False) -> config.Settings:
    """The settings, warnings about strangers printed. Raises Failure with every fault at once.

    `quiet` leaves out news from the log, for commands that print what happens themselves.
    """
    for warning in config.strangers():
        print(f"baton: {warning}", file=sys.stderr)
    try:
        found = config.load()
    except config.SettingsError as error:
        raise Failure(str(error)) from None
    set_level("warning" if quiet and found.baton_log == "info" else found.baton_log)
    return found


@asynccontextmanager
async def running(given: config.Settings, *, http: bool = False) -> AsyncGenerator[Baton]:
    """The program, started; stopped at the end of the block. Raises Failure."""
    from agents.departments import DepartmentError
    from agents.engine import EngineBusy
    from agents.llm.prices import UnreadablePrices
    from agents.tools import LibraryFault, ToolsMisconfigured
    from bot.app import CannotStart, build
    from storage.errors import DatabaseError

    typed = (
        CannotStart,
        DatabaseError,
        DepartmentError,
        EngineBusy,
        LibraryFault,
        ToolsMisconfigured,
        UnreadablePrices,
    )
    try:
        program = await build(given)
        await program.start(http=http)
    except typed as error:
        raise Failure(str(error)) from None
    try:
        yield program
    finally:
        await program.stop()


def stopping() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set from now on."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped
