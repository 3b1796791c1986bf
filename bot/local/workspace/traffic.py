"""The inspector: every Web API call and every delivery, without secrets."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal

KEPT = 20_000
"""Entries kept; the oldest go first."""
SECRET_KEYS = {"token", "access_token", "refresh_token", "client_secret", "bot_access_token", "signing_secret"}
SECRETS = re.compile(r"xox[a-z]-[\w.-]+|xapp-[\w.-]+|(?<=ticket=)[\w.-]+|(?<=/respond/)[\w.-]+|(?<=/upload/)[\w.-]+")
HIDDEN = "[hidden]"

Direction = Literal["bot->slack", "slack->bot"]


@dataclass(frozen=True)
class Entry:
    """One exchange; `at` in seconds since 1970, `error` is None when it went well."""

    n: int
    at: float
    direction: Direction
    name: str
    ok: bool
    request: Any
    response: Any
    error: str | None

    def to_json(self) -> dict[str, Any]:
        """The entry as the page reads it."""
        return asdict(self)


class Traffic:
    """The list of exchanges, newest last, and who is told of a new one."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.entries: list[Entry] = []
        self.count = 0
        self.tell: Callable[[Entry], None] = lambda entry: None
        self._news = asyncio.Event()

    def record(self, direction: Direction, name: str, request: Any, response: Any, error: str | None = None) -> Entry:
        """Keep one exchange, secrets hidden."""
        self.count += 1
        entry = Entry(
            self.count, self.clock(), direction, name, error is None, redacted(request), redacted(response), error
        )
        self.entries.append(entry)
        del self.entries[:-KEPT]
        self.tell(entry)
        self.changed()
        return entry

    def changed(self) -> None:
        """Wake whoever waits for something to happen."""
        self._news.set()

    async def next_change(self, timeout: float) -> None:
        """Return when something has happened, or after so many seconds."""
        self._news.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), timeout)

    def after(self, n: int) -> list[Entry]:
        """The exchanges with a number above `n`."""
        return [entry for entry in self.entries if entry.n > n]

    def calls(self, method: str) -> list[Entry]:
        """The app's calls of one method."""
        return [entry for entry in self.entries if entry.direction == "bot->slack" and entry.name == method]

    def deliveries(self, name: str) -> list[Entry]:
        """What was sent to the app under this name, every attempt."""
        return [entry for entry in self.entries if entry.direction == "slack->bot" and entry.name == name]


def redacted(value: Any) -> Any:
    """A copy without tokens, tickets and other keys to the workspace."""
    if isinstance(value, dict):
        return {key: HIDDEN if key in SECRET_KEYS and item else redacted(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(item) for item in value]
    if isinstance(value, str):
        return SECRETS.sub(HIDDEN, value)
    return value
