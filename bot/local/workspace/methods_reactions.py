"""reactions.*"""

import re

from bot.local.workspace.calls import Call, Method
from bot.local.workspace.errors import ApiError
from bot.local.workspace.messages import react
from bot.local.workspace.methods_chat import address, with_metadata
from bot.local.workspace.state import Json, Message

NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


def add(call: Call) -> Json:
    """reactions.add"""
    if not react(call.core, _message(call), call.core.state.bot_user, _name(call), add=True):
        raise ApiError("already_reacted")
    return {"ok": True}


def remove(call: Call) -> Json:
    """reactions.remove"""
    if not react(call.core, _message(call), call.core.state.bot_user, _name(call), add=False):
        raise ApiError("no_reaction")
    return {"ok": True}


def get(call: Call) -> Json:
    """reactions.get"""
    message = _message(call)
    shown = with_metadata(message) | {"permalink": address(call.core, message)}
    return {"ok": True, "type": "message", "channel": message.channel, "message": shown}


def _name(call: Call) -> str:
    name = call.args.need("name").strip(":")
    if not NAME.fullmatch(name):
        raise ApiError("invalid_name")
    return name


def _message(call: Call) -> Message:
    channel = call.joined_channel()
    message = call.core.state.message(channel.id, call.args.need("timestamp"))
    if message is None:
        raise ApiError("message_not_found")
    return message


METHODS = {
    "reactions.add": Method(add, 3, ("reactions:write",)),
    "reactions.remove": Method(remove, 2, ("reactions:write",)),
    "reactions.get": Method(get, 3, ("reactions:read",), form_only=True),
}
