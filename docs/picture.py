"""Draws the picture of a thread in the README: the real program, the stand-ins, and Chromium on the real page.

    python docs/picture.py docs/thread.png

It plays the mission of the README as a person would and puts two views of its thread side by side: at work, and at the
last checkpoint. Needs the extra `dev` and a Chromium on the path.
"""

from __future__ import annotations

import asyncio
import base64
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright

ROOT = Path(__file__).resolve().parent.parent
MISSION = (
    "@Baton Research the top three competitors for a new eco-friendly coffee pod, draft a competitive analysis, "
    "create a 30-day launch calendar, and write the first five social media posts."
)
WIDTH, HEIGHT = 520, 1040  # of one view, in pixels of the page
LATENCY = "1.5"  # seconds for an answer of the rehearsal model: slow enough that the thread shows the work as it comes
PATIENCE_MS = 120_000
LARGEST = 400_000  # bytes
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SIDE_BY_SIDE = """<body style="margin:0;padding:16px;display:flex;gap:16px;background:#e8e6ea">
<style>img{{border-radius:10px;box-shadow:0 1px 6px #0003}}</style>{images}</body>"""


async def draw(path: Path) -> None:
    """Plays the mission and writes the picture. Raises ValueError when it is too large."""
    with tempfile.TemporaryDirectory(prefix="baton-picture-") as data:
        async with _page_of(Path(data)) as address, _chromium() as browser:
            page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.set_default_timeout(PATIENCE_MS)
            await page.goto(f"{address}#C0LAUNCH001")
            views = [await _at_work(page), await _at_the_checkpoint(page)]
            picture = await _beside(browser, views)
    if len(picture) > LARGEST:
        raise ValueError(f"The picture has {len(picture):,} bytes; at most {LARGEST:,} are wanted.")
    path.write_bytes(picture)


@asynccontextmanager
async def _page_of(data: Path) -> AsyncGenerator[str]:
    """The address of a page behind which the program works; whatever is set on this machine does not count."""
    sys.path.insert(0, str(ROOT))
    from bot import config
    from bot.commands.starting import running
    from bot.local import standins

    plain = {"baton_data": data, "openai_api_key": None, "openai_base_url": None, "database_url": None}
    given = config.load(None).model_copy(update=plain)
    async with standins.started(0, data, "--latency", LATENCY) as ready, running(standins.pointed(given, ready)):
        yield ready.page


@asynccontextmanager
async def _chromium() -> AsyncGenerator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        raise SystemExit("There is no Chromium on the path: install the package chromium.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        await browser.close()


async def _at_work(page: Page) -> bytes:
    """From typing the mission to the first work in its thread, while the rest is under way."""
    await page.get_by_test_id("bot-state").wait_for(state="attached")
    await page.get_by_test_id("composer-channel").fill(MISSION)
    await page.keyboard.press("Enter")
    await page.get_by_test_id("replies").click()
    await _message(page, "Roadmap").get_by_role("button", name="Approve").click()
    await page.get_by_text("Market Researcher").last.wait_for()
    await _work(page).first.wait_for()
    return await _view(page, _message(page, "Roadmap"))


async def _at_the_checkpoint(page: Page) -> bytes:
    """The result waits for approval."""
    send_back = page.get_by_test_id("thread").get_by_role("button", name="Send back")
    await send_back.wait_for()
    return await _view(page, _message(page, "Result:"))


def _message(page: Page, text: str) -> Locator:
    return page.get_by_test_id("thread").get_by_test_id("message").filter(has_text=text).last


def _work(page: Page) -> Locator:
    return page.get_by_test_id("thread").get_by_role("button", name="Read it with its sources")


async def _view(page: Page, top: Locator) -> bytes:
    """The thread with this message at the top; pointer and focus out of the way."""
    await page.mouse.move(0, 0)
    await page.evaluate("document.activeElement.blur()")
    await top.evaluate("message => message.scrollIntoView({block: 'start'})")
    await page.wait_for_timeout(300)  # until the page has drawn
    return await page.screenshot()


async def _beside(browser: Browser, views: list[bytes]) -> bytes:
    images = "".join(f'<img src="data:image/png;base64,{base64.b64encode(view).decode()}">' for view in views)
    page = await browser.new_page(viewport={"width": 2 * WIDTH + 48, "height": HEIGHT + 32})
    await page.set_content(SIDE_BY_SIDE.format(images=images))
    return await page.screenshot()


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python docs/picture.py FILE.png", file=sys.stderr)
        return 2
    asyncio.run(draw(Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
