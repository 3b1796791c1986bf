"""The page's side of the local workspace: its endpoints, its socket, and who is kept out."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import LocalWorkspaceError, PortInUse, Workspace
from bot.local.workspace.seed import EVERY_EVENT, EVERY_SCOPE

LAUNCH, LEADERSHIP, DIRECT = "C0LAUNCH001", "C0LEADERS01", "D0MAYA00001"
MAYA, TOM, BOT = "U0MAYA00001", "U0TOM000001", "U0BATON0001"


class Page:
    """The page as a person uses it."""

    def __init__(self, workspace: Workspace, session: aiohttp.ClientSession) -> None:
        self.workspace = workspace
        self.session = session

    async def get(self, path: str, **query: str) -> tuple[int, Any]:
        async with self.session.get(f"{self.workspace.url}local/{path}", params=query) as answer:
            return answer.status, await answer.json()

    async def post(self, path: str, **body: Any) -> tuple[int, Any]:
        async with self.session.post(f"{self.workspace.url}local/{path}", json=body) as answer:
            return answer.status, await answer.json()

    def socket(self, user: str = MAYA) -> Any:
        return self.session.ws_connect(f"{self.workspace.url}local/socket", params={"user": user})


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    (tmp_path / "index.html").write_text("<!doctype html><title>Workspace</title>")
    (tmp_path / "app.js").write_text("export {};")
    async with Workspace(
        rate_limits=False, scopes=EVERY_SCOPE, subscriptions=EVERY_EVENT, ack_timeout=0.2, page_folder=tmp_path
    ) as running:
        yield running


@pytest.fixture
async def page(workspace: Workspace) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession() as session:
        yield Page(workspace, session)


@pytest.fixture
def client(workspace: Workspace) -> AsyncWebClient:
    return AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])


async def event(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next event of that kind."""
    async with asyncio.timeout(5):
        while True:
            found = await socket.receive_json()
            if found["type"] == kind:
                return found


async def test_everybody_sees_the_channels_they_may_see(page: Page) -> None:
    _, maya = await page.get("state", user=MAYA)
    assert [each["name"] for each in maya["channels"]] == ["general", "launch", "research", "leadership", ""]
    assert maya["channels"][-1]["im_user"] == MAYA
    _, tom = await page.get("state", user=TOM)
    assert [each["name"] for each in tom["channels"]] == ["launch", ""]
    assert maya["bot"] == {"user_id": BOT, "name": "Baton", "connected": False}
    assert maya["users"][0] == {
        "id": MAYA,
        "name": "maya",
        "real_name": "Maya Okafor",
        "title": "Head of Marketing",
        "color": "c2410c",
        "initials": "MO",
        "is_bot": False,
        "deleted": False,
    }
    assert maya["commands"][0]["command"] == "/baton"
    status, answer = await page.get("messages", user=TOM, channel=LEADERSHIP)
    assert (status, list(answer)) == (400, ["error"])


async def test_a_message_its_edit_and_its_end_reach_every_open_page(page: Page) -> None:
    async with page.socket() as socket:
        _, sent = await page.post("message", user=MAYA, channel=LAUNCH, text=f"<@{BOT}> a < b @here")
        shown = await event(socket, "message")
        assert shown["message"]["text"] == f"<@{BOT}> a &lt; b <!here>"
        await page.post("edit", user=MAYA, channel=LAUNCH, ts=sent["ts"], text="better")
        assert (await event(socket, "changed"))["message"]["edited"]["user"] == MAYA
        await page.post("reaction", user=TOM, channel=LAUNCH, ts=sent["ts"], name="eyes", add=True)
        assert (await event(socket, "changed"))["message"]["reactions"][0]["users"] == [TOM]
        _, listed = await page.get("messages", user=MAYA, channel=LAUNCH)
        assert [each["text"] for each in listed["messages"]] == ["better"]
        await page.post("delete", user=MAYA, channel=LAUNCH, ts=sent["ts"])
        assert (await event(socket, "deleted"))["ts"] == sent["ts"]


async def test_news_of_a_channel_reach_only_its_members(page: Page) -> None:
    async with page.socket(TOM) as socket:
        await page.post("message", user=MAYA, channel=LEADERSHIP, text="secret")
        await page.post("join", user=MAYA, channel=LEADERSHIP, invite="U0JONAS0001")
        await page.post("message", user=MAYA, channel=LAUNCH, text="open")
        news = [await socket.receive_json() for _ in range(2)]
        assert [each["type"] for each in news] == ["bot", "message"]
        assert news[1]["message"]["text"] == "open"


async def test_a_stream_is_drawn_as_it_grows(page: Page, client: AsyncWebClient, workspace: Workspace) -> None:
    root = await workspace.say("maya", "launch", "Go")
    async with page.socket() as socket:
        started = await client.chat_startStream(
            channel=LAUNCH, thread_ts=root, recipient_team_id="T0JUNIPER01", recipient_user_id=MAYA
        )
        first = (await event(socket, "message"))["message"]
        assert (first["streaming"], first["chunks"]["text"]) == (True, "")
        task = {"type": "task_update", "id": "1", "title": "Look", "status": "complete"}
        chunks = [{"type": "markdown_text", "text": "**Hi**"}, task]
        await client.chat_appendStream(channel=LAUNCH, ts=started["ts"], chunks=chunks)
        grown = (await event(socket, "changed"))["message"]
        assert grown["chunks"]["text"] == "**Hi**"
        assert grown["chunks"]["tasks"] == [{"id": "1", "title": "Look", "status": "complete"}]
        await client.chat_stopStream(channel=LAUNCH, ts=started["ts"])
        ended = (await event(socket, "changed"))["message"]
        assert (ended["streaming"], ended["blocks"]) == (False, [])


async def test_files_are_uploaded_shown_and_never_run(page: Page, workspace: Workspace) -> None:
    form = aiohttp.FormData({"user": MAYA, "channel": LAUNCH})
    form.add_field("file", b"<script>alert(1)</script>", filename="page.html", content_type="text/html")
    async with page.session.post(f"{workspace.url}local/upload", data=form) as answer:
        uploaded = await answer.json()
    assert uploaded["size"] == 25
    await page.post("message", user=MAYA, channel=LAUNCH, text="", file_ids=[uploaded["file_id"]])
    _, listed = await page.get("messages", user=MAYA, channel=LAUNCH)
    [file] = listed["messages"][0]["files"]
    async with page.session.get(f"{workspace.url}{file['url'][1:]}") as answer:
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == 'inline; filename="page.html"'


async def test_every_gesture_that_cannot_be_is_one_sentence(page: Page, workspace: Workspace) -> None:
    ts = await workspace.say("maya", "launch", "mine")
    gestures: list[tuple[str, dict[str, Any]]] = [
        ("message", {"user": MAYA, "channel": LAUNCH, "text": "  "}),
        ("message", {"user": MAYA, "channel": LAUNCH, "text": "x" * 40_001}),
        ("message", {"user": BOT, "channel": LAUNCH, "text": "I am a bot"}),
        ("message", {"user": MAYA, "channel": LAUNCH, "text": "x", "surprise": 1}),
        ("message", {"user": MAYA, "channel": LAUNCH, "text": "x", "thread_ts": "1.000000"}),
        ("edit", {"user": TOM, "channel": LAUNCH, "ts": ts, "text": "yours"}),
        ("delete", {"user": TOM, "channel": LAUNCH, "ts": ts}),
        ("command", {"user": MAYA, "channel": LAUNCH, "text": "/unknown"}),
        ("command", {"user": MAYA, "channel": LAUNCH, "text": "/baton", "thread_ts": ts}),
        ("shortcut", {"user": MAYA, "callback_id": "nothing"}),
        ("stop", {"user": MAYA, "channel": LAUNCH, "thread_ts": ts}),
        ("submit", {"user": MAYA, "view_id": "V404"}),
        ("home", {"user": MAYA, "tab": "attic"}),
        ("faults", {"lightning": True}),
    ]
    for path, body in gestures:
        status, answer = await page.post(path, **body)
        assert (status, list(answer)) == (400, ["error"]), (path, body, answer)
        assert answer["error"].endswith("."), answer


async def test_a_silent_app_is_a_502_with_a_sentence(page: Page) -> None:
    status, answer = await page.post("command", user=MAYA, channel=LAUNCH, text="/baton list")
    assert status == 502
    assert answer["error"] == "The app did not answer /baton within 0.2 seconds; is it running and connected?"


async def test_other_sites_and_other_names_are_kept_out(page: Page, workspace: Workspace) -> None:
    evil = [
        {"Host": "evil.example"},
        {"Host": f"evil.example:{workspace.port}"},
        {"Origin": "http://evil.example"},
        {"Origin": f"http://127.0.0.1:{workspace.port + 1}"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ]
    for headers in evil:
        for path in ("local/state?user=U0MAYA00001", "local/socket?user=U0MAYA00001", "", "page/app.js"):
            async with page.session.get(f"{workspace.url}{path}", headers=headers) as answer:
                assert answer.status == 403, (headers, path)
    own = {"Origin": workspace.url.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    async with page.session.get(f"{workspace.url}local/state?user={MAYA}", headers=own) as answer:
        assert answer.status == 200
    async with page.session.post(f"{workspace.url}local/message", data="{}") as answer:
        assert answer.status == 400, "a form or plain text, which other sites may send, is no JSON"


async def test_the_page_is_served_fresh_and_may_load_nothing_foreign(page: Page, workspace: Workspace) -> None:
    async with page.session.get(workspace.url) as answer:
        assert "<title>Workspace</title>" in await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    async with page.session.get(f"{workspace.url}page/app.js") as answer:
        assert answer.content_type == "text/javascript"
    for name in ("nothing.js", "..%2f..%2fworkspace%2fserver.py", "%2e%2e/%2e%2e/etc/passwd"):
        async with page.session.get(f"{workspace.url}page/{name}") as answer:
            assert answer.status == 404
    link = f"{workspace.url}archives/{LAUNCH}/p1700000000000001"
    async with page.session.get(link, allow_redirects=False) as answer:
        assert answer.headers["Location"] == f"/#{LAUNCH}/1700000000.000001"


async def test_faults_can_be_ordered_from_the_page(page: Page, client: AsyncWebClient, workspace: Workspace) -> None:
    order = {"clear": True, "storm": {"method": "auth.test", "retry_after": 7}, "repeat_events": 3}
    assert (await page.post("faults", **order))[0] == 200
    async with page.session.post(f"{workspace.api_url}auth.test") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    assert workspace.faults.copies == 3
    await page.post("faults", clear=True)
    assert workspace.faults.copies == 1


async def test_the_inspector_shows_what_goes_to_and_fro(page: Page, client: AsyncWebClient) -> None:
    async with page.socket() as socket:
        await client.auth_test()
        told = (await event(socket, "traffic"))["entry"]
    assert (told["direction"], told["name"], told["ok"]) == ("bot->slack", "auth.test", True)
    _, listed = await page.get("traffic", after="0")
    assert listed["entries"] == [told]
    assert (await page.get("traffic", after=str(told["n"])))[1] == {"entries": []}


async def test_somebody_may_join_and_bring_the_app_along(page: Page, workspace: Workspace) -> None:
    status, _ = await page.post("join", user=MAYA, channel=LEADERSHIP, invite=BOT)
    assert status == 200
    assert BOT in workspace.state.channels[LEADERSHIP].members
    [sent] = workspace.core.delivery.sent.values()
    assert (sent["event"]["type"], sent["event"]["inviter"]) == ("member_joined_channel", MAYA)


async def test_a_renamed_session_is_told_to_the_app(page: Page, client: AsyncWebClient, workspace: Workspace) -> None:
    root = await workspace.say("maya", "launch", "Go")
    await client.agents_sessions_setStatus(channel_id=LAUNCH, thread_ts=root, status="active", title="Old")
    await page.post("rename", user=MAYA, channel=LAUNCH, thread_ts=root, title="New")
    titles = [each["event"].get("title") for each in workspace.core.delivery.sent.values()]
    assert titles[-1] == "New"
    _, state = await page.get("state", user=MAYA)
    assert state["sessions"][0]["title"] == "New"


async def test_the_port_in_use_is_one_sentence(workspace: Workspace) -> None:
    with pytest.raises(PortInUse, match=f"port {workspace.port} on 127.0.0.1 is in use by another program"):
        await Workspace(port=workspace.port).start()


def test_only_loopback_is_served() -> None:
    with pytest.raises(LocalWorkspaceError, match="stays on this machine"):
        Workspace(host="0.0.0.0")


async def test_threads_files_and_sessions_survive_a_restart_and_tokens_are_not_kept(tmp_path: Path) -> None:
    kept = tmp_path / "deep" / "workspace.json"
    async with Workspace(rate_limits=False, scopes=EVERY_SCOPE, subscriptions=EVERY_EVENT, state_file=kept) as first:
        client = AsyncWebClient(token=first.bot_token, base_url=first.api_url)
        file_id = await first.upload("maya", "launch", "a.txt", b"bytes \xff")
        root = await first.say("maya", "launch", "Go", file_ids=[file_id])
        metadata = {"event_type": "post", "event_payload": {"key": "1"}}
        await client.chat_postMessage(channel=LAUNCH, text="On it", thread_ts=root, metadata=metadata)
        stream = await client.chat_startStream(
            channel=LAUNCH, thread_ts=root, markdown_text="x", recipient_team_id="T0JUNIPER01", recipient_user_id=MAYA
        )
        await client.agents_sessions_setStatus(channel_id=LAUNCH, thread_ts=root, status="processing", title="T")
        await client.views_publish(user_id=MAYA, view={"type": "home", "blocks": [{"type": "divider"}]})
        before = first.thread("launch", root)
        token = first.bot_token
    assert token not in kept.read_text()
    async with Workspace(rate_limits=False, scopes=EVERY_SCOPE, subscriptions=EVERY_EVENT, state_file=kept) as second:
        client = AsyncWebClient(token=second.bot_token, base_url=second.api_url)
        assert second.thread("launch", root) == before
        assert second.state.files[file_id].content == b"bytes \xff"
        assert second.session("launch", root) == {"status": "processing", "title": "T"}
        home = second.home("maya")
        assert home is not None
        assert home["blocks"][0]["type"] == "divider"
        await client.chat_stopStream(channel=LAUNCH, ts=stream["ts"])
        assert second.bot_token != token
        assert await second.say("maya", "launch", "Later") > root


async def test_an_unreadable_state_file_is_one_sentence(tmp_path: Path) -> None:
    kept = tmp_path / "workspace.json"
    for text in ("not json", json.dumps({"version": 99}), json.dumps({"version": 1})):
        kept.write_text(text)
        with pytest.raises(LocalWorkspaceError, match="move it away to begin with a fresh workspace"):
            Workspace(state_file=kept)
