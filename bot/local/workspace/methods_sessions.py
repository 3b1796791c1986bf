"""agents.sessions.* and the older assistant.threads.*."""

from bot.local.workspace import sessions
from bot.local.workspace.calls import Call, Method
from bot.local.workspace.errors import ApiError, invalid, missing
from bot.local.workspace.state import Channel, Json

MOST_PROMPTS = 4
NO_STOP = "missing_agent_session_stopped_event_subscription"


def set_status(call: Call) -> Json:
    """agents.sessions.setStatus"""
    channel, thread_ts = _place(call)
    args = call.args
    if any(args.get(name) for name in ("username", "icon_emoji", "icon_url")):
        call.needs("chat:write.customize")
    title, initiator = args.text("title") or "", args.text("initiator_user_id")
    if initiator is not None and initiator not in call.core.state.users:
        raise ApiError("user_not_found")
    session = sessions.set_status(call.core, channel.id, thread_ts, args.need("status"), title, initiator)
    answer: Json = {"ok": True, "status": session.status, "title": session.title}
    if sessions.STOP_EVENT not in call.core.settings.subscriptions:
        answer |= {"warning": NO_STOP, "response_metadata": {"warnings": [NO_STOP]}}
    return answer


def rename(call: Call) -> Json:
    """agents.sessions.rename"""
    channel, thread_ts = _place(call)
    session = sessions.rename(call.core, channel.id, thread_ts, call.args.need("title"))
    return {"ok": True, "title": session.title}


def thread_status(call: Call) -> Json:
    """assistant.threads.setStatus; an empty status takes the line away."""
    channel, thread_ts = _place(call)
    text = str(call.args.values.get("status") or "")
    call.core.state.statuses[channel.id, thread_ts] = text
    call.core.show({"type": "status", "channel": channel.id, "thread_ts": thread_ts, "text": text})
    return {"ok": True}


def thread_title(call: Call) -> Json:
    """assistant.threads.setTitle; the title of the session of that thread."""
    channel, thread_ts = _place(call)
    title = call.args.need("title")
    known = sessions.current(call.core, channel.id, thread_ts)
    session = known or sessions.set_status(call.core, channel.id, thread_ts, "active", title)
    sessions.rename(call.core, channel.id, thread_ts, title or session.title)
    return {"ok": True}


def suggested_prompts(call: Call) -> Json:
    """assistant.threads.setSuggestedPrompts; apps with agent_view send no thread."""
    channel = call.joined_channel("channel_id")
    prompts = call.args.json("prompts")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= MOST_PROMPTS:
        raise invalid("prompts", f"must be 1 to {MOST_PROMPTS} prompts")
    if any(not isinstance(each, dict) or not each.get("title") or not each.get("message") for each in prompts):
        raise invalid("prompts", "every prompt needs title and message")
    if call.args.text("thread_ts") is None:
        call.core.state.prompts[channel.id] = {"title": call.args.text("title") or "", "prompts": prompts}
        call.core.touched()
    return {"ok": True}


def _place(call: Call) -> tuple[Channel, str]:
    channel = call.joined_channel("channel_id")
    thread_ts = call.args.text("thread_ts")
    if thread_ts is None:
        raise missing("thread_ts")
    message = call.core.state.message(channel.id, thread_ts)
    if message is None:
        raise ApiError("thread_not_found")
    return channel, message.root


METHODS = {
    "agents.sessions.setStatus": Method(set_status, 3, ("chat:write",)),
    "agents.sessions.rename": Method(rename, 3, ("chat:write",)),
    "assistant.threads.setStatus": Method(thread_status, 4, ("chat:write",)),
    "assistant.threads.setTitle": Method(thread_title, 4, ("assistant:write",)),
    "assistant.threads.setSuggestedPrompts": Method(suggested_prompts, 4, ("assistant:write",)),
}
