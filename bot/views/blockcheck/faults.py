"""What is wrong, and where: one fault in the shape Slack itself answers with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.views.blockcheck.limits import Surface


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why Slack (or a rule of this house) would refuse a payload."""

    pointer: str
    """JSON pointer to the offending value, such as /blocks/0/text/text."""
    code: str
    """failed_constraint, missing_field, invalid_type, unknown_type, unexpected_field, duplicate_id or house_rule."""
    message: str
    """The sentence for a person, in Slack's manner of speaking."""
    constraint: dict[str, Any] | None = field(default=None, hash=False)
    """The limit as data: its type, what was expected, what was found."""

    def as_dict(self) -> dict[str, Any]:
        """The fault as blocks.validate lists it under "errors"."""
        return {
            "pointer": self.pointer,
            "code": self.code,
            "message": self.message,
            "constraint": self.constraint,
        }

    def as_line(self) -> str:
        """The fault as the Web API lists it under response_metadata.messages."""
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a check stands: the pointer so far and the surface the payload is meant for."""

    pointer: str
    surface: Surface

    def __truediv__(self, step: str | int) -> "Place":
        escaped = str(step).replace("~", "~0").replace("/", "~1")
        return Place(f"{self.pointer}/{escaped}", self.surface)

    def fault(self, code: str, message: str, **constraint: Any) -> Fault:
        """A fault at this place."""
        return Fault(self.pointer, code, message, constraint or None)


Faults = Iterator[Fault]
