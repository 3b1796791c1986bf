"""What people do in the page: write by keyboard, press, choose, fill in forms, stop work, be somebody else."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import Workspace
from tests.browser.page_samples import ACCESSORIES, FIELDS, button, field, modal, plain, section, words
from tests.browser.page_tools import LAUNCH, OpenPage, message, on_shared_loop, post

pytestmark = pytest.mark.browser

BOT = "U0BATON0001"
Department = Callable[[Callable[[AsyncApp], None]], Any]
Heard = list[dict[str, Any]]


def listening(heard: Heard) -> Callable[[AsyncApp], None]:
    """An app that acknowledges every action and keeps what it heard."""

    def register(app: AsyncApp) -> None:
        async def hear(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            heard.append(body)

        app.action({"type": "block_actions", "action_id": re.compile(".*")})(hear)

    return register


@on_shared_loop
async def page(open_page: OpenPage) -> Page:
    """Maya in #launch."""
    opened = await open_page(place=LAUNCH)
    await expect(opened.get_by_test_id("composer-channel")).to_be_visible()
    return opened


async def test_a_message_is_sent_by_keyboard_alone(page: Page, workspace: Workspace) -> None:
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the message box")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("composer-channel")).to_be_focused()
    await page.keyboard.type("@bat")
    await expect(page.get_by_test_id("suggestions").get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.keyboard.type("Plan the launch")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("by <Friday> & cheaply")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message")).to_have_count(1)
    assert workspace.messages("launch")[-1]["text"] == f"<@{BOT}> Plan the launch\nby &lt;Friday&gt; &amp; cheaply"
    await expect(page.get_by_test_id("composer-channel")).to_have_value("")
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_test_id("message")).to_be_focused()


async def test_channels_are_walked_with_the_arrow_keys(page: Page) -> None:
    await page.get_by_test_id("channel-general").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_test_id("channel-launch")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("research")
    await expect(page.get_by_test_id("channel-research")).to_have_attribute("aria-current", "page")


async def test_the_mention_list_finds_people_and_can_be_left(page: Page) -> None:
    box, offered = page.get_by_test_id("composer-channel"), page.get_by_test_id("suggestions")
    await box.press_sequentially("ask @")
    await expect(offered.get_by_role("option")).to_have_count(5)
    await expect(offered.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowDown")
    await expect(offered.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Escape")
    await expect(offered).to_be_hidden()
    await box.press_sequentially("jo")
    await page.keyboard.press("Tab")
    await expect(box).to_have_value("ask @Jonas Lindqvist ")


async def test_names_become_mentions_when_they_are_sent(page: Page, workspace: Workspace) -> None:
    await page.get_by_test_id("composer-channel").fill("@Baton see #general and mail jo@jonas.example, <@U0PRIYA0001>")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("message")).to_contain_text("@Baton see #general")
    text = workspace.messages("launch")[-1]["text"]
    assert text == f"<@{BOT}> see <#C0GENERAL01|general> and mail jo@jonas.example, <@U0PRIYA0001>"


async def test_a_refused_message_comes_back_into_the_box(page: Page) -> None:
    await page.get_by_test_id("composer-channel").fill("/nonsense now")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("toast")).to_contain_text("/nonsense is not a command here")
    await expect(page.get_by_test_id("composer-channel")).to_have_value("/nonsense now")


async def test_a_file_is_attached_and_sent(page: Page, workspace: Workspace) -> None:
    await page.get_by_test_id("composer-channel-file").set_input_files(
        {"name": "outline.txt", "mimeType": "text/plain", "buffer": b"the outline"}
    )
    await expect(page.locator(".composer-chips")).to_contain_text("outline.txt")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("file")).to_contain_text("outline.txt")
    assert [file["name"] for file in workspace.messages("launch")[-1]["files"]] == ["outline.txt"]


async def test_replies_are_counted_and_the_count_opens_the_thread(
    page: Page, workspace: Workspace, client: AsyncWebClient
) -> None:
    root = await workspace.say("maya", "launch", "a question")
    await post(client, text="an answer", thread_ts=root)
    await expect(page.get_by_test_id("replies")).to_contain_text("1 reply")
    await page.get_by_test_id("replies").click()
    thread = page.get_by_test_id("thread")
    await expect(thread.get_by_test_id("message")).to_have_count(2)
    await thread.get_by_test_id("composer-thread").fill("thanks")
    await page.keyboard.press("Enter")
    await expect(thread.get_by_test_id("message")).to_have_count(3)
    await expect(page.get_by_test_id("replies")).to_contain_text("2 replies")
    assert workspace.thread("launch", root)[-1]["text"] == "thanks"
    await page.keyboard.press("Escape")
    await expect(thread).to_be_hidden()


async def test_reactions_are_added_and_taken_back(page: Page, workspace: Workspace) -> None:
    ts = await workspace.say("jonas", "launch", "done")
    await message(page, ts).hover()
    await message(page, ts).get_by_role("button", name="Add reaction").click()
    await page.get_by_role("searchbox", name="Search emoji").fill("rocket")
    await page.keyboard.press("Enter")
    reaction = message(page, ts).locator('[data-reaction="rocket"]')
    await expect(reaction).to_have_attribute("aria-pressed", "true")
    await reaction.click()
    await expect(reaction).to_have_count(0)


async def test_a_message_is_edited_and_deleted(page: Page, workspace: Workspace) -> None:
    ts = await workspace.say("maya", "launch", "<@U0BATON0001> frist")
    for choice in ("Edit message", "Delete message"):
        await message(page, ts).hover()
        await message(page, ts).get_by_test_id("message-menu").click()
        await page.get_by_role("menuitem", name=choice).click()
        if choice == "Edit message":
            await page.get_by_role("textbox", name="Edit message").fill("@Baton first")
            await page.keyboard.press("Enter")
            await expect(message(page, ts)).to_contain_text("@Baton first (edited)")
    assert workspace.messages("launch")[-1]["text"] == f"<@{BOT}> first"
    await page.get_by_test_id("confirm-yes").click()
    await expect(message(page, ts)).to_have_count(0)


async def test_a_button_with_a_question_is_pressed_only_after_yes(
    page: Page, client: AsyncWebClient, department: Department
) -> None:
    heard: Heard = []
    question = {
        "title": plain("Stop it?"),
        "text": words("*All* work ends."),
        "confirm": plain("Stop"),
        "deny": plain("Keep"),
        "style": "danger",
    }
    async with department(listening(heard)):
        ts = await post(
            client,
            {
                "type": "actions",
                "block_id": "gate",
                "elements": [button("cancel", "Cancel", value="m1", style="danger", confirm=question)],
            },
        )
        press = page.locator('[data-action-id="cancel"][data-block-id="gate"]')
        await press.click()
        await expect(page.get_by_test_id("confirm")).to_contain_text("All work ends.")
        await page.get_by_test_id("confirm-deny").click()
        await press.click()
        await page.get_by_test_id("confirm-yes").click()
        await expect(press).not_to_have_attribute("aria-busy", "true")
        await expect(page.get_by_test_id("confirm")).to_have_count(0)
    assert [(body["actions"][0]["action_id"], body["actions"][0]["value"]) for body in heard] == [("cancel", "m1")]
    assert (heard[0]["user"]["id"], heard[0]["message"]["ts"]) == ("U0MAYA00001", ts)


async def test_choices_reach_the_app_in_slacks_fields(
    page: Page, client: AsyncWebClient, workspace: Workspace, department: Department
) -> None:
    heard: Heard = []
    async with department(listening(heard)):
        last = message(page, await post(client, *ACCESSORIES))
        await last.locator('[data-action-id="one_of"]').select_option("finance")
        await last.locator('[data-action-id="many_of"] select').select_option("marketing")
        await last.locator('[data-action-id="person"]').select_option("U0JONAS0001")
        await last.locator('[data-action-id="channel"]').select_option(LAUNCH)
        await last.locator('[data-action-id="day"]').fill("2026-12-24")
        await last.locator('[data-action-id="hour"]').fill("17:30")
        await last.locator('[data-action-id="checks"] input').first.check()
        await last.locator('[data-action-id="radios"] input').nth(1).check()
        await last.locator('[data-action-id="more"]').click()
        await page.get_by_role("menuitem").nth(1).click()
        await workspace.wait_for(lambda: len(heard) >= 9)
    actions = {body["actions"][0]["action_id"]: body["actions"][0] for body in heard}
    assert actions["one_of"]["selected_option"]["value"] == "finance"
    assert [each["value"] for each in actions["many_of"]["selected_options"]] == ["marketing"]
    assert (actions["person"]["selected_user"], actions["channel"]["selected_channel"]) == ("U0JONAS0001", LAUNCH)
    assert (actions["day"]["selected_date"], actions["hour"]["selected_time"]) == ("2026-12-24", "17:30")
    assert [each["value"] for each in actions["checks"]["selected_options"]] == ["all"]
    assert actions["radios"]["selected_option"]["value"] == actions["more"]["selected_option"]["value"] == "marketing"
    [values] = [entry for entry in heard[-1]["state"]["values"].values() if "day" in entry]
    assert values["day"] == {"type": "datepicker", "selected_date": "2026-12-24"}


async def test_an_app_that_does_not_answer_is_said_to_be_silent(
    open_page: OpenPage, workspace: Workspace, client: AsyncWebClient
) -> None:
    page = await open_page(place=LAUNCH)
    await post(client, {"type": "actions", "elements": [button("approve", "Approve")]})
    await expect(page.get_by_test_id("bot-state")).to_contain_text("not connected")
    await page.locator('[data-action-id="approve"]').click()
    await expect(page.get_by_test_id("toast")).to_contain_text("did not answer")


def mission_form(submitted: Heard) -> Callable[[AsyncApp], None]:
    """A form that wants more than three letters, then asks once more in a second window."""

    def register(app: AsyncApp) -> None:
        @app.shortcut("new_mission")
        async def begin(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=modal(*FIELDS, close=plain("Cancel")))

        @app.view("mission")
        async def submit(ack: Any, view: dict[str, Any]) -> None:
            submitted.append(view["state"]["values"])
            if len(view["state"]["values"]["mission"]["mission_value"]["value"]) < 4:
                await ack(response_action="errors", errors={"mission": "Say a little more."})
            else:
                again = modal(section("Sure?"), title=plain("One more thing"), callback_id="sure")
                await ack(response_action="push", view=again)

        @app.view("sure")
        async def sure(ack: Any) -> None:
            await ack(response_action="clear")

    return register


async def open_form(page: Page) -> Locator:
    await page.get_by_test_id("shortcuts").click()
    await page.get_by_role("menuitem", name="New mission").click()
    form = page.get_by_test_id("modal")
    await expect(form).to_be_visible()
    return form


async def test_a_form_shows_errors_at_its_fields_and_goes_on_when_they_are_mended(
    page: Page, department: Department
) -> None:
    submitted: Heard = []
    async with department(mission_form(submitted)):
        form = await open_form(page)
        await expect(form.locator("textarea").first).to_be_focused()
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("error-mission")).to_have_text("Please fill in this field.")
        assert submitted == []
        await form.get_by_label("Mission", exact=True).fill("abc")
        await form.get_by_label("Budget", exact=True).fill("2.5")
        await form.get_by_label("Mail (optional)").fill("nobody")
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("error-budget")).to_have_text("Please enter a whole number.")
        await expect(page.get_by_test_id("error-mail")).to_contain_text("e-mail")
        await expect(form.get_by_label("Budget", exact=True)).to_have_attribute("aria-invalid", "true")
        await form.get_by_label("Budget", exact=True).fill("20")
        await form.get_by_label("Mail (optional)").fill("maya@juniper.example")
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("error-mission")).to_have_text("Say a little more.")
        await expect(form.get_by_label("Mission", exact=True)).to_be_focused()
        await form.get_by_label("Mission", exact=True).fill("Plan the launch")
        await page.get_by_test_id("modal-submit").click()
        await expect(form.locator("h2")).to_have_text("One more thing")
        await page.get_by_role("button", name="Back").click()
        await expect(form.get_by_label("Mission", exact=True)).to_have_value("Plan the launch")
        await page.get_by_test_id("modal-submit").click()
        await expect(form.locator("h2")).to_have_text("One more thing")
        await page.get_by_test_id("modal-submit").click()
        await expect(form).to_have_count(0)


async def test_every_kind_of_field_reaches_the_app(page: Page, department: Department) -> None:
    submitted: Heard = []
    async with department(mission_form(submitted)):
        form = await open_form(page)
        for label, value in {
            "Mission": "Go",
            "Budget": "3",
            "Address (optional)": "https://example.org",
            "Due (optional)": "2026-12-01",
        }.items():
            await form.get_by_label(label, exact=True).fill(value)
        await form.get_by_label("At (optional)").fill("08:15")
        await form.get_by_label("Start (optional)").fill("2026-12-01T09:00")
        await form.get_by_label("People (optional)").select_option("U0JONAS0001")
        await form.get_by_label("People (optional)").select_option("U0PRIYA0001")
        await form.get_by_role("button", name="Remove Jonas Lindqvist").click()
        await form.get_by_role("checkbox", name="Finance").check()
        await form.get_by_label("Notes (optional)").fill("*all* of it\n- one\n- two")
        await form.get_by_label("Papers (optional)").set_input_files(
            {"name": "outline.txt", "mimeType": "text/plain", "buffer": b"b"}
        )
        await expect(form.get_by_role("button", name="Remove outline.txt")).to_be_visible()
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("error-mission")).to_be_visible()
    values = {block_id: next(iter(entries.values())) for block_id, entries in submitted[0].items()}
    assert values["budget"]["value"] == "3"
    assert values["address"]["value"] == "https://example.org"
    assert (values["due"]["selected_date"], values["at"]["selected_time"]) == ("2026-12-01", "08:15")
    assert isinstance(values["start"]["selected_date_time"], int)
    assert values["people"]["selected_users"] == ["U0PRIYA0001"]
    assert [each["value"] for each in values["gates"]["selected_options"]] == ["finance"]
    assert values["noise"]["selected_option"]["value"] == "marketing"
    assert values["team"]["selected_option"]["value"] == "all"
    assert values["where"]["selected_conversation"] == LAUNCH
    section_, bullets = values["notes"]["rich_text_value"]["elements"]
    assert section_["elements"][0] == {"type": "text", "text": "all", "style": {"bold": True}}
    assert (bullets["style"], len(bullets["elements"])) == ("bullet", 2)
    assert [file["name"] for file in values["papers"]["files"]] == ["outline.txt"]


async def test_a_form_keeps_what_was_typed_when_the_app_updates_it(page: Page, department: Department) -> None:
    def register(app: AsyncApp) -> None:
        @app.shortcut("new_mission")
        async def begin(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            choose = {"type": "actions", "block_id": "more", "elements": [button("add_field", "Add a field")]}
            await client.views_open(
                trigger_id=body["trigger_id"], view=modal(field("name", {"type": "plain_text_input"}), choose)
            )

        @app.action("add_field")
        async def grow(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            fields = [field("name", {"type": "plain_text_input"}), field("second", {"type": "plain_text_input"})]
            await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=modal(*fields))

    async with department(register):
        form = await open_form(page)
        await form.get_by_label("Name").fill("typed before")
        await page.locator('[data-action-id="add_field"]').click()
        await expect(form.get_by_label("Second")).to_be_visible()
        await expect(form.get_by_label("Name")).to_have_value("typed before")
        await page.keyboard.press("Escape")
        await expect(form).to_have_count(0)


async def test_the_focus_stays_inside_an_open_form(page: Page, department: Department) -> None:
    async with department(mission_form([])):
        await open_form(page)
        for _ in range(40):
            await page.keyboard.press("Tab")
            outside = await page.evaluate(
                "document.activeElement !== document.body && !document.activeElement.closest('dialog')"
            )
            assert not outside
        await page.get_by_test_id("modal-close").click()
        await expect(page.get_by_test_id("modal")).to_have_count(0)


async def test_stop_ends_the_work_of_a_thread(
    page: Page, workspace: Workspace, client: AsyncWebClient, department: Department
) -> None:
    heard: Heard = []

    def register(app: AsyncApp) -> None:
        @app.event("agent_session_stopped")
        async def stopped(event: dict[str, Any], client: AsyncWebClient) -> None:
            heard.append(event)
            await client.api_call(
                "agents.sessions.setStatus",
                params={"channel_id": LAUNCH, "thread_ts": event["thread_ts"], "status": "closed"},
            )

        @app.event("message")
        async def ignore() -> None:
            pass

    async with department(register):
        root = await workspace.say("maya", "launch", "go")
        await client.api_call(
            "agents.sessions.setStatus",
            params={"channel_id": LAUNCH, "thread_ts": root, "status": "processing", "title": "Coffee pod"},
        )
        await client.assistant_threads_setStatus(channel_id=LAUNCH, thread_ts=root, status="is planning…")
        await expect(message(page, root)).to_contain_text("Baton is planning…")
        await message(page, root).hover()
        await message(page, root).get_by_test_id("reply").click()
        await expect(page.get_by_test_id("thread").locator("h2")).to_have_text("Coffee pod")
        await expect(page.get_by_test_id("session")).to_have_text("Working")
        await page.get_by_test_id("stop-session").click()
        await expect(page.get_by_test_id("stop-session")).to_have_count(0)
        await expect(page.get_by_test_id("session")).to_have_attribute("data-status", "closed")
    assert [(event["thread_ts"], event["user"]) for event in heard] == [(root, "U0MAYA00001")]


async def test_the_home_tab_is_opened_drawn_and_pressed(page: Page, department: Department) -> None:
    def register(app: AsyncApp) -> None:
        @app.event("app_home_opened")
        async def show(event: dict[str, Any], client: AsyncWebClient) -> None:
            if event["tab"] == "home":
                blocks = [section("Your missions"), {"type": "actions", "elements": [button("press_me", "Press")]}]
                await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

        @app.action("press_me")
        async def pressed(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            await client.views_publish(
                user_id=body["user"]["id"], view={"type": "home", "blocks": [section("Thank you")]}
            )

    async with department(register):
        await page.get_by_test_id("open-home").click()
        home = page.get_by_test_id("home")
        await expect(home).to_contain_text("Your missions")
        await home.locator('[data-action-id="press_me"]').click()
        await expect(home).to_contain_text("Thank you")
        await page.get_by_test_id("tab-messages").click()
        await expect(page.get_by_test_id("composer-channel")).to_be_visible()
        await page.get_by_role("button", name="Plan a launch").click()
        await expect(page.get_by_test_id("composer-channel")).to_have_value(re.compile("coffee pod"))


async def test_a_slash_command_is_offered_sent_and_answered_privately(page: Page, department: Department) -> None:
    def register(app: AsyncApp) -> None:
        @app.command("/baton")
        async def answer(ack: Any, command: dict[str, Any]) -> None:
            await ack(f"You asked for: {command['text']}")

    async with department(register):
        await page.get_by_test_id("composer-channel").press_sequentially("/ba")
        await expect(page.get_by_test_id("suggestions")).to_contain_text("/baton")
        await page.keyboard.press("Enter")
        await page.keyboard.type("list")
        await page.keyboard.press("Enter")
        await expect(page.locator(".message.ephemeral")).to_contain_text("You asked for: list")


async def test_a_shortcut_is_run_on_a_message(page: Page, workspace: Workspace, department: Department) -> None:
    heard: Heard = []

    def register(app: AsyncApp) -> None:
        @app.shortcut("mission_from_message")
        async def take(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            heard.append(body)

        @app.event("message")
        async def ignore() -> None:
            pass

    async with department(register):
        ts = await workspace.say("jonas", "launch", "we need a calendar")
        await message(page, ts).hover()
        await message(page, ts).get_by_test_id("message-menu").click()
        await page.get_by_role("menuitem", name="Make it a mission").click()
        await workspace.wait_for(lambda: heard)
    assert heard[0]["message"]["text"] == "we need a calendar"


async def test_somebody_else_can_be_acted_as(page: Page, workspace: Workspace) -> None:
    await page.get_by_test_id("act-as").select_option("U0TOM000001")
    await expect(page.get_by_test_id("channel-general")).to_have_count(0)
    await page.get_by_test_id("composer-channel").fill("hello from Tom")
    await page.get_by_test_id("composer-channel").press("Enter")  # the box itself: focus may still be on its way
    await expect(page.get_by_test_id("message").locator(".author")).to_have_text("Tom Becker")
    assert workspace.messages("launch")[-1]["user"] == "U0TOM000001"


async def test_news_in_another_channel_is_marked_until_it_is_read(page: Page, workspace: Workspace) -> None:
    await workspace.say("jonas", "general", "news")
    await expect(page.get_by_test_id("channel-general").locator(".unread")).to_have_text("1")
    await page.get_by_test_id("channel-general").click()
    await expect(page.get_by_test_id("message")).to_contain_text("news")
    await expect(page.get_by_test_id("channel-general").locator(".unread")).to_have_count(0)
