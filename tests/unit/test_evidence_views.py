"""What people see of the evidence: both sides, roots, premise, shared sources, and quotes inside their sources."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from agents.domain.evidence import Citation, Claim, Dependency, Snapshot, Status, Verdict
from agents.domain.mission import TaskState
from agents.ports import File, ResultRecord
from bot.views import evidence, quotes, standing
from bot.views.post import Block
from tests.unit.test_views import TEAM, simple

PAGE = Snapshot(
    "p1",
    "web",
    "https://a.example/x",
    "Price list",
    "We opened in May. The pod costs 0.42 euros. Call us.",
    "2026-01-02",
)
TEST = Snapshot("p2", "web", "https://b.example/y", "Shelf test", "In the shop the pod costs 0.44 euros.", None)
ONE = Claim(
    "t1.c1", "The pod costs 0.42 euros.", key=True, citations=(Citation("p1", "The pod costs 0.42 euros", 18, 42),)
)
OTHER = Claim("t1.c2", "The pod costs 0.44 euros.", citations=(Citation("p2", "the pod costs 0.44 euros"),))
TRACED = Verdict("t1.c1", "rule", Status.TRACED, "traced", "Every quote and figure is in the source.")
CLASH = Verdict(
    "t1.c1", "rule", Status.CONTESTED, "contradicts", "It says 0.42, t1.c2 says 0.44: “The pod costs 0.44 euros.”."
)


WHY = ("no_citation", "inherits_unverified", "inherits_unverified")


def mission(*claims: Claim, verdicts: tuple[Verdict, ...] = (), **more: object) -> File:
    """A mission with one task t1 of the researcher and these claims."""
    file = simple("A mission")
    return replace(
        file,
        claims=claims,
        verdicts=verdicts,
        snapshots={"p1": PAGE, "p2": TEST},
        authors={claim.id: "researcher" for claim in claims},
        **more,
    )


def text(blocks: list[Block]) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def under(file: File) -> str:
    return text(evidence.under_result(file, TEAM))


def test_a_contested_claim_shows_both_sides_with_quote_and_link() -> None:
    shown = under(mission(ONE, OTHER, verdicts=(TRACED, CLASH)))
    assert "*Contested (the result hangs on it):* The pod costs 0.42 euros." in shown
    assert "For it: “The pod costs 0.42 euros” — <https://a.example/x|Price list> (2026-01-02)" in shown
    assert "Against it: It says 0.42, t1.c2 says 0.44: “the pod costs 0.44 euros” — <https://b.example/y|" in shown


def test_what_the_sceptic_quotes_against_a_claim_is_linked_to_its_source() -> None:
    refuted = Verdict("t1.c1", "sceptic", Status.CONTESTED, "refuted", "Shelf test says: “the pod costs 0.44 euros”")
    shown = under(mission(ONE, verdicts=(TRACED, refuted)))
    assert "Shelf test says: “the pod costs 0.44 euros” — <https://b.example/y|Shelf test>" in shown


def test_an_unverified_claim_names_where_the_doubt_began_and_how_far_it_reached() -> None:
    bare = Claim("t1.c3", "Everybody likes it.")
    later = [Claim(f"t1.c{n}", f"So we sell {n}.", "inference", derived_from=("t1.c3",)) for n in (4, 5)]
    found = tuple(
        Verdict(c.id, "rule", Status.UNVERIFIED, why, "No quote.") for c, why in zip((bare, *later), WHY, strict=True)
    )
    shown = under(mission(bare, *later, verdicts=found))
    assert "No quote. From Market Researcher, task t1, used by 2 later claims." in shown
    assert "It rests on t1.c3, from Market Researcher, task t1, used by 2 later claims." in shown


def test_at_most_five_of_a_sort_are_shown_and_a_button_opens_the_rest() -> None:
    many = [replace(ONE, id=f"t1.c{n}", text=f"Claim number {n}.") for n in range(1, 13)]
    found = tuple(replace(CLASH, claim=claim.id, detail="No.") for claim in many)
    shown = under(mission(*many, verdicts=found))
    assert shown.count("*Contested (") == 5
    assert "and 7 more contested claims" in shown
    assert "m1|doubted|1" in shown


def test_the_premise_stands_with_its_claims_and_the_objection_that_is_left() -> None:
    result = ResultRecord(1, "d", "Sell it.", (), "The pod stays cheap <!here>.", ("t1.c1", "t9.c9"), "It may not.")
    shown = under(mission(ONE, verdicts=(TRACED,), result=result))
    assert "The conclusion hangs on this:* The pod stays cheap &lt;!here&gt;." in shown
    assert ":link: traced: The pod costs 0.42 euros." in shown
    assert "Strongest objection that is left:* It may not." in shown


def test_several_agents_that_lean_on_one_source_are_named_as_one_voice() -> None:
    later = Claim("t1.c3", "It is cheap.", "inference", derived_from=("t1.c1",))
    file = mission(ONE, later, verdicts=(TRACED,))
    shown = under(replace(file, authors={"t1.c1": "researcher", "t1.c3": "writer"}))
    assert (
        "*2 agents, 1 source:* <https://a.example/x|Price list> (2026-01-02) — Market Researcher, Social Writer"
        in shown
    )
    assert "1 source:" not in under(file), "one author is no agreement"


def test_work_that_was_left_out_does_not_count() -> None:
    file = mission(ONE, verdicts=(TRACED, CLASH))
    dropped = {id: replace(record, state=TaskState.DROPPED) for id, record in file.tasks.items()}
    assert standing.in_use(replace(file, tasks=dropped)) == []
    assert standing.doubted_keys(replace(file, tasks=dropped)) == []
    assert [claim.id for claim in standing.doubted_keys(file)] == ["t1.c1"]


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        (ONE.citations[0], ("We opened in May. ", "The pod costs 0.42 euros", ". Call us.", True)),
        (Citation("p1", "pod costs"), ("We opened in May. The ", "pod costs", " 0.42 euros. Call us.", True)),
        (Citation("p1", "It is free", 5, 900), ("", "It is free", "", False)),
        (Citation("p1", "It is free"), ("", "It is free", "", False)),
    ],
    ids=["at its offsets", "found in the text", "offsets past the end", "nowhere"],
)
def test_a_quote_is_cut_out_of_its_source_or_said_not_to_be_there(
    citation: Citation, expected: tuple[object, ...]
) -> None:
    assert quotes.in_context(citation, PAGE) == expected


def test_the_words_around_a_quote_begin_and_end_with_whole_words() -> None:
    long = replace(PAGE, text=("before " * 90) + "The pod costs 0.42 euros" + (" after" * 90))
    before, _, after, there = quotes.in_context(Citation("p1", "The pod costs 0.42 euros"), long)
    assert there
    assert before.startswith("…before ")
    assert after.endswith(" after …")
    assert max(len(before), len(after)) <= quotes.AROUND + 2


def test_a_page_of_quotes_tells_status_source_day_and_every_verdict_in_order() -> None:
    file = mission(ONE, OTHER, verdicts=(TRACED, CLASH))
    shown = text(quotes.window(file, TEAM, quotes.of_doubts(file), "m1|doubted", 1, contest=True)["blocks"])
    assert shown.index("Rule: *traced*") < shown.index("Rule: *contested* (contradicts)")
    assert '"text": "The pod costs 0.42 euros", "style": {"bold": true}' in shown
    assert "<https://a.example/x|Price list> (2026-01-02)" in shown


def test_a_long_list_is_turned_page_by_page_and_every_claim_is_on_one_page() -> None:
    many = [replace(ONE, id=f"t1.c{n}", text=f"Claim number {n}.") for n in range(1, 22)]
    file = mission(*many)
    pages = [
        text(quotes.window(file, TEAM, quotes.of_result(file), "m1|result", page, contest=False)["blocks"])
        for page in (1, 2, 3)
    ]
    for claim in many:
        assert sum(f": {claim.text}" in page for page in pages) == 1
    assert "m1|result|2" in pages[0]
    assert "evidence_page_back" not in pages[0]
    assert "evidence_page_on" not in pages[2]
    assert "Page 3 of 3" in pages[2]


def test_a_claim_without_a_quote_shows_the_one_that_it_rests_on() -> None:
    later = Claim("t1.c3", "It is cheap.", "inference", derived_from=("t1.c1",))
    file = mission(later, ONE, dependencies=(Dependency("t1.c3", "t1.c1", "declared"),))
    drawn = quotes.window(file, TEAM, replace(quotes.of_doubts(file), claims=[later]), "m1|doubted", 1, contest=False)
    assert "It has no quote of its own. This one is from t1.c1" in text(drawn["blocks"])
