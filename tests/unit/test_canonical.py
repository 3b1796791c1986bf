"""A quote is accepted when it stands in the page word for word, however it was typeset, and never otherwise."""

import html
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.evidence.canonical import REACH, canonical, find, nearest, stream

PAGES = (
    """Meadow Pods Ltd sold 1,240,000 compostable capsules in 2024, Anna Berg told the Harbour Gazette on 14 March 2025.
    Its closest rival, Tidewater Coffee, put its own sales at 0.9 million capsules for the same twelve months.
    "We don't expect a quick change of habit," said Jonas Reyes, who runs the Tidewater plant in Lund.
    The price of a box of ten Meadow capsules rose from €3.90 to €4.20 in January.
    Retailers returned 2.5% of all boxes because the seal had softened in warm storage rooms.
    Neither company has published a study of how long its capsules take to break down at home.""",
    """Greenleaf Roasters opened a second line in Porto in May 2023 and now employs 318 people there.
    The line makes up to 450 capsules a minute – twice as many as the older one – according to Marta Silva.
    Energy use fell by 18% in the first year, the firm's report says, although the winter was mild.
    Inspectors from the port authority found no fault with the storage of the raw material.
    Marta Silva expects that every box sold in Spain will carry the new label by the end of 2025.
    A spokesman for Porto's council called the expansion "the most welcome news of the spring".""",
    """The Lund institute tested seven kinds of capsules under the conditions of a garden heap.
    After 26 weeks, three of the seven kinds had broken down completely, the institute wrote.
    Lena Falk, who led the test, warned that industrial composting is hotter than any garden heap.
    Two makers disputed the method and asked for a repetition at 30 degrees.
    The institute will publish its raw data together with the second test in the autumn of 2025.
    Its budget for both tests was 240,000 kronor, paid by the consumer agency.""",
)
SENTENCES = [(page, sentence.strip()) for page in PAGES for sentence in page.splitlines()]
NAMES = ("Meadow", "Tidewater", "Anna Berg", "Jonas Reyes", "Marta Silva", "Lena Falk", "Porto", "Lund", "Spain")


def typeset(text: str) -> str:
    text = re.sub(r'"([^"]*)"', "“\\1”", text).replace("'", "’").replace("–", "—").replace("-", "\u2011")
    return text.replace(" ", "\u00a0", 2).replace("fi", "ﬁ").replace(" the ", "  the\n")


def marked_up(text: str) -> str:
    words = text.split()
    words[1] = f"**{words[1]}**"
    words[-2] = f"_{words[-2]}_[3]"
    words[3] = f"[{words[3]}](https://example.org/a_(b)?c=1)"
    return " ".join(words)


def shortened(text: str) -> str:
    words = text.split()
    third = len(words) // 3
    return f"{' '.join(words[:third])} … {' '.join(words[-third:])}"


def other_digit(text: str) -> str:
    return re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 3) % 10), text, count=1)


def without_a_quarter(text: str) -> str:
    return " ".join(word for place, word in enumerate(text.split()) if place % 4 != 2)


@pytest.mark.parametrize("variant", [str, typeset, marked_up, shortened, html.escape, str.upper])
@pytest.mark.parametrize(("page", "sentence"), SENTENCES)
def test_a_true_quote_is_found_however_it_is_typeset(page, sentence, variant):
    start, end = find(variant(sentence), page)
    assert page[start:end] == sentence.strip('".')


@pytest.mark.parametrize("variant", [typeset, marked_up, html.escape])
@pytest.mark.parametrize(("page", "sentence"), SENTENCES)
def test_a_plain_quote_is_found_in_a_typeset_page(page, sentence, variant):
    whole = "\n".join(variant(line.strip()) for line in page.splitlines())
    start, end = find(sentence, whole)
    assert canonical(whole[start:end]).text == canonical(sentence).text


def tampered() -> list[tuple[str, str, str]]:
    cases: list[tuple[str, str, str]] = []
    for number, (page, sentence) in enumerate(SENTENCES):
        words = sentence.split()
        half = len(words) // 2
        other = SENTENCES[(number + 2) % len(SENTENCES)][1].split()
        cases.append((page, "quarter dropped", without_a_quarter(sentence)))
        cases.append((page, "spliced", " ".join((*words[:half], *other[-half:]))))
        cases.append((page, "not inserted", " ".join((*words[:half], "not", *words[half:]))))
        cases.append((page, "other page", SENTENCES[(number + 6) % len(SENTENCES)][1]))
        cases.append((page, "typo", sentence.replace(words[half], words[half] + "x", 1)))
        if re.search(r"\d", sentence):
            cases.append((page, "number changed", other_digit(sentence)))
        for name in NAMES:
            if name in sentence:
                cases.append((page, "name swapped", sentence.replace(name, NAMES[NAMES.index(name) - 1])))
    return cases


@pytest.mark.parametrize(("page", "how", "quote"), tampered())
def test_a_tampered_quote_is_never_found(page, how, quote):
    assert find(quote, page) is None, how


@pytest.mark.parametrize(
    "claim",
    [
        "Meadow Pods sold more than a million capsules in 2024.",
        "Greenleaf saves 18% of its energy.",
        "Seven kinds were tested by the Lund institute.",
    ],
)
def test_a_claim_passed_off_as_a_quote_is_not_found(claim):
    assert [find(claim, page) for page in PAGES] == [None, None, None]


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("revenue of $5", "a revenue of $5 million"),
        ("4 million capsules", "some 1.4 million capsules"),
        ("234 people", "about 1\u00a0234 people"),
        ("a loss of 5", "a loss of 5% in May"),
        ("5% in the first year", "it was −5% in the first year"),
        ("grew by +3%", "grew by 3%"),
        ("fees of €5 a month", "fees of $5 a month"),
        ("fewer than <5 of them", "fewer than >5 of them"),
        ("about 510 rows", "about 5*10 rows"),
        ("about 56 rows", "about 5**6** rows"),
        ("about 56 rows", "about 5[1]6 rows"),
        ("about 12 rows", "about 1\u00ad2 rows"),
        ("an area of 102 fields", "an area of 10² fields"),
        ("the rate of 51 percent", "the rate of 5½ percent"),
    ],
)
def test_a_quote_may_not_cut_or_change_a_number(quote, text):
    assert find(quote, text) is None


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("café owners", "cafe\u0301 owners"),
        ("Tom & Jerry's cooperation", "Tom &amp; Jerry&#39;s co\u00adoperation"),
        ("growth was strong in 2024", "growth² was strong[t1.c2] in [^4]2024[a]"),
        ("see the report for more", "see <https://example.org/x|the report> for <b>more</b>"),
        ("full width 123", "ｆｕｌｌ　ｗｉｄｔｈ　１２３"),
        ("I waited... and left", "I waited... and left."),
        ("Straße", "STRASSE"),
    ],
)
def test_spelling_that_a_reader_does_not_see_makes_no_difference(quote, text):
    assert find(quote, text) is not None


def test_the_parts_around_an_ellipsis_must_stand_in_order_and_near_each_other():
    near = f"one two three {'x ' * 20} four five six"
    far = f"one two three {'x ' * REACH} four five six"
    assert find("one two three [...] four five six", near) == (0, len(near))
    assert find("four five six ... one two three", near) is None
    assert find("one two three ... four five six", far) is None


def test_the_parts_around_an_ellipsis_may_begin_at_a_later_place():
    text = f"one two three {'x ' * REACH} one two three and four five six"
    start, end = find("one two three … four five six", text)
    assert text[start:end] == "one two three and four five six"


def test_a_part_of_less_than_three_words_proves_nothing():
    assert find("Meadow Pods … sold … in 2024", PAGES[0]) is None
    assert find("…", PAGES[0]) is None
    assert find("", PAGES[0]) is None


def test_a_typo_is_answered_with_the_passage_that_was_meant():
    quote = "Lena Falk, who lead the test, warned that industrial compost is hotter than any garden heap."
    assert find(quote, PAGES[2]) is None
    meant = "Lena Falk, who led the test, warned that industrial composting is hotter than any garden heap"
    assert meant in nearest(quote, PAGES[2])
    assert nearest("zebras quietly juggle eleven xylophones", PAGES[2]) is None
    assert nearest("", PAGES[2]) is None
    assert nearest("anything at all", "") is None


text_like = st.text(
    st.one_of(st.sampled_from("ab12 .,…*_[]()&;<>-–'\"\n\u00ad²½é\u0301%$€"), st.characters(codec="utf-8")), max_size=80
)


@settings(deadline=None, max_examples=300)
@given(text_like, text_like)
def test_no_text_breaks_the_matcher(quote, text):
    place = find(quote, text)
    nearest(quote, text)
    assert place is None or 0 <= place[0] < place[1] <= len(text)


@settings(deadline=None, max_examples=300)
@given(text_like, text_like, text_like)
def test_what_is_found_has_the_canonical_form_of_the_quote(before, quote, after):
    text = f"{before} {quote} {after}"
    place = find(quote, text)
    if place is not None and "…" not in quote and "..." not in quote:
        words = stream(quote).tokens()
        assert stream(text).tokens()[stream(text).starts.index(place[0]) :][: len(words)] == words


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(["oak", "ash", "elm", "fir", "yew", "box"]), min_size=3, max_size=40), st.data())
def test_every_run_of_words_of_a_text_is_found_in_it(words, data):
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    quote = " ".join(words[first : last + 1])
    start, end = find(quote, " ".join(words))
    assert " ".join(words)[start:end] == quote


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("a b c … x y z", "a b c " * 40_000),
        ("[ . . . . " * 2_000, "word " * 20_000),
        ("1 a 1", "1 a " * 40_000),
        ("x](" * 5_000, "](" * 50_000),
        ("*" * 50_000, "<b " * 50_000),
    ],
)
def test_a_hostile_page_cannot_hold_the_matcher_up(quote, text):
    begun = time.monotonic()
    find(quote, text)
    assert time.monotonic() - begun < 20
