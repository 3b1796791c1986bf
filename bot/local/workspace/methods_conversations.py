"""conversations.*: what channels there are, who is in them, what was said."""

from bot.local.workspace import events
from bot.local.workspace.calls import Call, Method
from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError, missing
from bot.local.workspace.ids import is_stamp
from bot.local.workspace.methods_chat import with_metadata
from bot.local.workspace.paging import paged
from bot.local.workspace.rendering import page_channel
from bot.local.workspace.state import Channel, Json, Message
from bot.local.workspace.text import escaped

KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
READ_SCOPES = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}
HISTORY_SCOPES = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}


def info(call: Call) -> Json:
    """conversations.info"""
    channel = call.channel()
    call.needs(READ_SCOPES[channel.kind])
    return {"ok": True, "channel": channel_object(call.core, channel, call.args.flag("include_num_members"))}


def list_all(call: Call) -> Json:
    """conversations.list"""
    bot = call.core.state.bot_user
    channels = [each for each in _wanted_kinds(call) if each.kind == "channel" or bot in each.members]
    return paged(call, [channel_object(call.core, each) for each in channels], "channels", 100)


def of_user(call: Call) -> Json:
    """users.conversations"""
    user = call.args.text("user") or call.core.state.bot_user
    channels = [each for each in _wanted_kinds(call) if user in each.members]
    return paged(call, [channel_object(call.core, each) for each in channels], "channels", 100)


def members(call: Call) -> Json:
    """conversations.members"""
    channel = call.channel()
    call.needs(READ_SCOPES[channel.kind])
    return paged(call, list(channel.members), "members", 100)


def open_direct(call: Call) -> Json:
    """conversations.open"""
    core, known = call.core, call.args.text("channel")
    if known is not None:
        return {"ok": True, "no_op": True, "already_open": True, "channel": {"id": call.channel().id}}
    users = call.args.listed("users")
    if not users:
        raise missing("users")
    if len(users) > 1:
        raise ApiError(
            "not_enough_users" if set(users) == {core.state.bot_user} else "method_not_supported_for_channel_type"
        )
    if users[0] not in core.state.users:
        raise ApiError("user_not_found")
    channel = core.state.direct(users[0])
    if channel is None:
        raise ApiError("cannot_dm_bot")
    return {"ok": True, "no_op": True, "already_open": True, "channel": {"id": channel.id}}


def join(call: Call) -> Json:
    """conversations.join"""
    core, channel = call.core, call.channel()
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    already = core.state.bot_user in channel.members
    if not already:
        enter(core, channel, core.state.bot_user)
    answer: Json = {"ok": True, "channel": channel_object(core, channel)}
    return answer | ({"warning": "already_in_channel"} if already else {})


def enter(core: Core, channel: Channel, user: str, inviter: str | None = None) -> None:
    """Make the user a member."""
    channel.members.append(user)
    core.show({"type": "channel", "channel": page_channel(channel)})
    core.emit(events.joined(user, channel, core.state.team_id, core.stamps.next(), inviter), channel)


def history(call: Call) -> Json:
    """conversations.history: newest first, without replies."""
    channel = _readable(call)
    found = [each for each in call.core.state.top_level(channel.id) if _within(call, each)]
    return _messages(call, list(reversed(found)), 100)


def replies(call: Call) -> Json:
    """conversations.replies: the root first, then the replies, oldest first."""
    core, channel = call.core, _readable(call)
    ts = call.args.need("ts")
    asked = core.state.message(channel.id, ts)
    if asked is None or not core.visible(asked):
        raise ApiError("thread_not_found")
    if asked.is_reply:
        return _messages(call, [asked], 1000)
    found = [each for each in core.state.thread(channel.id, ts) if each.ts == ts or _within(call, each)]
    return _messages(call, found, 1000)


def channel_object(core: Core, channel: Channel, count: bool = False) -> Json:
    """Slack's object of a conversation."""
    if channel.kind == "im":
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "user": channel.im_user,
            "is_archived": False,
        }
    told = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.kind == "group",
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_member": core.state.bot_user in channel.members,
        "created": channel.created,
        "context_team_id": core.state.team_id,
        "topic": {"value": escaped(channel.topic), "creator": "", "last_set": channel.created},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }
    return told | ({"num_members": len(channel.members)} if count else {})


def _wanted_kinds(call: Call) -> list[Channel]:
    kinds = [KINDS.get(name, "") for name in call.args.listed("types") or ["public_channel"]]
    if "" in kinds:
        raise ApiError("invalid_types")
    for kind in kinds:
        if kind in READ_SCOPES:
            call.needs(READ_SCOPES[kind])
    skip = call.args.flag("exclude_archived")
    return [each for each in call.core.state.channels.values() if each.kind in kinds and not (skip and each.archived)]


def _readable(call: Call) -> Channel:
    channel = call.joined_channel()
    call.needs(HISTORY_SCOPES[channel.kind])
    return channel


def _within(call: Call, message: Message) -> bool:
    """Whether the message lies between `oldest` and `latest` and is visible already."""
    args = call.args
    inclusive = args.flag("inclusive")
    oldest, latest = args.text("oldest"), args.text("latest")
    if oldest is not None and not _after(message.ts, oldest, inclusive):
        return False
    if latest is not None and not _after(latest, message.ts, inclusive):
        return False
    return call.core.visible(message)


def _after(later: str, earlier: str, inclusive: bool) -> bool:
    first, second = _micros(later), _micros(earlier)
    return first > second or (inclusive and first == second)


def _micros(ts: str) -> int:
    if is_stamp(ts):
        return int(ts.replace(".", ""))
    try:
        return int(float(ts) * 1_000_000)
    except ValueError:
        raise ApiError("invalid_ts_latest") from None


def _messages(call: Call, found: list[Message], default: int) -> Json:
    all_metadata = call.args.flag("include_all_metadata")
    shown = [
        with_metadata(each) if all_metadata else with_metadata(Message(each.channel, each.ts, each.body))
        for each in found
    ]
    answer = paged(call, shown, "messages", default)
    return answer | {"has_more": bool(answer["response_metadata"]["next_cursor"])}


METHODS = {
    "conversations.info": Method(info, 3, form_only=True),
    "conversations.list": Method(list_all, 2, form_only=True),
    "conversations.members": Method(members, 4, form_only=True),
    "conversations.open": Method(open_direct, 3, ("im:write",)),
    "conversations.join": Method(join, 3, ("channels:join",)),
    "conversations.history": Method(history, 3, form_only=True),
    "conversations.replies": Method(replies, 3, form_only=True),
    "users.conversations": Method(of_user, 3, form_only=True),
}
