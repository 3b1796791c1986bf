"""Buttons, forms, commands and shortcuts: the payloads Slack sends for them and what their answers do."""

import copy
from dataclasses import dataclass
from typing import Any

from bot.local.workspace import forms, views
from bot.local.workspace.core import VERIFICATION_TOKEN, Core
from bot.local.workspace.elements import interactive_elements, nested_blocks
from bot.local.workspace.errors import ApiError, PageError
from bot.local.workspace.gestures import person, seen_channel, seen_message
from bot.local.workspace.methods_chat import with_metadata
from bot.local.workspace.responses import answer_command
from bot.local.workspace.state import Channel, Json, Message
from bot.local.workspace.text import typed
from bot.local.workspace.tickets import ResponseAddress

TROUBLE = "The app answered the form in a way that Slack does not understand"


@dataclass(frozen=True)
class Used:
    """An element that was used: where it is, and what was chosen (in Slack's fields for its type)."""

    block_id: str | None
    action_id: str
    chosen: Json
    state: Json | None = None


async def use_in_message(core: Core, user: str, channel_id: str, ts: str, used: Used) -> None:
    """Press a button or choose in a message."""
    message = seen_message(core, user, channel_id, ts)
    if message.stream is not None and message.stream.open:
        raise PageError("The message is still being written; its buttons work when it is finished.")
    element = _find(message.body.get("blocks", []), used) or _find_earlier(message, used)
    if element is None:
        raise PageError(f"The message has nothing to press with the action id {used.action_id!r}.")
    channel = core.state.channels[channel_id]
    container = {
        "type": "message",
        "message_ts": ts,
        "channel_id": channel_id,
        "is_ephemeral": message.ephemeral_to is not None,
    } | ({"thread_ts": message.root} if message.is_reply else {})
    address = ResponseAddress(user, channel_id, core.clock(), ts, message.root if message.is_reply else None)
    payload = _payload(core, "block_actions", user) | {
        "container": container,
        "trigger_id": core.tickets.trigger(user),
        "channel": _named(core, channel),
        "message": with_metadata(message),
        "state": {"values": used.state or {}},
        "response_url": _response_url(core, address),
        "actions": [_action(core, element, used)],
    }
    await core.delivery.gesture("interactive", payload, "block_actions")


async def use_in_view(core: Core, user: str, view_id: str, used: Used) -> None:
    """Press a button or choose in a modal or a Home tab."""
    view = _own_view(core, user, view_id)
    element = _find(view["blocks"], used)
    if element is None:
        raise PageError(f"The window has nothing to press with the action id {used.action_id!r}.")
    if used.state is not None:
        view["state"] = {"values": views.surviving_values(used.state, view["blocks"])}
    payload = _payload(core, "block_actions", user) | {
        "container": {"type": "view", "view_id": view_id},
        "trigger_id": core.tickets.trigger(user, view_id),
        "view": copy.deepcopy(view),
        "actions": [_action(core, element, used)],
    }
    await core.delivery.gesture("interactive", payload, "block_actions")


async def submit(core: Core, user: str, view_id: str, values: Json) -> dict[str, str]:
    """Submit a modal; returns the errors per block, empty when it was accepted."""
    view = _own_view(core, user, view_id)
    view["state"] = {"values": forms.complete(view["blocks"], views.surviving_values(values, view["blocks"]))}
    errors = forms.client_errors(view["blocks"], view["state"]["values"])
    if errors:
        return errors
    payload = _payload(core, "view_submission", user) | {
        "trigger_id": core.tickets.trigger(user, view_id),
        "view": copy.deepcopy(view),
        "response_urls": [],
    }
    answer = await core.delivery.gesture("interactive", payload, "view_submission")
    return _respond(core, user, view, answer)


async def close_view(core: Core, user: str, view_id: str) -> None:
    """Close a modal with its cross or its cancel button."""
    view = _own_view(core, user, view_id)
    clear = bool(view["clear_on_close"])
    closed = views.close(core, view, clear)
    for each in closed:
        if each["notify_on_close"]:
            payload = _payload(core, "view_closed", user) | {"view": each, "is_cleared": clear}
            await core.delivery.gesture("interactive", payload, "view_closed")


async def command(core: Core, user: str, channel_id: str, text: str, thread_ts: str | None = None) -> None:
    """Send a slash command; the app's direct answer is shown to this person only unless it says otherwise."""
    channel = seen_channel(core, user, channel_id)
    name, _, rest = text.strip().partition(" ")
    known = next((each for each in core.settings.commands if each["command"] == name), None)
    if known is None:
        raise PageError(f"{name} is not a command of this workspace.")
    if thread_ts is not None:
        raise PageError("Slash commands do not work in threads; use the channel's message field.")
    address = ResponseAddress(user, channel_id, core.clock())
    state = core.state
    payload = {
        "token": VERIFICATION_TOKEN,
        "team_id": state.team_id,
        "team_domain": state.domain,
        "channel_id": channel.id,
        "channel_name": channel.name or "directmessage",
        "user_id": user,
        "user_name": state.users[user].name,
        "command": name,
        "text": typed(rest.strip()) if known.get("should_escape") else rest.strip(),
        "api_app_id": state.app_id,
        "is_enterprise_install": "false",
        "response_url": _response_url(core, address),
        "trigger_id": core.tickets.trigger(user),
    }
    answer = await core.delivery.gesture("slash_commands", payload, name)
    answer_command(core, address, answer)


async def shortcut(
    core: Core, user: str, callback_id: str, channel_id: str | None = None, ts: str | None = None
) -> None:
    """Run a shortcut: a global one, or one on a message."""
    known = next((each for each in core.settings.shortcuts if each["callback_id"] == callback_id), None)
    if known is None:
        raise PageError(f"There is no shortcut with the callback id {callback_id!r}.")
    person(core, user)
    common = {"callback_id": callback_id, "trigger_id": core.tickets.trigger(user), "action_ts": core.stamps.next()}
    if known["type"] == "global":
        await core.delivery.gesture("interactive", _payload(core, "shortcut", user) | common, "shortcut")
        return
    if channel_id is None or ts is None:
        raise PageError(f"The shortcut {known['name']!r} works on a message; choose one.")
    message = seen_message(core, user, channel_id, ts)
    address = ResponseAddress(user, channel_id, core.clock(), None, message.root if message.is_reply else None)
    payload = _payload(core, "message_action", user) | common
    payload |= {
        "message_ts": ts,
        "message": with_metadata(message),
        "channel": _named(core, core.state.channels[channel_id]),
        "response_url": _response_url(core, address),
    }
    await core.delivery.gesture("interactive", payload, "message_action")


def _payload(core: Core, kind: str, user: str) -> Json:
    state, who = core.state, core.state.users[user]
    return {
        "type": kind,
        "team": {"id": state.team_id, "domain": state.domain},
        "user": {"id": user, "username": who.name, "name": who.name, "team_id": state.team_id},
        "api_app_id": state.app_id,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _named(core: Core, channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name if channel.kind != "im" else "directmessage"}


def _response_url(core: Core, address: ResponseAddress) -> str:
    return f"{core.base_url}/respond/{core.tickets.response(address)}"


def _find(blocks: list[Json], used: Used) -> tuple[Json, Json] | None:
    """The block and element that were used; among equal action ids the block or the value decides."""
    for block in nested_blocks(blocks):
        for element in interactive_elements(block):
            if element["action_id"] == used.action_id and _meant(block, element, used):
                return block, element
    return None


def _meant(block: Json, element: Json, used: Used) -> bool:
    if used.block_id is not None and block["block_id"] != used.block_id:
        return False
    wanted = used.chosen.get("value")
    return element["type"] != "button" or wanted is None or element.get("value") == wanted


def _find_earlier(message: Message, used: Used) -> tuple[Json, Json] | None:
    """A press on what the person still saw while the message had changed already."""
    found = (_find(blocks, used) for blocks in message.earlier_blocks)
    return next((each for each in found if each is not None), None)


def _action(core: Core, place: tuple[Json, Json], used: Used) -> Json:
    block, element = place
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": core.stamps.next(),
    }
    action |= {
        key: element[key] for key in ("text", "value", "style", "url", "placeholder", "confirm") if key in element
    }
    return action | {key: value for key, value in used.chosen.items() if value is not None}


def _own_view(core: Core, user: str, view_id: str) -> Json:
    view = views.find_view(core, view_id)
    if views.owner(core, view_id) != person(core, user):
        raise PageError("This window belongs to somebody else.")
    return view


def _respond(core: Core, user: str, view: Json, answer: Any) -> dict[str, str]:
    """Do what the acknowledgement of a submission asks for."""
    action = answer.get("response_action") if isinstance(answer, dict) else None
    if action is None:
        views.close(core, view)
        return {}
    if action == "errors":
        return _form_errors(view, answer.get("errors"))
    try:
        _follow(core, user, view, action, answer)
    except ApiError as refusal:
        reason = "; ".join([refusal.code, *refusal.messages])
        raise PageError(f"{TROUBLE}: {reason}.") from refusal
    return {}


def _follow(core: Core, user: str, view: Json, action: str, answer: Json) -> None:
    if action == "clear":
        views.close(core, view, clear=True)
    elif action == "update":
        views.update(core, view, views.checked(core, answer.get("view"), "modal", view["id"]))
    elif action == "push":
        views.push(core, user, views.checked(core, answer.get("view"), "modal"))
    else:
        raise ApiError("invalid_response_action", action)


def _form_errors(view: Json, errors: Any) -> dict[str, str]:
    """The app's errors; Slack shows them only below input blocks."""
    inputs = {block["block_id"] for block, _ in forms.fields(view["blocks"])}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise PageError(f"{TROUBLE}: errors must name input blocks of the form.")
    return {str(block_id): str(text) for block_id, text in errors.items()}
