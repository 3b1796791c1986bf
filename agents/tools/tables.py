"""Tables that code checks: equal widths, sorting, sums and means, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from agents.ports import ToolContext, ToolResult
from agents.tools.arithmetic import plain
from agents.tools.faults import ToolFault

NUMBER = re.compile(r"[-+−]?\s*[$€£¥]?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*%?", re.ASCII)
Cell = Annotated[str, Field(max_length=2000)]


async def table(
    context: ToolContext,
    columns: Annotated[list[Cell], Field(min_length=1, max_length=30)],
    rows: Annotated[list[list[Cell | int | float]], Field(min_length=1, max_length=1000)],
    sort_by: Annotated[
        str | None, Field(description="Column to sort by; - before its name for the largest first.")
    ] = None,
    totals: Annotated[list[str], Field(description="Columns of numbers to sum and average.")] = [],  # noqa: B006
) -> ToolResult:
    """Checks a table and gives it as Markdown, sorted, with sums and means of columns of numbers."""
    cells = [[str(cell) for cell in row] for row in rows]
    _same_width(columns, cells)
    if sort_by:
        cells = _sorted(columns, cells, sort_by)
    lines = [_total(name, _column(columns, cells, name)) for name in totals]
    text = "\n".join([markdown(columns, cells), *([""] if lines else []), *lines])
    return ToolResult(text, f"table: {len(cells)} rows, {len(columns)} columns")


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; what would break its cells is escaped."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def number(text: str) -> Decimal | None:
    """The number that a cell holds, with or without thousands separators, currency or percent sign; else None."""
    text = text.strip()
    if not NUMBER.fullmatch(text):
        return None
    sign = -1 if text[0] in "-−" else 1
    return sign * Decimal(re.sub(r"[^\d.]", "", text))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")


def _same_width(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for place, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise ToolFault(f"Row {place} has {len(row)} cells, but there are {len(columns)} columns; make them equal.")


def _column(columns: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> list[str]:
    if name not in columns:
        raise ToolFault(f"There is no column {name!r}; there are: {', '.join(columns)}.")
    at = columns.index(name)
    return [row[at] for row in rows]


def _sorted(columns: Sequence[str], rows: list[list[str]], sort_by: str) -> list[list[str]]:
    """Numbers by size when the whole column is numbers, else words in the alphabet's order."""
    name = sort_by if sort_by in columns else sort_by.removeprefix("-")
    cells = _column(columns, rows, name)
    numbers = [value for cell in cells if (value := number(cell)) is not None]
    if len(numbers) == len(cells):
        order = sorted(range(len(rows)), key=numbers.__getitem__, reverse=name != sort_by)
    else:
        order = sorted(range(len(rows)), key=lambda at: cells[at].casefold(), reverse=name != sort_by)
    return [rows[at] for at in order]


def _total(name: str, cells: Sequence[str]) -> str:
    numbers = [number(cell) for cell in cells]
    if (wrong := next((cell for cell, value in zip(cells, numbers, strict=True) if value is None), None)) is not None:
        raise ToolFault(f"Column {name!r} cannot be summed: {wrong[:40]!r} is not a number.")
    total = sum((value for value in numbers if value is not None), Decimal(0))
    return f"{name}: sum {plain(total)}, mean {plain(total / len(numbers))} of {len(numbers)}"
