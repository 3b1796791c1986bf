"""files.* and canvases.*"""

import html

from bot.local.workspace.calls import Call, Method
from bot.local.workspace.errors import ApiError, invalid, missing
from bot.local.workspace.files import (
    LARGEST_FILE,
    canvas_object,
    create_canvas,
    file_object,
    find_canvas,
    find_file,
    readable_by_bot,
    reserve,
    share,
)
from bot.local.workspace.ids import is_stamp
from bot.local.workspace.messages import Persona, bot_body, place
from bot.local.workspace.paging import paged
from bot.local.workspace.state import Channel, File, Json

LARGEST_CANVAS = 1024 * 1024
ACCESS_LEVELS = ("read", "write", "owner")


def upload_url(call: Call) -> Json:
    """files.getUploadURLExternal"""
    name, length = call.args.need("filename"), call.args.need("length")
    if not length.isdigit() or int(length) == 0:
        raise invalid("length", "must be a positive integer")
    if int(length) > LARGEST_FILE:
        raise ApiError("file_upload_size_restricted")
    file = reserve(call.core, name, int(length), call.core.state.bot_user)
    key = call.core.tickets.upload(file.id)
    return {"ok": True, "upload_url": f"{call.core.base_url}/upload/{key}", "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """files.completeUploadExternal"""
    core, args = call.core, call.args
    files = [_uploaded(call, each) for each in _listed_files(call)]
    places = [*args.listed("channels"), *([args.need("channel_id")] if args.text("channel_id") else [])]
    for channel_id in places:
        channel = core.state.channels.get(channel_id)
        if channel is None or core.state.bot_user not in channel.members:
            raise ApiError("channel_not_found" if channel is None else "not_in_channel")
        body = bot_body(core, args.text("initial_comment") or "", Persona())
        share(core, place(core, channel, body, _thread(call, channel)), files)
    for file in files:
        file.complete = True
    return {"ok": True, "files": [{"id": file.id, "title": file.title} for file in files]}


def file_info(call: Call) -> Json:
    """files.info; canvases are files too."""
    file_id = call.args.need("file")
    canvas = call.core.state.canvases.get(file_id)
    shown = (
        canvas_object(call.core, canvas)
        if canvas is not None
        else file_object(call.core, find_file(call.core, file_id))
    )
    return {"ok": True, "file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}


def file_list(call: Call) -> Json:
    """files.list"""
    channel = call.args.text("channel")
    found = [
        file_object(call.core, file)
        for file in call.core.state.files.values()
        if file.complete and readable_by_bot(call.core, file) and (channel is None or channel in file.shares)
    ]
    return paged(call, found, "files", 100)


def delete_file(call: Call) -> Json:
    """files.delete"""
    file = find_file(call.core, call.args.need("file"))
    if file.user != call.core.state.bot_user:
        raise ApiError("cant_delete_file")
    del call.core.state.files[file.id]
    call.core.touched()
    return {"ok": True}


def canvas_create(call: Call) -> Json:
    """canvases.create"""
    title, markdown = call.args.text("title") or "", _markdown(call)
    channel = call.joined_channel("channel_id").id if call.args.text("channel_id") else None
    return {"ok": True, "canvas_id": create_canvas(call.core, title, markdown, channel).id}


def canvas_access(call: Call) -> Json:
    """canvases.access.set"""
    canvas = find_canvas(call.core, call.args.need("canvas_id"))
    level = call.args.need("access_level")
    channels, users = call.args.listed("channel_ids"), call.args.listed("user_ids")
    if level not in ACCESS_LEVELS:
        raise invalid("access_level", f"must be one of {', '.join(ACCESS_LEVELS)}")
    if not channels and not users:
        raise missing("channel_ids")
    if channels and users:
        raise ApiError("invalid_parameters")
    unknown = [each for each in channels if each not in call.core.state.channels]
    unknown += [each for each in users if each not in call.core.state.users]
    if unknown:
        raise ApiError("channel_not_found" if channels else "user_not_found")
    canvas.access |= dict.fromkeys(channels + users, level)
    call.core.touched()
    return {"ok": True}


def canvas_content(call: Call) -> Json:
    """canvases.getContent"""
    canvas = find_canvas(call.core, call.args.need("canvas_id"))
    if call.args.text("content_type") == "html":
        return {"ok": True, "content": f"<pre>{html.escape(canvas.markdown)}</pre>"}
    return {"ok": True, "content": canvas.markdown}


def canvas_edit(call: Call) -> Json:
    """canvases.edit: whole-document replacement and insertion at either end."""
    canvas = find_canvas(call.core, call.args.need("canvas_id"))
    changes = call.args.json("changes")
    if not isinstance(changes, list) or len(changes) != 1 or not isinstance(changes[0], dict):
        raise ApiError("invalid_arguments", "[ERROR] must be exactly one change [json-pointer:/changes]")
    change = changes[0]
    content = change.get("document_content")
    markdown = str(content.get("markdown", "")) if isinstance(content, dict) else ""
    edited = {
        "replace": markdown,
        "insert_at_end": canvas.markdown + markdown,
        "insert_at_start": markdown + canvas.markdown,
    }.get(str(change.get("operation")))
    if edited is None or change.get("section_id"):
        raise ApiError("canvas_editing_failed")
    canvas.markdown = edited
    call.core.touched()
    return {"ok": True}


def canvas_delete(call: Call) -> Json:
    """canvases.delete"""
    canvas = find_canvas(call.core, call.args.need("canvas_id"))
    del call.core.state.canvases[canvas.id]
    call.core.touched()
    return {"ok": True}


def _listed_files(call: Call) -> list[Json]:
    files = call.args.json("files")
    if not isinstance(files, list) or not files:
        raise missing("files")
    return files


def _uploaded(call: Call, entry: Json) -> File:
    file = call.core.state.files.get(str(entry.get("id")) if isinstance(entry, dict) else "")
    if file is None or not file.uploaded or file.complete:
        raise ApiError("file_not_found")
    file.title = entry.get("title") or file.name
    return file


def _thread(call: Call, channel: Channel) -> str | None:
    ts = call.args.text("thread_ts")
    if ts is not None and (not is_stamp(ts) or call.core.state.message(channel.id, ts) is None):
        raise ApiError("invalid_thread_ts")
    return ts


def _markdown(call: Call) -> str:
    content = call.args.json("document_content")
    if content is None:
        return ""
    if (
        not isinstance(content, dict)
        or content.get("type") != "markdown"
        or not isinstance(content.get("markdown"), str)
    ):
        raise invalid("document_content", "must be an object with type markdown and markdown")
    if len(content["markdown"].encode()) > LARGEST_CANVAS:
        raise ApiError("canvas_creation_failed")
    return content["markdown"]


METHODS = {
    "files.getUploadURLExternal": Method(upload_url, 4, ("files:write",), form_only=True),
    "files.completeUploadExternal": Method(complete_upload, 4, ("files:write",)),
    "files.info": Method(file_info, 4, ("files:read",), form_only=True),
    "files.list": Method(file_list, 3, ("files:read",), form_only=True),
    "files.delete": Method(delete_file, 3, ("files:write",)),
    "canvases.create": Method(canvas_create, 2, ("canvases:write",)),
    "canvases.edit": Method(canvas_edit, 3, ("canvases:write",)),
    "canvases.delete": Method(canvas_delete, 3, ("canvases:write",)),
    "canvases.access.set": Method(canvas_access, 3, ("canvases:write",)),
    "canvases.getContent": Method(canvas_content, 3, ("canvases:read",)),
}
