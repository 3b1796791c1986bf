"""A person does the seed mission in the browser, against the program as `make run` starts it."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.page_tools import on_shared_loop, program
from tests.house import SEED

MISSION_MS = 120_000  # for the whole work between two approvals, at the pace that Slack allows


@on_shared_loop
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """What `make run` prints, with an empty home folder and nothing set."""
    async with program(tmp_path) as found:
        yield found


async def ask(page: Page, text: str) -> Locator:
    """Types the mission with a mention and sends it by keyboard; returns the thread."""
    await page.get_by_test_id("channel-launch").click()
    await page.get_by_test_id("composer-channel").click()
    await page.keyboard.type("@Bat")
    await page.get_by_test_id("suggestions").wait_for()
    await page.keyboard.press("Enter")
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")
    await page.get_by_test_id("replies").last.click()
    return page.get_by_test_id("thread")


async def look_at_the_evidence(page: Page, thread: Locator) -> None:
    """What stands before the buttons, and a quote in context."""
    shots = os.environ.get("BATON_SHOTS")
    result = thread.get_by_test_id("message").filter(has_text=re.compile(r"Evidence: \d+ verified")).last
    await expect(result.get_by_text("nobody has judged the meaning")).to_be_attached()
    await expect(result.get_by_text(re.compile("For it:")).first).to_be_attached()
    await expect(result.get_by_text(re.compile("Against it:")).first).to_be_attached()
    await expect(result.get_by_text(re.compile(r"From Market Researcher, task t\d")).first).to_be_attached()
    await expect(result.get_by_text("The conclusion hangs on this:")).to_be_attached()
    if shots:
        await result.screenshot(path=f"{shots}/evidence.png")
    await result.get_by_role("button", name="Quotes in context").click()
    window = page.get_by_test_id("modal")
    await expect(window.locator("blockquote strong").first).to_be_visible()
    await expect(window.get_by_text(re.compile("Rule: traced")).first).to_be_visible()
    if shots:
        await page.screenshot(path=f"{shots}/quotes.png")
    await page.keyboard.press("Escape")
    await expect(window).to_have_count(0)


async def test_a_person_does_a_mission_from_typing_to_receipt(browser: Browser, address: str, tmp_path: Path) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(30_000)
    await page.goto(address)
    thread = await ask(page, SEED)

    approve = thread.locator('[data-action-id="gate_approve"]')
    await expect(approve).to_have_text("Approve")
    await expect(page.locator('[data-testid="message"]').first).to_contain_text("👀")
    await approve.click()

    for name in (
        "Market Researcher",
        "Competitive Analyst",
        "Calendar Keeper",
        "Social Writer",
        "Critic",
        "Evidence check",
    ):
        await expect(thread.get_by_text(name, exact=True).first).to_be_attached(timeout=MISSION_MS)
    deliver = thread.get_by_role("button", name="Approve and deliver")
    await expect(deliver).to_be_visible(timeout=MISSION_MS)
    await expect(thread.get_by_text(re.compile(r"Evidence: \d+ verified"))).to_be_attached()
    await expect(thread.get_by_text(re.compile("^Contested")).first).to_be_attached()
    await look_at_the_evidence(page, thread)
    await deliver.click()
    await page.locator('[data-testid="modal"] textarea').fill("The maker's page is older than the test; we say both.")
    await page.get_by_role("button", name="Approve", exact=True).click()
    await expect(thread.get_by_text(re.compile("^Approved over"))).to_be_attached()

    await expect(thread.get_by_text("Receipt").first).to_be_attached(timeout=MISSION_MS)
    await expect(thread.get_by_text("Open the whole document").first).to_be_attached()
    await expect(thread.get_by_test_id("file").filter(has_text="calendar file")).to_be_attached()
    await expect(thread.locator('[data-action-id="gate_approve"]')).to_have_count(0)

    await thread.get_by_text("Open the whole document").first.click()
    await expect(page.get_by_test_id("canvas")).to_contain_text("Sources")
    await context.close()
