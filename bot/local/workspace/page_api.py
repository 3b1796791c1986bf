"""What the page in the browser asks for and sends, all under /local/."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ValidationError

from bot.local.workspace import gestures, interactions, page_bodies, sessions
from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError, NotAcknowledged, PageError
from bot.local.workspace.faults import FaultOrder
from bot.local.workspace.files import LARGEST_FILE
from bot.local.workspace.messages import find_ephemeral
from bot.local.workspace.methods_conversations import enter
from bot.local.workspace.rendering import page_message, page_state
from bot.local.workspace.state import Json, Message
from bot.local.workspace.traffic import Entry

Model = TypeVar("Model", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MOST_ENTRIES = 1_000
SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp")
FILE_POLICY = "default-src 'none'; sandbox"


class PageApi:
    """The handlers of the page's requests."""

    def __init__(self, core: Core, disconnect: Callable[[str], Awaitable[None]], connected: Callable[[], bool]) -> None:
        self.core = core
        self.disconnect = disconnect
        self.connected = connected

    def routes(self) -> list[web.RouteDef]:
        """Paths and handlers."""
        reads = {
            "state": self.state,
            "messages": self.messages,
            "replies": self.replies,
            "home": self.home,
            "traffic": self.traffic,
            "files/{id}": self.file,
            "canvases/{id}": self.canvas,
        }
        writes = {
            "message": self.say,
            "upload": self.upload,
            "reaction": self.react,
            "edit": self.edit,
            "delete": self.delete,
            "action": self.action,
            "submit": self.submit,
            "close": self.close,
            "home": self.open_home,
            "command": self.command,
            "shortcut": self.shortcut,
            "stop": self.stop,
            "join": self.join,
            "rename": self.rename,
            "faults": self.faults,
        }
        return [
            *(web.get(f"/local/{path}", told(handler)) for path, handler in reads.items()),
            *(web.post(f"/local/{path}", told(handler)) for path, handler in writes.items()),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Team, people, channels, commands."""
        user = self._user(request) if "user" in request.query else self._anybody()
        return web.json_response(page_state(self.core, user, self.connected()))

    async def messages(self, request: web.Request) -> web.Response:
        """What a channel shows to a person."""
        user = self._user(request)
        channel = gestures.seen_channel(self.core, user, _query(request, "channel"))
        found = [*self.core.state.top_level(channel.id), *self._ephemeral(user, channel.id, None)]
        return self._listed(found)

    async def replies(self, request: web.Request) -> web.Response:
        """What a thread shows to a person."""
        user = self._user(request)
        channel = gestures.seen_channel(self.core, user, _query(request, "channel"))
        root = _query(request, "ts")
        found = [*self.core.state.thread(channel.id, root), *self._ephemeral(user, channel.id, root)]
        if not found:
            raise PageError("That thread is not there any more.")
        return self._listed(found)

    async def home(self, request: web.Request) -> web.Response:
        """The Home tab as the app published it."""
        return web.json_response({"view": self.core.state.homes.get(self._user(request))})

    async def traffic(self, request: web.Request) -> web.Response:
        """The exchanges with the app, the newest at most."""
        after = request.query.get("after", "0")
        if not after.isdigit():
            raise PageError("after has to be a number.")
        return web.json_response(
            {"entries": [each.to_json() for each in self.core.traffic.after(int(after))[-MOST_ENTRIES:]]}
        )

    async def file(self, request: web.Request) -> web.Response:
        """The bytes of a file; only pictures and plain text are shown in place, nothing in them is run."""
        file = self.core.state.files.get(request.match_info["id"])
        if file is None or not file.uploaded:
            raise PageError("That file is not there any more.")
        text = file.mimetype.startswith("text/") or file.mimetype == "application/json"
        inline = text or file.mimetype in SHOWN_INLINE
        return web.Response(
            body=file.content,
            headers={
                "Content-Type": "text/plain; charset=utf-8" if text else file.mimetype,
                "Content-Disposition": _disposition("inline" if inline else "attachment", file.name),
                "Content-Security-Policy": FILE_POLICY,
            },
        )

    async def canvas(self, request: web.Request) -> web.Response:
        """A canvas as Markdown."""
        canvas = self.core.state.canvases.get(request.match_info["id"])
        if canvas is None:
            raise PageError("That canvas is not there any more.")
        return web.json_response({"title": canvas.title, "markdown": canvas.markdown})

    async def say(self, request: web.Request) -> web.Response:
        """Write a message."""
        body = await _read(request, page_bodies.MessageBody)
        message = gestures.say(self.core, body.user, body.channel, body.text, body.thread_ts, body.file_ids)
        return _done(ts=message.ts)

    async def upload(self, request: web.Request) -> web.Response:
        """Take a file in."""
        fields, name, content, mimetype = await _multipart(request)
        file = gestures.upload(self.core, fields.get("user", ""), fields.get("channel", ""), name, content, mimetype)
        return web.json_response(
            {"file_id": file.id, "name": file.name, "mimetype": file.mimetype, "size": file.length}
        )

    async def react(self, request: web.Request) -> web.Response:
        """Add or take away a reaction."""
        body = await _read(request, page_bodies.ReactionBody)
        gestures.toggle_reaction(self.core, body.user, body.channel, body.ts, body.name, body.add)
        return _done()

    async def edit(self, request: web.Request) -> web.Response:
        """Edit a message."""
        body = await _read(request, page_bodies.EditBody)
        gestures.edit(self.core, body.user, body.channel, body.ts, body.text)
        return _done()

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a message."""
        body = await _read(request, page_bodies.DeleteBody)
        gestures.erase(self.core, body.user, body.channel, body.ts)
        return _done()

    async def action(self, request: web.Request) -> web.Response:
        """Use an element of a message or of a view."""
        body = await _read(request, page_bodies.ActionBody)
        state = body.state.values if body.state is not None else None
        used = interactions.Used(body.block_id, body.action_id, body.chosen(), state)
        place = body.container
        if place.type == "view":
            await interactions.use_in_view(self.core, body.user, place.view_id or "", used)
        else:
            await interactions.use_in_message(
                self.core, body.user, place.channel or body.channel or "", place.ts or "", used
            )
        return _done()

    async def submit(self, request: web.Request) -> web.Response:
        """Submit a modal."""
        body = await _read(request, page_bodies.SubmitBody)
        errors = await interactions.submit(self.core, body.user, body.view_id, body.state.values)
        return web.json_response({"errors": errors}) if errors else _done()

    async def close(self, request: web.Request) -> web.Response:
        """Close a modal."""
        body = await _read(request, page_bodies.CloseBody)
        await interactions.close_view(self.core, body.user, body.view_id)
        return _done()

    async def open_home(self, request: web.Request) -> web.Response:
        """Open the app's Home or Messages tab."""
        body = await _read(request, page_bodies.HomeBody)
        gestures.open_home(self.core, body.user, body.tab)
        return _done()

    async def command(self, request: web.Request) -> web.Response:
        """Send a slash command."""
        body = await _read(request, page_bodies.CommandBody)
        await interactions.command(self.core, body.user, body.channel, body.text, body.thread_ts)
        return _done()

    async def shortcut(self, request: web.Request) -> web.Response:
        """Run a shortcut."""
        body = await _read(request, page_bodies.ShortcutBody)
        await interactions.shortcut(self.core, body.user, body.callback_id, body.channel, body.ts)
        return _done()

    async def stop(self, request: web.Request) -> web.Response:
        """Press Stop."""
        body = await _read(request, page_bodies.StopBody)
        gestures.press_stop(self.core, body.user, body.channel, body.thread_ts)
        return _done()

    async def join(self, request: web.Request) -> web.Response:
        """Join a public channel, or bring somebody (the app, too) into one's own."""
        body = await _read(request, page_bodies.JoinBody)
        channel = gestures.seen_channel(self.core, body.user, body.channel)
        newcomer = body.invite or body.user
        if newcomer not in self.core.state.users or channel.kind == "im":
            raise PageError("Only members of this workspace can join, and only channels can be joined.")
        if newcomer not in channel.members:
            enter(self.core, channel, newcomer, body.user if body.invite else None)
        return _done()

    async def rename(self, request: web.Request) -> web.Response:
        """Give an agent session another title."""
        body = await _read(request, page_bodies.RenameBody)
        channel = gestures.seen_channel(self.core, body.user, body.channel)
        sessions.rename(self.core, channel.id, body.thread_ts, body.title, by=body.user)
        return _done()

    async def faults(self, request: web.Request) -> web.Response:
        """Switch faults on and off."""
        order = await _read(request, FaultOrder)
        order.apply(self.core.faults)
        if order.disconnect is not None:
            await self.disconnect(order.disconnect)
        return _done()

    def _user(self, request: web.Request) -> str:
        return gestures.person(self.core, _query(request, "user"))

    def _anybody(self) -> str:
        """Whom a page acts as that has just been opened: the first person."""
        return next(each.id for each in self.core.state.users.values() if not each.is_bot and not each.deleted)

    def _ephemeral(self, user: str, channel: str, root: str | None) -> list[Message]:
        return [
            each
            for each in self.core.state.ephemeral
            if each.channel == channel
            and find_ephemeral(self.core, channel, each.ts, user) is each
            and (each.root == root if root is not None else not each.is_reply)
        ]

    def _listed(self, found: list[Message]) -> web.Response:
        ordered = sorted(found, key=lambda each: each.ts)
        return web.json_response({"messages": [page_message(self.core, each) for each in ordered]})


def told(handler: Handler) -> Handler:
    """Turn what cannot be done into one sentence for the page."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotAcknowledged as silence:
            return web.json_response({"error": str(silence)}, status=502)
        except PageError as refusal:
            return web.json_response({"error": str(refusal)}, status=400)
        except ApiError as refusal:
            return web.json_response({"error": f"The workspace refuses this: {refusal.code}."}, status=400)

    return answer


def traffic_event(entry: Entry) -> Json:
    """A new exchange, for the inspector."""
    return {"type": "traffic", "entry": entry.to_json()}


async def _read(request: web.Request, model: type[Model]) -> Model:
    if request.content_type != "application/json":
        raise PageError("Send JSON, with its content type.")
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise PageError(f"{where}: {first['msg']}.") from problem


async def _multipart(request: web.Request) -> tuple[dict[str, str], str, bytes, str | None]:
    """The text fields and the one file of an upload."""
    if request.content_type != "multipart/form-data":
        raise PageError("Send the file as a form with user, channel and file.")
    try:
        return await _parts(request)
    except (ValueError, LookupError) as problem:
        raise PageError("The upload is not a proper form.") from problem


async def _parts(request: web.Request) -> tuple[dict[str, str], str, bytes, str | None]:
    fields: dict[str, str] = {}
    name, content, mimetype = "", b"", None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "file":
            name, mimetype = part.filename or "file", part.headers.get("Content-Type")
            content = bytes(await _limited(part))
        elif part.name is not None:
            fields[part.name] = (await part.read()).decode()
    return fields, name, content, mimetype


async def _limited(part: BodyPartReader) -> bytearray:
    content = bytearray()
    while chunk := await part.read_chunk(256 * 1024):
        content += chunk
        if len(content) > LARGEST_FILE:
            raise PageError(f"The file is too large; {LARGEST_FILE // 1024 // 1024} MB are the most.")
    return content


def _query(request: web.Request, name: str) -> str:
    value = request.query.get(name)
    if not value:
        raise PageError(f"{name} is missing.")
    return value


def _done(**fields: str) -> web.Response:
    return web.json_response({"ok": True, **fields})


def _disposition(kind: str, name: str) -> str:
    safe = "".join(each if each.isascii() and (each.isalnum() or each in "._- ") else "_" for each in name)
    return f'{kind}; filename="{safe}"'
