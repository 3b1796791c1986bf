"""Slack's pace: token buckets per method, and one post a second a channel with short bursts."""

import math
from dataclasses import dataclass

from bot.local.workspace.ids import Clock

PER_MINUTE = {1: 20, 2: 20, 3: 50, 4: 100, 5: 600}
"""Calls a minute by tier. Slack's tier 1 is one a minute with generous bursts; here only opening sockets has it."""
POSTS_A_SECOND, POST_BURST = 1.0, 5.0
WORKSPACE_POSTS_A_MINUTE = 300


@dataclass
class Bucket:
    """Room for `capacity` calls that fills at `rate` a second."""

    capacity: float
    rate: float
    level: float
    at: float

    def take(self, now: float) -> float:
        """Zero when the call may pass, else the seconds until the next one may."""
        self.level = min(self.capacity, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.rate


class RateLimits:
    """All buckets of one app in one workspace."""

    def __init__(self, clock: Clock, enabled: bool = True) -> None:
        self.clock = clock
        self.enabled = enabled
        self.buckets: dict[str, Bucket] = {}

    def method(self, name: str, tier: int) -> int:
        """Seconds to wait before this method may be called; 0 means now."""
        per_minute = PER_MINUTE[tier]
        return self._take(name, per_minute, per_minute / 60)

    def post(self, method: str, channel: str) -> int:
        """Seconds to wait before a post in this channel; 0 means now."""
        wait = self._take(f"{method} in {channel}", POST_BURST, POSTS_A_SECOND)
        return wait or self._take("posts", WORKSPACE_POSTS_A_MINUTE, WORKSPACE_POSTS_A_MINUTE / 60)

    def _take(self, key: str, capacity: float, rate: float) -> int:
        if not self.enabled:
            return 0
        bucket = self.buckets.setdefault(key, Bucket(capacity, rate, capacity, self.clock()))
        return math.ceil(bucket.take(self.clock()))
