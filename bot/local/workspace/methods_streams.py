"""chat.startStream, chat.appendStream and chat.stopStream."""

from typing import Literal

from bot.local.workspace import sessions, streams
from bot.local.workspace.calls import Call, Method
from bot.local.workspace.checking import refuse_bad_blocks
from bot.local.workspace.errors import ApiError, invalid, missing
from bot.local.workspace.messages import bot_body, place, post
from bot.local.workspace.methods_chat import metadata, persona, with_metadata
from bot.local.workspace.state import Channel, Json, Stream

DISPLAYS = ("timeline", "plan", "dense")


def start(call: Call) -> Json:
    """chat.startStream"""
    core, args = call.core, call.args
    channel = call.joined_channel()
    thread_ts = args.need("thread_ts")
    if core.state.message(channel.id, thread_ts) is None:
        raise ApiError("invalid_thread_ts")
    _check_recipient(call, channel)
    stream = Stream(core.clock(), display=_display(call))
    streams.grow(stream, *streams.content(core, args.text("markdown_text"), args.json("chunks")))
    message = place(core, channel, bot_body(core, stream.text, persona(call)), thread_ts)
    message.stream = stream
    post(core, message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def append(call: Call) -> Json:
    """chat.appendStream"""
    core, args = call.core, call.args
    channel = call.joined_channel()
    message = streams.running(core, channel.id, args.need("ts"))
    mode, chunks = streams.content(core, args.text("markdown_text"), args.json("chunks"))
    if mode is None:
        raise missing("markdown_text")
    assert message.stream is not None
    streams.grow(message.stream, mode, chunks)
    streams.redraw(core, message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def stop(call: Call) -> Json:
    """chat.stopStream"""
    core, args = call.core, call.args
    channel = call.joined_channel()
    message = streams.running(core, channel.id, args.need("ts"))
    blocks, status = args.json("blocks"), args.text("session_status")
    refuse_bad_blocks({"text": "", "blocks": blocks}, core.settings.check_message)
    if status is not None and status not in sessions.STATUSES:
        raise invalid("session_status", f"must be one of {', '.join(sessions.STATUSES)}")
    kept = metadata(args)
    assert message.stream is not None
    streams.grow(message.stream, *streams.content(core, args.text("markdown_text"), args.json("chunks")))
    message.stream.blocks += blocks or []
    streams.close(core, message, kept)
    if status is not None:
        sessions.set_status(core, channel.id, message.root, status)
    return {"ok": True, "channel": channel.id, "ts": message.ts, "message": with_metadata(message)}


def _check_recipient(call: Call, channel: Channel) -> None:
    if channel.kind == "im":
        return
    for name in ("recipient_user_id", "recipient_team_id"):
        if call.args.text(name) is None:
            raise ApiError(f"missing_{name}")
    if call.args.text("recipient_user_id") not in call.core.state.users:
        raise ApiError("user_not_found")
    if call.args.text("recipient_team_id") != call.core.state.team_id:
        raise ApiError("team_not_found")


def _display(call: Call) -> Literal["timeline", "plan"]:
    display = call.args.text("task_display_mode") or "timeline"
    if display not in DISPLAYS:
        raise invalid("task_display_mode", f"must be one of {', '.join(DISPLAYS)}")
    return "plan" if display == "plan" else "timeline"


METHODS = {
    "chat.startStream": Method(start, 2, ("chat:write",)),
    "chat.appendStream": Method(append, 4, ("chat:write",)),
    "chat.stopStream": Method(stop, 2, ("chat:write",)),
}
