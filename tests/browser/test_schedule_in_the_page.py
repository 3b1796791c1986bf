"""A person sets up a mission that comes back, corrects its time, runs it twice, and sees what changed."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser.test_mission_in_the_page import MISSION_MS, address, ask

__all__ = ["address"]  # the fixture: the program as `make run` starts it

WISH = "every weekday at 9: compare two competitors for compostable coffee pods"


async def shot(page: Page, name: str) -> None:
    """Kept where BATON_SHOTS says, for people to look at."""
    if folder := os.environ.get("BATON_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def test_a_schedule_from_typing_to_the_report_of_its_second_run(browser: Browser, address: str) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(30_000)
    await page.goto(address)
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
    run = thread.locator('[data-action-id="schedule_run"]')
    for number in (1, 2):
        await run.click()
        await expect(thread.get_by_text("under way").or_(thread.get_by_text("beginning")).first).to_be_visible()
        await expect(page.get_by_text(re.compile("Scheduled mission"))).to_have_count(number, timeout=MISSION_MS)
        opened = page.get_by_text(re.compile("Scheduled mission")).last
        await expect(opened).to_be_visible()
        if number == 1:
            await expect(thread.get_by_text("run", exact=False).first).to_be_visible()
            await shot(page, "schedule-3-running")
            await page.wait_for_function(
                "() => document.querySelector('[data-testid=thread]').innerText.includes('✅')", timeout=MISSION_MS
            )
    await page.get_by_test_id("replies").last.click()
    second = page.get_by_test_id("thread")
    deliver = second.get_by_role("button", name="Approve and deliver")
    report = second.get_by_text("What changed since the last run").first
    await expect(report.or_(deliver).first).to_be_visible(timeout=MISSION_MS)
    await expect(report).to_be_attached()
    await report.scroll_into_view_if_needed()
    await shot(page, "schedule-4-changes")
    await context.close()
