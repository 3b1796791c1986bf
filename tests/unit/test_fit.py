"""Too large for one message means several messages, never a cut or a refusal."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.blockcheck import check_message, check_post
from bot.views.fit import fit
from bot.views.reshape import words_of
from bot.views.splitting import split_markdown, split_text

POST = {"channel": "C1", "thread_ts": "1.000001", "text": "Result", "unfurl_links": False, "unfurl_media": False}


def visible(payload: dict[str, Any]) -> str:
    """Everything a person sees of a message, in order."""
    if payload.get("markdown_text"):
        return payload["markdown_text"]
    if not payload.get("blocks"):
        return payload["text"]
    return "\n".join(words_in(block) for block in payload["blocks"])


def words_in(block: dict[str, Any]) -> str:
    parts = [block.get("text"), *block.get("fields", []), *block.get("elements", []), *block.get("tasks", [])]
    rows = [" ".join(words_of(cell) for cell in row) for row in block.get("rows", [])]
    words = [part if isinstance(part, str) else words_of(part) for part in parts if part]
    return "\n".join([*words, *rows, *(task["title"] for task in block.get("tasks", []))])


def assert_nothing_lost(original: str, parts: list[str]) -> None:
    """Every visible character of the original comes again in order; a header or fence may come in between."""
    said = iter("".join("".join(part.split()) for part in parts))
    missing = next((mark for mark in "".join(original.split()) if mark not in said), None)
    assert missing is None, f"{missing!r} is lost"


def assert_fits(payload: dict[str, Any]) -> list[dict[str, Any]]:
    parts = fit(payload)
    assert [fault for part in parts for fault in check_post(part)] == []
    assert_nothing_lost(visible(payload), [visible(part) for part in parts])
    return parts


def words(count: int) -> str:
    return " ".join(f"word{number}" for number in range(count))


def cell(text: str) -> dict[str, str]:
    return {"type": "raw_text", "text": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def table(rows: int, cells: int = 3) -> dict[str, Any]:
    header = [cell(f"Head{column}") for column in range(cells)]
    body = [[cell(f"r{row}c{column}") for column in range(cells)] for row in range(rows)]
    return {"type": "table", "block_id": "t", "rows": [header, *body]}


def test_what_fits_comes_back_as_it_is() -> None:
    payload = POST | {"blocks": [section("hello")]}
    assert fit(payload) == [payload]


def test_long_markdown_becomes_several_messages() -> None:
    parts = assert_fits(POST | {"blocks": [{"type": "markdown", "text": words(6_000)}]})
    assert len(parts) > 3
    assert parts[0]["text"] == "Result"
    assert parts[1]["text"] == f"Result (2 of {len(parts)})"
    assert all(part["thread_ts"] == "1.000001" for part in parts)


def test_long_markdown_text_becomes_several_messages() -> None:
    bare = {"markdown_text": words(4_000), "unfurl_links": False, "unfurl_media": False}
    assert len(assert_fits(bare)) > 2


def test_a_long_plain_text_becomes_several_messages() -> None:
    parts = assert_fits(POST | {"text": words(9_000)})
    assert all(len(part["text"]) <= 4_000 for part in parts)


def test_fifty_one_blocks_become_two_messages() -> None:
    parts = assert_fits(POST | {"blocks": [section(f"number{number}") for number in range(120)]})
    assert [len(part["blocks"]) for part in parts] == [50, 50, 20]


def test_a_long_section_becomes_several_sections_and_keeps_its_button_once() -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Open"}, "action_id": "open"}
    (part,) = assert_fits(POST | {"blocks": [section(words(1_000)) | {"accessory": button, "block_id": "b"}]})
    assert "accessory" in part["blocks"][0]
    assert "block_id" in part["blocks"][0]
    assert not any("accessory" in block or "block_id" in block for block in part["blocks"][1:])


def test_many_and_long_fields_are_all_shown() -> None:
    fields = [{"type": "mrkdwn", "text": f"field{number}"} for number in range(23)]
    fields.insert(4, {"type": "mrkdwn", "text": words(700)})
    assert_fits(POST | {"blocks": [{"type": "section", "fields": fields}]})


def test_a_title_too_long_for_a_header_is_shown_as_text() -> None:
    (part,) = assert_fits(POST | {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": words(40)}}]})
    assert part["blocks"][0]["type"] == "section"


def test_a_long_table_is_continued_with_its_header() -> None:
    parts = assert_fits(POST | {"blocks": [table(250)]})
    tables = [block for part in parts for block in part["blocks"]]
    assert [len(block["rows"]) for block in tables] == [100, 100, 53]
    assert all(words_of(block["rows"][0]) == "Head0Head1Head2" for block in tables)
    assert ["block_id" in block for block in tables] == [True, False, False]


def test_a_wide_table_is_continued_with_its_first_column() -> None:
    parts = fit(POST | {"blocks": [table(3, 45)]})
    tables = [block for part in parts for block in part["blocks"]]
    assert [fault for part in parts for fault in check_post(part)] == []
    shown = {words_of(one) for block in tables for row in block["rows"] for one in row}
    assert shown == {f"Head{column}" for column in range(45)} | {f"r{r}c{c}" for r in range(3) for c in range(45)}
    assert all(row[0]["text"] in ("Head0", "r0c0", "r1c0", "r2c0") for block in tables for row in block["rows"])


def test_a_table_with_too_many_characters_is_shared_out() -> None:
    rows = [[cell("Name"), cell("Note")], *([cell(f"n{number}"), cell(words(60))] for number in range(60))]
    assert len(assert_fits(POST | {"blocks": [{"type": "table", "rows": rows}]})) > 2


def test_a_cell_longer_than_any_table_is_told_in_words() -> None:
    rows = [[cell("Name"), cell("Note")], [cell("short"), cell("row")], [cell("long"), cell(words(3_000))]]
    assert_fits(POST | {"blocks": [{"type": "table", "rows": rows}]})


def test_two_tables_become_two_messages() -> None:
    assert len(assert_fits(POST | {"blocks": [table(2), section("between"), table(3) | {"block_id": "u"}]})) == 2


def test_many_tasks_become_two_plans() -> None:
    tasks = [
        {"type": "task_card", "task_id": str(number), "title": f"Task{number}", "status": "pending"}
        for number in range(70)
    ]
    (part,) = assert_fits(POST | {"blocks": [{"type": "plan", "title": "Plan", "tasks": tasks}]})
    assert [len(block["tasks"]) for block in part["blocks"]] == [50, 20]


def test_each_part_is_numbered_in_its_metadata_and_broadcast_once() -> None:
    metadata = {"event_type": "baton_post", "event_payload": {"key": "k1"}}
    payload = POST | {"metadata": metadata, "reply_broadcast": True, "blocks": [section("x")] * 60}
    first, second = assert_fits(payload)
    assert first["metadata"]["event_payload"] == {"key": "k1", "part": 1, "parts": 2}
    assert second["metadata"]["event_payload"] == {"key": "k1", "part": 2, "parts": 2}
    assert ("reply_broadcast" in first, "reply_broadcast" in second) == (True, False)
    assert metadata == {"event_type": "baton_post", "event_payload": {"key": "k1"}}, "the given payload is untouched"


def test_stream_chunks_are_shared_out_over_calls() -> None:
    task = {"type": "task_update", "id": "1", "title": "Research", "status": "in_progress"}
    chunks = [{"type": "markdown_text", "text": words(2_500)}, task, {"type": "markdown_text", "text": words(900)}]
    calls = fit({"channel": "C1", "ts": "1.2", "chunks": chunks}, "chat.appendStream")
    assert len(calls) > 1
    assert [fault for call in calls for fault in check_message(call, "chat.appendStream")] == []
    shown = [chunk.get("text", "") for call in calls for chunk in call["chunks"]]
    assert_nothing_lost("".join(chunk.get("text", "") for chunk in chunks), shown)
    assert sum(chunk == task for call in calls for chunk in call["chunks"]) == 1


def test_what_is_wrong_otherwise_is_left_for_the_check_to_name() -> None:
    payload = POST | {"blocks": [{"type": "blob"}, section("")]}
    assert fit(payload) == [payload]


@pytest.mark.parametrize("junk", [{"blocks": [None, 7, "x"]}, {"chunks": {}}, {"blocks": {}}, {"text": 9}, {}])
def test_junk_is_not_mended_and_not_dropped(junk: dict[str, Any]) -> None:
    assert fit(junk) == [junk]


BLOCKS = st.one_of(
    st.integers(0, 1_200).map(lambda count: section(words(count) or "-")),
    st.integers(1, 4_000).map(lambda count: {"type": "markdown", "text": words(count)}),
    st.integers(0, 130).map(lambda rows: {"type": "table", "rows": table(rows)["rows"]}),
    st.integers(1, 30).map(
        lambda count: {"type": "context", "elements": [{"type": "mrkdwn", "text": words(count)}] * count}
    ),
    st.integers(1, 80).map(lambda count: {"type": "header", "text": {"type": "plain_text", "text": words(count)}}),
    st.just({"type": "divider"}),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=12), st.integers(1, 6))
def test_no_word_is_lost_whatever_is_posted(blocks: list[dict[str, Any]], times: int) -> None:
    assert_fits(POST | {"blocks": blocks * times})


def test_short_markdown_is_one_part() -> None:
    assert split_markdown("a\n\nb") == ["a\n\nb"]


def test_paragraphs_stay_whole_when_they_fit() -> None:
    text = "\n\n".join(["one " * 10, "two " * 10, "three " * 10])
    assert [part.split()[0] for part in split_markdown(text, 60)] == ["one", "two", "three"]


def test_a_fence_is_kept_whole_and_a_long_one_reopened() -> None:
    code = "\n".join(f"line {number}" for number in range(40))
    text = f"Before\n\n```python\n{code}\n```\n\nAfter"
    parts = split_markdown(text, 200)
    assert all(part.count("```") % 2 == 0 and len(part) <= 200 for part in parts)
    assert sum("```python" in part for part in parts) > 1
    assert_nothing_lost(text, parts)
    assert any("```python\nshort\n```" in part for part in split_markdown(f"{'x ' * 90}\n\n```python\nshort\n```", 190))


def test_a_long_table_repeats_its_header_in_each_part() -> None:
    rows = "\n".join(f"| name{number} | {number} |" for number in range(30))
    text = f"| Name | Figure |\n|------|-------:|\n{rows}"
    parts = split_markdown(text, 150)
    assert all(part.startswith("| Name | Figure |\n|------|-------:|\n| name") for part in parts)
    assert [row for part in parts for row in re.findall(r"name\d+", part)] == [f"name{n}" for n in range(30)]


def test_a_word_longer_than_a_part_is_cut_and_kept() -> None:
    assert "".join(split_markdown("x" * 100, 30)) == "x" * 100


def test_a_limit_too_small_to_split_by_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        split_markdown("x" * 100, 8)


PIECES = st.sampled_from(
    [
        "word ",
        "longer-word ",
        "x" * 90,
        "\n",
        "\n\n",
        "```py\n",
        "```\n",
        "~~~\n",
        "| a | b |\n",
        "|---|---|\n",
        "- item\n",
        "  ",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=120).map("".join), st.integers(16, 300))
def test_every_part_is_short_enough_and_together_they_say_it_all(text: str, limit: int) -> None:
    parts = split_markdown(text, limit)
    assert all(len(part) <= limit for part in parts)
    assert_nothing_lost(text, parts)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.integers(16, 60))
def test_any_text_is_split_without_loss(text: str, limit: int) -> None:
    for parts in (split_markdown(text, limit), split_text(text, limit)):
        assert all(len(part) <= limit for part in parts)
        assert "".join("".join(parts).split()) == "".join(text.split())
