"""What the page gets to draw: messages, people, channels."""

from typing import Any
from urllib.parse import quote

from bot.local.workspace.core import Core
from bot.local.workspace.state import Canvas, Channel, File, Json, Message, Stream, User


def page_message(core: Core, message: Message) -> Json:
    """A message as the page draws it."""
    body: Json = {"reactions": [], "files": [], **message.body}
    body["files"] = [_file(core, each["id"]) for each in message.body.get("files", [])]
    if message.metadata is not None:
        body["metadata"] = message.metadata
    if message.ephemeral_to is not None:
        body["ephemeral"] = True
    if message.stream is not None:
        body |= {"streaming": message.stream.open, "chunks": page_chunks(message.stream)}
        body["blocks"] = message.stream.blocks
    return body


def page_chunks(stream: Stream) -> Json:
    """The streamed text and tasks as they stand."""
    tasks = list(stream.tasks.values())
    return {"text": stream.text, "tasks": tasks, "plan_title": stream.plan_title, "display": stream.display}


def _file(core: Core, file_id: str) -> Json:
    canvas = core.state.canvases.get(file_id)
    if canvas is not None:
        return page_canvas(canvas)
    file = core.state.files.get(file_id)
    return page_file(file) if file is not None else {"id": file_id, "name": "deleted file", "mode": "tombstone"}


def page_file(file: File) -> Json:
    """A file as the page lists it."""
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "size": file.length,
        "url": f"/local/files/{quote(file.id)}",
    }


def page_canvas(canvas: Canvas) -> Json:
    """A canvas among the files of a message."""
    return {
        "id": canvas.id,
        "name": canvas.title,
        "title": canvas.title,
        "mimetype": "application/vnd.slack-docs",
        "size": len(canvas.markdown.encode()),
        "url": f"/local/canvases/{quote(canvas.id)}",
    }


def page_user(user: User) -> Json:
    """A person as the page shows them."""
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "color": user.color,
        "initials": user.initials,
        "is_bot": user.is_bot,
        "deleted": user.deleted,
    }


def page_channel(channel: Channel) -> Json:
    """A channel as the page shows it."""
    return {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.kind == "im",
        "is_private": channel.kind == "group",
        "topic": channel.topic,
        "members": list(channel.members),
        "im_user": channel.im_user,
    }


def page_state(core: Core, user: str, connected: bool) -> dict[str, Any]:
    """Everything the page needs to begin with, as this person sees it."""
    state, settings = core.state, core.settings
    channels = [channel for channel in state.channels.values() if may_see(core, channel, user)]
    seen = {channel.id for channel in channels}
    direct = state.direct(user)
    prompts = state.prompts.get(direct.id) if direct is not None else None
    return {
        "team": {"id": state.team_id, "name": state.team_name},
        "me": user,
        "bot": {"user_id": state.bot_user, "name": state.users[state.bot_user].real_name, "connected": connected},
        "users": [page_user(each) for each in state.users.values()],
        "channels": [page_channel(each) for each in channels],
        "commands": list(settings.commands),
        "shortcuts": list(settings.shortcuts),
        "suggested_prompts": prompts["prompts"] if prompts else list(settings.suggested_prompts),
        "sessions": [page_session(core, *place) for place in state.sessions if place[0] in seen],
        "statuses": [
            {"channel": channel, "thread_ts": thread_ts, "text": text}
            for (channel, thread_ts), text in state.statuses.items()
            if channel in seen
        ],
    }


def page_session(core: Core, channel: str, thread_ts: str) -> Json:
    """The state of one agent session."""
    session = core.state.sessions[channel, thread_ts]
    return {
        "type": "session",
        "channel": channel,
        "thread_ts": thread_ts,
        "status": session.status,
        "title": session.title,
    }


def may_see(core: Core, channel: Channel, user: str) -> bool:
    """Whether the person may look into the channel; public ones are open to all but guests."""
    person = core.state.users.get(user)
    open_to_all = channel.kind == "channel" and not channel.archived and person is not None and not person.is_guest
    return user in channel.members or open_to_all
