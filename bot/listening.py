"""The socket through which Slack speaks to us, and a watch over it: one that is open but brings nothing is replaced."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger(__name__)

WATCH = 15.0  # seconds between looks at the socket
SILENCE = 75.0  # seconds without a word after which it may be deaf: pings are answered by machines that know of nothing
PING = 5.0  # seconds between pings, and between tries to connect again
CONNECT = 10.0  # seconds for a socket to open


class NoSocket(Exception):
    """Slack gives us no socket; the message says what to do."""


@dataclass
class Listening:
    """Socket Mode. Slack's library connects again when the connection ends; `watch` sees to what it cannot notice."""

    bolt: AsyncApp
    client: AsyncWebClient  # with the app-level token
    _handler: AsyncSocketModeHandler | None = field(init=False, default=None)
    _heard: float = field(init=False, default=0.0)  # when Slack last said something, in seconds of the monotonic clock

    async def open(self) -> None:
        """Listens. Raises NoSocket."""
        self._handler = await self._connected(await self._address())

    async def close(self) -> None:
        """Listens no more."""
        if self._handler:
            await self._handler.close_async()

    async def watch(self) -> None:
        """Replaces a socket that was silent for long; the old one is closed when the new one is open."""
        if time.monotonic() - self._heard < SILENCE:
            return
        try:
            fresh = await self._connected(await self._address())
        except NoSocket as error:
            log.warning("socket_not_replaced", reason=str(error))
            return
        await self.close()
        self._handler = fresh
        log.debug("socket_replaced")

    async def _address(self) -> str:
        """Where to connect. Asked for here and not by Slack's library, which would try a refused token for ever."""
        try:
            answer = await self.client.apps_connections_open(app_token=self.client.token or "")
        except SlackApiError as error:
            code = error.response.get("error") if isinstance(error.response.data, dict) else ""
            if not code or code in ("ratelimited", "internal_error"):
                raise NoSocket(f"Slack opens no socket at the moment ({code or 'no answer'}): try again.") from None
            raise NoSocket(
                f"Slack refuses SLACK_APP_TOKEN ({code}): make an app-level token with connections:write on your Slack "
                "app's page “Basic Information” and copy it into .env, or use `--http`."
            ) from None
        except (aiohttp.ClientError, TimeoutError, OSError):
            address = self.client.base_url
            raise NoSocket(f"Slack does not answer at {address}: check the network and SLACK_API_URL.") from None
        return str(answer["url"])

    async def _connected(self, address: str) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(
            self.bolt, self.client.token, logger=_terse(), web_client=self.client, ping_interval=PING
        )
        handler.client.wss_uri = address
        handler.client.message_listeners.append(self._note)
        try:
            await asyncio.wait_for(handler.connect_async(), CONNECT)
        except TimeoutError:
            await handler.close_async()
            raise NoSocket(f"Slack's socket did not open within {CONNECT:.0f} seconds: check the network.") from None
        self._heard = time.monotonic()
        return handler

    async def _note(self, *_: Any) -> None:
        self._heard = time.monotonic()


def _terse() -> logging.Logger:
    """For Slack's library: what goes wrong with a socket is mended by another one and needs no traceback."""
    logger = logging.getLogger("bot.socket")
    if not logger.filters:
        logger.addFilter(_without_traceback)
    return logger


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True
