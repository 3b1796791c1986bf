"""A real browser on a real local workspace: Chromium, the page, and a Bolt app that answers it.

Starting Chromium is most of the cost, so one is shared by all tests of this folder, and they share one event loop;
async fixtures here say `loop_scope="session"`.
"""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import Workspace
from tests.browser.page_tools import OpenPage, on_shared_loop

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 10_000
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser tests on the loop that the browser lives on."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium; without one the test is skipped, or fails when a browser is required."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None and os.environ.get("BATON_REQUIRE_BROWSER") == "1":
        pytest.fail(
            "BATON_REQUIRE_BROWSER=1 is set, but there is no Chromium on the path; install the package chromium."
        )
    if path is None:
        pytest.skip("no Chromium on the path")
    return path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """The browser that all tests share; each opens pages in contexts of its own."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield running
        await running.close()


def nothing(payload: dict[str, Any]) -> list[Any]:
    """No faults."""
    return []


@on_shared_loop
async def workspace() -> AsyncIterator[Workspace]:
    """A local workspace without rate limits; it lets every block through, for the page has to draw what comes."""
    async with Workspace(rate_limits=False, check_message=nothing, check_view=nothing) as running:
        yield running


@on_shared_loop
async def client(workspace: Workspace) -> AsyncWebClient:
    """The app's Web API client."""
    return AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)


@on_shared_loop
async def open_page(browser: Browser, workspace: Workspace) -> AsyncIterator[OpenPage]:
    """Opens the page as somebody, at a place; at the end no script may have failed and no policy been broken."""
    trouble: list[str] = []
    contexts: list[BrowserContext] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "the server responded with a status of" not in message.text:
            trouble.append(message.text)

    async def opened(user: str = "maya", place: str = "", **context: Any) -> Page:
        held = await browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
        contexts.append(held)
        page = await held.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", note)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        await page.goto(f"{workspace.url}?user={workspace.user(user)}#{place}")
        await page.get_by_test_id("bot-state").wait_for(state="attached")
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert trouble == []


@asynccontextmanager
async def connected_app(workspace: Workspace, register: Callable[[AsyncApp], None]) -> AsyncIterator[AsyncApp]:
    """A Bolt app with the listeners that `register` adds, connected through Socket Mode."""
    app = AsyncApp(client=AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url))
    register(app)
    opener = AsyncWebClient(token=workspace.app_token, base_url=workspace.api_url)
    handler = AsyncSocketModeHandler(app, workspace.app_token, web_client=opener, ping_interval=0.2)
    await handler.connect_async()
    await workspace.wait_until_connected()
    try:
        yield app
        await workspace.settle()
    finally:
        await handler.close_async()


@pytest.fixture
def department(workspace: Workspace) -> Callable[[Callable[[AsyncApp], None]], Any]:
    """`async with department(register):` runs an app beside the page."""
    return lambda register: connected_app(workspace, register)
