"""The sceptic: tries to break claims, knowing nothing but the sources, and counts only with a quote of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.contracts import DoubtDraft, Doubted, DoubtsDraft, ScepticBrief, Window
from agents.domain.evidence import Claim, Snapshot, Status, Verdict
from agents.evidence import canonical, windows
from agents.evidence.trace import QUOTE_WORDS
from agents.llm.answers import answer
from agents.ports import ModelRequest
from agents.roles import prompts
from agents.roles.seat import Seat

BATCH = 8  # claims in one question


async def doubt(
    seat: Seat, model: str, today: str, claims: Sequence[Claim], snapshots: Mapping[str, Snapshot]
) -> list[Verdict]:
    """A verdict for each claim that the sceptic could support or refute by a quote. Raises ModelError."""
    found: list[Verdict] = []
    for number, start in enumerate(range(0, len(claims), BATCH), 1):
        batch = claims[start : start + BATCH]
        brief = ScepticBrief(claims=[_doubted(claim, snapshots) for claim in batch], today=today)
        messages = (prompts.system("sceptic"), prompts.user("Try to break these claims.", brief))
        draft = await answer(seat.at(f"b{number}").asker(), ModelRequest(model, messages), DoubtsDraft)
        found += verdicts(batch, draft, snapshots)
    return found


def _doubted(claim: Claim, snapshots: Mapping[str, Snapshot]) -> Doubted:
    shown = [
        Window(
            snapshot=w.snapshot.id,
            title=w.snapshot.title,
            source=w.snapshot.source,
            published=w.snapshot.published,
            text=w.text,
        )
        for w in windows.around(claim, snapshots)
    ]
    return Doubted(id=claim.id, text=claim.text, windows=shown)


def verdicts(claims: Sequence[Claim], draft: DoubtsDraft, snapshots: Mapping[str, Snapshot]) -> list[Verdict]:
    """What counts of the findings: only those about a claim that was asked, with a quote that is really there."""
    asked = {claim.id for claim in claims}
    given = {finding.claim: finding for finding in draft.findings if finding.claim in asked}
    return [verdict for finding in given.values() if (verdict := _verdict(finding, snapshots))]


def _verdict(finding: DoubtDraft, snapshots: Mapping[str, Snapshot]) -> Verdict | None:
    if finding.answer == "not_in_source":
        return Verdict(
            finding.claim, "sceptic", Status.UNVERIFIED, "not_in_source", "The sceptic did not find it in the sources."
        )
    source = snapshots.get(finding.snapshot or "")
    if source is None or not _stands(finding.quote or "", source):
        return None
    if finding.answer == "supported":
        return Verdict(finding.claim, "sceptic", Status.VERIFIED, "supported", f"“{finding.quote}” ({source.title})")
    return Verdict(finding.claim, "sceptic", Status.CONTESTED, "refuted", f"{source.title} says: “{finding.quote}”")


def _stands(quote: str, source: Snapshot) -> bool:
    """Whether the quote is in the source, and is more than a word that stands on any page."""
    return len(canonical.stream(quote).tokens()) >= QUOTE_WORDS and canonical.find(quote, source.text) is not None
