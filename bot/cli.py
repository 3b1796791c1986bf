"""The command line. Each command is one module of `bot.commands`, imported when it is asked for."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import os
import sys
from collections.abc import Sequence

import structlog

VERSION = "0.1.0"


class Failure(Exception):
    """The command failed; the message is for the person at the terminal, one line for each thing to do."""


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="baton", description="An AI department that lives in Slack.")
    top.add_argument("--version", action="version", version=f"baton {VERSION}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="work in Slack until stopped")
    run.add_argument("--http", action="store_true", help="take signed HTTP requests instead of Socket Mode")
    run.add_argument("--local", action="store_true", help="without Slack tokens, open a local workspace and work there")
    run.add_argument("--port", type=_port, default=8400, help="port of the local workspace (default 8400)")

    local = commands.add_parser("local", help="the stand-ins alone: a local workspace and the rehearsal model")
    local.add_argument("--port", type=_port, default=8400, help="port of the workspace; 0 takes a free one")
    local.add_argument("--model-port", type=_port, default=0, help="port of the rehearsal model; 0 takes a free one")
    local.add_argument("--latency", type=_seconds, default=0.4, help="seconds the rehearsal model takes for an answer")
    local.add_argument("--state", metavar="FILE", help="keep the workspace's messages in this file")
    local.add_argument("--http", metavar="URL", help="deliver events to this address, signed, not by Socket Mode")
    local.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)  # ends with standard input
    local.add_argument("--methods", metavar="NAMES", help="know only these Web API methods (comma-separated)")
    local.add_argument("--unstructured", action="store_true", help="a model server without structured output")

    demo = commands.add_parser("demo", help="play one mission with the stand-ins, without a browser")
    demo.add_argument("mission", metavar="MISSION", help="what the department should do")
    demo.add_argument("--library", metavar="DIR", action="append", help="a folder of documents to work from")
    demo.add_argument("--hands-off", action="store_true", help="approve the plan and the result by itself")
    demo.add_argument("--json", metavar="FILE", help="write events, tasks, claims and figures to this file")
    demo.add_argument("--out", metavar="DIR", help="write the deliverables into this folder")
    demo.add_argument("--timeout", type=_seconds, default=600.0, help="seconds after which to give up (default 600)")

    check = commands.add_parser("check", help="look whether everything is there to run; one line for each thing")
    check.add_argument("--http", action="store_true", help="check for signed HTTP instead of Socket Mode")
    check.add_argument("--offline", action="store_true", help="ask no server, look only at what is set")

    audit = commands.add_parser("audit", help="who did what by which authority: verify the chain, or export it")
    what = audit.add_subparsers(dest="what", required=True, metavar="WHAT")
    verify = what.add_parser("verify", help="say whether any row was changed, added, moved or removed")
    verify.add_argument("--head", metavar="HASH", help="a hash from the log that the chain has to contain")
    export = what.add_parser("export", help="write every row as a line of JSON")
    export.add_argument("--out", metavar="FILE", help="write to this file, not to standard output")
    ledger = commands.add_parser("ledger", help="write a mission's evidence as JSON: sources, claims, verdicts")
    ledger.add_argument("mission", metavar="MISSION", help="id of the mission, as its receipt says")
    ledger.add_argument("--out", metavar="FILE", help="write to this file instead of standard output")

    _bench(commands.add_parser("bench", help="measure what false claims reach the person who approves"))
    _schedule(commands.add_parser("schedule", help="missions that come back: list, show, pause, resume, run, delete"))
    return top


def _bench(bench: argparse.ArgumentParser) -> None:
    kinds = bench.add_subparsers(dest="bench", required=True, metavar="WHAT")
    evidence = kinds.add_parser("evidence", help="missions with planted faults, played by the real department")
    evidence.add_argument("files", nargs="*", metavar="FILE", help="cases as JSON Lines (default: our own)")
    evidence.add_argument("--ledger-only", action="store_true", help="the ledger without the department: in seconds")
    evidence.add_argument("--sceptic", metavar="MODEL", help="also with this model of the configured server as sceptic")
    evidence.add_argument("--natural", metavar="DIR", help="folder with natural claims (default: BATON_TEST_DATA)")
    evidence.add_argument("--json", metavar="FILE", help="write the whole report to this file")
    evidence.add_argument("--targets", action="store_true", help="exit with 1 when a target is missed")
    evidence.add_argument("--seed", type=int, default=1, help="of the assumed sceptic and the tampered quotes")
    evidence.add_argument("--jobs", type=_count, help="processes that play missions (default: one a CPU, at most 4)")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    return int(text)


def _schedule(command: argparse.ArgumentParser) -> None:
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    listed = verbs.add_parser("list", help="what comes back, the soonest first")
    listed.add_argument("--all", action="store_true", help="those that have ended as well")
    listed.add_argument("--json", action="store_true", help="as JSON")
    show = verbs.add_parser("show", help="one schedule with the outcome of every planned instant")
    show.add_argument("id", metavar="ID")
    show.add_argument("--json", action="store_true", help="as JSON")
    for verb, what in (
        ("pause", "begin no run until it is resumed"),
        ("resume", "go on from now"),
        ("run", "one run now, besides the planned ones"),
        ("delete", "begin no run any more"),
    ):
        verbs.add_parser(verb, help=what).add_argument("id", metavar="ID")
    preview = verbs.add_parser("preview", help="planned instants, exactly as the clock will fire them")
    preview.add_argument("cron", metavar="CRON", help="five fields in quotes, such as '0 9 * * 1-5'")
    preview.add_argument("zone", metavar="ZONE", help="a time zone, such as Europe/Berlin")
    preview.add_argument("--from", dest="start", metavar="TIME", help="a time there, as 2026-03-28 or 2026-03-28T12:00")
    preview.add_argument("--count", type=_many, default=10, help="how many (default 10)")


def _many(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 10000")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 failed, 2 called wrongly."""
    options = parser().parse_args(argv)
    _quiet()
    command = importlib.import_module(f"bot.commands.{options.command}")
    try:
        return asyncio.run(command.main(options))
    except Failure as failure:
        for line in str(failure).splitlines():
            print(f"baton: {line}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _quiet(level: str = "warning") -> None:
    """Logs as lines on standard error; other people's loggers only when something is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    set_level(level)


def set_level(level: str) -> None:
    """How much of our own log is shown."""
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
