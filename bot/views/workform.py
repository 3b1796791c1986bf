"""A deliverable as a form, and what was entered in it as a deliverable again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents.domain.artifact import Artifact, Item, marks
from bot.views.actions import Form
from bot.views.modals import FIELD, View, modal, text_input
from bot.views.post import Block, context

FIELDS = 5  # for a text or a table
PIECES = 90  # items that fit into a window
HINT = "Marks such as [t1.c2] tie a sentence to its source; keep them with what they belong to."
ROWS_HINT = 'One row a line, cells separated by commas; a cell with a comma stands in "quotation marks".'


@dataclass(frozen=True)
class Entered:
    """The deliverable as entered, and what is wrong with it: field -> one sentence. Sound when nothing is."""

    artifact: Artifact
    errors: Mapping[str, str]


def too_large(artifact: Artifact) -> str:
    """Why this work does not fit into a form, in one sentence; empty when it does."""
    said = "Send it back with a note instead."
    if artifact.kind == "items":
        if len(artifact.items) > PIECES or any(len(item.text) > FIELD for item in artifact.items):
            return f"A form holds {PIECES} pieces of {FIELD:,} characters; this is more. {said}"
        return ""
    if len(_parts(artifact)) > FIELDS or any(len(part) > FIELD for part, _ in _parts(artifact)):
        return f"A form holds {FIELDS * FIELD:,} characters in {FIELDS} fields; this is more. {said}"
    return ""


def edit_work(about: str, artifact: Artifact) -> View:
    """The form; `about` is what it carries. The work has to fit into it."""
    blocks: list[Block] = [context("Your name stays on record with the change. Sources are compared anew.")]
    if artifact.kind == "items":
        blocks += [
            text_input(
                f"item:{n}", f"{n}. {one.label or 'Piece'}", one.text, optional=True, hint=HINT if n == 1 else ""
            )
            for n, one in enumerate(artifact.items, 1)
        ]
        return modal(Form.EDIT_RESULT, "Edit the result", blocks, about, "Save")
    parts = _parts(artifact)
    label, hint = ("Text", HINT) if artifact.kind == "text" else (f"Rows: {', '.join(artifact.columns)}", ROWS_HINT)
    for n, (part, _) in enumerate(parts, 1):
        name = label if len(parts) == 1 else f"{label} ({n} of {len(parts)})"
        blocks.append(text_input(f"part:{n}", name, part, optional=True, hint=hint if n == 1 else ""))
    return modal(Form.EDIT_RESULT, "Edit the result", blocks, about, "Save")


def entered(artifact: Artifact, values: Mapping[str, Any], claims: Iterable[str]) -> Entered:
    """What was entered, compared with the work that the form was made of."""
    errors: dict[str, str] = {}
    read = {"text": _text, "table": _table, "items": _items}[artifact.kind]
    changed = read(artifact, values, errors)
    first = "item:1" if artifact.kind == "items" else "part:1"
    known = set(claims)
    if not errors and (unknown := [mark for mark in marks(changed) if mark not in known]):
        field = next((name for name, value in values.items() if f"[{unknown[0]}]" in str(value)), first)
        errors[field] = f"There is no claim {unknown[0]} for the mark [{unknown[0]}]."
    if not errors and changed == artifact:
        errors[first] = "Nothing was changed."
    return Entered(changed, errors)


def _text(artifact: Artifact, values: Mapping[str, Any], errors: dict[str, str]) -> Artifact:
    text = "".join(_entered(values, f"part:{n}", part, after) for n, (part, after) in enumerate(_parts(artifact), 1))
    if not text.strip():
        errors["part:1"] = "Please leave some text; to deliver nothing, cancel the mission."
    return replace(artifact, text=text)


def _items(artifact: Artifact, values: Mapping[str, Any], errors: dict[str, str]) -> Artifact:
    """A cleared field leaves its piece out."""
    items: list[Item] = []
    for n, one in enumerate(artifact.items, 1):
        if text := _entered(values, f"item:{n}", one.text, ""):
            items.append(replace(one, text=text))
    if not items:
        errors["item:1"] = "Please leave at least one piece; to deliver nothing, cancel the mission."
    return replace(artifact, items=tuple(items))


def _table(artifact: Artifact, values: Mapping[str, Any], errors: dict[str, str]) -> Artifact:
    rows: list[tuple[str, ...]] = []
    for n, (part, _) in enumerate(_parts(artifact), 1):
        field = f"part:{n}"
        try:
            read = list(csv.reader(io.StringIO(_entered(values, field, part, "")), strict=True))
        except csv.Error:
            errors[field] = 'A quotation mark is not closed, or stands alone; inside a cell write it twice: "".'
            continue
        for row in (row for row in read if row):
            if len(row) != len(artifact.columns):
                names = ", ".join(artifact.columns)
                said = f"Row {len(rows) + 1} has {_count(row)}; there are {len(artifact.columns)} columns: {names}."
                errors.setdefault(field, said[:500])
            rows.append(tuple(cell.strip() for cell in row))
    if not rows:
        errors.setdefault("part:1", "Please leave at least one row; to deliver nothing, cancel the mission.")
    same = [tuple(cell.strip() for cell in row) for row in artifact.rows] == rows
    return artifact if same else replace(artifact, rows=tuple(rows))


def _count(row: Sequence[str]) -> str:
    return "1 cell" if len(row) == 1 else f"{len(row)} cells"


def _entered(values: Mapping[str, Any], field: str, before: str, after: str) -> str:
    """The words of a field with what stood between it and the next; Slack may trim what was not touched."""
    if field not in values:
        return before + after
    text = str(values[field] or "").replace("\r\n", "\n")
    if text.strip() == before.strip():
        return before + after
    return text.strip("\n") + after if text.strip() else ""


def _parts(artifact: Artifact) -> list[tuple[str, str]]:
    """The work in pieces that fit a field, each with what stood between it and the next."""
    if artifact.kind == "table":
        return [("".join(lines).rstrip("\n"), "\n") for lines in _filled([_row(row) for row in artifact.rows])]
    paragraphs = artifact.text.split("\n\n")
    ends = ["\n\n"] * (len(paragraphs) - 1) + [""]
    found: list[tuple[str, str]] = []
    for lines in _filled([paragraph + end for paragraph, end in zip(paragraphs, ends, strict=True)]):
        whole = "".join(lines)
        part = whole.rstrip("\n")
        found += _cut(part, whole[len(part) :])
    return found or [("", "")]


def _cut(part: str, after: str) -> list[tuple[str, str]]:
    """A paragraph longer than a field, at the ends of lines or words where there are any."""
    found: list[tuple[str, str]] = []
    while len(part) > FIELD:
        end = max(part.rfind("\n", 1, FIELD), part.rfind(" ", 1, FIELD))
        found.append((part[:end], part[end]) if end > 0 else (part[:FIELD], ""))
        part = part[end + 1 :] if end > 0 else part[FIELD:]
    return [*found, (part, after)]


def _filled(pieces: Sequence[str]) -> list[list[str]]:
    """The pieces in as few groups as fit a field."""
    groups: list[list[str]] = []
    size = FIELD + 1
    for piece in pieces:
        if size + len(piece) > FIELD:
            groups, size = [*groups, []], 0
        groups[-1].append(piece)
        size += len(piece)
    return groups


def _row(row: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(row)
    return line.getvalue()
