"""Identifiers as Slack makes them."""

import secrets
import string
from collections.abc import Callable

ALPHABET = string.ascii_uppercase + string.digits
Clock = Callable[[], float]
"""Seconds since 1970, as `time.time` gives them."""


def new_id(prefix: str, length: int = 10) -> str:
    """A fresh id such as `F0A1B2C3D4`."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


class Stamps:
    """Hands out `ts` values: strings with six decimals, unique and increasing even when the clock stands still."""

    def __init__(self, clock: Clock, last: int = 0) -> None:
        self.clock = clock
        self.last = last

    def next(self) -> str:
        """The next stamp, in seconds with microseconds."""
        self.last = max(int(self.clock() * 1_000_000), self.last + 1)
        return f"{self.last // 1_000_000}.{self.last % 1_000_000:06d}"


def is_stamp(value: str) -> bool:
    """Whether the text has the form of a `ts`."""
    whole, dot, rest = value.partition(".")
    return dot == "." and whole.isascii() and whole.isdigit() and len(rest) == 6 and rest.isascii() and rest.isdigit()
