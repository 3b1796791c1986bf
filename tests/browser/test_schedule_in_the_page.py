"""A person sets up a mission that comes back, corrects its time, runs it twice, and sees what changed."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from bot.local.standins import SAMPLES
from tests.browser.page_tools import on_shared_loop, program
from tests.browser.test_mission_in_the_page import MISSION_MS, ask

WISH = "every weekday at 9: compare two competitors for compostable coffee pods"
BEFORE, AFTER = "€0.39", "€0.36"


@dataclass(frozen=True)
class Place:
    """Where the program is met, and the library that it works from."""

    address: str
    library: Path

    def change(self) -> None:
        """The world moves on between two runs: a price falls wherever it is told."""
        for path in self.library.glob("*.md"):
            path.write_text(path.read_text("utf-8").replace(BEFORE, AFTER), "utf-8")


@on_shared_loop
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """The program as `make run` starts it, over a library of its own."""
    library = tmp_path / "library"
    shutil.copytree(SAMPLES, library, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    async with program(tmp_path, BATON_LIBRARY=json.dumps([str(library)])) as address:
        yield Place(address, library)


async def shot(page: Page, name: str) -> None:
    """Kept where BATON_SHOTS says, for people to look at."""
    if folder := os.environ.get("BATON_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def opened(page: Page, number: int) -> Locator:
    """The thread of the run of that number."""
    roots = page.get_by_test_id("message").filter(has_text=re.compile("Scheduled mission, "))
    await expect(roots).to_have_count(number, timeout=MISSION_MS)
    await roots.nth(number - 1).get_by_test_id("replies").click()
    return page.get_by_test_id("thread")


async def test_a_schedule_from_typing_to_the_report_of_its_second_run(browser: Browser, place: Place) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(30_000)
    await page.goto(place.address)
    thread = await ask(page, WISH)
    await expect(thread.get_by_text(re.compile("at 09:00 on every weekday")).first).to_be_visible()
    await shot(page, "schedule-1-proposal")

    await thread.locator('[data-action-id="schedule_edit"]').click()
    dialog = page.get_by_role("dialog")
    when = dialog.get_by_label("When?")
    await when.fill("25:00")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("25:00 is not a time of day")).to_be_visible()
    await shot(page, "schedule-2-error")
    await when.fill("9:30")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(thread.get_by_text(re.compile("at 09:30 on every weekday")).first).to_be_visible()

    await thread.locator('[data-action-id="schedule_begin"]').click()
    await thread.locator('[data-action-id="schedule_run"]').click()
    first = await opened(page, 1)
    await first.get_by_role("button", name="Approve and deliver").click(timeout=MISSION_MS)  # something is contested
    await page.locator('[data-testid="modal"] textarea').fill("We know what the sources disagree about.")
    await page.get_by_role("button", name="Approve", exact=True).click()
    await expect(first.get_by_text("Receipt").first).to_be_attached(timeout=MISSION_MS)
    await shot(page, "schedule-3-first-run")

    place.change()
    await page.get_by_test_id("message").filter(has_text="every weekday at 9").get_by_test_id("replies").click()
    card = page.get_by_test_id("thread")
    await expect(card.get_by_text(re.compile(r"run \(asked for by")).first).to_be_visible()
    await shot(page, "schedule-4-card")
    await card.locator('[data-action-id="schedule_run"]').click()
    second = await opened(page, 2)
    report = second.get_by_text("What changed since the last run").first
    await expect(report).to_be_attached(timeout=MISSION_MS)
    await expect(second.get_by_text(re.compile(f"before: .*{BEFORE}")).first).to_be_attached()
    await expect(second.get_by_text(re.compile(f"now: .*{AFTER}")).first).to_be_attached()
    await report.evaluate("node => node.scrollIntoView({block: 'start'})")
    await shot(page, "schedule-5-changes")
    await context.close()
