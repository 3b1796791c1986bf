"""What a specialist produces: a text, a table or a list of items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "table", "items"]

# A mark ties a figure or a sentence to a claim: `[t1.c2]` is claim 2 of task t1.
MARK = re.compile(r"\[(t[0-9a-z_-]*\.c\d+)\]")


@dataclass(frozen=True)
class Item:
    """One of several pieces of the same sort, such as one social media post."""

    label: str  # where or for what it is meant, e.g. "Instagram, day 1"; may be empty
    text: str


@dataclass(frozen=True)
class Artifact:
    """The product of one attempt. Exactly one of `text`, `rows` or `items` is filled, as `kind` says."""

    kind: Kind
    title: str
    text: str = ""  # Markdown, with marks
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()  # each as wide as `columns`; dates in ISO 8601
    items: tuple[Item, ...] = ()


def marks(artifact: Artifact) -> tuple[str, ...]:
    """Ids of the claims that the artifact refers to, in reading order, each once."""
    return tuple(dict.fromkeys(MARK.findall(words(artifact))))


def words(artifact: Artifact) -> str:
    """All text of the artifact, in reading order, as one string."""
    cells = ("\n".join(" | ".join(row) for row in (artifact.columns, *artifact.rows))) if artifact.columns else ""
    items = "\n".join(f"{item.label}: {item.text}" if item.label else item.text for item in artifact.items)
    return "\n".join(part for part in (artifact.text, cells, items) if part)
