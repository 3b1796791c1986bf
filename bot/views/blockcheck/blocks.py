"""Every block: its members, its limits and the surfaces it may stand on."""

from typing import Any, Final

from bot.views.blockcheck import limits
from bot.views.blockcheck.composition import SLACK_FILE, WEB_URL, anything, plain, text
from bot.views.blockcheck.elements import (
    BUTTON,
    ELEMENTS,
    IMAGE,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
)
from bot.views.blockcheck.faults import Faults, Place
from bot.views.blockcheck.richtext import RICH_TEXT
from bot.views.blockcheck.rules import (
    Rule,
    choice,
    flag,
    items,
    link,
    number,
    only,
    shape,
    string,
    typed,
    variant,
    whole,
)

_BLOCK_ID: Final[dict[str, Rule]] = {"block_id": string(limits.ID)}


def _block(
    kind: str, required: dict[str, Rule], optional: dict[str, Rule] | None = None, **more: Any
) -> dict[str, Rule]:
    return {kind: shape(typed(kind) | required, _BLOCK_ID | (optional or {}), **more)}


def _input_element(value: Any, place: Place) -> Faults:
    """What may stand in an input block; files can only be given in a modal."""
    yield from only(ELEMENTS, *IN_INPUT)(value, place)
    if isinstance(value, dict) and value.get("type") == "file_input" and place.surface != "modal":
        yield (place / "type").fault("failed_constraint", "file_input is available in modals only", type="surface")


def _image_source(value: dict[str, Any], place: Place) -> Faults:
    if (value.get("image_url") is None) == (value.get("slack_file") is None):
        yield place.fault("failed_constraint", "exactly one of image_url, slack_file must be given", type="one_of")


def _same_width(value: dict[str, Any], place: Place) -> Faults:
    """All rows of a data table are as wide as its header."""
    rows = value.get("rows")
    widths = {len(row) for row in rows if isinstance(row, list)} if isinstance(rows, list) else set()
    if len(widths) > 1:
        message = "all rows must have the same number of cells"
        yield (place / "rows").fault("failed_constraint", message, type="same_width", got=sorted(widths))


def _plain_header(value: dict[str, Any], place: Place) -> Faults:
    """The first row of a data table holds plain cells only."""
    rows = value.get("rows")
    header = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], list) else []
    for index, cell in enumerate(header):
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            message = "header cells cannot be rich_text"
            yield (place / "rows" / 0 / index).fault("failed_constraint", message, type="enum")


def _data_table(value: dict[str, Any], place: Place) -> Faults:
    yield from _same_width(value, place)
    yield from _plain_header(value, place)


def _unique_tasks(value: dict[str, Any], place: Place) -> Faults:
    """Task ids of a plan name one task each."""
    seen: set[str] = set()
    tasks = value.get("tasks")
    for index, task in enumerate(tasks if isinstance(tasks, list) else []):
        task_id = task.get("task_id") if isinstance(task, dict) else None
        if isinstance(task_id, str):
            if task_id in seen:
                here = place / "tasks" / index / "task_id"
                yield here.fault("duplicate_id", f"task_id {task_id} already exists in this plan", type="unique")
            seen.add(task_id)


def _collapsible(value: dict[str, Any], place: Place) -> Faults:
    if value.get("is_collapsible") is True and value.get("has_header_divider") is True:
        message = "has_header_divider cannot be set when is_collapsible is true"
        yield place.fault("failed_constraint", message, type="one_of")


_CELLS: Final[dict[str, Rule]] = {
    "raw_text": shape(typed("raw_text") | {"text": string(limits.TABLE_CHARACTERS)}),
    "raw_number": shape(typed("raw_number") | {"value": number}, {"text": string(limits.TABLE_CHARACTERS)}),
    "rich_text": RICH_TEXT,
}
_COLUMN: Final = shape({}, {"align": choice("left", "center", "right"), "is_wrapped": flag})


def _column(value: Any, place: Place) -> Faults:
    """Settings of one column; null leaves it as it is."""
    if value is not None:
        yield from _COLUMN(value, place)


_ROW: Final = items(variant(_CELLS), 1, limits.TABLE_CELLS)

URL_SOURCE: Final = shape(typed("url") | {"url": WEB_URL, "text": string(limits.TEXT)})
STATUS: Final = choice("pending", "in_progress", "complete", "error")

TASK_CARD: Final = shape(
    typed("task_card") | {"task_id": string(limits.ID), "title": string(limits.TASK_TITLE), "status": STATUS},
    _BLOCK_ID | {"details": RICH_TEXT, "output": RICH_TEXT, "sources": items(URL_SOURCE, 0, 100)},
)

CARD: Final = shape(
    typed("card"),
    _BLOCK_ID
    | {
        "hero_image": IMAGE,
        "icon": IMAGE,
        "slack_icon": anything,
        "title": text(limits.CARD_TITLE),
        "subtitle": text(limits.CARD_TITLE),
        "body": text(limits.CARD_BODY),
        "subtext": text(limits.CARD_BODY),
        "actions": items(variant({"button": BUTTON}), 1, limits.CARD_BUTTONS),
    },
    any_of=("hero_image", "title", "actions", "body"),
)

_CONTEXT: Final[dict[str, Rule]] = {
    "image": IMAGE,
    "plain_text": shape(typed("plain_text") | {"text": string(limits.TEXT)}, {"emoji": flag}),
    "mrkdwn": shape(typed("mrkdwn") | {"text": string(limits.TEXT)}, {"verbatim": flag}),
}

_CLASSIC: Final[dict[str, Rule]] = {
    **_block(
        "section",
        {},
        {
            "text": text(limits.SECTION_TEXT),
            "fields": items(text(limits.SECTION_FIELD), 1, limits.SECTION_FIELDS),
            "accessory": only(ELEMENTS, *IN_SECTION),
            "expand": flag,
        },
        any_of=("text", "fields"),
    ),
    **_block("header", {"text": plain(limits.HEADER_TEXT)}),
    **_block("divider", {}),
    **_block("context", {"elements": items(variant(_CONTEXT), 1, limits.CONTEXT_ELEMENTS)}),
    **_block("actions", {"elements": items(only(ELEMENTS, *IN_ACTIONS), 1, limits.ACTIONS_ELEMENTS)}),
    **_block(
        "image",
        {"alt_text": string(limits.IMAGE_ALT)},
        {"image_url": WEB_URL, "slack_file": SLACK_FILE, "title": plain(limits.IMAGE_TITLE)},
        also=_image_source,
    ),
    **_block(
        "input",
        {"label": plain(limits.INPUT_LABEL), "element": _input_element},
        {"hint": plain(limits.INPUT_HINT), "optional": flag, "dispatch_action": flag},
    ),
    **_block("file", {"external_id": string(limits.ID), "source": choice("remote")}),
    **_block(
        "video",
        {
            "alt_text": string(limits.IMAGE_ALT),
            "video_url": link(limits.URL, ("https",)),
            "thumbnail_url": WEB_URL,
            "title": plain(limits.VIDEO_TITLE),
        },
        {
            "title_url": link(limits.URL, ("https",)),
            "description": plain(limits.CARD_BODY),
            "provider_icon_url": WEB_URL,
            "provider_name": string(limits.VIDEO_AUTHOR),
            "author_name": string(limits.VIDEO_AUTHOR),
        },
    ),
    **_block(
        "table",
        {"rows": items(_ROW, 1, limits.TABLE_ROWS)},
        {"column_settings": items(_column, 0, limits.TABLE_CELLS)},
    ),
    "rich_text": RICH_TEXT,
}

_IN_CONTAINER: Final = (
    "actions",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "input",
    "section",
    "table",
    "video",
)

BLOCKS: Final[dict[str, Rule]] = {
    **_CLASSIC,
    **_block("markdown", {"text": string(limits.MARKDOWN)}),
    **_block(
        "context_actions",
        {"elements": items(only(ELEMENTS, *IN_CONTEXT_ACTIONS), 1, limits.CONTEXT_ACTIONS_ELEMENTS)},
    ),
    **_block(
        "data_table",
        {"caption": string(limits.TEXT), "rows": items(_ROW, 2, limits.DATA_TABLE_ROWS)},
        {"page_size": whole(1, limits.DATA_TABLE_PAGE), "row_header_column_index": whole(0, limits.TABLE_CELLS - 1)},
        also=_data_table,
    ),
    # Its chart is left to Slack: the block is young, only its title and count are known for certain.
    **_block("data_visualization", {"title": string(limits.CHART_TITLE), "chart": anything}),
    "card": CARD,
    **_block("carousel", {"elements": items(variant({"card": CARD}), 1, limits.CAROUSEL_CARDS)}),
    **_block(
        "container",
        {"child_blocks": items(only(_CLASSIC, *_IN_CONTAINER, "rich_text"), 1, limits.CONTAINER_CHILDREN)},
        {
            "title": plain(limits.CONTAINER_TITLE),
            "rich_text_title": RICH_TEXT,
            "subtitle": text(limits.CONTAINER_TITLE),
            "width": choice("narrow", "standard", "wide", "full"),
            "icon": IMAGE,
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
        any_of=("title", "rich_text_title"),
        also=_collapsible,
    ),
    **_block(
        "alert",
        {"text": text(limits.ALERT_TEXT)},
        {"level": choice("default", "info", "warning", "error", "success")},
    ),
    "task_card": TASK_CARD,
    **_block(
        "plan",
        {"title": string(limits.TASK_TITLE)},
        {"tasks": items(variant({"task_card": TASK_CARD}), 1, limits.PLAN_TASKS)},
        also=_unique_tasks,
    ),
}

_ANYWHERE: Final = (
    "actions",
    "card",
    "context",
    "divider",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "video",
)
ON_SURFACE: Final[dict[limits.Surface, tuple[str, ...]]] = {
    "message": tuple(kind for kind in BLOCKS if kind != "alert"),
    "modal": (*_ANYWHERE, "alert"),
    "home": (*_ANYWHERE, "carousel"),
}
_RULES: Final[dict[limits.Surface, Rule]] = {
    surface: items(only(BLOCKS, *kinds), 0, limits.BLOCKS[surface]) for surface, kinds in ON_SURFACE.items()
}


def block_list(value: Any, place: Place) -> Faults:
    """Each block by its own rule, and how many there are for this surface."""
    yield from _RULES[place.surface](value, place)
