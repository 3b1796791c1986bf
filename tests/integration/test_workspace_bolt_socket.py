"""The real Bolt app, connected through Socket Mode, against the local workspace."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import NotAcknowledged, PageError, Workspace
from bot.local.workspace.seed import EVERY_EVENT, EVERY_SCOPE

LAUNCH = "C0LAUNCH001"
BOT = "U0BATON0001"
MAYA = "U0MAYA00001"
Register = Callable[[AsyncApp], Awaitable[None] | None]


@asynccontextmanager
async def department(workspace: Workspace, register: Callable[[AsyncApp], None]) -> AsyncIterator[AsyncApp]:
    """A running app with the listeners that `register` adds."""
    client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
    app = AsyncApp(client=client)
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
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace(rate_limits=False, scopes=EVERY_SCOPE, subscriptions=EVERY_EVENT) as running:
        yield running


def modal(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    title = {"type": "plain_text", "text": "Mission"}
    return {"type": "modal", "callback_id": "mission", "title": title, "blocks": list(blocks), **fields}


def field(block_id: str, action_id: str, **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": action_id}
    label = {"type": "plain_text", "text": block_id}
    return {"type": "input", "block_id": block_id, "element": element, "label": label, **more}


def button(action_id: str, text: str = "Go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **more}


def words(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


SUBMIT = {"submit": {"type": "plain_text", "text": "Start"}}


async def test_a_mention_arrives_as_message_and_as_app_mention(workspace: Workspace) -> None:
    heard: list[dict[str, Any]] = []

    def register(app: AsyncApp) -> None:
        async def hear(body: dict[str, Any]) -> None:
            heard.append(body)

        app.event("app_mention")(hear)
        app.event("message")(hear)

    async with department(workspace, register):
        ts = await workspace.say(
            "maya", "launch", "@Baton plan <the> launch & more, see https://juniper.example/a?b=1&c=2."
        )
        await workspace.wait_for(lambda: len(heard) == 2)

    events = {body["event"]["type"]: body for body in heard}
    assert set(events) == {"message", "app_mention"}
    assert events["message"]["event_id"] != events["app_mention"]["event_id"]
    message, mention = events["message"]["event"], events["app_mention"]["event"]
    assert message["ts"] == mention["ts"] == ts
    assert message["client_msg_id"] == mention["client_msg_id"]
    assert message["channel_type"] == "channel"
    assert message["text"] == (
        f"<@{BOT}> plan &lt;the&gt; launch &amp; more, see <https://juniper.example/a?b=1&amp;c=2>."
    )
    assert message["blocks"][0]["elements"][0]["elements"][0] == {"type": "user", "user_id": BOT}


async def test_the_app_answers_in_the_thread_under_a_persona(workspace: Workspace) -> None:
    def register(app: AsyncApp) -> None:
        @app.event("app_mention")
        async def answer(event: dict[str, Any], client: AsyncWebClient) -> None:
            thread = event.get("thread_ts", event["ts"])
            await client.chat_postMessage(
                channel=event["channel"], thread_ts=thread, text="On it", username="Scout", icon_emoji=":mag:"
            )

        @app.event("message")
        async def ignore() -> None:
            pass

    async with department(workspace, register):
        ts = await workspace.say("maya", "launch", "@Baton hello")
        await workspace.wait_for(lambda: len(workspace.thread("launch", ts)) == 2)

    root, reply = workspace.thread("launch", ts)
    assert root["reply_count"] == 1
    assert (reply["username"], reply["icons"], reply["bot_id"]) == ("Scout", {"emoji": ":mag:"}, "B0BATON0001")
    assert reply["parent_user_id"] == MAYA
    own = [
        each for each in workspace.traffic if each.name == "message" and each.request["payload"]["event"].get("bot_id")
    ]
    assert own, "the app's own post comes back to it as a message with bot_id"


async def test_a_button_opens_a_form_that_answers_with_errors_then_pushes_updates_and_clears(
    workspace: Workspace,
) -> None:
    answers = iter(
        [
            {"response_action": "errors", "errors": {"goal": "Say more."}},
            {"response_action": "push", "view": modal(field("budget", "amount"), **SUBMIT)},
            {"response_action": "update", "view": modal(words("Saved."), field("budget", "amount"), **SUBMIT)},
            {"response_action": "clear"},
        ]
    )

    def register(app: AsyncApp) -> None:
        @app.action("start")
        async def start(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=modal(field("goal", "text"), **SUBMIT))

        @app.view("mission")
        async def take(ack: Any) -> None:
            await ack(next(answers))

    async with department(workspace, register) as app:
        actions = {"type": "actions", "elements": [button("start")]}
        posted = await app.client.chat_postMessage(channel=LAUNCH, text="Ready?", blocks=[actions])
        await workspace.press("maya", "launch", posted["ts"], "start")
        await workspace.wait_for(lambda: workspace.open_views("maya"))
        first = workspace.open_views("maya")[0]["id"]

        assert await workspace.submit(first) == {"goal": "Please complete this required field."}
        assert await workspace.submit(first, {"text": "Win"}) == {"goal": "Say more."}
        assert await workspace.submit(first, {"goal": {"text": "Win the spring"}}) == {}
        assert len(workspace.open_views("maya")) == 2
        second = workspace.open_views("maya")[1]
        assert second["previous_view_id"] == first
        assert await workspace.submit(second["id"], {"amount": "12"}) == {}
        updated = workspace.open_views("maya")[1]
        assert (updated["id"], updated["blocks"][0]["text"]["text"]) == (second["id"], "Saved.")
        assert updated["state"]["values"]["budget"]["amount"]["value"] == "12", "what was typed survives the update"
        assert await workspace.submit(second["id"]) == {}
        assert workspace.open_views("maya") == []


async def test_a_press_that_nobody_acknowledges_is_an_error_for_the_person() -> None:
    async with Workspace(
        rate_limits=False, scopes=EVERY_SCOPE, subscriptions=EVERY_EVENT, ack_timeout=0.2
    ) as workspace:

        def register(app: AsyncApp) -> None:
            @app.action("deaf")
            async def never(ack: Any) -> None:
                del ack

        async with department(workspace, register) as app:
            actions = {"type": "actions", "elements": [button("deaf")]}
            posted = await app.client.chat_postMessage(channel=LAUNCH, text="?", blocks=[actions])
            with pytest.raises(NotAcknowledged, match="did not answer block_actions within"):
                await workspace.press("maya", "launch", posted["ts"], "deaf")
            with pytest.raises(PageError, match="nothing to press"):
                await workspace.press("maya", "launch", posted["ts"], "elsewhere")


async def test_a_command_is_answered_privately_and_its_response_address_wears_out(workspace: Workspace) -> None:
    outcomes: list[int] = []
    done = asyncio.Event()

    def register(app: AsyncApp) -> None:
        @app.command("/baton")
        async def run(ack: Any, command: dict[str, Any], respond: Any) -> None:
            await ack(f"You said {command['text']}")
            outcomes.extend([(await respond(text=f"answer {n}")).status_code for n in range(6)])
            done.set()

    async with department(workspace, register):
        await workspace.command("jonas", "launch", "/baton list all")
        await asyncio.wait_for(done.wait(), 5)

    assert outcomes == [200, 200, 200, 200, 200, 404]
    shown = {each["text"] for each in workspace.ephemeral("jonas")}
    assert shown == {"You said list all", *(f"answer {n}" for n in range(5))}
    assert workspace.messages("launch") == []
    assert [each.error for each in workspace.recorder.calls("response_url")] == [None] * 5 + ["used_url"]


async def test_a_press_on_a_button_that_is_gone_already_still_arrives(workspace: Workspace) -> None:
    pressed: list[dict[str, Any]] = []

    def register(app: AsyncApp) -> None:
        @app.action("approve")
        async def approve(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            await client.chat_update(
                channel=LAUNCH, ts=body["message"]["ts"], text="Approved", blocks=[words("Approved")]
            )
            pressed.append(body)

    async with department(workspace, register) as app:
        buttons = [button("approve", value="1"), button("reject", value="1")]
        posted = await app.client.chat_postMessage(
            channel=LAUNCH, text="?", blocks=[{"type": "actions", "block_id": "gate", "elements": buttons}]
        )
        await workspace.press("maya", "launch", posted["ts"], "approve")
        await workspace.wait_for(lambda: len(pressed) == 1)
        await workspace.press("jonas", "launch", posted["ts"], "approve")
        await workspace.wait_for(lambda: len(pressed) == 2)

    first, second = pressed
    assert [each["user"]["name"] for each in pressed] == ["maya", "jonas"]
    assert first["actions"][0]["value"] == second["actions"][0]["value"] == "1"
    assert (first["message"]["text"], second["message"]["text"]) == ("?", "Approved")
    assert first["actions"][0]["block_id"] == "gate"


async def test_a_response_address_replaces_and_deletes_the_original(workspace: Workspace) -> None:
    def register(app: AsyncApp) -> None:
        @app.action("replace")
        async def replace(ack: Any, respond: Any) -> None:
            await ack()
            await respond(
                text="Replaced", replace_original=True, blocks=[{"type": "actions", "elements": [button("gone")]}]
            )

        @app.action("gone")
        async def gone(ack: Any, respond: Any) -> None:
            await ack()
            await respond(delete_original=True)

    async with department(workspace, register) as app:
        actions = [{"type": "actions", "elements": [button("replace")]}]
        asked = await app.client.chat_postEphemeral(channel=LAUNCH, user=MAYA, text="Only you", blocks=actions)
        await workspace.press("maya", "launch", asked["message_ts"], "replace")
        await workspace.wait_for(lambda: [each["text"] for each in workspace.ephemeral("maya")] == ["Replaced"])
        await workspace.press("maya", "launch", asked["message_ts"], "gone")
        await workspace.wait_for(lambda: not workspace.ephemeral("maya"))


async def test_edits_deletions_and_reactions_are_events(workspace: Workspace) -> None:
    heard: list[dict[str, Any]] = []

    def register(app: AsyncApp) -> None:
        async def hear(event: dict[str, Any]) -> None:
            heard.append(event)

        for kind in ("message", "reaction_added", "member_joined_channel"):
            app.event(kind)(hear)
        app.event({"type": "message", "subtype": "message_changed"})(hear)
        app.event({"type": "message", "subtype": "message_deleted"})(hear)

    async with department(workspace, register):
        ts = await workspace.say("maya", "launch", "frist")
        await workspace.edit("maya", "launch", ts, "first")
        await workspace.react("jonas", "launch", ts, "eyes")
        await workspace.delete("maya", "launch", ts)
        await workspace.wait_for(lambda: len(heard) == 4)

    kinds = {each.get("subtype") or each["type"]: each for each in heard}
    assert kinds["message_changed"]["previous_message"]["text"] == "frist"
    assert kinds["message_changed"]["message"]["text"] == "first"
    assert kinds["reaction_added"]["item"] == {"type": "message", "channel": LAUNCH, "ts": ts}
    assert kinds["message_deleted"]["deleted_ts"] == ts


async def test_shortcuts_home_and_stop_reach_their_listeners(workspace: Workspace) -> None:
    heard: list[str] = []

    def register(app: AsyncApp) -> None:
        @app.shortcut("new_mission")
        async def everywhere(ack: Any, client: AsyncWebClient, shortcut: dict[str, Any]) -> None:
            await ack()
            heard.append("global")
            await client.views_open(trigger_id=shortcut["trigger_id"], view=modal(words("Hi"), notify_on_close=True))

        @app.shortcut("mission_from_message")
        async def on_message(ack: Any, shortcut: dict[str, Any]) -> None:
            await ack()
            heard.append(shortcut["message"]["text"])

        @app.view_closed("mission")
        async def closed(ack: Any) -> None:
            await ack()
            heard.append("closed")

        @app.event("app_home_opened")
        async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
            view = {"type": "home", "blocks": [words("Nothing to decide.")]}
            await client.views_publish(user_id=event["user"], view=view)

        @app.event("agent_session_stopped")
        async def stopped(event: dict[str, Any], client: AsyncWebClient) -> None:
            await client.agents_sessions_setStatus(
                channel_id=event["channel"], thread_ts=event["thread_ts"], status="active"
            )

        @app.event("message")
        async def ignore() -> None:
            pass

    async with department(workspace, register) as app:
        ts = await workspace.say("maya", "launch", "Compare the pods")
        await workspace.shortcut("maya", "mission_from_message", "launch", ts)
        await workspace.shortcut("maya", "new_mission")
        await workspace.wait_for(lambda: workspace.open_views("maya"))
        await workspace.close_view(workspace.open_views("maya")[0]["id"])
        await workspace.open_home("priya")
        await workspace.wait_for(lambda: workspace.home("priya"))
        await app.client.agents_sessions_setStatus(channel_id=LAUNCH, thread_ts=ts, status="processing", title="Pods")
        await workspace.stop_session("maya", "launch", ts)
        await workspace.wait_for(lambda: workspace.session("launch", ts) == {"status": "active", "title": "Pods"})

    assert heard == ["Compare the pods", "global", "closed"]


async def test_the_sdk_stream_helper_grows_one_message_and_finishes_it(workspace: Workspace) -> None:
    def register(app: AsyncApp) -> None:
        @app.event("app_mention")
        async def answer(event: dict[str, Any], client: AsyncWebClient) -> None:
            stream = await client.chat_stream(
                channel=event["channel"],
                thread_ts=event["ts"],
                recipient_team_id="T0JUNIPER01",
                recipient_user_id=event["user"],
                buffer_size=4,
                task_display_mode="plan",
            )
            await stream.append(markdown_text="Hello ")
            task = {"type": "task_update", "id": "t1", "title": "Look", "status": "in_progress"}
            await stream.append(chunks=[task])
            await stream.append(markdown_text="world")
            await stream.stop(chunks=[{**task, "status": "complete"}], session_status="closed")

        @app.event("message")
        async def ignore() -> None:
            pass

    async with department(workspace, register):
        ts = await workspace.say("maya", "launch", "@Baton hi")
        await workspace.wait_for(lambda: workspace.session("launch", ts))
        reply = workspace.thread("launch", ts)[1]

    assert reply["text"] == "Hello world"
    assert reply["blocks"][0]["type"] == "plan"
    assert reply["blocks"][0]["tasks"][0]["status"] == "complete"
    assert workspace.session("launch", ts) == {"status": "closed", "title": ""}


async def test_unacknowledged_events_come_again_with_the_same_id_and_then_are_lost() -> None:
    async with Workspace(
        rate_limits=False,
        scopes=EVERY_SCOPE,
        subscriptions=EVERY_EVENT,
        ack_timeout=0.1,
        retry_delays=(0.0, 0.05, 0.05),
    ) as workspace:
        workspace.faults.deafen()

        def register(app: AsyncApp) -> None:
            @app.event("message")
            async def ignore() -> None:
                pass

        async with department(workspace, register):
            await workspace.say("maya", "@maya", "Anybody there?")
            await workspace.settle()

        tries = [each for each in workspace.traffic if each.name == "message"]
        assert [each.request["attempt"] for each in tries] == [0, 1, 2, 3]
        assert len({each.request["payload"]["event_id"] for each in tries}) == 1
        assert all(each.error == "timeout" for each in tries)


async def test_events_from_before_the_app_connects_arrive_when_it_does() -> None:
    async with Workspace(rate_limits=False, scopes=EVERY_SCOPE, subscriptions=EVERY_EVENT) as workspace:
        heard: list[str] = []

        def register(app: AsyncApp) -> None:
            @app.event("message")
            async def hear(event: dict[str, Any]) -> None:
                heard.append(event["text"])

        await workspace.say("maya", "@maya", "Too early")
        await workspace.wait_for(lambda: len([each for each in workspace.traffic if each.name == "message"]) == 2)
        async with department(workspace, register):
            await workspace.wait_for(lambda: heard == ["Too early"])
            await workspace.settle()


async def test_four_copies_of_both_events_arrive_out_of_order(workspace: Workspace) -> None:
    heard: list[str] = []
    workspace.faults.repeat_events(4)
    workspace.faults.reorder_events(0.05)

    def register(app: AsyncApp) -> None:
        async def hear(body: dict[str, Any]) -> None:
            heard.append(body["event_id"])

        app.event("app_mention")(hear)
        app.event("message")(hear)

    async with department(workspace, register):
        await workspace.say("maya", "launch", "@Baton once")
        await workspace.wait_for(lambda: len(heard) == 8)
        await workspace.settle()

    assert len(set(heard)) == 2
    assert heard != sorted(heard, key=heard.index) or heard[:4] != [heard[0]] * 4


async def test_the_app_reconnects_after_a_refresh_and_goes_on_hearing(workspace: Workspace) -> None:
    heard: list[str] = []

    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def hear(event: dict[str, Any]) -> None:
            heard.append(event["text"])

    async with department(workspace, register):
        before = workspace.sockets.opened
        await workspace.disconnect("refresh_requested")
        await workspace.wait_for(lambda: workspace.sockets.opened > before and workspace.connected)
        await workspace.say("maya", "@maya", "Still there?")
        await workspace.wait_for(lambda: heard == ["Still there?"])


async def test_uploads_travel_in_three_steps_and_back(workspace: Workspace) -> None:
    heard: list[dict[str, Any]] = []

    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def hear(event: dict[str, Any]) -> None:
            heard.append(event)

    async with department(workspace, register) as app:
        root = await workspace.say("maya", "launch", "Files here")
        answer = await app.client.files_upload_v2(
            filename="plan.csv", content="a,b\n1,2\n", channel=LAUNCH, thread_ts=root, initial_comment="The plan"
        )
        reply = workspace.thread("launch", root)[1]
        assert (reply["text"], reply["files"][0]["id"]) == ("The plan", answer["file"]["id"])
        info = await app.client.files_info(file=answer["file"]["id"])
        assert info["file"]["shares"]["public"][LAUNCH][0]["thread_ts"] == root

        file_id = await workspace.upload("maya", "launch", "brief.txt", b"Be green.")
        await workspace.say("maya", "launch", "Read this", file_ids=[file_id])
        shared = await workspace.wait_for(
            lambda: next((each for each in heard if each.get("subtype") == "file_share"), None)
        )
        assert shared["files"][0]["name"] == "brief.txt"
