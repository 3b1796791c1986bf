"""Streams and agent sessions of the local workspace."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import PageError, Workspace
from bot.local.workspace.seed import EVERY_EVENT, EVERY_SCOPE

LAUNCH, DIRECT = "C0LAUNCH001", "D0MAYA00001"
MAYA, TEAM = "U0MAYA00001", "T0JUNIPER01"
TO_MAYA = {"recipient_user_id": MAYA, "recipient_team_id": TEAM}


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def workspace(clock: Clock) -> AsyncIterator[Workspace]:
    async with Workspace(rate_limits=False, scopes=EVERY_SCOPE, subscriptions=EVERY_EVENT, clock=clock) as running:
        yield running


@pytest.fixture
def client(workspace: Workspace) -> AsyncWebClient:
    return AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])


@pytest.fixture
async def root(workspace: Workspace) -> str:
    return await workspace.say("maya", "launch", "Do it")


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


def text(words: str) -> dict[str, Any]:
    return {"type": "markdown_text", "text": words}


def task(status: str, **more: Any) -> dict[str, Any]:
    return {"type": "task_update", "id": "t1", "title": "Look", "status": status, **more}


async def started(client: AsyncWebClient, root: str, **arguments: Any) -> str:
    answer = await client.chat_startStream(channel=LAUNCH, thread_ts=root, **TO_MAYA, **arguments)
    return answer["ts"]


async def test_a_channel_stream_names_its_recipient(client: AsyncWebClient, workspace: Workspace, root: str) -> None:
    start = client.chat_startStream
    assert await refusal(start(channel=LAUNCH, thread_ts=root)) == "missing_recipient_user_id"
    assert await refusal(start(channel=LAUNCH, thread_ts=root, recipient_user_id=MAYA)) == "missing_recipient_team_id"
    assert await refusal(client.api_call("chat.startStream", json={"channel": LAUNCH})) == "invalid_arguments"
    direct = await workspace.say("maya", DIRECT, "Privately")
    assert (await start(channel=DIRECT, thread_ts=direct))["ok"]


async def test_the_first_content_fixes_the_mode(client: AsyncWebClient, root: str) -> None:
    ts = await started(client, root, markdown_text="Hello ")
    mixed = client.chat_appendStream(channel=LAUNCH, ts=ts, chunks=[text("x")])
    assert await refusal(mixed) == "streaming_mode_mismatch"
    await client.chat_appendStream(channel=LAUNCH, ts=ts, markdown_text="world")
    stopped = await client.chat_stopStream(channel=LAUNCH, ts=ts)
    assert stopped["message"]["text"] == "Hello world"
    chunked = await started(client, root, chunks=[text("a")])
    plain = client.chat_appendStream(channel=LAUNCH, ts=chunked, markdown_text="b")
    assert await refusal(plain) == "streaming_mode_mismatch"


async def test_tasks_change_by_id_and_what_is_unfinished_fails_at_the_stop(client: AsyncWebClient, root: str) -> None:
    plan = {"type": "plan_update", "title": "Three steps"}
    ts = await started(client, root, chunks=[plan, task("pending")], task_display_mode="plan")
    await client.chat_appendStream(channel=LAUNCH, ts=ts, chunks=[task("in_progress", details="one ")])
    await client.chat_appendStream(channel=LAUNCH, ts=ts, chunks=[task("in_progress", details="two", output="x")])
    message = (await client.chat_stopStream(channel=LAUNCH, ts=ts, chunks=[text("Done")]))["message"]
    [block, words] = message["blocks"]
    assert (block["type"], block["title"], words["text"]) == ("plan", "Something went wrong", "Done")
    [card] = block["tasks"]
    assert card["status"] == "error"
    assert card["details"]["elements"][0]["elements"][0]["text"] == "one two"


async def test_a_stopped_stream_takes_nothing_more(client: AsyncWebClient, root: str) -> None:
    ts = await started(client, root, username="Scout", icon_emoji=":mag:")
    assert await refusal(client.chat_update(channel=LAUNCH, ts=ts, text="x")) == "streaming_state_conflict"
    button = {"type": "button", "action_id": "ok", "text": {"type": "plain_text", "text": "OK"}}
    actions = {"type": "actions", "block_id": "gate", "elements": [button]}
    metadata = {"event_type": "post", "event_payload": {"key": "1"}}
    stopped = await client.chat_stopStream(
        channel=LAUNCH, ts=ts, markdown_text="Result", blocks=[actions], metadata=metadata
    )
    assert stopped["message"]["username"] == "Scout"
    assert [each["type"] for each in stopped["message"]["blocks"]] == ["markdown", "actions"]
    assert stopped["message"]["metadata"] == metadata
    for call in (
        client.chat_appendStream(channel=LAUNCH, ts=ts, markdown_text="x"),
        client.chat_stopStream(channel=LAUNCH, ts=ts),
    ):
        assert await refusal(call) == "message_not_in_streaming_state"
    assert await refusal(client.chat_update(channel=LAUNCH, ts=ts, text="x")) == "cant_update_message"


async def test_an_ordinary_message_does_not_stream(client: AsyncWebClient, root: str) -> None:
    ts = (await client.chat_postMessage(channel=LAUNCH, text="x"))["ts"]
    append = client.chat_appendStream
    assert await refusal(append(channel=LAUNCH, ts=ts, markdown_text="y")) == "message_not_in_streaming_state"
    assert await refusal(append(channel=LAUNCH, ts=root, markdown_text="y")) == "message_not_owned_by_app"
    assert await refusal(append(channel=LAUNCH, ts="1.000000", markdown_text="y")) == "message_not_found"


@pytest.mark.parametrize(
    ("chunk", "error"),
    [
        (text("x" * 12_001), "msg_too_long"),
        (task("done"), "invalid_chunks"),
        (task("pending", title="x" * 257), "invalid_chunks"),
        ({"type": "plan_update", "title": ""}, "invalid_chunks"),
        ({"type": "song"}, "invalid_chunks"),
        ({"type": "blocks", "blocks": []}, "invalid_chunks"),
        ({"type": "blocks", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
    ],
)
async def test_a_bad_chunk_is_refused(client: AsyncWebClient, root: str, chunk: dict[str, Any], error: str) -> None:
    ts = await started(client, root)
    call = client.api_call("chat.appendStream", json={"channel": LAUNCH, "ts": ts, "chunks": [chunk]})
    assert await refusal(call) == error


async def test_a_stream_ends_by_itself_after_five_minutes(client: AsyncWebClient, clock: Clock, root: str) -> None:
    ts = await started(client, root, markdown_text="Long ")
    clock.now += 300
    await client.chat_appendStream(channel=LAUNCH, ts=ts, markdown_text="story")
    clock.now += 10
    late = client.chat_appendStream(channel=LAUNCH, ts=ts, markdown_text="!")
    assert await refusal(late) == "message_not_in_streaming_state"


async def test_a_session_begins_with_its_title_and_keeps_it(
    client: AsyncWebClient, workspace: Workspace, root: str
) -> None:
    status = client.agents_sessions_setStatus
    first = await status(channel_id=LAUNCH, thread_ts=root, status="processing", title="Pods", initiator_user_id=MAYA)
    assert (first["status"], first["title"], first.get("warning")) == ("processing", "Pods", None)
    await status(channel_id=LAUNCH, thread_ts=root, status="suspended", title="Ignored")
    assert workspace.session("launch", root) == {"status": "suspended", "title": "Pods"}
    await client.agents_sessions_rename(channel_id=LAUNCH, thread_ts=root, title="Coffee")
    assert workspace.session("launch", root) == {"status": "suspended", "title": "Coffee"}
    assert await refusal(status(channel_id=LAUNCH, thread_ts=root, status="busy")) == "invalid_arguments"
    long = status(channel_id=LAUNCH, thread_ts=root, status="active", title="x" * 201)
    assert await refusal(long) == "invalid_arguments"
    assert await refusal(status(channel_id=LAUNCH, thread_ts="1.000000", status="active")) == "thread_not_found"


async def test_without_the_stop_event_the_app_is_warned_and_people_have_no_button() -> None:
    async with Workspace(rate_limits=False, scopes=EVERY_SCOPE, subscriptions={"message.channels"}) as workspace:
        client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
        root = await workspace.say("maya", "launch", "Go")
        answer = await client.agents_sessions_setStatus(channel_id=LAUNCH, thread_ts=root, status="processing")
        assert answer["warning"] == "missing_agent_session_stopped_event_subscription"
        with pytest.raises(PageError, match="cannot be stopped"):
            await workspace.stop_session("maya", "launch", root)


async def test_stop_ends_the_streams_and_tells_the_app(
    client: AsyncWebClient, workspace: Workspace, clock: Clock, root: str
) -> None:
    with pytest.raises(PageError, match="nothing to stop"):
        await workspace.stop_session("maya", "launch", root)
    await client.agents_sessions_setStatus(channel_id=LAUNCH, thread_ts=root, status="processing")
    ts = await started(client, root, markdown_text="Half")
    await workspace.stop_session("maya", "launch", root)
    late = client.chat_appendStream(channel=LAUNCH, ts=ts, markdown_text="!")
    assert await refusal(late) == "stopped_by_user"
    event = next(
        each["event"] for each in workspace.core.delivery.sent.values() if "streaming_message_ts" in each["event"]
    )
    assert (event["thread_ts"], event["user"], event["streaming_message_ts"]) == (root, MAYA, [ts])
    assert workspace.session("launch", root) == {"status": "processing", "title": ""}, "the app moves it, not Slack"


async def test_processing_runs_out_after_an_hour_unless_renewed(
    client: AsyncWebClient, workspace: Workspace, clock: Clock, root: str
) -> None:
    for _ in range(2):
        await client.agents_sessions_setStatus(channel_id=LAUNCH, thread_ts=root, status="processing")
        clock.now += 3000
    await workspace.stop_session("maya", "launch", root)
    clock.now += 1000
    with pytest.raises(PageError, match="nothing to stop"):
        await workspace.stop_session("maya", "launch", root)


async def test_the_older_thread_status_title_and_prompts(
    client: AsyncWebClient, workspace: Workspace, root: str
) -> None:
    await client.assistant_threads_setStatus(channel_id=LAUNCH, thread_ts=root, status="is thinking")
    assert workspace.state.statuses[LAUNCH, root] == "is thinking"
    await client.assistant_threads_setTitle(channel_id=LAUNCH, thread_ts=root, title="Pods")
    assert workspace.session("launch", root) == {"status": "active", "title": "Pods"}
    prompts = [{"title": "Plan", "message": "Plan it"}]
    await client.assistant_threads_setSuggestedPrompts(channel_id=DIRECT, prompts=prompts, title="Try")
    assert workspace.state.prompts[DIRECT]["prompts"] == prompts
    many = client.assistant_threads_setSuggestedPrompts(channel_id=DIRECT, prompts=prompts * 5)
    assert await refusal(many) == "invalid_arguments"
