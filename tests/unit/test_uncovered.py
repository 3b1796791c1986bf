"""What finished work asserts past its claims."""

from agents.domain.artifact import Artifact, Item
from agents.domain.evidence import Citation, Claim
from agents.domain.marking import sentences
from agents.evidence.uncovered import uncovered

CLAIMS = {
    "t1.c1": Claim("t1.c1", "Meadow sold 1.24 million capsules in 2024."),
    "t1.c2": Claim("t1.c2", "A box has a price.", citations=(Citation("s1", "ten for €4.20"),)),
}


def of_text(body: str) -> list[tuple[str, tuple[str, ...]]]:
    return [tuple(one) for one in uncovered(Artifact("text", "", text=body), CLAIMS)]


def test_a_sentence_with_a_figure_needs_a_mark_to_a_claim_that_has_it():
    assert of_text("Meadow sold 1.24 million in 2024 [t1.c1]. A box costs €4.20 [t1.c2].") == []
    assert of_text("Meadow leads. It sold 1.24 million.") == [("It sold 1.24 million.", ("1.24 million",))]
    assert of_text("It sold 1.24 million for €4.20 [t1.c1].") == [("It sold 1.24 million for €4.20.", ("€4.20",))]


def test_a_date_or_a_link_needs_a_mark_too():
    assert of_text("It opened on 14 March 2025.") == [("It opened on 14 March 2025.", ("14 March 2025",))]
    assert of_text("See https://example.org/a.") == [("See https://example.org/a.", ("https://example.org/a",))]
    assert of_text("See https://example.org/a [t1.c2]") == []


def test_cells_and_items_are_looked_at_as_well():
    table = Artifact("table", "", columns=("Maker", "Sold"), rows=(("Meadow", "1.24 million [t1.c1]"), ("Tide", "9%")))
    assert [tuple(one) for one in uncovered(table, CLAIMS)] == [("9%", ("9%",))]
    posts = Artifact("items", "", items=(Item("Day 1", "Ten for €4.20 [t1.c2]"), Item("Day 2", "Now 20% off!")))
    assert [one.figures for one in uncovered(posts, CLAIMS)] == [("20%",)]


def test_text_is_divided_where_sentences_end_and_marks_stay_with_theirs():
    body = "Dr. Berg of Acme Inc. spoke. [t1.c1] It cost approx. 3 euros, e.g. here (see no. 4). So what? Yes!"
    body += "\n1. One.\n| a. | b |"
    assert list(sentences(body)) == [
        "Dr. Berg of Acme Inc. spoke. [t1.c1]",
        "It cost approx. 3 euros, e.g. here (see no. 4).",
        "So what?",
        "Yes!",
        "1. One.",
        "| a. | b |",
    ]
