"""What the page draws: every block, hostile words, streams, files, narrow and dark windows."""

import asyncio
import json

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import Workspace
from tests.browser.page_samples import ACCESSORIES, AGENT, CARDS, DATA, FALLBACKS, LAYOUT, PLAN, button, words
from tests.browser.page_tools import LAUNCH, OpenPage, message, post

pytestmark = pytest.mark.browser

EVERY_BLOCK = [*LAYOUT, *ACCESSORIES, *DATA, *AGENT, *CARDS, *FALLBACKS]
HOSTILE = '<img src=x onerror="window.broken=1"><script>window.broken=1</script> &lt;b&gt;'


async def overflow(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


async def test_every_block_is_drawn(open_page: OpenPage, client: AsyncWebClient) -> None:
    page = await open_page(place=LAUNCH)
    for block in EVERY_BLOCK:
        ts = await post(client, block)
        await expect(message(page, ts).locator(f'.block[data-block="{block["type"]}"]').first).to_be_visible()
    await expect(page.locator(".unsupported")).to_have_count(0)


async def test_the_kinds_of_blocks_in_the_samples_are_all_that_the_page_knows(open_page: OpenPage) -> None:
    page = await open_page()
    known = await page.evaluate("import('/page/blocks.js').then((blocks) => blocks.KNOWN)")
    inputs_and_rare = {"input", "auth_provider"}
    assert {block["type"] for block in EVERY_BLOCK} == set(known) - inputs_and_rare


async def test_an_unknown_block_is_shown_as_unsupported(open_page: OpenPage) -> None:
    page = await open_page()
    assert "unsupported block: hologram" in await page.evaluate(DRAW, [{"type": "hologram", "text": "?"}])


DRAW = """async (blocks) => {
  const parts = ['blocks', 'surface', 'store'].map((name) => import(`/page/${name}.js`));
  const [{drawBlocks}, {Surface}, {Store}] = await Promise.all(parts);
  const box = document.createElement('div');
  box.append(...drawBlocks(blocks, new Surface(new Store(), {type: 'message', channel: 'C', ts: '1'})));
  return box.textContent;
}"""


async def test_tables_keep_alignment_wrapping_pages_and_order(open_page: OpenPage, client: AsyncWebClient) -> None:
    page = await open_page(place=LAUNCH)
    plain = message(page, await post(client, DATA[0]))
    await expect(plain.locator("tbody td").nth(1)).to_have_css("text-align", "right")
    await expect(plain.locator("tbody td strong")).to_have_text("0.42")
    paged = message(page, await post(client, DATA[1]))
    await expect(paged.locator("tbody tr")).to_have_count(2)
    await expect(paged.locator(".table-pages")).to_contain_text("1–2 of 5")
    await paged.get_by_role("button", name="Next").click()
    await expect(paged.locator("tbody tr").first).to_contain_text("Day 3")
    await paged.get_by_role("button", name="Day").click()
    await paged.get_by_role("button", name="Day").click()
    await expect(paged.locator("tbody tr").first).to_contain_text("Day 5")


async def test_a_plan_shows_how_far_each_task_is(open_page: OpenPage, client: AsyncWebClient) -> None:
    page = await open_page(place=LAUNCH)
    plan = message(page, await post(client, PLAN))
    statuses = await plan.locator("[data-status]").evaluate_all("nodes => nodes.map(node => node.dataset.status)")
    assert statuses == ["complete", "in_progress", "error", "pending"]
    await expect(plan.locator(".plan-count")).to_have_text("1 of 4")
    await expect(plan.get_by_text("found it")).to_be_hidden()
    await plan.locator("summary").first.click()
    await expect(plan.get_by_text("found it")).to_be_visible()
    await expect(plan.get_by_role("link", name="A")).to_have_attribute("href", "https://example.org/a")


async def test_an_unfolded_task_stays_unfolded_when_the_plan_moves_on(
    open_page: OpenPage, client: AsyncWebClient
) -> None:
    page = await open_page(place=LAUNCH)
    ts = await post(client, PLAN)
    plan = message(page, ts)
    await plan.locator("summary").first.click()
    tasks = [{**task, "status": "complete"} for task in PLAN["tasks"]]
    await client.chat_update(channel=LAUNCH, ts=ts, text="plan", blocks=[{**PLAN, "tasks": tasks}])
    await expect(plan.locator(".plan-count")).to_have_text("4 of 4")
    await expect(plan.get_by_text("found it")).to_be_visible()


async def test_hostile_words_are_shown_and_never_run(
    open_page: OpenPage, workspace: Workspace, client: AsyncWebClient
) -> None:
    page = await open_page(place=LAUNCH)
    said = await workspace.say("maya", "launch", HOSTILE)
    await expect(message(page, said).locator(".message-body")).to_have_text(HOSTILE)
    raw = await post(client, text=HOSTILE, username=HOSTILE[:70])
    await expect(message(page, raw).locator(".text")).to_have_text(HOSTILE.replace("&lt;b&gt;", "<b>"))
    await expect(message(page, raw).locator(".author")).to_have_text(HOSTILE[:70])
    marked = await post(
        client, {"type": "markdown", "text": f"# {HOSTILE}\n\n- {HOSTILE}\n\n| {HOSTILE} |\n|---|\n| {HOSTILE} |"}
    )
    await expect(message(page, marked).locator("h1")).to_contain_text("<img src=x")
    for block in ({**PLAN, "title": HOSTILE}, {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}}):
        await expect(message(page, await post(client, block)).locator(".message-body")).to_contain_text("<img src=x")
    assert await page.evaluate("window.broken") is None
    assert await page.locator("main img[src='x'], main script").count() == 0


async def test_only_web_and_mail_addresses_become_links(open_page: OpenPage, client: AsyncWebClient) -> None:
    page = await open_page(place=LAUNCH)
    refused = "[a](javascript:alert(1)) [b](data:text/html,x) [e](/local/x)"
    text = f"{refused} [c](https://example.org/c) [d](mailto:d@example.org)"
    drawn = message(page, await post(client, {"type": "markdown", "text": text}))
    links = drawn.locator(".message-body a")
    assert await links.evaluate_all("all => all.map(link => link.getAttribute('href'))") == [
        "https://example.org/c",
        "mailto:d@example.org",
    ]
    for index in range(2):
        await expect(links.nth(index)).to_have_attribute("rel", "noopener noreferrer")
    legacy = message(page, await post(client, text="<javascript:alert(1)|press> <https://example.org|fine>"))
    await expect(legacy.locator(".text a")).to_have_count(1)


@pytest.mark.parametrize("module", ["markdown", "mrkdwn"])
async def test_text_made_to_be_slow_is_drawn(open_page: OpenPage, module: str) -> None:
    page = await open_page()
    slow = [
        "`" * 12_000,
        "*a" * 6_000,
        "[" * 12_000,
        "# " + " " * 12_000 + "x",
        "|-" * 6_000,
        "<" * 12_000,
        "_" * 12_000,
        "> " * 6_000,
    ]
    script = """async ([module, texts]) => {
      const draw = (await import(`/page/${module}.js`))[module];
      return texts.map((text) => draw(text).length);
    }"""
    async with asyncio.timeout(20):
        drawn = await page.evaluate(script, [module, slow])
    assert all(count > 0 for count in drawn)


async def test_markdown_becomes_headings_lists_tables_and_tasks(open_page: OpenPage, client: AsyncWebClient) -> None:
    page = await open_page(place=LAUNCH)
    block = next(block for block in LAYOUT if block["type"] == "markdown")
    drawn = message(page, await post(client, block))
    await expect(drawn.locator("h1")).to_have_text("Findings")
    await expect(drawn.locator("ol > li > ul > li.task-item")).to_have_count(2)
    await expect(drawn.locator("li.task-item input").nth(1)).to_be_checked()
    await expect(drawn.locator("blockquote")).to_have_text("quoted")
    await expect(drawn.locator("tbody td").nth(1)).to_have_css("text-align", "right")
    await expect(drawn.locator("pre")).to_have_text("code <b>")
    await expect(drawn.get_by_role("link", name="the source")).to_be_visible()


async def test_slack_marks_are_drawn_as_styles_people_and_channels(open_page: OpenPage, client: AsyncWebClient) -> None:
    page = await open_page(place=LAUNCH)
    text = "*bold* _soft_ ~gone~ `code` <@U0MAYA00001> <#C0GENERAL01|general> <!here> :tada: &lt;tag&gt;\n&gt; quoted"
    drawn = message(page, await post(client, {"type": "section", "text": words(text)})).locator(".section-text")
    for tag, inside in {"strong": "bold", "em": "soft", "s": "gone", "code": "code", "blockquote": "quoted"}.items():
        await expect(drawn.locator(tag)).to_have_text(inside)
    await expect(drawn).to_contain_text("@Maya Okafor #general @here 🎉 <tag>")


async def test_personas_are_drawn_under_their_own_name_and_sign(open_page: OpenPage, client: AsyncWebClient) -> None:
    page = await open_page(place=LAUNCH)
    first = await post(client, text="found", username="Scout", icon_emoji=":mag:")
    second = await post(client, text="sent back", username="Critic", icon_emoji=":scales:")
    await expect(message(page, first).locator(".author")).to_have_text("Scout")
    await expect(message(page, first).locator(".avatar")).to_have_text("🔍")
    await expect(message(page, second).locator(".message-head")).to_contain_text("APP")


async def test_a_streamed_message_grows_while_it_is_written(
    open_page: OpenPage, workspace: Workspace, client: AsyncWebClient
) -> None:
    page = await open_page()
    root = await workspace.say("maya", "launch", "go")
    await page.goto(f"{page.url.split('#')[0]}#{LAUNCH}/{root}")
    await page.reload()
    started = await client.chat_startStream(
        channel=LAUNCH,
        thread_ts=root,
        recipient_user_id="U0MAYA00001",
        recipient_team_id="T0JUNIPER01",
        chunks=[{"type": "task_update", "id": "a", "title": "Read", "status": "in_progress"}],
    )
    ts = str(started["ts"])
    streamed = page.get_by_test_id("thread").locator(f'[data-ts="{ts}"]')
    await expect(streamed.locator('[data-status="in_progress"]')).to_have_text("Read")
    await expect(streamed.get_by_label("still writing")).to_be_visible()
    chunks = [
        {"type": "task_update", "id": "a", "title": "Read", "status": "complete", "details": "**three** pages"},
        {"type": "markdown_text", "text": "The **answer**"},
    ]
    await client.chat_appendStream(channel=LAUNCH, ts=ts, chunks=chunks)
    await expect(streamed.locator(".markdown strong").last).to_have_text("answer")
    await client.chat_stopStream(channel=LAUNCH, ts=ts)
    await expect(streamed.locator('[data-status="complete"]')).to_have_count(1)
    await expect(streamed.get_by_label("still writing")).to_have_count(0)


async def test_files_open_in_place_and_canvases_as_documents(
    open_page: OpenPage, workspace: Workspace, client: AsyncWebClient
) -> None:
    page = await open_page(place=LAUNCH)
    file_id = await workspace.upload("maya", "launch", "prices.csv", b'name,note\nGreenCap,"home, compostable"\n')
    await workspace.say("maya", "launch", "the numbers", file_ids=[file_id])
    await page.get_by_test_id("file").click()
    sheet = page.get_by_test_id("file-view")
    await expect(sheet.locator("td").nth(1)).to_have_text("home, compostable")
    await expect(sheet.get_by_role("link", name="Download")).to_have_attribute("href", f"/local/files/{file_id}")
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    made = await client.canvases_create(
        title="Analysis", document_content={"type": "markdown", "markdown": "# Three pods\n\ntext"}
    )
    info = await client.files_info(file=made["canvas_id"])
    await post(client, text=f"Done: <{info['file']['permalink']}|the analysis>")
    await post(client, {"type": "actions", "elements": [button("open", "Open it", url=info["file"]["permalink"])]})
    await page.get_by_role("button", name="Open it").click()
    canvas = page.get_by_test_id("canvas")
    await expect(canvas).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="the analysis").click()
    await expect(canvas.locator("article h1")).to_have_text("Three pods")
    await expect(canvas.locator(".dialog-head")).to_contain_text("Analysis")


async def test_a_narrow_window_never_scrolls_sideways(
    open_page: OpenPage, workspace: Workspace, client: AsyncWebClient
) -> None:
    root = await workspace.say("maya", "launch", "a" * 300)
    for block in EVERY_BLOCK:
        await post(client, block, thread_ts=root)
        await post(client, block)
    page = await open_page(place=LAUNCH, viewport={"width": 380, "height": 800})
    await expect(page.get_by_test_id("message").nth(10)).to_be_attached()
    assert await overflow(page) == 0
    await expect(page.get_by_test_id("channel-general")).to_be_hidden()
    await page.get_by_test_id("menu").click()
    await expect(page.get_by_test_id("channel-general")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("channel-general")).to_be_hidden()
    await page.get_by_test_id("replies").click()
    await expect(page.get_by_test_id("composer-thread")).to_be_visible()
    await expect(page.get_by_test_id("thread").get_by_test_id("message").nth(10)).to_be_attached()
    assert await overflow(page) == 0
    assert (await page.get_by_test_id("thread").bounding_box() or {})["width"] == 380
    wide = await page.locator(".scroller").evaluate_all(
        "all => all.filter(node => node.scrollWidth > node.clientWidth + 1).length"
    )
    assert wide == 0


async def test_the_page_is_dark_where_the_system_is(open_page: OpenPage) -> None:
    light = await open_page(place=LAUNCH)
    dark = await open_page(place=LAUNCH, color_scheme="dark")
    paper = "getComputedStyle(document.querySelector('main')).backgroundColor"
    assert await light.evaluate(paper) == "rgb(255, 255, 255)"
    assert await dark.evaluate(paper) == "rgb(26, 29, 33)"


async def test_nothing_moves_for_those_who_asked_for_stillness(open_page: OpenPage, client: AsyncWebClient) -> None:
    page = await open_page(place=LAUNCH, reduced_motion="reduce")
    sign = message(page, await post(client, PLAN)).locator(".task-sign.in_progress")
    assert float((await sign.evaluate("node => getComputedStyle(node).animationDuration")).removesuffix("s")) < 0.001


async def test_only_the_person_meant_sees_an_ephemeral_message(open_page: OpenPage, client: AsyncWebClient) -> None:
    maya, jonas = await open_page("maya", LAUNCH), await open_page("jonas", LAUNCH)
    await client.chat_postEphemeral(channel=LAUNCH, user="U0MAYA00001", text="just for you")
    await post(client, text="for all")
    await expect(maya.get_by_text("Only visible to you")).to_be_visible()
    await expect(jonas.get_by_text("for all")).to_be_visible()
    await expect(jonas.get_by_text("just for you")).to_have_count(0)
    await maya.get_by_role("button", name="Dismiss").click()
    await expect(maya.get_by_text("just for you")).to_have_count(0)


async def test_the_inspector_lists_calls_and_deliveries_with_their_json(
    open_page: OpenPage, workspace: Workspace, client: AsyncWebClient
) -> None:
    page = await open_page(place=LAUNCH)
    await page.get_by_test_id("inspector-toggle").click()
    await post(client, text="seen by the inspector")
    entry = page.get_by_test_id("inspector").locator(".entry", has_text="chat.postMessage").first
    await entry.locator("summary").click()
    await expect(entry.locator(".json").first).to_contain_text("seen by the inspector")
    assert workspace.bot_token not in json.dumps(await page.get_by_test_id("inspector").inner_text())
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("inspector")).to_be_hidden()


async def test_what_was_missed_while_the_line_was_down_is_there_afterwards(
    open_page: OpenPage, workspace: Workspace, client: AsyncWebClient
) -> None:
    page = await open_page(place=LAUNCH)
    await expect(page.get_by_test_id("composer-channel")).to_be_visible()
    await workspace.wait_for(lambda: workspace.pages.open)
    workspace.pages.stop()
    await expect(page.locator("#offline")).to_be_visible()
    await post(client, text="said in between")
    await expect(page.get_by_text("said in between")).to_be_visible()
    await expect(page.locator("#offline")).to_be_hidden()


NAMELESS = """() => [...document.querySelectorAll('button, a[href], input:not([hidden]), select, textarea')].filter(
(node) => {
  const ids = (node.getAttribute('aria-labelledby') ?? '').split(' ');
  const labelled = node.getAttribute('aria-label') || node.title || ids.some((id) => id && document.getElementById(id));
  return !labelled && !node.textContent.trim() && !node.labels?.length;
}).map((node) => node.outerHTML.slice(0, 200))"""


async def test_every_control_has_a_name_that_can_be_read_aloud(
    open_page: OpenPage, workspace: Workspace, client: AsyncWebClient
) -> None:
    page = await open_page(place=LAUNCH)
    root = await workspace.say("maya", "launch", "go")
    ts = await post(client, *LAYOUT, *ACCESSORIES, *DATA, *AGENT, *CARDS, thread_ts=root)
    await message(page, root).get_by_test_id("replies").click()
    await expect(page.get_by_test_id("thread").locator(f'[data-ts="{ts}"]')).to_be_visible()
    await page.get_by_test_id("inspector-toggle").click()
    assert await page.evaluate(NAMELESS) == []
