"""The inbox: every gesture is received once, however often and in whatever shape it is delivered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlmodel import Session

from storage import plain, tables, writing

Kind = Literal[
    "mention", "message", "action", "view", "command", "home", "shortcut", "stop", "reaction", "edit", "other"
]

SAID = ("mention", "message")  # Slack tells one gesture as both; both carry the ts and client_msg_id of its message


@dataclass(frozen=True)
class Gesture:
    """What a person did in Slack.

    `event_id` is whatever names the delivery: of an event its id, of a click or a form its trigger or action ts.
    `channel`, `ts` and `client_msg_id` tell gestures apart only among mentions and messages: a click, a reaction or an
    edit names the message that it is about, and there may be many about one.
    """

    team: str
    kind: Kind
    event_id: str | None
    channel: str | None
    ts: str | None
    client_msg_id: str | None
    user: str
    payload: Mapping[str, object] = field(default_factory=dict[str, object])


def receive(session: Session, gesture: Gesture, mission: str | None, now: dt.datetime) -> bool:
    """Adds the gesture; False when it was received before under any of its keys."""
    values = plain.shallow(gesture)
    values |= {"payload": dict(gesture.payload), "mission": mission, "at": now}
    return writing.insert(session, tables.Gesture, values | {"said": True if gesture.kind in SAID else None})
