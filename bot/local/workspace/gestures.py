"""What people do with messages and files: write, edit, delete, react, upload, open the Home tab, press Stop."""

import copy
from uuid import uuid4

from bot.local.workspace import events, sessions
from bot.local.workspace.core import Core
from bot.local.workspace.errors import PageError
from bot.local.workspace.files import LARGEST_FILE, fill, reserve, share
from bot.local.workspace.messages import change, delete, find_ephemeral, place, post, react
from bot.local.workspace.rendering import may_see
from bot.local.workspace.state import Channel, File, Json, Message
from bot.local.workspace.text import rich_text, typed

LONGEST_TEXT = 40_000
TABS = ("home", "messages")


def person(core: Core, user: str) -> str:
    """The id of somebody who can act in the workspace."""
    found = core.state.users.get(user)
    if found is None or found.is_bot or found.deleted:
        raise PageError(f"Nobody in this workspace has the id {user!r} and can act in the page.")
    return user


def seen_channel(core: Core, user: str, channel_id: str) -> Channel:
    """A channel that the person may look into."""
    channel = core.state.channels.get(channel_id)
    if channel is None or not may_see(core, channel, person(core, user)):
        raise PageError(f"There is no channel {channel_id!r} that this person may see.")
    return channel


def seen_message(core: Core, user: str, channel_id: str, ts: str) -> Message:
    """A message that the person may see."""
    channel = seen_channel(core, user, channel_id)
    message = core.state.message(channel.id, ts) or find_ephemeral(core, channel.id, ts, user)
    if message is None:
        raise PageError("That message is not there any more.")
    return message


def say(
    core: Core, user: str, channel_id: str, text: str, thread_ts: str | None = None, files: list[str] | None = None
) -> Message:
    """Post what a person wrote, with the files uploaded before."""
    channel = seen_channel(core, user, channel_id)
    if user not in channel.members:
        raise PageError(f"Join #{channel.name} before you write there.")
    carried = [_waiting_file(core, user, file_id) for file_id in files or []]
    if not text.strip() and not carried:
        raise PageError("An empty message cannot be sent; write something or attach a file.")
    if len(text) > LONGEST_TEXT:
        raise PageError(f"The message is too long: {len(text)} characters, {LONGEST_TEXT} are the most.")
    if thread_ts is not None and core.state.message(channel.id, thread_ts) is None:
        raise PageError("The thread you answer in is not there any more.")
    message = place(core, channel, _body(core, user, typed(text)), thread_ts)
    return share(core, message, carried) if carried else post(core, message)


def edit(core: Core, user: str, channel_id: str, ts: str, text: str) -> None:
    """Change one's own message."""
    message = _own(core, user, channel_id, ts)
    if not text.strip():
        raise PageError("A message cannot be edited to nothing; delete it instead.")
    body = copy.deepcopy(message.body)
    stored = typed(text)
    body |= {"text": stored, "blocks": rich_text(stored), "edited": {"user": user, "ts": core.stamps.next()}}
    change(core, message, body)


def erase(core: Core, user: str, channel_id: str, ts: str) -> None:
    """Delete one's own message, or dismiss an ephemeral one."""
    message = seen_message(core, user, channel_id, ts)
    delete(core, message if message.ephemeral_to == user else _own(core, user, channel_id, ts))


def toggle_reaction(core: Core, user: str, channel_id: str, ts: str, name: str, add: bool) -> None:
    """Add or take away one's reaction."""
    message = seen_message(core, user, channel_id, ts)
    if message.ephemeral_to is not None:
        raise PageError("A message that only you can see takes no reactions.")
    react(core, message, user, name.strip(":"), add)


def upload(core: Core, user: str, channel_id: str, name: str, content: bytes, mimetype: str | None = None) -> File:
    """Keep a person's file until the message that carries it is sent."""
    seen_channel(core, user, channel_id)
    if not content:
        raise PageError(f"The file {name!r} is empty, so there is nothing to upload.")
    if len(content) > LARGEST_FILE:
        raise PageError(f"The file {name!r} is too large; {LARGEST_FILE // 1024 // 1024} MB are the most.")
    file = reserve(core, name, len(content), user)
    if mimetype and file.mimetype == "application/octet-stream":
        file.mimetype = mimetype
    fill(core, file, content)
    return file


def open_home(core: Core, user: str, tab: str) -> None:
    """Tell the app that the person opened its Home or Messages tab."""
    if tab not in TABS:
        raise PageError(f"There is no tab {tab!r}; the app has home and messages.")
    direct = core.state.direct(person(core, user))
    if direct is None:
        raise PageError("This person has no direct messages with the app.")
    view = core.state.homes.get(user)
    core.emit(events.home_opened(user, direct.id, tab, core.stamps.next(), view))


def press_stop(core: Core, user: str, channel_id: str, thread_ts: str) -> None:
    """Press the Stop button of a session at work."""
    sessions.stop(core, seen_channel(core, user, channel_id).id, thread_ts, user)


def _body(core: Core, user: str, stored: str) -> Json:
    return {
        "type": "message",
        "client_msg_id": str(uuid4()),
        "user": user,
        "text": stored,
        "team": core.state.team_id,
        "blocks": rich_text(stored),
    }


def _own(core: Core, user: str, channel_id: str, ts: str) -> Message:
    message = seen_message(core, user, channel_id, ts)
    if message.body.get("user") != user:
        raise PageError("Only the author can change or delete a message.")
    return message


def _waiting_file(core: Core, user: str, file_id: str) -> File:
    file = core.state.files.get(file_id)
    if file is None or file.user != user or not file.uploaded:
        raise PageError(f"The file {file_id!r} was not uploaded by this person.")
    return file
