"""chat.*: posting, updating, deleting, ephemeral messages, permanent addresses."""

import copy

from bot.local.workspace.calls import POSTING, Args, Call, Method
from bot.local.workspace.checking import refuse_bad_blocks
from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError
from bot.local.workspace.ids import is_stamp
from bot.local.workspace.messages import Persona, bot_body, change, delete, place, post, post_ephemeral
from bot.local.workspace.state import Channel, Json, Message

LONGEST_TEXT = 40_000
LONGEST_MARKDOWN = 12_000
LONGEST_METADATA = 16_000


def post_message(call: Call) -> Json:
    """chat.postMessage"""
    channel = _target(call)
    body = _body(call)
    warning = _truncate(body)
    message = place(call.core, channel, body, _thread(call, channel), call.args.flag("reply_broadcast"))
    message.metadata = metadata(call.args)
    post(call.core, message)
    answer = {"ok": True, "channel": channel.id, "ts": message.ts, "message": with_metadata(message)}
    return answer | warning


def update(call: Call) -> Json:
    """chat.update"""
    channel = call.channel()
    message = _own(call, channel, "cant_update_message")
    stream = message.stream
    if stream is not None and stream.open:
        raise ApiError("streaming_state_conflict")
    if stream is not None and not call.core.settings.update_streamed:
        raise ApiError("cant_update_message")
    body = _updated(call, message)
    if call.args.get("metadata") is not None:
        message.metadata = metadata(call.args)
    change(call.core, message, body)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "text": body["text"],
        "message": with_metadata(message),
    }


def remove(call: Call) -> Json:
    """chat.delete"""
    channel = call.channel()
    message = _own(call, channel, "cant_delete_message")
    delete(call.core, message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def ephemeral(call: Call) -> Json:
    """chat.postEphemeral"""
    channel = _target(call)
    user = call.user()
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    body = _body(call)
    if len(body["text"]) > LONGEST_TEXT:
        raise ApiError("msg_too_long")
    message = place(call.core, channel, body, _thread(call, channel))
    message.ephemeral_to = user
    post_ephemeral(call.core, message)
    return {"ok": True, "message_ts": message.ts}


def permalink(call: Call) -> Json:
    """chat.getPermalink"""
    channel = call.channel()
    ts = call.args.need("message_ts")
    message = call.core.state.message(channel.id, ts)
    if message is None:
        raise ApiError("message_not_found")
    return {"ok": True, "channel": channel.id, "permalink": address(call.core, message)}


def address(core: Core, message: Message) -> str:
    """The permanent address of a message."""
    link = f"{core.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    return link + (f"?thread_ts={message.root}&cid={message.channel}" if message.is_reply else "")


def persona(call: Call) -> Persona:
    """The persona asked for; ignored, as Slack does, without the scope for it."""
    if not call.may("chat:write.customize"):
        return Persona()
    args = call.args
    return Persona(args.text("username"), args.text("icon_emoji"), args.text("icon_url"))


def metadata(args: Args) -> Json | None:
    """The checked metadata of a message."""
    value = args.json("metadata")
    if value is None:
        return None
    if not isinstance(value, dict) or not ({"event_type", "event_payload"} <= value.keys() or "entities" in value):
        raise ApiError("invalid_metadata_format")
    if len(str(value)) > LONGEST_METADATA:
        raise ApiError("metadata_too_large")
    return value


def with_metadata(message: Message) -> Json:
    """The message object with its metadata, as a copy."""
    body = copy.deepcopy(message.body)
    return body | ({"metadata": message.metadata} if message.metadata is not None else {})


def _target(call: Call) -> Channel:
    """Where to post: a channel id, a #name, or a user for direct messages."""
    state, wanted = call.core.state, call.args.text("channel")
    if wanted is None:
        raise ApiError("channel_not_found")
    named = next(
        (each for each in state.channels.values() if each.kind != "im" and each.name == wanted.removeprefix("#")), None
    )
    channel = state.channels.get(wanted) or named or state.direct(wanted)
    member = channel is not None and state.bot_user in channel.members
    if channel is None or (channel.kind != "channel" and not member):
        raise ApiError("channel_not_found")
    if channel.archived:
        raise ApiError("is_archived")
    if not member and not call.may("chat:write.public"):
        raise ApiError("not_in_channel")
    return channel


def _body(call: Call) -> Json:
    """The message object that the arguments describe."""
    args = call.args
    text, blocks, markdown = args.text("text"), args.json("blocks"), args.text("markdown_text")
    if markdown is not None:
        text, blocks = _from_markdown(text, blocks, markdown)
    if not text and not blocks and not args.get("attachments"):
        raise ApiError("no_text")
    refuse_bad_blocks({"text": text or "", "blocks": blocks}, call.core.settings.check_message)
    body = bot_body(call.core, text or "", persona(call))
    for name, value in (("blocks", blocks), ("attachments", args.json("attachments"))):
        if value:
            body[name] = value
    return body


def _from_markdown(text: str | None, blocks: object, markdown: str) -> tuple[str, list[Json]]:
    if text is not None or blocks:
        raise ApiError("markdown_text_conflict")
    if len(markdown) > LONGEST_MARKDOWN:
        raise ApiError("msg_too_long")
    return markdown, [{"type": "markdown", "text": markdown}]


def _truncate(body: Json) -> Json:
    if len(body["text"]) <= LONGEST_TEXT:
        return {}
    body["text"] = body["text"][:LONGEST_TEXT]
    return {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}


def _thread(call: Call, channel: Channel) -> str | None:
    """The stamp of the message to reply to; it has to be there."""
    ts = call.args.text("thread_ts")
    if ts is None:
        return None
    if not is_stamp(ts) or call.core.state.message(channel.id, ts) is None:
        raise ApiError("invalid_thread_ts")
    return ts


def _own(call: Call, channel: Channel, refusal: str) -> Message:
    message = call.core.state.message(channel.id, call.args.need("ts"))
    if message is None or message.body.get("subtype") == "tombstone":
        raise ApiError("message_not_found")
    if not message.by_bot:
        raise ApiError(refusal)
    return message


def _updated(call: Call, message: Message) -> Json:
    """The changed message object. Text without blocks takes the blocks away; only absent text leaves them."""
    args = call.args
    text, blocks, markdown = args.text("text"), args.json("blocks"), args.text("markdown_text")
    if markdown is not None:
        text, blocks = _from_markdown(text, blocks, markdown)
    nothing = text is None and blocks is None and not args.get("attachments") and args.get("metadata") is None
    if nothing or (text == "" and not blocks):
        raise ApiError("no_text")
    if len(text or "") > LONGEST_TEXT:
        raise ApiError("msg_too_long")
    refuse_bad_blocks({"text": text or "", "blocks": blocks}, call.core.settings.check_message)
    body = copy.deepcopy(message.body)
    if text is not None:
        body["text"] = text
        body.pop("blocks", None)
    if blocks is not None:
        body["blocks"] = blocks
    if not blocks and text is not None:
        body["edited"] = {"user": call.core.state.bot_user, "ts": call.core.stamps.next()}
    return body


METHODS = {
    "chat.postMessage": Method(post_message, POSTING, ("chat:write",)),
    "chat.update": Method(update, 3, ("chat:write",)),
    "chat.delete": Method(remove, 3, ("chat:write",)),
    "chat.postEphemeral": Method(ephemeral, POSTING, ("chat:write",)),
    "chat.getPermalink": Method(permalink, 5, form_only=True),
}
