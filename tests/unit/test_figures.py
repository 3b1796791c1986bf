"""Figures of a claim are found again in its quotes however they are written, and a foreign one is named."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.domain.figures import firm, read
from agents.evidence.figures import foreign

BORNE = [
    # spelling
    ("5,378 people work there", "employs 5378 people"),
    ("5,378 people work there", "beschäftigt 5.378,0 Personen und 1.000.000 Kunden"),
    ("1234567 units", "1.234.567 Stück"),
    ("1234567 units", "1\u202f234\u202f567 units"),
    ("1234567 units", "1'234'567 units"),
    ("a price of 0.42", "ein Preis von 0,42 €"),
    ("1,234.56 euros", "1.234,56 EUR"),
    ("123,456 rupees", "₹1,23,456"),
    ("full 42", "full ４２"),
    ("half of .5", "a rate of 0.5"),
    # magnitude and unit
    ("revenue of $984 million", "revenue was $984m"),
    ("revenue of $0.984 billion", "revenue was $984 million"),
    ("5,000,000 units", "5 million units"),
    ("5,000,000 units", "five million units"),
    ("2.5bn euros", "EUR 2.5 billion"),
    ("25,000 users", "25k users"),
    ("between 5 million and 10 million", "5 to 10 million"),
    ("$5 million at least", "$5-10 million"),
    ("revenue of $984 million", "Revenue (in millions) | 984"),
    ("53%", "53 percent"),
    ("53 per cent", "53%"),
    ("25%", "twenty-five percent"),
    ("50%", "half of all customers"),
    ("$5", "US$5"),
    ("$5", "5 dollars"),
    ("42 cents", "$0.42"),
    ("$0.42", "42 cents"),
    ("fell by 5%", "−5%"),
    # words
    ("12 people", "twelve people"),
    ("105 people", "one hundred and five people"),
    ("2,024 people", "two thousand and twenty-four people"),
    ("a price of 12.50", "it is twelve fifty"),
    ("3rd place", "third place"),
    ("12 eggs", "a dozen eggs"),
    # rounding to fewer digits
    ("8,100 employees", "8,051 employees"),
    ("about $8,100 million", "$8,051 million"),
    ("54%", "53.7%"),
    ("4%", "4.1%"),
    ("5.2 billion", "5,178 million"),
    ("roughly 20 stores", "21 stores"),
    ("more than 8,000", "8,051"),
    ("nearly 10 million", "9.6 million"),
    # years and dates
    ("in 2024", "on 14 March 2024"),
    ("in 2024", "FY2024"),
    ("in 2024", "FY24"),
    ("in 1998", "the class of '98"),
    ("in 2020", "the season 2019-20"),
    ("in the 1990s", "in 1994"),
    ("on 14 March 2025", "2025-03-14"),
    ("on March 14, 2025", "14.03.2025"),
    ("on March 14, 2025", "3/14/2025"),
    ("on 4 July 2025", "the 4th of July, a warm day of 2025"),
    ("in March 2025", "14 March 2025"),
    ("in October 2007", "from August to October 2007"),
    ("on 3 May", "3-5 May 2024"),
    ("on 5 May", "May 3-5, 2024"),
    ("at 10:30", "10:30 am"),
]

FOREIGN = [
    ("53.7%", "53.9%", ["53.7%"]),
    ("$984 million", "$984 billion", ["$984 million"]),
    ("$5 million", "€5 million", ["$5 million"]),
    ("5%", "$5", ["5%"]),
    ("rose by 5%", "rose by 5 percentage points", ["5%"]),
    ("a change of +5%", "a change of -5%", ["+5%"]),
    ("8,051 employees", "8,100 employees", ["8,051"]),
    ("20 stores", "21 stores", ["20"]),
    ("2 of them", "1.6 of them", ["2"]),
    ("more than 1 million", "1.9 million", ["1 million"]),
    ("in 2024", "in 2025", ["2024"]),
    ("in 2020", "in 2021", ["2020"]),
    ("in the 1990s", "in 1989", ["1990"]),
    ("on 14 March 2025", "on 15 March 2025", ["14 March 2025"]),
    ("on 14 March 2025", "on 14 March 2024", ["14 March 2025"]),
    ("in March 2025", "in April 2025", ["March 2025"]),
    ("on 14 March 2025", "in March 2025", ["14 March 2025"]),
    ("at 10:30", "at 10:50", ["10:30"]),
    ("two hundred million", "two hundred thousand", ["two hundred million"]),
    ("19 cases", "COVID-19 cases", ["19"]),
    ("2 plants", "CO2 plants", ["2"]),
    ("4 makers", "makers[4]", ["4"]),
    ("1,234 units", "1.234 kilograms", ["1,234"]),
    ("7 and 8 and 7 again", "8", ["7"]),
]

ASSERTS_NOTHING = [
    "1. First point\n2) Second point\n(3) third point",
    "## 4. Market",
    "one (1) box",
    "growth was strong[1][2, 3] and [^4] steady²",
    "COVID-19 and CO2 and B2B and GPT-4 and F-16 and 4K and 3D and 5G and H2O and Q3",
    "the summer of '98",
    "it was back in 63.",
    "three reasons and two doubts",
    "1st: this\n2nd: that",
    "[t1.c2] and [t12.c30]",
    "https://example.org/2024/05?id=17 and a.b9@example.org",
    "see Table 3 and Figure 12 and Passage ID 4",
    "version 2.0.1",
    "half of the dozen",
    "In May and December",
    "",
    "12345678901234567890123456789012345678901234567890",
]


@pytest.mark.parametrize(("claim", "quote"), BORNE)
def test_a_figure_is_recognised_in_another_spelling(claim, quote):
    assert foreign(claim, [quote]) == []


@pytest.mark.parametrize(("claim", "quote", "named"), FOREIGN)
def test_a_foreign_figure_is_named_as_the_claim_writes_it(claim, quote, named):
    assert foreign(claim, [quote]) == named


@pytest.mark.parametrize("text", ASSERTS_NOTHING)
def test_what_only_looks_like_a_figure_needs_no_support(text):
    assert firm(text) == ()


def test_each_figure_may_stand_in_another_quote():
    assert foreign("53% in 2024, up from 49%", ["53% of all", "in 2024 it was", "the 49% before"]) == []
    assert foreign("53% in 2024, up from 49%", ["53% of all", "in 2024 it was"]) == ["49%"]
    assert foreign("53% in 2024", []) == ["53%", "2024"]


def test_number_words_count_once_they_have_a_unit_or_are_large():
    assert foreign("twenty percent", ["thirty percent"]) == ["twenty percent"]
    assert foreign("three million", ["two million"]) == ["three million"]
    assert foreign("three reasons", ["two reasons"]) == []


def test_offsets_point_to_the_figure_as_written():
    text = "Sales rose – by US$5.2bn – to −3% on 14 March 2025."
    assert [text[figure.start : figure.end] for figure in read(text)] == ["US$5.2bn", "−3%", "14 March 2025"]


numbers = st.integers(0, 10**12)


@settings(deadline=None)
@given(numbers)
def test_every_number_is_found_in_every_way_of_grouping_it(number):
    grouped = f"{number:,}"
    for spelling in (str(number), grouped, grouped.replace(",", "\u00a0"), grouped.replace(",", "'")):
        assert foreign(f"there are {number:,} units", [f"they made {spelling} units"]) == []


@settings(deadline=None)
@given(numbers, numbers)
def test_another_number_never_bears_an_exact_one(number, other):
    claim = f"there are {number * 10 + 7} units"  # ends in 7: not a rounding of anything else
    if other != number * 10 + 7:
        assert foreign(claim, [f"there are {other} units"]) == [str(number * 10 + 7)]


@settings(deadline=None)
@given(st.dates(date(1000, 1, 1), date(2999, 12, 31)))
def test_a_date_is_the_same_in_every_order_and_the_next_day_is_not(day):
    claim = f"on {day.day} {day:%B} {day.year}"
    for same in (day.isoformat(), f"{day:%B} {day.day}, {day.year}", f"{day.day}. {day:%b} {day.year}"):
        assert foreign(claim, [same]) == []
    later = day + timedelta(days=1)
    assert foreign(claim, [f"{later:%B} {later.day}, {later.year}"]) == [claim.removeprefix("on ")]


@settings(deadline=None, max_examples=400)
@given(st.text(st.one_of(st.sampled_from("0123456789 .,'-–%$€kmMbn:/()[]#½²\nJanMay"), st.characters(codec="utf-8"))))
def test_no_text_breaks_the_reading_and_every_text_bears_its_own_figures(text):
    assert foreign(text, [text]) == []


@pytest.mark.parametrize("text", ["1 million ", "May 1 ", "1,1 ", "one hundred ", "$5-"])
def test_long_runs_are_read_to_the_end(text):
    found = read(text * 5_000)
    assert found[-1].end > 5_000 * len(text) - 10


def test_an_endless_chain_of_magnitudes_is_no_trouble():
    assert all(figure.end <= 45_000 for figure in read("trillion " * 5_000))
