"""Whatever the app sends, the local workspace answers in Slack's words; it never breaks."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import LocalWorkspaceError, Workspace
from bot.local.workspace.seed import EVERY_EVENT, EVERY_SCOPE
from bot.local.workspace.webapi import METHODS, WebApi

LAUNCH, MAYA = "C0LAUNCH001", "U0MAYA00001"
# fmt: off
ARGUMENTS = [
    "channel", "channel_id", "channels", "user", "user_id", "users", "ts", "thread_ts", "message_ts",
    "timestamp", "text", "blocks", "attachments", "metadata", "markdown_text", "username", "icon_emoji",
    "cursor", "limit", "oldest", "latest", "inclusive", "name", "file", "file_id", "files", "filename",
    "length", "title", "document_content", "canvas_id", "changes", "access_level", "channel_ids", "user_ids",
    "view", "view_id", "trigger_id", "hash", "external_id", "chunks", "recipient_user_id", "recipient_team_id",
    "status", "session_status", "prompts", "message", "types", "bot", "usergroup", "code", "error",
]
# fmt: on
SOUND = {"channel": LAUNCH, "channel_id": LAUNCH, "user": MAYA, "user_id": MAYA, "text": "hi"}
STREAMED = {"recipient_user_id": MAYA, "recipient_team_id": "T0JUNIPER01"}
WORDS = st.sampled_from(["", "x", LAUNCH, MAYA, "1.000001", "nan", "-1", "[]", "{}", "null", "<!channel>", "🙂" * 9])
LEAVES = st.none() | st.booleans() | st.integers(-2, 10**9) | st.floats(allow_nan=False) | WORDS
KEYS = st.sampled_from(["type", "text", "blocks", "elements", "id", "title", "event_type", "event_payload", "markdown"])
TREES = st.recursive(
    LEAVES, lambda part: st.lists(part, max_size=3) | st.dictionaries(KEYS, part, max_size=4), max_leaves=9
)
CALLS = st.tuples(st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(ARGUMENTS), TREES, max_size=8))


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CALLS, min_size=1, max_size=5), st.booleans())
def test_no_argument_breaks_a_method(calls: list[tuple[str, dict[str, Any]]], sound: bool) -> None:
    workspace = Workspace(rate_limits=False, scopes=EVERY_SCOPE, subscriptions=())
    api = WebApi(workspace.core)
    root = api.call("chat.postMessage", SOUND, workspace.bot_token).body
    assert root is not None
    streamed = api.call("chat.startStream", SOUND | STREAMED | {"thread_ts": root["ts"]}, workspace.bot_token).body
    assert streamed is not None
    right = SOUND | {"thread_ts": root["ts"], "timestamp": root["ts"], "ts": streamed["ts"]}
    for name, values in calls:
        token = workspace.app_token if METHODS[name].token == "app" else workspace.bot_token
        outcome = api.call(name, {**right, **values} if sound else values, token)
        assert outcome.status == 200
        assert json.loads(json.dumps(outcome.body))["ok"] in (True, False)


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace(rate_limits=False, scopes=EVERY_SCOPE, subscriptions=EVERY_EVENT) as running:
        yield running


async def test_broken_bodies_are_refused_and_not_failures(workspace: Workspace) -> None:
    headers = {"Authorization": f"Bearer {workspace.bot_token}", "Content-Type": "application/json; charset=utf-8"}
    page = {"Content-Type": "application/json"}
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    async with aiohttp.ClientSession() as session:
        for body in (b"{", b"\xff\xfe", b"[1]", b"null"):
            async with session.post(f"{workspace.api_url}chat.postMessage", data=body, headers=headers) as answer:
                assert (answer.status, (await answer.json())["ok"]) == (200, False)
            async with session.post(f"{workspace.url}local/message", data=body, headers=page) as answer:
                assert (answer.status, list(await answer.json())) == (400, ["error"])
            async with session.post(f"{workspace.url}local/upload", data=body, headers=form) as answer:
                assert (answer.status, list(await answer.json())) == (400, ["error"])
            async with session.post(f"{workspace.url}respond/nobody", data=body) as answer:
                assert answer.status == 404


async def test_json_without_a_charset_is_grumbled_about(workspace: Workspace) -> None:
    headers = {"Authorization": f"Bearer {workspace.bot_token}", "Content-Type": "application/json"}
    address = f"{workspace.api_url}auth.test"
    async with aiohttp.ClientSession(headers=headers) as session, session.post(address, data=b"{}") as answer:
        assert (await answer.json())["warning"] == "missing_charset"


async def test_the_eleventh_socket_is_sent_away_and_tickets_can_be_disabled(workspace: Workspace) -> None:
    opener = AsyncWebClient(base_url=workspace.api_url)
    addresses = [(await opener.apps_connections_open(app_token=workspace.app_token))["url"] for _ in range(11)]
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(address) for address in addresses]
        greetings = [await socket.receive_json() for socket in sockets]
        assert [each["type"] for each in greetings] == ["hello"] * 10 + ["disconnect"]
        assert greetings[10]["reason"] == "too_many_websockets"
        await workspace.disconnect("link_disabled")
        assert (await sockets[0].receive_json())["reason"] == "link_disabled"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(addresses[0])


async def test_each_envelope_goes_to_one_socket_and_a_dead_one_is_left_out(workspace: Workspace) -> None:
    opener = AsyncWebClient(base_url=workspace.api_url)
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(2):
            url = (await opener.apps_connections_open(app_token=workspace.app_token))["url"]
            sockets.append(await session.ws_connect(url))
            await sockets[-1].receive_json()
        seen = []
        for n in range(4):
            await workspace.say("maya", "@maya", str(n))
        for socket in sockets:
            for _ in range(2):
                envelope = await socket.receive_json()
                await socket.send_json({"envelope_id": envelope["envelope_id"]})
                seen.append(envelope["payload"]["event"]["text"])
        assert sorted(seen) == ["0", "1", "2", "3"]
        await workspace.settle()
        await sockets[0].close()
        await workspace.wait_for(lambda: len(workspace.sockets.sockets) == 1)
        await workspace.say("maya", "@maya", "after")
        envelope = await sockets[1].receive_json()
        await sockets[1].send_json({"envelope_id": envelope["envelope_id"]})
        await workspace.settle()


async def test_a_state_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LocalWorkspaceError, match="cannot write its file"):
        await Workspace(state_file=tmp_path / "file" / "workspace.json").start()
