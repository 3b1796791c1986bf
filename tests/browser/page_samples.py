"""One example of every block, as an app would send it."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def words(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str, text: str | None = None) -> Json:
    return {"text": plain(text or value.title()), "value": value}


def button(action_id: str, text: str = "Go", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def section(text: str, accessory: Json | None = None) -> Json:
    return {"type": "section", "text": words(text)} | ({"accessory": accessory} if accessory else {})


def text_part(text: str, **style: bool) -> Json:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


def raw(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def task(task_id: str, status: str, **more: Any) -> Json:
    return {"type": "task_card", "task_id": task_id, "title": f"Task {task_id}", "status": status, **more}


def field(block_id: str, element: Json, **more: Any) -> Json:
    named = {"action_id": f"{block_id}_value", **element}
    return {"type": "input", "block_id": block_id, "label": plain(block_id.title()), "element": named, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    head = {"type": "modal", "callback_id": "mission", "title": plain("New mission"), "submit": plain("Start")}
    return {**head, "blocks": list(blocks), **more}


OPTIONS = [option("all"), option("marketing"), option("finance")]
PLAN: Json = {
    "type": "plan",
    "title": "Roadmap",
    "tasks": [
        task(
            "one",
            "complete",
            output=rich(text_part("found it")),
            sources=[{"type": "url", "url": "https://example.org/a", "text": "A"}],
        ),
        task("two", "in_progress", details=rich(text_part("second round"))),
        task("three", "error"),
        task("four", "pending"),
    ],
}
MARKDOWN = """# Findings

1. **GreenCap** costs *0.42* ~~0.39~~
   - [ ] open
   - [x] done

> quoted

| Name | Price |
|:--|--:|
| GreenCap | 0.42 |

```
code <b>
```
See [the source](https://example.org).
"""

ACCESSORIES = [
    section("button", button("in_section")),
    section("image", {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a drawing"}),
    section(
        "select", {"type": "static_select", "action_id": "one_of", "placeholder": plain("Pick"), "options": OPTIONS}
    ),
    section(
        "many", {"type": "multi_static_select", "action_id": "many_of", "placeholder": plain("Add"), "options": OPTIONS}
    ),
    section("users", {"type": "users_select", "action_id": "person", "placeholder": plain("Who")}),
    section("channels", {"type": "channels_select", "action_id": "channel", "placeholder": plain("Where")}),
    section("conversations", {"type": "conversations_select", "action_id": "place", "placeholder": plain("Where")}),
    section("overflow", {"type": "overflow", "action_id": "more", "options": OPTIONS[:2]}),
    section("date", {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-30"}),
    section("time", {"type": "timepicker", "action_id": "hour", "initial_time": "09:00"}),
    section("checks", {"type": "checkboxes", "action_id": "checks", "options": OPTIONS}),
    section("radios", {"type": "radio_buttons", "action_id": "radios", "options": OPTIONS}),
]

LAYOUT: list[Json] = [
    {"type": "header", "text": plain("Every block")},
    {"type": "section", "fields": [words("*Owner*\nMaya"), words("*Due*\nFriday")]},
    {"type": "divider"},
    {
        "type": "context",
        "elements": [
            words("six calls"),
            {"type": "image", "image_url": "https://example.org/i.png", "alt_text": "sign"},
        ],
    },
    {
        "type": "actions",
        "elements": [button("approve", "Approve", style="primary"), button("reject", "Reject", style="danger")],
    },
    {"type": "image", "image_url": "https://example.org/b.png", "alt_text": "a chart"},
    {"type": "markdown", "text": MARKDOWN},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    text_part("bold", bold=True),
                    text_part("code", code=True),
                    {"type": "user", "user_id": "U0MAYA00001"},
                    {"type": "channel", "channel_id": "C0LAUNCH001"},
                    {"type": "emoji", "name": "tada"},
                    {"type": "link", "url": "https://example.org", "text": "a link"},
                    {"type": "date", "timestamp": 1795392000, "format": "{date_num}", "fallback": "a day"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [{"type": "rich_text_section", "elements": [text_part("first")]}],
            },
            {"type": "rich_text_quote", "elements": [text_part("a quote")]},
            {"type": "rich_text_preformatted", "elements": [text_part("x = 1")]},
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad"},
            },
            {"type": "icon_button", "action_id": "bin", "icon": "trash", "text": plain("Remove")},
        ],
    },
]

DATA: list[Json] = [
    {
        "type": "table",
        "column_settings": [{"is_wrapped": True}, {"align": "right"}],
        "rows": [[raw("Name"), raw("Price")], [raw("GreenCap"), rich(text_part("0.42", bold=True))]],
    },
    {
        "type": "data_table",
        "caption": "Calendar",
        "page_size": 2,
        "rows": [[raw("Day"), raw("Task")], *[[raw(f"Day {day}"), raw(f"Task {day}")] for day in range(1, 6)]],
    },
    {
        "type": "data_visualization",
        "title": "Prices",
        "chart": {
            "type": "bar",
            "series": [{"name": "2026", "data": [{"label": "A", "value": 4}, {"label": "B", "value": 7}]}],
            "axis_config": {"categories": ["A", "B"]},
        },
    },
]

AGENT: list[Json] = [PLAN, task("alone", "in_progress")]

CARDS: list[Json] = [
    *(
        {"type": "alert", "text": words(f"*{level}*"), "level": level}
        for level in ("default", "info", "warning", "error", "success")
    ),
    {
        "type": "card",
        "title": words("Scout"),
        "subtitle": words("search, read"),
        "body": words("Finds sources"),
        "actions": [button("edit_scout", "Edit")],
    },
    {
        "type": "carousel",
        "elements": [
            {"type": "card", "title": words(f"Option {name}"), "actions": [button(f"choose_{name}", "Choose")]}
            for name in "ABC"
        ],
    },
    {
        "type": "container",
        "title": plain("Evidence"),
        "is_collapsible": True,
        "child_blocks": [section("inside"), {"type": "divider"}],
    },
]

FALLBACKS: list[Json] = [
    {
        "type": "video",
        "title": plain("A talk"),
        "video_url": "https://example.org/v",
        "thumbnail_url": "https://example.org/t.png",
        "alt_text": "a stage",
    },
    {"type": "file", "external_id": "ABC", "source": "remote"},
    {"type": "call", "call_id": "R1"},
]

FIELDS: list[Json] = [
    field("mission", {"type": "plain_text_input", "multiline": True}),
    field("budget", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}),
    field("mail", {"type": "email_text_input"}, optional=True),
    field("address", {"type": "url_text_input"}, optional=True),
    field("team", {"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[0]}),
    field("people", {"type": "multi_users_select"}, optional=True),
    field("due", {"type": "datepicker"}, optional=True),
    field("at", {"type": "timepicker"}, optional=True),
    field("start", {"type": "datetimepicker"}, optional=True),
    field("gates", {"type": "checkboxes", "options": OPTIONS}, optional=True),
    field("where", {"type": "conversations_select", "default_to_current_conversation": True}),
    field("noise", {"type": "radio_buttons", "options": OPTIONS, "initial_option": OPTIONS[1]}),
    field("notes", {"type": "rich_text_input"}, optional=True),
    field("papers", {"type": "file_input", "max_files": 2}, optional=True),
]
