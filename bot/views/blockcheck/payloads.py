"""Whole payloads: the arguments of the chat methods and the views of modals and Home."""

import json
from typing import Any, Final

from bot.views.blockcheck import limits
from bot.views.blockcheck.blocks import STATUS, URL_SOURCE, block_list
from bot.views.blockcheck.composition import plain
from bot.views.blockcheck.faults import Fault, Faults, Place
from bot.views.blockcheck.limits import Surface
from bot.views.blockcheck.rules import Rule, choice, flag, items, shape, string, typed, variant
from bot.views.blockcheck.totals import one_focus, sums, unique_ids, with_children

_STREAMS: Final = ("chat.startStream", "chat.appendStream", "chat.stopStream")
_CONTENT: Final = ("text", "blocks", "markdown_text", "chunks", "attachments")


def check_blocks(blocks: Any, surface: Surface = "message", pointer: str = "/blocks") -> list[Fault]:
    """Everything wrong with a list of blocks on one surface, each fault with its JSON pointer."""
    return list(_blocks(blocks, Place(pointer, surface)))


def check_view(view: Any) -> list[Fault]:
    """Everything wrong with the view of a modal or of App Home."""
    return list(_view(view))


def check_message(payload: Any, method: str = "chat.postMessage") -> list[Fault]:
    """Everything Slack would refuse in the arguments of one chat method (post, update, ephemeral, stream)."""
    place = Place("", "message")
    if not isinstance(payload, dict):
        return [place.fault("invalid_type", "must be an object", type="type", expected="object")]
    return [*_content(payload, place, method), *_parts(payload, place), *_metadata(payload.get("metadata"), place)]


def check_post(payload: Any, method: str = "chat.postMessage") -> list[Fault]:
    """check_message and the rules of this house: text for those who hear it, no previews, no widened mentions."""
    faults = check_message(payload, method)
    if isinstance(payload, dict):
        faults += _house_rules(payload, Place("", "message"), method)
    return faults


def _blocks(blocks: Any, place: Place) -> Faults:
    yield from block_list(blocks, place)
    yield from unique_ids(blocks, place)
    yield from one_focus(blocks, place)
    yield from sums(blocks, place)


# Messages.

_SOURCES: Final = items(URL_SOURCE, 0, 100)
_CHUNKS: Final[dict[str, Rule]] = {
    "markdown_text": shape(typed("markdown_text") | {"text": string(limits.MARKDOWN, least=0)}),
    "task_update": shape(
        typed("task_update") | {"id": string(limits.ID), "title": string(limits.TASK_TITLE), "status": STATUS},
        {
            "details": string(limits.MARKDOWN, least=0),
            "output": string(limits.MARKDOWN, least=0),
            "sources": _SOURCES,
        },
    ),
    "plan_update": shape(typed("plan_update") | {"title": string(limits.TASK_TITLE)}),
    "blocks": shape(typed("blocks") | {"blocks": items(lambda value, place: iter(()), 1, limits.STREAM_BLOCKS)}),
}


def _content(payload: dict[str, Any], place: Place, method: str) -> Faults:
    """Which kinds of content stand together, and that there is some."""
    given = [name for name in _CONTENT if payload.get(name) not in (None, "", [])]
    may_be_empty = method in ("chat.startStream", "chat.stopStream")
    if not given and not may_be_empty:
        yield place.fault("missing_field", "no_text: one of text, blocks or markdown_text is needed", type="any_of")
    if "markdown_text" in given and "chunks" in given:
        yield place.fault("failed_constraint", "markdown_text and chunks cannot be sent together", type="one_of")
    if "markdown_text" in given and method not in _STREAMS and ("text" in given or "blocks" in given):
        message = "markdown_text cannot be sent together with text or blocks"
        yield (place / "markdown_text").fault("failed_constraint", message, type="one_of")


_PARTS: Final[dict[str, Rule]] = {
    "text": string(limits.MESSAGE_TEXT, least=0),
    "markdown_text": string(limits.MARKDOWN, least=0),
    "chunks": items(variant(_CHUNKS), 1, 1_000),
    "username": string(limits.USERNAME),
    "icon_emoji": string(limits.ID),
    "icon_url": string(limits.URL),
    "mrkdwn": flag,
    "unfurl_links": flag,
    "unfurl_media": flag,
    "link_names": flag,
    "reply_broadcast": flag,
    "task_display_mode": choice("timeline", "plan", "dense"),
    "session_status": choice("processing", "active", "suspended", "closed"),
}


def _parts(payload: dict[str, Any], place: Place) -> Faults:
    """Each argument by its own rule; blocks also as a whole, chunks and attachments with the blocks inside."""
    for name, rule in _PARTS.items():
        if payload.get(name) is not None:
            yield from rule(payload[name], place / name)
    if payload.get("blocks") is not None:
        yield from _blocks(payload["blocks"], place / "blocks")
    yield from _chunks(payload.get("chunks"), place / "chunks")
    yield from _attachments(payload.get("attachments"), place / "attachments")


def _chunks(chunks: Any, place: Place) -> Faults:
    total = 0
    for index, chunk in enumerate(chunks if isinstance(chunks, list) else []):
        if not isinstance(chunk, dict):
            continue
        if chunk.get("type") == "blocks" and chunk.get("blocks") is not None:
            yield from _blocks(chunk["blocks"], place / index / "blocks")
        if chunk.get("type") == "markdown_text" and isinstance(chunk.get("text"), str):
            total += len(chunk["text"])
    if total > limits.MARKDOWN:
        message = f"no more than {limits.MARKDOWN} characters of markdown in all chunks allowed"
        yield place.fault("failed_constraint", message, type="max_total", expected=limits.MARKDOWN, got=total)


def _attachments(attachments: Any, place: Place) -> Faults:
    if attachments is None:
        return
    if not isinstance(attachments, list):
        yield place.fault("invalid_type", "must be an array", type="type", expected="array")
        return
    if len(attachments) > limits.ATTACHMENTS:
        message = f"no more than {limits.ATTACHMENTS} items allowed"
        yield place.fault("failed_constraint", message, type="max_items", got=len(attachments))
    for index, attachment in enumerate(attachments):
        if isinstance(attachment, dict) and attachment.get("blocks") is not None:
            yield from _blocks(attachment["blocks"], place / index / "blocks")


def _metadata(metadata: Any, place: Place) -> Faults:
    """An event type and a flat payload: strings, numbers, booleans, and objects of these one level deep."""
    if metadata is None:
        return
    here = place / "metadata"
    if not isinstance(metadata, dict):
        yield here.fault("invalid_type", "must be an object", type="type", expected="object")
        return
    if metadata.get("entities") is None or metadata.get("event_type") is not None:
        yield from string(limits.ID)(metadata.get("event_type"), here / "event_type")
        yield from _event_payload(metadata.get("event_payload"), here / "event_payload", deeper=True)
    for name in metadata.keys() - {"event_type", "event_payload", "entities"}:
        yield here.fault("unexpected_field", f"invalid additional property: {name}", type="additional_property")


def _event_payload(value: Any, place: Place, deeper: bool) -> Faults:
    if not isinstance(value, dict):
        yield place.fault("invalid_type", "must be an object", type="type", expected="object")
        return
    for name, one in value.items():
        if isinstance(one, dict) and deeper:
            yield from _event_payload(one, place / name, deeper=False)
        elif not isinstance(one, str | int | float | bool):
            message = "must be a string, a number, a boolean or one level of these"
            yield (place / name).fault("invalid_type", message, type="type")


def _house_rules(payload: dict[str, Any], place: Place, method: str) -> Faults:
    """Notifications and screen readers need text; previews fetch what a model wrote; names are not widened."""
    if payload.get("link_names"):
        yield (place / "link_names").fault("house_rule", "link_names must stay off: names would become mentions")
    if payload.get("parse") == "full":
        yield (place / "parse").fault("house_rule", "parse=full must stay off: names would become mentions")
    if method in _STREAMS:
        return
    text = payload.get("text")
    if not (isinstance(text, str) and text.strip()) and not payload.get("markdown_text"):
        yield (place / "text").fault("house_rule", "text is needed for notifications and screen readers")
    for name in ("unfurl_links", "unfurl_media"):
        if payload.get(name) is not False:
            yield (place / name).fault("house_rule", f"{name} must be false: a preview fetches the link")


# Views.

_VIEW_COMMON: Final[dict[str, Rule]] = {
    "private_metadata": string(limits.PRIVATE_METADATA, least=0),
    "callback_id": string(limits.ID),
    "external_id": string(limits.ID, least=0),
}
_VIEWS: Final[dict[str, Rule]] = {
    "modal": shape(
        typed("modal") | {"title": plain(limits.VIEW_TITLE), "blocks": block_list},
        _VIEW_COMMON
        | {
            "submit": plain(limits.VIEW_TITLE),
            "close": plain(limits.VIEW_TITLE),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    ),
    "home": shape(typed("home") | {"blocks": block_list}, _VIEW_COMMON),
}


def _view(view: Any) -> Faults:
    surface: Surface = "home" if isinstance(view, dict) and view.get("type") == "home" else "modal"
    place = Place("", surface)
    yield from variant(_VIEWS)(view, place)
    if not isinstance(view, dict):
        return
    blocks, here = view.get("blocks"), place / "blocks"
    yield from unique_ids(blocks, here)
    yield from one_focus(blocks, here)
    yield from sums(blocks, here)
    has_input = any(block.get("type") == "input" for block, _ in with_children(blocks, here))
    if surface == "modal" and has_input and view.get("submit") is None:
        message = "missing required field: submit is needed when a modal has input blocks"
        yield (place / "submit").fault("missing_field", message, type="required", expected="submit")
    yield from _size(view, place)


def _size(view: dict[str, Any], place: Place) -> Faults:
    """A view as a whole stays under Slack's 250 kB."""
    try:
        size = len(json.dumps(view))
    except (TypeError, ValueError, RecursionError):
        yield place.fault("invalid_type", "must be JSON", type="type", expected="json")
        return
    if size > limits.VIEW_BYTES:
        message = f"must be less than {limits.VIEW_BYTES + 1} bytes"
        yield place.fault("failed_constraint", message, type="max_bytes", expected=limits.VIEW_BYTES, got=size)
