"""Statements on one subject with different figures are put before the sceptic first."""

import pytest

from agents.domain.evidence import Claim
from agents.evidence.contradictions import between, within


def pair(one: str, two: str) -> list[tuple[str, str]]:
    return [(c.figure, c.against) for c in between([Claim("t1.c1", one), Claim("t2.c1", two)])]


@pytest.mark.parametrize(
    ("one", "two", "figures"),
    [
        ("Meadow holds 31% of the market.", "Meadow's market share is 24%.", ("31%", "24%")),
        ("A box of Meadow costs €4.20.", "The price of a Meadow box is €3.90.", ("€4.20", "€3.90")),
        ("Meadow employed 318 people in 2024.", "In 2024 Meadow employed 290 people.", ("318", "290")),
        ("Meadow sold 1.2 million capsules.", "Meadow sold 1.2 billion capsules.", ("1.2 million", "1.2 billion")),
    ],
)
def test_one_subject_with_two_figures_is_a_candidate(one, two, figures):
    assert pair(one, two) == [figures]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Meadow employed 318 people in 2024.", "Meadow employed 290 people in 2023."),
        ("Meadow holds 31% of the market.", "Tidewater put its returned boxes at 24%."),
        ("Meadow sold about 1.2 million capsules.", "Meadow sold 1,240,000 capsules."),
        ("Meadow holds 31% of the market.", "Meadow sells to the market for €31."),
        ("Meadow holds 31% of the market.", "Meadow holds much of the market."),
    ],
)
def test_other_years_subjects_units_and_roundings_are_none(one, two):
    assert pair(one, two) == []


def test_a_claim_and_what_was_taken_from_it_are_not_compared():
    claims = [Claim("t1.c1", "Meadow sold 12 boxes."), Claim("t1.c2", "Meadow sold 13 boxes.", derived_from=("t1.c1",))]
    assert between(claims) == []
    assert between([claims[0], Claim("t1.c3", "Meadow sold 13 boxes.", kind="opinion")]) == []


def test_a_passage_is_searched_sentence_by_sentence():
    claim = Claim("t1.c1", "Meadow holds 31% of the market.")
    passage = "Coffee grows in 70 countries. Meadow holds 24% of the market. Tea is older."
    (found,) = within(claim, passage)
    assert (found.claim, found.other, found.against) == ("t1.c1", "Meadow holds 24% of the market.", "24%")
    assert within(claim, "Meadow holds 31% of the market.") == []
