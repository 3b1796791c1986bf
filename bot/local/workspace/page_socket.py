"""News for the open pages, one JSON object each."""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.local.workspace.core import Core
from bot.local.workspace.gestures import person
from bot.local.workspace.rendering import may_see
from bot.local.workspace.state import Json

LONGEST_QUEUE = 2_000
"""News kept for a page that does not read; then its socket is closed and the page loads afresh."""
HEARTBEAT_SECONDS = 20.0


@dataclass(eq=False)
class Page:
    """One open page."""

    user: str
    queue: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(LONGEST_QUEUE))


class Pages:
    """All open pages."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.open: list[Page] = []

    def tell(self, event: Json, user: str | None) -> None:
        """Queue an event for the pages of `user`, or for all that may see its channel."""
        if not self.open:
            return
        text = json.dumps(event)
        for page in list(self.open):
            if user in (None, page.user) and self._sees(page, event):
                self._put(page, text)

    def _sees(self, page: Page, event: Json) -> bool:
        place = event.get("channel")
        channel = self.core.state.channels.get(place["id"] if isinstance(place, dict) else place or "")
        return channel is None or may_see(self.core, channel, page.user)

    def _put(self, page: Page, text: str | None) -> None:
        try:
            page.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.open.remove(page)
            page.queue.get_nowait()
            page.queue.put_nowait(None)

    async def serve(self, request: web.Request, connected: bool) -> web.WebSocketResponse:
        """Send news until the page goes away."""
        page = Page(person(self.core, request.query.get("user", "")))
        ws = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, timeout=1.0)
        await ws.prepare(request)
        self.open.append(page)
        self._put(page, json.dumps({"type": "bot", "connected": connected}))
        writer = asyncio.create_task(_write(page, ws))
        try:
            async for message in ws:
                if message.type == WSMsgType.ERROR:
                    break
        finally:
            if page in self.open:
                self.open.remove(page)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return ws

    def stop(self) -> None:
        """Send all pages away."""
        for page in list(self.open):
            self._put(page, None)


async def _write(page: Page, ws: web.WebSocketResponse) -> None:
    while (text := await page.queue.get()) is not None:
        await ws.send_str(text)
    await ws.close(code=1001)
