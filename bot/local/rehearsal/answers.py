"""What a role answers with: words, or wishes to use tools."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """A wish to use a tool. `raw` replaces the arguments where a fault has broken them."""

    name: str
    arguments: dict[str, Any]
    raw: str | None = None

    def written(self) -> str:
        """The arguments as the model writes them."""
        return json.dumps(self.arguments, ensure_ascii=False) if self.raw is None else self.raw


@dataclass(frozen=True)
class Answer:
    """One turn of the model: text, tool calls, or both."""

    text: str = ""
    calls: tuple[Call, ...] = ()
