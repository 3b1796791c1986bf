"""People for tests and for the hands-off demonstration: they write, press, choose and submit as the page would."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from bot.local.workspace import forms, gestures, interactions, views
from bot.local.workspace.core import Core
from bot.local.workspace.elements import interactive_elements, nested_blocks
from bot.local.workspace.errors import PageError
from bot.local.workspace.state import File, Json, Message
from bot.local.workspace.traffic import Traffic

T = TypeVar("T")
PATIENCE = 10.0
"""Seconds that a wait takes at most unless told otherwise."""


class Acting:
    """What can be done in the workspace from outside; users and channels by id or by name (`maya`, `launch`)."""

    core: Core

    async def say(
        self, user: str, channel: str, text: str, thread_ts: str | None = None, file_ids: list[str] | None = None
    ) -> str:
        """Write a message; `@Baton` and `<@U…>` both call the app. Returns its ts."""
        bot = self.core.state.users[self.core.state.bot_user]
        called = text.replace(f"@{bot.real_name}", f"<@{bot.id}>")
        return gestures.say(self.core, self.user(user), self.channel(channel), called, thread_ts, file_ids).ts

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Edit one's message."""
        gestures.edit(self.core, self.user(user), self.channel(channel), ts, text)

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete one's message."""
        gestures.erase(self.core, self.user(user), self.channel(channel), ts)

    async def react(self, user: str, channel: str, ts: str, name: str, add: bool = True) -> None:
        """Add or take away a reaction."""
        gestures.toggle_reaction(self.core, self.user(user), self.channel(channel), ts, name, add)

    async def upload(self, user: str, channel: str, name: str, content: bytes) -> str:
        """Upload a file for the next message; returns its id."""
        file: File = gestures.upload(self.core, self.user(user), self.channel(channel), name, content)
        return file.id

    async def press(
        self, user: str, channel: str, ts: str, action_id: str, value: Any = None, state: Json | None = None
    ) -> None:
        """Press a button or choose in a message.

        For a button `value` tells equal action ids apart; for others it is what is chosen. Returns when the app has
        acknowledged.
        """
        message = self.message(channel, ts)
        blocks = [message.body.get("blocks", []), *message.earlier_blocks]
        used = interactions.Used(None, action_id, _chosen(blocks, action_id, value), state)
        await interactions.use_in_message(self.core, self.user(user), self.channel(channel), ts, used)

    async def press_in_view(
        self, user: str, view_id: str, action_id: str, value: Any = None, state: Json | None = None
    ) -> None:
        """Press a button or choose in a modal or a Home tab."""
        view = views.find_view(self.core, view_id)
        used = interactions.Used(None, action_id, _chosen([view["blocks"]], action_id, value), state)
        await interactions.use_in_view(self.core, self.user(user), view_id, used)

    async def submit(self, view_id: str, values: Json | None = None) -> dict[str, str]:
        """Submit a modal with plain values, `{action_id: value}` or `{block_id: {action_id: value}}`.

        Returns the errors per block, empty when the form was accepted.
        """
        view = views.find_view(self.core, view_id)
        entered = view["state"]["values"] | _entered(view["blocks"], values or {})
        return await interactions.submit(self.core, views.owner(self.core, view_id), view_id, entered)

    async def close_view(self, view_id: str) -> None:
        """Close a modal."""
        await interactions.close_view(self.core, views.owner(self.core, view_id), view_id)

    async def command(self, user: str, channel: str, text: str) -> None:
        """Send a slash command, e.g. `/baton list`."""
        await interactions.command(self.core, self.user(user), self.channel(channel), text)

    async def shortcut(self, user: str, callback_id: str, channel: str | None = None, ts: str | None = None) -> None:
        """Run a shortcut."""
        place = self.channel(channel) if channel is not None else None
        await interactions.shortcut(self.core, self.user(user), callback_id, place, ts)

    async def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home or Messages tab."""
        gestures.open_home(self.core, self.user(user), tab)

    async def stop_session(self, user: str, channel: str, thread_ts: str) -> None:
        """Press the native Stop button."""
        gestures.press_stop(self.core, self.user(user), self.channel(channel), thread_ts)

    def redeliver(self, event_id: str, attempt: int = 1) -> None:
        """Deliver an earlier event again."""
        self.core.delivery.redeliver(event_id, attempt)

    def user(self, name: str) -> str:
        """The id of a user named by id or by name."""
        found = (each.id for each in self.core.state.users.values() if name in (each.id, each.name))
        return next(found, name)

    def channel(self, name: str) -> str:
        """The id of a channel named by id, by name, or as `@maya` for direct messages with the app."""
        if name.startswith("@"):
            direct = self.core.state.direct(self.user(name[1:]))
            return direct.id if direct is not None else name
        wanted = name.removeprefix("#")
        found = (each.id for each in self.core.state.channels.values() if wanted in (each.id, each.name))
        return next(found, name)

    def message(self, channel: str, ts: str) -> Message:
        """One message, ephemeral ones too."""
        place = self.channel(channel)
        found = self.core.state.message(place, ts)
        for each in self.core.state.ephemeral:
            found = found or (each if (each.channel, each.ts) == (place, ts) else None)
        if found is None:
            raise PageError(f"There is no message {ts} in {channel}.")
        return found

    def messages(self, channel: str) -> list[Json]:
        """What the channel itself shows, oldest first, as Slack's message objects."""
        return [_told(each) for each in self.core.state.top_level(self.channel(channel))]

    def thread(self, channel: str, ts: str) -> list[Json]:
        """Root and replies, oldest first."""
        return [_told(each) for each in self.core.state.thread(self.channel(channel), ts)]

    def ephemeral(self, user: str) -> list[Json]:
        """The messages that only this person sees."""
        return [_told(each) for each in self.core.state.ephemeral if each.ephemeral_to == self.user(user)]

    def open_views(self, user: str) -> list[Json]:
        """The person's stack of modals, topmost last."""
        return [self.core.views[view_id] for view_id in self.core.stacks.get(self.user(user), [])]

    def home(self, user: str) -> Json | None:
        """The person's Home tab."""
        return self.core.state.homes.get(self.user(user))

    def session(self, channel: str, thread_ts: str) -> Json | None:
        """Status and title of the thread's agent session."""
        found = self.core.state.sessions.get((self.channel(channel), thread_ts))
        return None if found is None else {"status": found.status, "title": found.title}

    async def wait_for(self, predicate: Callable[[], T | None], timeout: float = PATIENCE) -> T:
        """The first true value of the predicate; it is asked again after everything that happens."""
        traffic: Traffic = self.core.traffic
        async with asyncio.timeout(timeout):
            while True:
                found = predicate()
                if found:
                    return found
                await traffic.next_change(0.05)

    async def settle(self, timeout: float = PATIENCE) -> None:
        """Wait until no delivery of an event is under way."""
        await self.core.delivery.settle(timeout)


def _told(message: Message) -> Json:
    return message.body | ({"metadata": message.metadata} if message.metadata is not None else {})


def _chosen(versions: list[list[Json]], action_id: str, value: Any) -> Json:
    """What a value means for the element with that action id."""
    element = next((each for blocks in versions for each in _elements(blocks) if each["action_id"] == action_id), None)
    if element is None:
        raise PageError(f"There is nothing to press with the action id {action_id!r}.")
    if value is None or element["type"] in ("button", "icon_button", "workflow_button"):
        return {} if value is None else {"value": value}
    if element["type"] == "feedback_buttons":
        return {"value": value}
    return {key: each for key, each in forms.entry(element, value).items() if key != "type"}


def _elements(blocks: list[Json]) -> list[Json]:
    return [element for block in nested_blocks(blocks) for element in interactive_elements(block)]


def _entered(blocks: list[Json], values: Json) -> Json:
    """Plain values as the state of the form; a name that fits no field is an error of the test."""
    state: Json = {}
    left = dict(values)
    for block, element in forms.fields(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        if isinstance(left.get(block_id), dict) and action_id in left[block_id]:
            value = left.pop(block_id)[action_id]
        elif action_id in left:
            value = left.pop(action_id)
        else:
            continue
        state.setdefault(block_id, {})[action_id] = forms.entry(element, value)
    if left:
        raise PageError(f"The form has no field {', '.join(sorted(left))}.")
    return state
