"""What the ledger doubts of claims whose quotes and figures are right, and what it lets pass."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from agents.domain.evidence import Citation, Claim, Snapshot, Status, snapshot_id, status
from agents.evidence import ledger

TODAY = date(2026, 7, 1)
CASES = tomllib.loads((Path(__file__).parents[1] / "data" / "ledger_doubts.toml").read_text("utf-8"))
SURE = (Status.TRACED, Status.VERIFIED)


def page(text: str, title: str = "Fenwick Ferries in figures", published: str = "2026-03-01") -> Snapshot:
    return Snapshot(snapshot_id(text), "web", "https://fenwick.example/figures", title, text, published, "web_fetch")


def standing(case: dict[str, str]) -> Status | None:
    source = page(case.get("page", f"A page. {case['quote']} The harbour is old."))
    made = Claim("t1.c1", case["claim"], citations=(Citation(source.id, case["quote"]),))
    known = ledger.Known({}, {}, (), (), {source.id: source}, TODAY)
    return status(made, ledger.examine("researcher", None, [made], known).verdicts)


@pytest.mark.parametrize("case", CASES["false"], ids=lambda case: f"{case['what']}: {case['claim']}")
def test_a_claim_that_says_more_or_other_than_its_quote_is_not_traced(case):
    assert standing(case) not in SURE


@pytest.mark.parametrize("case", CASES["true"], ids=lambda case: f"{case['what']}: {case['claim']}")
def test_a_claim_that_says_what_its_quote_says_in_other_words_is_traced(case):
    assert standing(case) is Status.TRACED
