"""Acceptance checks: what passes, and what is said about what does not."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.domain.artifact import Artifact, Item
from agents.domain.checks import KINDS, Evidence, failures, fault_of
from agents.domain.evidence import Citation, Claim, Status
from agents.domain.plan import Check

CLAIMS = {
    "t1.c1": Claim(
        "t1.c1", "Meadow sold 1.24 million capsules.", citations=(Citation("s1", "sold 1,240,000 in 2024"),)
    ),
    "t1.c2": Claim("t1.c2", "A box costs €4.20.", citations=(Citation("s2", "ten for €4.20"), Citation("s3", "€4.20"))),
    "t1.c3": Claim("t1.c3", "Meadow leads.", derived_from=("t1.c1", "t1.c2")),
    "t1.c4": Claim("t1.c4", "It is fine.", kind="opinion"),
    "t1.c5": Claim("t1.c5", "All 12 tests pass.", kind="run", citations=(Citation("s4", "12 passed in 0.4s"),)),
    "t1.c6": Claim("t1.c6", "All 9 tests pass.", kind="run", citations=(Citation("s4", "9 passed"),)),
    "t1.c7": Claim("t1.c7", "The trade fair opens on 3 March 2026.", citations=(Citation("s5", "3 March 2026"),)),
}
STANDING = dict.fromkeys(("t1.c1", "t1.c2", "t1.c3", "t1.c5", "t1.c7"), Status.TRACED)
EVIDENCE = Evidence(CLAIMS, {**STANDING, "t1.c4": None, "t1.c6": Status.BLOCKED})


def text(body: str) -> Artifact:
    return Artifact("text", "Analysis", text=body)


def table(columns: str, *rows: str) -> Artifact:
    def cells(line: str) -> tuple[str, ...]:
        return tuple(cell.strip() for cell in line.split("|"))

    return Artifact("table", "Table", columns=cells(columns), rows=tuple(cells(row) for row in rows))


def items(*texts: str, label: str = "") -> Artifact:
    return Artifact("items", "Posts", items=tuple(Item(label, text) for text in texts))


def days(*numbers: int) -> Artifact:
    return table("Date | What", *(f"2026-01-{number:02} | work" for number in numbers))


PASSES = [
    (Check("count", 2), items("a", "b")),
    (Check("count", 1), table("a", "1")),
    (Check("min_count", 2), items("a", "b", "c")),
    (Check("max_chars", 4), items("abcd [t1.c1][t1.c2]", "abc")),
    (Check("max_chars", 4), text("cafe\u0301")),
    (Check("max_chars", 1), text("🌱")),
    (Check("min_words", 3), text("one well-known fact [t1.c1]")),
    (Check("max_words", 3), items("one two three [t1.c1]", "one")),
    (Check("consecutive_dates", 3), days(3, 1, 2)),
    (Check("consecutive_dates", 2), days(1, 1, 2)),
    (Check("consecutive_dates", 2), table("When | Date", "x | 2024-02-29", "y | 2024-03-01")),
    (Check("consecutive_dates", 1), table("When | What", "2024-02-29 | x")),
    (Check("columns", names=("date", "WHAT ")), days(1)),
    (Check("no_empty_cells"), table("a | b", "1 | [t1.c1]", "n/a | ✅")),
    (
        Check("mentions", names=("Meadow", "greenleaf  roasters", "C++")),
        text("**Meadow** and Greenleaf Roasters, C++."),
    ),
    (Check("mentions", names=("title",)), Artifact("text", "The Title", text="x")),
    (Check("sections", names=("Market", "our view")), text("# 1. The Market\nx\n\n**Our view:**\ny")),
    (Check("figures_marked"), text("Meadow sold 1,240,000 [t1.c1]. It leads [t1.c3].\n- A box costs €4.20. [t1.c2]")),
    (Check("figures_marked"), text("In 2024 some 1.2 million were sold [t1.c1] for €4.20 each [t1.c2].")),
    (Check("figures_marked"), text("## 2. Plan for 2026\n1. Day 3: tell. Weeks 1-2, post #4, #2026goals at 10:30.")),
    (Check("figures_marked"), text("The 30-day launch calendar comes with 5 posts and three ideas; see [4].")),
    (Check("figures_marked"), table("Maker | Price | Source", "Meadow | €4.20 | [t1.c2]")),
    (Check("figures_marked"), table("Date | Day | What", "2026-01-05 | 1 | Post 2", "6 Jan 2026 | 2 | rest")),
    (Check("figures_marked"), items("Ten for €4.20! Try it. [t1.c2]", "Post two 2/5", label="Day 1, 2026-01-01")),
    (Check("sources_per_item", 2), items("€4.20 [t1.c2]", "It leads [t1.c3]")),
    (Check("sources_per_item", 1), text("Lead-in.\n# One\nx [t1.c1]\n## Two\ny [t1.c2]\n# Empty")),
    (Check("sources_per_item", 3), table("a | b", "x | [t1.c3]")),
    (Check("min_sources", 3), text("x [t1.c1] y [t1.c2]")),
    (Check("distinct_items"), items("one", "two")),
    (Check("distinct_items"), table("a | b", "1 | x", "1 | y")),
    (Check("links_none"), text("Mail us. 1.5 and 3/4 and e.g. this. [t1.c1]")),
    (Check("dates_consistent"), text("On Monday, 30 November 2026 we begin. From 1 to 3 December 2026 it rains.")),
    (Check("dates_consistent"), text("The launch event is on 3 March 2026. The press event is on 4 March 2026.")),
    (Check("dates_consistent"), text("The trade fair opens on 3 March 2026 [t1.c7]. Our stand opens on March 3.")),
    (Check("dates_consistent"), table("Date | Weekday | Theme", "2026-11-30 | Monday | a", "2026-12-01 | Tuesday | a")),
    (Check("dates_consistent"), table("Task | Start | End", "a | 2026-11-30 | 2026-12-01", "b | 2026-12-02 | open")),
    (Check("tone"), text("A plain pod that composts in ten weeks. It is new!")),
    (Check("tone", names=("cheap",)), items("It costs little.", "Cheaper than others.")),
    (Check("run_backed"), text("All 12 tests pass [t1.c5]. The code was not run here. Tests are planned for May.")),
    (Check("run_backed"), items("The survey took two weeks.", "We ran into delays.")),
]

FAILS = [
    (Check("count", 3), items("a", "b"), "exactly 3 items; there are 2, 1 too few"),
    (Check("count", 1), table("a", "1", "2"), "exactly 1 row; there are 2, 1 too many"),
    (Check("min_count", 3), items("a"), "at least 3 items; there are 1, 2 too few"),
    (Check("max_chars", 4), items("abcd", "abcdef"), "Item 2 has 6 characters; at most 4 are allowed, 2 too many"),
    (Check("min_words", 3), text("one two"), "The text has 2 words; at least 3 are needed, 1 more"),
    (Check("max_words", 1), items("one two", label="X"), "Item 1 (X) has 2 words; at most 1 are allowed, 1 too many"),
    (Check("consecutive_dates", 3), days(1, 2, 4), "between 2026-01-02 and 2026-01-04 1 are missing"),
    (Check("consecutive_dates", 3), days(1, 2, 2), "exactly 3 different dates; there are 2 in 3 rows, 1 too few"),
    (Check("consecutive_dates", 1), table("Date", "5 Jan 2026"), "Row 1 has “5 Jan 2026” where a date as YYYY-MM-DD"),
    (Check("consecutive_dates", 1), table("Date", "2026-02-30"), "Row 1 has “2026-02-30” where"),
    (Check("consecutive_dates", 1), table("Date", "20260130"), "where a date as YYYY-MM-DD is needed"),
    (Check("columns", names=("Owner",)), days(1), "no column “Owner”; it has “Date”, “What”"),
    (Check("no_empty_cells"), table("a | b", "1 | —", "2 | x"), "The cell in row 1, column “b” is empty"),
    (Check("no_empty_cells"), table("a | b", "1"), "The cell in row 1, column “b” is empty"),
    (Check("no_empty_cells"), table("a", "1 | 2"), "Row 1 has 2 cells; the table has 1 columns"),
    (Check("mentions", names=("Meadow", "ash")), text("Meadows wash"), "“Meadow” is not mentioned"),
    (Check("sections", names=("Risks",)), text("# Market\nRisks are many."), "no section with the heading “Risks”"),
    (Check("figures_marked"), text("Meadow sold 1,240,000 boxes."), "1,240,000 bears no mark to a claim"),
    (Check("figures_marked"), text("It sold 1,250,000 [t1.c1]."), "1,250,000 is in none of the marked claims t1.c1"),
    (Check("figures_marked"), text("It sold 7 [t8.c1]."), "7 refers to t8.c1, which is no claim"),
    (Check("figures_marked"), text("It leads [t1.c2]. It costs €4.20."), "€4.20 bears no mark"),
    (Check("figures_marked"), text("Since 2019 it leads."), "2019 bears no mark"),
    (Check("figures_marked"), table("Maker | Price", "Meadow | €4.30 [t1.c2]"), "In row 1, column Price: €4.30"),
    (Check("figures_marked"), table("Date | What", "2026-01-05 | 7% off"), "In row 1, column What: 7% bears no mark"),
    (Check("figures_marked"), items("fine", "50% less waste"), "In item 2: 50% bears no mark"),
    (Check("sources_per_item", 2), items("[t1.c2]", "[t1.c1]"), "Item 2 rests on 1 source; at least 2 are needed"),
    (Check("sources_per_item", 1), text("# One\nx [t1.c1]\n## Two\ny"), "Section “Two” rests on 0 sources"),
    (Check("sources_per_item", 1), text(""), "Section “the text” rests on 0 sources"),
    (Check("min_sources", 3), text("x [t1.c1] [t7.c7] [t1.c4]"), "rests on 1 source; at least 3 are needed, 2 more"),
    (Check("distinct_items"), items("Buy now!", "x", "buy   NOW [t1.c1]"), "Item 3 says the same as item 1"),
    (Check("links_none"), text("See https://example.org/x."), "“https://example.org/x” is one"),
    (Check("dates_consistent"), text("On Tuesday, 30 November 2026 we begin."), "is a Monday, not a Tuesday"),
    (Check("dates_consistent"), text("It runs from 5 May 2026 to 2 May 2026."), "ends on 2 May 2026, which is earlier"),
    (
        Check("dates_consistent"),
        text("The launch event is on 3 March 2026. Come to the launch event on 5 March 2026."),
        "In the text the same (event launch) has two dates: 3 March 2026 and 5 March 2026",
    ),
    (
        Check("dates_consistent"),
        items("The trade fair opens on 4 March 2026 [t1.c7]."),
        "the date is 4 March 2026, but claim t1.c7 says 3 March 2026",
    ),
    (Check("dates_consistent"), table("Date | Weekday", "2026-11-30 | Friday"), "In row 1: 2026-11-30 is a Monday"),
    (Check("dates_consistent"), table("Start | End", "2026-11-30 | 2026-11-29"), "begins on 2026-11-30 and ends on"),
    (Check("tone"), text("Our game changing pod."), "“game changing” is not to be used"),
    (Check("tone"), items("Buy it now!!!"), "one exclamation mark is enough"),
    (Check("tone", names=("cheap",)), text("It is cheap."), "“cheap” is not to be used"),
    (Check("run_backed"), text("All tests pass."), "no claim of a run stands behind it"),
    (Check("run_backed"), text("All 9 tests pass [t1.c6]."), "no claim of a run stands behind it"),
    (Check("run_backed"), items("The script prints the total [t1.c1]."), "“script prints” speaks of a run"),
    (Check("links_none"), text("See [here](/x) or www.example.org or bit.ly/abc"), "“www.example.org” is one"),
]


@pytest.mark.parametrize(("check", "artifact"), PASSES)
def test_good_work_passes(check, artifact):
    assert failures(check, artifact, EVIDENCE) == []


@pytest.mark.parametrize(("check", "artifact", "said"), FAILS)
def test_a_failure_says_what_and_where_and_by_how_much(check, artifact, said):
    found = failures(check, artifact, EVIDENCE)
    assert any(said in sentence for sentence in found), found
    assert all(sentence.endswith(".") for sentence in found)


def test_each_kind_is_tested_in_both_directions():
    assert {check.kind for check, _ in PASSES} == set(KINDS)
    assert {check.kind for check, *_ in FAILS} == set(KINDS)


def test_a_blocked_claim_is_no_source():
    blocked = Evidence(CLAIMS, {"t1.c1": Status.BLOCKED, "t1.c2": Status.TRACED})
    assert failures(Check("min_sources", 3), text("[t1.c1][t1.c2]"), EVIDENCE) == []
    assert len(failures(Check("min_sources", 3), text("[t1.c1][t1.c2]"), blocked)) == 1


def test_claims_derived_in_a_circle_are_followed_once():
    one = Claim("t1.c1", "a", derived_from=("t1.c2",))
    two = Claim("t1.c2", "b", derived_from=("t1.c1",), citations=(Citation("s1", "b"),))
    circle = Evidence({"t1.c1": one, "t1.c2": two}, {})
    assert failures(Check("min_sources", 1), text("[t1.c1]"), circle) == []


def test_many_failures_are_counted_and_not_all_told():
    found = failures(Check("no_empty_cells"), table("a | b", *["x | "] * 100), EVIDENCE)
    assert len(found) == 13
    assert found[-1] == "no_empty_cells: 88 more of the same."


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (Check("count"), "needs a whole number from 1"),
        (Check("count", 0), "not 0"),
        (Check("max_chars", -5), "not -5"),
        (Check("min_words", True), "not True"),
        (Check("count", 10**9), "whole number from 1 to 100000"),
        (Check("columns"), "at least one name"),
        (Check("mentions", names=("", " ")), "at least one name"),
        (Check("sparkle"), "There is no check of kind 'sparkle'; there are count,"),
    ],
)
def test_a_check_that_cannot_be_run_is_refused_and_fails_all_work(check, said):
    assert said in fault_of(check)
    assert failures(check, text("x"), EVIDENCE) == [fault_of(check)]


def test_a_check_is_refused_for_an_output_that_it_cannot_judge():
    assert fault_of(Check("count", 3)) is None
    assert fault_of(Check("count", 3), "items") is None
    assert fault_of(Check("count", 3), "text") == "The check count judges table and items, and the output is text."
    assert failures(Check("columns", names=("a",)), items("a"), EVIDENCE) == [
        "The check columns judges table, and the output is items."
    ]


def test_every_kind_explains_itself_in_one_sentence():
    assert all(kind.name == name and kind.meaning.endswith(".") and kind.fits for name, kind in KINDS.items())


hostile = st.text(
    st.one_of(st.sampled_from("[]t1.c2()#*|- \n\t:/%$€5½…“\u0301\u200b\x00"), st.characters()), max_size=60
)
rows = st.lists(st.lists(hostile, max_size=4).map(tuple), max_size=4).map(tuple)
artifacts = st.one_of(
    st.builds(Artifact, kind=st.just("text"), title=hostile, text=hostile),
    st.builds(Artifact, kind=st.just("table"), title=hostile, columns=st.lists(hostile).map(tuple), rows=rows),
    st.builds(
        Artifact, kind=st.just("items"), title=hostile, items=st.lists(st.builds(Item, hostile, hostile)).map(tuple)
    ),
)
some_checks = st.builds(
    Check,
    kind=st.sampled_from([*KINDS, "", "other"]),
    number=st.one_of(st.none(), st.integers(-3, 40), st.integers()),
    names=st.lists(hostile, max_size=3).map(tuple),
)


@settings(deadline=None, max_examples=500)
@given(some_checks, artifacts)
def test_no_text_breaks_a_check(check, artifact):
    found = failures(check, artifact, EVIDENCE)
    assert all(isinstance(sentence, str) and sentence for sentence in found)


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize(
    "unit", ["[t1.c1", " ", "# ", "](", "<a ", ". ", '."', "1. ", "5 ", "# a ", "**", "- ", "1/2 ", "x." * 40 + "\n"]
)
def test_a_hostile_text_cannot_hold_a_check_up(name, unit):
    body = unit * (30_000 // len(unit))
    kind = KINDS[name].fits[0]
    made = {"text": text(body), "table": table("Date", body), "items": items(body)}[kind]
    begun = time.monotonic()
    failures(Check(name, 1, ("a b",)), made, EVIDENCE)
    assert time.monotonic() - begun < 10
