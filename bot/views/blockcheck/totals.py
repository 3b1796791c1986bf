"""What only the payload as a whole can break: unique ids and sums over all blocks."""

from collections.abc import Iterator
from typing import Any

from bot.views.blockcheck import limits
from bot.views.blockcheck.faults import Faults, Place

_CHILDREN = ("child_blocks", "elements", "tasks")


def with_children(blocks: Any, place: Place) -> Iterator[tuple[dict[str, Any], Place]]:
    """Every block of the list and the blocks inside containers, carousels and plans, with its place."""
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        if isinstance(block, dict):
            yield block, place / index
            yield from _children(block, place / index)


def _children(block: dict[str, Any], place: Place) -> Iterator[tuple[dict[str, Any], Place]]:
    if block.get("type") in ("container", "carousel", "plan"):
        for name in _CHILDREN:
            inner = block.get(name)
            for index, child in enumerate(inner if isinstance(inner, list) else []):
                if isinstance(child, dict):
                    yield child, place / name / index


def elements_of(block: dict[str, Any], place: Place) -> Iterator[tuple[dict[str, Any], Place]]:
    """The interactive elements that one block holds."""
    for name in ("elements", "actions"):
        inner = block.get(name)
        for index, element in enumerate(inner if isinstance(inner, list) else []):
            if isinstance(element, dict):
                yield element, place / name / index
    for name in ("accessory", "element"):
        if isinstance(inner := block.get(name), dict):
            yield inner, place / name


def characters(value: Any) -> int:
    """Visible characters of a cell or a rich text, counted without recursion so that depth cannot hurt."""
    total, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            words = one.get("text")
            total += len(words) if isinstance(words, str) else 0
            total += len(str(one["value"])) if one.get("type") == "raw_number" and "value" in one and not words else 0
            waiting.append(one.get("elements"))
    return total


def unique_ids(blocks: Any, place: Place) -> Faults:
    """A block_id names one block of the surface; an action_id one element of its block."""
    seen: set[str] = set()
    for block, where in with_children(blocks, place):
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                message = f"block_id {block_id} already exists"
                yield (where / "block_id").fault("duplicate_id", message, type="unique", got=block_id)
            seen.add(block_id)
        yield from _unique_actions(block, where)


def _unique_actions(block: dict[str, Any], place: Place) -> Faults:
    seen: set[str] = set()
    for element, where in elements_of(block, place):
        action_id = element.get("action_id")
        if isinstance(action_id, str):
            if action_id in seen:
                message = f"action_id {action_id} already exists in this block"
                yield (where / "action_id").fault("duplicate_id", message, type="unique", got=action_id)
            seen.add(action_id)


def one_focus(blocks: Any, place: Place) -> Faults:
    """At most one element of a view takes the focus when it opens."""
    focused = [
        where
        for block, at in with_children(blocks, place)
        for element, where in elements_of(block, at)
        if element.get("focus_on_load") is True
    ]
    for where in focused[1:]:
        yield (where / "focus_on_load").fault("failed_constraint", "only one element can be focused", type="unique")


def sums(blocks: Any, place: Place) -> Faults:
    """Markdown, tables and charts, counted over the whole payload."""
    found = [block for block, _ in with_children(blocks, place)]
    tables = [block for block in found if block.get("type") in ("table", "data_table")]
    markdown = sum(_length(block.get("text")) for block in found if block.get("type") == "markdown")
    cells = sum(characters(block.get("rows")) for block in tables)
    charts = sum(block.get("type") == "data_visualization" for block in found)
    yield from _at_most(place, "characters of markdown in all blocks", markdown, limits.MARKDOWN)
    yield from _at_most(place, "characters in all table cells", cells, limits.TABLE_CHARACTERS)
    yield from _at_most(place, "tables", len(tables), limits.TABLES)
    yield from _at_most(place, "charts", charts, limits.CHARTS)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str) else 0


def _at_most(place: Place, what: str, got: int, most: int) -> Faults:
    if got > most:
        message = f"no more than {most} {what} allowed"
        yield place.fault("failed_constraint", message, type="max_total", expected=most, got=got)
