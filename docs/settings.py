"""Prints the table of settings from `bot/config.py`; `--write` puts it into the README between its markers."""

from __future__ import annotations

import sys
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BEGIN = "<!-- settings: begin, written by docs/settings.py -->"
END = "<!-- settings: end -->"


def table() -> str:
    """The table as Markdown, one row for each setting in the order of `Settings`."""
    sys.path.insert(0, str(ROOT))
    from bot.config import Settings

    rows = [_row(name.upper(), field) for name, field in Settings.model_fields.items()]
    return "\n".join(["| setting | default | what it is |", "|---|---|---|", *rows])


def _row(name: str, field: Any) -> str:
    choices = _choices(field.annotation)
    meaning = (field.description or "") + (f" ({', '.join(choices)})" if choices else "")
    return f"| `{name}` | {_default(field.default)} | {meaning} |".replace("*", r"\*")


def _default(value: object) -> str:
    return "" if value is None or value == [] else f"`{value}`"


def _choices(annotation: Any) -> list[str]:
    """The words that the setting takes, when only some will do."""
    if get_origin(annotation) is Literal:
        return [str(choice) for choice in get_args(annotation)]
    if get_origin(annotation) in (Union, UnionType):
        return [choice for part in get_args(annotation) if part is not NoneType for choice in _choices(part)]
    return []


def written(text: str) -> str:
    """The README's text with the table between the markers. Raises ValueError when a marker is missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The README needs the lines “{BEGIN}” and “{END}”.")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> int:
    if sys.argv[1:] == ["--write"]:
        README.write_text(written(README.read_text("utf-8")), encoding="utf-8")
    elif sys.argv[1:]:
        print("usage: python docs/settings.py [--write]", file=sys.stderr)
        return 2
    else:
        print(table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
