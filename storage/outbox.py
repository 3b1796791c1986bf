"""The outbox: what is to be shown, each row once, one channel at a time.

A row is `new`, then `sending` from before Slack is asked until the answer is stored, then `sent`; or `parked` when
Slack will never take it, or `merged` when a later version of the same message made it moot, or `held` while the
mission it tells of is interrupted. Who finds a row that is
already `sending` must look in Slack before asking again: an earlier try may have arrived.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from agents.ports import Clock, Outgoing
from storage import plain, tables, writing
from storage.database import Database

WAITING = ("new", "sending")
VERSIONED = ("update", "session")  # the newest one says it all


@dataclass(frozen=True)
class OutboxRow:
    """Something to be shown now."""

    id: int
    key: str
    team: str
    mission: str | None
    channel: str
    target: str
    op: str
    view: str
    priority: int
    body: Mapping[str, Any]
    state: str  # new, or sending when an earlier try may have arrived
    tries: int
    at: dt.datetime  # when it was put into the outbox


@dataclass(frozen=True)
class ShownMessage:
    """Where a target's message stands."""

    channel: str
    ts: str


def put(session: Session, team: str, mission: str | None, row: Outgoing, now: dt.datetime) -> bool:
    """Adds the row; False when its key was put before."""
    values = plain.shallow(row) | {"body": dict(row.body), "team": team, "mission": mission}
    values |= {"state": "new", "tries": 0, "not_before": None, "reason": "", "ts": None, "at": now}
    return writing.insert(session, tables.Outbox, values)


def hold_waiting(session: Session, channel: str) -> bool:
    """Whether something waits in the channel; until the end of the transaction it goes on waiting."""
    row = tables.Outbox
    wanted = select(row.id).where(row.channel == channel, col(row.state).in_(WAITING))
    return session.exec(wanted.order_by(col(row.id)).limit(1).with_for_update()).first() is not None


def hold_back(session: Session, mission: str) -> None:
    """Work of the mission that nobody has been shown yet waits until `let_go`; questions and receipts go on."""
    row = tables.Outbox
    which = (
        col(row.mission) == mission,
        col(row.state) == "new",
        col(row.op).in_(("post", "deliver")),
        col(row.priority) > 0,
    )
    session.exec(sa.update(row).where(*which).values(state="held"))


def let_go(session: Session, mission: str) -> None:
    """What was held back waits to be shown again."""
    row = tables.Outbox
    which = (col(row.mission) == mission, col(row.state) == "held")
    session.exec(sa.update(row).where(*which).values(state="new"))


class Outbox:
    """What waits to be shown. One caller per channel at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def next(self, channel: str) -> OutboxRow | None:
        """What to show next in the channel, or None when nothing is ready.

        The rows of one target keep their order; a target's most urgent row speaks for all of them; between targets
        the lower priority number goes first, then the older row. An `update` may come whose target was never shown,
        because its post was parked: then it is to be posted.
        """
        async with self._database.write() as session:
            row = await session.run(_next, channel, self._clock.now())
            return _as_row(row) if row else None

    async def mark_sending(self, row: OutboxRow) -> None:
        """To be called before Slack is asked."""
        await self._set(row, state="sending", tries=row.tries + 1)

    async def mark_sent(self, row: OutboxRow, ts: str | None = None) -> None:
        """Slack took it; `ts` is the message's, where there is one."""
        async with self._database.write() as session:
            await session.run(_update, row.id, {"state": "sent", "ts": ts, "reason": "", "not_before": None})
            if ts:
                await session.run(_remember, row.target, row.channel, ts)
                await session.run(writing.delivered, row.mission or "", _asks(row), self._clock.now())

    async def park(self, row: OutboxRow, reason: str) -> None:
        """Slack will never take it."""
        await self._set(row, state="parked", reason=reason)

    async def postpone(self, row: OutboxRow, until: dt.datetime, error: str, *, arrived: bool | None = None) -> None:
        """To be tried again from `until` on. Only with `arrived=False` is it sure that Slack did not take it."""
        state = "new" if arrived is False else "sending"
        await self._set(row, state=state, not_before=until, reason=error)

    async def remember(self, target: str, channel: str, ts: str) -> None:
        """Notes where a message stands that is part of a row, such as one of several that make up a result."""
        async with self._database.write() as session:
            await session.run(_remember, target, channel, ts)

    async def shown(self, target: str) -> ShownMessage | None:
        """Where the target's message stands; None while it has not been shown."""
        async with self._database.read() as session:
            row = await session.get(tables.Shown, target)
            return ShownMessage(row.channel, row.ts) if row else None

    async def waiting(self, channel: str) -> bool:
        """Whether anything is to be shown in the channel, now or later."""
        return channel in await self.channels_waiting()

    async def channels_waiting(self) -> Sequence[str]:
        """Every channel in which something is to be shown, now or later."""
        row = tables.Outbox
        wanted = select(row.channel).where(col(row.state).in_(WAITING)).distinct().order_by(row.channel)
        async with self._database.read() as session:
            return (await session.exec(wanted)).all()

    async def due(self, channel: str) -> dt.datetime | None:
        """From when on something can be shown in the channel, maybe long since; None when nothing waits."""
        async with self._database.read() as session:
            heads = [head for _, head in _heads(await session.run(_waiting, channel))]
        return min((head.not_before or head.at for head in heads), default=None)

    async def rests_until(self, channel: str, reason: str) -> dt.datetime | None:
        """Until when a row of the channel was put off for that reason, maybe long since; None when none was."""
        row = tables.Outbox
        wanted = select(sa.func.max(row.not_before)).where(row.channel == channel, row.reason == reason)
        async with self._database.read() as session:
            return (await session.exec(wanted.where(col(row.state).in_(WAITING)))).one()

    async def _set(self, row: OutboxRow, **values: Any) -> None:
        async with self._database.write() as session:
            await session.run(_update, row.id, values)


def _next(session: Session, channel: str, now: dt.datetime) -> tables.Outbox | None:
    rows = _waiting(session, channel)
    for moot, later in _moot(rows):
        moot.state = "merged"
        later.not_before = max(filter(None, (moot.not_before, later.not_before)), default=None)
    left = [row for row in rows if row.state in WAITING]
    ready = [(urgency, row) for urgency, row in _heads(left) if row.not_before is None or row.not_before <= now]
    return min(ready, key=lambda each: (each[0], each[1].id), default=(0, None))[1]


def _waiting(session: Session, channel: str) -> Sequence[tables.Outbox]:
    row = tables.Outbox
    wanted = select(row).where(row.channel == channel, col(row.state).in_(WAITING))
    return session.exec(wanted.order_by(row.target, col(row.id))).all()


def _heads(rows: Sequence[tables.Outbox]) -> Iterator[tuple[int, tables.Outbox]]:
    """The oldest row of each target, with the priority of the most urgent one that waits behind it."""
    for _, group in groupby(rows, key=lambda row: row.target):
        queue = list(group)
        yield min(row.priority for row in queue), queue[0]


def _moot(rows: Sequence[tables.Outbox]) -> Iterator[tuple[tables.Outbox, tables.Outbox]]:
    """Rows that need not be shown, each with the row that shows as much.

    An update is moot when a later one follows, and when it waits behind a post that will draw the same view from
    the same content: views are drawn at the last moment. A post already on its way may have been drawn before.
    """
    for _, group in groupby(rows, key=lambda row: row.target):
        queue = list(group)
        newest = {row.op: row for row in queue if row.op in VERSIONED}
        yield from ((row, newest[row.op]) for row in queue if newest.get(row.op, row) is not row)
        first, last = queue[0], newest.get("update")
        if last and first.op == "post" and first.state == "new" and (first.view, first.body) == (last.view, last.body):
            yield last, first


def _update(session: Session, id: int, values: Mapping[str, Any]) -> None:
    change = sa.update(tables.Outbox).where(col(tables.Outbox.id) == id).values(**plain.clean(values))
    session.exec(change)


def _remember(session: Session, target: str, channel: str, ts: str) -> None:
    writing.upsert(session, tables.Shown, ["target"], {"target": target, "channel": channel, "ts": ts})


def _asks(row: OutboxRow) -> str | None:
    """The question that a message asks; a card always asks about the plan, and does not name it."""
    return str(row.body["gate"]) if "gate" in row.body else "" if row.view == "card" else None


def _as_row(row: tables.Outbox) -> OutboxRow:
    return OutboxRow(**row.model_dump(exclude={"not_before", "reason", "ts"}))
