"""The one caller of Slack: paces, repeats only after reading back, and turns answers into outcomes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import available_timezones

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.access import Actor
from bot.views.blockcheck import check_post, check_view

log = structlog.get_logger(__name__)

MARKER = "baton_post"  # event_type of the metadata that every post carries
PAGES = 10  # of a thread, when looking for a post of ours
TRANSIENT = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
KNOWN_FOR = 300.0  # seconds for which what Slack says of a person is believed
SHARED_FOR = 60.0  # seconds for which what Slack says of a channel is believed
MEMBER_PAGES = 50  # of a thousand members each

Payload = dict[str, Any]


class SlackError(Exception):
    """Slack did not do it.

    SlackError
    +-- Busy         nobody now: wait `seconds`, then again
    +-- Unreachable  nobody now: no answer, or a fault of Slack; it may have been done
    +-- Refused      the operator or the developer: `code` is Slack's word for it
        +-- Unknown  this server does not have the method
    """


class Busy(SlackError):
    def __init__(self, seconds: float) -> None:
        super().__init__(f"Slack asks to wait {seconds:.0f} s.")
        self.seconds = seconds


class Unreachable(SlackError):
    """Slack did not answer."""


class Refused(SlackError):
    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"Slack refused {method}: {code}.")
        self.code = code


class Unknown(Refused):
    """The server does not know the method."""


@dataclass(frozen=True)
class Tempo:
    """How fast we post, in seconds: one message a second and channel with short bursts, fifty updates a minute."""

    post_gap: float = 1.0
    post_burst: int = 3
    update_gap: float = 1.25
    update_burst: int = 5

    @classmethod
    def of(cls, posts_per_second: float) -> Tempo:
        """The usual tempo, scaled to so many posts a second in a channel."""
        return cls(post_gap=cls.post_gap / posts_per_second, update_gap=cls.update_gap / posts_per_second)


class Pace:
    """Lets through `burst` at once and then one every `gap` seconds, for each key by itself."""

    def __init__(self, gap: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap, self._burst, self._clock = gap, burst, clock
        self._next: dict[str, float] = {}

    async def wait(self, key: str) -> None:
        now = self._clock()
        at = max(self._next.get(key, 0.0), now - self._gap * (self._burst - 1))
        self._next[key] = at + self._gap
        if at > now:
            await asyncio.sleep(at - now)


class Gateway:
    """Slack as the program needs it. Every method raises SlackError and nothing else of Slack's."""

    def __init__(self, client: AsyncWebClient, *, team: str, bot: str, tempo: Tempo) -> None:
        client.retry_handlers = []  # a blind repeat of a post is a second post
        self._client = client
        self.team, self.bot = team, bot
        self._posts = Pace(tempo.post_gap, tempo.post_burst)
        self._updates = Pace(tempo.update_gap, tempo.update_burst)
        self._people: dict[str, tuple[float, Actor]] = {}
        self._zones: dict[str, str] = {}
        self._shared: dict[str, tuple[float, bool]] = {}
        self._missing: set[str] = set()  # methods this server does not know; asked once

    def learn(self, body: Payload) -> None:
        """Who we are, as an event says it: for servers that could not tell when they were asked."""
        ours = [one for one in body.get("authorizations") or () if one.get("is_bot")]
        self.bot = self.bot or str(ours[0].get("user_id") or "" if ours else "")
        self.team = self.team or str(body.get("team_id") or "")

    # ---- posts ----

    async def post(self, payload: Payload, key: str) -> str:
        """Posts with our marker and returns the ts."""
        await self._posts.wait(payload["channel"])
        marked: Payload = payload | {"metadata": {"event_type": MARKER, "event_payload": {"key": key}}}
        _checked(marked)
        answer = await self._call("chat.postMessage", lambda: self._client.chat_postMessage(**marked))
        return str(answer["ts"])

    async def update(self, payload: Payload, ts: str) -> None:
        """Replaces a message of ours; safe to repeat."""
        await self._updates.wait(self.team)
        body: Payload = {name: value for name, value in payload.items() if name not in _ONLY_POSTS} | {"ts": ts}
        body.setdefault("blocks", [])
        _checked(body)
        await self._call("chat.update", lambda: self._client.chat_update(**body))

    async def whisper(
        self, channel: str, user: str, text: str, thread: str | None = None, blocks: Sequence[Payload] = ()
    ) -> None:
        """A line for one person alone; where the server has no such thing, nobody else gets to see it either."""
        body: Payload = {"channel": channel, "user": user, "text": text, "unfurl_links": False, "unfurl_media": False}
        if blocks:
            body["blocks"] = list(blocks)
        if thread:
            body["thread_ts"] = thread
        _checked(body)
        try:
            await self._call("chat.postEphemeral", lambda: self._client.chat_postEphemeral(**body))
        except Unknown:
            log.info("whisper_not_supported", channel=channel)

    async def posted(self, channel: str, thread: str | None) -> Mapping[str, str]:
        """Keys of our posts in the thread (or newest in the channel) and their ts; empty where it cannot be read."""
        found: dict[str, str] = {}
        try:
            async for message in self._messages(channel, thread):
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == MARKER:
                    found.setdefault(str(metadata["event_payload"].get("key")), str(message["ts"]))
        except Refused as error:
            log.warning("read_back_not_possible", channel=channel, reason=error.code)
        return found

    async def files_in(self, channel: str, thread: str) -> frozenset[str]:
        """Names of the files that stand in the thread."""
        try:
            messages = [message async for message in self._messages(channel, thread)]
        except Refused:
            return frozenset()
        return frozenset(str(file.get("name")) for message in messages for file in message.get("files") or ())

    async def _messages(self, channel: str, thread: str | None) -> AsyncIterator[dict[str, Any]]:
        cursor: str | None = None
        for _ in range(PAGES):
            more = {"cursor": cursor} if cursor else {}
            if thread:
                answer = await self._call(
                    "conversations.replies",
                    lambda more=more: self._client.conversations_replies(
                        channel=channel, ts=cast(str, thread), include_all_metadata=True, limit=200, **more
                    ),
                )
            else:
                answer = await self._call(
                    "conversations.history",
                    lambda more=more: self._client.conversations_history(
                        channel=channel, include_all_metadata=True, limit=200, **more
                    ),
                )
            for message in answer.get("messages") or ():
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    async def thread(self, channel: str, ts: str) -> Sequence[dict[str, Any]]:
        """All messages of a thread, the root first."""
        return [message async for message in self._messages(channel, ts)]

    # ---- signs of life ----

    async def react(self, channel: str, ts: str, name: str) -> None:
        try:
            await self._optional(
                "reactions.add", lambda: self._client.reactions_add(channel=channel, timestamp=ts, name=name)
            )
        except Refused as error:
            if error.code != "already_reacted":
                raise

    async def session(self, channel: str, thread: str, status: str, title: str, user: str) -> None:
        """The native status of the thread, with its Stop button while work goes on."""
        more: dict[str, Any] = {"title": title[:200], "initiator_user_id": user} if title else {}
        await self._optional(
            "agents.sessions.setStatus",
            lambda: self._client.agents_sessions_setStatus(
                channel_id=channel, thread_ts=thread, status=cast(Any, status), **more
            ),
        )

    # ---- documents ----

    async def canvas(self, channel: str, title: str, markdown: str) -> str | None:
        """A canvas that the channel may read, as its id; None where there are none."""
        content = {"type": "markdown", "markdown": markdown}
        try:
            answer = await self._call(
                "canvases.create", lambda: self._client.canvases_create(title=title, document_content=content)
            )
            await self._call(
                "canvases.access.set",
                lambda: self._client.canvases_access_set(
                    canvas_id=answer["canvas_id"], access_level="read", channel_ids=[channel]
                ),
            )
        except Refused as error:
            log.info("no_canvas", reason=error.code)
            return None
        return str(answer["canvas_id"])

    async def permalink(self, file: str) -> str | None:
        """Where a file or canvas can be opened."""
        try:
            answer = await self._call("files.info", lambda: self._client.files_info(file=file))
        except Refused:
            return None
        return cast(str | None, answer["file"].get("permalink"))

    async def upload(self, channel: str, thread: str, name: str, title: str, content: bytes) -> bool:
        """Shares a file in the thread; False where files are not possible."""
        try:
            await self._call(
                "files.getUploadURLExternal",
                lambda: self._client.files_upload_v2(
                    channel=channel, thread_ts=thread, filename=name, title=title, content=content
                ),
            )
        except Refused as error:
            log.info("no_upload", reason=error.code)
            return False
        return True

    async def file(self, id: str) -> dict[str, Any]:
        answer = await self._call("files.info", lambda: self._client.files_info(file=id))
        return cast(dict[str, Any], answer["file"])

    async def place(self, channel: str) -> dict[str, Any] | None:
        """What Slack says of a channel; None where it would not say. Raises Refused when there is no such channel."""
        try:
            answer = await self._call("conversations.info", lambda: self._client.conversations_info(channel=channel))
        except Refused as error:
            if error.code in ("channel_not_found", "not_in_channel"):
                raise
            return None
        return cast(dict[str, Any], answer["channel"])

    # ---- views ----

    async def open_view(self, trigger: str, view: Payload) -> None:
        _checked_view(view)
        await self._call("views.open", lambda: self._client.views_open(trigger_id=trigger, view=view))

    async def push_view(self, trigger: str, view: Payload) -> None:
        """Lays the window over the one that is open."""
        _checked_view(view)
        await self._call("views.push", lambda: self._client.views_push(trigger_id=trigger, view=view))

    async def update_view(self, id: str, view: Payload) -> None:
        """Draws an open window anew."""
        _checked_view(view)
        await self._call("views.update", lambda: self._client.views_update(view_id=id, view=view))

    async def publish_home(self, user: str, view: Payload) -> None:
        _checked_view(view)
        await self._optional("views.publish", lambda: self._client.views_publish(user_id=user, view=view))

    async def suggest(self, channel: str, prompts: Sequence[Mapping[str, str]]) -> None:
        await self._optional(
            "assistant.threads.setSuggestedPrompts",
            lambda: self._client.assistant_threads_setSuggestedPrompts(
                channel_id=channel, prompts=[dict(prompt) for prompt in prompts]
            ),
        )

    # ---- people ----

    async def actor(self, user: str, *, fresh: bool = False) -> Actor:
        """Who this is, as Slack says; unknown when it will not say. `fresh` asks anew whatever is remembered."""
        kept = self._people.get(user)
        if kept and kept[0] > time.monotonic() and not fresh:
            return kept[1]
        try:
            answer = await self._call("users.info", lambda: self._client.users_info(user=user))
        except Unknown:
            return Actor(user, self.team)  # a server without people's records has no guests either
        except SlackError:
            return Actor(user, "", known=False)
        found = _actor(user, answer["user"])
        self._zones[user] = str(answer["user"].get("tz") or "UTC")
        self._people[user] = (time.monotonic() + KNOWN_FOR, found)
        return found

    async def zone(self, user: str) -> str:
        """The person's time zone, such as Europe/Stockholm; UTC where Slack does not say, or nobody knows the name."""
        await self.actor(user)
        named = self._zones.get(user, "UTC")
        return named if named in available_timezones() else "UTC"

    # ---- places ----

    async def shared(self, channel: str) -> bool | None:
        """Whether another organisation is in the channel, or is about to be; None when Slack will not say."""
        kept = self._shared.get(channel)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        try:
            answer = await self._told("conversations.info", lambda: self._client.conversations_info(channel=channel))
        except SlackError as error:
            log.warning("channel_not_known", channel=channel, reason=str(error))
            return None
        place = answer.get("channel") if answer else None
        found = _shared(place) if isinstance(place, dict) else None
        if answer is None:  # a server that has no such method has no other organisations either
            found = False
        if found is not None:
            self._shared[channel] = (time.monotonic() + SHARED_FOR, found)
        return found

    async def member(self, channel: str, user: str) -> bool | None:
        """Whether the person is in the channel now; None when Slack will not say."""
        cursor: str | None = None
        for _ in range(MEMBER_PAGES):
            more = {"cursor": cursor} if cursor else {}
            try:
                answer = await self._told(
                    "conversations.members",
                    lambda more=more: self._client.conversations_members(channel=channel, limit=1000, **more),
                )
            except SlackError as error:
                log.warning("members_not_known", channel=channel, reason=str(error))
                return None
            if answer is None or user in (answer.get("members") or ()):
                return True
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return False
        return None

    async def group(self, id: str) -> frozenset[str] | None:
        """Members of a user group; None when Slack will not say."""
        try:
            answer = await self._call("usergroups.users.list", lambda: self._client.usergroups_users_list(usergroup=id))
        except SlackError as error:
            log.warning("group_not_known", group=id, reason=str(error))
            return None
        return frozenset(str(user) for user in answer.get("users") or ())

    async def _told(self, method: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """The answer; None from a server that does not know the method: there no channel is shared or closed."""
        if method in self._missing:
            return None
        try:
            return await self._call(method, call)
        except Unknown:
            self._missing.add(method)
            log.info("method_not_supported", method=method)
            return None

    # ---- the call itself ----

    async def _optional(self, method: str, call: Callable[[], Awaitable[Any]]) -> None:
        """For what a thread can do without: an unknown method is remembered and left out."""
        if method in self._missing:
            return
        try:
            await self._call(method, call)
        except Unknown:
            self._missing.add(method)
            log.info("method_not_supported", method=method)

    async def _call(self, method: str, call: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await call()
        except SlackApiError as error:
            raise _outcome(method, error) from None
        except (aiohttp.ClientError, TimeoutError, OSError, SlackRequestError) as error:
            raise Unreachable(f"Slack did not answer {method} ({type(error).__name__}).") from None


_ONLY_POSTS = frozenset({"thread_ts", "username", "icon_emoji"})


def _checked(payload: Payload) -> None:
    """The last guard: what breaks Slack's limits is a fault of ours and must not leave."""
    if faults := check_post(payload):
        first = faults[0]
        raise Refused("blockcheck", f"{first.code} at {first.pointer}: {first.message}")


def _checked_view(view: Payload) -> None:
    if faults := check_view(view):
        first = faults[0]
        raise Refused("blockcheck", f"{first.code} at {first.pointer}: {first.message}")


def code_of(error: SlackApiError) -> str:
    """Slack's word for the refusal; empty when what answered is not Slack."""
    response = cast(Any, error.response)
    told = getattr(response, "data", response)
    return str(told.get("error") or "") if isinstance(told, dict) else ""


def _outcome(method: str, error: SlackApiError) -> SlackError:
    response, code = cast(Any, error.response), code_of(error)
    status = getattr(response, "status_code", 200)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return Busy(float(response.headers.get("Retry-After", response.headers.get("retry-after", 1)) or 1))
    if status >= 500 or code in TRANSIENT or not code:
        return Unreachable(f"Slack could not do {method} ({code or status}).")
    return (Unknown if code in ("unknown_method", "method_not_supported") else Refused)(method, code)


def _actor(user: str, record: dict[str, Any]) -> Actor:
    profile = record.get("profile") or {}
    return Actor(
        id=user,
        team=str(record.get("team_id") or ""),
        name=str(profile.get("display_name") or profile.get("real_name") or record.get("real_name") or user),
        bot=bool(record.get("is_bot")),
        guest=bool(record.get("is_restricted") or record.get("is_ultra_restricted")),
        stranger=bool(record.get("is_stranger")),
        deactivated=bool(record.get("deleted")),
        workflow=bool(record.get("is_workflow_bot")),
        admin=bool(record.get("is_admin") or record.get("is_owner") or record.get("is_primary_owner")),
        zone=str(record.get("tz") or ""),
    )


def _shared(place: dict[str, Any]) -> bool | None:
    """What a channel's record says; one that says nothing of it is not believed to be private."""
    flags = ("is_ext_shared", "is_pending_ext_shared")
    if not any(isinstance(place.get(flag), bool) for flag in flags) and not place.get("is_im"):
        return None
    return any(bool(place.get(flag)) for flag in flags) or bool(place.get("pending_connected_team_ids"))
