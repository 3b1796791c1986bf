"""Answers through a response address, and the direct answers to slash commands."""

from typing import Any

from bot.local.workspace.checking import refuse_bad_blocks
from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError
from bot.local.workspace.messages import Persona, bot_body, change, delete, find_ephemeral, place, post, post_ephemeral
from bot.local.workspace.state import Json, Message
from bot.local.workspace.tickets import ResponseAddress


def respond(core: Core, key: str, answer: Any) -> None:
    """Use a response address once; refused when it is used up, too old or the answer is empty."""
    address = core.tickets.spend_response(key)
    if not isinstance(answer, dict):
        raise ApiError("invalid_payload")
    original = _original(core, address)
    if answer.get("delete_original"):
        if original is not None:
            delete(core, original)
        return
    body = _body(core, answer)
    if answer.get("replace_original") and original is not None:
        change(core, original, original.body | {"text": body["text"], "blocks": body.get("blocks", [])})
        return
    _put(core, address, body, answer)


def answer_command(core: Core, address: ResponseAddress, answer: Any) -> None:
    """Show what the app answered with its acknowledgement of a command."""
    if isinstance(answer, dict) and (answer.get("text") or answer.get("blocks")):
        _put(core, address, _body(core, answer), answer)


def _original(core: Core, address: ResponseAddress) -> Message | None:
    if address.message_ts is None:
        return None
    known = core.state.message(address.channel, address.message_ts)
    return known or find_ephemeral(core, address.channel, address.message_ts)


def _body(core: Core, answer: Json) -> Json:
    text, blocks = answer.get("text") or "", answer.get("blocks")
    if not text and not blocks:
        raise ApiError("no_text")
    refuse_bad_blocks({"text": text, "blocks": blocks}, core.settings.check_message)
    return bot_body(core, text, Persona()) | ({"blocks": blocks} if blocks else {})


def _put(core: Core, address: ResponseAddress, body: Json, answer: Json) -> None:
    channel = core.state.channels[address.channel]
    thread_ts = answer.get("thread_ts") or address.thread_ts
    message = place(core, channel, body, thread_ts)
    if answer.get("response_type") == "in_channel":
        post(core, message)
        return
    message.ephemeral_to = address.user
    post_ephemeral(core, message)
