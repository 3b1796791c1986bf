"""Tracing: what a hand-over's claims are worth, found out by code alone."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.domain.evidence import ORDER, Citation, Claim, Snapshot, Status, Verdict, snapshot_id, status
from agents.evidence.trace import trace

REPORT = (
    "Meadow Pods sold 1,240,000 capsules in 2024 and 1,100,000 in 2023, the company said.\n"
    "A box of ten costs €4.20. Its rival asks €3.90 for the same.\n"
    "Retailers returned 2.5% of all boxes, against 4.5% the year before.\n"
    "Revenue reached $984 million, after $900 million in the year before."
)
SNAPSHOT = Snapshot(snapshot_id(REPORT), "web", "https://example.org/report", "Annual report", REPORT)
SNAPSHOTS = {SNAPSHOT.id: SNAPSHOT}
SOLD = "Meadow Pods sold 1,240,000 capsules in 2024"
PRICES = "A box of ten costs €4.20. Its rival asks €3.90"
RETURNS = "Retailers returned 2.5% of all boxes, against 4.5% the year before."
REVENUE = "Revenue reached $984 million, after $900 million in the year before."


def claim(id: str, text: str, *quotes: str, **fields) -> Claim:
    return Claim(id, text, citations=tuple(Citation(SNAPSHOT.id, quote) for quote in quotes), **fields)


def judged(*claims: Claim, known=None, earlier=None) -> dict[str, list[tuple[Status, str]]]:
    _, verdicts = trace(claims, SNAPSHOTS, known or {}, earlier)
    return {one.id: [(v.status, v.reason) for v in verdicts if v.claim == one.id] for one in claims}


def only(claim: Claim, **others) -> Verdict:
    _, (verdict,) = trace([claim], SNAPSHOTS, others.get("known", {}), others.get("earlier"))
    return verdict


# ---- quotes and figures ----


def test_a_fact_whose_quote_and_figures_stand_in_the_source_is_traced_with_the_place_of_its_quote():
    (traced,), verdicts = trace([claim("t1.c1", "Meadow sold 1.24 million capsules in 2024.", SOLD)], SNAPSHOTS, {})
    assert status(traced, verdicts) is Status.TRACED
    assert REPORT[traced.citations[0].start : traced.citations[0].end] == SOLD


def test_a_source_that_no_tool_captured_blocks():
    dead = Claim("t1.c1", "Meadow sold much.", citations=(Citation("feedfacefeedface", SOLD),))
    verdict = only(dead)
    assert (verdict.status, verdict.reason) == (Status.BLOCKED, "dead_citation")
    assert "feedfacefeedface" in verdict.detail


def test_a_quote_that_is_not_there_blocks_and_shows_what_may_have_been_meant():
    verdict = only(claim("t1.c1", "Some boxes came back.", "Retailers returned 3.5% of all boxes"))
    assert (verdict.status, verdict.reason) == (Status.BLOCKED, "quote_not_in_snapshot")
    assert "Did you mean “" in verdict.detail
    assert "Retailers returned 2.5% of all boxes" in verdict.detail


@pytest.mark.parametrize("quote", ["2.5%", "capsules", "1,240,000 2024", "", "…"])
def test_a_quote_that_is_too_short_to_show_anything_blocks(quote):
    verdict = only(claim("t1.c1", "Something was said.", quote))
    assert (verdict.status, verdict.reason) == (Status.BLOCKED, "quote_not_in_snapshot")
    assert "too short" in verdict.detail


def test_a_figure_that_is_on_the_page_but_not_in_the_quote_blocks_and_both_are_named():
    verdict = only(claim("t1.c1", "Meadow sold 1,100,000 capsules in 2024.", SOLD))
    assert (verdict.status, verdict.reason) == (Status.BLOCKED, "number_not_in_quote")
    assert "1,100,000" in verdict.detail
    assert SOLD in verdict.detail


def test_one_bad_citation_is_enough_and_each_is_reported():
    both = replace(
        claim("t1.c1", "Meadow sold capsules.", SOLD, "Meadow sold nothing at all"),
        citations=(Citation(SNAPSHOT.id, SOLD), Citation(SNAPSHOT.id, "no such words"), Citation("gone", SOLD)),
    )
    assert [reason for _, reason in judged(both)["t1.c1"]] == ["quote_not_in_snapshot", "dead_citation"]


def test_offsets_that_the_author_claims_are_not_believed():
    lie = Claim("t1.c1", "Meadow sold capsules.", citations=(Citation(SNAPSHOT.id, "no such words", 0, 10),))
    (seen,), verdicts = trace([lie], SNAPSHOTS, {})
    assert seen.citations[0].start is None
    assert verdicts[0].reason == "quote_not_in_snapshot"


# ---- without own evidence ----


def test_a_claim_from_nowhere_is_unverified():
    assert judged(claim("t1.c1", "Meadow is the best."))["t1.c1"] == [(Status.UNVERIFIED, "no_evidence")]


def test_a_claim_taken_from_an_unknown_one_is_unverified():
    assert judged(claim("t1.c1", "Meadow leads.", derived_from=("t9.c9",)))["t1.c1"] == [
        (Status.UNVERIFIED, "unknown_parent")
    ]


@pytest.mark.parametrize("standing", [Status.BLOCKED, Status.CONTESTED, Status.UNVERIFIED, Status.TRACED])
def test_a_claim_without_own_evidence_stands_like_its_worst_parent(standing):
    child = claim("t2.c1", "Meadow leads.", derived_from=("t1.c1", "t1.c2"))
    known = {"t1.c1": Status.VERIFIED, "t1.c2": standing}
    assert judged(child, known=known)["t2.c1"] == [(standing, f"inherits_{standing}")]


def test_what_rests_on_verified_claims_is_only_traced_because_nobody_has_judged_it():
    child = claim("t2.c1", "Meadow leads.", derived_from=("t1.c1",))
    _, verdicts = trace([child], SNAPSHOTS, {"t1.c1": Status.VERIFIED})
    assert status(child, verdicts) is Status.TRACED


@pytest.mark.parametrize("other", [None, Status.TRACED, Status.VERIFIED])
def test_what_rests_on_an_opinion_is_unverified(other):
    child = claim("t2.c1", "Meadow leads.", derived_from=("t1.c1", "t1.c2"))
    assert judged(child, known={"t1.c1": None, "t1.c2": other})["t2.c1"] == [(Status.UNVERIFIED, "rests_on_opinion")]


def test_an_opinion_does_not_launder_a_figure():
    root = claim("t1.c1", "Meadow sold 1.24 million capsules in 2024.", SOLD)
    guess = claim("t1.c2", "I would say 60% of the market.", kind="opinion")
    child = claim("t1.c3", "Meadow has 60% of the market.", derived_from=("t1.c1", "t1.c2"))
    total = replace(child, id="t1.c4", kind="computed", expression="60% * 1")
    found = judged(root, guess, child, total)
    assert found["t1.c3"] == found["t1.c4"] == [(Status.UNVERIFIED, "rests_on_opinion")]


def test_doubt_runs_down_a_chain_in_any_order_and_names_its_root():
    chain = [
        claim("t1.c3", "So Meadow wins.", derived_from=("t1.c2",)),
        claim("t1.c2", "So Meadow leads.", derived_from=("t1.c1",)),
        claim("t1.c1", "Meadow sold most."),
    ]
    _, verdicts = trace(chain, SNAPSHOTS, {})
    assert [v.reason for v in verdicts] == ["inherits_unverified", "inherits_unverified", "no_evidence"]
    assert "goes back to t1.c1" in verdicts[0].detail


def test_own_evidence_sheds_the_doubt_of_a_parent_and_agreement_does_not():
    root = claim("t1.c1", "Meadow sold 1.24 million capsules in 2024.")
    again = claim("t1.c2", "Indeed, 1.24 million were sold in 2024.", derived_from=("t1.c1",))
    proven = claim("t1.c3", "Meadow sold 1.24 million capsules in 2024.", SOLD, derived_from=("t1.c1",))
    found = judged(root, again, proven)
    assert found["t1.c2"] == [(Status.UNVERIFIED, "inherits_unverified")]
    assert found["t1.c3"] == [(Status.TRACED, "traced")]


def test_an_irrelevant_quote_does_not_launder_a_parents_figure():
    root = claim("t1.c1", "A capsule lasts 850 days.")
    carrier = claim("t1.c2", "With 850 days, Meadow lasts longest.", RETURNS, derived_from=("t1.c1",))
    assert judged(root, carrier)["t1.c2"] == [(Status.UNVERIFIED, "inherits_unverified")]


def test_a_derived_claim_brings_no_figure_of_its_own():
    root = claim("t1.c1", "Meadow sold 1.24 million capsules in 2024.", SOLD)
    child = claim("t1.c2", "Meadow has a share of 60%.", derived_from=("t1.c1",))
    assert judged(root, child)["t1.c2"] == [(Status.BLOCKED, "number_not_in_parents")]


def test_figures_of_an_earlier_task_are_compared_when_its_claims_are_at_hand():
    earlier = claim("t1.c1", "Meadow sold 1.24 million capsules in 2024.", SOLD)
    known = {"t1.c1": Status.TRACED}
    same = claim("t2.c1", "Sales were 1.24 million.", derived_from=("t1.c1",))
    other = claim("t2.c1", "Sales were 1.34 million.", derived_from=("t1.c1",))
    assert only(same, known=known, earlier={"t1.c1": earlier}).status is Status.TRACED
    assert only(other, known=known, earlier={"t1.c1": earlier}).reason == "number_not_in_parents"
    assert only(other, known=known).reason == "parent_not_at_hand"
    assert only(other, known=known).status is Status.UNVERIFIED


def test_claims_derived_from_each_other_prove_nothing():
    one = claim("t1.c1", "Meadow leads.", derived_from=("t1.c2",))
    two = claim("t1.c2", "Meadow wins.", derived_from=("t1.c1",))
    three = claim("t1.c3", "Meadow shines.", derived_from=("t1.c3",))
    found = judged(one, two, three)
    assert found["t1.c1"] == [(Status.UNVERIFIED, "circular")]
    assert found["t1.c3"] == [(Status.UNVERIFIED, "circular")]
    assert found["t1.c2"][0][0] is Status.UNVERIFIED


def test_a_chain_of_thousands_is_judged():
    chain = [claim("t1.c0", "Meadow leads.", SOLD)]
    chain += [claim(f"t1.c{n}", "Meadow leads.", derived_from=(f"t1.c{n - 1}",)) for n in range(1, 3000)]
    _, verdicts = trace(chain[::-1], SNAPSHOTS, {})
    assert {v.status for v in verdicts} == {Status.TRACED}


# ---- opinions ----


def test_an_opinion_needs_no_evidence_and_gets_no_verdict():
    assert judged(claim("t1.c1", "Five posts are enough for 30 days.", kind="opinion"))["t1.c1"] == []


def test_an_opinion_may_not_cite_what_is_not_there():
    assert judged(claim("t1.c1", "I like it.", "no such words there", kind="opinion"))["t1.c1"] == [
        (Status.BLOCKED, "quote_not_in_snapshot")
    ]


# ---- sums ----

RIGHT = [
    ("The box costs €0.30 more.", "4.20 - 3.90", PRICES),
    ("The box costs about 8% more.", "(4.20 - 3.90) / 3.90 * 100", PRICES),
    ("The box costs 7.7% more.", "(4.20-3.90)/3.90", PRICES),
    ("Returns fell by 2 percentage points.", "4.5% − 2.5%", RETURNS),
    ("Returns fell by 2 percentage points.", "4.5 - 2.5", RETURNS),
    ("Returns averaged 3.5%.", "(4.5 + 2.5) / 2", RETURNS),
    ("Revenue rose by $84 million.", "$984 million - $900 million", REVENUE),
    ("Revenue rose by $84 million.", "984 - 900 = 84", REVENUE),
    ("Revenue rose by 9.3%, from $900 million.", "984 million ÷ 900 million × 100 − 100", REVENUE),
    ("Ten boxes' worth is 42 euros.", "10 * 4.20", PRICES),
]


@pytest.mark.parametrize(("text", "expression", "quote"), RIGHT)
def test_a_sum_over_quoted_figures_is_worked_out_again(text, expression, quote):
    found = judged(claim("t1.c1", text, quote, kind="computed", expression=expression))
    assert found["t1.c1"] == [(Status.TRACED, "sum_right")]


WRONG = [
    ("The box costs €0.40 more.", "4.20 - 3.90", PRICES, "sum_wrong"),
    ("The box costs much more.", "4.20 - 3.90", PRICES, "sum_wrong"),
    ("The box costs €0.20 more.", "4.20 - 4.00", PRICES, "number_not_in_quote"),
    ("The box costs €0.30 more than 7 others.", "4.20 - 3.90", PRICES, "number_not_in_quote"),
    ("There are 12 boxes.", "12", PRICES, "number_not_in_quote"),
    ("There are 100 boxes.", "100 * 1", PRICES, "sum_wrong"),
    ("It is 8.10.", "4.20 / 0", PRICES, "sum_wrong"),
    ("It is 8.10.", "__import__('os').getcwd()", PRICES, "sum_wrong"),
    ("It is 8.10.", "[4.20, 3.90]", PRICES, "sum_wrong"),
    ("It is 8.10.", "4.20 if 3.90 else 4.20", PRICES, "sum_wrong"),
    ("It is 8.10.", "4.20 ** 984 ** 984", REVENUE, "sum_wrong"),
    ("It is 8.10.", "((((" * 300, PRICES, "sum_wrong"),
    ("It is 8.10.", "", PRICES, "sum_wrong"),
    ("It is 8.10.", "4.20 + _9", PRICES, "sum_wrong"),
    ("Returns averaged 3.5%.", "(4.5 + 2.5) / 3", RETURNS, "number_not_in_quote"),
]


@pytest.mark.parametrize(("text", "expression", "quote", "reason"), WRONG)
def test_a_sum_that_does_not_come_out_blocks(text, expression, quote, reason):
    found = judged(claim("t1.c1", text, quote, kind="computed", expression=expression))
    assert found["t1.c1"] == [(Status.BLOCKED, reason)]


def test_a_wrong_sum_is_told_with_the_right_result():
    wrong = claim("t1.c1", "The box costs €0.40 more.", PRICES, kind="computed", expression="4.20 - 3.90")
    assert only(wrong).detail == "4.20 - 3.90 = 0.3; the claim says €0.40."


def test_a_sum_over_other_claims_stands_like_them():
    one = claim("t1.c1", "Meadow asks €4.20.", PRICES)
    two = claim("t1.c2", "The rival asks €3.90.")
    total = claim(
        "t1.c3", "Meadow asks €0.30 more.", kind="computed", expression="4.20 - 3.90", derived_from=("t1.c1", "t1.c2")
    )
    assert judged(one, two, total)["t1.c3"] == [(Status.UNVERIFIED, "inherits_unverified")]
    proven = replace(two, citations=one.citations)
    assert judged(one, proven, total)["t1.c3"] == [(Status.TRACED, "inherits_traced")]


def test_a_sum_without_evidence_is_unverified():
    assert judged(claim("t1.c1", "It is 8.", kind="computed", expression="4 + 4"))["t1.c1"] == [
        (Status.UNVERIFIED, "no_evidence")
    ]


# ---- always ----

texts = st.sampled_from(
    ["Meadow leads.", "Sales of 1.24 million.", "It was 7%.", "In 2024.", "", "½ … [1] **x** 9" * 9]
)
quotes = st.sampled_from([SOLD, PRICES, "no such words", "", "Meadow … capsules"])
ids = st.integers(1, 6).map(lambda n: f"t1.c{n}")
any_claims = st.lists(
    st.builds(
        Claim,
        id=ids,
        text=texts,
        kind=st.sampled_from(["fact", "inference", "opinion", "computed"]),
        citations=st.lists(st.builds(Citation, st.sampled_from([SNAPSHOT.id, "gone"]), quotes), max_size=2).map(tuple),
        derived_from=st.lists(ids, max_size=3).map(tuple),
        expression=st.sampled_from(["", "1 + 1", "4.20 - 3.90", "x"]),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)


@settings(deadline=None, max_examples=150)
@given(any_claims)
def test_every_claim_is_judged_and_nothing_is_verified_by_rule(claims):
    seen, verdicts = trace(claims, SNAPSHOTS, {})
    assert [one.id for one in seen] == [one.id for one in claims]
    assert {v.claim for v in verdicts} >= {one.id for one in claims if one.kind != "opinion"}
    assert all(v.status is not Status.VERIFIED and v.by == "rule" and v.detail for v in verdicts)
    assert trace(claims, SNAPSHOTS, {}) == (seen, verdicts)


@settings(deadline=None, max_examples=150)
@given(any_claims, any_claims)
def test_adding_claims_that_agree_never_raises_a_status(claims, more):
    known = {one.id for one in claims}
    extra = [replace(one, id=f"{one.id}0", derived_from=tuple(known)) for one in more]
    before = judged(*claims)
    after = judged(*claims, *extra)
    assert all(before[id] == after[id] for id in known)


@settings(deadline=None, max_examples=150)
@given(any_claims, st.sampled_from(list(Status)), st.sampled_from(list(Status)))
def test_a_worse_parent_never_makes_a_better_child(claims, one, other):
    worse, better = sorted((one, other), key=ORDER.index)
    children = [replace(c, derived_from=(*c.derived_from, "t0.c1")) for c in claims if c.kind != "opinion"]
    low, high = (judged(*children, known={"t0.c1": standing}) for standing in (worse, better))
    rank = {id: min((ORDER.index(s) for s, _ in found), default=9) for id, found in high.items()}
    assert all(min(ORDER.index(s) for s, _ in found) <= rank[id] for id, found in low.items())
