"""One call of the Web API: its arguments in whatever form they came, its token, and the table entry of its method."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError, invalid, missing
from bot.local.workspace.state import Channel, Json

TRUE = {"1", "true", "True"}
POSTING = 0
"""The tier of posts: one a second a channel."""
TokenKind = Literal["bot", "app", "none"]


@dataclass(frozen=True)
class Grant:
    """What a token may do."""

    kind: TokenKind
    scopes: frozenset[str]


class Args:
    """Arguments by name; JSON bodies bring values, forms and queries bring strings."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def get(self, name: str) -> Any:
        """The value as it came; None when absent or empty."""
        value = self.values.get(name)
        return None if value == "" else value

    def text(self, name: str) -> str | None:
        """The value as text."""
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
        raise invalid(name, "must be a string")

    def need(self, name: str) -> str:
        """The value as text; its absence is refused."""
        value = self.text(name)
        if value is None:
            raise missing(name)
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """The value as yes or no."""
        value = self.get(name)
        return default if value is None else value is True or str(value) in TRUE

    def number(self, name: str, default: int, most: int) -> int:
        """The value as a number from 1 to `most`."""
        value = self.text(name)
        if value is None:
            return default
        if not value.isdigit():
            raise invalid(name, "must be an integer")
        return max(1, min(int(value), most))

    def json(self, name: str) -> Any:
        """The value, decoded when it came as text."""
        value = self.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise invalid(name, "must be valid JSON") from None

    def listed(self, name: str) -> list[str]:
        """A list, or text with commas."""
        value = self.get(name)
        if value is None:
            return []
        return (
            [str(item) for item in value]
            if isinstance(value, list)
            else [item.strip() for item in str(value).split(",")]
        )


@dataclass(frozen=True)
class Call:
    """A call with everything its method needs."""

    core: Core
    args: Args
    grant: Grant

    def channel(self, name: str = "channel") -> Channel:
        """The channel that an argument names, if the app may know of it."""
        wanted = self.args.need(name)
        channel = self.core.state.channels.get(wanted)
        if channel is None or (channel.kind != "channel" and self.core.state.bot_user not in channel.members):
            raise ApiError("channel_not_found")
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        """The same, if the app is a member."""
        channel = self.channel(name)
        if self.core.state.bot_user not in channel.members:
            raise ApiError("not_in_channel")
        return channel

    def may(self, scope: str) -> bool:
        """Whether the token has the scope."""
        return scope in self.grant.scopes

    def needs(self, scope: str) -> None:
        """Refuse the call unless the token has the scope."""
        if not self.may(scope):
            raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(self.grant.scopes)))

    def user(self, name: str = "user") -> str:
        """The user that an argument names."""
        user = self.args.need(name)
        if user not in self.core.state.users:
            raise ApiError("user_not_found")
        return user


@dataclass(frozen=True)
class Method:
    """A Web API method: what it does, which scopes it wants, how often it may be called.

    `form_only`: a JSON body is not read, as for most reading methods of Slack.
    """

    run: Callable[[Call], Json]
    tier: int
    scopes: tuple[str, ...] = ()
    token: TokenKind = "bot"
    form_only: bool = False
