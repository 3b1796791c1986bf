"""`baton schedule`: missions that come back, seen and steered from the command line; and a preview of any rhythm."""

from __future__ import annotations

import argparse
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from agents.domain.schedule import LIVE, Schedule, State, Timing, slots
from agents.timing import cron, entered, words
from bot.cli import Failure
from bot.clock import SystemClock
from bot.commands.starting import settings
from bot.scheduling.service import now_of, resumed
from bot.views import schedules as view
from storage.database import Database
from storage.errors import DatabaseError
from storage.schedules import ScheduleChange, ScheduleRows, UnknownSchedule

BY = "operator"
SHOWN = 200
YEARS = range(1900, 2200)  # in which a preview may begin


async def main(options: argparse.Namespace) -> int:
    if options.verb == "preview":
        return preview(options.cron, options.zone, options.start, options.count)
    async with _rows() as rows:
        try:
            match options.verb:
                case "list":
                    await _list(rows, options)
                case "show":
                    await _show(rows, options)
                case verb:
                    await _change(rows, verb, options.id)
        except UnknownSchedule:
            raise Failure(f"There is no schedule {options.id}: `baton schedule list --all` shows them.") from None
    return 0


def preview(expression: str, zone: str, start: str | None, count: int) -> int:
    """The planned instants, one a line: wall time with its offset, and UTC. Raises Failure."""
    try:
        timing = Timing("cron", entered.zone(zone), cron=cron.check(expression))
        after = _instant(start, timing.zone)
    except (cron.BadCron, entered.BadTiming) as error:
        raise Failure(str(error)) from None
    print(words.timing(timing))
    for line in view.planned(list(islice(slots(timing, after, cron.walls), count)), timing.zone):
        print(line)
    return 0


def _instant(text: str | None, zone: str) -> datetime:
    """After when to look; a slot at the time that is given counts. A time without offset is one in the zone."""
    if text is None:
        return SystemClock().now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"“{text}” is not a time: give one as 2026-03-28 or 2026-03-28T12:00.") from None
    if found.year not in YEARS:
        raise Failure(f"“{text}” is too far away: give a year from {YEARS.start} to {YEARS.stop - 1}.")
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC) - timedelta.resolution


@asynccontextmanager
async def _rows() -> AsyncGenerator[ScheduleRows]:
    """The rows; what is changed here the running program sees within half a minute. Raises Failure."""
    given = settings(quiet=True)
    try:
        database = Database.open(given.database)
        await database.migrate()
    except DatabaseError as error:
        raise Failure(str(error)) from None
    try:
        yield ScheduleRows(database, _nothing, SystemClock(), cron.walls)
    finally:
        await database.close()


def _nothing(session: object, call: object) -> None:
    """Cards are drawn anew by the running program, which looks for what waits."""


async def _list(rows: ScheduleRows, options: argparse.Namespace) -> None:
    found = await (rows.every() if options.all else rows.schedules())
    if options.json:
        print(json.dumps([view.as_json(one, ()) for one in found], indent=1, ensure_ascii=False))
        return
    for one in found:
        print(f"{one.id}  {one.state:<6}  {view.summary(one)}\n    {_short(one.text)}{_reason(one)}")
    if not found:
        print("No mission comes back. Set one up in Slack: @Baton every weekday at 9: ...")


async def _show(rows: ScheduleRows, options: argparse.Namespace) -> None:
    one, found = await rows.schedule(options.id), await rows.occurrences(options.id, SHOWN)
    if options.json:
        print(json.dumps(view.as_json(one, found), indent=1, ensure_ascii=False))
        return
    print(f"{one.id}  {one.state}  {view.summary(one)}")
    print(f"{_short(one.text)}{_reason(one)}\n{view.policies(one.policies)}")
    for each in found:
        print(f"  {each.wall}  {each.outcome:<8} {each.mission or '':<12} {each.reason}".rstrip())


async def _change(rows: ScheduleRows, verb: str, id: str) -> None:
    async with rows.change(id) as change:
        if change.schedule.state not in LIVE:
            raise Failure(f"The schedule {id} is {change.schedule.state}: only active and paused ones can be changed.")
        _apply(change, verb)
    print(SAID[verb].format(id=id))


SAID = {
    "pause": "{id} is paused.",
    "resume": "{id} goes on from now.",
    "run": "{id} begins within half a minute, or when Baton is started.",
    "delete": "{id} is deleted; what it delivered stays.",
}


def _apply(change: ScheduleChange, verb: str) -> None:
    change.catch_up(SystemClock().now(), cron.walls)
    one = change.schedule
    match verb:
        case "pause":
            change.save(replace(one, state=State.PAUSED, reason="Paused by the operator."))
        case "resume":
            change.save(resumed(one))
        case "delete":
            change.save(replace(one, state=State.ENDED, reason="Deleted by the operator."))
        case _:
            change.add(now_of(one, SystemClock(), BY))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 100 else f"{flat[:99]}…"


def _reason(one: Schedule) -> str:
    return f"  ({one.reason})" if one.reason else ""
