"""The events of the Events API, as plain objects."""

from typing import Any

from bot.local.workspace.state import Channel, Json, Message

CHANNEL_TYPES = {"channel": "channel", "group": "group", "im": "im"}


def posted(message: Message, channel: Channel) -> Json:
    """A message that was posted."""
    return _base(message) | {
        "channel": channel.id,
        "event_ts": message.ts,
        "channel_type": CHANNEL_TYPES[channel.kind],
    }


def mentioned(message: Message, channel: Channel) -> Json:
    """The same message once more, because it calls the app."""
    body = _base(message)
    kept = {key: body[key] for key in ("user", "text", "ts", "client_msg_id", "team", "blocks", "files") if key in body}
    if message.is_reply:
        kept |= {"thread_ts": message.root, "parent_user_id": body.get("parent_user_id")}
    return {"type": "app_mention", **kept, "channel": channel.id, "event_ts": message.ts}


def changed(message: Message, before: Json, channel: Channel, stamp: str) -> Json:
    """A message that was edited or updated."""
    return _hidden("message_changed", channel, stamp) | {"message": _base(message), "previous_message": before}


def deleted(message: Message, channel: Channel, stamp: str) -> Json:
    """A message that was taken away."""
    return _hidden("message_deleted", channel, stamp) | {"deleted_ts": message.ts, "previous_message": _base(message)}


def reaction(kind: str, user: str, name: str, message: Message, stamp: str) -> Json:
    """`reaction_added` or `reaction_removed`."""
    return {
        "type": kind,
        "user": user,
        "reaction": name,
        "item_user": message.body.get("user"),
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": stamp,
    }


def joined(user: str, channel: Channel, team: str, stamp: str, inviter: str | None = None) -> Json:
    """A member came into a channel."""
    event = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": channel.id[0],
        "team": team,
        "event_ts": stamp,
    }
    return event | ({"inviter": inviter} if inviter else {})


def home_opened(user: str, channel: str, tab: str, stamp: str, view: Json | None) -> Json:
    """A person opened the app's Home or Messages tab."""
    event = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab, "event_ts": stamp}
    return event | ({"view": view} if view is not None and tab == "home" else {})


def session_stopped(channel: str, thread_ts: str, user: str, streams: list[str], stamp: str) -> Json:
    """A person pressed Stop while the session was processing."""
    return {
        "type": "agent_session_stopped",
        "channel": channel,
        "thread_ts": thread_ts,
        "user": user,
        "streaming_message_ts": streams,
        "event_ts": stamp,
    }


def session_renamed(channel: str, thread_ts: str, user: str, title: str, stamp: str) -> Json:
    """A person gave a session another title."""
    return {
        "type": "agent_session_title_changed",
        "channel": channel,
        "thread_ts": thread_ts,
        "user": user,
        "title": title,
        "event_ts": stamp,
    }


def _base(message: Message) -> Json:
    body: dict[str, Any] = {key: value for key, value in message.body.items() if key != "reactions"}
    if message.metadata is not None:
        body["metadata"] = message.metadata
    return body


def _hidden(subtype: str, channel: Channel, stamp: str) -> Json:
    return {
        "type": "message",
        "subtype": subtype,
        "channel": channel.id,
        "hidden": True,
        "ts": stamp,
        "event_ts": stamp,
        "channel_type": CHANNEL_TYPES[channel.kind],
    }
