"""Posts what waits for one channel, in order, and ends when nothing waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from agents.domain.mission import Mission
from agents.ports import Clock, Missions, UnknownMission
from bot.gateway import Busy, Gateway, Refused, Unreachable
from bot.presenter import Nothing, Presenter
from bot.views.fit import fit
from bot.views.outcome import Attached, Delivery, slug
from bot.views.post import Post, button, context, markdown
from storage.outbox import Outbox, OutboxRow

log = structlog.get_logger(__name__)

PATIENCE = (2, 5, 15, 30, 60)  # seconds between tries while Slack does not answer
SIGNS = ("react", "session")  # signs of life; posts do not wait for them


@contextmanager
def _drawing(view: str) -> Iterator[None]:
    """A view that breaks on what it should show is a fault of ours, and must not hold up the channel for ever."""
    try:
        yield
    except (AssertionError, LookupError, TypeError, ValueError) as error:
        log.exception("view_broke", view=view)
        raise Nothing(f"The view {view} broke: {type(error).__name__}.") from error


RATELIMITED = "ratelimited"  # why a row waits


@dataclass(frozen=True)
class Drain:
    """One channel's posts; the engine sees to it that only one drain works on a channel at a time."""

    outbox: Outbox
    missions: Missions
    presenter: Presenter
    gateway: Gateway
    clock: Clock

    async def __call__(self, channel: str) -> None:
        until = await self.outbox.rests_until(channel, RATELIMITED)  # as Slack told a process that has ended since
        if until is not None:
            await asyncio.sleep((until - self.clock.now()).total_seconds())
        while await self.outbox.waiting(channel):
            row = await self.outbox.next(channel)
            if row is None:  # something waits for its time
                await asyncio.sleep(0.5)
            else:
                await self._show(row)

    async def _show(self, row: OutboxRow) -> None:
        try:
            await self._send(row)
        except Busy as error:
            await self._later(row, error.seconds, RATELIMITED, arrived=False)
        except Unreachable as error:
            log.warning("slack_unreachable", row=row.key, reason=str(error))
            await self._later(row, PATIENCE[min(row.tries, len(PATIENCE) - 1)], "unreachable")
        except Refused as error:
            log.error("post_refused", row=row.key, code=error.code)
            await self.outbox.park(row, error.code)
        except (Nothing, UnknownMission) as error:
            await self.outbox.park(row, str(error) or type(error).__name__)

    async def _later(self, row: OutboxRow, seconds: float, reason: str, *, arrived: bool | None = None) -> None:
        """No post of the channel goes out before then: order is kept, and Slack's wish is honoured."""
        await self.outbox.postpone(row, self.clock.now() + timedelta(seconds=seconds), reason, arrived=arrived)
        if row.op not in SIGNS:
            await asyncio.sleep(seconds)

    async def _send(self, row: OutboxRow) -> None:
        if row.mission is None:
            await self._send_loose(row)
            return
        mission = await self.missions.mission(row.mission)
        match row.op:
            case "react":
                ts = str(row.body.get("message") or mission.message)
                await self.gateway.react(row.channel, ts, row.view)
                await self.outbox.mark_sent(row)
            case "session":
                title = mission.title or mission.text
                await self.gateway.session(row.channel, mission.thread, row.view, title, mission.requester)
                await self.outbox.mark_sent(row)
            case "deliver":
                await self._deliver(row, mission)
            case "update":
                await self._update(row, mission)
            case _:
                await self._post(row, mission)

    async def _send_loose(self, row: OutboxRow) -> None:
        """What belongs to no mission: a line in a thread, a schedule's card, a notice to one person."""
        with _drawing(row.view):
            post = await self.presenter.loose(row.view, row.body)
        thread = str(row.body.get("thread") or "") or None
        shown = await self.outbox.shown(row.target) if row.op == "update" else None
        if shown is None or shown.channel != row.channel:
            await self.outbox.mark_sent(row, await self._post_once(row, row.key, thread, post))
            return
        await self.outbox.mark_sending(row)
        await self.gateway.update(post.payload(row.channel, None), shown.ts)
        await self.outbox.mark_sent(row)

    async def _post(self, row: OutboxRow, mission: Mission) -> None:
        post = await self._draw(mission.id, row.view, row.body)
        replaced = await self.outbox.shown(row.target)
        try:
            ts = await self._post_once(row, row.key, mission.thread, post)
        except Refused as error:
            ts = await self._post_once(row, row.key, mission.thread, await self._plainer(row, mission, error))
        if replaced and replaced.ts != ts:  # before it is marked as sent: an interrupted try comes back here
            await self._mark_replaced(row, mission, replaced.ts)
        await self.outbox.mark_sent(row, ts)

    async def _mark_replaced(self, row: OutboxRow, mission: Mission, ts: str) -> None:
        old = await self._draw(mission.id, "replaced", {})
        try:
            await self.gateway.update(old.payload(row.channel, None), ts)
        except Refused as error:
            log.info("replaced_message_gone", row=row.key, code=error.code)

    async def _draw(self, mission: str, view: str, body: Mapping[str, Any], *, rich_plan: bool = True) -> Post:
        with _drawing(view):
            return await self.presenter.draw(mission, view, body, rich_plan=rich_plan)

    async def _update(self, row: OutboxRow, mission: Mission) -> None:
        """Draws the message anew; one that could never be posted is posted now."""
        shown = await self.outbox.shown(row.target)
        if shown is None:
            await self._post(row, mission)
            return
        await self.outbox.mark_sending(row)
        post = await self._draw(mission.id, row.view, row.body)
        try:
            await self._update_parts(row, mission, post, shown.ts)
        except Refused as error:
            await self._update_parts(row, mission, await self._plainer(row, mission, error), shown.ts)
        await self.outbox.mark_sent(row)

    async def _update_parts(self, row: OutboxRow, mission: Mission, post: Post, first: str) -> None:
        """A message that has grown beyond one goes on in further ones, each updated from then on."""
        payloads = fit(post.payload(row.channel, mission.thread))
        await self.gateway.update(payloads[0], first)
        for number, payload in enumerate(payloads[1:], 2):
            part = f"{row.target}#{number}"
            if shown := await self.outbox.shown(part):
                await self.gateway.update(payload, shown.ts)
            else:
                ts = await self.gateway.post(payload, f"{row.key}#{number}")
                await self.outbox.remember(part, row.channel, ts)

    async def _plainer(self, row: OutboxRow, mission: Mission, error: Refused) -> Post:
        """Servers that do not know the newer blocks get the same content in older ones."""
        if error.code not in ("invalid_blocks", "invalid_blocks_format") or row.view != "card":
            raise error
        return await self._draw(mission.id, row.view, row.body, rich_plan=False)

    async def _post_once(self, row: OutboxRow, key: str, thread: str | None, post: Post) -> str:
        """All parts of the post, each once: what an earlier try has posted is on record, or found by its marker."""
        done = await self.gateway.posted(row.channel, thread) if row.state == "sending" else {}
        await self.outbox.mark_sending(row)
        first = ""
        for number, payload in enumerate(fit(post.payload(row.channel, thread)), 1):
            part = key if number == 1 else f"{key}#{number}"
            known = await self.outbox.shown(part)
            ts = known.ts if known else done.get(part) or await self.gateway.post(payload, part)
            await self.outbox.remember(part, row.channel, ts)
            if number > 1:
                await self.outbox.remember(f"{row.target}#{number}", row.channel, ts)
            first = first or ts
        return first

    async def _deliver(self, row: OutboxRow, mission: Mission) -> None:
        """A deliverable: with a canvas if it is long, then its files. Interrupted, it goes on where it was."""
        with _drawing(row.view):
            delivery = await self.presenter.delivery(mission.id, str(row.body["task"]))
        there = await self.gateway.files_in(row.channel, mission.thread) if row.tries else frozenset[str]()
        await self.outbox.mark_sending(row)
        post = await self._with_document(row, mission, delivery, there) if delivery.long else delivery.post
        ts = await self._post_once(row, row.key, mission.thread, post)
        for file in delivery.files:
            if file.name not in there:
                await self._attach(row, mission, file)
        await self.outbox.mark_sent(row, ts)

    async def _with_document(self, row: OutboxRow, mission: Mission, delivery: Delivery, there: frozenset[str]) -> Post:
        """A long deliverable: its beginning and a canvas, else a file; where there is neither, all as messages."""
        lead, name = delivery.lead, f"{slug(delivery.title)}.md"
        if link := await self._canvas(row, delivery):
            opener = button("open_canvas", "Open the whole document", "canvas", "primary") | {"url": link}
            return replace(lead, blocks=[*lead.blocks, {"type": "actions", "elements": [opener]}])
        content = delivery.document.encode()
        if name in there or await self.gateway.upload(row.channel, mission.thread, name, delivery.title, content):
            return replace(lead, blocks=[*lead.blocks, context(f"The whole text is in {name}.")])
        return delivery.whole

    async def _canvas(self, row: OutboxRow, delivery: Delivery) -> str | None:
        """The address of the deliverable's canvas, made once; None where there are none."""
        if known := await self.outbox.shown(f"{row.key}:canvas"):
            return known.ts
        canvas = await self.gateway.canvas(row.channel, delivery.title, delivery.document)
        link = await self.gateway.permalink(canvas) if canvas else None
        if link:
            await self.outbox.remember(f"{row.key}:canvas", row.channel, link)
        return link

    async def _attach(self, row: OutboxRow, mission: Mission, file: Attached) -> None:
        if await self.gateway.upload(row.channel, mission.thread, file.name, file.title, file.content):
            return
        note = f"The file {file.name} could not be attached here; this is its content."
        fence = f"```\n{file.content.decode('utf-8', errors='replace')}\n```"
        await self._post_once(
            row, f"{row.key}:{file.name}", mission.thread, Post(note, [context(note), markdown(fence)])
        )
