"""Slack's payloads as gestures: what was done, by whom, where, and the keys by which a repeat is known."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any, Protocol

from bot.access import Actor
from storage.inbox import Gesture

Payload = dict[str, Any]


class People(Protocol):
    """Who is who."""

    bot: str  # our own user

    async def actor(self, user: str) -> Actor: ...


def of_event(body: Payload, kind: Any) -> Gesture:
    """A mention, a message or another event of the Events API."""
    event = body["event"]
    return Gesture(
        team=str(body.get("team_id") or event.get("team") or ""),
        kind=kind,
        event_id=body.get("event_id"),
        channel=event.get("channel") or event.get("channel_id"),
        ts=event.get("ts"),
        client_msg_id=event.get("client_msg_id"),
        user=str(event.get("user") or ""),
        payload={"thread_ts": event.get("thread_ts"), "text": event.get("text") or "", "files": files(event)},
    )


def of_click(body: Payload, action: Payload) -> Gesture:
    """A press of a button: each press is one gesture."""
    channel, message = body.get("channel") or {}, body.get("message") or {}
    return Gesture(
        team=team(body),
        kind="action",
        event_id=f"{action.get('action_ts')}:{body['user']['id']}:{action['action_id']}",
        channel=channel.get("id"),
        ts=message.get("ts"),
        client_msg_id=None,
        user=str(body["user"]["id"]),
        payload={"action": action["action_id"], "value": action.get("value") or ""},
    )


def of_form(body: Payload, values: Payload) -> Gesture:
    """A submitted form: each opened form is submitted once."""
    view = body["view"]
    return Gesture(
        team=team(body),
        kind="view",
        event_id=f"view:{view['id']}",
        channel=None,
        ts=None,
        client_msg_id=None,
        user=str(body["user"]["id"]),
        payload={"form": view["callback_id"], "about": view.get("private_metadata") or "", "values": values},
    )


def of_command(body: Payload) -> Gesture:
    """A slash command."""
    return Gesture(
        team=str(body.get("team_id") or ""),
        kind="command",
        event_id=f"cmd:{body.get('trigger_id')}",
        channel=body.get("channel_id"),
        ts=None,
        client_msg_id=None,
        user=str(body.get("user_id") or ""),
        payload={"text": body.get("text") or ""},
    )


def where(body: Payload) -> tuple[str | None, str, str | None]:
    """Channel, person and thread of a press. An ephemeral line knows its thread by its container."""
    message, container = body.get("message") or {}, body.get("container") or {}
    thread = message.get("thread_ts") or container.get("thread_ts") or message.get("ts")
    return (body.get("channel") or {}).get("id"), body["user"]["id"], thread


def team(body: Payload) -> str:
    """The workspace of an interaction."""
    return str((body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id") or "")


def files(event: Payload) -> list[str]:
    """`F123 name.pdf` for each file that came with a message."""
    return [f"{file['id']} {file.get('name') or 'file'}" for file in event.get("files") or () if file.get("id")]


def words(text: str, bot: str, name: Callable[[str], str] = lambda id: id) -> str:
    """The text as a person would read it: our mention gone, other mentions as names, links as addresses."""
    text = text.replace(f"<@{bot}>", " ")
    text = re.sub(r"<@([A-Z0-9]+)(?:\|[^>]*)?>", lambda found: "@" + name(found[1]), text)
    text = re.sub(r"<#[A-Z0-9]+\|([^>]*)>", r"#\1", text)
    text = re.sub(r"<!([a-z]+)[^>]*>", r"@\1", text)
    text = re.sub(r"<((?:https?|mailto):[^|>]+)(?:\|[^>]*)?>", r"\1", text)
    return html.unescape(text).strip()


async def spoken(text: str, people: People) -> str:
    """The same with the names that Slack knows."""
    names = {id: (await people.actor(id)).name or id for id in re.findall(r"<@([A-Z0-9]+)", text)}
    return words(text, people.bot, lambda id: names.get(id, id))


def of_change(body: Payload) -> tuple[Gesture, str, str] | None:
    """An edit or a deletion: the gesture, the ts of the message and its words now. None when a program did it."""
    event = body["event"]
    before, now = event.get("previous_message") or {}, event.get("message") or {}
    deleted = event.get("subtype") == "message_deleted" or now.get("subtype") == "tombstone"
    about = before if deleted else now
    user, ts = about.get("user"), str(event.get("deleted_ts") or about.get("ts") or "")
    if not user or not ts or about.get("bot_id") or (not deleted and before.get("text") == now.get("text")):
        return None
    gesture = Gesture(
        team=str(body.get("team_id") or ""),
        kind="edit",
        event_id=body.get("event_id"),
        channel=event.get("channel"),
        ts=ts,
        client_msg_id=None,
        user=str(user),
        payload={"at": event.get("event_ts") or event.get("ts"), "text": now.get("text") or ""},
    )
    return gesture, ts, "" if deleted else str(now.get("text") or "")


def of_request(body: Payload, channel: str, message: str, text: str) -> Gesture:
    """A mission that was asked for by a form; `message` is the one that the mission hangs on."""
    return Gesture(
        team=team(body),
        kind="view",
        event_id=f"view:{body['view']['id']}",
        channel=channel,
        ts=message,
        client_msg_id=None,
        user=str(body["user"]["id"]),
        payload={"thread_ts": None, "text": text, "files": []},
    )


def of_shortcut(body: Payload) -> Gesture:
    """A shortcut, from anywhere or from a message."""
    return Gesture(
        team=team(body),
        kind="shortcut",
        event_id=f"shortcut:{body.get('trigger_id')}",
        channel=(body.get("channel") or {}).get("id"),
        ts=None,
        client_msg_id=None,
        user=str(body["user"]["id"]),
        payload={"callback": body.get("callback_id") or ""},
    )
