"""Posting, changing and taking away messages; the same road for people and for the app."""

import copy
from dataclasses import dataclass

from bot.local.workspace import events
from bot.local.workspace.core import Core
from bot.local.workspace.elements import name_block, nested_blocks
from bot.local.workspace.rendering import page_message
from bot.local.workspace.state import SLACKBOT, Channel, Json, Message
from bot.local.workspace.text import mentions

KEPT_VERSIONS = 5
"""Earlier block lists kept per message, so that a late press on an old button still finds it."""


@dataclass(frozen=True)
class Persona:
    """Under which name and picture the app posts."""

    username: str | None = None
    icon_emoji: str | None = None
    icon_url: str | None = None


def bot_body(core: Core, text: str, persona: Persona) -> Json:
    """The message object of a post by the app; a persona takes the place of the bot user."""
    state = core.state
    body: Json = {
        "type": "message",
        "text": text,
        "bot_id": state.bot_id,
        "app_id": state.app_id,
        "team": state.team_id,
    }
    if persona.username:
        body |= {"subtype": "bot_message", "username": persona.username}
    else:
        body |= {"user": state.bot_user, "bot_profile": bot_profile(core)}
    icons = {"emoji": persona.icon_emoji} if persona.icon_emoji else {"image_48": persona.icon_url}
    return body | ({"icons": icons} if persona.icon_emoji or persona.icon_url else {})


def bot_profile(core: Core) -> Json:
    """Who the bot is."""
    state = core.state
    name = state.users[state.bot_user].real_name
    return {"id": state.bot_id, "app_id": state.app_id, "name": name, "deleted": False, "team_id": state.team_id}


def post(core: Core, message: Message) -> Message:
    """Keep a new message, draw it, and tell the app."""
    channel = core.state.channels[message.channel]
    message.visible_at = core.clock() + core.faults.history_delay
    _name_blocks(message.body)
    core.state.add(message)
    if message.is_reply:
        _count_reply(core, message)
    show(core, message, "message")
    core.emit(events.posted(message, channel), channel)
    bot = core.state.bot_user
    if channel.kind != "im" and not message.by_bot and mentions(message.body["text"], bot):
        core.emit(events.mentioned(message, channel), channel)
    return message


def post_ephemeral(core: Core, message: Message) -> Message:
    """Show a message to one person only; no history, no events."""
    message.body["is_ephemeral"] = True
    _name_blocks(message.body)
    core.state.ephemeral.append(message)
    show(core, message, "ephemeral")
    return message


def change(core: Core, message: Message, body: Json) -> None:
    """Put another body in the place of the message's, and tell the app."""
    before = copy.deepcopy(message.body)
    message.earlier_blocks = [before.get("blocks", []), *message.earlier_blocks][:KEPT_VERSIONS]
    message.body = body
    _name_blocks(body)
    show(core, message, "changed")
    if message.ephemeral_to is None:
        channel = core.state.channels[message.channel]
        core.emit(events.changed(message, before, channel, core.stamps.next()), channel)


def delete(core: Core, message: Message) -> None:
    """Take a message away; the root of a thread leaves a tombstone."""
    if message.ephemeral_to is not None:
        core.state.ephemeral.remove(message)
        core.show({"type": "deleted", "channel": message.channel, "ts": message.ts}, message.ephemeral_to)
        return
    if message.body.get("reply_count"):
        change(core, message, _tombstone(message))
        return
    del core.state.messages[message.channel][message.ts]
    if message.is_reply:
        _uncount_reply(core, message)
    core.show({"type": "deleted", "channel": message.channel, "ts": message.ts})
    channel = core.state.channels[message.channel]
    core.emit(events.deleted(message, channel, core.stamps.next()), channel)


def react(core: Core, message: Message, user: str, name: str, add: bool) -> bool:
    """Add or take away a reaction; False when there is nothing to do."""
    reactions = message.body.setdefault("reactions", [])
    found = next((each for each in reactions if each["name"] == name), None)
    if add == (found is not None and user in found["users"]):
        return False
    if found is None:
        found = {"name": name, "users": [], "count": 0}
        reactions.append(found)
    found["users"].append(user) if add else found["users"].remove(user)
    found["count"] = len(found["users"])
    message.body["reactions"] = [each for each in reactions if each["count"]]
    show(core, message, "changed")
    channel = core.state.channels[message.channel]
    kind = "reaction_added" if add else "reaction_removed"
    core.emit(events.reaction(kind, user, name, message, core.stamps.next()), channel)
    return True


def show(core: Core, message: Message, kind: str) -> None:
    """Draw the message on the open pages of those who may see it."""
    event = {"type": kind, "channel": message.channel, "message": page_message(core, message)}
    core.show(event, message.ephemeral_to)


def find_ephemeral(core: Core, channel: str, ts: str, user: str | None = None) -> Message | None:
    """The ephemeral message with that stamp."""
    for message in core.state.ephemeral:
        if (message.channel, message.ts) == (channel, ts) and user in (None, message.ephemeral_to):
            return message
    return None


def place(core: Core, channel: Channel, body: Json, thread_ts: str | None, broadcast: bool = False) -> Message:
    """A new message in the channel or in a thread; a reply to a reply joins the root's thread."""
    ts = core.stamps.next()
    core.state.last_stamp = core.stamps.last
    body["ts"] = ts
    root = core.state.message(channel.id, thread_ts) if thread_ts else None
    if root is not None:
        body["thread_ts"] = root.root
        body["parent_user_id"] = _author(core.state.message(channel.id, root.root) or root)
    if root is not None and broadcast:
        body["subtype"] = "thread_broadcast"
    return Message(channel.id, ts, body)


def _author(message: Message) -> str | None:
    return message.body.get("user")


def _count_reply(core: Core, reply: Message) -> None:
    root = core.state.message(reply.channel, reply.root)
    if root is None:
        return
    users = root.body.get("reply_users", [])
    author = reply.body.get("user") or reply.body.get("bot_id")
    root.body |= {
        "thread_ts": root.ts,
        "reply_count": root.body.get("reply_count", 0) + 1,
        "reply_users": users if author in users else [*users, author],
        "latest_reply": reply.ts,
    }
    root.body["reply_users_count"] = len(root.body["reply_users"])
    show(core, root, "changed")


def _uncount_reply(core: Core, reply: Message) -> None:
    root = core.state.message(reply.channel, reply.root)
    if root is None:
        return
    rest = [each for each in core.state.thread(reply.channel, root.ts) if each.is_reply]
    for key in ("reply_count", "reply_users", "reply_users_count", "latest_reply", "thread_ts"):
        root.body.pop(key, None)
    for each in rest:
        _count_reply(core, each)
    show(core, root, "changed")


def _tombstone(message: Message) -> Json:
    kept = {key: message.body[key] for key in _THREAD_KEYS if key in message.body}
    return {
        "type": "message",
        "subtype": "tombstone",
        "text": "This message was deleted.",
        "user": SLACKBOT,
        "hidden": True,
        **kept,
    }


_THREAD_KEYS = ("ts", "thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply")


def _name_blocks(body: Json) -> None:
    """Give every block and element the id that Slack would give it."""
    for block in nested_blocks(body.get("blocks") or []):
        name_block(block)
