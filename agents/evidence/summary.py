"""The one line about evidence that stands before the buttons of an approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agents.domain.evidence import Claim, Snapshot, Status
from agents.evidence.ledger import roots

_SHOWN = (Status.VERIFIED, Status.TRACED, Status.UNVERIFIED, Status.CONTESTED, Status.BLOCKED)


@dataclass(frozen=True)
class Summary:
    """How the claims of a mission stand and what they rest on."""

    counts: Mapping[Status, int]  # every status, 0 included
    opinions: int  # claims without a status, which need no evidence
    sources: int  # different snapshots that the claims cite
    independent: int  # of these, those that are no copies of each other
    oldest: str | None  # ISO date, the earliest that a cited source states; None when none does


def summarise(
    claims: Iterable[Claim], statuses: Mapping[str, Status | None], snapshots: Mapping[str, Snapshot]
) -> Summary:
    """Counts by status and by source. A claim that has no status yet counts as unverified unless it is an opinion."""
    claims = list(claims)
    standing = [_standing(claim, statuses) for claim in claims]
    cited = {c.snapshot: snapshots[c.snapshot] for claim in claims for c in claim.citations if c.snapshot in snapshots}
    published = [snapshot.published for snapshot in cited.values() if snapshot.published]
    return Summary(
        counts={status: standing.count(status) for status in _SHOWN},
        opinions=standing.count(None),
        sources=len(cited),
        independent=roots(claims, snapshots),
        oldest=min((day[:10] for day in published), default=None),
    )


def _standing(claim: Claim, statuses: Mapping[str, Status | None]) -> Status | None:
    status = statuses.get(claim.id)
    return Status.UNVERIFIED if status is None and claim.kind != "opinion" else status


def line(summary: Summary) -> str:
    """`Evidence: 12 verified · … · 1 contested · 0 blocked | 9 sources, 6 independent | oldest 2025-11-02`."""
    counts = " · ".join(f"{summary.counts[status]} {status}" for status in _SHOWN)
    sources = "1 source" if summary.sources == 1 else f"{summary.sources} sources"
    sources += f", {summary.independent} independent" if summary.sources > 1 else ""
    oldest = f" | oldest {summary.oldest}" if summary.oldest else ""
    return f"Evidence: {counts} | {sources}{oldest}"
