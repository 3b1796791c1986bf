"""What Slack would refuse is found before it is sent, and what it accepts is let through."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.blockcheck import Fault, check_blocks, check_message, check_post, check_view
from bot.views.blockcheck.limits import Surface

POST = {"text": "Hello", "unfurl_links": False, "unfurl_media": False}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "words") -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text)}


def button(action_id: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), "action_id": action_id, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def rich(text: str) -> dict[str, Any]:
    run = {"type": "text", "text": text, "style": {"bold": True}}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [run]}]}


def cell(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def table(rows: int, cells: int = 2, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[cell(text)] * cells for _ in range(rows)]}


def task(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "task_card", "task_id": f"t{number}", "title": "Research", "status": "pending", **more}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "s", "options": [option(1)], **more}


def option(number: int, **more: Any) -> dict[str, Any]:
    return {"text": plain(f"Option {number}"), "value": str(number), **more}


def an_input(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


def text_input(**more: Any) -> dict[str, Any]:
    return {"type": "plain_text_input", "action_id": "words", **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Mission"), "blocks": list(blocks), **more}


def confirm(**more: Any) -> dict[str, Any]:
    return {"title": plain("Sure?"), "text": mrkdwn("*Really*"), "confirm": plain("Yes"), "deny": plain("No"), **more}


CARD = {"type": "card", "title": mrkdwn("Card"), "actions": [button()]}
FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "feedback",
    "positive_button": {"text": plain("Good"), "value": "good"},
    "negative_button": {"text": plain("Bad"), "value": "bad"},
}

GOOD: list[tuple[Surface, dict[str, Any]]] = [
    ("message", section("x" * 3000)),
    ("message", {"type": "section", "fields": [mrkdwn("y" * 2000)] * 10}),
    ("message", section() | {"accessory": button(style="primary", confirm=confirm(), value="v" * 2000)}),
    ("message", section() | {"accessory": {"type": "overflow", "action_id": "o", "options": [option(1)] * 5}}),
    ("message", {"type": "header", "text": plain("h" * 150)}),
    ("message", {"type": "divider", "block_id": "d"}),
    ("message", {"type": "context", "elements": [mrkdwn("c")] * 10}),
    ("message", actions(*(button(str(number)) for number in range(25)))),
    ("message", {"type": "context_actions", "elements": [FEEDBACK]}),
    ("message", {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "a"}),
    ("message", {"type": "markdown", "text": "m" * 12_000}),
    ("message", table(100, 20)),
    ("message", table(2) | {"column_settings": [None, {"align": "right", "is_wrapped": True}]}),
    ("message", {"type": "table", "rows": [[rich("a"), {"type": "raw_number", "value": 3}]]}),
    ("message", table(101) | {"type": "data_table", "caption": "Figures", "page_size": 10}),
    ("message", {"type": "plan", "title": "Plan", "tasks": [task(1), task(2, details=rich("d"), output=rich("o"))]}),
    ("message", task(sources=[{"type": "url", "url": "https://a.example/", "text": "A"}])),
    ("message", CARD),
    ("message", {"type": "carousel", "elements": [CARD] * 10}),
    ("message", {"type": "container", "title": plain("Box"), "child_blocks": [section(), rich("r")]}),
    ("message", rich("words")),
    ("modal", {"type": "alert", "text": plain("Careful"), "level": "warning"}),
    ("modal", an_input(text_input(multiline=True, max_length=3000, min_length=1), hint=plain("h"), optional=True)),
    ("modal", an_input({"type": "file_input", "max_files": 10})),
    ("modal", an_input(select(options=[option(number) for number in range(100)]))),
    ("modal", an_input({"type": "radio_buttons", "options": [option(number) for number in range(10)]})),
    ("modal", an_input({"type": "multi_users_select", "action_id": "u", "placeholder": plain("Who")})),
    ("modal", an_input({"type": "datepicker", "initial_date": "2026-11-23"})),
    ("modal", an_input({"type": "number_input", "is_decimal_allowed": True, "min_value": "0", "max_value": "9.5"})),
    ("home", actions(select(), {"type": "conversations_select", "action_id": "c", "filter": {"include": ["public"]}})),
]


@pytest.mark.parametrize(("surface", "block"), GOOD)
def test_a_good_block_passes(surface: Surface, block: dict[str, Any]) -> None:
    assert check_blocks([block], surface) == []


BAD: list[tuple[Surface, dict[str, Any], str, str]] = [
    ("message", section(""), "/blocks/0/text/text", "failed_constraint"),
    ("message", section("x" * 3001), "/blocks/0/text/text", "failed_constraint"),
    ("message", {"type": "section"}, "/blocks/0", "missing_field"),
    ("message", {"type": "section", "text": "words"}, "/blocks/0/text", "invalid_type"),
    ("message", {"type": "section", "fields": []}, "/blocks/0/fields", "failed_constraint"),
    ("message", {"type": "section", "fields": [mrkdwn("x")] * 11}, "/blocks/0/fields", "failed_constraint"),
    ("message", {"type": "section", "fields": [mrkdwn("x" * 2001)]}, "/blocks/0/fields/0/text", "failed_constraint"),
    ("message", section() | {"accessory": FEEDBACK}, "/blocks/0/accessory/type", "unknown_type"),
    ("message", section() | {"colour": "red"}, "/blocks/0", "unexpected_field"),
    ("message", section() | {"block_id": "b" * 256}, "/blocks/0/block_id", "failed_constraint"),
    ("message", {"type": "header", "text": mrkdwn("no")}, "/blocks/0/text/type", "unknown_type"),
    ("message", {"type": "header", "text": plain("h" * 151)}, "/blocks/0/text/text", "failed_constraint"),
    ("message", {"type": "context", "elements": [mrkdwn("c")] * 11}, "/blocks/0/elements", "failed_constraint"),
    ("message", {"type": "context", "elements": []}, "/blocks/0/elements", "failed_constraint"),
    ("message", {"type": "context", "elements": [button()]}, "/blocks/0/elements/0/type", "unknown_type"),
    ("message", actions(), "/blocks/0/elements", "failed_constraint"),
    ("message", actions(*(button(str(n)) for n in range(26))), "/blocks/0/elements", "failed_constraint"),
    ("message", actions(text_input()), "/blocks/0/elements/0/type", "unknown_type"),
    ("message", actions(button("a"), button("a")), "/blocks/0/elements/1/action_id", "duplicate_id"),
    ("message", actions(button(style="green")), "/blocks/0/elements/0/style", "failed_constraint"),
    ("message", actions(button(text=plain("b" * 76))), "/blocks/0/elements/0/text/text", "failed_constraint"),
    ("message", actions(button(text=mrkdwn("b"))), "/blocks/0/elements/0/text/type", "unknown_type"),
    ("message", actions(button(value="v" * 2001)), "/blocks/0/elements/0/value", "failed_constraint"),
    ("message", actions(button(url="nowhere")), "/blocks/0/elements/0/url", "failed_constraint"),
    ("message", actions(button(disabled=True)), "/blocks/0/elements/0", "unexpected_field"),
    ("message", actions(button(confirm=confirm(title=plain("t" * 101)))),
     "/blocks/0/elements/0/confirm/title/text", "failed_constraint"),
    ("message", actions(button(confirm=confirm(text=plain("t" * 301)))),
     "/blocks/0/elements/0/confirm/text/text", "failed_constraint"),
    ("message", actions(button(confirm=confirm(deny=plain("t" * 31)))),
     "/blocks/0/elements/0/confirm/deny/text", "failed_constraint"),
    ("message", actions(button(confirm={"title": plain("t")})), "/blocks/0/elements/0/confirm", "missing_field"),
    ("message", {"type": "context_actions", "elements": [button()]}, "/blocks/0/elements/0/type", "unknown_type"),
    ("message", {"type": "image", "image_url": "https://a.example/i.png"}, "/blocks/0", "missing_field"),
    ("message", {"type": "image", "alt_text": "a"}, "/blocks/0", "failed_constraint"),
    ("message", {"type": "image", "image_url": "file:///x", "alt_text": "a"}, "/blocks/0/image_url",
     "failed_constraint"),
    ("message", {"type": "markdown", "text": ""}, "/blocks/0/text", "failed_constraint"),
    ("message", table(101), "/blocks/0/rows", "failed_constraint"),
    ("message", table(1, 21), "/blocks/0/rows/0", "failed_constraint"),
    ("message", table(1, 1, ""), "/blocks/0/rows/0/0/text", "failed_constraint"),
    ("message", table(11, 10, "x" * 100), "/blocks", "failed_constraint"),
    ("message", {"type": "table", "rows": [[{"type": "image"}]]}, "/blocks/0/rows/0/0/type", "unknown_type"),
    ("message", {"type": "data_table", "rows": [[cell("a")]] * 2}, "/blocks/0", "missing_field"),
    ("message", table(1) | {"type": "data_table", "caption": "c"}, "/blocks/0/rows", "failed_constraint"),
    ("message", {"type": "data_table", "caption": "c", "rows": [[cell("a")], [cell("b"), cell("c")]]},
     "/blocks/0/rows", "failed_constraint"),
    ("message", {"type": "data_table", "caption": "c", "rows": [[rich("a")], [cell("b")]]},
     "/blocks/0/rows/0/0", "failed_constraint"),
    ("message", {"type": "plan", "tasks": [task()]}, "/blocks/0", "missing_field"),
    ("message", {"type": "plan", "title": "p", "tasks": [section()]}, "/blocks/0/tasks/0/type", "unknown_type"),
    ("message", {"type": "plan", "title": "p", "tasks": [task(), task()]}, "/blocks/0/tasks/1/task_id", "duplicate_id"),
    ("message", task(status="done"), "/blocks/0/status", "failed_constraint"),
    ("message", task(details="words"), "/blocks/0/details", "invalid_type"),
    ("message", task(title="t" * 257), "/blocks/0/title", "failed_constraint"),
    ("message", task(sources=[{"type": "url", "url": "https://a.example/"}]), "/blocks/0/sources/0", "missing_field"),
    ("message", {"type": "card", "subtitle": plain("s")}, "/blocks/0", "missing_field"),
    ("message", {"type": "carousel", "elements": [CARD] * 11}, "/blocks/0/elements", "failed_constraint"),
    ("message", {"type": "container", "title": plain("b"), "child_blocks": [CARD]},
     "/blocks/0/child_blocks/0/type", "unknown_type"),
    ("message", {"type": "alert", "text": plain("a")}, "/blocks/0/type", "unknown_type"),
    ("message", {"type": "blob"}, "/blocks/0/type", "unknown_type"),
    ("message", {}, "/blocks/0/type", "unknown_type"),
    ("message", an_input({"type": "file_input"}), "/blocks/0/element/type", "failed_constraint"),
    ("modal", task(), "/blocks/0/type", "unknown_type"),
    ("modal", {"type": "plan", "title": "p"}, "/blocks/0/type", "unknown_type"),
    ("home", table(1), "/blocks/0/type", "unknown_type"),
    ("modal", an_input(button()), "/blocks/0/element/type", "unknown_type"),
    ("modal", an_input(text_input(), label=mrkdwn("l")), "/blocks/0/label/type", "unknown_type"),
    ("modal", an_input(text_input(max_length=3001)), "/blocks/0/element/max_length", "failed_constraint"),
    ("modal", an_input(text_input(min_length=9, max_length=3)), "/blocks/0/element", "failed_constraint"),
    ("modal", an_input({"type": "file_input", "max_files": 11}), "/blocks/0/element/max_files", "failed_constraint"),
    ("modal", an_input({"type": "datepicker", "initial_date": "tomorrow"}),
     "/blocks/0/element/initial_date", "failed_constraint"),
    ("modal", an_input(select(options=[option(n) for n in range(101)])), "/blocks/0/element/options",
     "failed_constraint"),
    ("modal", an_input(select(options=[])), "/blocks/0/element/options", "failed_constraint"),
    ("modal", an_input(select(option_groups=[])), "/blocks/0/element", "failed_constraint"),
    ("modal", an_input(select(options=[option(1, text=plain("o" * 76))])),
     "/blocks/0/element/options/0/text/text", "failed_constraint"),
    ("modal", an_input(select(options=[option(1, value="v" * 151)])),
     "/blocks/0/element/options/0/value", "failed_constraint"),
    ("modal", an_input(select(options=[option(1, text=mrkdwn("o"))])),
     "/blocks/0/element/options/0/text/type", "unknown_type"),
    ("modal", an_input({"type": "checkboxes", "options": [option(n) for n in range(11)]}),
     "/blocks/0/element/options", "failed_constraint"),
    ("modal", section() | {"accessory": {"type": "overflow", "options": [option(n) for n in range(6)]}},
     "/blocks/0/accessory/options", "failed_constraint"),
]  # fmt: skip


@pytest.mark.parametrize(("surface", "block", "pointer", "code"), BAD)
def test_a_bad_block_is_named_with_its_place(surface: Surface, block: dict[str, Any], pointer: str, code: str) -> None:
    found = [(fault.pointer, fault.code) for fault in check_blocks([block], surface)]
    assert (pointer, code) in found


def test_one_block_too_many_is_found_on_every_surface() -> None:
    assert check_blocks([{"type": "divider"}] * 50) == []
    assert [fault.constraint for fault in check_blocks([{"type": "divider"}] * 51)] == [
        {"type": "max_items", "expected": 50, "got": 51}
    ]
    assert check_blocks([section()] * 100, "modal") == []
    assert check_blocks([section()] * 101, "home") != []


def test_a_block_id_names_one_block_of_the_surface() -> None:
    blocks = [section() | {"block_id": "same"}, {"type": "divider", "block_id": "same"}]
    assert [(fault.pointer, fault.code) for fault in check_blocks(blocks)] == [("/blocks/1/block_id", "duplicate_id")]


def test_an_action_id_may_come_again_in_another_block() -> None:
    assert check_blocks([actions(button("open")), actions(button("open"))]) == []


def test_markdown_is_counted_over_the_whole_payload() -> None:
    blocks = [{"type": "markdown", "text": "m" * 7000}, {"type": "markdown", "text": "m" * 7000}]
    assert [fault.constraint for fault in check_blocks(blocks)] == [
        {"type": "max_total", "expected": 12_000, "got": 14_000}
    ]


def test_a_second_table_in_a_message_is_found() -> None:
    assert [fault.pointer for fault in check_blocks([table(1), table(1)])] == ["/blocks"]


def test_a_fault_speaks_as_slack_does() -> None:
    (fault,) = check_message({"blocks": [section("x" * 3001)]})
    assert fault.as_line() == "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert fault.as_dict() == {
        "pointer": "/blocks/0/text/text",
        "code": "failed_constraint",
        "message": "must be less than 3001 characters",
        "constraint": {"type": "max_length", "expected": 3000, "got": 3001},
    }
    assert hash(fault) == hash(Fault(fault.pointer, fault.code, fault.message))


@pytest.mark.parametrize(
    ("payload", "method", "pointer"),
    [
        ({}, "chat.postMessage", ""),
        ({"text": ""}, "chat.postMessage", ""),
        ({"text": "x" * 40_001}, "chat.update", "/text"),
        ({"text": 7}, "chat.postMessage", "/text"),
        ({"markdown_text": "x", "text": "y"}, "chat.postMessage", "/markdown_text"),
        ({"markdown_text": "x" * 12_001}, "chat.postMessage", "/markdown_text"),
        ({"text": "x", "blocks": {"type": "section"}}, "chat.postMessage", "/blocks"),
        ({"text": "x", "username": "u" * 81}, "chat.postMessage", "/username"),
        ({"text": "x", "metadata": {"event_type": "t"}}, "chat.postMessage", "/metadata/event_payload"),
        ({"text": "x", "metadata": {"event_type": "", "event_payload": {}}}, "chat.update", "/metadata/event_type"),
        ({"text": "x", "metadata": {"event_type": "t", "event_payload": {"a": {"b": {"c": 1}}}}}, "chat.update",
         "/metadata/event_payload/a/b"),
        ({"text": "x", "metadata": {"event_type": "t", "event_payload": {"a": [1]}}}, "chat.update",
         "/metadata/event_payload/a"),
        ({"chunks": [{"type": "markdown_text", "text": "x" * 12_001}]}, "chat.appendStream", "/chunks/0/text"),
        ({"chunks": [{"type": "markdown_text", "text": "x" * 7000}] * 2}, "chat.appendStream", "/chunks"),
        ({"chunks": [{"type": "task_update", "id": "1", "title": "t", "status": "done"}]}, "chat.appendStream",
         "/chunks/0/status"),
        ({"chunks": [{"type": "task_update", "id": "1", "title": "t" * 257, "status": "complete"}]},
         "chat.appendStream", "/chunks/0/title"),
        ({"chunks": [{"type": "blocks", "blocks": [section("")]}]}, "chat.appendStream",
         "/chunks/0/blocks/0/text/text"),
        ({"chunks": [{"type": "blocks", "blocks": [{"type": "divider"}] * 51}]}, "chat.appendStream",
         "/chunks/0/blocks"),
        ({"chunks": [{"type": "plan_update", "title": "p"}], "markdown_text": "x"}, "chat.appendStream", ""),
        ({}, "chat.appendStream", ""),
        ({"task_display_mode": "wide"}, "chat.startStream", "/task_display_mode"),
        ([], "chat.postMessage", ""),
    ],
)  # fmt: skip
def test_a_bad_message_is_named_with_its_place(payload: Any, method: str, pointer: str) -> None:
    assert pointer in [fault.pointer for fault in check_message(payload, method)]


@pytest.mark.parametrize(
    ("payload", "method"),
    [
        ({"text": "x" * 40_000}, "chat.postMessage"),
        ({"markdown_text": "x" * 12_000}, "chat.postMessage"),
        ({"blocks": [section()]}, "chat.postMessage"),
        ({"text": "x", "metadata": {"event_type": "t", "event_payload": {"a": 1, "b": {"c": True}}}}, "chat.update"),
        ({"channel": "C1", "thread_ts": "1.2", "task_display_mode": "plan"}, "chat.startStream"),
        ({"chunks": [{"type": "plan_update", "title": "p"}]}, "chat.appendStream"),
        ({"blocks": [{"type": "context_actions", "elements": [FEEDBACK]}], "session_status": "closed"},
         "chat.stopStream"),
    ],
)  # fmt: skip
def test_a_good_message_passes(payload: dict[str, Any], method: str) -> None:
    assert check_message(payload, method) == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"text": None, "blocks": [section()]}, "/text"),
        ({"text": "  "}, "/text"),
        ({"unfurl_links": True}, "/unfurl_links"),
        ({"unfurl_media": None}, "/unfurl_media"),
        ({"link_names": True}, "/link_names"),
        ({"parse": "full"}, "/parse"),
    ],
)
def test_the_rules_of_the_house_hold_for_every_post(change: dict[str, Any], pointer: str) -> None:
    assert check_post(POST) == []
    assert (pointer, "house_rule") in [(fault.pointer, fault.code) for fault in check_post(POST | change)]
    assert not [fault for fault in check_message(POST | change) if fault.code == "house_rule"]


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (modal(an_input(text_input())), "/submit"),
        (modal(title=plain("t" * 25)), "/title/text"),
        (modal(submit=plain("t" * 25)), "/submit/text"),
        (modal(close=mrkdwn("t")), "/close/type"),
        (modal(private_metadata="m" * 3001), "/private_metadata"),
        (modal(callback_id="c" * 256), "/callback_id"),
        (modal(*[section()] * 101), "/blocks"),
        (modal(section() | {"block_id": "a"}, section() | {"block_id": "a"}), "/blocks/1/block_id"),
        (modal(an_input(text_input(focus_on_load=True)), an_input(text_input(focus_on_load=True)), submit=plain("s")),
         "/blocks/1/element/focus_on_load"),
        (modal(*[section("x" * 3000)] * 99), ""),
        ({"type": "modal", "blocks": []}, ""),
        ({"type": "home", "title": plain("t"), "blocks": []}, ""),
        ({"type": "sheet", "blocks": []}, "/type"),
        ("view", ""),
    ],
)  # fmt: skip
def test_a_bad_view_is_named_with_its_place(view: Any, pointer: str) -> None:
    assert pointer in [fault.pointer for fault in check_view(view)]


def test_good_views_pass() -> None:
    whole = modal(an_input(text_input()), submit=plain("Start"), close=plain("Cancel"), notify_on_close=True)
    assert check_view(whole | {"callback_id": "new_mission", "private_metadata": "m" * 3000}) == []
    assert check_view({"type": "home", "blocks": [section(), actions(button())]}) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = ["type", "text", "blocks", "elements", "fields", "accessory", "rows", "tasks", "title", "confirm", "options",
           "child_blocks", "details", "metadata", "event_payload", "chunks", "attachments", "value",
           "style"]  # fmt: skip
KINDS = ["section", "actions", "button", "table", "plan", "task_card", "container", "carousel", "rich_text", "input",
         "modal", "home", "markdown", "raw_number", "mrkdwn", "blocks", "data_table", "header"]  # fmt: skip
HOSTILE = st.recursive(
    JSON | st.sampled_from(KINDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None)
@given(JSON | HOSTILE)
def test_no_input_makes_a_check_raise(junk: Any) -> None:
    for faults in (check_message(junk), check_post(junk), check_view(junk), check_blocks(junk), check_blocks([junk])):
        assert all(isinstance(fault, Fault) and isinstance(fault.pointer, str) for fault in faults)


def test_deep_input_does_not_exhaust_the_stack() -> None:
    deep: Any = {"type": "rich_text_section"}
    for _ in range(5_000):
        deep = {"type": "rich_text", "elements": [deep]}
    block = {"type": "table", "rows": [[deep]]}
    assert check_message({"text": "x", "blocks": [block, deep]}) != []
    assert check_view({"type": "modal", "title": plain("t"), "blocks": [deep]}) != []


def test_faults_can_be_sent_as_json() -> None:
    faults = check_message({"blocks": [{"type": "header", "text": mrkdwn("")}, actions()]})
    assert json.loads(json.dumps([fault.as_dict() for fault in faults]))
