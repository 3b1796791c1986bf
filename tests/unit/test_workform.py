"""A deliverable as a form, and what comes of what is entered in it."""

from __future__ import annotations

from typing import Any

import pytest

from agents.domain.artifact import Artifact, Item
from bot.views import blockcheck, workform
from bot.views.modals import FIELD

TEXT = Artifact("text", "A text", text="# Pods\n\nA pod costs 0.42 euros [t1.c1].\n\nThe end.")
TABLE = Artifact("table", "A table", columns=("date", "theme"), rows=(("2026-05-01", "Start, now"), ("2026-05-02", "")))
POSTS = Artifact("items", "Posts", items=(Item("Day 1", "First."), Item("Day 2", "Second.")))
LONG = Artifact("text", "Long", text="\n\n".join(f"Paragraph {n}. " + "word " * 200 for n in range(10)))


def shown(work: Artifact) -> dict[str, Any]:
    """The fields as the form shows them."""
    view = workform.edit_work("m1:result:1@d|t1", work)
    assert blockcheck.check_view(view) == []
    fields = [block for block in view["blocks"] if block["type"] == "input"]
    return {block["block_id"]: block["element"].get("initial_value", "") for block in fields}


def enter(work: Artifact, **changed: Any) -> workform.Entered:
    fields = shown(work) | {name.replace("_", ":"): value for name, value in changed.items()}
    return workform.entered(work, fields, ["t1.c1"])


@pytest.mark.parametrize("work", [TEXT, TABLE, POSTS, LONG])
def test_a_form_that_nobody_touched_changes_nothing_and_says_so(work: Artifact) -> None:
    trimmed = {name: value.strip() for name, value in shown(work).items()}
    for fields in (shown(work), trimmed):
        entered = workform.entered(work, fields, ["t1.c1"])
        assert entered.artifact == work
        assert list(entered.errors.values()) == ["Nothing was changed."]


def test_a_text_is_taken_as_it_was_entered() -> None:
    entered = enter(TEXT, part_1="# Pods\n\nOther words [t1.c1].")
    assert not entered.errors
    assert entered.artifact.text == "# Pods\n\nOther words [t1.c1]."


def test_a_long_text_comes_in_as_many_fields_as_it_needs_and_keeps_what_was_not_touched() -> None:
    fields = shown(LONG)
    assert 1 < len(fields) <= workform.FIELDS
    assert all(len(value) <= FIELD for value in fields.values())
    entered = enter(LONG, part_2=fields["part:2"].replace("Paragraph 3", "Chapter 3"))
    assert entered.artifact.text == LONG.text.replace("Paragraph 3", "Chapter 3")


@pytest.mark.parametrize(
    "work",
    [
        Artifact("text", "Too long", text="word " * 4000),
        Artifact("items", "Too many", items=tuple(Item("", "x") for _ in range(91))),
        Artifact("items", "Too long", items=(Item("", "x" * (FIELD + 1)),)),
        Artifact("table", "Too wide", columns=("a",), rows=(("x" * (FIELD + 1),),)),
    ],
)
def test_what_does_not_fit_into_a_form_is_not_cut_but_refused(work: Artifact) -> None:
    assert "Send it back" in workform.too_large(work)
    assert not any(map(workform.too_large, (TEXT, TABLE, POSTS, LONG)))


def test_a_cell_with_commas_quotes_or_lines_comes_back_as_it_was() -> None:
    work = Artifact("table", "T", columns=("a", "b"), rows=(('He said "no", twice', "one\ntwo"), ("plain", "[t1.c1]")))
    entered = enter(work, part_1=shown(work)["part:1"].replace("plain", "simple"))
    assert entered.artifact.rows == (work.rows[0], ("simple", "[t1.c1]"))


@pytest.mark.parametrize(
    ("work", "field", "value", "said"),
    [
        (TABLE, "part_1", "2026-05-01,Start\n2026-05-02", "Row 2 has 1 cell; there are 2 columns: date, theme."),
        (TABLE, "part_1", "a,b,c", "Row 1 has 3 cells; there are 2 columns: date, theme."),
        (TABLE, "part_1", 'a,"b', "quotation mark is not closed"),
        (TABLE, "part_1", "", "at least one row"),
        (TEXT, "part_1", "  ", "Please leave some text"),
        (TEXT, "part_1", "New [t7.c1].", "There is no claim t7.c1"),
        (POSTS, "item_2", "Second [t1.c9].", "There is no claim t1.c9"),
    ],
)
def test_what_is_wrong_is_said_on_its_field(work: Artifact, field: str, value: str, said: str) -> None:
    errors = enter(work, **{field: value}).errors
    assert list(errors) == [field.replace("_", ":")]
    assert said in errors[field.replace("_", ":")]


def test_a_cleared_piece_is_left_out_but_not_the_last() -> None:
    assert enter(POSTS, item_1="").artifact.items == (POSTS.items[1],)
    assert "at least one piece" in enter(POSTS, item_1="", item_2=" ").errors["item:1"]
