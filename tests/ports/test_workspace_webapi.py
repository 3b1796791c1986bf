"""The Web API of the local workspace as the real slack-sdk sees it."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import Workspace
from bot.local.workspace.seed import EVERY_EVENT, EVERY_SCOPE

LAUNCH, LEADERSHIP, GENERAL = "C0LAUNCH001", "C0LEADERS01", "C0GENERAL01"
MAYA, TOM, BOT = "U0MAYA00001", "U0TOM000001", "U0BATON0001"
NEVER = "1.000001"


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace(rate_limits=False, scopes=EVERY_SCOPE, subscriptions=EVERY_EVENT) as running:
        yield running


@pytest.fixture
def client(workspace: Workspace) -> AsyncWebClient:
    return client_of(workspace)


def client_of(workspace: Workspace, token: str | None = None, **more: Any) -> AsyncWebClient:
    return AsyncWebClient(token=token or workspace.bot_token, base_url=workspace.api_url, retry_handlers=[], **more)


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def paged(first: Any) -> list[tuple[list[str], bool]]:
    """The texts of every page, and whether more was announced; the SDK reuses one object for all pages."""
    return [([each["text"] for each in page["messages"]], page["has_more"]) async for page in await first]


def section(text: str = "Words") -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def test_tokens_are_asked_for_in_slacks_words(workspace: Workspace) -> None:
    assert await refusal(client_of(workspace, "xoxb-wrong").auth_test()) == "invalid_auth"
    assert await refusal(client_of(workspace, workspace.app_token).auth_test()) == "not_allowed_token_type"
    bot_token = workspace.bot_token
    assert await refusal(client_of(workspace).apps_connections_open(app_token=bot_token)) == "not_allowed_token_type"
    async with aiohttp.ClientSession() as session, session.post(f"{workspace.api_url}auth.test") as answer:
        assert (await answer.json())["error"] == "not_authed"


async def test_scopes_are_named_in_headers_and_their_absence_is_refused() -> None:
    async with Workspace(scopes={"chat:write"}, rate_limits=False) as workspace:
        client = client_of(workspace)
        answer = await client.auth_test()
        assert answer.headers["x-oauth-scopes"] == "chat:write"
        with pytest.raises(SlackApiError) as caught:
            await client.reactions_add(channel=LAUNCH, timestamp=NEVER, name="eyes")
        assert caught.value.response["error"] == "missing_scope"
        assert caught.value.response["needed"] == "reactions:write"
        assert caught.value.response["provided"] == "chat:write"
        posted = await client.chat_postMessage(channel=LAUNCH, text="hi", username="Scout", icon_emoji=":mag:")
        assert "username" not in posted["message"], "a persona without its scope is ignored"
        assert await refusal(client.conversations_history(channel=LAUNCH)) == "missing_scope"


async def test_unknown_methods_and_a_restricted_server_say_unknown_method() -> None:
    known = {"chat.postMessage", "chat.update", "views.open", "auth.test", "apps.connections.open"}
    async with Workspace(methods=known, rate_limits=False) as workspace:
        client = client_of(workspace)
        posted = await client.chat_postMessage(channel=LAUNCH, text="hi")
        await client.chat_update(channel=LAUNCH, ts=posted["ts"], text="ho")
        for call in (
            client.reactions_add(channel=LAUNCH, timestamp=posted["ts"], name="eyes"),
            client.conversations_replies(channel=LAUNCH, ts=posted["ts"]),
            client.agents_sessions_setStatus(channel_id=LAUNCH, thread_ts=posted["ts"], status="active"),
            client.api_call("no.such.method"),
        ):
            assert await refusal(call) == "unknown_method"


async def test_posting_knows_where_the_bot_may_post(workspace: Workspace, client: AsyncWebClient) -> None:
    assert await refusal(client.chat_postMessage(channel="C404", text="hi")) == "channel_not_found"
    assert await refusal(client.chat_postMessage(channel=LEADERSHIP, text="hi")) == "channel_not_found"
    assert await refusal(client.conversations_info(channel=LEADERSHIP)) == "channel_not_found"
    assert (await client.chat_postMessage(channel="#launch", text="by name"))["channel"] == LAUNCH
    assert (await client.chat_postMessage(channel=MAYA, text="to a person"))["channel"] == "D0MAYA00001"
    workspace.state.channels[GENERAL].archived = True
    assert await refusal(client.chat_postMessage(channel=GENERAL, text="hi")) == "is_archived"


async def test_a_public_channel_without_the_bot_needs_a_scope_of_its_own() -> None:
    async with Workspace(scopes={"chat:write", "channels:join"}, rate_limits=False) as workspace:
        workspace.state.channels[LAUNCH].members.remove(BOT)
        client = client_of(workspace)
        assert await refusal(client.chat_postMessage(channel=LAUNCH, text="hi")) == "not_in_channel"
        await client.conversations_join(channel=LAUNCH)
        await client.chat_postMessage(channel=LAUNCH, text="hi")
        assert (await client.conversations_join(channel=LAUNCH))["warning"] == "already_in_channel"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"text": "a", "blocks": [section()] * 51}, "invalid_blocks"),
        ({"text": "a", "blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ({"text": "a", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"text": "a", "blocks": {"type": "section"}}, "invalid_blocks_format"),
        ({"text": "a", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"text": "a", "thread_ts": NEVER}, "invalid_thread_ts"),
        ({"text": "a", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ],
)
async def test_a_bad_post_is_refused(client: AsyncWebClient, arguments: dict[str, Any], error: str) -> None:
    assert await refusal(client.api_call("chat.postMessage", json={"channel": LAUNCH, **arguments})) == error


async def test_bad_blocks_are_pointed_at(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=LAUNCH, text="a", blocks=[section(), section("x" * 3001)])
    [message] = caught.value.response["response_metadata"]["messages"]
    assert re.fullmatch(r"\[ERROR\] .+ \[json-pointer:/blocks/1/text/text\]", message)


async def test_a_very_long_text_is_cut_with_a_warning(client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel=LAUNCH, text="x" * 40_001)
    assert len(answer["message"]["text"]) == 40_000
    assert answer["warning"] == "message_truncated"


async def test_stamps_increase_even_when_the_clock_stands_still() -> None:
    async with Workspace(scopes=EVERY_SCOPE, clock=lambda: 1_700_000_000.0, rate_limits=False) as workspace:
        client = client_of(workspace)
        stamps = [(await client.chat_postMessage(channel=LAUNCH, text=str(n)))["ts"] for n in range(3)]
    assert stamps == sorted(set(stamps))
    assert all(re.fullmatch(r"\d{10}\.\d{6}", ts) for ts in stamps)


async def test_a_reply_to_a_reply_joins_the_root(workspace: Workspace, client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel=LAUNCH, text="root"))["ts"]
    reply = (await client.chat_postMessage(channel=LAUNCH, text="reply", thread_ts=root))["ts"]
    answer = await client.chat_postMessage(channel=LAUNCH, text="deeper", thread_ts=reply)
    assert answer["message"]["thread_ts"] == root
    broadcast = await client.chat_postMessage(channel=LAUNCH, text="all", thread_ts=root, reply_broadcast=True)
    assert broadcast["message"]["subtype"] == "thread_broadcast"
    assert [each["text"] for each in workspace.messages(LAUNCH)] == ["root", "all"]
    assert workspace.thread(LAUNCH, root)[0]["reply_count"] == 3


async def test_update_without_blocks_takes_the_blocks_away(client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=LAUNCH, text="a", blocks=[section()], username="Scout"))["ts"]
    metadata = {"event_type": "e", "event_payload": {}}
    kept = await client.api_call("chat.update", json={"channel": LAUNCH, "ts": ts, "metadata": metadata})
    assert kept["message"]["blocks"][0]["text"]["text"] == "Words"
    with_blocks = await client.chat_update(channel=LAUNCH, ts=ts, text="b", blocks=[section("New")])
    assert "edited" not in with_blocks["message"]
    bare = await client.chat_update(channel=LAUNCH, ts=ts, text="c")
    assert "blocks" not in bare["message"]
    assert bare["message"]["edited"]["user"] == BOT
    assert bare["message"]["username"] == "Scout", "updating keeps the persona"
    assert await refusal(client.chat_update(channel=LAUNCH, ts=ts, text="x" * 40_001)) == "msg_too_long"
    assert await refusal(client.chat_update(channel=LAUNCH, ts=NEVER, text="d")) == "message_not_found"


async def test_what_others_wrote_cannot_be_changed(workspace: Workspace, client: AsyncWebClient) -> None:
    ts = await workspace.say("maya", "launch", "mine")
    assert await refusal(client.chat_update(channel=LAUNCH, ts=ts, text="yours")) == "cant_update_message"
    assert await refusal(client.chat_delete(channel=LAUNCH, ts=ts)) == "cant_delete_message"


async def test_a_deleted_root_leaves_a_tombstone(workspace: Workspace, client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel=LAUNCH, text="root"))["ts"]
    reply = (await client.chat_postMessage(channel=LAUNCH, text="reply", thread_ts=root))["ts"]
    await client.chat_delete(channel=LAUNCH, ts=root)
    assert workspace.messages(LAUNCH)[0]["subtype"] == "tombstone"
    assert await refusal(client.chat_delete(channel=LAUNCH, ts=root)) == "message_not_found"
    await client.chat_delete(channel=LAUNCH, ts=reply)
    assert [each["ts"] for each in workspace.thread(LAUNCH, root)] == [root]


async def test_ephemeral_messages_stay_out_of_history(workspace: Workspace, client: AsyncWebClient) -> None:
    answer = await client.chat_postEphemeral(channel=LAUNCH, user=MAYA, text="psst")
    assert [each["text"] for each in workspace.ephemeral("maya")] == ["psst"]
    assert (await client.conversations_history(channel=LAUNCH))["messages"] == []
    assert await refusal(client.chat_update(channel=LAUNCH, ts=answer["message_ts"], text="x")) == "message_not_found"
    assert await refusal(client.chat_postEphemeral(channel=GENERAL, user=TOM, text="a")) == "user_not_in_channel"
    assert await refusal(client.chat_postEphemeral(channel=LAUNCH, user="U404", text="a")) == "user_not_found"


async def test_history_is_newest_first_in_pages_and_replies_begin_with_the_root(client: AsyncWebClient) -> None:
    stamps = [(await client.chat_postMessage(channel=LAUNCH, text=str(n)))["ts"] for n in range(5)]
    for n in range(3):
        await client.chat_postMessage(channel=LAUNCH, text=f"r{n}", thread_ts=stamps[0])
    pages = await paged(client.conversations_history(channel=LAUNCH, limit=2))
    assert pages == [(["4", "3"], True), (["2", "1"], True), (["0"], False)]
    between = await client.conversations_history(channel=LAUNCH, oldest=stamps[1], latest=stamps[3])
    assert [each["text"] for each in between["messages"]] == ["2"]
    inclusive = await client.conversations_history(channel=LAUNCH, oldest=stamps[1], latest=stamps[3], inclusive=True)
    assert [each["text"] for each in inclusive["messages"]] == ["3", "2", "1"]
    thread = await paged(client.conversations_replies(channel=LAUNCH, ts=stamps[0], limit=3))
    assert thread == [(["0", "r0", "r1"], True), (["r2"], False)]
    assert await refusal(client.conversations_replies(channel=LAUNCH, ts=NEVER)) == "thread_not_found"
    assert await refusal(client.conversations_history(channel=LAUNCH, cursor="bad")) == "invalid_cursor"


async def test_metadata_comes_back_only_when_asked_for(client: AsyncWebClient) -> None:
    metadata = Metadata(event_type="baton_post", event_payload={"key": "m1"})
    ts = (await client.chat_postMessage(channel=LAUNCH, text="a", metadata=metadata))["ts"]
    plain = await client.conversations_replies(channel=LAUNCH, ts=ts)
    assert "metadata" not in plain["messages"][0]
    full = await client.conversations_replies(channel=LAUNCH, ts=ts, include_all_metadata=True)
    assert full["messages"][0]["metadata"] == {"event_type": "baton_post", "event_payload": {"key": "m1"}}


async def test_reading_methods_do_not_read_json(client: AsyncWebClient) -> None:
    call = client.api_call("conversations.history", json={"channel": LAUNCH})
    assert await refusal(call) == "invalid_arguments"
    await client.api_call("conversations.history", data={"channel": LAUNCH})


async def test_reactions_are_added_once(workspace: Workspace, client: AsyncWebClient) -> None:
    ts = await workspace.say("maya", "launch", "hi")
    await client.reactions_add(channel=LAUNCH, timestamp=ts, name="eyes")
    assert await refusal(client.reactions_add(channel=LAUNCH, timestamp=ts, name="eyes")) == "already_reacted"
    assert await refusal(client.reactions_add(channel=LAUNCH, timestamp=ts, name="no spaces")) == "invalid_name"
    assert await refusal(client.reactions_add(channel=LAUNCH, timestamp=NEVER, name="eyes")) == "message_not_found"
    found = await client.reactions_get(channel=LAUNCH, timestamp=ts)
    assert found["message"]["reactions"] == [{"name": "eyes", "users": [BOT], "count": 1}]
    await client.reactions_remove(channel=LAUNCH, timestamp=ts, name="eyes")
    assert await refusal(client.reactions_remove(channel=LAUNCH, timestamp=ts, name="eyes")) == "no_reaction"


async def test_people_and_channels_can_be_looked_up(client: AsyncWebClient) -> None:
    assert (await client.users_info(user=MAYA))["user"]["profile"]["title"] == "Head of Marketing"
    assert (await client.users_info(user=TOM))["user"]["is_restricted"]
    assert await refusal(client.users_info(user="U404")) == "user_not_found"
    people = [each["name"] async for page in await client.users_list(limit=2) for each in page["members"]]
    assert people == ["maya", "jonas", "priya", "tom", "baton"]
    channels = await client.conversations_list(types="public_channel,private_channel")
    assert [each["name"] for each in channels["channels"]] == ["general", "launch", "research"]
    info = await client.conversations_info(channel=LAUNCH, include_num_members=True)
    assert info["channel"]["num_members"] == 5
    assert MAYA in (await client.conversations_members(channel=LAUNCH))["members"]
    assert (await client.conversations_open(users=[MAYA]))["channel"]["id"] == "D0MAYA00001"
    assert (await client.usergroups_users_list(usergroup="S0MARKETING"))["users"][0] == MAYA
    assert (await client.bots_info(bot="B0BATON0001"))["bot"]["name"] == "Baton"
    assert (await client.team_info())["team"]["name"] == "Juniper & Co"
    assert len((await client.users_conversations(user=TOM))["channels"]) == 1


async def test_permalinks_name_the_thread(client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel=LAUNCH, text="root"))["ts"]
    reply = (await client.chat_postMessage(channel=LAUNCH, text="reply", thread_ts=root))["ts"]
    link = (await client.chat_getPermalink(channel=LAUNCH, message_ts=reply))["permalink"]
    assert link.endswith(f"/archives/{LAUNCH}/p{reply.replace('.', '')}?thread_ts={root}&cid={LAUNCH}")


async def test_canvases_are_made_shared_and_read(client: AsyncWebClient) -> None:
    content = {"type": "markdown", "markdown": "# Plan\n\nGreen."}
    canvas = (await client.canvases_create(title="Plan", document_content=content))["canvas_id"]
    await client.canvases_access_set(canvas_id=canvas, access_level="read", channel_ids=[LAUNCH])
    assert (await client.canvases_getContent(canvas_id=canvas))["content"] == "# Plan\n\nGreen."
    info = (await client.files_info(file=canvas))["file"]
    assert info["permalink"].endswith(f"/docs/T0JUNIPER01/{canvas}")
    assert await refusal(client.canvases_getContent(canvas_id="F404")) == "canvas_not_found"
    bad = client.canvases_create(document_content={"type": "html", "markdown": "x"})
    assert await refusal(bad) == "invalid_arguments"


async def test_a_private_file_wants_the_token_and_shows_a_page_to_sign_in_without_it(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    file_id = await workspace.upload("maya", "launch", "brief.md", b"# Brief")
    assert await refusal(client.files_info(file=file_id)) == "file_not_found", "not sent yet"
    await workspace.say("maya", "launch", "", file_ids=[file_id])
    address = (await client.files_info(file=file_id))["file"]["url_private"]
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(address, headers=headers) as answer:
            assert (answer.content_type, await answer.read()) == ("text/markdown", b"# Brief")
        async with session.get(address) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")


async def test_an_upload_of_another_length_or_twice_is_refused(workspace: Workspace, client: AsyncWebClient) -> None:
    place = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    unfinished = client.files_completeUploadExternal(files=[{"id": place["file_id"]}], channel_id=LAUNCH)
    assert await refusal(unfinished) == "file_not_found"
    async with aiohttp.ClientSession() as session:
        async with session.post(place["upload_url"], data=b"four") as answer:
            assert answer.status == 400
        async with session.post(place["upload_url"], data=b"abc") as answer:
            assert answer.status == 200
    await client.files_completeUploadExternal(files=[{"id": place["file_id"]}], channel_id=LAUNCH)
    again = client.files_completeUploadExternal(files=[{"id": place["file_id"]}], channel_id=LAUNCH)
    assert await refusal(again) == "file_not_found"


async def test_blocks_validate_needs_no_token(workspace: Workspace) -> None:
    client = AsyncWebClient(base_url=workspace.api_url, retry_handlers=[])
    assert (await client.blocks_validate(blocks=[section()]))["ok"]
    with pytest.raises(SlackApiError) as caught:
        await client.blocks_validate(blocks=[section("x" * 3001)])
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"][0]["pointer"] == "/blocks/0/text/text"
    assert await refusal(client.blocks_validate(blocks=[section()], view={})) == "invalid_arguments"


async def test_an_oauth_code_is_exchanged_for_the_bot_token(workspace: Workspace) -> None:
    client = AsyncWebClient(base_url=workspace.api_url)
    answer = await client.api_call("oauth.v2.access", data={"client_id": "1.2", "client_secret": "s", "code": "c"})
    assert answer["access_token"] == workspace.bot_token


async def test_posts_beyond_the_burst_are_told_when_to_come_back() -> None:
    now = [1_700_000_000.0]
    async with Workspace(scopes=EVERY_SCOPE, clock=lambda: now[0]) as workspace:
        client = client_of(workspace)
        for n in range(5):
            await client.chat_postMessage(channel=LAUNCH, text=str(n))
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel=LAUNCH, text="too fast")
        assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
        assert caught.value.response.headers["Retry-After"] == "1"
        await client.chat_postMessage(channel=GENERAL, text="another channel has its own pace")
        now[0] += 1
        await client.chat_postMessage(channel=LAUNCH, text="in time")


async def test_methods_have_the_tiers_of_slack() -> None:
    async with Workspace(scopes=EVERY_SCOPE, clock=lambda: 1_700_000_000.0) as workspace:
        client = client_of(workspace)
        for _ in range(20):
            await client.canvases_create(title="x")
        assert await refusal(client.canvases_create(title="x")) == "ratelimited"


async def test_faults_strike_as_often_as_asked(workspace: Workspace) -> None:
    client = client_of(workspace)
    workspace.faults.storm("chat.postMessage", times=2, retry_after=1)
    for _ in range(2):
        assert await refusal(client.chat_postMessage(channel=LAUNCH, text="a")) == "ratelimited"
    workspace.faults.refuse("chat.postMessage", "fatal_error")
    assert await refusal(client.chat_postMessage(channel=LAUNCH, text="a")) == "fatal_error"
    workspace.faults.break_down("chat.postMessage", status=502)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=LAUNCH, text="a")
    assert caught.value.response.status_code == 502
    await client.chat_postMessage(channel=LAUNCH, text="only this one")
    assert [each["text"] for each in workspace.messages(LAUNCH)] == ["only this one"]


async def test_a_lost_answer_leaves_the_post_behind(workspace: Workspace) -> None:
    workspace.faults.lose_answer("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await client_of(workspace).chat_postMessage(channel=LAUNCH, text="recorded")
    assert [each["text"] for each in workspace.messages(LAUNCH)] == ["recorded"]
    assert workspace.recorder.calls("chat.postMessage")[-1].error == "answer lost"


async def test_the_sdks_rate_limit_handler_gets_through_a_storm(workspace: Workspace) -> None:
    workspace.faults.storm("chat.postMessage", retry_after=1)
    client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
    client.retry_handlers = [AsyncRateLimitErrorRetryHandler(max_retry_count=1)]
    assert (await client.chat_postMessage(channel=LAUNCH, text="a"))["ok"]


async def test_slow_history_hides_what_was_just_posted() -> None:
    now = [1_700_000_000.0]
    async with Workspace(scopes=EVERY_SCOPE, clock=lambda: now[0], rate_limits=False) as workspace:
        client = client_of(workspace)
        workspace.faults.slow_history(5)
        ts = (await client.chat_postMessage(channel=LAUNCH, text="a"))["ts"]
        assert (await client.conversations_history(channel=LAUNCH))["messages"] == []
        assert await refusal(client.conversations_replies(channel=LAUNCH, ts=ts)) == "thread_not_found"
        now[0] += 6
        assert (await client.conversations_replies(channel=LAUNCH, ts=ts))["messages"][0]["ts"] == ts


async def test_no_secret_is_in_the_traffic(workspace: Workspace, client: AsyncWebClient) -> None:
    await client.apps_connections_open(app_token=workspace.app_token)
    await client.chat_postMessage(channel=LAUNCH, text=f"my token is {workspace.bot_token}")
    await client.api_call("auth.test", data={"token": workspace.bot_token})
    await client.api_call("oauth.v2.access", data={"client_id": "1.2", "client_secret": "s", "code": "c"})
    told = str(workspace.traffic)
    secrets: list[Callable[[], str]] = [lambda: workspace.bot_token, lambda: workspace.app_token]
    assert not [secret() for secret in secrets if secret() in told]
    assert not [ticket for ticket in workspace.core.tickets.sockets if ticket in told]
    assert "[hidden]" in told
