"""Files and canvases: upload in three steps, sharing, and Slack's objects for both."""

import mimetypes
from typing import Any
from urllib.parse import quote

from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError
from bot.local.workspace.ids import new_id
from bot.local.workspace.messages import post
from bot.local.workspace.state import Canvas, File, Json, Message

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; Slack takes a gigabyte, the demonstration need not."""


def reserve(core: Core, name: str, length: int, user: str) -> File:
    """A place for a file whose bytes are still to come."""
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = File(new_id("F"), name, name, mimetype, user, int(core.clock()), length=length)
    core.state.files[file.id] = file
    return file


def fill(core: Core, file: File, content: bytes) -> None:
    """Keep the bytes of a file."""
    file.content, file.length, file.uploaded = content, len(content), True
    core.touched()


def share(core: Core, message: Message, files: list[File]) -> Message:
    """Post a message that carries the files."""
    message.body["subtype"] = message.body.get("subtype") or "file_share"
    message.body |= {"upload": False, "display_as_bot": False}
    for file in files:
        file.complete = True
        file.shares.setdefault(message.channel, []).append(message.ts)
    message.body["files"] = [file_object(core, file) for file in files]
    return post(core, message)


def file_object(core: Core, file: File) -> Json:
    """Slack's file object; `url_private` wants the app's token."""
    extension = file.name.rpartition(".")[2].lower() if "." in file.name else "text"
    address = f"{core.base_url}/files-pri/{core.state.team_id}-{file.id}/{quote(file.name)}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": extension,
        "pretty_type": extension.upper(),
        "user": file.user,
        "user_team": core.state.team_id,
        "editable": False,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": _public(core, file),
        "url_private": address,
        "url_private_download": address,
        "permalink": f"{core.base_url}/files/{file.user}/{file.id}",
        "file_access": "visible",
        "has_rich_preview": False,
    } | _where(core, file)


def _public(core: Core, file: File) -> bool:
    return any(core.state.channels[channel].kind == "channel" for channel in file.shares)


def _where(core: Core, file: File) -> Json:
    places: Json = {"channels": [], "groups": [], "ims": [], "shares": {}}
    for channel_id, stamps in file.shares.items():
        kind = core.state.channels[channel_id].kind
        places[{"channel": "channels", "group": "groups", "im": "ims"}[kind]].append(channel_id)
        side = places["shares"].setdefault("public" if kind == "channel" else "private", {})
        side[channel_id] = [_share(core, channel_id, ts) for ts in stamps]
    return places


def _share(core: Core, channel_id: str, ts: str) -> Json:
    message = core.state.message(channel_id, ts)
    entry: dict[str, Any] = {"ts": ts, "channel_name": core.state.channels[channel_id].name}
    return entry | ({"thread_ts": message.root} if message is not None and message.is_reply else {})


def readable_by_bot(core: Core, file: File) -> bool:
    """Whether the app may read the file: its own, or shared where it is a member."""
    bot = core.state.bot_user
    return file.user == bot or any(bot in core.state.channels[channel].members for channel in file.shares)


def find_file(core: Core, file_id: str) -> File:
    """A file that the app may see."""
    file = core.state.files.get(file_id)
    if file is None or not file.complete or not readable_by_bot(core, file):
        raise ApiError("file_not_found")
    return file


def create_canvas(core: Core, title: str, markdown: str, channel: str | None = None) -> Canvas:
    """A new document of the app's."""
    canvas = Canvas(new_id("F"), title or "Untitled", markdown, core.state.bot_user, int(core.clock()))
    if channel is not None:
        canvas.access[channel] = "write"
    core.state.canvases[canvas.id] = canvas
    core.touched()
    return canvas


def find_canvas(core: Core, canvas_id: str) -> Canvas:
    """The canvas with that id."""
    canvas = core.state.canvases.get(canvas_id)
    if canvas is None:
        raise ApiError("canvas_not_found")
    return canvas


def canvas_object(core: Core, canvas: Canvas) -> Json:
    """Slack's file object of a canvas."""
    return {
        "id": canvas.id,
        "created": canvas.created,
        "timestamp": canvas.created,
        "name": canvas.title,
        "title": canvas.title,
        "mimetype": "application/vnd.slack-docs",
        "filetype": "quip",
        "pretty_type": "Canvas",
        "user": canvas.owner,
        "mode": "quip",
        "size": len(canvas.markdown.encode()),
        "permalink": canvas_permalink(core, canvas),
        "access": "owner",
        "channels": [place for place in canvas.access if place.startswith("C")],
    }


def canvas_permalink(core: Core, canvas: Canvas) -> str:
    """The address of a canvas; the page opens it."""
    return f"{core.base_url}/docs/{core.state.team_id}/{canvas.id}"
