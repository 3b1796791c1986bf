"""The line about evidence that stands before an approval."""

from agents.domain.evidence import Citation, Claim, Snapshot, Status
from agents.evidence.summary import line, summarise


def source(id: str, published: str | None) -> Snapshot:
    return Snapshot(id, "web", f"https://example.org/{id}", id, "text", published)


SOURCES = {"s1": source("s1", "2025-11-02"), "s2": source("s2", "2026-01-10T08:00:00Z"), "s3": source("s3", None)}


def claim(number: int, *cited: str, kind: str = "fact") -> Claim:
    return Claim(f"t1.c{number}", "x", kind=kind, citations=tuple(Citation(id, "q") for id in cited))


def test_the_line_counts_claims_by_status_and_sources_once():
    claims = [claim(1, "s1"), claim(2, "s1", "s2"), claim(3, "s3"), claim(4, "gone"), claim(5, kind="opinion")]
    standing = {"t1.c1": Status.VERIFIED, "t1.c2": Status.TRACED, "t1.c3": Status.CONTESTED, "t1.c4": Status.BLOCKED}
    summary = summarise(claims, standing, SOURCES)
    assert line(summary) == (
        "Evidence: 1 verified · 1 traced · 0 unverified · 1 contested · 1 blocked"
        " | 3 sources, 1 independent | oldest 2025-11-02"
    )
    assert summary.opinions == 1


def test_a_claim_that_nobody_looked_at_is_unverified():
    assert summarise([claim(1, "s3")], {}, SOURCES).counts[Status.UNVERIFIED] == 1


def test_the_line_of_a_mission_without_claims_is_still_a_line():
    assert line(summarise([], {}, {})) == (
        "Evidence: 0 verified · 0 traced · 0 unverified · 0 contested · 0 blocked | 0 sources"
    )
    assert line(summarise([claim(1, "s3")], {}, SOURCES)).endswith("| 1 source")
