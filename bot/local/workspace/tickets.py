"""Short-lived keys: trigger ids, response addresses, tickets for sockets."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.local.workspace.errors import ApiError
from bot.local.workspace.ids import Clock

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5
KEPT = 2_000
"""Old keys kept so that a late use gets the right error."""


@dataclass
class Trigger:
    """Permission to open one view for a user; `view_id` when the gesture came from within a view."""

    user: str
    at: float
    view_id: str | None = None
    used: bool = False


@dataclass
class ResponseAddress:
    """Permission to answer a gesture in its channel; `message_ts` is what `replace_original` replaces."""

    user: str
    channel: str
    at: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


@dataclass
class Tickets:
    """All keys handed out."""

    clock: Clock
    triggers: dict[str, Trigger] = field(default_factory=dict)
    responses: dict[str, ResponseAddress] = field(default_factory=dict)
    sockets: set[str] = field(default_factory=set)
    uploads: dict[str, str] = field(default_factory=dict)

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """A fresh trigger id."""
        key = f"{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
        self.triggers[key] = Trigger(user, self.clock(), view_id)
        _forget(self.triggers)
        return key

    def spend_trigger(self, key: str) -> Trigger:
        """The trigger, used up; refused when unknown, used before or older than three seconds."""
        found = self.triggers.get(key)
        if found is None:
            raise ApiError("invalid_trigger_id")
        if found.used:
            raise ApiError("exchanged_trigger_id")
        if self.clock() - found.at > TRIGGER_SECONDS:
            raise ApiError("expired_trigger_id")
        found.used = True
        return found

    def response(self, address: ResponseAddress) -> str:
        """A fresh key for a response address."""
        key = secrets.token_urlsafe(24)
        self.responses[key] = address
        _forget(self.responses)
        return key

    def spend_response(self, key: str) -> ResponseAddress:
        """The response address, one use counted; refused after five uses or thirty minutes."""
        found = self.responses.get(key)
        if found is None:
            raise ApiError("invalid_url")
        if self.clock() - found.at > RESPONSE_SECONDS:
            raise ApiError("expired_url")
        if found.uses >= RESPONSE_USES:
            raise ApiError("used_url")
        found.uses += 1
        return found

    def socket(self) -> str:
        """A fresh ticket for a socket; it stays good until the server stops or the link is disabled."""
        ticket = secrets.token_urlsafe(24)
        self.sockets.add(ticket)
        return ticket

    def upload(self, file_id: str) -> str:
        """A fresh key for the bytes of one file."""
        key = secrets.token_urlsafe(24)
        self.uploads[key] = file_id
        return key


def _forget(keys: dict[str, Any]) -> None:
    while len(keys) > KEPT:
        keys.pop(next(iter(keys)))
