"""When a mission comes back: schedules, their planned instants, and what becomes of each of them.

A planned instant (slot) is named by its wall time without offset. So the hour that the clocks repeat in autumn gives
one slot, not two, and a wall time that the clocks leave out in spring is kept at the shifted instant: 02:30 in Berlin
on that day is 03:30. Intervals count elapsed time, so their slots are named by the wall time of UTC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

Kind = Literal["cron", "once", "interval"]
Missed = Literal["skip", "once", "all"]
Overlap = Literal["skip", "queue", "cancel"]
Approval = Literal["every", "contested", "standing"]

LATE = timedelta(seconds=120)  # a slot looked at later than this was missed
MOST_MISSED = 50  # missed slots that a schedule may make good
BATCH = 2000  # slots considered in one go; what is left comes next
LEAST_EVERY = timedelta(minutes=1)
STANDS_FOR = timedelta(days=30)  # how long a person's approval of a plan holds for later runs

# The wall times of a cron expression after a naive wall time, in order. The expression has been checked.
Walls = Callable[[str, datetime], Iterator[datetime]]


class State(StrEnum):
    """Where a schedule stands."""

    ASKED = "asked"  # its words are being read; nothing is known of its times yet
    PROPOSED = "proposed"  # shown to its owner, who has not said yes
    ACTIVE = "active"
    PAUSED = "paused"  # the reason is on record; slots that come round meanwhile are skipped
    ENDED = "ended"  # for good


class Outcome(StrEnum):
    """Where an occurrence stands; the last three are its end."""

    PLANNED = "planned"  # on record; begins at its time, which jitter may put later than the slot
    WAITING = "waiting"  # until the run before it has ended
    FIRING = "firing"  # is being looked at: is everything there that a run needs?
    OPENING = "opening"  # its thread is being opened
    RUNNING = "running"  # its mission is under way
    RUN = "run"
    SKIPPED = "skipped"
    FAILED = "failed"


OPEN = frozenset({Outcome.PLANNED, Outcome.WAITING, Outcome.FIRING, Outcome.OPENING, Outcome.RUNNING})
UNDER_WAY = frozenset({Outcome.FIRING, Outcome.OPENING, Outcome.RUNNING})


@dataclass(frozen=True)
class Timing:
    """When: a cron expression, one wall time, or a distance; always with the zone of the person who said it."""

    kind: Kind
    zone: str  # IANA name
    cron: str = ""  # five fields, for "cron"
    at: datetime | None = None  # naive wall time, for "once"
    every_s: int = 0  # for "interval", counted from `start`
    start: datetime | None = None  # aware instant, for "interval"


@dataclass(frozen=True)
class Policies:
    """What happens when it does not go by the clock."""

    missed: Missed = "once"  # slots that passed while nothing ran: none, the newest, or several of them
    missed_most: int = 3  # for "all": at most so many, the newest
    overlap: Overlap = "skip"  # the run before is still under way: leave out, wait, or cancel the older
    jitter_s: int = 0  # begins up to so many seconds late, always the same for one slot
    until: date | None = None  # the last day, in the schedule's zone
    count: int | None = None  # the most runs
    approval: Approval = "every"
    stop_after: int = 3  # failures in a row after which it pauses
    quiet: bool = False  # nothing is posted when nothing changed


@dataclass(frozen=True)
class Standing:
    """A person's approval of a plan, kept for later runs whose plan is built the same, at the same budget."""

    digest: str  # of the plan's structure and the budget
    by: str  # Slack user id
    until: datetime


@dataclass(frozen=True)
class Schedule:
    """A mission that comes back. Only what `seen` has passed is on record as occurrences."""

    id: str
    owner: str  # Slack user id; requester of every run
    team: str
    channel: str
    text: str  # the mission, without the words about time
    department: str
    timing: Timing
    created_at: datetime
    seen: datetime  # every slot up to here has its occurrence
    policies: Policies = Policies()
    budget_usd: Decimal | None = None  # of one run; None: what the department allows
    standing: Standing | None = None
    state: State = State.ACTIVE
    reason: str = ""  # why it is paused or ended, one sentence
    revision: int = 1  # counts edits
    begun: int = 0  # slots that were to be run
    failures: int = 0  # failed runs in a row
    thread: str = ""  # ts of the thread in which its card stands; empty: in the channel itself
    message: str = ""  # ts of the message that asked for it, where there is one


LIVE = frozenset({State.ACTIVE, State.PAUSED})


@dataclass(frozen=True)
class Slot:
    """A planned instant."""

    wall: str  # its name: wall time without offset, e.g. 2026-11-24T09:00:00
    at: datetime  # UTC


@dataclass(frozen=True)
class Occurrence:
    """A slot and its outcome; each slot has exactly one."""

    schedule: str
    wall: str
    at: datetime  # as planned
    start_at: datetime  # when it is to begin: jitter, and slots made good later
    outcome: Outcome
    reason: str = ""  # one sentence; empty for a run that went well
    mission: str | None = None
    by: str = ""  # who asked for it; empty when it was the clock
    revision: int = 1  # of the schedule when it was recorded
    begun_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def id(self) -> str:
        return f"s:{self.schedule}:{self.wall}"


@dataclass(frozen=True)
class Pass:
    """What one look at a schedule found."""

    schedule: Schedule  # as it is afterwards
    occurrences: tuple[Occurrence, ...]  # to be recorded, oldest first
    next_at: datetime | None  # the next planned instant; in the past when more is left to be recorded


# ---- instants ----


def zone_of(timing: Timing) -> ZoneInfo:
    return ZoneInfo(timing.zone)


def slots(timing: Timing, after: datetime, walls: Walls) -> Iterator[Slot]:
    """The planned instants after that instant, in order, without end for cron and intervals."""
    match timing.kind:
        case "once":
            slot = _slot(timing.at or after.replace(tzinfo=None), zone_of(timing))
            if slot.at > after:
                yield slot
        case "interval":
            yield from _distances(timing, after)
        case "cron":
            yield from _cron_slots(timing, after, walls)


def _slot(wall: datetime, zone: ZoneInfo) -> Slot:
    """The first of two instants with that wall time; for one that the clocks leave out, as much later as they jump."""
    at = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return Slot(named(at.astimezone(zone)), at)


def named(wall: datetime) -> str:
    """The name of a slot."""
    return wall.replace(tzinfo=None, microsecond=0).isoformat()


def _distances(timing: Timing, after: datetime) -> Iterator[Slot]:
    start, every = (timing.start or after).astimezone(UTC), timedelta(seconds=timing.every_s)
    number = max(0, (after - start) // every + 1)
    while True:
        at = start + number * every
        yield Slot(named(at), at)
        number += 1


def _cron_slots(timing: Timing, after: datetime, walls: Walls) -> Iterator[Slot]:
    zone, after = zone_of(timing), after.astimezone(UTC)
    while (slot := _next_cron(timing.cron, zone, after, walls)) is not None:
        yield slot
        after = slot.at


def _next_cron(cron: str, zone: ZoneInfo, after: datetime, walls: Walls) -> Slot | None:
    """The earliest instant after that one: a wall time that is left out lands among those that follow it."""
    best: Slot | None = None
    for wall in walls(cron, _begin(zone, after)):
        slot = _slot(wall, zone)
        if slot.at <= after:
            continue
        if best is None or slot.at < best.at:
            best = slot
        if named(wall) == slot.wall or named(wall) >= best.wall:  # not left out: none that follows can be earlier
            break
    return best


def _begin(zone: ZoneInfo, after: datetime) -> datetime:
    """The wall time from which to look. After the clocks went forward, those that were left out may still be due."""
    local, before = after.astimezone(zone), (after - timedelta(days=1)).astimezone(zone)
    jump = (local.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
    return local.replace(tzinfo=None) - max(jump, timedelta())


# ---- what becomes of slots ----


def jitter(schedule: Schedule, wall: str) -> timedelta:
    """How much later than planned this slot begins: the same in every process, spread evenly over schedules."""
    if schedule.policies.jitter_s <= 0:
        return timedelta()
    number = int.from_bytes(hashlib.sha256(f"{schedule.id}:{wall}".encode()).digest()[:6])
    return timedelta(milliseconds=number % (schedule.policies.jitter_s * 1000))


def look(schedule: Schedule, now: datetime, walls: Walls) -> Pass:
    """Gives every slot that has come its occurrence, by the policies. The same schedule and time give the same."""
    if schedule.state not in LIVE:
        return Pass(schedule, (), None)
    due, more = _due(schedule, now, walls)
    kept = _kept(schedule, due, now, more)
    if more:  # the newest of this batch may be among those to be made good: they are decided with the next
        due = due[:-MOST_MISSED]
    found = [_occurrence(schedule, slot, now, kept) for slot in due]
    found = _within_count(schedule, found)
    seen = due[-1].at if more else max(schedule.seen, now)
    begun = schedule.begun + sum(one.outcome is Outcome.PLANNED for one in found)
    after = _ended(replace(schedule, seen=seen, begun=begun), walls)
    return Pass(after, tuple(found), None if after.state is State.ENDED else next_at(after, walls))


def next_at(schedule: Schedule, walls: Walls) -> datetime | None:
    """The next planned instant that is not on record; None when there is none."""
    slot = next(slots(schedule.timing, schedule.seen, walls), None)
    return slot.at if slot and not _past_end(schedule, slot) else None


def _due(schedule: Schedule, now: datetime, walls: Walls) -> tuple[list[Slot], bool]:
    found: list[Slot] = []
    for slot in slots(schedule.timing, schedule.seen, walls):
        if slot.at > now or _past_end(schedule, slot):
            return found, False
        if len(found) == BATCH:
            return found, True
        found.append(slot)
    return found, False


def _past_end(schedule: Schedule, slot: Slot) -> bool:
    until = schedule.policies.until
    return until is not None and slot.at.astimezone(zone_of(schedule.timing)).date() > until


def _kept(schedule: Schedule, due: list[Slot], now: datetime, more: bool) -> frozenset[str]:
    """The missed slots that are made good."""
    policies = schedule.policies
    missed = [slot for slot in due if _late(slot, now)]
    if more or policies.missed == "skip":
        return frozenset()
    if policies.missed == "once":
        return frozenset(slot.wall for slot in missed[-1:] if len(missed) == len(due))
    return frozenset(slot.wall for slot in missed[-policies.missed_most :])


def _late(slot: Slot, now: datetime) -> bool:
    return now - slot.at > LATE


def _occurrence(schedule: Schedule, slot: Slot, now: datetime, kept: frozenset[str]) -> Occurrence:
    late = _late(slot, now)
    start = (now if late else slot.at) + jitter(schedule, slot.wall)
    one = Occurrence(schedule.id, slot.wall, slot.at, start, Outcome.PLANNED, revision=schedule.revision)
    if schedule.state is State.PAUSED:
        return ended(one, Outcome.SKIPPED, "The schedule was paused.", now)
    if late and slot.wall not in kept:
        return ended(one, Outcome.SKIPPED, _why_missed(schedule), now)
    return one


def _why_missed(schedule: Schedule) -> str:
    made_good = {
        "skip": "missed runs are not made good",
        "once": "a newer run made it good",
        "all": f"only the newest {schedule.policies.missed_most} are made good",
    }
    return f"Baton was not running at that time, and {made_good[schedule.policies.missed]}."


def _within_count(schedule: Schedule, found: list[Occurrence]) -> list[Occurrence]:
    """Up to the run that is the last one: what would come after it was never planned."""
    if schedule.policies.count is None:
        return found
    left = schedule.policies.count - schedule.begun
    for place, one in enumerate(found):
        left -= one.outcome is Outcome.PLANNED
        if left <= 0:
            return found[: place + 1]
    return found


def _ended(schedule: Schedule, walls: Walls) -> Schedule:
    if schedule.policies.count is not None and schedule.begun >= schedule.policies.count:
        return replace(schedule, state=State.ENDED, reason="All of its runs have begun.")
    if next_at(schedule, walls) is None:
        return replace(schedule, state=State.ENDED, reason="Its last planned time has passed.")
    return schedule


def ended(one: Occurrence, outcome: Outcome, reason: str, now: datetime) -> Occurrence:
    return replace(one, outcome=outcome, reason=reason, ended_at=now)


def begins(
    schedule: Schedule, one: Occurrence, under_way: bool, now: datetime, *, newer: bool = False
) -> tuple[Outcome, str]:
    """What becomes of a planned occurrence whose time has come, and why; `newer`: a later one is planned as well."""
    if schedule.state is State.PAUSED and not one.by:
        return Outcome.SKIPPED, "The schedule was paused before the run began."
    if schedule.state is State.ENDED and schedule.reason.startswith("Deleted"):
        return Outcome.SKIPPED, "The schedule was deleted before the run began."
    if _overslept(schedule, one, now, newer):
        return Outcome.SKIPPED, _why_missed(schedule)
    if not under_way or schedule.policies.overlap == "cancel":
        return Outcome.FIRING, ""
    made_good = one.start_at - one.at > LATE and schedule.policies.missed == "all"
    if schedule.policies.overlap == "queue" or made_good:  # runs that are made good follow one another
        return Outcome.WAITING, "The run before it has not ended."
    return Outcome.SKIPPED, "The run before it had not ended."


def _overslept(schedule: Schedule, one: Occurrence, now: datetime, newer: bool) -> bool:
    """Whether it was on record, and nobody was there to begin it: missed like those that were never recorded."""
    if one.by or now - one.start_at <= LATE:
        return False
    return schedule.policies.missed == "skip" or (schedule.policies.missed == "once" and newer)


def failed_once_more(schedule: Schedule) -> Schedule:
    """After another failure in a row; paused when it was one too many."""
    failures = schedule.failures + 1
    after = replace(schedule, failures=failures)
    if failures < schedule.policies.stop_after or schedule.state is not State.ACTIVE:
        return after
    return replace(after, state=State.PAUSED, reason=f"{failures} runs in a row failed.")


def stands(schedule: Schedule, digest: str, now: datetime) -> bool:
    """Whether the standing approval holds for a plan of that digest now."""
    given = schedule.standing
    return schedule.policies.approval != "every" and given is not None and given.digest == digest and now < given.until
