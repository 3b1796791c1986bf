"""What the page's tests share."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest_asyncio
from playwright.async_api import Locator, Page
from slack_sdk.web.async_client import AsyncWebClient

LAUNCH = "C0LAUNCH001"
OpenPage = Callable[..., Awaitable[Page]]
on_shared_loop = pytest_asyncio.fixture(loop_scope="session")


async def post(client: AsyncWebClient, *blocks: Any, text: str = "words", **more: Any) -> str:
    """Let the app write in #launch; returns the message's ts."""
    answer = await client.chat_postMessage(channel=LAUNCH, text=text, blocks=list(blocks) or None, **more)
    return str(answer["ts"])


def message(page: Page, ts: str) -> Locator:
    """The message as the channel shows it."""
    return page.locator(f'[data-testid="message"][data-ts="{ts}"]').first
