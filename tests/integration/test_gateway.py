"""The one caller of Slack against the real SDK and a local workspace: what goes out, and what comes of each answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from agents.domain.department import Department
from agents.domain.mission import Mission, State
from bot import access
from bot.access import Actor
from bot.gateway import Busy, Gateway, Pace, Refused, SlackError, Tempo, Unknown, Unreachable
from bot.local.workspace import Workspace
from bot.local.workspace.state import User
from bot.views.post import Post, section

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
FAST = Tempo(0.0, 1, 0.0, 1)


@asynccontextmanager
async def opened(**settings: Any) -> AsyncIterator[tuple[Workspace, Gateway]]:
    async with Workspace(**({"rate_limits": False} | settings)) as workspace:
        client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
        state = workspace.state
        yield workspace, Gateway(client, team=state.team_id, bot=state.bot_user, tempo=FAST)


@pytest.fixture
async def place() -> AsyncIterator[tuple[Workspace, Gateway]]:
    async with opened() as both:
        yield both


def payload(workspace: Workspace, text: str = "Hello", thread: str | None = None, **more: Any) -> dict[str, Any]:
    return Post(text, [section(text)], **more).payload(workspace.channel("launch"), thread)


def calls(workspace: Workspace, method: str) -> list[Any]:
    """The requests that a method got."""
    return [entry.request for entry in workspace.traffic if entry.name == method]


# ---- posts ----


async def test_a_post_carries_its_marker_and_no_previews(place) -> None:
    workspace, gateway = place
    ts = await gateway.post(payload(workspace), "m1:plan:1>card")
    (message,) = workspace.messages("launch")
    assert (message["ts"], message["text"]) == (ts, "Hello")
    assert message["metadata"] == {"event_type": "baton_post", "event_payload": {"key": "m1:plan:1>card"}}
    (sent,) = calls(workspace, "chat.postMessage")
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


async def test_a_specialist_posts_under_its_own_name_and_icon(place) -> None:
    workspace, gateway = place
    root = await workspace.say("maya", "launch", "Go")
    await gateway.post(payload(workspace, thread=root, username="Researcher", icon=":mag:"), "k")
    said = workspace.thread("launch", root)[1]
    assert (said["username"], said["icons"]["emoji"], said["thread_ts"]) == ("Researcher", ":mag:", root)


async def test_posts_are_found_again_by_their_marker_in_thread_and_channel(place) -> None:
    workspace, gateway = place
    root = await workspace.say("maya", "launch", "Go")
    there = {f"k{n}": await gateway.post(payload(workspace, thread=root), f"k{n}") for n in range(3)}
    await workspace.say("maya", "launch", "Thanks", root)
    assert await gateway.posted(workspace.channel("launch"), root) == there
    top = await gateway.post(payload(workspace), "top")
    assert (await gateway.posted(workspace.channel("launch"), None))["top"] == top


async def test_posts_are_found_on_later_pages_of_a_long_thread(place) -> None:
    workspace, gateway = place
    root = await workspace.say("maya", "launch", "Go")
    for number in range(230):
        await workspace.say("maya", "launch", f"reply {number}", root)
    ts = await gateway.post(payload(workspace, thread=root), "late")
    assert (await gateway.posted(workspace.channel("launch"), root)) == {"late": ts}
    assert len(await gateway.thread(workspace.channel("launch"), root)) == 232


async def test_where_nothing_can_be_read_back_nothing_is_found() -> None:
    async with opened(methods={"auth.test", "chat.postMessage"}) as (workspace, gateway):
        root = await workspace.say("maya", "launch", "Go")
        await gateway.post(payload(workspace, thread=root), "k")
        assert await gateway.posted(workspace.channel("launch"), root) == {}
        assert await gateway.files_in(workspace.channel("launch"), root) == frozenset()


async def test_an_update_replaces_words_and_blocks_and_keeps_the_place(place) -> None:
    workspace, gateway = place
    root = await workspace.say("maya", "launch", "Go")
    ts = await gateway.post(payload(workspace, "Before", root, username="Critic", icon=":mag:"), "k")
    await gateway.update(payload(workspace, "After", root, username="Critic", icon=":mag:"), ts)
    said = workspace.thread("launch", root)[1]
    assert (said["text"], said["blocks"][0]["text"]["text"], said["username"]) == ("After", "After", "Critic")
    (sent,) = calls(workspace, "chat.update")
    assert not {"thread_ts", "username", "icon_emoji"} & set(sent)


async def test_what_slack_would_refuse_never_leaves(place) -> None:
    workspace, gateway = place
    long = Post("x", [section("y")] * 51).payload(workspace.channel("launch"), None)
    with pytest.raises(Refused, match="blockcheck") as refused:
        await gateway.post(long, "k")
    assert "50" in refused.value.code
    with pytest.raises(Refused, match="blockcheck"):
        await gateway.open_view("trigger", {"type": "modal", "title": {"type": "plain_text", "text": "x" * 30}})
    assert calls(workspace, "chat.postMessage") == calls(workspace, "views.open") == []


async def test_a_whisper_is_for_one_person_alone(place) -> None:
    workspace, gateway = place
    root = await workspace.say("maya", "launch", "Go")
    await gateway.whisper(workspace.channel("launch"), workspace.user("jonas"), "Only Maya can decide.", root)
    (seen,) = workspace.ephemeral("jonas")
    assert seen["text"] == "Only Maya can decide."
    assert workspace.ephemeral("maya") == []
    assert len(workspace.thread("launch", root)) == 1


async def test_where_nobody_can_be_whispered_to_nobody_hears_it() -> None:
    async with opened(methods={"auth.test", "chat.postMessage"}) as (workspace, gateway):
        await gateway.whisper(workspace.channel("launch"), workspace.user("jonas"), "Not you.")
        assert workspace.messages("launch") == []


# ---- what comes of an answer ----


async def test_slacks_wish_to_wait_is_told_in_seconds(place) -> None:
    workspace, gateway = place
    workspace.faults.storm("chat.postMessage", 1, 17)
    with pytest.raises(Busy) as busy:
        await gateway.post(payload(workspace), "k")
    assert busy.value.seconds == 17
    assert len(calls(workspace, "chat.postMessage")) == 1, "the SDK repeats nothing by itself"


async def test_a_server_that_breaks_down_or_says_nothing_is_unreachable(place) -> None:
    workspace, gateway = place
    workspace.faults.break_down("chat.postMessage", 1, 503)
    with pytest.raises(Unreachable):
        await gateway.post(payload(workspace), "k")
    assert workspace.messages("launch") == []
    workspace.faults.lose_answer("chat.postMessage")
    with pytest.raises(Unreachable):
        await gateway.post(payload(workspace, "Arrived"), "lost")
    assert [one["text"] for one in workspace.messages("launch")] == ["Arrived"], "and the message has arrived"
    assert set(await gateway.posted(workspace.channel("launch"), None)) == {"lost"}


async def test_a_server_that_is_gone_is_unreachable(place) -> None:
    workspace, gateway = place
    sent = payload(workspace)
    await workspace.stop()
    with pytest.raises(Unreachable, match=r"did not answer chat\.postMessage"):
        await gateway.post(sent, "k")


@pytest.mark.parametrize("code", ["internal_error", "service_unavailable", "fatal_error", "request_timeout"])
async def test_a_fault_of_slacks_own_may_pass(place, code: str) -> None:
    workspace, gateway = place
    workspace.faults.refuse("chat.postMessage", code)
    with pytest.raises(Unreachable):
        await gateway.post(payload(workspace), "k")


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "not_in_channel", "restricted_action"])
async def test_a_refusal_is_told_by_slacks_word(place, code: str) -> None:
    workspace, gateway = place
    workspace.faults.refuse("chat.postMessage", code)
    with pytest.raises(Refused) as refused:
        await gateway.post(payload(workspace), "k")
    assert refused.value.code == code
    assert not isinstance(refused.value, Unknown)


async def test_what_a_thread_can_do_without_is_asked_for_once_where_it_is_not_known() -> None:
    async with opened(methods={"auth.test", "chat.postMessage"}) as (workspace, gateway):
        root = await workspace.say("maya", "launch", "Go")
        channel = workspace.channel("launch")
        for _ in range(3):
            await gateway.react(channel, root, "eyes")
            await gateway.session(channel, root, "processing", "A title", workspace.user("maya"))
            await gateway.publish_home(workspace.user("maya"), {"type": "home", "blocks": []})
        for method in ("reactions.add", "agents.sessions.setStatus", "views.publish"):
            assert len(calls(workspace, method)) == 1, method


async def test_a_sign_that_is_there_already_is_no_error(place) -> None:
    workspace, gateway = place
    root = await workspace.say("maya", "launch", "Go")
    for _ in range(2):
        await gateway.react(workspace.channel("launch"), root, "eyes")
    assert [one["name"] for one in workspace.thread("launch", root)[0]["reactions"]] == ["eyes"]
    with pytest.raises(Refused):
        await gateway.react(workspace.channel("launch"), "1.0", "eyes")


async def test_the_status_of_a_thread_is_shown_with_its_title(place) -> None:
    workspace, gateway = place
    root = await workspace.say("maya", "launch", "Go")
    channel, maya = workspace.channel("launch"), workspace.user("maya")
    await gateway.session(channel, root, "processing", "Pods " * 100, maya)
    session = workspace.session("launch", root)
    assert session
    assert session["status"] == "processing"
    assert session["title"].startswith("Pods Pods")


# ---- documents ----


async def test_a_canvas_is_made_readable_for_the_channel_and_can_be_opened(place) -> None:
    workspace, gateway = place
    canvas = await gateway.canvas(workspace.channel("launch"), "Analysis", "# Analysis\n\nWords.")
    assert canvas
    assert "Words." in str(workspace.state.canvases[canvas])
    assert workspace.channel("launch") in str(workspace.state.canvases[canvas])
    assert str(await gateway.permalink(canvas)).startswith("http")
    assert await gateway.permalink("F0NOTTHERE1") is None


async def test_a_workspace_without_canvases_or_files_is_told_apart_from_one_in_trouble(place) -> None:
    workspace, gateway = place
    root = await workspace.say("maya", "launch", "Go")
    channel = workspace.channel("launch")
    workspace.faults.refuse("canvases.create", "free_teams_cannot_create_non_tabbed_canvases")
    assert await gateway.canvas(channel, "Analysis", "Words.") is None
    workspace.faults.refuse("files.getUploadURLExternal", "missing_scope")
    assert await gateway.upload(channel, root, "a.csv", "A", b"a,b") is False
    workspace.faults.break_down("canvases.create", 1)
    with pytest.raises(Unreachable):
        await gateway.canvas(channel, "Analysis", "Words.")
    workspace.faults.storm("files.getUploadURLExternal", 1, 3)
    with pytest.raises(Busy):
        await gateway.upload(channel, root, "a.csv", "A", b"a,b")


async def test_a_file_is_shared_in_the_thread_with_all_its_bytes(place) -> None:
    workspace, gateway = place
    root = await workspace.say("maya", "launch", "Go")
    channel = workspace.channel("launch")
    assert await gateway.upload(channel, root, "plan.csv", "Plan", "Ünï,código\n".encode())
    assert await gateway.files_in(channel, root) == {"plan.csv"}
    (file,) = [file for one in workspace.thread("launch", root) for file in one.get("files") or ()]
    assert workspace.state.files[file["id"]].content == "Ünï,código\n".encode()


# ---- people ----


async def test_slack_says_who_somebody_is(place) -> None:
    workspace, gateway = place
    workspace.state.users["U0GONE00001"] = User("U0GONE00001", "gone", "Gone Away", deleted=True)
    maya, tom, baton, gone = [await gateway.actor(workspace.user(n)) for n in ("maya", "tom", "baton", "gone")]
    assert (maya.team, maya.name) == (workspace.state.team_id, "maya")
    assert (maya.known, maya.guest, maya.bot, maya.deactivated, maya.stranger) == (True, False, False, False, False)
    assert (tom.guest, baton.bot, gone.deactivated) == (True, True, True)


async def test_somebody_of_whom_slack_will_not_speak_is_unknown_and_asked_for_again(place) -> None:
    workspace, gateway = place
    assert (await gateway.actor("U0STRANGER1")).known is False
    workspace.faults.break_down("users.info", 1)
    assert (await gateway.actor(workspace.user("maya"))).known is False
    assert (await gateway.actor(workspace.user("maya"))).known is True


async def test_what_slack_said_of_somebody_is_believed_for_a_while(place) -> None:
    workspace, gateway = place
    for _ in range(5):
        await gateway.actor(workspace.user("maya"))
    assert len(calls(workspace, "users.info")) == 1


async def test_a_server_without_records_of_people_has_no_guests_either() -> None:
    async with opened(methods={"auth.test"}) as (workspace, gateway):
        actor = await gateway.actor(workspace.user("tom"))
        assert (actor.known, actor.guest, actor.team) == (True, False, workspace.state.team_id)


TEAM = Department("general", "General", "Everything.", ())
MISSION = Mission("m1", "T1", "C1", "1.0", "1.0", "U1", "Find out", "general", State.PLAN_GATE, 1, NOON)
ACTORS = {
    "requester": Actor("U1", "T1"),
    "colleague": Actor("U2", "T1"),
    "guest": Actor("U1", "T1", guest=True),
    "deactivated": Actor("U1", "T1", deactivated=True),
    "stranger": Actor("U1", "T1", stranger=True),
    "other workspace": Actor("U1", "T2"),
    "bot": Actor("U1", "T1", bot=True),
    "nobody": Actor("", "T1"),
    "unknown": Actor("U1", "T1", known=False),
}
ALLOWED = {
    ("requester", "ask"),
    ("requester", "steer"),
    ("requester", "decide"),
    ("requester", "stop"),
    ("colleague", "ask"),
    ("colleague", "steer"),
}


def refusal(actor: Actor, action: Any, team: str, mission: Mission, department: Department) -> str | None:
    """What is said to who may not, wherever they are."""
    return access.authorise(actor, action, access.ANYWHERE, mission, department, team=team).said or None


@pytest.mark.parametrize("action", ["ask", "steer", "decide", "stop"])
@pytest.mark.parametrize("who", ACTORS)
def test_only_who_may_does_and_everybody_else_is_told_why_in_one_sentence(who: str, action: Any) -> None:
    no = refusal(ACTORS[who], action, "T1", MISSION, TEAM)
    assert (no is None) == ((who, action) in ALLOWED)
    if no:
        assert no.endswith(".")
        assert no.count("\n") == 0


def test_named_approvers_decide_and_the_requester_only_if_named() -> None:
    team = Department("general", "General", "Everything.", (), approvers=("U2", "U3"))
    assert refusal(ACTORS["colleague"], "decide", "T1", MISSION, team) is None
    assert refusal(ACTORS["requester"], "decide", "T1", MISSION, team) == (
        "Only <@U2> or <@U3> can decide about this mission."
    )
    assert refusal(ACTORS["requester"], "stop", "T1", MISSION, team) is None, "who asked may always stop"


# ---- pace ----


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    one = Time()
    monkeypatch.setattr("bot.gateway.asyncio.sleep", one.sleep)
    return one


async def passed(pace: Pace, time: Time, times: int, key: str = "C1") -> list[float]:
    """When each of so many posts went through, in seconds from now."""
    begin, found = time.now, []
    for _ in range(times):
        await pace.wait(key)
        found.append(time.now - begin)
    return found


async def test_a_channel_takes_a_short_burst_and_then_one_post_a_second(time: Time) -> None:
    pace = Pace(1.0, 3, time)
    assert await passed(pace, time, 6) == [0, 0, 0, 1, 2, 3]


async def test_rest_earns_a_burst_again_and_never_a_longer_one(time: Time) -> None:
    pace = Pace(1.0, 3, time)
    await passed(pace, time, 6)
    time.now += 600
    assert await passed(pace, time, 5) == [0, 0, 0, 1, 2]


async def test_channels_do_not_wait_for_each_other(time: Time) -> None:
    pace = Pace(1.0, 1, time)
    assert await passed(pace, time, 2) == [0, 1]
    assert await passed(pace, time, 1, "C2") == [0]


async def test_fast_servers_may_be_posted_to_faster() -> None:
    assert Tempo.of(10).post_gap == pytest.approx(0.1)
    assert Tempo.of(1) == Tempo()


async def test_all_errors_of_the_gateway_are_of_one_family() -> None:
    assert {Busy, Unreachable, Refused} <= set(SlackError.__subclasses__())
    assert issubclass(Unknown, Refused)
