"""The real Bolt app over signed HTTP against the local workspace."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import LocalWorkspaceError, Workspace

LAUNCH = "C0LAUNCH001"


@asynccontextmanager
async def serving(
    workspace: Workspace, register: Callable[[AsyncApp], None], secret: str | None = None
) -> AsyncIterator[AsyncApp]:
    """A Bolt app behind an HTTP server on a free port; yields when the workspace knows its address."""
    client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
    app = AsyncApp(client=client, signing_secret=secret or workspace.signing_secret)
    register(app)
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await workspace.point_at(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
        yield app
        await workspace.settle()
    finally:
        await runner.cleanup()


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace(
        delivery="http", rate_limits=False, ack_timeout=1.0, retry_delays=(0.0, 0.05, 0.05)
    ) as running:
        yield running


async def test_signed_events_arrive_and_are_acknowledged(workspace: Workspace) -> None:
    heard: list[str] = []

    def register(app: AsyncApp) -> None:
        async def hear(event: dict[str, Any]) -> None:
            heard.append(event["type"])

        app.event("app_mention")(hear)
        app.event("message")(hear)

    async with serving(workspace, register):
        await workspace.say("maya", "launch", "@Baton hello")
        await workspace.wait_for(lambda: sorted(heard) == ["app_mention", "message"])

    assert all(each.ok for each in workspace.traffic if each.direction == "slack->bot")


async def test_buttons_commands_and_forms_arrive_as_forms(workspace: Workspace) -> None:
    def register(app: AsyncApp) -> None:
        @app.action("start")
        async def start(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            element = {"type": "plain_text_input", "action_id": "text"}
            label = {"type": "plain_text", "text": "Goal"}
            view = {
                "type": "modal",
                "callback_id": "mission",
                "title": {"type": "plain_text", "text": "Mission"},
                "submit": {"type": "plain_text", "text": "Go"},
                "blocks": [{"type": "input", "block_id": "goal", "element": element, "label": label}],
            }
            await client.views_open(trigger_id=body["trigger_id"], view=view)

        @app.view("mission")
        async def refuse(ack: Any) -> None:
            await ack(response_action="errors", errors={"goal": "Too vague."})

        @app.command("/baton")
        async def command(ack: Any, command: dict[str, Any]) -> None:
            await ack(text=f"{command['user_name']}: {command['text']}", response_type="in_channel")

    async with serving(workspace, register) as app:
        go = {"type": "button", "action_id": "start", "text": {"type": "plain_text", "text": "Go"}}
        posted = await app.client.chat_postMessage(
            channel=LAUNCH, text="Ready?", blocks=[{"type": "actions", "elements": [go]}]
        )
        await workspace.press("maya", "launch", posted["ts"], "start")
        view = await workspace.wait_for(lambda: workspace.open_views("maya"))
        assert await workspace.submit(view[0]["id"], {"text": "Win & more"}) == {"goal": "Too vague."}
        await workspace.command("maya", "launch", "/baton list & more")
        assert workspace.messages("launch")[-1]["text"] == "maya: list &amp; more"


async def test_an_app_can_forbid_retries(workspace: Workspace) -> None:
    seen: list[bytes] = []

    async def refuse(request: web.Request) -> web.Response:
        body = await request.read()
        if b"url_verification" in body:
            return web.Response(text=(await request.json())["challenge"])
        seen.append(body)
        return web.Response(status=500, headers={"x-slack-no-retry": "1"})

    server = web.Application()
    server.add_routes([web.post("/", refuse)])
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await workspace.point_at(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        await workspace.say("maya", "@maya", "hello")
        await workspace.settle()
    finally:
        await runner.cleanup()
    assert len(seen) == 1


async def test_a_failing_app_gets_the_event_four_times_with_retry_headers(workspace: Workspace) -> None:
    seen: list[tuple[str | None, str | None]] = []

    async def fail(request: web.Request) -> web.Response:
        if b"url_verification" in await request.read():
            return web.Response(text=(await request.json())["challenge"])
        seen.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return web.Response(status=500)

    server = web.Application()
    server.add_routes([web.post("/", fail)])
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await workspace.point_at(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        await workspace.say("maya", "@maya", "hello")
        await workspace.settle()
    finally:
        await runner.cleanup()

    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]


async def test_another_signing_secret_does_not_pass_the_challenge(workspace: Workspace) -> None:
    with pytest.raises(LocalWorkspaceError, match="same signing secret"):
        async with serving(workspace, lambda app: None, secret="another"):
            pytest.fail("the address was accepted")


async def test_deliveries_stay_on_this_machine(workspace: Workspace) -> None:
    with pytest.raises(LocalWorkspaceError, match="stays on this machine"):
        await workspace.point_at("https://hooks.example.com/slack")
