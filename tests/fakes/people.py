"""A workspace's people and channels, as a doorkeeper asks about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.access import Actor


@dataclass
class People:
    """Everybody is a member of T1 and in every channel, except where it is said otherwise."""

    known: dict[str, Actor] = field(default_factory=dict[str, Actor])
    outside: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])  # (channel, user) who is not in it
    shares: Mapping[str, bool | None] = field(default_factory=dict[str, bool | None])
    groups: Mapping[str, frozenset[str] | None] = field(default_factory=dict[str, frozenset[str] | None])

    async def actor(self, user: str, *, fresh: bool = False) -> Actor:
        return self.known.get(user, Actor(user, "T1"))

    async def shared(self, channel: str) -> bool | None:
        return self.shares.get(channel, False)

    async def member(self, channel: str, user: str) -> bool | None:
        return (channel, user) not in self.outside

    async def group(self, id: str) -> frozenset[str] | None:
        return self.groups.get(id, frozenset())
