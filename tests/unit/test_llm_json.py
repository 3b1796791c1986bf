"""One JSON object is found in what a model wrote, or none is."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.llm.jsontext import NotJson, extract_json, parse, parse_object
from tests.fakes.adversarial import rows

PLAN = '{"steps": [{"tool": "read"}]}'


@pytest.mark.parametrize(
    "text",
    [
        PLAN,
        f"  \n{PLAN}\n ",
        f"\ufeff{PLAN}",
        f"```json\n{PLAN}\n```",
        f"```\n{PLAN}\n```\nLet me know!",
        f"Sure! Here it is:\n{PLAN}",
        f"It's done, as [t1.c2] and [the brief] say: {PLAN} (see above)",
        f'He said "here": {PLAN}',
        f"{PLAN}\nOnce more, the same:\n```json\n{PLAN}\n```",
        f"<think>Maybe {{this}}, or not</think>{PLAN}",
        f"Let me see.</think>\n{PLAN}",
    ],
)
def test_the_one_object_is_found_word_for_word(text: str) -> None:
    assert extract_json(text) == PLAN


@pytest.mark.parametrize("inside", ["}", "{", "]", '\\"', "</think>", "```", "[1]", '{\\"a\\": 1}'])
def test_brackets_within_texts_are_not_brackets(inside: str) -> None:
    text = f'{{"a": "{inside}"}}'
    assert extract_json(f"Here: {text} done") == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("<think>only thinking</think>", "empty"),
        ("I am sorry, but I cannot help with that.", "no JSON object"),
        ('{"a": 1} {"a": 2}', "several"),
        ('```json\n{"a": 1}\n```\n```json\n{"b": 1}\n```', "several"),
        ('{"a": 1}, ["b"]', "not an object"),
        ("[]", "not an object"),
        ('[{"a": 1}]', "not an object"),
        ('"{}"', "not an object"),
        ("null", "not an object"),
        ('{"a": 1', "cut off"),
        ('{"a": "val', "cut off"),
        ('Here: {"a": {"b": 1}', "cut off"),
        ('{"a": 1}}', "never opened"),
        ('{"a": [1}', "do not match"),
        ("{'a': 1}", "not valid JSON"),
        ('{"a": 1,}', "not valid JSON"),
        ('{"a": 1} {b}', "not valid JSON"),
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "Infinity"),
        ('{"a": 1e999}', "too large"),
        (f'{{"a": {"9" * 5000}}}', "too long"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"b": {"a": 1, "a": 1}}', "twice"),
        ('{"a": "\\ud800"}', "surrogate"),
        ('{"a": "\\u0000"}', "NUL"),
        ('{"a": 1}\u0000{', "cut off"),
        ('{"a": ' + "[" * 100_000, "cut off"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
    ],
)
def test_what_is_not_one_whole_object_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(NotJson, match=reason):
        extract_json(text)


def test_a_backslash_before_u0000_is_no_nul() -> None:
    assert parse(r'{"a": "\\u0000"}') == {"a": r"\u0000"}


def test_an_object_is_asked_for_where_one_is_needed() -> None:
    assert parse_object('{"a": [1, 2.5, null]}') == {"a": [1, 2.5, None]}
    with pytest.raises(NotJson, match="not an object"):
        parse_object("[1]")


def found_or_none(text: str) -> str | None:
    try:
        return extract_json(text)
    except NotJson:
        return None


def test_what_models_get_wrong_is_refused_or_found_unchanged() -> None:
    found = {row["text"]: found_or_none(row["text"]) for row in rows("llm_bad_json")}
    assert sum(value is not None for value in found.values()) > 20
    for text, value in found.items():
        if value is not None:
            assert value in text
            assert isinstance(json.loads(value), dict)


def test_what_is_good_json_already_is_taken_whole() -> None:
    good = [row["text"] for row in rows("llm_bad_json") if row["strict_json"] and row["text"].strip()[0] == "{"]
    assert len(good) > 5
    assert [extract_json(text) for text in good] == [text.strip() for text in good]


def test_malformed_json_is_refused_and_never_a_crash() -> None:
    for row in rows("malformed_json"):
        text = base64.b64decode(row["b64"]).decode(errors="replace")
        if row["kind"] == "must-reject":
            with pytest.raises(NotJson):
                parse(text)
        # Around an object any words may stand, so a comment after one is no fault there.
        found = found_or_none(text)
        assert found is None or (found in text and isinstance(parse(found), dict)), row["id"]


def test_numbers_and_texts_that_readers_disagree_about_are_read_in_one_way_or_refused() -> None:
    for row in rows("malformed_json"):
        if row["kind"] == "either":
            text = base64.b64decode(row["b64"]).decode(errors="replace")
            try:
                value = parse(text)
            except NotJson:
                continue
            assert parse(json.dumps(value)) == value, row["id"]


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc{}[]\"\\`'"), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(value=st.dictionaries(st.text('ab{"'), _values, max_size=4), ascii_only=st.booleans())
def test_any_object_comes_out_of_any_wrapping_as_it_went_in(value: dict[str, object], ascii_only: bool) -> None:
    written = json.dumps(value, ensure_ascii=ascii_only)
    for wrapped in (written, f"```json\n{written}\n```", f"Here's the answer: {written} Don't hesitate to ask!"):
        assert json.loads(extract_json(wrapped)) == value


@settings(max_examples=150, deadline=None)
@given(value=st.dictionaries(st.text("ab"), _values, min_size=1, max_size=4), share=st.floats(0, 1, exclude_max=True))
def test_no_beginning_of_an_object_is_taken_for_the_whole(value: dict[str, object], share: float) -> None:
    written = json.dumps(value)
    with pytest.raises(NotJson):
        extract_json(written[: int(len(written) * share)])
