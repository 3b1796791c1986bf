"""What changed between two runs is found claim by claim, and nothing is invented."""

from __future__ import annotations

from agents.domain.evidence import Citation, Claim, Snapshot, Status, Verdict, snapshot_id
from agents.evidence.changes import Changes, Ledger, between
from bot.views import blockcheck
from bot.views.changes import blocks
from bot.views.post import Post


def ledger(*sentences: str, status: Status = Status.TRACED) -> Ledger:
    claims, verdicts, snapshots = list[Claim](), list[Verdict](), dict[str, Snapshot]()
    for number, text in enumerate(sentences, 1):
        page = f"From the page: {text}"
        id = snapshot_id(page)
        snapshots[id] = Snapshot(id, "library", "prices.md", "Prices", page)
        claims.append(Claim(f"t1.c{number}", text, citations=(Citation(id, text),)))
        verdicts.append(Verdict(f"t1.c{number}", "rule", status, "rule"))
    return Ledger(claims, verdicts, snapshots)


BEFORE = ledger(
    "Verdant sells its pods at €0.42 each.",
    "Nordpod ships to 12 countries.",
    "Alder uses a wood-based ring.",
)


def told(found: Changes) -> tuple[list[str], list[str], list[str], int]:
    return (
        [f"{one.quote_before} -> {one.quote_now}" for one in found.changed],
        [claim.text for claim in found.new],
        [claim.text for claim in found.gone],
        len(found.unchanged),
    )


def test_the_same_claims_are_unchanged() -> None:
    assert told(between(BEFORE, BEFORE)) == ([], [], [], 3)
    assert not between(BEFORE, BEFORE).any


def test_a_changed_figure_is_told_with_both_quotes() -> None:
    now = ledger(
        "Nordpod ships to 14 countries.", "Verdant sells its pods at €0.42 each.", "Alder uses a wood-based ring."
    )
    found = between(BEFORE, now)
    assert told(found) == (["Nordpod ships to 12 countries. -> Nordpod ships to 14 countries."], [], [], 2)


def test_what_is_new_and_what_is_gone_is_told() -> None:
    now = ledger(
        "Verdant sells its pods at €0.42 each.", "Nordpod ships to 12 countries.", "Brook opened a plant in Ghent."
    )
    assert told(between(BEFORE, now)) == ([], ["Brook opened a plant in Ghent."], ["Alder uses a wood-based ring."], 2)


def test_other_words_for_the_same_are_no_change() -> None:
    now = ledger(
        "Verdant sells its pods at € 0.42 each", "Nordpod ships to 12 countries.", "Alder uses a wood–based ring."
    )
    assert told(between(BEFORE, now)) == ([], [], [], 3)


def test_two_firms_with_different_figures_are_never_one_change() -> None:
    found = between(ledger("A pod of Verdant costs €0.42."), ledger("A pod of Nordpod costs €0.39."))
    assert (len(found.changed), len(found.new), len(found.gone)) == (0, 1, 1)


def test_a_blocked_claim_says_nothing_about_the_world() -> None:
    found = between(BEFORE, ledger("Nordpod ships to 99 countries.", status=Status.BLOCKED))
    assert (len(found.changed), len(found.new), len(found.gone)) == (0, 0, 3)


def test_the_report_shows_both_quotes_and_acts_on_nothing_in_them() -> None:
    before, now = (
        ledger("Nordpod <!channel> ships to 12 countries."),
        ledger("Nordpod <!channel> ships to 14 countries."),
    )
    shown = blocks(between(before, now))
    assert "before: “Nordpod &lt;!channel&gt; ships to 12" in str(shown)
    assert "now: “Nordpod &lt;!channel&gt; ships to 14" in str(shown)
    assert blockcheck.check_post(Post("Result", shown).payload("C1", None)) == []
    assert blocks(None) == []
    assert "Nothing: 3 claims unchanged." in str(blocks(between(BEFORE, BEFORE)))
