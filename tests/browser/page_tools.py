"""What the page's tests share."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Locator, Page
from slack_sdk.web.async_client import AsyncWebClient

ROOT = Path(__file__).parents[2]
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


@asynccontextmanager
async def program(home: Path, **settings: str) -> AsyncIterator[str]:
    """What `make run` prints, with an empty home folder and nothing set but these settings."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "VIRTUAL_ENV") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--local", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=kept | {"HOME": str(home), "BATON_DATA": str(home / "data")} | settings,
    )
    assert process.stdout
    async with asyncio.timeout(60):
        async for line in process.stdout:
            if found := re.search(rb"http://127\.0\.0\.1:\d+/", line):
                break
    assert found
    yield found[0].decode()
    process.terminate()
    await asyncio.wait_for(process.wait(), 30)
